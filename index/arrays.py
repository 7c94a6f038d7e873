"""Named arrays in one file that is written whole, checked, and read through a memory map.

The file is a line of JSON (names, types, shapes, offsets), then each array's bytes at a multiple of 64. It is written
under another name, flushed to the disk and then renamed, so that a file which has its name is whole.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
ALIGNMENT = 64  # bytes: a cache line, so that a row of float32 is read with aligned loads


class DamagedFileError(Exception):
    """The file is not what was written."""


@dataclass(frozen=True)
class Stamp:
    """What a file was when it was written: its size and CRC-32, and its time of change, which spares reading it."""

    size: int
    crc: int
    mtime_ns: int

    def to_dict(self) -> dict[str, int]:
        """The stamp as JSON takes it."""
        return asdict(self)


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> Stamp:
    """Write arrays to a file and return its stamp.

    Raises:
        OSError: If the disk is full or the folder cannot be written; nothing is left behind then.
    """
    described, offset = {}, 0
    for name, array in arrays.items():
        offset = -(-offset // ALIGNMENT) * ALIGNMENT
        described[name] = (array.dtype.str, array.shape, offset)
        offset += array.nbytes
    head = json.dumps(described).encode() + b"\n"
    head = str(len(head)).encode().rjust(15) + b"\n" + head
    crc = 0
    with replacing(path) as file:
        for piece in _pieces(head, arrays):
            file.write(piece)
            crc = zlib.crc32(piece, crc)
    stat = path.stat()
    return Stamp(stat.st_size, crc, stat.st_mtime_ns)


def read_arrays(path: Path, stamp: Stamp) -> dict[str, Array]:
    """The arrays of a file, mapped and not yet read.

    Raises:
        DamagedFileError: If the file is shorter or longer than it was, or holds other bytes.
        FileNotFoundError: If it is not there.
    """
    stat = path.stat()
    if stat.st_size != stamp.size:
        raise DamagedFileError(f"{path.name} has {stat.st_size:,} bytes where {stamp.size:,} were written")
    raw = np.memmap(path, dtype=np.uint8, mode="r")
    # A copied folder has new times, a damaged file too: the bytes tell the two apart.
    if stat.st_mtime_ns != stamp.mtime_ns and zlib.crc32(raw.data) != stamp.crc:
        raise DamagedFileError(f"{path.name} has other bytes than were written")
    try:
        length = int(raw[:16].tobytes())
        described = json.loads(raw[16 : 16 + length].tobytes())
        body = raw[_aligned(16 + length) :]
        arrays = {}
        for name, (kind, shape, offset) in described.items():
            size = int(np.prod(shape)) * np.dtype(kind).itemsize
            arrays[name] = np.asarray(body[offset : offset + size].view(kind).reshape(shape))
    except (ValueError, TypeError) as error:
        raise DamagedFileError(f"{path.name} cannot be read: {error}") from error
    return arrays


class replacing:  # noqa: N801 - reads as a verb: with replacing(path) as file
    """A file to write that takes the place of `path`, whole and flushed to the disk, when the block ends well."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.draft")

    def __enter__(self) -> Any:
        self._file = self._draft.open("wb")
        return self._file

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        try:
            if kind is None:
                self._file.flush()
                os.fsync(self._file.fileno())
            self._file.close()
            if kind is None:
                self._draft.replace(self._path)
        finally:
            self._file.close()
            self._draft.unlink(missing_ok=True)


def _pieces(head: bytes, arrays: Mapping[str, Array]) -> Iterator[bytes | memoryview]:
    yield head
    yield b"\0" * (_aligned(len(head)) - len(head))
    offset = 0
    for array in arrays.values():
        gap = _aligned(offset) - offset
        yield b"\0" * gap
        yield np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
        offset += gap + array.nbytes


def _aligned(offset: int) -> int:
    return -(-offset // ALIGNMENT) * ALIGNMENT
