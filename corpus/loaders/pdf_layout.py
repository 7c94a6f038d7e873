"""The lines of PDF pages to headings, paragraphs and lists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from corpus.loaders.blocks import Block, one_line, same_words
from corpus.loaders.joining import Joiner

# A gap between baselines this many times the usual one sets paragraphs apart (measured: 1.3 for fpdf2's multi_cell with
# 2 mm after it; 1.0 inside a paragraph).
_GAP = 1.18
# A line set in type this many times the size of the body is a heading; bold type needs no more than the body's size.
_LARGER = 1.12
_HEADING_CHARACTERS = 160
_HEADING_LINES = 4
# Bookmarks this sparse (pages to each) name only the large parts; the type then tells the smaller ones.
_SPARSE = 4

_BULLET = re.compile(r"([•◦▪▫‣⁃∙●○■□◆◇➢➤►▶✓✔✗★☆·\uf0b7\uf0a7\uf0fc\uf0d8]|[*–—-](?=\s))\s*")
_NUMBER = re.compile(r"\(?(\d{1,3})[.)]\s+(?=\S)")
_SENTENCE_END = re.compile(r"[.!?…:。！？।؟][\"'”’)\]]*$")


@dataclass(frozen=True)
class Line:
    """One line of text: its page from 1, the place of its beginning (points, from the lower left), its type."""

    text: str
    page: int
    x: float
    y: float
    size: float
    bold: bool


@dataclass(frozen=True)
class Bookmark:
    """An entry of the outline: its depth from 1, its page from 1, and the height on the page, where told."""

    title: str
    depth: int
    page: int
    top: float | None


@dataclass
class _Open:
    """A paragraph or list item that further lines may join."""

    kind: str
    text: str
    page: int
    x: float
    level: int = 0
    marker: str = "-"
    last: Line | None = None
    page_starts: list[tuple[int, int]] = field(default_factory=list)


def layout(pages: Sequence[Sequence[Line]], bookmarks: Sequence[Bookmark], known: str) -> tuple[list[Block], str]:
    """The blocks of a document, and the title that its first page shows ("" if none).

    Args:
        pages: The lines of each page, without headers and footers.
        bookmarks: The outline; () where the file has none.
        known: Title, source and other facts already known: a title page that only repeats them is left out.
    """
    lines = [line for page in pages for line in page]
    if not lines:
        return [], ""
    body = _body_size(lines)
    headings = _from_bookmarks(lines, bookmarks)
    if len(headings) * _SPARSE < len(pages) or len(headings) < 2:
        deepest = max((level for level, _ in headings.values()), default=0)
        for position, (level, count) in _from_type(lines, body).items():
            if position not in headings and not any(start < position < start + n for start, (_, n) in headings.items()):
                headings[position] = (deepest + level, count)
    title = _title(lines, body)
    dropped = _title_page(lines, headings, bool(bookmarks), f"{known} {title}")
    return _Assembly(lines, headings, dropped, Joiner(line.text for line in lines)).blocks(), title


def _body_size(lines: Sequence[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0]


def _from_bookmarks(lines: Sequence[Line], bookmarks: Sequence[Bookmark]) -> dict[int, tuple[int, int]]:
    """Position of a heading's first line → (level, number of lines); bookmarks whose words are nowhere are left out."""
    pages: dict[int, list[int]] = {}
    for position, line in enumerate(lines):
        pages.setdefault(line.page, []).append(position)
    found: dict[int, tuple[int, int]] = {}
    for bookmark in bookmarks:
        wanted = _unnumbered(bookmark.title)
        here = pages.get(bookmark.page, [])
        places: list[tuple[float, int, int]] = []
        for start in range(len(here)):
            words = ""
            for count in range(1, min(_HEADING_LINES, len(here) - start) + 1):
                words = f"{words} {lines[here[start + count - 1]].text}"
                if len(_unnumbered(words)) >= len(wanted):
                    break
            if wanted and _unnumbered(words) == wanted and here[start] not in found:
                first = lines[here[start]]
                distance = abs(first.y + first.size - bookmark.top) if bookmark.top is not None else 0.0
                places.append((distance, here[start], count))
        if places:
            _, position, count = min(places)
            found[position] = (bookmark.depth, count)
    return found


def _unnumbered(heading: str) -> str:
    """The letters and digits of a heading without its number, which page or outline may leave out."""
    words = same_words(heading)
    return re.sub(r"^(?:(?:\d+|[ivx]+|[a-z]|chapter|part|section|appendix) )+(?=\S)", "", words).replace(" ", "")


