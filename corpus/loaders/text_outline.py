"""Which lines of a plain text are headings, and how they nest."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from corpus.loaders.text_lines import (
    ADDRESS,
    BULLET,
    DATE,
    HEADING_CHARACTERS,
    HEADING_WORDS,
    LOG,
    MAIL_HEADER,
    NUMBER,
    Line,
    capitalised,
    is_item,
    is_short,
    marked_heading,
    opens,
)

# Ranks of headings, outer first. A numbered one has NUMBERED plus its depth ("1.2") and that of its sequence.
PART, PLAIN, NUMBERED, BELOW_NUMBERED, COLON = 1, 8, 10, 60, 70

# A text of more sequences than this is a table of numbers, whose nesting is not worth the time.
_SEQUENCES = 300

_ASKS = re.compile(
    r"(?:what|how|why|when|where|who|whom|whose|which|is|are|am|do|does|did|can|could|should|would|will|may|must|has|have)\b",
    re.I,
)
# A line that ends so leads into what follows: it is a sentence cut short, not the name of a part.
_LEADS_IN = re.compile(
    r"\b(?:includes?|including|are|is|was|were|consists? of|following|follows|such as|these|below|here|namely|"
    r"examples?|e\.g\.|like|to|of|with|typically|must|should|can|will|need|by|says?|said|writes?|wrote|that|as)\s*:$",
    re.I,
)
_ASIDE = re.compile(
    r"(?:note|notes|example|warning|tip|hint|caution|important|n\.?b\.?|p\.?s|answer|ans|q|a)\s*:", re.I
)
_SIGN_OFF = re.compile(
    r"(?:best|kind|warm|yours|many|with|regards|sincerely|cheers|thanks|thank|respectfully|love)\b.*", re.I
)
_QUESTION = re.compile(r"Q(?:uestion)?\s*[:.]\s+.*\?")
# "THE PRESIDENT: No." in a transcript.
_SPEAKER = re.compile(r"[A-Z][A-Z .'’-]{1,40}:\s+\S")
# Labels of the outermost parts of a book.
_PARTS = ("part", "chapter", "book", "act")


@dataclass(frozen=True)
class Outline:
    """The position of each heading with its rank (smaller is outer), and the numbered lines that are list items."""

    headings: Mapping[int, int]
    items: Set[int]


def find_outline(lines: Sequence[Line]) -> Outline:
    """The headings among the lines, told by number, capitals, punctuation and the space around them."""
    headings, items = _numbered(lines)
    plain = _plain(lines, headings, items)
    numbered = sorted(position for position, rank in headings.items() if NUMBERED <= rank < BELOW_NUMBERED)
    for position, rank in plain.items():
        inside = rank == PLAIN and _inside_sequence(lines, position, numbered)
        headings[position] = BELOW_NUMBERED if inside else rank
    for position in numbered:
        # A short line that ends in a colon, right above the first of a sequence, names the whole sequence.
        above = position - 1
        first = NUMBER.match(lines[position].text)
        if above >= 0 and first and first["number"] == "1" and above not in headings and above not in items:
            line = lines[above]
            if above - 1 in headings:
                continue  # "You need two things:" under "What do you need?"
            if (
                line.gap
                and line.text.endswith(":")
                and is_short(line.text)
                and opens(line.text)
                and not is_item(line.text)
            ):
                headings[above] = PLAIN
    return Outline(headings, items)


def follows(earlier: re.Match[str] | None, later: re.Match[str] | None) -> bool:
    """Is the later number the next after the earlier ("1.2" after "1.1")?"""
    if earlier is None or later is None:
        return False
    first, second = earlier["number"].split("."), later["number"].split(".")
    if not (first[-1].isdigit() and second[-1].isdigit()):
        return not (first[-1].isdigit() or second[-1].isdigit())  # Roman numbers are taken on trust
    return len(first) == len(second) and int(second[-1]) == int(first[-1]) + 1


def _label(match: re.Match[str] | None) -> str:
    return (match["label"] or "").casefold() if match else ""


# Numbered headings


def _numbered(lines: Sequence[Line]) -> tuple[dict[int, int], set[int]]:
    """The numbered lines, by sequence: either all of one are headings, with their ranks, or all are list items."""
    headings: dict[int, int] = {}
    items: set[int] = set()
    chosen: list[list[int]] = []
    width = _width(lines)
    for sequence in _sequences(lines):
        match = NUMBER.match(lines[sequence[0]].text)
        assert match is not None
        fit = [position for position in sequence if _stands_above_text(lines, position, set(sequence), width)]
        enough = len(fit) >= 0.6 * len(sequence)
        begins = len(sequence) > 1 or bool(match["label"]) or match["number"] == "1" or "." in match["number"]
        if enough and begins:
            chosen.append([position for position in sequence if is_short(lines[position].text)])
        elif len(sequence) > 1 or not match["label"]:
            items.update(sequence)
    depths = _depths(chosen)
    for sequence, depth in zip(chosen, depths, strict=True):
        for position in sequence:
            number = NUMBER.match(lines[position].text)
            assert number is not None
            part = _label(number) in _PARTS
            headings[position] = PART if part else NUMBERED + 6 * depth + number["number"].rstrip(".").count(".")
    return headings, items


def _sequences(lines: Sequence[Line]) -> list[list[int]]:
    """Positions of numbered lines that count on from one another: the same label, depth and punctuation."""
    sequences: list[list[int]] = []
    running: dict[tuple[str, int, str], list[int]] = {}
    for position, line in enumerate(lines):
        match = NUMBER.match(line.text)
        if not match:
            continue
        key = (_label(match), match["number"].count("."), "" if match["label"] else match["end"])
        last = running.get(key)
        if last is not None and follows(NUMBER.match(lines[last[-1]].text), match):
            last.append(position)
        else:
            running[key] = [position]
            sequences.append(running[key])
    return sequences


def _depths(sequences: Sequence[Sequence[int]]) -> list[int]:
    """How many other sequences each stands inside of: between two of their numbers."""
    if len(sequences) > _SEQUENCES:
        return [0] * len(sequences)
    depths = []
    for sequence in sequences:
        depth = 0
        for other in sequences:
            if other is not sequence and sequence and len(other) > 1:
                before, after = bisect_left(other, sequence[0]), bisect_right(other, sequence[-1])
                depth += 0 < before == after < len(other)
        depths.append(min(depth, 7))
    return depths


def _stands_above_text(lines: Sequence[Line], position: int, sequence: Set[int], width: int) -> bool:
    """Does this numbered line stand above text of its own, as a heading does?"""
    line = lines[position]
    if not is_short(line.text) or position + 1 >= len(lines) or position + 1 in sequence:
        return False
    below = lines[position + 1]
    if is_item(below.text) and not below.gap:
        return line.text.endswith(":")
    if below.gap:
        # A list with blank lines between its items: the text beneath is indented to the words of the item.
        return line.gap or is_item(below.text) or below.indent <= line.indent
    return line.text.endswith((":", "?")) or (len(line.text) < 0.6 * width and opens(below.text) and line.gap)


def _width(lines: Sequence[Line]) -> int:
    lengths = sorted(line.indent + len(line.text) for line in lines)
    return lengths[int(len(lengths) * 0.95)] if lengths else 0


# Headings without a number


def _plain(lines: Sequence[Line], numbered: Mapping[int, int], items: Set[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for position in range(len(lines)):
        if position not in numbered and position not in items:
            rank = _plain_rank(lines, position, position - 1 in numbered or position - 1 in found)
            if rank is not None:
                found[position] = rank
    # A poem or a dialogue: nearly every line stands alone. Only marked headings count then.
    unmarked = [position for position, rank in found.items() if rank == PLAIN]
    bodies = sum(1 for line in lines if len(line.text) > HEADING_CHARACTERS or not line.gap)
    if len(unmarked) > 8 and len(unmarked) > 0.4 * len(lines) and bodies < len(unmarked):
        return {position: rank for position, rank in found.items() if rank != PLAIN}
    return found


def _plain_rank(lines: Sequence[Line], position: int, below_heading: bool) -> int | None:
    """The rank of a heading without a number; None if the line is no heading."""
    line = lines[position]
    text = line.text
    if marked := marked_heading(text):
        return PART + marked[0]
    if position + 1 >= len(lines) or not _could_head(text):
        return None
    below = lines[position + 1]
    if not (line.gap or below_heading or (position and is_item(lines[position - 1].text))):
        return None
    if _QUESTION.fullmatch(text):
        return NUMBERED
    capitals = capitalised(text.rstrip(" :?!"))
    if text.endswith(":") and not text.endswith(" :"):
        if _LEADS_IN.search(text) or _ASIDE.fullmatch(text) or "," in re.sub(r"\(.*?\)", "", text):
            return None
        stands_alone = line.gap or below.gap or is_item(below.text)
        named = capitals >= 0.6 or (len(text.split()) <= 4 and capitals >= 0.5)
        return COLON if stands_alone and named else None
    if not below.gap or MAIL_HEADER.fullmatch(text) or _SIGN_OFF.fullmatch(text):
        return None
    if text.endswith("?"):
        return PLAIN if _ASKS.match(text) or capitals >= 0.6 else None
    if not _has_body(lines, position + 1) and not (_could_head(below.text) and _has_body(lines, position + 2)):
        return None  # an entry of a glossary, a line of an address
    letters = [character for character in text if character.isalpha()]
    if len(letters) > 3 and all(character.isupper() for character in letters):
        return PART
    return PLAIN if capitals >= 0.6 or len(text.split()) <= 8 else None


def _could_head(text: str) -> bool:
    """Has the line the length and the look that any heading has?"""
    if len(text) > HEADING_CHARACTERS or len(text.split()) > HEADING_WORDS or text[-1] in ".,;…-–—":
        return False
    if text[0] in "([{" or text[-1] == "!" or _SPEAKER.match(text):
        return False
    if BULLET.match(text) or is_item(text) or "\t" in text or " | " in text or not opens(text):
        return False
    if ADDRESS.search(text) or DATE.fullmatch(text) or LOG.match(text) or re.search(r"[.!?] [A-Z]", text):
        return False
    return any(character.isalpha() for character in text)


def _has_body(lines: Sequence[Line], position: int) -> bool:
    """Is there text at this position that a heading may stand above: a sentence, a long line, a list, a number?"""
    if position >= len(lines):
        return False
    text = lines[position].text
    if len(text) > 60 or text[-1] in '.!?:;…。！？।؟”"' or is_item(text) or NUMBER.match(text):
        return True
    return "\t" in text or " | " in text or (position + 1 < len(lines) and not lines[position + 1].gap)


def _inside_sequence(lines: Sequence[Line], position: int, numbered: Sequence[int]) -> bool:
    """Does a sequence of numbered headings go on after this heading?"""
    place = bisect_left(numbered, position)
    if not 0 < place < len(numbered):
        return False
    earlier, later = NUMBER.match(lines[numbered[place - 1]].text), NUMBER.match(lines[numbered[place]].text)
    return later is not None and _label(earlier) == _label(later) and follows(earlier, later)
