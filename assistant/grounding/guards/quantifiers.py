"""Claims that say more than the evidence: all of what is many, always of what is often."""

from __future__ import annotations

import re

from assistant.grounding.guards.negation import NOT_ALL, is_superlative
from assistant.grounding.lexicon import HEDGES, NEEDS, OBLIGATIONS, UNIVERSALS
from assistant.grounding.matching import Case


def guard_quantifier(case: Case) -> float:
    """ "All", "always", "only", "guarantees", "must" where the evidence says less."""
    said = _WORDS.findall(_ONLY_SO_MANY.sub(" ", case.claim.text).lower())
    claimed = {UNIVERSALS[word] for word in said if word in UNIVERSALS and word not in ("each", "both")}
    if NOT_ALL.search(case.claim.text) or is_superlative(case):
        return 1.0
    if (
        case.claim.words & OBLIGATIONS
        and case.cover_words & HEDGES
        and not case.cover_words & (OBLIGATIONS | NEEDS)
        and not any(clause.negators for clause in case.claim.clauses)
    ):
        return 0.5
    if not claimed - {UNIVERSALS[word] for word in case.cover_words if word in UNIVERSALS}:
        return 1.0
    if "only" in claimed or case.cover_words & HEDGES:
        return 0.5
    return 0.8


_ONLY_SO_MANY = re.compile(r"\bonly (?=(?:after|in|at|for|about|around)?\s*[$€£]?\d)", re.IGNORECASE)  # "only 14 days"
_WORDS = re.compile(r"[a-z]+")