def _from_type(lines: Sequence[Line], body: float) -> dict[int, tuple[int, int]]:
    """Headings told by larger or bold type: position → (level, number of lines)."""

    def stands_out(position: int) -> tuple[float, bool] | None:
        line = lines[position]
        if len(line.text) > _HEADING_CHARACTERS or not any(character.isalpha() for character in line.text):
            return None
        if _BULLET.match(line.text) or len(line.text) < 3:
            return None
        if line.size >= body * _LARGER:
            return line.size, line.bold
        bold_body = line.bold and line.size >= body * 0.98 and not re.search(r"[.,;]$", line.text)
        following = lines[position + 1] if position + 1 < len(lines) else None
        if bold_body and following is not None and not (following.bold and following.size == line.size):
            return line.size, True
        return None

    bold_share = sum(len(line.text) for line in lines if line.bold) / sum(len(line.text) for line in lines)
    styles: dict[int, tuple[float, bool]] = {}
    for position in range(len(lines)):
        style = stands_out(position)
        if style is not None and (style[0] >= body * _LARGER or bold_share < 0.3):
            styles[position] = style
    # More large type than body is a poster or a slide: there type tells nothing.
    if sum(len(lines[position].text) for position in styles) > 0.5 * sum(len(line.text) for line in lines):
        return {}
    ranks = {style: rank for rank, style in enumerate(sorted(set(styles.values()), reverse=True)[:6], 1)}
    found: dict[int, tuple[int, int]] = {}
    position = 0
    while position < len(lines):
        style = styles.get(position)
        if style is None or style not in ranks:
            position += 1
            continue
        count = 1
        while (
            position + count < len(lines)
            and count < _HEADING_LINES
            and styles.get(position + count) == style
            and lines[position + count].page == lines[position].page
            and 0 < lines[position + count - 1].y - lines[position + count].y < 1.6 * style[0]
        ):
            count += 1
        found[position] = (ranks[style], count)
        position += count
    return found


def _title(lines: Sequence[Line], body: float) -> str:
    """The largest type of the first page, if nothing else in the document is set so large; "" otherwise."""
    first = [position for position, line in enumerate(lines) if line.page == lines[0].page and len(line.text) > 2]
    largest = max((lines[position].size for position in first), default=0.0)
    if largest < body * _LARGER:
        return ""
    start = next(position for position in first if lines[position].size == largest)
    end = start + 1
    while end < len(lines) and end - start < _HEADING_LINES and lines[end].size == largest:
        end += 1
    if any(line.size >= largest for line in lines[end:]):
        return ""  # it is one heading among others
    title = one_line(" ".join(line.text for line in lines[start:end]))
    return title if len(title) <= 200 else ""


def _title_page(lines: Sequence[Line], headings: dict[int, tuple[int, int]], marked: bool, known: str) -> set[int]:
    """Lines at the very top that only say again what title, source, author or year say; no heading of an outline."""
    words = set(same_words(known).split())
    dropped: set[int] = set()
    for position, line in enumerate(lines):
        own = same_words(line.text).split()
        if position > 8 or not set(own) <= words or (marked and position in headings):
            break
        dropped.add(position)
        headings.pop(position, None)
    return dropped


