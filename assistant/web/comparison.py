"""What each guide says, side by side, where an answer rests on guides that give different figures."""

from __future__ import annotations

import re
from typing import Any

from assistant.answer import Answer, Claim

_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_WORDS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip
_SPELLED = re.compile(rf"\b({'|'.join(_WORDS)})\b", re.IGNORECASE)


def compare(answer: Answer) -> list[dict[str, Any]]:
    """For each guide its title and claims, if there are several guides and their figures differ; otherwise nothing."""
    cited = {citation.number: citation for citation in answer.citations}
    claims: dict[str, list[Claim]] = {}
    titles: dict[str, str] = {}
    for claim in answer.claims:
        passages = [cited[number].passage for number in claim.citations if number in cited]
        guides = {passage.document or passage.title for passage in passages}
        if len(guides) == 1:
            guide = guides.pop()
            titles[guide] = passages[0].title or guide
            claims.setdefault(guide, []).append(claim)
    figures = [_figures(own) for own in claims.values()]
    differ = len(claims) > 1 and all(figures) and not set.intersection(*figures)
    if not differ:
        return []
    return [{"title": titles[guide], "claims": [_shown(claim) for claim in own]} for guide, own in claims.items()]


def _shown(claim: Claim) -> dict[str, Any]:
    return {"text": claim.text, "citations": list(claim.citations), "supported": claim.supported}


def _figures(claims: list[Claim]) -> set[str]:
    text = " ".join(claim.text for claim in claims)
    spelled = {_WORDS[match.lower()] for match in _SPELLED.findall(text)}
    return {match.replace(",", "").rstrip(".") for match in _NUMBER.findall(text)} | spelled
