"""Plain text to blocks: headings, lists and paragraphs are told by their looks, and scraping noise is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from corpus.loaders.blocks import Block, Draft, one_line, same_words
from corpus.loaders.characters import clean, decode
from corpus.loaders.front_matter import split_front_matter
from corpus.loaders.limits import Limits
from corpus.loaders.noise import find_noise
from corpus.loaders.running_lines import running_lines

# Longest heading, in words and characters; from the two scraped guides, whose longest has 11 and 67.
_HEADING_WORDS = 14
_HEADING_CHARACTERS = 110

# Ranks of headings, outer first. A numbered heading of depth n ("1.2" has 2) has _NUMBERED + n - 1.
_PART, _PLAIN, _NUMBERED, _BELOW_NUMBERED, _COLON = 1, 2, 10, 30, 40

_BULLET = re.compile(r"([•◦▪▫‣⁃∙●○■□◆◇➢➤►▶→✓✔✗★☆·*+–—\uf0b7\uf0a7-])\s+(?=\S)|(o)\s{1,3}(?=[A-Z])")
_NUMBER = re.compile(
    r"(?P<label>step|chapter|part|section|phase|week|day|month|unit|module|lesson|question|tip|rule|level|stage|appendix|"
    r"article|act|scene|book|q)?(?(label)\s*#?)(?P<number>\d{1,3}(?:\.\d{1,3}){0,4}|(?(label)[IVXLC]{1,6}|(?!)))"
    r"(?P<end>[.):]\)?|\s+[–—-](?=\s)|(?(label)(?=\s|$)|(?=\s+[A-Z])))(?:\s+|$)",
    re.I,
)
_SMALL_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]\s+(?=\S)", re.I)
_RULE = re.compile(r"[-=_*~#^+.\s]{3,}")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*")
_URL = re.compile(r"https?://|www\.|\S@\S+\.\w")
_DATE = re.compile(
    r"\W*(?:\w+,?\s+)?(?:\d{1,2}(?:st|nd|rd|th)?\s+\w+\s+\d{4}|\w+\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|[\d./:-]+)\W*"
)
_HEADER = re.compile(
    r"(From|To|Cc|Bcc|Subject|Date|Sent|Reply-To|Message-ID|Received|X-[\w-]+|MIME-Version|Content-[\w-]+):\s*(.*)"
)
_LOG = re.compile(r"\W?(?:\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|\d\d/\w{2,3}/\d{2,4}|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d)")
_ANSWER = re.compile(r"(?:answer|ans|a)\s*\d{0,3}\s*[:.–-]\s+(?=\S)", re.I)

_SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "and",
        "or",
        "nor",
        "but",
        "for",
        "to",
        "in",
        "on",
        "at",
        "by",
        "as",
        "is",
        "are",
        "be",
        "do",
        "does",
        "did",
        "can",
        "with",
        "without",
        "from",
        "into",
        "about",
        "over",
        "than",
        "vs",
        "via",
        "per",
        "i",
        "you",
        "your",
        "my",
        "our",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "if",
        "not",
        "no",
        "so",
        "up",
        "out",
        "how",
        "what",
        "when",
        "where",
        "who",
        "why",
        "which",
        "de",
        "la",
        "le",
        "les",
        "des",
        "du",
        "et",
        "en",
        "el",
        "los",
        "las",
        "y",
        "del",
        "der",
        "die",
        "das",
        "und",
        "von",
        "zu",
        "al",
        "di",
        "da",
        "do",
        "e",
        "o",
    ]
)
_ASKS = re.compile(
    r"(?:what|how|why|when|where|who|whom|whose|which|is|are|am|do|does|did|can|could|should|would|will|may|must|has|have)\b",
    re.I,
)
# A line that ends so leads into what follows: it is a sentence cut short, not the name of a part.
_LEADS_IN = re.compile(
    r"\b(?:include|includes|including|are|is|consist of|consists of|following|follows|such as|these|below|here|namely|"
    r"example|examples|e\.g\.|like|to|of|with|typically|must|should|can|will|you need|by)\s*:$",
    re.I,
)
_ASIDE = re.compile(
    r"(?:note|notes|example|warning|tip|hint|caution|important|n\.?b\.?|p\.?s|answer|ans|q|a)\s*:", re.I
)
_SIGN_OFF = re.compile(
    r"(?:best|kind|warm|yours|many|with|regards|sincerely|cheers|thanks|thank you|respectfully)\b.*", re.I
)
# Parts of a book or paper that hold no others.
_CLOSED = frozenset(
    [
        "abstract",
        "preface",
        "foreword",
        "acknowledgements",
        "acknowledgments",
        "references",
        "bibliography",
        "contents",
        "summary",
        "index",
        "notes",
        "glossary",
        "dedication",
        "keywords",
    ]
)


@dataclass(frozen=True)
class _Line:
    indent: int  # in blanks
    text: str  # stripped
    gap: bool  # stands after a blank line, or first


def load_text(data: bytes, name: str, limits: Limits) -> Draft:
    """The blocks of a plain text file.

    Front matter is read as in Markdown; the title is the first line if it looks like one, else "".
    """
    text, hidden = clean(decode(data, name))
    facts, text = split_front_matter(text)
    if hidden:
        facts["hidden_characters"] = hidden
    lines = _lines(text)
    listed = frozenset(position for position, line in enumerate(lines) if _item_start(line.text))
    noise = find_noise([line.text for line in lines], listed)
    lines = _without(lines, noise.positions)
    if noise.author:
        facts.setdefault("author", noise.author)
    title, lines = _title(lines)
    blocks = tuple(_Reading(lines).blocks())
    return Draft(str(facts.pop("title", "")) or title, str(facts.pop("source", "")) or noise.source, blocks, facts)


def _lines(text: str) -> list[_Line]:
    """The lines with words, without the headers and footers of pages that form feeds divide."""
    pages = [page.split("\n") for page in text.split("\f")]
    running = running_lines([[line.strip() for line in page] for page in pages])
    lines: list[_Line] = []
    gap = True
    for number, page in enumerate(pages):
        for position, raw in enumerate(page):
            expanded = raw.expandtabs(4).rstrip() if "\t" not in raw.strip() else raw.rstrip()
            stripped = expanded.strip()
            if not stripped or (number, position) in running:
                gap = gap or not (stripped or _runs_on(lines, pages, number, position))
                continue
            if _RULE.fullmatch(stripped) and not any(character.isalnum() for character in stripped):
                if lines and not gap and set(stripped) <= {"=", "-", " "} and len(stripped.replace(" ", "")) >= 3:
                    rank = "# " if "=" in stripped else "## "
                    if len(lines[-1].text) <= _HEADING_CHARACTERS and lines[-1].gap:
                        lines[-1] = replace(lines[-1], text=rank + lines[-1].text)
                gap = True
                continue
            lines.append(_Line(len(expanded) - len(expanded.lstrip()), stripped, gap))
            gap = False
    return lines


def _runs_on(lines: Sequence[_Line], pages: Sequence[Sequence[str]], number: int, position: int) -> bool:
    """Is this blank line only the edge of a page, inside a sentence that goes on?"""
    if len(pages) == 1 or not lines or lines[-1].text[-1:] in ".!?:;":
        return False
    rest = [line for line in pages[number][position:] if line.strip()]
    following = (
        next((line for page in pages[number + 1 :] for line in page if line.strip()), "") if not rest else rest[0]
    )
    return (not rest or position < 4) and following.strip()[:1].islower()


def _without(lines: Sequence[_Line], positions: frozenset[int]) -> list[_Line]:
    kept: list[_Line] = []
    gap = False
    for position, line in enumerate(lines):
        if position in positions:
            gap = True
            continue
        kept.append(replace(line, gap=line.gap or gap))
        gap = False
    return kept


def _title(lines: list[_Line]) -> tuple[str, list[_Line]]:
    """The title and the lines below it."""
    if not lines:
        return "", lines
    headers = [match for line in lines[:30] for match in [_HEADER.fullmatch(line.text)] if match]
    if len(headers) >= 3 and _HEADER.fullmatch(lines[0].text):
        return next((one_line(match[2]) for match in headers if match[1] == "Subject"), ""), lines
    first = lines[0].text
    if marked := _MARKDOWN_HEADING.fullmatch(first):
        return one_line(marked[2]), lines
    stands_alone = len(lines) > 1 and lines[1].gap
    short = len(first) <= _HEADING_CHARACTERS and len(first.split()) <= _HEADING_WORDS
    if stands_alone and short and first[-1] not in ".,;:" and not _item_start(first) and _opens(first):
        if _URL.search(first) or _DATE.fullmatch(first) or _LOG.match(first) or _NUMBER.match(first):
            return "", lines
        return one_line(first), lines[1:]
    return "", lines


def _item_start(text: str) -> bool:
    return bool(_BULLET.match(text) or _SMALL_NUMBER.match(text))


def _opens(text: str) -> bool:
    """Does the text begin as a heading may: with no small letter?"""
    first = next((character for character in text if character.isalnum()), "")
    return bool(first) and not first.islower()


def _capitalised(text: str) -> float:
    """The share of words, small ones aside, that begin with a capital; 1 for scripts that have none."""
    words = [word for word in re.findall(r"[^\W_][\w’'-]*", text) if word.casefold() not in _SMALL_WORDS]
    cased = [word for word in words if word[0].lower() != word[0].upper()]
    return sum(word[0].isupper() for word in cased) / len(cased) if cased else 1.0


class _Reading:
    """One pass over the lines: first which are headings, then the blocks."""

    def __init__(self, lines: Sequence[_Line]) -> None:
        self.lines = lines
        self.width = self._width()
        self.headings: dict[int, int] = {}  # position → rank
        self.items: set[int] = set()  # positions of numbered lines that are list items
        self._judge_numbered()
        self._judge_plain()
        self._judge_lead_ins()

    def _width(self) -> int:
        """The column at which the text seems to be wrapped."""
        lengths = sorted(line.indent + len(line.text) for line in self.lines)
        return lengths[int(len(lengths) * 0.95)] if lengths else 0

    # Headings

    def _judge_numbered(self) -> None:
        """Take numbered lines in sequences: either all of one are headings, or all are items."""
        sequences: list[list[int]] = []
        open_sequences: dict[tuple[str, int, str], list[int]] = {}
        for position, line in enumerate(self.lines):
            match = _NUMBER.match(line.text)
            if not match or len(line.text) > 2000:
                continue
            key = (_label(match), match["number"].count("."), "" if match["label"] else match["end"])
            number = match["number"]
            running = open_sequences.get(key)
            if running is not None and _follows(_NUMBER.match(self.lines[running[-1]].text), match):
                running.append(position)
            else:
                open_sequences[key] = [position]
                sequences.append(open_sequences[key])
            if number == "1" and line.indent == 0:
                pass
        for sequence in sequences:
            fit = [position for position in sequence if self._heads(position, sequence)]
            inner = [position for position in sequence[:-1] if position in fit]
            match = _NUMBER.match(self.lines[sequence[0]].text)
            assert match is not None
            labelled = bool(match["label"])
            enough = len(fit) / len(sequence) >= 0.6 and (len(sequence) == 1 or len(inner) * 2 >= len(sequence) - 1)
            if enough and (len(sequence) > 1 or labelled or match["number"] == "1" or "." in match["number"]):
                for position in sequence:
                    if self._short(self.lines[position].text):
                        number = _NUMBER.match(self.lines[position].text)
                        assert number is not None
                        part = _label(number) in ("part", "chapter", "book", "act")
                        depth = number["number"].rstrip(".").count(".")
                        self.headings[position] = _PART if part else _NUMBERED + depth
            elif len(sequence) > 1 or not labelled:
                self.items.update(sequence)

    def _heads(self, position: int, sequence: Sequence[int]) -> bool:
        """Does this numbered line stand above text of its own?"""
        line = self.lines[position]
        if not self._short(line.text) or position + 1 >= len(self.lines):
            return False
        following = self.lines[position + 1]
        if position + 1 in sequence:
            return False
        asks = line.text.endswith((":", "?"))
        if _item_start(following.text) and not following.gap:
            return line.text.endswith(":")
        if following.gap:
            # A list with blank lines between its items: the text beneath is indented to the words of the item.
            return not (following.indent > line.indent and not _item_start(following.text) and not line.gap)
        return asks or (len(line.text) < 0.6 * self.width and _opens(following.text) and line.gap)

    def _short(self, text: str) -> bool:
        fits = len(text.split()) <= _HEADING_WORDS + 2 and len(text) <= _HEADING_CHARACTERS
        return fits and not re.search(r"[^.][.;,]$", text) and ". " not in re.sub(r"^\S+\s", "", text)

    def _judge_plain(self) -> None:
        found: dict[int, int] = {}
        for position in range(len(self.lines)):
            if position not in self.headings and position not in self.items:
                rank = self._plain_rank(position)
                if rank is not None:
                    found[position] = rank
        # A poem or a dialogue: nearly every line stands alone. Only marked headings count then.
        bodies = sum(1 for line in self.lines if len(line.text) > _HEADING_CHARACTERS or not line.gap)
        unmarked = [position for position, rank in found.items() if rank == _PLAIN]
        if len(unmarked) > 8 and len(unmarked) > 0.4 * len(self.lines) and bodies < len(unmarked):
            found = {position: rank for position, rank in found.items() if rank != _PLAIN}
        numbered = sorted(position for position, rank in self.headings.items() if rank >= _NUMBERED)
        for position, rank in found.items():
            if rank == _PLAIN and self._inside_numbered(position, numbered):
                rank = _BELOW_NUMBERED
            self.headings[position] = rank

    def _inside_numbered(self, position: int, numbered: Sequence[int]) -> bool:
        """Does a numbered sequence of headings go on after this heading?"""
        before = [other for other in numbered if other < position]
        after = [other for other in numbered if other > position]
        if not before or not after:
            return False
        earlier, later = _NUMBER.match(self.lines[before[-1]].text), _NUMBER.match(self.lines[after[0]].text)
        return bool(later) and _label(earlier) == _label(later) and _follows(earlier, later)

    def _plain_rank(self, position: int) -> int | None:
        line = self.lines[position]
        text = line.text
        if marked := _MARKDOWN_HEADING.fullmatch(text):
            return _PART + len(marked[1]) if marked[2] else None
        if position + 1 >= len(self.lines):
            return None
        if len(text) > _HEADING_CHARACTERS or len(text.split()) > _HEADING_WORDS or _item_start(text):
            return None
        if text[-1] in ".,;…-–—" or not _opens(text) or _URL.search(text) or _DATE.fullmatch(text) or _LOG.match(text):
            return None
        if re.search(r"[.!?] [A-Z]", text) or not any(character.isalpha() for character in text):
            return None
        previous = self.lines[position - 1] if position else None
        following = self.lines[position + 1]
        after_list = previous is not None and _item_start(previous.text)
        if not (line.gap or after_list or position - 1 in self.headings):
            return None
        tight_colon = text.endswith(":") and not text.endswith(" :")
        bare = text.rstrip(" :?!")
        capitals = _capitalised(bare)
        if tight_colon:
            if _LEADS_IN.search(text) or _ASIDE.fullmatch(text):
                return None
            if not (following.gap or _item_start(following.text)) and not line.gap:
                return None
            named = capitals >= 0.6 or (len(text.split()) <= 4 and capitals >= 0.5)
            return _COLON if named and "," not in re.sub(r"\(.*?\)", "", text) else None
        if not following.gap or _HEADER.fullmatch(text) or _SIGN_OFF.fullmatch(text):
            return None
        if text.endswith("?"):
            return _PLAIN if _ASKS.match(text) or capitals >= 0.6 else None
        letters = [character for character in text if character.isalpha()]
        if len(letters) > 3 and all(character.isupper() for character in letters):
            return _PART
        return _PLAIN if capitals >= 0.6 or len(text.split()) <= 8 else None

    def _judge_lead_ins(self) -> None:
        """A short line that ends in a colon right above the first numbered heading names the whole sequence."""
        for position, rank in list(self.headings.items()):
            above = position - 1
            if (
                rank < _NUMBERED
                or rank >= _BELOW_NUMBERED
                or above < 0
                or above in self.headings
                or above in self.items
            ):
                continue
            text = self.lines[above].text
            first = _NUMBER.match(self.lines[position].text)
            if not (first and first["number"] == "1" and text.endswith(":") and self._short(text)):
                continue
            if not _item_start(text) and _opens(text) and self.lines[above].gap:
                self.headings[above] = _PLAIN

    # Blocks

    def blocks(self) -> Iterator[Block]:
        """The blocks, in order."""
        position = 0
        closed = False  # under a heading that holds no others ("Abstract")
        asked = False  # right under a question
        while position < len(self.lines):
            rank = self.headings.get(position)
            if rank is not None:
                text = self._heading_text(position)
                if closed and rank >= _NUMBERED:
                    rank = _PLAIN
                closed = same_words(text) in _CLOSED or (
                    closed and rank == _PLAIN and self.headings[position] >= _NUMBERED
                )
                asked = text.rstrip().endswith("?")
                yield Block("heading", text, rank)
                position += 1
            elif self._is_item(position):
                end = self._list_end(position)
                yield from self._list(position, end)
                position, asked = end, False
            elif "\t" in self.lines[position].text or self.lines[position].text.count(" | ") >= 2:
                cells = [one_line(cell) for cell in re.split(r"\t+|\s*\|\s*", self.lines[position].text.strip("| "))]
                if any(cells):
                    yield Block("row", " | ".join(cells))
                position, asked = position + 1, False
            else:
                end = self._paragraph_end(position)
                text = _joined([line.text for line in self.lines[position:end]])
                if asked:
                    text = _ANSWER.sub("", text, count=1) if _ANSWER.match(text) else text
                yield Block("paragraph", text)
                position, asked = end, False

    def _heading_text(self, position: int) -> str:
        text = self.lines[position].text
        marked = _MARKDOWN_HEADING.fullmatch(text)
        return one_line(marked[2] if marked else text)

    def _is_item(self, position: int) -> bool:
        if position in self.headings:
            return False
        text = self.lines[position].text
        if _BULLET.match(text):
            return True
        return bool(_SMALL_NUMBER.match(text)) and (position in self.items or not re.match(r"\(?[A-Za-z]", text))

    def _list_end(self, start: int) -> int:
        """The position after the list that begins at `start`."""
        position = start + 1
        indent = self.lines[start].indent
        while position < len(self.lines):
            line = self.lines[position]
            if position in self.headings:
                break
            if not self._is_item(position) and (line.gap and line.indent <= indent):
                break
            if not self._is_item(position) and not line.gap and not self._continues(position):
                break
            position += 1
        return position

    def _continues(self, position: int) -> bool:
        """Is this line the rest of the paragraph or item in the line above?"""
        above, line = self.lines[position - 1], self.lines[position]
        if line.gap or position in self.headings or self._is_item(position) or "\t" in line.text:
            return False
        if line.text[0].islower() or above.text[-1] in ",-–—" or line.indent > above.indent + 1:
            return True
        if self.width > 200 or _LOG.match(line.text) or _HEADER.fullmatch(line.text):
            return False  # lines as long as paragraphs are not wrapped
        room = self.width - above.indent - len(above.text)
        return room < max(len(line.text.split()[0]) + 1, 0.2 * self.width)

    def _paragraph_end(self, start: int) -> int:
        position = start + 1
        while position < len(self.lines) and self._continues(position):
            position += 1
        return position

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
                yield Block("item", _joined(words), len(indents) - 1, marker)
            while indents and indents[-1] > line.indent:
                indents.pop()
            if not indents or line.indent > indents[-1] + 1:
                indents.append(line.indent)
            bullet = _BULLET.match(line.text)
            number = re.match(r"\(?(\d{1,3})[.)]\s+", line.text)
            # Letters and Roman numbers stay in the words: the canonical form has numbers only.
            marker = f"{number[1]}." if number else "-"
            text = line.text[bullet.end() :] if bullet else line.text[number.end() :] if number else line.text
            words = [text]
        if words:
            yield Block("item", _joined(words), len(indents) - 1, marker)


def _label(match: re.Match[str] | None) -> str:
    return (match["label"] or "").casefold() if match else ""


def _follows(earlier: re.Match[str] | None, later: re.Match[str] | None) -> bool:
    """Is the later number the next one after the earlier ("1.2" after "1.1", "2" after "1.3")?"""
    if earlier is None or later is None:
        return False
    first, second = earlier["number"].split("."), later["number"].split(".")
    if not (first[-1].isdigit() and second[-1].isdigit()):
        return not (first[-1].isdigit() or second[-1].isdigit())
    return len(first) == len(second) and int(second[-1]) == int(first[-1]) + 1


def _joined(lines: Sequence[str]) -> str:
    """Wrapped lines as one, words that were divided at the end of a line mended."""
    text = ""
    for line in lines:
        if text.endswith("-") and len(text) > 1 and text[-2].isalpha() and line[:1].islower():
            text = text[:-1] + line
        else:
            text = f"{text} {line}" if text else line
    return text


def title_from_name(name: str) -> str:
    """A title made of a file's name."""
    return one_line(re.sub(r"[_-]+", " ", PurePath(name).stem)) or name
