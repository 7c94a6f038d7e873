"""Where the sentences and list items of a text begin and end."""

from __future__ import annotations

import re


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences and list items of a text begin and end, in characters, in order."""
    spans = []
    begin = 0
    for match in _BOUNDARY.finditer(text):
        end = match.end("stop") if match.group("stop") is not None else match.start()
        if match.group("stop") is not None and _ABBREVIATION.search(text[begin:end]):
            continue
        spans.append((begin, end))
        begin = match.end()
    spans.append((begin, len(text)))
    return [trimmed for trimmed in (_trim(text, start, end) for start, end in spans) if trimmed[0] < trimmed[1]]


_BOUNDARY = re.compile(
    r"(?P<stop>[.!?…]+[\"'”’)\]*]*)(?=\s+[\"'“‘(\[*]*[A-Z0-9À-ÞЀ-Я\-•])\s+"
    r"|(?<=[。！？])\s*"
    r"|\s*\n(?=\s*(?:[-*•–]|\d+[.)]|#+)\s)\s*"
    r"|\s*\n\s*\n\s*"
    r"|(?<=[:.!?])\s*\n\s*"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|cf|Dr|Mr|Mrs|Ms|Prof|St|No|Fig|approx|[A-Z]|U\.S|Ph\.D)\.|(?:^|\n)\s*\d+\.)$"
)
_LEAD = re.compile(r"(?:\s|[-*•–#>]+\s|\d{1,2}[.)]\s)*")


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    lead = _LEAD.match(text, start, end)
    start = lead.end() if lead else start
    return start, max(start, start + len(text[start:end].rstrip()))
