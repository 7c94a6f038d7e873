"""Each person's own guides beside the shared ones: kept, indexed, and searched by nobody else."""

from __future__ import annotations

import hashlib
import importlib.resources
import logging
import re
import shutil
import unicodedata
import uuid
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from assistant.chain import Assistant, Guides
from corpus.document import Document
from corpus.errors import AssistantError, DocumentError, DocumentTooLarge, UnsupportedDocument
from corpus.loaders import load_document
from index.passage_index import PassageIndex
from index.sync import sync_documents
from index.windows import Progress

OWN = "own/"  # what the ids of own guides begin with, so that they cannot be taken for shared ones
OPEN_AT_ONCE = 16  # owners whose index is held in memory; a guess: about 5 MB each for a few guides
GUIDES_AT_MOST = 50  # own guides of one owner; a guess that keeps an index within seconds of work
_Stamp = tuple[str, int, int]  # a file's name, time of change and size
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Shelf:
    """An owner's guides as they were indexed, by the stamps of their files."""

    assistant: Assistant
    own: Mapping[_Stamp, Document]


class GuideLibrary:
    """The shared guides, and for each owner an index that holds their own guides too. Safe to share between threads.

    Args:
        shared: Answers from the shared guides.
        folder: Where own guides and their indexes are kept, one folder an owner.
        guides: What `shared` was opened with, for finding its files.
    """

    def __init__(self, shared: Assistant, folder: Path, *, guides: Guides | None = None) -> None:
        self._shared = shared
        self._folder = folder
        self._guides = guides
        self._open: OrderedDict[str, _Shelf] = OrderedDict()
        self._lock = Lock()
        self._owners: dict[str, Lock] = {}

    def assistant(self, owner: str) -> Assistant:
        """What answers this owner: from the shared guides, and from their own if they have any.

        While a guide is being added or removed, it is the one from before.
        """
        return self._shelf(owner).assistant

    def own(self, owner: str) -> tuple[Document, ...]:
        """The owner's own guides, by name."""
        return tuple(self._shelf(owner).own.values())

    def add(self, owner: str, name: str, file: Path, *, progress: Progress | None = None) -> Document:
        """Take a file in as one of the owner's guides; one of the same name is replaced.

        Args:
            owner: Whose guide it is.
            name: What the owner calls the file; only its last part counts.
            file: The file, which is copied.
            progress: Called with (passages embedded, passages to embed).

        Raises:
            AssistantError: If it cannot be read or kept, or there are too many guides; nothing is kept.
        """
        name = safe_name(name)
        with self._changing(owner):
            others = [path for path in self._files(owner) if path.name != name]
            if len(others) >= GUIDES_AT_MOST:
                raise DocumentTooLarge(
                    name, f"you have {len(others)} guides, and at most {GUIDES_AT_MOST} are kept", "Remove one first."
                )
            incoming = self._place(owner) / "incoming" / uuid.uuid4().hex / name
            target = self._place(owner) / "guides" / name
            try:
                incoming.parent.mkdir(parents=True)
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(file, incoming)
                document = load_document(incoming, id=OWN + name)
                incoming.replace(target)
                try:
                    self._update(owner, known={_stamp(target): document}, progress=progress)
                except BaseException:
                    target.unlink(missing_ok=True)
                    raise
            except OSError as error:
                raise AssistantError(
                    f"{name} cannot be kept: {error.strerror}. Check the data folder (ASSISTANT_DATA_DIR)."
                ) from error
            finally:
                shutil.rmtree(incoming.parent, ignore_errors=True)
        return document

    def remove(self, owner: str, id: str) -> None:
        """Forget one of the owner's guides; an id that is not theirs is passed over."""
        with self._changing(owner):
            for path in self._files(owner):
                if OWN + path.name == id:
                    path.unlink(missing_ok=True)
                    self._update(owner)

    def file(self, owner: str, id: str) -> Path | None:
        """The file that a guide of this owner was loaded from, or None where it is not to be found."""
        if id.startswith(OWN):
            return next((path for path in self._files(owner) if OWN + path.name == id), None)
        if all(document.id != id for document in self._shared.documents):
            return None
        return next(_candidates(self._guides, id), None)

    def close(self) -> None:
        """Let go of every owner's index."""
        with self._lock:
            for shelf in self._open.values():
                shelf.assistant.close()
            self._open.clear()

    def _shelf(self, owner: str) -> _Shelf:
        """The owner's guides as they are, without waiting for one that is being added."""
        stamps = [_stamp(path) for path in self._files(owner)]
        with self._lock:
            shelf = self._open.get(owner)
            lock = self._owners.setdefault(owner, Lock()) if stamps or shelf else None
        if lock is None or (shelf and list(shelf.own) == stamps):
            return shelf or _Shelf(self._shared, {})
        if not lock.acquire(blocking=False):
            return shelf or _Shelf(self._shared, {})
        try:
            return self._update(owner)
        finally:
            lock.release()

    def _update(
        self, owner: str, *, known: Mapping[_Stamp, Document] | None = None, progress: Progress | None = None
    ) -> _Shelf:
        """Index the owner's guides as their files now are."""
        with self._lock:
            before = self._open.get(owner)
        known = {**(before.own if before else {}), **(known or {})}
        own = {}
        for path in self._files(owner):
            try:
                stamp = _stamp(path)
                own[stamp] = known.get(stamp) or load_document(path, id=OWN + path.name)
            except DocumentError as error:
                _log.warning("An own guide can no longer be read: %s", error)
        documents = (*self._shared.documents, *own.values())
        folder = self._place(owner) / "index"
        embedder = self._shared.index.embedder
        index = before.assistant.index if before else PassageIndex.open(folder, embedder=embedder)
        sync_documents(index, documents, progress=progress, allow_removal=True)
        shelf = _Shelf(self._shared.over(index, documents), own)
        with self._lock:
            self._open[owner] = shelf
            self._open.move_to_end(owner)
            while len(self._open) > OPEN_AT_ONCE:
                _, oldest = self._open.popitem(last=False)
                oldest.assistant.close()
        return shelf

    def _files(self, owner: str) -> list[Path]:
        try:
            return sorted(path for path in (self._place(owner) / "guides").iterdir() if path.is_file())
        except FileNotFoundError:
            return []

    def _place(self, owner: str) -> Path:
        return self._folder / hashlib.sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    @contextmanager
    def _changing(self, owner: str) -> Iterator[None]:
        with self._lock:
            lock = self._owners.setdefault(owner, Lock())
        with lock:
            yield


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return (path.name, 0, 0)
    return (path.name, found.st_mtime_ns, found.st_size)


