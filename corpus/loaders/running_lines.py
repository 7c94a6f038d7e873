"""Headers, footers and page numbers: lines that the pages of a document repeat at their edges."""

from __future__ import annotations

import re
from collections.abc import Sequence

# How many lines from the top or bottom of a page a header or footer may take; a guess that fits books and reports.
_EDGE = 3
# On how many pages a line must stand at the same place; two do for a short document.
_PAGES, _SHORT_DOCUMENT = 3, 4
# How far its place may differ from page to page, in the unit of `heights`.
_SAME_HEIGHT = 3.0

_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|p\.?|seite|página|pagina|стр\.?)?\W*(?:\d{1,4}|[ivxlc]{1,7})\W*(?:(?:of|/|von|de|sur|\|)\W*\d{1,4})?\W*",
    re.I,
)

_Place = tuple[int, int]


def running_lines(
    pages: Sequence[Sequence[str]], heights: Sequence[Sequence[float]] | None = None
) -> set[tuple[int, int]]:
    """(page, line) positions of headers, footers and page numbers; both count from 0.

    A line is one of them if it stands at the same edge of several pages and differs by nothing but a number that grows
    with the page ("Part 3 of 9" at the top of three pages is content, "Page 3 of 9" on page 3 is not). Where `heights`
    tells each line's place, it must be the same place.
    """
    filled_pages = sum(1 for lines in pages if any(line.strip() for line in lines))
    if filled_pages < 2:
        return set()
    needed = 2 if filled_pages <= _SHORT_DOCUMENT else _PAGES
    groups: dict[tuple[str, str], list[_Place]] = {}
    for page, lines in enumerate(pages):
        for edge, position in _edges(lines):
            line = " ".join(lines[position].casefold().split())
            if len(line) <= 150:
                groups.setdefault((edge, _NUMBER.sub("#", line)), []).append((page, position))
    found = _numbered_edges(pages, heights, needed)
    for (_, key), places in groups.items():
        bare = bool(_PAGE_NUMBER.fullmatch(key.replace("#", "1")))
        for members in _alike(places, pages):
            at_one_height = members if heights is None else _most_at_one_height(members, heights)
            if len({page for page, _ in at_one_height}) >= (2 if bare else needed):
                found.update(at_one_height)
    return found


def _numbered_edges(
    pages: Sequence[Sequence[str]], heights: Sequence[Sequence[float]] | None, needed: int
) -> set[_Place]:
    """The outermost lines that begin or end with the page's number, whatever else they say ("3 Chapter 1: Bees")."""
    groups: dict[tuple[str, int], list[_Place]] = {}
    for page, lines in enumerate(pages):
        filled = [position for position, line in enumerate(lines) if line.strip()]
        for edge, position in (("top", filled[0]), ("bottom", filled[-1])) if len(filled) > 1 else ():
            line = lines[position].strip()
            for number in {*re.findall(r"^\d{1,4}(?=\s)", line), *re.findall(r"(?<=\s)\d{1,4}$", line)}:
                if len(line) <= 150:
                    groups.setdefault((edge, int(number) - page), []).append((page, position))
    found: set[_Place] = set()
    for places in groups.values():
        alike = places if heights is None else _most_at_one_height(places, heights)
        # Three lists may each begin a page with their next number; a header does so on most pages.
        if len(alike) >= max(needed, len(pages) // 3):
            found.update(alike)
    return found


def _edges(lines: Sequence[str]) -> list[tuple[str, int]]:
    filled = [position for position, line in enumerate(lines) if line.strip()]
    reach = min(_EDGE, max(1, len(filled) // 2))
    edges = [("top", position) for position in filled[:reach]]
    return edges + [("bottom", position) for position in filled[reach:][-reach:]]


def _alike(places: Sequence[_Place], pages: Sequence[Sequence[str]]) -> list[list[_Place]]:
    """The places in groups whose lines differ at most in numbers that grow with the page."""
    groups: dict[tuple[str, ...], list[_Place]] = {}
    for page, position in places:
        numbers = _NUMBER.findall(pages[page][position].casefold())
        # A number less its page is the same on every page if it counts the pages; Roman ones are taken as they are.
        exact = ("exact", *numbers)
        groups.setdefault(exact, []).append((page, position))
        for index, number in enumerate(numbers):
            if number.isdecimal():
                rest = [other for place, other in enumerate(numbers) if place != index]
                groups.setdefault(("counting", str(index), str(int(number) - page), *rest), []).append((page, position))
            else:
                groups.setdefault(("roman", str(index)), []).append((page, position))
    return list(groups.values())


def _most_at_one_height(places: Sequence[_Place], heights: Sequence[Sequence[float]]) -> list[_Place]:
    best: list[_Place] = []
    for page, position in places:
        here = heights[page][position]
        near = [place for place in places if abs(heights[place[0]][place[1]] - here) <= _SAME_HEIGHT]
        if len(near) > len(best):
            best = near
        if len(best) * 2 > len(places):
            break
    return best
