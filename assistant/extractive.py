"""The reader that needs no language model: it chooses sentences and list items, and quotes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

from assistant.answer import Citation, Claim
from assistant.reader import ReaderResult
from index.embedding import Vectors
from index.passage import Hit
from index.segmentation import segment

ABSTAIN_BELOW = 0.35  # cosine of question and best sentence with its heading; a guess until fitted
SENTENCES = 3


class ExtractiveReader:
    """Chooses the sentences nearest to the question."""

    name = "extractive"

    def __init__(self, embed: Callable[[Sequence[str]], Vectors]) -> None:
        self._embed = embed

    def stream(self, question: str, hits: Sequence[Hit]) -> Iterator[str | ReaderResult]:
        """The answer's text, then the result."""
        result = self.read(question, hits)
        yield result.text
        yield result

    async def astream(self, question: str, hits: Sequence[Hit]) -> AsyncIterator[str | ReaderResult]:
        """The same, read on a worker thread."""
        result = await asyncio.to_thread(self.read, question, hits)
        yield result.text
        yield result

    def read(self, question: str, hits: Sequence[Hit]) -> ReaderResult:
        """The answer to a question from the hits."""
        spans = [
            (hit, piece)
            for hit in hits
            for piece in segment(hit.passage.text)
            if piece.kind in {"sentence", "item", "row"}
        ]
        if not spans:
            return _abstention(0.0)
        texts = [" ".join([*hit.passage.section[-1:], hit.passage.text[p.start : p.end]]) for hit, p in spans]
        vectors = self._embed([question, *texts])
        scores = vectors[1:] @ vectors[0]
        order = sorted(range(len(spans)), key=lambda i: -float(scores[i]))[:SENTENCES]
        confidence = float(scores[order[0]])
        if confidence < ABSTAIN_BELOW:
            return _abstention(confidence)
        claims, citations, lines = [], [], []
        for number, i in enumerate(order, start=1):
            hit, piece = spans[i]
            quote = hit.passage.text[piece.start : piece.end]
            citations.append(Citation(number, quote, piece.start, piece.end, hit.passage))
            claims.append(Claim(quote, (number,), True, 1.0))
            lines.append(f"{quote} [{number}]")
        return ReaderResult(" ".join(lines), tuple(claims), tuple(citations), confidence=confidence)


def _abstention(confidence: float) -> ReaderResult:
    return ReaderResult(
        "The guides don't say.", abstained=True, reason="nothing near the question", confidence=confidence
    )
