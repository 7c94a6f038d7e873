"""Passages kept in step on the dense and the lexical side, and searched on both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import RLock
from typing import Literal

import numpy as np

from index.embedding import Embedder, SentenceTransformerEmbedder, Vectors
from index.lexical import LexicalIndex
from index.passage import Hit, Passage
from index.store import ChromaStore, Where

Mode = Literal["hybrid", "dense", "lexical"]
DENSE_WEIGHT = 0.5  # of the convex combination; measured by `python -m evals retrieval`
CANDIDATES = 100  # passages taken from each side before fusion
REMEMBERED = 20_000  # vectors of questions and sentences kept in memory: 30 MB at 384 dimensions


class PassageIndex:
    """A hybrid index of passages in one data folder. Safe to share between threads."""

    def __init__(self, store: ChromaStore, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder
        self._lock = RLock()
        self._passages: dict[str, Passage] = {}
        self._order: list[str] = []
        self._lexical: LexicalIndex | None = None
        self._vectors: dict[str, Vectors] = {}

    @classmethod
    def open(cls, data_dir: str | Path, *, embedder: Embedder | None = None) -> PassageIndex:
        """The index in a folder, which is made if it is not there.

        Raises:
            PassageIndexError: If what lies there is not an index or cannot be read.
        """
        return cls(ChromaStore(Path(data_dir) / "chroma"), embedder or SentenceTransformerEmbedder())

    def __len__(self) -> int:
        return len(self._store)

    @property
    def embedder(self) -> Embedder:
        """What turns questions and passages into vectors."""
        return self._embedder

    def passages(self) -> list[Passage]:
        """Every passage in the index."""
        self._load()
        return list(self._passages.values())

    def add(self, passages: Sequence[Passage]) -> None:
        """Add passages; one whose id is there already is replaced."""
        if not passages:
            return
        vectors = self._embedder.embed([_embedded_text(passage) for passage in passages])
        with self._lock:
            self._store.add(passages, vectors)
            self._lexical = None

    def remove(self, ids: Iterable[str]) -> None:
        """Remove passages by id; ids that are not there are passed over."""
        with self._lock:
            self._store.remove(ids)
            self._lexical = None

    def search(self, question: str, k: int = 5, where: Where | None = None, mode: Mode = "hybrid") -> list[Hit]:
        """The k passages nearest to a question, best first.

        Args:
            question: In plain words.
            k: How many at most.
            where: A filter on metadata, as Chroma takes it.
            mode: "hybrid", or one side alone.
        """
        self._load()
        allowed = None if where is None else {passage.id for passage in self._store.passages(where)}
        dense: dict[str, float] = {}
        lexical: dict[str, float] = {}
        if not self._order:
            return []
        if mode != "lexical":
            vector = self.embed([question])[0]
            wanted = min(max(k, CANDIDATES), len(self._order))
            dense = dict(self._store.nearest(vector, wanted, where))
        if mode != "dense" and self._lexical is not None:
            scores = self._lexical.scores(question)
            for position in np.argsort(-scores)[: max(k, CANDIDATES)]:
                id = self._order[position]
                if scores[position] > 0 and (allowed is None or id in allowed):
                    lexical[id] = float(scores[position])
        fused = _combine(dense, lexical, mode)
        best = sorted(fused.items(), key=lambda entry: (-entry[1], entry[0]))[:k]
        return [Hit(self._passages[id], score) for id, score in best if id in self._passages]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32 unit vectors of texts, by the index's embedder."""
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known.update(zip(missing, self._embedder.embed(missing), strict=True))
            with self._lock:
                self._vectors.update((text, known[text]) for text in missing)
                while len(self._vectors) > REMEMBERED:
                    del self._vectors[next(iter(self._vectors))]
        return np.stack([known[text] for text in texts])

    def close(self) -> None:
        """Let go of what is held in memory."""
        self._lexical = None

    def _load(self) -> None:
        with self._lock:
            if self._lexical is None:
                self._passages = {passage.id: passage for passage in self._store.passages()}
                self._order = list(self._passages)
                self._lexical = LexicalIndex([_embedded_text(self._passages[id]) for id in self._order])


def _embedded_text(passage: Passage) -> str:
    return "\n".join([*passage.section, passage.text])


def _combine(dense: dict[str, float], lexical: dict[str, float], mode: Mode) -> dict[str, float]:
    """A convex combination of the two sides, each min-max normalised (Bruch et al. 2023)."""
    if mode == "dense":
        return {id: max(0.0, score) for id, score in dense.items()}
    top = max(lexical.values(), default=0.0) or 1.0
    if mode == "lexical":
        return {id: score / top for id, score in lexical.items()}
    low, high = min(dense.values(), default=0.0), max(dense.values(), default=1.0)
    spread = (high - low) or 1.0
    return {
        id: DENSE_WEIGHT * ((dense.get(id, low) - low) / spread) + (1 - DENSE_WEIGHT) * (lexical.get(id, 0.0) / top)
        for id in dense.keys() | lexical.keys()
    }
