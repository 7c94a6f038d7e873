"""What surrounds a hit: its whole section, and the lists that a guide writes as headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.units import Unit, units_of
from index.passage import Hit, Passage

MEMBERS = 3  # fewer headings under one are no list
_NUMBERED = re.compile(r"^(?:(?:step|stage|phase|part|week)\s*)?(?P<number>\d{1,2})\s*[.):]\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Outline:
    """A list made of headings, or a numbered list.

    Attributes:
        heading: The heading above it, or the guide's title.
        lead: The last sentence above it, where that leads to it.
        members: (heading without its number, first unit under it), in order; ("", item) for a numbered list of items.
        counted: Whether it is numbered.
    """

    heading: str
    lead: Unit | None
    members: tuple[tuple[str, Unit], ...]
    counted: bool

    @property
    def of_headings(self) -> bool:
        """Whether headings make it."""
        return bool(self.members[0][0])

    @property
    def about(self) -> str:
        """What it lists, in the guide's words."""
        return f"{self.heading}\n{self.lead.text}" if self.lead else self.heading


class Guides:
    """All passages of the guides, by the sections they stand in.

    Args:
        passages: All of them, each guide's in reading order.
    """

    def __init__(self, passages: Sequence[Passage] = ()) -> None:
        self._sections: dict[tuple[str, tuple[str, ...]], list[Passage]] = {}
        self._outlines: dict[str, list[Outline]] = {}
        for sections in _guides(passages):
            self._outlines[sections[0][0].document] = list(_outlines(sections))
            for section in sections:
                self._sections.setdefault((section[0].document, section[0].section), []).extend(section)

    def section_of(self, passage: Passage) -> Sequence[Passage]:
        """The passages of the section that a passage stands in, in reading order; () if the guides are not known."""
        return self._sections.get((passage.document, passage.section), ())

    def outlines_in(self, documents: Iterable[str]) -> list[Outline]:
        """The lists that the headings of these guides make."""
        return [outline for document in documents for outline in self._outlines.get(document, ())]


def _outlines(sections: Sequence[Sequence[Passage]]) -> Iterator[Outline]:
    for position, section in enumerate(sections):
        above = section[0].section
        lead = _lead(section)
        children = _children(sections, position)
        numbered = _counted(children)
        yield from _numbered_lists(section)
        if len(children) >= MEMBERS and (numbered or (lead is not None and lead.text.endswith(":"))):
            yield Outline(
                (above[-1] if above else section[0].title).rstrip(" :"),
                lead if lead is not None and (lead.announces or lead.text.endswith(":")) else None,
                tuple((_NUMBERED.sub("", _name(child)), _first(child)) for child in children),
                numbered,
            )


def _numbered_lists(section: Sequence[Passage]) -> Iterator[Outline]:
    """The numbered lists of a section's text that a sentence leads to."""
    units = units_of([Hit(passage, 0.0) for passage in section])
    for lead in (unit for unit in units if unit.kind == "lead-in"):
        items = [unit for unit in units if unit.level == 0 and unit.marker[:1].isdigit()]
        if len(items) >= MEMBERS and items[0].under == lead.text:
            heading = lead.heading.rstrip(" :")
            yield Outline(heading, lead, tuple(("", item) for item in items), counted=True)


def _guides(passages: Sequence[Passage]) -> Iterator[list[list[Passage]]]:
    """For each guide its sections, each as its passages."""
    guides: dict[str, list[list[Passage]]] = {}
    for passage in passages:
        sections = guides.setdefault(passage.document, [])
        if sections and sections[-1][0].section == passage.section:
            sections[-1].append(passage)
        else:
            sections.append([passage])
    yield from guides.values()


def _children(sections: Sequence[Sequence[Passage]], position: int) -> list[Sequence[Passage]]:
    """The sections one level below one; for text before any heading, the numbered ones that follow it."""
    above = sections[position][0].section
    following = sections[position + 1 :]
    if not above:
        counted: list[Sequence[Passage]] = []
        for section in following:
            path = section[0].section
            match = _NUMBERED.match(path[0]) if len(path) == 1 else None
            if not match or int(match["number"]) != len(counted) + 1:
                break
            counted.append(section)
        return counted
    children = []
    for section in following:
        path = section[0].section
        if path[: len(above)] != above:
            break
        if len(path) == len(above) + 1:
            children.append(section)
    return children


def _counted(sections: Sequence[Sequence[Passage]]) -> bool:
    """Whether headings count from 1 on, and are no questions: numbered questions are an FAQ, not steps."""
    matches = [_NUMBERED.match(section[0].section[-1]) for section in sections]
    return all(match and int(match["number"]) == number for number, match in enumerate(matches, start=1)) and not any(
        _name(section).endswith("?") for section in sections
    )


def _lead(section: Sequence[Passage]) -> Unit | None:
    """The last sentence of a section's text, unless it leads a list of its own."""
    units = units_of([Hit(section[-1], 0.0)])
    return units[-1] if units and units[-1].kind == "sentence" else None


def _first(section: Sequence[Passage]) -> Unit:
    units = units_of([Hit(section[0], 0.0)])
    return next((unit for unit in units if not unit.announces and not unit.leans), units[0])


def _name(section: Sequence[Passage]) -> str:
    return section[0].section[-1].rstrip(" :")
