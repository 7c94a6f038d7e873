"""What the evidence says, said with the opposite polarity."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import mul

from assistant.grounding.guards.comparison import compared
from assistant.grounding.lexicon import DENIALS, NEGATIVE_WORDS
from assistant.grounding.matching import Case
from assistant.grounding.terms import Clause, Parsed, Term


def guard_negation(case: Case) -> float:
    """Said with the opposite polarity: "mandatory" of what is "not mandatory", "lower" of what is "higher"."""
    if case.recall_anywhere < 0.5 or compared(case) > 0 or is_superlative(case):
        return 1.0
    once = {(term.key, term.polarity, term.negated): term for term in case.claim.terms}
    if any(_opposed(case, term) for term in once.values()):
        return 0.5
    negated = any("not" in clause.negators for clause in case.claim.clauses)
    if (
        negated
        and case.recall_by_clause > 0.5
        and not any(_sounds_negative(found.parsed) for found in case.sentences if found.parsed.keys & case.claim.keys)
    ):
        return 0.75
    return 1.0


def is_superlative(case: Case) -> bool:
    """Whether the claim puts as a negation what the evidence puts as a superlative: none before, for the first."""
    return bool(
        _UNEQUALLED.search(case.claim.text) and any(_SUPERLATIVE.search(found.parsed.text) for found in case.sentences)
    )


_UNEQUALLED = re.compile(
    r"\b(?:no|none|nobody|nowhere|nothing|never)\b.*\b(?:as|than|before|other|else|until|so)\b", re.IGNORECASE
)
_SUPERLATIVE = re.compile(
    r"\b(?:first|only|most|(?!forest|interest|request|harvest|honest|protest|suggest|invest)\w{3,}est)\b"
)


# Where another sentence holds so much more of the claim, in weights of words, the word is not denied but said elsewhere
# of another thing (guess).
_ELSEWHERE = 1.5


def _opposed(case: Case, term: Term) -> bool:
    holders = [index for index, sentence in enumerate(case.sentences) if term.key in sentence.parsed.keys]
    if not holders:
        return False
    if len({own.polarity for own in case.claim.terms if own.key == term.key}) > 1:
        return _opposed_in_cell(case, term)  # "to use the box … why it is not using it"
    weights = [0.0 if own is term else own.weight for own in case.claim.terms]
    said = [sum(map(mul, weights, found)) for found in case.in_context]
    most = max(said[index] for index in holders)
    if most < max(said) - _ELSEWHERE or most < 0.3 * sum(weights):
        return False
    nearest = [case.sentences[index].parsed for index in holders if said[index] > most - 0.25]
    found = _closest(case.claim, term, nearest)
    if term.key[0] == "±":
        if NOT_ALL.search(case.claim.text) or "than" in case.claim.words & nearest[0].words:
            return False  # "A weighs more than B" and "B weighs less than A" are one; the role guard sees to it
        return all(own.polarity != term.polarity for _, own in found)
    if term.negated == "not":
        return not any(own.negated or "not" in clause.negators for clause, own in found) and all(
            DENIALS.isdisjoint(parsed.words) for parsed in nearest
        )
    if term.negated == "without":
        return not any(own.negated or clause.negators for clause, own in found)
    if any(clause.negators for clause in case.claim.clauses):
        return False
    heads = [clause.terms.index(own) for clause, own in found if own.negated]
    return bool(found) and len(heads) == len(found) and all(_heads_negation(clause, own) for clause, own in found)


def _opposed_in_cell(case: Case, term: Term) -> bool:
    """Whether one pole is said of what the evidence says the other of: "higher in small towns and lower in cities"."""
    cell = next(cell for cell in case.claim.cells if term in cell)
    others = {own.key for found in case.claim.cells if found is not cell for own in found}
    mates = {own.key for own in cell} - others
    found = [
        {own.polarity for own in theirs if own.key == term.key}
        for sentence in case.sentences
        for theirs in sentence.parsed.cells
        if mates & {own.key for own in theirs}
    ]
    stated = [polarities for polarities in found if polarities]
    return term.key[0] == "±" and bool(stated) and all(term.polarity not in polarities for polarities in stated)


def _closest(claim: Parsed, term: Term, sentences: Sequence[Parsed]) -> list[tuple[Clause, Term]]:
    """Where a term stands, in the clauses that hold most of what else the claim says.

    "Books can be renewed, films cannot be renewed" says two things of renewing.
    """
    found = [(clause, own) for parsed in sentences for clause in parsed.clauses for own in clause.terms]
    found = [(clause, own) for clause, own in found if own.key == term.key]
    keys = claim.keys - {term.key}
    shared = [sum(own.weight for own in clause.terms if own.key in keys) for clause, _ in found]
    return [pair for pair, amount in zip(found, shared, strict=True) if amount > max(shared) - 0.25]


def _heads_negation(clause: Clause, term: Term) -> bool:
    """Whether it is the first word that a negator reaches: "mandatory" in "not mandatory for an engineer"."""
    return next(own for own in clause.terms if own.negated) is term


def _sounds_negative(parsed: Parsed) -> bool:
    return (
        any(clause.negators for clause in parsed.clauses)
        or any(term.polarity < 0 for term in parsed.terms)
        or not parsed.words.isdisjoint(NEGATIVE_WORDS)
    )


NOT_ALL = re.compile(r"\bnot (?:only|all|every|everyone|everybody|always|entirely|just)\b", re.IGNORECASE)
