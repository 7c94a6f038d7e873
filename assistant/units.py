"""The units an answer can be made of: the sentences, list items and table rows of the hits, each with its context."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.passage import Hit, Passage
from index.segmentation import Segment, segment, sentences

# A sentence that opens so leans on the one before it.
_LEANS = re.compile(
    r"(?!it(?:[’']s| is| takes| can take)\b)(?:this|these|those|it|its|they|their|them|that|such|he|she|his|her|"
    r"however|additionally|also|in contrast|instead|otherwise|then|therefore|thus|but|and|or|so|both|the latter|"
    r"the former|for example|for instance|all of these|all three|here)\b",
    re.IGNORECASE,
)
# A sentence that only says that something follows.
_ANNOUNCES = re.compile(
    r"(?:here(?:[’']s| is| are)|ready to|first, let[’']s|these are some|if you have (?:more|any))\b", re.IGNORECASE
)
_LABEL = re.compile(r"(?P<label>[^:.!?]{1,60}):\s+(?=\S)")
_HEDGES = re.compile(r"(?:it[’']s important to (?:note|remember)|(?:please )?(?:note|remember) that)\b", re.IGNORECASE)
LABEL_WORDS = 7  # a longer run before a colon is a clause, not a label; a guess


@dataclass(frozen=True)
class Unit:
    """A sentence, list item or table row that can be quoted: `passage.text[start:end]`.

    Attributes:
        hit: Position of its hit, from 0.
        passage: The passage it stands in.
        kind: "sentence", "lead-in", "item" or "row". A sentence of an item is an "item".
        start: Offset of its first character in the passage.
        end: Offset after its last.
        block: Number of the paragraph or list line it stands in.
        position: Its place among the units of the passage, from 0.
        level: Depth of a list item; 0 for the rest.
        label: What its list line is about, where the line says so ("Containerization"); "" otherwise.
        under: The lead-in or parent item that it stands under; "" for none.
        marker: The list marker of the line that it begins; "" where it begins none.
        before: The sentence before it in the same block; "" for none.
    """

    hit: int
    passage: Passage
    kind: str
    start: int
    end: int
    block: int
    position: int
    level: int = 0
    label: str = ""
    under: str = ""
    marker: str = ""
    before: str = ""

    @property
    def text(self) -> str:
        """The words of the unit."""
        return self.passage.text[self.start : self.end]

    @property
    def heading(self) -> str:
        """The innermost heading above it, or the guide's title."""
        return self.passage.section[-1] if self.passage.section else self.passage.title

    @property
    def leans(self) -> bool:
        """Whether it opens with a word that points back at the sentence before."""
        return bool(_LEANS.match(self.text)) and not self.announces

    @property
    def announces(self) -> bool:
        """Whether it only says that something follows, or asks."""
        return bool(_ANNOUNCES.match(self.text)) or self.text.endswith("?")

    @property
    def hedges(self) -> bool:
        """Whether it opens as an aside."""
        return bool(_HEDGES.match(self.text))

    @property
    def in_context(self) -> str:
        """Its words under its heading, its line's label if they do not begin with it, and the sentence it leans on."""
        label = self.label if self.label and not self.text.startswith(self.label) else ""
        before = self.before if self.leans else ""
        return " ".join(part for part in (self.heading, label, before, self.text) if part)


def units_of(hits: Sequence[Hit]) -> list[Unit]:
    """The units of the hits, in the order of the hits and of their text."""
    return [unit for position, hit in enumerate(hits) for unit in _units(position, hit.passage)]


def label_of(line: str) -> str:
    """What a list line names before its colon or its dash, or ""."""
    match = _LABEL.match(line)
    return match["label"].strip() if match and len(match["label"].split()) <= LABEL_WORDS else ""


def _units(hit: int, passage: Passage) -> list[Unit]:
    units: list[Unit] = []
    above: dict[int, str] = {}  # the lead-in at -1, and the latest item of each level
    for piece in segment(passage.text):
        text = passage.text[piece.start : piece.end]
        if piece.kind == "item":
            above = {level: line for level, line in above.items() if level < piece.level}
            under = next((above[level] for level in sorted(above, reverse=True)), "")
            above[piece.level] = text
        else:
            under = ""
            above = {-1: text} if piece.kind == "lead-in" else {}
        for number, (start, end) in enumerate(_parts(text, piece)):
            units.append(
                Unit(
                    hit,
                    passage,
                    piece.kind,
                    piece.start + start,
                    piece.start + end,
                    piece.block,
                    len(units),
                    piece.level,
                    label_of(text) if piece.kind == "item" else "",
                    under,
                    piece.marker if number == 0 else "",
                    units[-1].text if units and units[-1].block == piece.block else "",
                )
            )
    return units


def _parts(text: str, piece: Segment) -> list[tuple[int, int]]:
    """The sentences of an item; any other segment is one already."""
    if piece.kind != "item":
        return [(0, len(text))]
    return sentences(text) or [(0, len(text))]
