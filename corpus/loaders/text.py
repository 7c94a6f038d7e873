"""Plain text to a draft: pages, title and noise are told here, headings and lists beside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from corpus.errors import DocumentTooLarge
from corpus.loaders.blocks import Draft, one_line
from corpus.loaders.characters import clean, decode
from corpus.loaders.front_matter import split_front_matter
from corpus.loaders.limits import Limits
from corpus.loaders.noise import find_noise
from corpus.loaders.running_lines import running_lines
from corpus.loaders.text_blocks import blocks_of
from corpus.loaders.text_lines import (
    ADDRESS,
    DATE,
    HEADING_CHARACTERS,
    HEADING_WORDS,
    LOG,
    MAIL_HEADER,
    NUMBER,
    Line,
    is_item,
    marked_heading,
    opens,
)

_RULE = re.compile(r"[-=_*~#^+.\s]{3,}")


def load_text(data: bytes, name: str, limits: Limits) -> Draft:
    """The blocks of a plain text file.

    Headings without markup are found, and scraping noise is left out. Front matter is read as in Markdown. The title is
    the first line if it looks like one, else "".
    """
    text, hidden = clean(within(decode(data, name), name, limits))
    facts, text = split_front_matter(text)
    lines = _lines(text)
    noise = find_noise(
        [line.text for line in lines],
        frozenset(position for position, line in enumerate(lines) if is_item(line.text)),
    )
    lines = _without(lines, noise.positions)
    if noise.author:
        facts.setdefault("author", noise.author)
    found, lines = _title(lines)
    title = str(facts.pop("title", "")) or found
    source = str(facts.pop("source", "")) or noise.source
    return Draft(title, source, tuple(blocks_of(lines, title)), facts, hidden)


def within(text: str, name: str, limits: Limits) -> str:
    """The text, if it can still be of an allowed length without its blanks and marks.

    Raises:
        DocumentTooLarge: It is more than twice as long as is allowed: reading it would cost time and memory in vain.
    """
    if len(text) > 2 * limits.characters:
        raise DocumentTooLarge(
            name, f"it holds more than {limits.characters:,} characters of text", "Split it into several files."
        )
    return text


def title_from_name(name: str) -> str:
    """A title made of a file's name."""
    return one_line(re.sub(r"[_-]+", " ", PurePath(name).stem)) or name


def _lines(text: str) -> list[Line]:
    """The lines with words, each with its indent and whether it stands apart from the one above."""
    lines: list[Line] = []
    gap = True
    for raw in _one_flow(text):
        stripped = raw.strip()
        if not stripped:
            gap = True
        elif _RULE.fullmatch(stripped):
            _underline(lines, stripped, gap)
            gap = True
        else:
            expanded = raw.expandtabs(4)
            lines.append(Line(len(expanded) - len(expanded.lstrip()), stripped, gap))
            gap = False
    return lines


def _one_flow(text: str) -> list[str]:
    """The lines of all pages, which form feeds divide, without headers and footers; sentences go on over the edge."""
    pages = [page.split("\n") for page in text.split("\f")]
    if len(pages) == 1:
        return pages[0]
    running = running_lines(pages)
    if all(
        (number, place) in running
        for number, page in enumerate(pages)
        for place, line in enumerate(page)
        if line.strip()
    ):
        running = set()  # pages of a line or two: what recurs on them is all they say
    flow: list[str] = []
    for number, page in enumerate(pages):
        kept = [line for position, line in enumerate(page) if (number, position) not in running]
        while kept and not kept[0].strip():
            kept.pop(0)
        while kept and not kept[-1].strip():
            kept.pop()
        goes_on = flow and kept and kept[0].lstrip()[0].islower() and flow[-1].rstrip()[-1] not in ".!?:;"
        flow += kept if goes_on or not flow else ["", *kept]
        while flow and not flow[-1].strip():
            flow.pop()
    return flow


def _underline(lines: list[Line], rule: str, gap: bool) -> None:
    """Mark the last line as a heading if the rule beneath underlines it."""
    if lines and not gap and set(rule) <= {"="} | {"-"} and lines[-1].gap and len(lines[-1].text) <= HEADING_CHARACTERS:
        lines[-1] = replace(lines[-1], text=("# " if "=" in rule else "## ") + lines[-1].text)


def _without(lines: Sequence[Line], positions: frozenset[int]) -> list[Line]:
    kept: list[Line] = []
    gap = False
    for position, line in enumerate(lines):
        if position in positions:
            gap = True
        else:
            kept.append(replace(line, gap=line.gap or gap))
            gap = False
    return kept


def _title(lines: list[Line]) -> tuple[str, list[Line]]:
    """The title ("" if none shows), and the lines without it if it stood alone at the top."""
    if not lines:
        return "", lines
    headers = [match for line in lines[:30] for match in [MAIL_HEADER.fullmatch(line.text)] if match]
    if len(headers) >= 3 and MAIL_HEADER.fullmatch(lines[0].text):
        return next((one_line(match[2]) for match in headers if match[1] == "Subject"), ""), lines
    first = lines[0].text
    if marked := marked_heading(first):
        return one_line(marked[1]), lines
    if len(lines) < 2 or not lines[1].gap or is_item(first) or not opens(first) or first[-1] in ".,;:":
        return "", lines
    if len(first) > HEADING_CHARACTERS or len(first.split()) > HEADING_WORDS or NUMBER.match(first):
        return "", lines
    if ADDRESS.search(first) or DATE.fullmatch(first) or LOG.match(first):
        return "", lines
    return one_line(first), lines[1:]
