"""Files and folders to Documents."""

from __future__ import annotations

import atexit
import importlib.resources
import os
import stat
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document
from corpus.errors import DocumentError, DocumentTooLarge, EmptyDocument, UnreadableDocument, printable
from corpus.loaders.formats import detect_format
from corpus.loaders.isolation import Worker
from corpus.loaders.limits import Limits
from corpus.loaders.parsing import parse
from corpus.loaders.registry import LOADERS

# Text and Markdown are parsed in this process up to this size (bytes), and in the worker above it, with its deadline.
# The worst Markdown found takes 3 s at this size (measured), and quadratic time above.
_SMALL = 60_000

PathLike = str | os.PathLike[str]


@dataclass(frozen=True)
class LoadedGuides:
    """What became of a set of files.

    Attributes:
        documents: The guides, in the order of their ids' folders.
        failures: Why others were refused.
        unread: The ids that those others would have; one that ends in "/" stands for all below a folder. What an index
            holds of them from earlier should stay.
    """

    documents: tuple[Document, ...]
    failures: tuple[DocumentError, ...]
    unread: tuple[str, ...] = ()


def load_document(path: PathLike, *, id: str | None = None, limits: Limits | None = None) -> Document:
    """The guide in one file, by what the file is; `id` is the file's name unless given.

    Raises:
        DocumentError: The file cannot be read; the message says why and what mends it.
    """
    path = Path(path)
    limits = limits or Limits()
    data = _read(path, limits)
    name = path.name
    try:
        format = detect_format(data, name)
        if LOADERS[format].isolated or len(data) > _SMALL:
            parsed = _worker().parse(format, data, str(path), limits)
        else:
            parsed = parse(format, data, name, limits)
    except DocumentError as error:
        if error.path == str(path):
            raise
        raise type(error)(path, error.cause, error.mend) from error
    return Document(
        id=printable(id if id is not None else name),
        title=parsed.title,
        source=parsed.source,
        sections=parsed.sections,
        metadata=parsed.metadata,
    )


def load_guides(paths: PathLike | Iterable[PathLike] | None = None, *, limits: Limits | None = None) -> LoadedGuides:
    """The guides in a file, a folder with all below it, or several of them; None means the guides that ship.

    A file that cannot be read costs no other: it becomes one of `failures`. Hidden files are passed over. Files come in
    the order of their paths, so that the result is the same each time.
    """
    documents: list[Document] = []
    failures: list[DocumentError] = []
    unread: list[str] = []
    seen: set[Path] = set()
    ids: set[str] = set()
    for path, id in _entries(paths):
        id = printable(id)
        if isinstance(path, DocumentError):
            failures.append(path)
            if id:
                unread.append(id)
            continue
        if path in seen:
            continue  # named twice: as a file, and by the folder that it is in
        while id in ids:
            id = f"{id}~"
        seen.add(path)
        ids.add(id)
        try:
            documents.append(load_document(path, id=id, limits=limits))
        except DocumentError as error:
            failures.append(error)
            unread.append(id)
    return LoadedGuides(tuple(documents), tuple(failures), tuple(unread))


_Entry = tuple[Path | DocumentError, str]


def _entries(paths: PathLike | Iterable[PathLike] | None) -> Iterator[_Entry]:
    """Each file with its id, or why there is none, with the id it would have or the beginning of those below it."""
    if paths is None:
        with importlib.resources.as_file(importlib.resources.files("corpus") / "guides") as folder:
            yield from _below(folder, "")
        return
    given = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    roots = list(dict.fromkeys(Path(os.path.normpath(Path(path).absolute())) for path in given))
    for root, prefix in zip(roots, _prefixes(roots), strict=True):
        try:
            mode = root.stat().st_mode
        except (OSError, ValueError) as error:
            yield _unreachable(root, error), prefix
            continue
        if stat.S_ISDIR(mode):
            yield from _below(root, prefix)
        else:
            yield root, prefix + root.name


