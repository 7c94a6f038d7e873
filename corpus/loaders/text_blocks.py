"""The lines of a plain text to blocks, once its headings are known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus.loaders.blocks import Block, one_line, same_words
from corpus.loaders.joining import Joiner
from corpus.loaders.text_lines import (
    BULLET,
    ITEM_NUMBER,
    LOG,
    MAIL_HEADER,
    Line,
    is_item,
    marked_heading,
)
from corpus.loaders.text_outline import NUMBERED, PLAIN, find_outline

# Lines longer than this (characters) are not wrapped: each is a paragraph.
_WRAPPED = 200
# So many parts alike before the words after the last of them count as the end of the whole.
_ALIKE = 3

_ANSWER = re.compile(r"(?:answer|ans|a)\s*\d{0,3}\s*[:.–-]\s+(?=\S)", re.I)
# Parts of a book or paper that hold no others.
_CLOSED = frozenset(
    re.findall(
        r"\w+",
        "abstract preface foreword acknowledgements acknowledgments references bibliography contents summary index "
        "notes glossary dedication keywords",
    )
)


def blocks_of(lines: Sequence[Line], title: str) -> list[Block]:
    """The blocks that the lines make, in order."""
    reading = _Reading(lines)
    blocks = list(reading.blocks())
    return _closing_lifted(blocks, reading.answers, title)


class _Reading:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        outline = find_outline(lines)
        self.headings, self.items = outline.headings, outline.items
        self.join = Joiner(line.text for line in lines).all_joined
        self.answers: set[str] = set()  # paragraphs that were marked as answers
        lengths = sorted(line.indent + len(line.text) for line in lines)
        self.width = lengths[int(len(lengths) * 0.95)] if lengths else 0  # the column at which the text is wrapped

    def blocks(self) -> Iterator[Block]:
        """The blocks, in order."""
        position = 0
        closed = asked = False  # under a heading that holds no others ("Abstract"); right under a question
        while position < len(self.lines):
            if position in self.headings:
                heading, closed = self._heading(position, closed)
                asked = heading.text.endswith("?")
                yield heading
                position += 1
                continue
            if self._is_item(position):
                end = self._list_end(position)
                yield from self._list(position, end)
            elif self._is_row(position):
                end = position + 1
                yield from self._row(position)
            else:
                end = self._paragraph_end(position)
                text = self.join(line.text for line in self.lines[position:end])
                answer = _ANSWER.match(text) if asked else None
                if answer:
                    text = text[answer.end() :]
                    self.answers.add(text)
                yield Block("paragraph", text)
            position, asked = end, False

    def _heading(self, position: int, closed: bool) -> tuple[Block, bool]:
        """The heading at `position`, and whether it is one that holds no others."""
        rank = self.headings[position]
        marked = marked_heading(self.lines[position].text)
        text = one_line(marked[1] if marked else self.lines[position].text)
        numbered = rank >= NUMBERED
        still_closed = same_words(text) in _CLOSED or (closed and numbered)
        return Block("heading", text, PLAIN if closed and rank == NUMBERED else rank), still_closed

    def _is_item(self, position: int) -> bool:
        text = self.lines[position].text
        if position in self.headings:
            return False
        number = ITEM_NUMBER.match(text)
        if number and position and not self.lines[position].gap and text[number.end()].islower():
            above = self.lines[position - 1].text
            if above[-1].isalnum() and not is_item(above):
                return False  # "… within\n30) days": the number is a part of the sentence
        return bool(BULLET.match(text) or number) or (position in self.items and is_item(text))

    def _is_row(self, position: int) -> bool:
        text = self.lines[position].text
        return "\t" in text or text.count(" | ") >= 2 or (text.startswith("|") and text.endswith("|") and len(text) > 2)

    def _row(self, position: int) -> Iterator[Block]:
        cells = [one_line(cell) for cell in re.split(r"\t+|\s*\|\s*", self.lines[position].text.strip("| "))]
        if any(re.search(r"\w", cell) for cell in cells):  # and not the rule under a table's head
            yield Block("row", " | ".join(cells))

    def _paragraph_end(self, start: int) -> int:
        position = start + 1
        while position < len(self.lines) and self._continues(position):
            position += 1
        return position

    def _list_end(self, start: int) -> int:
        """The position after the list that begins at `start`."""
        position = start + 1
        indent = self.lines[start].indent
        while position < len(self.lines) and position not in self.headings:
            line = self.lines[position]
            within = line.indent > indent if line.gap else self._continues(position)
            if not self._is_item(position) and not within:
                break
            position += 1
        return position

    def _continues(self, position: int) -> bool:
        """Is this line the rest of the paragraph or item in the line above?"""
        above, line = self.lines[position - 1], self.lines[position]
        if line.gap or position in self.headings or self._is_item(position) or self._is_row(position):
            return False
        if line.text[0].islower() or above.text[-1] in ",-–—" or line.indent > above.indent + 1:
            return True
        if self.width > _WRAPPED or LOG.match(line.text) or MAIL_HEADER.fullmatch(line.text):
            return False
        room = self.width - above.indent - len(above.text)
        return room < max(len(line.text.split()[0]) + 1, 0.2 * self.width)

    def _list(self, start: int, end: int) -> Iterator[Block]:
        indents: list[int] = []
        words: list[str] = []
        marker = "-"
        for position in range(start, end):
            line = self.lines[position]
            if not self._is_item(position):
                words.append(line.text)
                continue
            if words:
                yield Block("item", self.join(words), len(indents) - 1, marker)
            while indents and indents[-1] > line.indent:
                indents.pop()
            if not indents or line.indent > indents[-1] + 1:
                indents.append(line.indent)
            bullet, number = BULLET.match(line.text), ITEM_NUMBER.match(line.text)
            # Letters and Roman numbers stay among the words: the canonical form has numbers only.
            marker = f"{number[1]}." if number else "-"
            mark = bullet or number
            words = [line.text[mark.end() :] if mark else line.text]
        if words:
            yield Block("item", self.join(words), len(indents) - 1, marker)


def _closing_lifted(blocks: Sequence[Block], answers: set[str], title: str) -> list[Block]:
    """The blocks, with the words after the last of several parts alike put back under the heading of them all.

    Each of five parts is a heading and a list; below the fifth list stands "In summary, …". That ends the whole.
    """
    heads = [position for position, block in enumerate(blocks) if block.kind == "heading"]
    if not heads:
        return list(blocks)
    ends = [*heads[1:], len(blocks)]
    insert: dict[int, Block] = {}
    run: list[tuple[int, int]] = []
    for index, (head, end) in enumerate(zip(heads, ends, strict=True)):
        if run and blocks[run[-1][0]].level != blocks[head].level:
            run = []
        run.append((head, end))
        following = blocks[heads[index + 1]] if index + 1 < len(heads) else None
        if following is not None and following.level >= blocks[head].level:
            continue
        tails = [_tail_of(blocks[start + 1 : stop], answers) for start, stop in run]
        if len(run) >= _ALIKE and tails[-1] and all(tail == 0 for tail in tails[:-1]):
            outer = [blocks[other] for other in heads[:index] if blocks[other].level < blocks[head].level]
            if outer or title:
                whole = outer[-1] if outer else Block("heading", title, blocks[head].level)
                insert[end - tails[-1]] = whole
        run = []
    lifted: list[Block] = []
    for position, block in enumerate(blocks):
        if position in insert:
            lifted.append(insert[position])
        lifted.append(block)
    return lifted


def _tail_of(body: Sequence[Block], answers: set[str]) -> int | None:
    """How many paragraphs stand after the list or the answer that makes up a part; None if it is neither."""
    for tail, block in enumerate(reversed(body)):
        if block.kind == "item" or block.text in answers:
            return tail
        if block.kind != "paragraph":
            return None
    return None
