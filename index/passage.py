"""A citable span of a guide, and one found by search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Passage:
    """A span of text that an answer can cite.

    Attributes:
        id: Unique within an index, and the same for the same place and text from one run to the next.
        text: What is shown and quoted. For a passage cut from a section, `section_text[start:end] == text`.
        title: The guide's title.
        source: Where the guide comes from: a web address or a name.
        section: The heading path, outermost first.
        page: The 1-based physical page on which the passage begins, or None.
        start: Offset of the first character in its section, in characters.
        end: Offset after the last one. If left out, `start + len(text)`.
        metadata: What `where=` can filter on, beside `title`, `source`, `document` and `page`.
        document: The id of the guide it was cut from.
    """

    id: str
    text: str
    title: str = ""
    source: str = ""
    section: tuple[str, ...] = ()
    page: int | None = None
    start: int = 0
    end: int = -1
    metadata: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    document: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "section", tuple(self.section))
        if self.end < 0:
            object.__setattr__(self, "end", self.start + len(self.text))


@dataclass(frozen=True)
class Hit:
    """A passage found by search.

    Attributes:
        passage: What was found.
        score: In [0, 1]; higher is nearer to the question. Comparable within one search.
        duplicates: Passages of the same text in other places, which this hit stands for.
    """

    passage: Passage
    score: float
    duplicates: tuple[Passage, ...] = ()
