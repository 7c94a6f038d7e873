"""The reader that needs no language model: it chooses sentences and list items, and quotes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.answer import Citation
from assistant.answerability import AnswerabilityJudge, abstain, suggest
from assistant.composition import compose
from assistant.matching import Matcher, shared_matcher
from assistant.outline import Guides
from assistant.plan import plan
from assistant.question import understand
from assistant.ranking import heading_text, merit, signals
from assistant.reader import ReaderResult
from assistant.units import units_of
from assistant.vocabulary import Vocabulary
from index.embedding import Vectors
from index.passage import Hit, Passage

READ_WHOLE = 20_000  # passages; of more, only what the hits hold is known: reading them all takes seconds
PREPARED = 2_000  # passages embedded ahead, at some ten sentences each; a guess that keeps it within a minute


class ExtractiveReader:
    """Answers in the guides' own words. Safe to share between threads.

    Args:
        embed: Texts to (n, dim) float32 unit vectors; called with the same texts again and again, so cache it.
        passages: Gives all passages of the guides, each guide's in reading order. With them, a list is answered whole,
            also one that a guide writes as headings, and a word that the guides never use is known as such; without,
            only what the hits hold is known.
        matcher: How well sentences answer; None for the one that the process shares.
    """

    name = "extractive"

    def __init__(
        self,
        embed: Callable[[Sequence[str]], Vectors],
        *,
        passages: Callable[[], Sequence[Passage]] | None = None,
        matcher: Matcher | None = None,
    ) -> None:
        self._embed = embed
        self._passages = passages
        self._matcher = matcher or shared_matcher()
        self._known = _Known(None, Guides(), AnswerabilityJudge(embed, matcher=self._matcher))

    def prepare(self) -> None:
        """Embed what answers are made of, so that first questions are answered as quickly as later ones."""
        passages = self._passages() if self._passages else ()
        self._know()
        units = units_of([Hit(passage, 0.0) for passage in passages[:PREPARED]])
        self._matcher.prepare([unit.in_context for unit in units])
        texts = [text for unit in units for text in (unit.in_context, unit.text)]
        texts += dict.fromkeys(heading_text(unit.heading) for unit in units)
        for start in range(0, len(texts), 64):
            self._embed(texts[start : start + 64])

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
        known = self._know()
        judgement = known.judge.judge(question, hits)
        units = units_of(hits) if judgement.answerable else []
        if units:
            asked = understand(question)
            scores = merit(signals(asked, units, hits, self._embed, self._matcher))
            lines = plan(asked, units, scores, self._embed, known.guides)
            if lines:
                pieces, claims, citations = compose(lines)
                return ReaderResult(
                    "".join(pieces),
                    claims,
                    citations,
                    confidence=judgement.probability,
                    suggestions=_next_questions(question, hits, citations),
                ), pieces
        result = abstain(question, hits, judgement)
        return result, [result.text]

    def _know(self) -> _Known:
        """The guides as they are now."""
        if self._passages is None:
            return self._known
        passages = self._passages()
        ids = hash(tuple(passage.id for passage in passages))
        if ids != self._known.ids:
            if len(passages) > READ_WHOLE:
                self._known = _Known(ids, Guides(), AnswerabilityJudge(self._embed, matcher=self._matcher))
            else:
                texts = ("\n".join([*passage.section, passage.text]) for passage in passages)
                judge = AnswerabilityJudge(self._embed, Vocabulary.of(texts), matcher=self._matcher)
                self._known = _Known(ids, Guides(passages), judge)
        return self._known


@dataclass(frozen=True)
class _Known:
    """What is known of all guides, and of which passages it was learnt."""

    ids: int | None
    guides: Guides
    judge: AnswerabilityJudge


def _next_questions(question: str, hits: Sequence[Hit], citations: Sequence[Citation]) -> tuple[str, ...]:
    """Questions that nearby headings answer, but not those answered already."""
    said = {(citation.passage.document, citation.passage.section) for citation in citations}
    return suggest(question, [hit for hit in hits if (hit.passage.document, hit.passage.section) not in said])
