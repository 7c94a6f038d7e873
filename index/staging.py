"""Vectors of a sync that has not ended, kept so that one that is cut off is not paid for twice."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index.arrays import Array, DamagedFileError, Stamp, read_arrays, write_arrays
from index.embedding import Vectors
from index.segment import Embedded, digest, embedded_text


class Staging:
    """A folder of files, each with the vectors of one batch."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[int, Vectors] | None = None

    def get(self, content: int) -> Vectors | None:
        """The vectors of a text's windows, by its digest; or None."""
        if self._known is None:
            self._known = {}
            for path in sorted(self._folder.glob("*.vectors")):
                try:
                    self._known.update(_read(path))
                except (OSError, DamagedFileError, KeyError, ValueError):
                    continue  # only costs that they are embedded again
        return self._known.get(content)

    def keep(self, entries: Sequence[Embedded]) -> None:
        """Write the vectors of a batch."""
        self._folder.mkdir(exist_ok=True)
        arrays: dict[str, Array] = {
            "contents": np.array([digest(embedded_text(entry.passage)) for entry in entries], dtype=np.uint64),
            "windows": np.concatenate([entry.windows for entry in entries]),
            "counts": np.array([len(entry.windows) for entry in entries]),
        }
        draft = self._folder / f"{secrets.token_hex(8)}.draft"
        stamp = write_arrays(draft, arrays)
        draft.rename(self._folder / f"{stamp.crc}-{stamp.size}-{draft.stem}.vectors")


def _read(path: Path) -> Iterator[tuple[int, Vectors]]:
    crc, size, _ = path.name.split("-", 2)
    arrays = read_arrays(path, Stamp(int(size), int(crc), 0))
    ends = np.cumsum(arrays["counts"])
    for content, end, count in zip(arrays["contents"].tolist(), ends, arrays["counts"], strict=True):
        yield content, arrays["windows"][end - count : end]