def _prefixes(roots: Sequence[Path]) -> list[str]:
    """What to put before the ids of each root: "" for one alone, else as much of its path as sets it apart."""
    if len(roots) == 1:
        return [""]
    parts = [root.parts for root in roots]
    prefixes: list[str] = []
    for root, own in zip(roots, parts, strict=True):
        depth = 1
        while depth < len(own) and sum(other[-depth:] == own[-depth:] for other in parts) > 1:
            depth += 1
        label = "/".join(part.strip("/\\:") for part in own[-depth:])
        prefixes.append(f"{label}/" if root.is_dir() else label.removesuffix(root.name))
    return prefixes


def _below(folder: Path, prefix: str) -> Iterator[_Entry]:
    """The files in and below a folder, by path; links that lead out of it are refused."""
    inside = folder.resolve()
    found = False
    for path in _walk(folder):
        if isinstance(path, DocumentError):
            below = Path(path.path).relative_to(folder).as_posix()
            yield path, prefix if below == "." else f"{prefix}{below}/"
            continue
        found = True
        id = prefix + path.relative_to(folder).as_posix()
        if path.is_symlink() and not _leads_inside(path, inside):
            reason = "it is a link to a place outside of the folder"
            yield UnreadableDocument(path, reason, "Copy the file itself into the folder."), id
            continue
        yield path, id
    if not found:
        mend = "Put .md, .txt, .html, .pdf or .docx files into it, or name another."
        yield EmptyDocument(folder, "the folder holds no files", mend), ""


def _walk(folder: Path) -> Iterator[Path | DocumentError]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        yield _unreachable(folder, error)
        return
    for entry in entries:
        path = Path(entry.path)
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path)
        elif entry.is_symlink() and path.is_dir():
            yield UnreadableDocument(
                path, "it is a link to a folder", "Copy the folder itself, or name it beside the other."
            )
        else:
            yield path


def _leads_inside(path: Path, folder: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(folder)
    except (OSError, RuntimeError):
        return False


def _read(path: Path, limits: Limits) -> bytes:
    """The whole file, checked to be one, of an allowed size, and the same from beginning to end."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            kind = "a folder" if path.is_dir() else "not an ordinary file"
            raise UnreadableDocument(path, f"it is {kind}", "Name a file; load_guides takes folders.")
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            if before.st_size > limits.bytes:
                raise _too_many_bytes(path, before.st_size, limits)
            data = file.read(limits.bytes + 1)
            after = os.fstat(file.fileno())
    except (OSError, ValueError) as error:
        raise _unreachable(path, error) from error
    if len(data) > limits.bytes:
        raise _too_many_bytes(path, len(data), limits)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        raise UnreadableDocument(
            path, "it changed while it was being read", "Load it again once it is no longer written to."
        )
    return data


def _too_many_bytes(path: Path, size: int, limits: Limits) -> DocumentTooLarge:
    return DocumentTooLarge(
        path,
        f"it has at least {size:,} bytes, and {limits.bytes:,} are allowed",
        "Split it, or leave out its pictures.",
    )


def _unreachable(path: Path, error: Exception) -> UnreadableDocument:
    if isinstance(error, FileNotFoundError):
        return UnreadableDocument(path, "there is no such file", "Check the path, or whether its disk is mounted.")
    if isinstance(error, PermissionError):
        return UnreadableDocument(path, "you may not read it", f"Allow it, e.g. chmod u+r {path.name}.")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return UnreadableDocument(path, f"it cannot be opened ({reason})", "Check the path and the disk.")


_shared: Worker | None = None
_shared_lock = threading.Lock()


def _worker() -> Worker:
    """The worker of this process, started when first needed and ended with it."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Worker()
            atexit.register(_shared.close)
        return _shared


def _forget_worker() -> None:
    """In a forked process: the parent's worker is not ours to talk to."""
    global _shared, _shared_lock
    _shared, _shared_lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_worker)
