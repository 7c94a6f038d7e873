"""What a guide is once loaded: a title, a source, and sections of plain text under their headings."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Section:
    """The text under one heading, up to the next.

    `text` is plain text in one canonical form, whatever the file was: paragraphs are single lines set apart by a
    blank line; a list item is a line that begins with "- " or "1. ", indented by two blanks a level; a table row is
    a line of cells joined by " | ". No other markup remains (no emphasis marks, no link targets).

    Attributes:
        headings: The heading path, outermost first; () for text before any heading.
        text: The canonical text; never empty.
        page: The 1-based physical page on which the text begins; None where a format has no pages.
        page_starts: (offset, page) for each page that begins inside the text, in order; offsets are in characters.
    """

    headings: tuple[str, ...]
    text: str
    page: int | None = None
    page_starts: tuple[tuple[int, int], ...] = ()

    def page_at(self, offset: int) -> int | None:
        """The physical page that holds the character at `offset`, or None where there are no pages."""
        position = bisect_right([start for start, _ in self.page_starts], offset)
        return self.page_starts[position - 1][1] if position else self.page


@dataclass(frozen=True)
class Document:
    """A guide.

    Attributes:
        id: Stable and unique among the guides of one index (a path below the guides' folder, with "/" between).
        title: What a reader calls it.
        source: Where it comes from: a web address or a name; "" if unknown.
        sections: In reading order.
        metadata: Further facts (`year`, `public`, `format`, …); values a vector store can filter on. `pages` counts
            the pages; `page_labels` says where the printed numbers begin, if they are not the physical ones ("1=i,
            2=ii, 3=1"); `hidden_characters` counts what no reader sees and was left out; `pages_unread` counts damaged
            pages.
    """

    id: str
    title: str
    source: str
    sections: tuple[Section, ...]
    metadata: Mapping[str, str | int | float | bool] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """A digest of what the guide says, the same as long as its title, headings and text are."""
        digest = hashlib.sha256(self.title.encode("utf-8", "surrogatepass"))
        for section in self.sections:
            digest.update("\x1f".join(["\x1e", *section.headings, section.text]).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()[:16]

    def page_label(self, page: int) -> str:
        """The number that is printed on a physical page ("iv", "12")."""
        starts = [start.partition("=") for start in str(self.metadata.get("page_labels", "")).split(", ")]
        label = str(page)
        for first, _, printed in starts:
            if first.isdecimal() and int(first) <= page:
                beyond = page - int(first)
                label = str(int(printed) + beyond) if printed.isdecimal() else printed
        return label
