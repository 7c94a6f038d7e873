"""Which of two things is the more: "arabica has more caffeine than robusta" where robusta has more."""

from __future__ import annotations

import math
import re

from assistant.grounding.matching import Case
from assistant.grounding.terms import Parsed, Term


def guard_comparison(case: Case) -> float:
    """A comparison that the evidence makes the other way round."""
    return 0.5 if compared(case) < 0 else 1.0


def compared(case: Case) -> int:
    """1 if the evidence makes the claim's comparison, -1 if it makes the opposite one, 0 if neither can be told."""
    claimed = _comparison(case.claim)
    if claimed is None:
        return 0
    left, right, sign, poles = claimed
    things = [_thing(term) for term in case.claim.terms]
    heads = next(thing for thing in things if thing in left), next(thing for thing in things if thing in right)
    verdicts = [_stated(sentence.parsed, left, right, heads, sign, poles) for sentence in case.sentences]
    if not any(verdicts):
        verdicts = [_counted(sentence.parsed, left, right, sign) for sentence in case.sentences]
    return (max(verdicts) > 0) - (min(verdicts) < 0)


def _comparison(parsed: Parsed) -> tuple[set[str], set[str], int, set[str]] | None:
    """(what is the more or less, what it is compared with, the sign, the scales), if the claim compares two things."""
    than = _THAN.search(parsed.text)
    word = than or _MEASURED.search(parsed.text)
    if word is None:
        return None
    at = word.start()
    if than:
        poles = [term for term in parsed.terms if term.position < at and _COMPARATIVE.search(term.surface)]
    else:  # "it fell below expectations": the preposition says by itself which is the more
        poles = [term for term in parsed.terms if term.position == at]
    poles = [term for term in poles if term.key[0] == "±"]
    if not poles:
        return None
    before = [term for term in parsed.terms if term.position < at]
    left = {_thing(term) for term in before if term.position < poles[0].position}
    right = {_thing(term) for term in parsed.terms if term.position > at}
    left, right = left - right, right - left
    if not left or not right:
        return None
    return left, right, math.prod(term.polarity for term in poles), {term.key for term in poles}


def _stated(parsed: Parsed, left: set[str], right: set[str], heads: tuple[str, str], sign: int, poles: set[str]) -> int:
    """What a sentence says of the comparison in words: by "than", or of the thing that its comparative belongs to."""
    found = _comparison(parsed)
    if found is not None and (found[3] & poles or (found[3] | poles) <= _SIZES):
        same = found[2] * sign
        straight = bool(found[0] & left) + bool(found[1] & right)
        crossed = bool(found[0] & right) + bool(found[1] & left)
        return 0 if straight == crossed else same if straight > crossed else -same
    for unit in parsed.units:
        for at, term in enumerate(unit):
            if term.key[0] != "±" or not _COMPARATIVE.search(term.surface):
                continue
            if term.key in poles or ({term.key} | poles) <= _SIZES:
                of = {_thing(other) for other in unit[max(0, at - _NEAR) : at]}
                if (heads[0] in of) != (heads[1] in of):
                    return (1 if heads[0] in of else -1) * term.polarity * sign
    return 0


def _counted(parsed: Parsed, left: set[str], right: set[str], sign: int) -> int:
    """What a sentence says by numbers: "a panel lasts 25 years, an inverter 12"."""
    amounts: dict[int, Term] = {}
    of = 0
    for term in parsed.terms:
        thing = _thing(term)
        of = 1 if thing in left else -1 if thing in right else of
        if term.value is not None and of and thing not in left | right:
            amounts.setdefault(of, term)
    if len(amounts) < 2:
        return 0
    one, other = amounts[1], amounts[-1]
    if (one.unit and other.unit and one.unit != other.unit) or one.value == other.value:
        return 0
    return sign if (one.value or 0) > (other.value or 0) else -sign


def _thing(term: Term) -> str:
    """What is compared; of "males" and "females", which are poles too, the one is not the other."""
    return f"{term.key}{term.sign}" if term.key[0] == "±" else term.key


_NEAR = 2  # words between a thing and its comparative at most (guess)
_THAN = re.compile(r"\bthan\b", re.IGNORECASE)
_MEASURED = re.compile(  # not of places: "the flat above the shop"
    r"\b(?:above|below)\b(?=\s+(?:the |its |all |our |their )?"
    r"(?:expect|forecast|averag|target|estimat|budget|normal|median|predict))",
    re.IGNORECASE,
)
_COMPARATIVE = re.compile(r"(?:er|more|less|worse|fewer)$", re.IGNORECASE)
_SIZES = {"±high", "±large", "±long", "±more", "±heavy", "±broad"}  # one may stand for another
