"""Feedback as draft eval cases, for a person to finish."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from assistant.store import Feedback


def draft_cases(given: Iterable[Feedback]) -> list[dict[str, Any]]:
    """One draft case a question, in the form that `python -m evals --cases` reads; later feedback wins.

    What was found helpful expects the passages it cited; what was not carries the reason and expects nothing yet. A
    person fills in `must`, the facts that a right answer holds.
    """
    drafts: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = {}
    for one in given:
        key = (one.question.casefold().strip(), one.history)
        digest = hashlib.sha256(repr(key).encode("utf-8", "surrogatepass")).hexdigest()[:10]
        passages = [citation.passage for citation in one.answer.citations]
        drafts[key] = {
            "id": f"feedback-{digest}",
            "kind": "followup" if one.history else "fact",
            "question": one.question,
            "history": list(one.history),
            "answerable": not one.answer.abstained if one.helpful else True,
            "expected": [
                {"document": passage.document, "section": " > ".join(passage.section)}
                for passage in {passage.id: passage for passage in passages}.values()
                if one.helpful
            ],
            "must": [],
            "must_not": [],
            "note": f"{'helpful' if one.helpful else 'not helpful'}{': ' + one.reason if one.reason else ''}",
        }
    return list(drafts.values())
