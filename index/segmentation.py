"""Canonical section text to the units that can be quoted: sentences, list items and table rows, with offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ITEM = re.compile(r"^(?P<indent> *)(?P<marker>[-•*]|\d{1,3}[.)])\s+(?=\S)")
# Not the end of a sentence: a full stop after these, or after a single capital letter ("J. Smith").
_ABBREVIATIONS = (
    "e.g i.e etc vs cf al fig eq no vol pp mr mrs ms dr prof st jr sr inc ltd co corp dept approx est "
    "jan feb mar apr jun jul aug sep sept oct nov dec u.s u.k a.m p.m ph.d b.sc m.sc"
)
ABBREVIATIONS = frozenset(_ABBREVIATIONS.split())
_BOUNDARY = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s+)|[。！？]+[”’）]*")


@dataclass(frozen=True)
class Segment:
    """A unit of text that makes sense when quoted: `text[start:end]`.

    Attributes:
        kind: "sentence", "lead-in" (a line that ends in ":" before a list), "item" or "row".
        start: Offset of its first character; for an item, after the marker.
        end: Offset after its last character.
        block: Number of the paragraph or list line it stands in, from 0.
        level: Depth of a list item, from 0; 0 for the rest.
        marker: The list marker as written; "" for the rest.
    """

    kind: str
    start: int
    end: int
    block: int
    level: int = 0
    marker: str = ""


def segment(text: str) -> list[Segment]:
    """The segments of a canonical text, in order."""
    segments: list[Segment] = []
    lines = list(_lines(text))
    for block, (start, end) in enumerate(lines):
        line = text[start:end]
        item = ITEM.match(line)
        if item:
            level = len(item["indent"]) // 2
            segments.append(Segment("item", start + item.end(), end, block, level, item["marker"]))
        elif " | " in line:
            segments.append(Segment("row", start, end, block))
        else:
            for first, last in sentences(line):
                segments.append(Segment("sentence", start + first, start + last, block))
            following = lines[block + 1] if block + 1 < len(lines) else None
            if line.endswith(":") and following and ITEM.match(text[following[0] : following[1]]):
                tail = segments[-1]
                segments[-1] = Segment("lead-in", tail.start, tail.end, block)
    return segments


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence of one paragraph, without the blanks around it."""
    spans: list[tuple[int, int]] = []
    start = 0
    for boundary in _BOUNDARY.finditer(text):
        if _ends_sentence(text, boundary):
            spans.append((start, boundary.end()))
            start = boundary.end()
    spans.append((start, len(text)))
    trimmed = []
    for first, last in spans:
        piece = text[first:last]
        first += len(piece) - len(piece.lstrip())
        last -= len(piece) - len(piece.rstrip())
        if first < last:
            trimmed.append((first, last))
    return trimmed


def _ends_sentence(text: str, boundary: re.Match[str]) -> bool:
    if boundary.group()[0] != ".":
        return True
    word = re.search(r"[\w.]*$", text[: boundary.start()])
    before = word.group().lower() if word else ""
    after = text[boundary.end() :].lstrip()
    if before in ABBREVIATIONS or (len(before) == 1 and before.isalpha()):
        # "in the U.S. Salaries differ" ends; "e.g. Python" does not.
        return before in {"etc", "u.s", "u.k", "a.m", "p.m", "ph.d"} and after[:1].isupper()
    return not after[:1].islower()


def _lines(text: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(r"[^\n]+", text):
        if match.group().strip():
            yield match.start(), match.start() + len(match.group().rstrip())
