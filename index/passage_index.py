"""Passages kept in step in the store and in what is searched, and searched on both sides."""

from __future__ import annotations

import errno
import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import RLock, get_ident

import numpy as np

from index.arrays import DamagedFileError
from index.embedding import (
    Embedder,
    RememberedVectors,
    SentenceTransformerEmbedder,
    Vectors,
    fingerprint,
    for_search,
)
from index.errors import PassageIndexError
from index.filters import Where
from index.generations import Generations, size_of
from index.manifest import NAME, Manifest
from index.passage import Hit, Passage
from index.segment import Embedded
from index.snapshot import Mode, Snapshot
from index.staging import Staging
from index.store import ChromaStore, Pointer, import_ahead
from index.windows import Progress, embed_passages

logger = logging.getLogger(__name__)

FOLDER = "index"  # inside the data folder: all that is ours, so that nothing else there is ever touched
PAGE = 1000  # passages sent to the store at once when it is made anew
LOCK_SECONDS = 1800.0  # for another sync to end: 100,000 passages take about that


class PassageIndex:
    """A hybrid index of passages in one data folder. Safe to share between threads, and the folder between processes.

    One process at a time changes it. Every search sees one whole generation, the newest there is; a process that
    searches need not be told that another has changed the index.
    """

    def __init__(
        self, folder: Path, embedder: Embedder, *, chroma_url: str | None = None, collection: str = "passages"
    ) -> None:
        """See `open`."""
        self._folder = folder
        self._embedder = embedder
        self._url = chroma_url
        self._collection = collection
        self._generations = Generations(folder)
        self._changing = RLock()
        self._changer: int | None = None  # the thread inside `changing`
        self._store: ChromaStore | None = None
        self._unready: str | None = None
        self._vectors = RememberedVectors(embedder.embed)
        self._questions = RememberedVectors(for_search(embedder))

    @classmethod
    def open(
        cls,
        data_dir: str | Path,
        *,
        embedder: Embedder | None = None,
        chroma_url: str | None = None,
        collection: str = "passages",
    ) -> PassageIndex:
        """The index in a data folder, which is made if it is not there.

        Args:
            data_dir: Where the index lies; with a Chroma server, where this machine keeps what it derives from it.
            embedder: What makes vectors; None for the packaged all-MiniLM-L6-v2.
            chroma_url: Address of a Chroma server that holds the passages, instead of the folder.
            collection: The name of the passages in the store; guides that are not the same need another on a server.

        Raises:
            PassageIndexError: If what lies there is not an index or cannot be read.
        """
        folder = _folder(data_dir, chroma_url, collection)
        with _disk_errors(folder):
            _refuse_foreign(folder)
            folder.mkdir(parents=True, exist_ok=True)
        index = cls(folder, embedder or SentenceTransformerEmbedder(), chroma_url=chroma_url, collection=collection)
        index._refresh()
        return index

    @classmethod
    def reset(cls, data_dir: str | Path, *, chroma_url: str | None = None, collection: str = "passages") -> None:
        """Remove the index from a data folder, and from a Chroma server, whatever state it is in; and nothing else."""
        folder = _folder(data_dir, chroma_url, collection)
        with _disk_errors(folder):
            _refuse_foreign(folder)
            if chroma_url is not None:
                store = ChromaStore(chroma_url, collection=collection)
                store.drop(keep=())
                store.close()
            if folder.exists():
                shutil.rmtree(folder)

    def __len__(self) -> int:
        self._refresh()
        manifest = self._generations.manifest
        return manifest.passages if manifest else 0

    @property
    def embedder(self) -> Embedder:
        """What turns questions and passages into vectors."""
        return self._embedder

    @property
    def generation(self) -> int:
        """Raised by each change; 0 before the first."""
        self._refresh()
        manifest = self._generations.manifest
        return manifest.generation if manifest else 0

    @property
    def stale(self) -> str | None:
        """Why the index must be made anew before it can be searched, or None."""
        self._refresh()
        return self._why_stale()

    def passages(self) -> list[Passage]:
        """Every passage in the index."""
        return list(self._refresh().passages())

    def passages_of(self, documents: Iterable[str]) -> list[Passage]:
        """The passages that were cut from some documents."""
        wanted = list(documents)
        snapshot = self._refresh()
        if not wanted or not len(snapshot):
            return []
        found = np.flatnonzero(snapshot.where({"document": {"$in": wanted}}))
        return [snapshot.passage(position) for position in found.tolist()]

    def add(self, passages: Sequence[Passage]) -> None:
        """Add passages; one whose id is there already is replaced. Of several with one id the last is taken.

        Raises:
            PassageIndexError: If a passage has no text or no id, or the index cannot be changed.
        """
        _check(passages)
        latest = list({passage.id: passage for passage in passages}.values())
        if latest:
            with self.changing():
                self._refuse_stale()
                self.commit(add=self.embed_passages(latest), remove=[passage.id for passage in latest])

    def remove(self, ids: Iterable[str]) -> None:
        """Remove passages by id; ids that are not there are passed over."""
        wanted = list(ids)
        with self.changing():
            if self._generations.snapshot.positions_of(wanted):
                self._refuse_stale()
                self.commit(add=[], remove=wanted)

    def search(
        self,
        question: str,
        k: int = 5,
        where: Where | None = None,
        mode: Mode = "hybrid",
        *,
        vector: Callable[[], Vectors] | None = None,
    ) -> list[Hit]:
        """The k passages nearest to a question, best first. The same text in several places is one hit.

        Args:
            question: In plain words.
            k: How many at most.
            where: A filter on metadata, title, source, document or page, in Chroma's form.
            mode: "hybrid", or one side alone.
            vector: Gives the question's vector of unit length, if it is not to be the embedder's.

        Raises:
            PassageIndexError: If the filter has another form, or the index must be made anew.
            EmbedderError: If the embedding model cannot be loaded.
        """
        if mode not in ("hybrid", "dense", "lexical"):
            raise PassageIndexError(f"There is no search mode {mode!r}; there are hybrid, dense and lexical.")
        snapshot = self._refresh()
        self._refuse_stale()
        if not question.strip() or not len(snapshot):
            return []
        embed = vector or (lambda: self._questions.embed([question])[0])
        return snapshot.search(question, embed, k=k, where=where or None, mode=mode)

    @property
    def embedder_name(self) -> str:
        """What the vectors are by."""
        return self._embedder.name

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32 unit vectors of texts, by the index's embedder; those embedded of late are remembered."""
        return self._vectors.embed(texts)

    def correct(self, question: str) -> str:
        """The question with its typing errors put right by the words of the passages; unchanged if it has none."""
        return self._refresh().spelling.correct(question)

    def close(self) -> None:
        """Let go of what is held in memory, and of the store."""
        with self._changing:
            self._close_store()
            self._generations.forget()

    def __enter__(self) -> PassageIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What a sync is made of.

    @contextmanager
    def changing(self, *, wait: float = LOCK_SECONDS) -> Iterator[None]:
        """Keep every other thread, process and machine from changing the index, for the length of a block.

        Raises:
            PassageIndexError: If another change does not end within `wait` seconds.
        """
        with self._changing, ExitStack() as stack:
            outermost = not self._is_changing
            if outermost:
                stack.enter_context(_disk_errors(self._folder))
                stack.enter_context(_locked(self._folder, wait))
                # Chroma does not see what other processes write after it was opened: it is opened for each change.
                if self._url is None:
                    stack.callback(self._close_store)
                else:
                    stack.enter_context(self._open_store().locked(wait))
                self._changer = get_ident()
            try:
                self._refresh()
                yield
            finally:
                if outermost:
                    self._changer = None

    def documents(self) -> tuple[Mapping[str, str] | None, str]:
        """The digests of the documents that the passages were cut from, and how they were cut; None if not known."""
        if self.stale:
            return None, ""
        manifest = self._generations.manifest
        return self._generations.documents(), manifest.chunking if manifest else ""

    def embed_passages(
        self, passages: Sequence[Passage], *, progress: Progress | None = None, anew: bool = False
    ) -> list[Embedded]:
        """Passages with their vectors. Texts that the index or a sync that was cut off has embedded are not again.

        Args:
            passages: What to embed.
            progress: Called with (passages done, passages to do).
            anew: Do not trust what the index holds.
        """
        if passages:
            import_ahead()  # what is embedded will be written
        staging = Staging(self._folder / f"staging-{fingerprint(self._embedder.name)}")
        snapshot = Snapshot([], []) if anew or self.stale else self._generations.snapshot

        def known(content: int) -> Vectors | None:
            position = snapshot.position_of_content(content)
            return staging.get(content) if position is None else snapshot.embedded(position).windows

        return embed_passages(self._embedder, passages, known=known, keep=staging.keep, progress=progress)

    def commit(
        self,
        *,
        add: Sequence[Embedded],
        remove: Iterable[str],
        documents: Mapping[str, str] | None = None,
        chunking: str = "",
        rebuild: bool = False,
    ) -> None:
        """Make one change, whole, inside `changing`: the store first, then the generation that readers go over to.

        Args:
            add: New passages; ids that are there must be among those to remove.
            remove: Ids; those that are not there are passed over.
            documents: The digests of the documents that the passages are now cut from, if they are.
            chunking: How they were cut.
            rebuild: Begin a new version of the store, which holds the new passages only.
        """
        store = self._open_store()
        before = None if rebuild else self._generations.manifest
        pointer = store.pointer()
        live = store.new_version() if before is None else self._mend(store, pointer, before)
        newest = max(pointer.generation if pointer else 0, self.generation)
        gone = {} if rebuild else self._generations.snapshot.positions_of(list(remove))
        segments = self._generations.prepare(add, gone.values(), rebuild=rebuild)
        try:
            self._write(store, live, before, remove=gone, add=add, generation=newest + 1)
        except PassageIndexError as error:
            if before is None or store.remote:
                raise
            live = self._rewritten(store, before, error)
            self._write(store, live, before, remove=gone, add=add, generation=newest + 1)
        manifest = Manifest(
            generation=newest + 1,
            live=live,
            embedder=self._embedder.name,
            passages=size_of(segments),
            segments=segments,
            documents=f"documents-{newest + 1}.json" if documents is not None else "",
            chunking=chunking,
        )
        store.point(Pointer(live, manifest.generation, manifest.embedder))
        self._generations.publish(manifest, documents)
        store.drop(keep=(self._collection, live))

    @staticmethod
    def _write(
        store: ChromaStore,
        live: str,
        before: Manifest | None,
        *,
        remove: Iterable[str],
        add: Sequence[Embedded],
        generation: int,
    ) -> None:
        if before is not None:
            store.point(Pointer(live, before.generation, before.embedder, writing=True))
        store.remove(live, remove)
        store.add(live, add, generation=generation)

    # How the files follow the store, and the store the files.

    def _refresh(self) -> Snapshot:
        """The newest generation, made from the store where that is ahead or the files are damaged."""
        with _disk_errors(self._folder):
            if self._url is not None:
                return self._follow_server()
            try:
                snapshot = self._generations.refresh()
            except DamagedFileError as error:
                return self._derive(str(error))
            lost = self._generations.manifest is None and self._generations.other_layout is None
            if lost and not self._is_changing and (self._folder / "chroma" / "chroma.sqlite3").exists():
                return self._derive(f"{NAME} is missing")
            return snapshot

    def _follow_server(self) -> Snapshot:
        try:
            snapshot = self._generations.refresh()
        except DamagedFileError:
            self._generations.forget()
            snapshot = self._generations.snapshot
        pointer = self._open_store().pointer()
        held = self._generations.manifest
        self._unready = None
        if pointer is None or (held and (held.live, held.generation) == (pointer.live, pointer.generation)):
            return snapshot
        if not pointer.writing or self._is_changing:
            return self._derive_from(pointer)
        if held is None:
            self._unready = "the server's is being written by another machine, or its last sync was cut off"
        return snapshot  # the generation before the one that is being written

    def _derive(self, reason: str) -> Snapshot:
        """The files made anew from the store in this folder."""
        logger.warning("The index in %s is made anew from the store: %s.", self._folder, reason)
        with ExitStack() as stack:
            stack.enter_context(self._changing)
            if not self._is_changing:
                stack.callback(self._close_store)
            pointer = self._open_store().pointer()
            if pointer is None and not (self._folder / NAME).exists():
                return self._generations.snapshot  # the first sync has not ended, or never did
            if pointer is None:
                raise PassageIndexError(
                    f"The index in {self._folder} is damaged ({reason}), and so is the store beside it. "
                    "`ml-career-assistant sync --rebuild` makes it anew from the guides."
                )
            return self._derive_from(pointer)

    def _derive_from(self, pointer: Pointer) -> Snapshot:
        """The files brought to what the store holds: whole, or by what was written since they were."""
        store = self._open_store()
        with ExitStack() as stack:
            if not self._is_changing:
                stack.enter_context(_locked(self._folder, LOCK_SECONDS))
            try:
                self._generations.refresh()
            except DamagedFileError:
                self._generations.forget()
            held = self._generations.manifest
            if held is not None and (held.live, held.generation) == (pointer.live, pointer.generation):
                return self._generations.snapshot  # another process was quicker
            follows = held is not None and held.live == pointer.live and held.generation < pointer.generation
            present = store.ids(pointer.live)
            new = store.ids(pointer.live, after=held.generation) if follows and held else present
            snapshot = self._generations.snapshot
            gone = [
                position
                for position in (snapshot.positions().tolist() if follows else ())
                if (id := snapshot.passage(position).id) in new or id not in present
            ]
            entries = [entry for page in store.fetch(pointer.live, sorted(new)) for entry in page]
            if store.pointer() != pointer:  # changed meanwhile: what was read may be half of each
                return self._refresh()
            segments = self._generations.prepare(entries, gone, rebuild=not follows)
            manifest = Manifest(pointer.generation, pointer.live, pointer.embedder, size_of(segments), segments)
            self._generations.publish(manifest)
        return self._generations.snapshot

    def _mend(self, store: ChromaStore, pointer: Pointer | None, manifest: Manifest) -> str:
        """Bring the store to what the files say, after a change that was cut off; the version to write to."""
        snapshot = self._generations.snapshot
        if pointer is None:
            live = store.new_version()
            self._restore(store, live, snapshot, set(), manifest.generation)
            return live
        if pointer.writing or (pointer.generation, pointer.live) != (manifest.generation, manifest.live):
            logger.warning("A change of the index in %s was cut off; it is undone.", self._folder)
            try:
                store.remove(manifest.live, store.ids(manifest.live, after=manifest.generation))
                have = store.ids(manifest.live)
                wanted = {passage.id for passage in snapshot.passages()}
                store.remove(manifest.live, have - wanted)
                self._restore(store, manifest.live, snapshot, have, manifest.generation)
            except PassageIndexError as error:
                if store.remote:
                    raise
                return self._rewritten(store, manifest, error)
        return manifest.live

    def _rewritten(self, store: ChromaStore, manifest: Manifest, error: PassageIndexError) -> str:
        """A new version of the store, with all that the files hold.

        Chroma writes the files of its vectors in place: a process killed meanwhile left one of them empty in about one
        of 150 kills (tests/test_crash.py), and no change of that version succeeded any more.
        """
        logger.warning("The store in %s takes no change; it is written anew from the files. %s", self._folder, error)
        live = store.new_version()
        self._restore(store, live, self._generations.snapshot, set(), manifest.generation)
        return live

    @staticmethod
    def _restore(store: ChromaStore, live: str, snapshot: Snapshot, have: set[str], generation: int) -> None:
        missing = [position for position in snapshot.positions().tolist() if snapshot.passage(position).id not in have]
        for start in range(0, len(missing), PAGE):
            entries = [snapshot.embedded(position) for position in missing[start : start + PAGE]]
            store.add(live, entries, generation=generation)

    def _open_store(self) -> ChromaStore:
        if self._store is None:
            self._store = ChromaStore(self._url or self._folder / "chroma", collection=self._collection)
        return self._store

    def _close_store(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.close()

    @property
    def _is_changing(self) -> bool:
        return self._changer == get_ident()

    def _why_stale(self) -> str | None:
        if self._generations.other_layout:
            return f"it was made by another version of this program ({self._generations.other_layout})"
        if self._unready:
            return self._unready
        manifest = self._generations.manifest
        if manifest and manifest.embedder != self._embedder.name:
            return f"its vectors are by {manifest.embedder}, and the embedder is {self._embedder.name}"
        return None

    def _refuse_stale(self) -> None:
        stale = self._why_stale()
        if stale:
            raise PassageIndexError(
                f"The index in {self._folder} cannot be used as it is: {stale}. "
                "Run `ml-career-assistant sync`, which makes it anew, or give another data folder."
            )


def _check(passages: Sequence[Passage]) -> None:
    for passage in passages:
        if not passage.id:
            raise PassageIndexError(f"A passage has no id: {passage.text[:60]!r}. Give each passage an id of its own.")
        if not passage.text.strip():
            raise PassageIndexError(f"Passage {passage.id!r} has no text. Leave it out, or give it text.")
        for key, value in passage.metadata.items():
            if not isinstance(key, str) or not isinstance(value, (str, int, float, bool)):
                raise PassageIndexError(
                    f"Passage {passage.id!r} has the metadata {key!r}: {value!r}. "
                    "Keys are text; values are text, numbers, True or False."
                )


def _folder(data_dir: str | Path, chroma_url: str | None, collection: str) -> Path:
    name = FOLDER if chroma_url is None else f"{FOLDER}-{fingerprint(chroma_url, collection)}"
    return Path(data_dir) / name


def _refuse_foreign(folder: Path) -> None:
    """Refuse a folder that something else has filled."""
    if folder.exists() and not folder.is_dir():
        raise PassageIndexError(
            f"{folder} is a file where the folder of the index should be. Give another data folder."
        )
    if not folder.exists() or any((folder / name).exists() for name in (NAME, "segments", "lock", "chroma")):
        return
    found = next((path for path in folder.iterdir() if not path.name.startswith(".")), None)
    if found is not None and not found.name.startswith("staging-"):
        raise PassageIndexError(
            f"{folder} holds something else than an index ({found.name}); it is left as it is. "
            "Give another data folder."
        )


@contextmanager
def _locked(folder: Path, wait: float) -> Iterator[None]:
    """The folder's lock, which the system lets go of when a process dies."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        logger.warning("Another process is changing the index in %s; waiting for it.", folder)
        try:
            lock.acquire(timeout=wait)
        except Timeout as error:
            raise PassageIndexError(
                f"Another process has been changing the index in {folder} for {wait:.0f} seconds. "
                "Wait until it ends, or end it."
            ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    """What the disk refuses, as an error of ours that says what to do."""
    try:
        yield
    except OSError as error:
        cause = error.strerror or str(error)
        mend = "Look at the folder's permissions, or give another data folder (ASSISTANT_DATA_DIR)."
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            mend = "Make room on the disk and run `ml-career-assistant sync` again; the index is as it was before."
        raise PassageIndexError(f"The index in {folder} cannot be written or read: {cause}. {mend}") from error
