"""Passages kept in step in the store and in what is searched, and searched on both sides."""

from __future__ import annotations

import errno
import logging
import os
import secrets
import shutil
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, RLock
from typing import TYPE_CHECKING

import numpy as np

from index.arrays import Array, DamagedFileError, Stamp, read_arrays, write_arrays
from index.embedding import Embedder, SentenceTransformerEmbedder, Vectors, fingerprint
from index.errors import PassageIndexError
from index.filters import Mask, Where
from index.manifest import (
    NAME,
    Manifest,
    OtherLayoutError,
    SegmentEntry,
    read_documents,
    read_manifest,
    write_documents,
    write_manifest,
)
from index.passage import Hit, Passage
from index.segment import Embedded, Segment, digest, embedded_text, merge_segments, write_segment
from index.snapshot import Mode, Snapshot
from index.store import ChromaStore, Pointer
from index.windows import embed_passages

if TYPE_CHECKING:
    from filelock import FileLock

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
FOLDER = "index"  # inside the data folder: all that is ours, so that nothing else there is ever touched
REBUILD = "`ml-career-assistant sync --rebuild` makes it anew from the guides"
REMEMBERED = 20_000  # vectors of questions and sentences kept in memory: 30 MB at 384 dimensions
SEGMENTS = 8  # more are merged: each costs a search some 20 microseconds; a guess
ATTEMPTS = 5  # to read a manifest and its files while another process replaces them
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
        self._lock = RLock()
        self._manifest: Manifest | None = None
        self._stat: tuple[int, ...] | None = None
        self._snapshot = Snapshot([], [])
        self._segments: dict[str, Segment] = {}
        self._store: ChromaStore | None = None
        self._file_lock: FileLock | None = None
        self._vectors = _Remembered(REMEMBERED)
        self._closed = False

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
            collection: The name of the passages on that server; guides that are not the same need another.

        Raises:
            PassageIndexError: If what lies there is not an index or cannot be read.
        """
        name = FOLDER if chroma_url is None else f"{FOLDER}-{fingerprint(chroma_url, collection)}"
        folder = Path(data_dir) / name
        with _disk_errors(folder):
            _refuse_foreign(folder)
            folder.mkdir(parents=True, exist_ok=True)
        index = cls(folder, embedder or SentenceTransformerEmbedder(), chroma_url=chroma_url, collection=collection)
        index._refresh()
        return index

    @classmethod
    def reset(cls, data_dir: str | Path, *, chroma_url: str | None = None, collection: str = "passages") -> None:
        """Remove the index from a data folder, or from a Chroma server, whatever state it is in; and nothing else."""
        name = FOLDER if chroma_url is None else f"{FOLDER}-{fingerprint(chroma_url, collection)}"
        folder = Path(data_dir) / name
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
        return self._manifest.passages if self._manifest else 0

    @property
    def embedder(self) -> Embedder:
        """What turns questions and passages into vectors."""
        return self._embedder

    @property
    def generation(self) -> int:
        """Raised by each change; 0 before the first."""
        self._refresh()
        return self._manifest.generation if self._manifest else 0

    @property
    def stale(self) -> str | None:
        """Why the index must be made anew before it can be searched, or None."""
        self._refresh()
        return self._stale

    def passages(self) -> list[Passage]:
        """Every passage in the index."""
        return list(self._refresh().passages())

    def add(self, passages: Sequence[Passage]) -> None:
        """Add passages; one whose id is there already is replaced. Of several with one id the last is taken.

        Raises:
            PassageIndexError: If a passage has no text or no id, or the index cannot be changed.
        """
        _check(passages)
        latest = list({passage.id: passage for passage in passages}.values())
        if not latest:
            return
        with self.changing():
            self._refuse_stale()
            entries = self.embed_passages(latest)
            self.commit(add=entries, remove=[passage.id for passage in latest])

    def remove(self, ids: Iterable[str]) -> None:
        """Remove passages by id; ids that are not there are passed over."""
        wanted = list(ids)
        with self.changing():
            if wanted and self._snapshot.positions_of(wanted):
                self._refuse_stale()
                self.commit(add=[], remove=wanted)

    def search(self, question: str, k: int = 5, where: Where | None = None, mode: Mode = "hybrid") -> list[Hit]:
        """The k passages nearest to a question, best first. The same text in several places is one hit.

        Args:
            question: In plain words.
            k: How many at most.
            where: A filter on metadata, title, source, document or page, in Chroma's form.
            mode: "hybrid", or one side alone.

        Raises:
            PassageIndexError: If the filter has another form, or the index must be made anew.
            EmbedderError: If the embedding model cannot be loaded.
        """
        if mode not in ("hybrid", "dense", "lexical"):
            raise PassageIndexError(f"There is no search mode {mode!r}; there are hybrid, dense and lexical.")
        snapshot = self._refresh()
        if self._stale:
            self._refuse_stale()
        if not question.strip() or not len(snapshot):
            return []
        vector = None if mode == "lexical" else self.embed([question])[0]
        return snapshot.search(question, vector, k=k, where=where or None, mode=mode)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32 unit vectors of texts, by the index's embedder; those embedded of late are remembered."""
        return self._vectors.embed(self._embedder, texts)

    def close(self) -> None:
        """Let go of what is held in memory, and of the store."""
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None
            self._snapshot = Snapshot([], [])
            self._segments = {}
            self._stat = None

    def __enter__(self) -> PassageIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What `index.sync` is made of.

    @contextmanager
    def changing(self, *, wait: float = LOCK_SECONDS) -> Iterator[None]:
        """Keep every other process and thread from changing the index, for the length of a block.

        Raises:
            PassageIndexError: If another change does not end within `wait` seconds.
        """
        from filelock import FileLock, Timeout

        with self._lock, _disk_errors(self._folder):
            if self._file_lock is None:
                self._file_lock = FileLock(self._folder / "lock", thread_local=False)
            try:
                self._file_lock.acquire(timeout=0)
            except Timeout:
                logger.warning("Another process is changing the index in %s; waiting for it.", self._folder)
                try:
                    self._file_lock.acquire(timeout=wait)
                except Timeout as error:
                    raise PassageIndexError(
                        f"Another process has been changing the index in {self._folder} for {wait:.0f} seconds. "
                        "Wait until it ends, or end it."
                    ) from error
            try:
                self._refresh()
                yield
            finally:
                self._file_lock.release()

    def documents(self) -> tuple[Mapping[str, str] | None, str]:
        """The digests of the documents that the passages were cut from, and how they were cut; None if not known."""
        self._refresh()
        if self._manifest is None or self._stale:
            return None, ""
        return read_documents(self._folder, self._manifest.documents), self._manifest.chunking

    def passages_of(self, documents: Iterable[str]) -> list[Passage]:
        """The passages that were cut from some documents."""
        wanted = list(documents)
        snapshot = self._refresh()
        if not wanted or not len(snapshot):
            return []
        return [
            snapshot.passage(position)
            for position in np.flatnonzero(snapshot.where({"document": {"$in": wanted}})).tolist()
        ]

    def embed_passages(self, passages: Sequence[Passage], *, progress: Progress | None = None) -> list[Embedded]:
        """Passages with their vectors. Texts that the index or a sync that was cut off has embedded are not again."""
        staged = _Staging(self._folder / f"staging-{fingerprint(self._embedder.name)}")
        snapshot = None if self._stale else self._snapshot
        count = 0

        def known(content: int) -> tuple[Vectors, Vectors] | None:
            position = snapshot.position_of_content(content) if snapshot is not None else None
            if position is not None and snapshot is not None:
                entry = snapshot.embedded(position)
                return entry.vector, entry.windows
            return staged.get(content)

        def done(entries: Sequence[Embedded]) -> None:
            nonlocal count
            count += len(entries)
            if len(passages) > len(entries):
                staged.keep(entries)
            if progress is not None:
                progress(min(count, len(passages)), len(passages))

        with _disk_errors(self._folder):
            return embed_passages(self._embedder, passages, known=known, done=done)

    def commit(
        self,
        *,
        add: Sequence[Embedded],
        remove: Iterable[str],
        documents: Mapping[str, str] | None = None,
        chunking: str = "",
        rebuild: bool = False,
    ) -> None:
        """Make one change, whole: the store first, then the new generation that readers go over to.

        Args:
            add: New passages; ids that are there must be among those to remove.
            remove: Ids; those that are not there are passed over.
            documents: The digests of the documents that the passages are now cut from, if they are.
            chunking: How they were cut.
            rebuild: Begin a new version of the store, which holds the new passages only.
        """
        with _disk_errors(self._folder):
            store = self._open_store()
            before = None if rebuild else self._manifest
            snapshot = Snapshot([], []) if rebuild else self._snapshot
            live = self._mend(store, before, snapshot)
            generation = max(self._manifest.generation if self._manifest else 0, self._seen_generation) + 1
            gone = snapshot.positions_of(list(remove))
            entries = self._without(before, gone.values())
            if add:
                entries = (*entries, self._write(lambda path: write_segment(path, add), len(add), generation))
            entries = self._merged(entries, generation)
            name = ""
            if documents is not None:
                name = f"documents-{generation}.json"
                write_documents(self._folder, name, documents)
            pointer = Pointer(live, generation, self._embedder.name)
            store.point(
                Pointer(before.live if before else live, before.generation if before else 0, pointer.embedder, True)
            )
            store.remove(live, gone)
            store.add(live, add, generation=generation)
            store.point(pointer)
            manifest = Manifest(
                generation=generation,
                live=live,
                embedder=self._embedder.name,
                passages=sum(int(entry.live().sum()) for entry in entries),
                segments=entries,
                documents=name,
                chunking=chunking,
            )
            previous = self._manifest
            write_manifest(self._folder, manifest)
            store.drop(keep=(self._collection, live))
            self._sweep(manifest, previous)
            self._refresh()

    # How a generation is read.

    _stale: str | None = None
    _seen_generation = 0

    def _refresh(self) -> Snapshot:
        """The newest generation."""
        with self._lock:
            for _ in range(ATTEMPTS):
                try:
                    stat = _stat(self._folder / NAME)
                    if stat is not None and stat == self._stat:
                        return self._snapshot
                    if stat is None:
                        return self._without_manifest()
                    manifest = read_manifest(self._folder)
                    self._take(manifest)
                    self._stat = stat
                    return self._snapshot
                except OtherLayoutError as error:
                    self._manifest, self._snapshot, self._stat = None, Snapshot([], []), None
                    self._stale = f"it was made by another version of this program ({error})"
                    return self._snapshot
                except (FileNotFoundError, DamagedFileError) as error:
                    failure = error
            return self._derive(f"{failure}")

    def _take(self, manifest: Manifest) -> None:
        segments = {}
        for entry in manifest.segments:
            segments[entry.name] = self._segments.get(entry.name) or Segment(
                self._folder / "segments" / entry.name, entry.stamp
            )
        self._snapshot = Snapshot(list(segments.values()), [entry.live() for entry in manifest.segments])
        self._segments = segments
        self._manifest = manifest
        self._stale = None
        if manifest.embedder != self._embedder.name:
            self._stale = f"its vectors are by {manifest.embedder}, and the embedder is {self._embedder.name}"

    def _without_manifest(self) -> Snapshot:
        if (self._folder / "chroma" / "chroma.sqlite3").exists():
            return self._derive(f"{NAME} is missing")
        self._manifest, self._snapshot, self._stat, self._stale = None, Snapshot([], []), None, None
        return self._snapshot

    def _derive(self, reason: str) -> Snapshot:
        """What is searched, made anew from the store."""
        logger.warning("The index in %s is made anew from the store: %s.", self._folder, reason)
        from filelock import FileLock

        with _disk_errors(self._folder), FileLock(self._folder / "lock").acquire(timeout=LOCK_SECONDS):
            pointer = self._open_store().pointer()
            self._manifest, self._snapshot, self._stale, self._stat = None, Snapshot([], []), None, None
            if pointer is None:
                if reason.startswith(NAME):
                    return self._snapshot
                raise PassageIndexError(f"The index in {self._folder} is damaged ({reason}); {REBUILD}.")
            store = self._open_store()
            ids = store.ids(pointer.live)
            entries = [entry for page in store.fetch(pointer.live, sorted(ids)) for entry in page]
            segments: tuple[SegmentEntry, ...] = ()
            if entries:
                segments = (self._write(lambda path: write_segment(path, entries), len(entries), pointer.generation),)
            manifest = Manifest(pointer.generation, pointer.live, pointer.embedder, len(entries), segments)
            write_manifest(self._folder, manifest)
            self._take(manifest)
            self._stat = _stat(self._folder / NAME)
            return self._snapshot

    # How a generation is written.

    def _open_store(self) -> ChromaStore:
        if self._store is None:
            self._store = ChromaStore(self._url or self._folder / "chroma", collection=self._collection)
        return self._store

    def _mend(self, store: ChromaStore, manifest: Manifest | None, snapshot: Snapshot) -> str:
        """Bring the store to what the manifest says, after a change that was cut off; the version to write to."""
        pointer = store.pointer()
        self._seen_generation = pointer.generation if pointer else 0
        if manifest is None:
            return store.new_version()
        if pointer is None:
            live = store.new_version()
            self._restore(store, live, snapshot, set(), manifest.generation)
            return live
        if pointer.writing or pointer.generation != manifest.generation or pointer.live != manifest.live:
            logger.warning("A change of the index in %s was cut off; it is undone.", self._folder)
            store.remove(manifest.live, store.ids(manifest.live, after=manifest.generation))
            have = store.ids(manifest.live)
            wanted = {snapshot.passage(position).id for position in snapshot.positions()}
            store.remove(manifest.live, have - wanted)
            self._restore(store, manifest.live, snapshot, have, manifest.generation)
        return manifest.live

    @staticmethod
    def _restore(store: ChromaStore, live: str, snapshot: Snapshot, have: set[str], generation: int) -> None:
        missing = [position for position in snapshot.positions() if snapshot.passage(position).id not in have]
        for start in range(0, len(missing), 1000):
            entries = [snapshot.embedded(position) for position in missing[start : start + 1000]]
            store.add(live, entries, generation=generation)

    def _without(self, manifest: Manifest | None, positions: Iterable[int]) -> tuple[SegmentEntry, ...]:
        """The segments with some positions no longer live; those left empty are dropped."""
        if manifest is None:
            return ()
        live = np.concatenate([*(entry.live() for entry in manifest.segments), np.zeros(0, dtype=bool)])
        live[list(positions)] = False
        entries, base = [], 0
        for entry in manifest.segments:
            part = live[base : base + entry.size]
            base += entry.size
            if part.any():
                entries.append(entry.with_live(part))
        return tuple(entries)

    def _merged(self, entries: tuple[SegmentEntry, ...], generation: int) -> tuple[SegmentEntry, ...]:
        """The same passages in fewer files: the smaller half becomes one, once there are too many."""
        if len(entries) <= SEGMENTS:
            return entries
        sizes = [int(entry.live().sum()) for entry in entries]
        small = set(sorted(range(len(entries)), key=lambda number: sizes[number])[: len(entries) // 2 + 1])
        parts: list[tuple[Segment, Mask]] = []
        for number in sorted(small):
            entry = entries[number]
            segment = self._segments.get(entry.name) or Segment(self._folder / "segments" / entry.name, entry.stamp)
            parts.append((segment, entry.live()))
        merged = self._write(
            lambda path: merge_segments(path, parts), sum(sizes[number] for number in small), generation
        )
        return (*(entry for number, entry in enumerate(entries) if number not in small), merged)

    def _write(self, write: Callable[[Path], object], size: int, generation: int) -> SegmentEntry:
        folder = self._folder / "segments"
        folder.mkdir(exist_ok=True)
        name = f"{generation:08d}-{secrets.token_hex(4)}.segment"
        stamp = write(folder / name)
        return SegmentEntry(name, stamp, size)  # type: ignore[arg-type]

    def _sweep(self, manifest: Manifest, previous: Manifest | None) -> None:
        """Remove files of generations before the last but one, and what killed processes left."""
        kept = {entry.name for known in (manifest, previous) if known for entry in known.segments}
        kept |= {known.documents for known in (manifest, previous) if known}
        for path in [*(self._folder / "segments").glob("*"), *self._folder.glob("documents-*")]:
            if path.name not in kept:
                path.unlink(missing_ok=True)
        for path in self._folder.glob(".*.draft"):
            path.unlink(missing_ok=True)
        for path in self._folder.glob("staging-*"):
            shutil.rmtree(path, ignore_errors=True)

    def _refuse_stale(self) -> None:
        if self._stale:
            raise PassageIndexError(
                f"The index in {self._folder} cannot be used as it is: {self._stale}. "
                "Run `ml-career-assistant sync`, which makes it anew, or give another data folder."
            )


class _Staging:
    """Vectors of a sync that has not ended, kept so that one that is cut off is not paid for twice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[int, tuple[Vectors, Vectors]] | None = None

    def get(self, content: int) -> tuple[Vectors, Vectors] | None:
        """The vectors of a text by its digest."""
        if self._known is None:
            self._known = {}
            for path in sorted(self._folder.glob("*.vectors")):
                try:
                    self._known.update(self._read(path))
                except (OSError, DamagedFileError, KeyError, ValueError):
                    continue  # only costs that they are embedded again
        return self._known.get(content)

    def keep(self, entries: Sequence[Embedded]) -> None:
        """Write the vectors of a batch."""
        self._folder.mkdir(exist_ok=True)
        arrays: dict[str, Array] = {
            "contents": np.array([digest(embedded_text(entry.passage)) for entry in entries], dtype=np.uint64),
            "vectors": np.stack([entry.vector for entry in entries]),
            "windows": np.concatenate([entry.windows for entry in entries]),
            "counts": np.array([len(entry.windows) for entry in entries]),
        }
        path = self._folder / f"{secrets.token_hex(8)}.vectors"
        stamp = write_arrays(path, arrays)
        path.rename(path.with_name(f"{stamp.crc}-{stamp.size}-{path.name}"))

    @staticmethod
    def _read(path: Path) -> Iterator[tuple[int, tuple[Vectors, Vectors]]]:
        crc, size, _ = path.name.split("-", 2)
        arrays = read_arrays(path, Stamp(int(size), int(crc), 0))
        ends = np.cumsum(arrays["counts"])
        for content, vector, end, count in zip(
            arrays["contents"].tolist(), arrays["vectors"], ends, arrays["counts"], strict=True
        ):
            yield content, (vector, arrays["windows"][end - count : end])


class _Remembered:
    """Vectors of the texts embedded of late."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def embed(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32 rows of unit length, embedding only what is not remembered."""
        if not len(texts):
            return embedder.embed([])
        known = {}
        with self._lock:
            for text in texts:
                if text in self._vectors:
                    known[text] = self._vectors[text]
                    self._vectors.move_to_end(text)
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known.update(zip(missing, embedder.embed(missing), strict=True))
            with self._lock:
                self._vectors.update((text, known[text]) for text in missing)
                while len(self._vectors) > self._size:
                    self._vectors.popitem(last=False)
        return np.stack([known[text] for text in texts])


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


def _stat(path: Path) -> tuple[int, ...] | None:
    try:
        stat = os.stat(path)  # noqa: PTH116 - called at every search; Path.stat costs as much again
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size


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
