"""The reader that needs no language model: it chooses sentences and list items, and quotes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

from assistant.composition import compose
from assistant.outline import Guides
from assistant.plan import plan
from assistant.question import understand
from assistant.ranking import merit, signals
from assistant.reader import ReaderResult
from assistant.units import units_of
from index.embedding import Vectors
from index.passage import Hit, Passage

ABSTAIN_BELOW = 0.35  # cosine of question and best sentence with its heading; a guess until fitted


class ExtractiveReader:
    """Answers in the guides' own words. Safe to share between threads.

    Args:
        embed: Texts to (n, dim) float32 unit vectors; called with the same texts again and again, so cache it.
        passages: Gives all passages of the guides, each guide's in reading order. With them, a list that a guide
            writes as headings is answered whole; without, only what the hits hold is said.
    """

    name = "extractive"

    def __init__(
        self,
        embed: Callable[[Sequence[str]], Vectors],
        *,
        passages: Callable[[], Sequence[Passage]] | None = None,
    ) -> None:
        self._embed = embed
        self._passages = passages
        self._guides = Guides()
        self._known: int | None = None

    def stream(self, question: str, hits: Sequence[Hit]) -> Iterator[str | ReaderResult]:
        """The answer's text sentence by sentence, then the result."""
        result, pieces = self._answer(question, hits)
        yield from pieces
        yield result

    async def astream(self, question: str, hits: Sequence[Hit]) -> AsyncIterator[str | ReaderResult]:
        """The same, read on a worker thread."""
        result, pieces = await asyncio.to_thread(self._answer, question, hits)
        for piece in pieces:
            yield piece
        yield result

    def read(self, question: str, hits: Sequence[Hit]) -> ReaderResult:
        """The answer to a question from the hits."""
        return self._answer(question, hits)[0]

    def _answer(self, question: str, hits: Sequence[Hit]) -> tuple[ReaderResult, list[str]]:
        units = units_of(hits)
        if not units:
            return _abstention(0.0)
        asked = understand(question)
        confidence = float((self._embed([unit.in_context for unit in units]) @ self._embed([question])[0]).max())
        if confidence < ABSTAIN_BELOW:
            return _abstention(confidence)
        scores = merit(signals(asked, units, hits, self._embed))
        lines = plan(asked, units, scores, self._embed, self._surroundings())
        if not lines:
            return _abstention(confidence)
        pieces, claims, citations = compose(lines)
        return ReaderResult("".join(pieces), claims, citations, confidence=confidence), pieces

    def _surroundings(self) -> Guides:
        """The guides as they are now."""
        if self._passages is not None:
            passages = self._passages()
            known = hash(tuple(passage.id for passage in passages))
            if known != self._known:
                self._guides, self._known = Guides(passages), known
        return self._guides


def _abstention(confidence: float) -> tuple[ReaderResult, list[str]]:
    text = "The guides don't say."
    return ReaderResult(text, abstained=True, reason="nothing near the question", confidence=confidence), [text]
