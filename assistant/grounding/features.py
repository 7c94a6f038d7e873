"""What is weighed to decide on a claim: recall, likeness to the evidence, entailment, and what the guards say."""

from __future__ import annotations

from collections.abc import Collection

from assistant.grounding.guards import GUARDS
from assistant.grounding.guards.comparison import compared
from assistant.grounding.likeness import Likeness
from assistant.grounding.matching import Case

_TIMES_RECALL = ("number", "name", "substitute", "swap", "role", "bound", "negation", "quantifier")
_SURE = 4.0  # logit of the pair model from which on it says no more (guess)
_EVERY_WORD = 0.999  # recall in one sentence from which on it holds every word of the claim
_RARE = 1.2  # weight from which a word is what a claim is about, of 0.5 to 1.6 (guess)


def features(case: Case, like: Likeness, entailed: float, without: Collection[str] = ()) -> dict[str, float]:
    """The features of a claim by name, all the greater the more speaks for it.

    A guard has 0 where it is silent, down to -1 or below where it is sure. What says more of a claim that is nearly
    word for word there than of a free paraphrase is also given times the recall ("… × recall").
    """
    recall = case.recall_in_one
    missing = [term for term, match in zip(case.claim.terms, case.anywhere, strict=True) if match < 0.5]
    rare = sum(term.weight >= _RARE for term in case.claim.terms)
    # The pair model cannot tell a copy from one with a word changed, nor whether a comparison is made; the guards can.
    # There it may speak for a claim, not against it.
    silent = recall > _EVERY_WORD or compared(case) > 0
    lacking = [(term.weight / case.whole, like.kin[term.position]) for term in missing if term.position in like.kin]
    found = {
        "recall by clause": case.recall_by_clause,
        "recall in one": recall,
        "sentence": like.sentence,
        "window": like.window,
        "entailment": max(0.0 if silent else -_SURE, min(_SURE, entailed)),
        "missing name": -float(any(term.name for term in missing)),
        "missing rare": -sum(term.weight >= _RARE for term in missing) / max(1, rare),
    }
    found["kin"] = sum(share * cosine for share, cosine in lacking)
    found["strange"] = -sum(share * (1 - cosine) for share, cosine in lacking)
    for name, guard in GUARDS.items():
        found[name] = 0.0 if name in without else 2 * (guard(case) - 1)
    for name in _TIMES_RECALL:
        found[f"{name} × recall"] = found[name] * recall
    return found
