"""The answer that says, shortly and kindly, that the guides do not answer a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.answer import Citation, Claim
from assistant.evidence import stems_of
from assistant.reader import ReaderResult
from index.passage import Hit

if TYPE_CHECKING:
    from assistant.answerability import Answerability

_SUGGESTIONS = 3
_NUMBERED = re.compile(r"^(?:step\s*)?\d+\s*[.:)]\s*|\s*:$", re.IGNORECASE)
_LONGEST_HEADING = 120  # characters; a longer one is a sentence that a guide made bold


def abstain(question: str, hits: Sequence[Hit], judgement: Answerability | None = None) -> ReaderResult:
    """The result that says that the guides do not answer the question.

    Near the guides' subject it quotes what is nearest, labelled as such, and offers questions that the guides'
    headings answer. Anything else gets the refusal and the offers alone.

    Args:
        question: As asked.
        hits: What retrieval found, best first.
        judgement: What the judge made of it; None where nothing was found to judge.
    """
    suggestions = suggest(question, hits)
    text, reason = "The guides don't say.", "nothing in the guides answers the question"
    if judgement and judgement.instruction:
        text, reason = "I only answer questions from the guides.", "an instruction, not a question to the guides"
    elif judgement and judgement.foreign:
        text, reason = "I can only answer in the guides' own language.", "not in the guides' language"
    elif judgement and judgement.missing:
        named = judgement.missing[0]
        reason = f"the guides do not bear out “{named}”"
        if judgement.near and judgement.unmentioned:
            text = f"The guides don't say: they do not mention “{judgement.unmentioned}”."
    lines = [text]
    citations: tuple[Citation, ...] = ()
    claims: tuple[Claim, ...] = ()
    if judgement and judgement.near and judgement.nearest is not None:
        passage, start, end = judgement.nearest
        quote = passage.text[start:end]
        citations = (Citation(1, quote, start, end, passage),)
        claims = (Claim(quote, (1,), True, 1.0),)
        lines.append(f"Nearest in the guides: {quote} [1]")
    if suggestions:
        lines.append(f"You could ask: {suggestions[0]}")
    return ReaderResult(
        "\n\n".join(lines),
        claims=claims,
        citations=citations,
        abstained=True,
        reason=reason,
        confidence=judgement.probability if judgement else 0.0,
        suggestions=suggestions,
    )


def suggest(question: str, hits: Sequence[Hit], count: int = _SUGGESTIONS) -> tuple[str, ...]:
    """Questions that the guides can answer, from the headings of the hits, nearest first."""
    asked = stems_of(question)
    found: dict[str, None] = {}
    for hit in hits:
        heading = _NUMBERED.sub("", hit.passage.section[-1].strip()) if hit.passage.section else ""
        if not heading or len(heading) > _LONGEST_HEADING:
            continue
        heading = re.sub(r"\s+\?$", "?", heading)
        offer = heading if heading.endswith("?") else f"What do the guides say about “{heading}”?"
        if stems_of(heading) != asked:
            found[offer] = None
    return tuple(found)[:count]
