"""A plan of lines to Markdown with numbered markers, the claims it makes and the citations they rest on."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Citation, Claim
from assistant.selection import Line
from assistant.units import Unit
from index.passage import Passage


def compose(lines: Sequence[Line]) -> tuple[list[str], tuple[Claim, ...], tuple[Citation, ...]]:
    """The pieces of the text in order (joined, they are the text), the claims and the citations."""
    citations: list[Citation] = []
    claims: list[Claim] = []
    pieces: list[str] = []
    documents = list(dict.fromkeys(line.unit.passage.document for line in lines))
    named = len(documents) > 1 and all(line.shape == "sentence" for line in lines)
    previous: Line | None = None
    for line in lines:
        numbers = tuple(_number(unit, citations) for unit in line.units)
        claims.append(Claim(line.label if line.named_only else line.unit.text, numbers, True, 1.0))
        pieces.append(_gap(previous, line) + _said(line, numbers, named and _new_guide(previous, line)))
        previous = line
    return pieces, tuple(claims), tuple(citations)


def _number(unit: Unit, citations: list[Citation]) -> int:
    for citation in citations:
        if (citation.passage.id, citation.start, citation.end) == (unit.passage.id, unit.start, unit.end):
            return citation.number
    citations.append(Citation(len(citations) + 1, unit.text, unit.start, unit.end, unit.passage))
    return len(citations)


def _new_guide(previous: Line | None, line: Line) -> bool:
    return previous is None or previous.unit.passage.document != line.unit.passage.document


def _gap(previous: Line | None, line: Line) -> str:
    if previous is None:
        return ""
    if line.shape in {"item", "step"}:
        return "\n" if previous.shape == line.shape else "\n\n"
    return "\n\n" if _new_guide(previous, line) or previous.shape != "sentence" else " "


def _said(line: Line, numbers: Sequence[int], named: bool) -> str:
    bullet = {"item": "- ", "step": f"{line.marker} "}.get(line.shape, "")
    guide = f"**{name_of(line.unit.passage)}:** " if named else ""
    markers = "".join(f"[{number}]" for number in numbers)
    if line.named_only:
        return f"{bullet}{guide}{line.label} {markers}"
    label = f"**{line.label}:** " if line.label else ""
    return f"{bullet}{guide}{label}{_flat(line.unit.text)} {markers}"


def _flat(text: str) -> str:
    return " ".join(text.split())


def name_of(passage: Passage) -> str:
    """What a reader calls a passage's guide, in few words."""
    short = passage.metadata.get("short_title")
    return str(short) if short else passage.title.split(":")[0].strip()