class _Assembly:
    def __init__(
        self, lines: Sequence[Line], headings: dict[int, tuple[int, int]], dropped: set[int], joiner: Joiner
    ) -> None:
        self.lines, self.headings, self.dropped, self.joiner = lines, headings, dropped, joiner
        self.done: list[Block] = []
        self.open: _Open | None = None
        self.leading = self._leading()
        self.margin = self._right_margin()
        self.indents: list[float] = []

    def _leading(self) -> dict[float, float]:
        """The usual distance of baselines, in points, for each size of type."""
        gaps: dict[float, list[float]] = {}
        for above, below in zip(self.lines, self.lines[1:], strict=False):
            distance = above.y - below.y
            if above.page == below.page and above.size == below.size and 0.5 * above.size < distance < 3 * above.size:
                gaps.setdefault(above.size, []).append(round(distance, 1))
        # The smallest distance that is common: with short paragraphs the gaps between them may be as frequent.
        usual: dict[float, float] = {}
        for size, distances in gaps.items():
            counts = Counter(round(distance) for distance in distances)
            common = [distance for distance, count in counts.items() if count >= 0.15 * len(distances)]
            smallest = min(common) if common else median(distances)
            usual[size] = median([d for d in distances if abs(d - smallest) <= 1] or distances)
        return usual

    def _right_margin(self) -> float:
        """How many characters a full line of the body has."""
        lengths = sorted(len(line.text) for line in self.lines)
        return lengths[int(0.9 * (len(lengths) - 1))]

    def blocks(self) -> list[Block]:
        position = 0
        while position < len(self.lines):
            if position in self.dropped:
                position += 1
                continue
            if position in self.headings:
                level, count = self.headings[position]
                self._close()
                self.indents = []
                parts = self.lines[position : position + count]
                text = ""
                for part in parts:
                    text = self.joiner.joined(text, part.text)[0] if text else part.text
                self.done.append(Block("heading", text, level, page=parts[0].page))
                position += count
                continue
            self._add(self.lines[position])
            position += 1
        self._close()
        return self.done

    def _add(self, line: Line) -> None:
        bullet = _BULLET.match(line.text)
        number = _NUMBER.match(line.text)
        if bullet and not line.text[bullet.end() :]:
            # The mark alone: its words are the next line.
            self._close()
            self._start_item(line, "", "-")
            return
        if bullet and not self._mid_sentence(line):
            self._close()
            self._start_item(line, line.text[bullet.end() :], "-")
        elif number and self._counts_on(line, int(number[1])):
            self._close()
            self._start_item(line, line.text[number.end() :], f"{number[1]}.")
        elif self.open is not None and self._continues(line):
            self._join(line)
        else:
            self._close()
            self.indents = []
            self.open = _Open("paragraph", line.text, line.page, line.x, last=line)

    def _mid_sentence(self, line: Line) -> bool:
        """Is a dash at the start of this line the dash of a sentence that goes on?"""
        return (
            line.text[0] in "–—-*"
            and self.open is not None
            and self.open.kind == "paragraph"
            and not _SENTENCE_END.search(self.open.text)
            and self._near(line)
        )

    def _counts_on(self, line: Line, number: int) -> bool:
        if self.open is None or not self._near(line):
            previous = self.done[-1] if self.done else None
            follows = previous is not None and previous.kind == "item" and previous.marker == f"{number - 1}."
            return number == 1 or follows or self.open is None or bool(_SENTENCE_END.search(self.open.text))
        if self.open.kind == "item" and self.open.marker == f"{number - 1}.":
            return True
        return number == 1 and bool(_SENTENCE_END.search(self.open.text))

    def _start_item(self, line: Line, text: str, marker: str) -> None:
        while self.indents and self.indents[-1] > line.x + 2:
            self.indents.pop()
        if not self.indents or line.x > self.indents[-1] + 4:
            self.indents.append(line.x)
        self.open = _Open("item", text, line.page, line.x, len(self.indents) - 1, marker, line)

    def _near(self, line: Line) -> bool:
        """Does the line stand where the next line of the open block would?"""
        last = self.open.last if self.open is not None else None
        if last is None:
            return False
        if last.page != line.page or line.y > last.y + 1:
            return True  # the next page or column
        return last.y - line.y <= _GAP * self.leading.get(line.size, 1.5 * line.size)

    def _continues(self, line: Line) -> bool:
        assert self.open is not None
        last = self.open.last
        assert last is not None
        if not self.open.text:
            return True
        ended = bool(_SENTENCE_END.search(self.open.text))
        if abs(last.size - line.size) > 0.6 and not (line.text[:1].islower() and not ended):
            return False
        if last.page != line.page or line.y > last.y + 1:
            # Over the edge of a page or column only a sentence that is not at its end goes on.
            return not ended and (
                line.text[:1].islower() or len(last.text) > 0.6 * self.margin or last.text[-1] in ",-"
            )
        if not self._near(line):
            return (
                line.text[:1].islower()
                and not ended
                and last.y - line.y < 2 * self.leading.get(line.size, 1.5 * line.size)
            )
        if self.open.kind == "item":
            return line.x > self.open.x - 2 or not ended
        indented = line.x > last.x + 0.8 * line.size
        short = len(last.text) < 0.6 * self.margin
        return not (ended and (indented or short)) and not (
            short and line.text[:1].isupper() and len(last.text.split()) < 8
        )

    def _join(self, line: Line) -> None:
        assert self.open is not None
        text, offset = self.joiner.joined(self.open.text, line.text)
        page = self.open.page_starts[-1][1] if self.open.page_starts else self.open.page
        if line.page != page:
            self.open.page_starts.append((offset, line.page))
        self.open.text, self.open.last = text, line

    def _close(self) -> None:
        if self.open is not None and self.open.text:
            done = self.open
            kind = "item" if done.kind == "item" else "paragraph"
            self.done.append(
                Block(kind, done.text, done.level, done.marker, done.page, tuple(done.page_starts))  # type: ignore[arg-type]
            )
        self.open = None
