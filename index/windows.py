"""Passages to vectors: one of the whole, and one of each short window, so that no sentence is drowned by the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from index.embedding import Embedder, Vectors, windows_of
from index.passage import Passage
from index.segment import Embedded, digest, embedded_text, heading

WINDOW_TOKENS = 64  # of a window; measured, see docs/retrieval.md
BATCH = 128  # passages embedded between two reports of progress

Known = Callable[[int], tuple[Vectors, Vectors] | None]
Keep = Callable[[Sequence[Embedded]], None]
Progress = Callable[[int, int], None]


def embed_passages(
    embedder: Embedder, passages: Sequence[Passage], *, known: Known, keep: Keep, progress: Progress | None = None
) -> list[Embedded]:
    """Passages with their vectors, in order.

    Args:
        embedder: What makes the vectors.
        passages: What to embed.
        known: The vectors that a text has already, and those of its windows, by its digest; or None.
        keep: Called with each batch that had to be embedded, if there are several.
        progress: Called with (passages done, passages to do).
    """
    found: dict[int, Embedded] = {}
    missing = []
    for number, passage in enumerate(passages):
        vectors = known(int(digest(embedded_text(passage))))
        if vectors is None:
            missing.append(number)
        else:
            found[number] = Embedded(passage, *vectors)
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        made = _embed(embedder, [passages[number] for number in batch])
        found.update(zip(batch, made, strict=True))
        if len(missing) > BATCH:
            keep(made)
        if progress is not None:
            progress(len(found), len(passages))
    return [found[number] for number in range(len(passages))]


def _embed(embedder: Embedder, passages: Sequence[Passage]) -> list[Embedded]:
    texts: list[str] = []
    spans = []
    for passage in passages:
        wholes = windows_of(embedder, passage.text, heading(passage))
        windows = windows_of(embedder, passage.text, heading(passage), tokens=WINDOW_TOKENS)
        windows = windows if len(windows) > 1 else []
        spans.append((len(texts), len(texts) + len(wholes), len(texts) + len(wholes) + len(windows)))
        texts += wholes + windows
    vectors = embedder.embed(texts)
    entries = []
    for passage, (start, middle, end) in zip(passages, spans, strict=True):
        whole = vectors[start:middle].mean(axis=0)
        whole = whole / max(float(np.linalg.norm(whole)), 1e-12)
        entries.append(Embedded(passage, whole.astype(np.float32), vectors[middle:end].astype(np.float32)))
    return entries
