"""The files that are searched: read as one generation after another, and written so that each is whole.

A generation is a manifest and the segment files that it names. A change writes a new segment beside the others and
then a new manifest in the place of the old one, so that a reader has the old generation or the new, and never waits.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from threading import RLock

import numpy as np

from index.arrays import DamagedFileError, Stamp
from index.filters import Mask
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
from index.segment import Embedded, Segment, merge_segments, write_segment
from index.snapshot import Snapshot

SEGMENTS = 8  # more are merged; each costs a search some 20 microseconds; a guess
ATTEMPTS = 5  # to read a manifest and its files while another process replaces them


class Generations:
    """The generations in one folder. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = RLock()
        self._stat: tuple[int, ...] | None = None
        self._segments: dict[str, Segment] = {}
        self.manifest: Manifest | None = None
        self.snapshot = Snapshot([], [])
        self.other_layout: str | None = None

    def refresh(self) -> Snapshot:
        """The newest generation; an empty one where there is none, or one of another version of this program.

        Raises:
            DamagedFileError: If the files are not what was written.
        """
        path = self._folder / NAME
        for attempt in range(ATTEMPTS):
            stat = _stat(path)
            if stat is not None and stat == self._stat:
                return self.snapshot
            with self._lock:
                try:
                    self._take(None if stat is None else read_manifest(self._folder), stat)
                except OtherLayoutError as error:
                    self._take(None, stat)
                    self.other_layout = str(error)
                except FileNotFoundError as error:  # another process has just replaced it
                    if attempt == ATTEMPTS - 1:
                        raise DamagedFileError(f"{Path(error.filename or '').name} is missing") from error
                    continue
                return self.snapshot
        raise AssertionError("unreachable")

    def forget(self) -> None:
        """Let go of what is held in memory; the next `refresh` reads it again."""
        with self._lock:
            self._take(None, None)

    def documents(self) -> Mapping[str, str] | None:
        """The digests of the documents of this generation, or None where they are not known."""
        return read_documents(self._folder, self.manifest.documents) if self.manifest else None

    def prepare(self, add: Sequence[Embedded], gone: Iterable[int], *, rebuild: bool) -> tuple[SegmentEntry, ...]:
        """Write what a new generation needs, and leave the one in force as it is.

        Args:
            add: New passages.
            gone: Positions in the snapshot that are no longer live.
            rebuild: Leave out all that there is.
        """
        entries = () if rebuild or self.manifest is None else self._without(self.manifest, gone)
        if add:
            entries = (*entries, self._write(len(add), lambda path: write_segment(path, add)))
        return self._merged(entries)

    def publish(self, manifest: Manifest, documents: Mapping[str, str] | None = None) -> None:
        """Make a generation the one in force, and remove files of those before the last."""
        previous = self.manifest
        if documents is not None:
            write_documents(self._folder, manifest.documents, documents)
        write_manifest(self._folder, manifest)
        self.refresh()
        kept = {entry.name for known in (manifest, previous) if known for entry in known.segments}
        kept |= {known.documents for known in (manifest, previous) if known}
        for path in [*(self._folder / "segments").glob("*"), *self._folder.glob("documents-*")]:
            if path.name not in kept:
                path.unlink(missing_ok=True)
        for path in [*self._folder.glob(".*.draft"), *(self._folder / "segments").glob(".*.draft")]:
            path.unlink(missing_ok=True)
        for path in self._folder.glob("staging-*"):
            shutil.rmtree(path, ignore_errors=True)

    def _take(self, manifest: Manifest | None, stat: tuple[int, ...] | None) -> None:
        entries = manifest.segments if manifest else ()
        segments = {entry.name: self._open(entry) for entry in entries}
        self.snapshot = Snapshot(list(segments.values()), [entry.live() for entry in entries])
        self._segments = segments
        self.manifest = manifest
        self.other_layout = None
        self._stat = stat

    def _open(self, entry: SegmentEntry) -> Segment:
        known = self._segments.get(entry.name)
        return known or Segment(self._folder / "segments" / entry.name, entry.stamp)

    def _without(self, manifest: Manifest, gone: Iterable[int]) -> tuple[SegmentEntry, ...]:
        live = self.snapshot.live.copy()
        live[list(gone)] = False
        entries, base = [], 0
        for entry in manifest.segments:
            part = live[base : base + entry.size]
            base += entry.size
            if part.any():
                entries.append(entry.with_live(part))
        return tuple(entries)

    def _merged(self, entries: tuple[SegmentEntry, ...]) -> tuple[SegmentEntry, ...]:
        """The same passages in fewer files: the smaller half becomes one, once there are too many."""
        sizes = [int(entry.live().sum()) for entry in entries]
        small = {number for number, entry in enumerate(entries) if sizes[number] * 2 < entry.size}
        if len(entries) > SEGMENTS:
            small |= set(sorted(range(len(entries)), key=sizes.__getitem__)[: len(entries) // 2 + 1])
        if not small:
            return entries
        parts: list[tuple[Segment, Mask]] = [(self._open(entries[n]), entries[n].live()) for n in sorted(small)]
        merged = self._write(sum(sizes[n] for n in small), lambda path: merge_segments(path, parts))
        return (*(entry for number, entry in enumerate(entries) if number not in small), merged)

    def _write(self, size: int, write: Callable[[Path], Stamp]) -> SegmentEntry:
        folder = self._folder / "segments"
        folder.mkdir(exist_ok=True)
        path = folder / f"{secrets.token_hex(8)}.segment"
        return SegmentEntry(path.name, write(path), size)


def size_of(entries: Iterable[SegmentEntry]) -> int:
    """How many passages are live in some segments."""
    return sum(int(np.count_nonzero(entry.live())) for entry in entries)


def _stat(path: Path) -> tuple[int, ...] | None:
    try:
        stat = os.stat(path)  # noqa: PTH116 - called at every search; Path.stat costs as much again
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size
