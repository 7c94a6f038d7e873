"""A word of the evidence put in the place of another: "the Sun warms the Earth by convection"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from assistant.grounding.guards.frame import framed_alike
from assistant.grounding.matching import Case
from assistant.grounding.terms import PREFIX, Parsed, Term

# Less than half of a stretch of the claim in one of the evidence is no ground for comparing their words (guess).
_SAME_MATTER = 0.5
_PHRASE = 2  # words of a subject or object that is exchanged at most: "the HR department" for "managers"

# What so many sentences are about may have another word in one of them: "the structure" for "the bridge" (guess).
_TOPIC = 3


def guard_swap(case: Case) -> float:
    """A word of the evidence where the evidence has another, the rest alike."""
    cells = [(cell, sentence.parsed) for sentence in case.sentences for cell in sentence.parsed.cells]
    units = [(unit, sentence.parsed) for sentence in case.sentences for unit in sentence.parsed.units]
    swapped = any(_swapped(case, claimed, cells) for claimed in case.claim.cells) or any(
        _swapped(case, claimed, units) for claimed in case.claim.units
    )
    return 0.5 if swapped else 1.0


def _swapped(case: Case, claimed: Sequence[Term], stretches: Sequence[tuple[Sequence[Term], Parsed]]) -> bool:
    """Whether every stretch of the evidence that is as near as any has another word in the place of one of its own."""
    whole = sum(term.weight for term in claimed)
    if len(claimed) < 2 or not whole:
        return False
    shared = [_shared(claimed, stretch) for stretch, _ in stretches]
    most = max(shared)
    if most < _SAME_MATTER * whole or most > whole - 0.25:
        return False
    near = [pair for pair, amount in zip(stretches, shared, strict=True) if amount > most - 0.25]
    return all(
        _exchanged(case, claimed, stretch, parsed) or _modified_otherwise(case, claimed, stretch)
        for stretch, parsed in near
    )


def _shared(claimed: Sequence[Term], stretch: Sequence[Term]) -> float:
    keys = {term.key for term in stretch}
    kin = {key[:PREFIX] for key in keys if len(key) > PREFIX}
    return sum(
        term.weight
        for term in claimed
        if term.key in keys or (len(term.key) > PREFIX and term.key[0].isalpha() and term.key[:PREFIX] in kin)
    )


def _exchanged(case: Case, claimed: Sequence[Term], stretch: Sequence[Term], parsed: Parsed) -> bool:
    ours, theirs = [term.key for term in claimed], [term.key for term in stretch]
    for kind, first, last, start, end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if kind != "replace" or last - first > _PHRASE or end - start > _PHRASE:
            continue
        new, old = claimed[first:last], stretch[start:end]
        if (
            _is_content(new)
            and _is_content(old)
            and all(term.key not in theirs for term in new)
            and not Counter(ours) & (Counter(theirs[start:end]) - (Counter(theirs[:start]) + Counter(theirs[end:])))
            and framed_alike(case.claim.text, new, parsed.text, old)
            and _is_said_of(case, {term.key for term in new}, parsed)
            and not (_mentions(case, new) >= _TOPIC and _mentions(case, old) == 1)
        ):
            return True
    return False


def _mentions(case: Case, phrase: Sequence[Term]) -> int:
    keys = {term.key for term in phrase}
    return sum(keys <= sentence.parsed.keys for sentence in case.sentences)


def _is_content(phrase: Sequence[Term]) -> bool:
    return all(term.value is None for term in phrase) and any(term.weight > 0.5 for term in phrase)


def _is_said_of(case: Case, keys: set[str], parsed: Parsed) -> bool:
    """Whether the evidence says something of these words: alone between two commas they only explain what stands there.

    "Benefits (health insurance, bonuses)" lets a claim say "health insurance" for "benefits".
    """
    return any(
        keys < found or (keys == found and (clause.negators or sentence.parsed is not parsed))
        for sentence in case.sentences
        for clause in sentence.parsed.clauses
        for found in ({term.key for term in clause.terms},)
    )


def _modified_otherwise(case: Case, claimed: Sequence[Term], stretch: Sequence[Term]) -> bool:
    """Whether "deep learning" is said, but of "machine learning": the same noun after another word."""
    ours = {term.key for term in claimed}
    for one, other in _phrases(claimed):
        if min(one.weight, other.weight) <= 0.5 or any(term.key == one.key for term in stretch):
            continue
        before = [first for first, second in _phrases(stretch) if second.key == other.key and first.key not in ours]
        if before and any(
            (first.key, second.key) == (one.key, other.key)
            for sentence in case.sentences
            for first, second in _phrases(sentence.parsed.terms)
        ):
            return True
    return False


def _phrases(terms: Sequence[Term]) -> list[tuple[Term, Term]]:
    """Words that stand directly one after the other."""
    return [(one, other) for one, other in pairwise(terms) if other.position == one.position + len(one.surface) + 1]
