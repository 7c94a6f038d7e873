"""A word of the evidence put in the place of another: "the Sun warms the Earth by convection"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from assistant.grounding.guards.frame import framed_alike
from assistant.grounding.matching import Case
from assistant.grounding.terms import Parsed, Term

# A cell says one thing of one thing, so what is exchanged in it is exchanged in earnest. Less than half of a claim's
# cell in one cell of the evidence is no ground for comparing their words (guess).
_SAME_MATTER = 0.5
_PHRASE = 2  # words of a subject or object that is exchanged at most: "the HR department" for "managers"


def guard_swap(case: Case) -> float:
    """A word of the evidence where the evidence has another, the rest alike."""
    found = [(cell, sentence.parsed) for sentence in case.sentences for cell in sentence.parsed.cells]
    # Where a word says something of its own; alone between two commas it only goes on about what stands before.
    homes = [{term.key for term in cell} for cell, _ in found if len(cell) > 1 or cell[0].negated]
    for claimed in case.claim.cells:
        whole = sum(term.weight for term in claimed)
        if len(claimed) < 2 or not whole:
            continue
        shared = [_shared(claimed, cell) for cell, _ in found]
        most = max(shared)
        if most < _SAME_MATTER * whole or most > whole - 0.25:
            continue
        near = [pair for pair, amount in zip(found, shared, strict=True) if amount > most - 0.25]
        if all(any(_exchanged(case.claim, claimed, parsed, cell, homes)) for cell, parsed in near):
            return 0.6
    return 1.0


def _shared(claimed: Sequence[Term], cell: Sequence[Term]) -> float:
    keys = {term.key for term in cell}
    return sum(term.weight for term in claimed if term.key in keys)


def _exchanged(
    claim: Parsed, claimed: Sequence[Term], parsed: Parsed, cell: Sequence[Term], homes: Sequence[set[str]]
) -> Iterator[bool]:
    ours, theirs = [term.key for term in claimed], [term.key for term in cell]
    for kind, first, last, start, end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if kind != "replace" or last - first > _PHRASE or end - start > _PHRASE:
            continue
        new, old = claimed[first:last], cell[start:end]
        yield (
            all(term.key not in theirs and term.value is None for term in new)
            and any(home > {term.key for term in new} for home in homes)
            and all(term.key not in ours and term.value is None for term in old)
            and any(term.weight > 0.5 for term in new)
            and any(term.weight > 0.5 for term in old)
            and framed_alike(claim.text, new, parsed.text, old)
        )
