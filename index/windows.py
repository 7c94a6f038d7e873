"""Passages to vectors of short windows on them, so that no sentence is drowned by what stands around it.

The text is embedded once, in windows of one to three sentences under their heading, which costs no more than embedding
it whole and leaves nothing past the length that a model reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from index.beside import beside
from index.embedding import Embedder, Vectors, for_search
from index.packing import Size, pack
from index.passage import Passage
from index.segment import Embedded, digest, embedded_text, heading

WINDOW = Size(64, 96, border=0.5)  # tokens; 32 to 128 measured alike but for noise, see docs/retrieval.md
BATCH = 256  # passages embedded between two reports of progress; after each a core waits for the other

Known = Callable[[int], Vectors | None]
Keep = Callable[[Sequence[Embedded]], None]
Progress = Callable[[int, int], None]


def embed_passages(
    embedder: Embedder, passages: Sequence[Passage], *, known: Known, keep: Keep, progress: Progress | None = None
) -> list[Embedded]:
    """Passages with their vectors, in order.

    Args:
        embedder: What makes the vectors.
        passages: What to embed.
        known: The vectors that a text's windows have already, by its digest; or None.
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
            found[number] = Embedded(passage, vectors)
    batches = [missing[start : start + BATCH] for start in range(0, len(missing), BATCH)]
    cut = _cut_beside([passages[number] for number in missing[:BATCH]])
    for batch, following in pairwise([*batches, []]):
        windows = cut()
        cut = _cut_beside([passages[number] for number in following])  # while these are embedded
        made = _embed(embedder, [passages[number] for number in batch], windows)
        found.update(zip(batch, made, strict=True))
        if len(missing) > BATCH:
            keep(made)
        if progress is not None:
            progress(len(found), len(passages))
    return [found[number] for number in range(len(passages))]


def window_texts(passage: Passage) -> list[str]:
    """What is embedded for a passage: its windows, each under its heading unless it begins with it."""
    head = heading(passage)
    windows = (" ".join(passage.text[start:end].split()) for start, end in pack(passage.text, WINDOW))
    return [window if not head or window.startswith(head) else f"{head}. {window}" for window in windows]


def _cut_beside(passages: Sequence[Passage]) -> Callable[[], list[list[str]]]:
    return beside(lambda: [window_texts(passage) for passage in passages])


def _embed(embedder: Embedder, passages: Sequence[Passage], windows: Sequence[Sequence[str]]) -> list[Embedded]:
    vectors = for_search(embedder)([text for entry in windows for text in entry])
    entries, done = [], 0
    for passage, texts in zip(passages, windows, strict=True):
        entries.append(Embedded(passage, vectors[done : done + len(texts)]))
        done += len(texts)
    return entries
