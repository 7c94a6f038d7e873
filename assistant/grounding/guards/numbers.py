"""Numbers that the evidence lacks, or has of something else."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

from assistant.grounding.lexicon import NUMBER_WORDS
from assistant.grounding.matching import Case
from assistant.grounding.numbers import is_year, same_number
from assistant.grounding.parsing import holds_amount
from assistant.grounding.terms import Parsed, Term


def guard_number(case: Case) -> float:
    """A number that the evidence lacks, has in another unit, or says of something else."""
    factor = 1.0
    for term, match in zip(case.claim.terms, case.anywhere, strict=True):
        if term.value is None or match or _elapsed(case, term):
            continue
        if term.surface.lower() not in NUMBER_WORDS or term.unit:
            return 0.5
        factor = min(factor, _counted(case, term))
    cover_text = " ".join(found.parsed.text for found in case.cover)
    if _BOUND_ABOVE.search(case.claim.text) and _BOUND_OPEN.search(cover_text) and not _BOUND_ABOVE.search(cover_text):
        return min(factor, 0.5)
    return min(factor, 0.5 if _number_of_another(case) else 1.0)


def _elapsed(case: Case, number: Term) -> bool:
    """Whether so much time lies between two years of the evidence: "ten years" of what was built from 1859 to 1869."""
    if number.unit not in _SPANS:
        return False
    years = [term.value for sentence in case.sentences for term in sentence.parsed.numbers if is_year(term)]
    span = (number.value or 0.0) * _SPANS[number.unit]
    return any(
        abs(abs((one or 0.0) - (other or 0.0)) - span) <= 0.05 * span + 1 for one, other in combinations(years, 2)
    )


def _counted(case: Case, number: Term) -> float:
    """A count in words may sum up a list: "two uses" of what is used "in robotics and in playing games"."""
    counted = next((term.key for term in case.claim.terms if term.position > number.position), "")
    if any(
        one.value is not None and not one.unit and other.key == counted
        for sentence in case.sentences
        for one, other in pairwise(sentence.parsed.terms)
    ):
        return 0.5
    return 1.0 if number.value == 2 else 0.75


def _number_of_another(case: Case) -> bool:
    """Whether an amount stands in the evidence beside another subject than the claim's.

    "Entry level: $70,000. Mid level: $100,000." does not bear out "Mid-level pay is $70,000".
    """
    headed = {key for heading in case.headings for key in heading.keys}
    cells = [(cell, sentence.parsed) for sentence in case.sentences for cell in _cells(sentence.parsed)]
    for claimed in _cells(case.claim):
        amounts = [term for term in claimed if term.unit]
        if not amounts:
            continue
        subject = {term.key for term in claimed if term.value is None}
        holders: list[tuple[set[str], Parsed]] = []
        rivals: list[tuple[set[str], Parsed]] = []
        for cell, sentence in cells:
            keys = {term.key for term in cell if term.value is None}
            if all(any(same_number(amount, term) for term in cell if term.value is not None) for amount in amounts):
                holders.append((keys, sentence))
            elif any(term.unit == amounts[0].unit for term in cell):
                rivals.append((keys, sentence))
        if holders and all(
            any(
                subject & rival - headed - (holder if sentence is other else holder | sentence.keys)
                and holder - subject - rival
                and (sentence is other or len(subject & rival) > len(subject & (holder | sentence.keys)))
                for rival, other in rivals
            )
            for holder, sentence in holders
        ):
            return True
    return False


def _cells(parsed: Parsed) -> list[list[Term]]:
    """A sentence cut so that each piece holds one amount or range with the words that belong to it."""
    cells: list[list[Term]] = []
    pending: list[Term] = []
    for clause in parsed.clauses:
        pending += clause.terms
        if holds_amount(clause.terms):
            cells.append(pending)
            pending = []
    if pending and cells:
        cells[-1] += pending
    return cells


_SPANS = {"year": 1.0, "decad": 10.0, "centuri": 100.0}  # years
_BOUND_ABOVE = re.compile(
    r"\b(?:at most|(?:no|not|never) more than|maximum of|capped at|cannot exceed|exactly)\b", re.I
)
_BOUND_OPEN = re.compile(
    r"\b(?:or (?:more|higher|above|longer|beyond)|and (?:up|more|above)|upwards|at least)\b|\d\+", re.I
)
