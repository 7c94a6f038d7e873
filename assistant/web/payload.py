"""What the page shows, as JSON: answers, passages and guides, with every piece of HTML escaped beforehand."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Sequence
from typing import Any

from assistant.answer import Answer
from assistant.render import place, to_html, to_markdown
from assistant.web.comparison import compare
from assistant.web.examples import next_questions
from corpus.document import Document
from index.passage import Passage

_REASONS = {"extractive": "the guides’ own words"}


def answer_payload(answer: Answer, turn: str, *, feedback: tuple[bool, str] | None = None) -> dict[str, Any]:
    """An answer as the page shows it.

    Args:
        answer: What to show.
        turn: Unique on the page; anchors begin with it.
        feedback: What its reader thought of it: (helpful, reason).
    """
    compared = compare(answer)
    shown = answer.searched_for.strip().rstrip("?").casefold()
    rewritten = bool(shown) and shown != answer.question.strip().rstrip("?").casefold()
    return {
        "id": turn,
        "question": answer.question,
        "html": to_html(answer, anchor=lambda citation: _anchor(turn, citation.passage)),
        "markdown": to_markdown(answer),
        "abstained": answer.abstained,
        "reason": answer.reason,
        "searched_for": answer.searched_for if rewritten else "",
        "notes": list(answer.notes),
        "unsupported": [claim.text for claim in answer.claims if not claim.supported],
        "compare": compared,
        "compare_is_all": sum(len(guide["claims"]) for guide in compared) == len(answer.claims),
        "quotes": {citation.number: _quote(turn, citation.quote, citation.passage) for citation in answer.citations},
        "cited": _cited(answer, turn),
        "also": _also(answer, turn),
        "suggestions": next_questions(answer),
        "reader": _REASONS.get(answer.reader, answer.reader),
        "seconds": round(float(answer.timings.get("total", 0.0)), 2),
        "confidence": answer.confidence,
        "feedback": None if feedback is None else {"helpful": feedback[0], "reason": feedback[1]},
    }


def guide_payload(document: Document, *, own: bool, enabled: bool, passages: int) -> dict[str, Any]:
    """A guide in the list of guides."""
    return {
        "id": document.id,
        "title": document.title or document.id,
        "own": own,
        "enabled": enabled,
        "sections": len(document.sections),
        "passages": passages,
        "pages": document.metadata.get("pages"),
        "format": document.metadata.get("format", ""),
        "address": _address(document.source),
        "file": guide_file(document.id) if document.metadata.get("format") == "pdf" else "",
    }


def guide_file(document: str) -> str:
    """Where the page serves a guide's own file: an address that holds no path."""
    return f"/guides/{guide_key(document)}.pdf"


def guide_key(document: str) -> str:
    """A guide's id as a short name that fits into an address."""
    return hashlib.sha256(document.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def _anchor(turn: str, passage: Passage) -> str:
    return f"psg-{turn[:8]}-{passage.id[:24]}"


def _quote(turn: str, quote: str, passage: Passage) -> dict[str, Any]:
    return {"quote": quote, "place": place(passage), "anchor": _anchor(turn, passage)}


def _cited(answer: Answer, turn: str) -> list[dict[str, Any]]:
    """The cited passages in order of their first number, each cut where quotes begin and end."""
    passages = {citation.passage.id: citation.passage for citation in answer.citations}
    shown = []
    for id, passage in passages.items():
        spans = [(c.start, c.end, c.number) for c in answer.citations if c.passage.id == id]
        shown.append(_passage(passage, turn, spans))
    return shown


def _also(answer: Answer, turn: str) -> list[dict[str, Any]]:
    cited = {citation.passage.id for citation in answer.citations}
    return [_passage(hit.passage, turn, []) for hit in answer.hits if hit.passage.id not in cited]


def _passage(passage: Passage, turn: str, spans: Sequence[tuple[int, int, int]]) -> dict[str, Any]:
    pdf = passage.metadata.get("format") == "pdf" and bool(passage.document)
    page = f"#page={passage.page}" if passage.page else ""
    return {
        "anchor": _anchor(turn, passage),
        "title": passage.title or passage.document or "Untitled guide",
        "section": [heading for heading in passage.section if heading != passage.title],
        "page": passage.page,
        "address": _address(passage.source),
        "source": passage.source,
        "file": guide_file(passage.document) + page if pdf else "",
        "pieces": _pieces(passage.text, spans),
        "numbers": sorted({number for _, _, number in spans}),
    }


def _pieces(text: str, spans: Sequence[tuple[int, int, int]]) -> list[dict[str, Any]]:
    """The text in pieces, each with the numbers of the quotes that cover it."""
    cuts = sorted({0, len(text), *(cut for start, end, _ in spans for cut in (start, end))})
    return [
        {"text": text[a:b], "numbers": [number for start, end, number in spans if start <= a and b <= end]}
        for a, b in itertools.pairwise(cuts)
    ]


def _address(source: str) -> str:
    """The source if it is a web address, which alone may become a link."""
    return source if re.fullmatch(r"https?://[^\s<>\"'\\]+", source) else ""
