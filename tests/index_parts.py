"""What the tests of the index share: an embedder that costs nothing, and documents that change."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from corpus.document import Document, Section
from index.embedding import Vectors


class HashEmbedder:
    """Vectors that depend on the words of a text only, made at once: for tests of keeping, not of finding."""

    def __init__(self, name: str = "hash", dim: int = 32) -> None:
        self.name = name
        self.dim = dim
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32 unit rows: the sum of a random vector for each word."""
        self.embedded += texts
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split() or [""]:
                row += np.random.default_rng(zlib.crc32(word.encode("utf-8", "replace"))).standard_normal(self.dim)
            row /= np.linalg.norm(row)
        return rows


def guide(id: str, *facts: str) -> Document:
    """A document with a section for each fact."""
    return Document(id, f"Guide {id}", "", tuple(Section((f"Part {n}",), fact) for n, fact in enumerate(facts)))


def shelf(version: int, *, size: int = 12) -> list[Document]:
    """Documents of which every third differs from one version to the next."""
    return [
        guide(f"g{n}", f"Guide {n} never changes.", f"Version {version if n % 3 == 0 else 0} of guide {n} says this.")
        for n in range(size)
    ]
