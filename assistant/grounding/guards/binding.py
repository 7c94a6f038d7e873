"""A number said of another thing: "built in 1998" of what was built in 1962 and repaired in 1998."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.grounding.matching import Case
from assistant.grounding.numbers import is_year
from assistant.grounding.terms import Term

_REACH = 3  # words between a number and what it is said of at most (guess)
_LONGEST = 100  # numbers of a claim; what has more of them is no sentence, and would take long


def guard_bound(case: Case) -> float:
    """A number of what the evidence gives another number for, where it belongs to something that the claim lacks."""
    if len(case.claim.numbers) > _LONGEST:
        return 1.0
    found = [term for term in case.claim.numbers for step in (-1, 1) if _bound_otherwise(case, term, step)]
    # Of years it doubts five false development claims to one honest one; of other numbers as many as honest ones.
    return 0.5 if any(is_year(term) for term in found) else 0.9 if found else 1.0


def _bound_otherwise(case: Case, number: Term, step: int) -> bool:
    said_of = _beside(case.claim.terms, number, step)
    if said_of is None:
        return False
    theirs = [
        _number(sentence.parsed.terms, term, -step)
        for sentence in case.sentences
        for term in sentence.parsed.terms
        if term.key == said_of.key
    ]
    values = [found.value for found in theirs if found is not None]
    if not values or number.value in values:
        return False
    mates = [
        _beside(sentence.parsed.terms, term, step)
        for sentence in case.sentences
        for term in sentence.parsed.numbers
        if term.value == number.value
    ]
    return bool(mates) and all(mate is not None and mate.key not in case.claim.keys for mate in mates)


def _beside(terms: Sequence[Term], number: Term, step: int) -> Term | None:
    """The next word before (-1) or after (1) a number that says something."""
    return next((term for term in _from(terms, number, step) if term.value is None and term.weight > 0.5), None)


def _number(terms: Sequence[Term], word: Term, step: int) -> Term | None:
    return next((term for term in _from(terms, word, step)[:_REACH] if term.value is not None), None)


def _from(terms: Sequence[Term], term: Term, step: int) -> Sequence[Term]:
    at = terms.index(term)
    return terms[at + 1 :] if step > 0 else terms[:at][::-1]
