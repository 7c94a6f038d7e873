"""What a loader finds in a file, block by block, and the sections that the blocks make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from corpus.document import Section
from corpus.loaders.characters import clean

Scalar = str | int | float | bool

# A heading longer than this (characters) is a paragraph that was marked as one.
_LONGEST_HEADING = 300


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph, a list item, a table row, or lines of code.

    Attributes:
        kind: Which of them.
        text: One line, without its marker; code may have several.
        level: Of a heading, its rank (smaller is outer; ranks may skip). Of a list item, its depth from 0.
        marker: Of a list item, "-" or its number with a dot ("3.").
        page: The physical page on which it begins, from 1; None where there are no pages.
        page_starts: (offset in `text`, page) for each further page that it runs onto.
    """

    kind: Literal["heading", "paragraph", "item", "row", "code"]
    text: str
    level: int = 0
    marker: str = "-"
    page: int | None = None
    page_starts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Draft:
    """What a loader made of one file: "" stands for a title or source that the file does not tell."""

    title: str
    source: str
    blocks: tuple[Block, ...]
    metadata: dict[str, Scalar] = field(default_factory=dict)
    hidden_characters: int = 0  # already taken out of the blocks' texts


def one_line(text: str) -> str:
    """`text` with every run of blanks and line breaks made one blank."""
    return " ".join(text.split())


def same_words(text: str) -> str:
    """What two headings that differ in case, blanks or punctuation have in common."""
    return re.sub(r"[\W_]+", " ", text).strip().casefold()


def leading_title(blocks: Sequence[Block]) -> str:
    """The heading that the blocks begin with, unless others of its rank follow: then it names only its own part."""
    if not blocks or blocks[0].kind != "heading":
        return ""
    peers = [block for block in blocks[1:] if block.kind == "heading" and block.level <= blocks[0].level]
    return "" if peers else blocks[0].text


def cleaned(blocks: Iterable[Block]) -> tuple[tuple[Block, ...], int]:
    """The blocks without hidden characters and empty texts, and the number of hidden characters."""
    kept: list[Block] = []
    hidden = 0
    for block in blocks:
        text, count = clean(block.text)
        hidden += count
        if block.kind == "code":
            text = "\n".join(line.rstrip() for line in text.expandtabs(4).strip("\n").split("\n") if line.strip())
        elif not block.page_starts:
            text = one_line(text)
        if block.kind == "heading" and len(text) > _LONGEST_HEADING:
            block = replace(block, kind="paragraph", level=0)
        if text.strip():
            kept.append(replace(block, text=text))
    return tuple(kept), hidden


def sections_of(blocks: Sequence[Block], title: str) -> tuple[Section, ...]:
    """The sections that `blocks` make, in reading order.

    A heading that only repeats the title is left out of the heading paths. A heading with nothing beneath it is kept
    as a paragraph of what stands above it: its words are in the file, so they must be found.
    """
    groups: list[tuple[tuple[str, ...], list[Block]]] = []
    path: list[Block] = []
    title_words = same_words(title)

    def add(headings: tuple[str, ...], block: Block) -> None:
        if not groups or groups[-1][0] != headings:
            groups.append((headings, []))
        groups[-1][1].append(block)

    for position, block in enumerate(blocks):
        if block.kind != "heading":
            add(tuple(heading.text for heading in path), block)
            continue
        while path and path[-1].level >= block.level:
            path.pop()
        if same_words(block.text) == title_words and not path:
            continue
        following = blocks[position + 1] if position + 1 < len(blocks) else None
        if following is None or (following.kind == "heading" and following.level <= block.level):
            add(tuple(heading.text for heading in path), replace(block, kind="paragraph", level=0))
        else:
            path.append(block)
    if not groups and blocks:
        groups.append(((), [replace(blocks[0], kind="paragraph")]))
    return tuple(_section(headings, members) for headings, members in groups)


def _section(headings: tuple[str, ...], blocks: Sequence[Block]) -> Section:
    text = ""
    page_starts: list[tuple[int, int]] = []
    page = blocks[0].page
    depth = -1
    previous: Block | None = None
    for block in blocks:
        if previous is not None:
            text += "\n" if previous.kind == block.kind and block.kind in ("item", "row") else "\n\n"
            if block.page is not None and block.page != page:
                page_starts.append((len(text), block.page))
                page = block.page
        if block.kind == "item":
            # Depth grows by one at a time, whatever the file's own indents were.
            depth = min(block.level, depth + 1)
            text += f"{'  ' * depth}{block.marker} "
        else:
            depth = -1
        for offset, number in block.page_starts:
            page_starts.append((len(text) + offset, number))
            page = number
        text += block.text
        previous = block
    return Section(headings=headings, text=text, page=blocks[0].page, page_starts=tuple(page_starts))
