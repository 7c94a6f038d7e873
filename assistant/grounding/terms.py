"""What a text is once read: sentences of clauses of terms."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Term:
    """A content word, name or number.

    `key` is what is compared; the two poles of a pair of opposites share a key and differ in `sign`. `negated` says by
    what: "not" (a verb's negation), "without" (a noun's), or "".
    """

    key: str
    surface: str
    position: int
    weight: float = 1.0
    name: bool = False
    value: float | None = None
    unit: str = ""
    sign: int = 1
    negated: str = ""
    approximate: bool = False

    @property
    def polarity(self) -> int:
        return -self.sign if self.negated else self.sign


@dataclass(frozen=True)
class Clause:
    """A stretch between commas, brackets and conjunctions."""

    terms: tuple[Term, ...]
    negators: frozenset[str]
    finite: bool = False  # whether it has a verb or a gloss in brackets of its own, as far as can be told


@dataclass(frozen=True)
class Parsed:
    """A sentence: its terms by clause, its words, and where it stands in its text."""

    text: str
    start: int
    end: int
    clauses: tuple[Clause, ...]
    words: frozenset[str]

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        return tuple(term for clause in self.clauses for term in clause.terms)

    @cached_property
    def units(self) -> tuple[tuple[Term, ...], ...]:
        """Clauses that say something of a subject of their own, with the clauses that go on about it."""
        found: list[tuple[Term, ...]] = []
        whole = False
        for clause in self.clauses:
            if found and not (whole and clause.finite and len(clause.terms) > 1):
                found[-1] += clause.terms
            else:
                found.append(clause.terms)
            whole = whole or clause.finite
        return tuple(found)

    @cached_property
    def cells(self) -> tuple[tuple[Term, ...], ...]:
        """Clauses cut at "and" and the like as well: the smallest stretches that may say something."""
        joints = [found.start() for found in _JOINT.finditer(self.text)]
        found: list[tuple[Term, ...]] = []
        for clause in self.clauses:
            for _, cell in groupby(clause.terms, key=lambda term: bisect(joints, term.position)):
                found.append(tuple(cell))
        return tuple(found)

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(term.key for term in self.terms)

    @cached_property
    def numbers(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.value is not None)

    @cached_property
    def prefixes(self) -> frozenset[str]:
        return frozenset(key[:PREFIX] for key in self.keys if len(key) > PREFIX and key[0].isalpha())

    @cached_property
    def capitals(self) -> frozenset[str]:
        """Abbreviations that stand in it, in lower case and without a plural s."""
        return frozenset(found.lower() for found in re.findall(r"\b([A-Z]{2,5})s?\b", self.text))

    @cached_property
    def initials(self) -> frozenset[str]:
        """What its runs of words abbreviate to: nlp for natural language processing."""
        return frozenset(run for _, run in runs(self.text))

    @cached_property
    def expansions(self) -> dict[int, list[str]]:
        """By position of a word, what the runs it belongs to abbreviate to."""
        found: dict[int, list[str]] = {}
        for positions, run in runs(self.text):
            for position in positions:
                found.setdefault(position, []).append(run)
        return found


@dataclass(frozen=True)
class Sentence:
    """A sentence of the evidence; `context` is the sentence it leans on (the lead of its list, or what "it" is)."""

    text_index: int
    parsed: Parsed
    context: Parsed | None


def runs(text: str) -> Iterable[tuple[list[int], str]]:
    words = [(found.group()[0].lower(), found.start()) for found in re.finditer(r"[^\W\d_]+", text)]
    for size in (2, 3, 4):
        for at in range(len(words) - size + 1):
            run = words[at : at + size]
            yield [position for _, position in run], "".join(letter for letter, _ in run)


PREFIX = 5  # letters that two words share to count as kin: container, containerise
SPECIFIC = 0.9  # weight from which a word says what a claim is about (fitted; flat from .9 to 1.2)
_JOINT = re.compile(r"\b(?:and|or|nor|then|when|if|who|which|that|before|after)\b", re.IGNORECASE)