def safe_name(name: str) -> str:
    """The last part of a file name, without what a file system or a page could trip over.

    Raises:
        UnsupportedDocument: If nothing is left of it.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] not in {"C"} and c not in '<>:"|?*').strip(" .")
    stem, suffix = Path(kept).stem, Path(kept).suffix
    while len(stem.encode()) > 150:  # bytes; file systems allow 255
        stem = stem[:-1]
    if not stem:
        raise UnsupportedDocument(last or "guide", "the file has no name", "Give it one and drop it again.")
    return stem + suffix[:20]


def _candidates(guides: Guides | None, id: str) -> Iterator[Path]:
    """The files an id can stand for, below the folders that were asked for and nowhere else."""
    if guides is None:
        roots: Sequence[str | Path] = [Path(str(importlib.resources.files("corpus") / "guides"))]
    else:
        roots = [guides] if isinstance(guides, (str, Path)) else list(guides)
    for root in map(Path, roots):
        if root.is_file() and (root.name == id or id.endswith("/" + root.name)):
            yield root
        elif root.is_dir():
            parts = id.split("/")
            for skipped in range(len(parts)):  # with several folders, an id begins with its folder's name
                path = root.joinpath(*parts[skipped:])
                inside = path.resolve().is_relative_to(root.resolve())
                if inside and path.is_file() and (skipped == 0 or root.name in parts[:skipped]):
                    yield path
