"""Which files make up the index now: one small file, replaced in one step, so that a reader sees the old or the new."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.arrays import DamagedFileError, Stamp, replacing
from index.filters import Mask
from index.store import KIND

LAYOUT = 4  # raised whenever older files would be misread, or the same passages would be kept otherwise
NAME = "index.json"


class OtherLayoutError(Exception):
    """The manifest was written by another version of this program."""


@dataclass(frozen=True)
class SegmentEntry:
    """One segment file and which of its passages have been removed since."""

    name: str
    stamp: Stamp
    size: int
    removed: str = ""

    def live(self) -> Mask:
        """(size,) bool: the passages that are still there."""
        if not self.removed:
            return np.ones(self.size, dtype=bool)
        bits = np.frombuffer(zlib.decompress(base64.b64decode(self.removed)), dtype=np.uint8)
        return ~np.unpackbits(bits, count=self.size).astype(bool)

    def with_live(self, live: Mask) -> SegmentEntry:
        """The same file with other passages removed."""
        packed = base64.b64encode(zlib.compress(np.packbits(~live).tobytes())).decode()
        return SegmentEntry(self.name, self.stamp, self.size, "" if live.all() else packed)


@dataclass(frozen=True)
class Manifest:
    """One generation of the index.

    Attributes:
        generation: Raised by each change.
        live: The version of the store that holds the same passages.
        embedder: The name of what made the vectors.
        passages: How many are live.
        segments: The files, in order.
        documents: The file with the digests of the documents the passages were cut from; "" where they came singly.
        chunking: How they were cut.
    """

    generation: int
    live: str
    embedder: str
    passages: int = 0
    segments: tuple[SegmentEntry, ...] = ()
    documents: str = ""
    chunking: str = ""


def read_manifest(folder: Path) -> Manifest:
    """The manifest in a folder.

    Raises:
        FileNotFoundError: If there is none.
        OtherLayoutError: If it was written by another version of this program.
        DamagedFileError: If it is not what was written.
    """
    try:
        content = json.loads((folder / NAME).read_text("utf-8"))
        if content["kind"] != KIND:
            raise DamagedFileError(f"{NAME} is of another kind")
        if content["layout"] != LAYOUT:
            raise OtherLayoutError(f"layout {content['layout']}, expected {LAYOUT}")
        body = content["body"]
        if zlib.crc32(json.dumps(body).encode()) != content["crc"]:
            raise DamagedFileError(f"{NAME} has other bytes than were written")
        segments = tuple(
            SegmentEntry(entry["name"], Stamp(**entry["stamp"]), entry["size"], entry["removed"])
            for entry in body["segments"]
        )
        return Manifest(**{**body, "segments": segments})
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedFileError(f"{NAME} cannot be read: {error!r}") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Make a manifest the one that is in force."""
    body: dict[str, Any] = {
        **manifest.__dict__,
        "segments": [
            {"name": entry.name, "stamp": entry.stamp.to_dict(), "size": entry.size, "removed": entry.removed}
            for entry in manifest.segments
        ],
    }
    crc = zlib.crc32(json.dumps(body).encode())
    content = {"kind": KIND, "layout": LAYOUT, "crc": crc, "body": body}
    with replacing(folder / NAME) as file:
        file.write(json.dumps(content).encode())


def read_documents(folder: Path, name: str) -> dict[str, str] | None:
    """The digests of the documents by id, or None where they are not known."""
    if not name:
        return None
    try:
        content = json.loads((folder / name).read_text("utf-8"))
    except (OSError, ValueError):  # only costs that every document is looked at again
        return None
    return content if isinstance(content, dict) else None


def write_documents(folder: Path, name: str, documents: Mapping[str, str]) -> None:
    """Keep the digests of documents."""
    with replacing(folder / name) as file:
        file.write(json.dumps(dict(documents)).encode())
