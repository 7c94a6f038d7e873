"""Who does what to whom, turned round: "Eastport beat Norvale" of "Norvale beat Eastport"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from assistant.grounding.matching import Case
from assistant.grounding.terms import SPECIFIC, Parsed, Term


def guard_order(case: Case) -> float:
    """Two things of the claim that stand on the other sides of the same word in the evidence, in the same voice."""
    return 0.5 if any(_turned(case.claim, parsed) for parsed in _near(case)) else 1.0


def _near(case: Case) -> Iterator[Parsed]:
    """The sentences that hold most of the claim; another may well tell of the same things the other way round."""
    said = [
        sum(term.weight * match for term, match in zip(case.claim.terms, found, strict=True)) for found in case.matches
    ]
    for sentence, amount in zip(case.sentences, said, strict=True):
        if amount >= _MOST * case.whole and amount > max(said) - 0.25:
            yield sentence.parsed


def _turned(claim: Parsed, other: Parsed) -> bool:
    ours, theirs = _single(claim.terms), _single(other.terms)
    shared = [term for term in claim.terms if term.key in ours and term.key in theirs]
    for one, two in combinations([term for term in shared if _is_party(term)], 2):
        start, end = sorted((theirs[one.key], theirs[two.key]), key=lambda term: term.position)
        here, there = _between(claim, one, two), _between(other, start, end)
        if _APART.search(here) or _APART.search(there):
            continue
        doing = _next(claim.terms, one).key
        acted = doing == _next(other.terms, start).key and doing not in (one.key, two.key)
        if not (acted or set(_WAY.findall(here)) & set(_WAY.findall(there))):
            continue
        turned = start.key != one.key
        if turned == (bool(_PASSIVE.search(here)) == bool(_PASSIVE.search(there))):
            return True
    return False


def _between(parsed: Parsed, one: Term, two: Term) -> str:
    return parsed.text[one.position + len(one.surface) : two.position]


def _next(terms: Sequence[Term], term: Term) -> Term:
    """The word after it; the last has none, and is its own."""
    return next((other for other in terms if other.position > term.position), term)


def _is_party(term: Term) -> bool:
    return term.value is None and term.key[0] != "±" and (term.name or term.weight >= SPECIFIC)


def _single(terms: Sequence[Term]) -> dict[str, Term]:
    """Terms by key, without those that occur twice."""
    found: dict[str, Term] = {}
    twice = set()
    for term in terms:
        if term.key in found:
            twice.add(term.key)
        found[term.key] = term
    return {key: term for key, term in found.items() if key not in twice}


_MOST = 0.6  # share of the claim (guess)
_APART = re.compile(
    r"[,;:()—]|\b(?:and|or|nor|with|between|like|unlike|as|both|which|that|who|if|when|while|is an?)\b", re.IGNORECASE
)
_PASSIVE = re.compile(r"\b(?:by|through|via)\b", re.IGNORECASE)
_WAY = re.compile(r"\b(?:into|from|to)\b")
