"""What the evidence says of one thing, said of another; or a relation turned round."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise, takewhile

from assistant.grounding.matching import Case
from assistant.grounding.parsing import PRONOUN
from assistant.grounding.terms import SPECIFIC, Parsed, Term


def guard_role(case: Case) -> float:
    """What the evidence says of one thing, said of another; or a relation turned round."""
    if _relation_reversed(case):  # surer: of the development claims it doubts 9 false ones and no honest one
        return 0.25
    return 0.5 if _subject_swapped(case) else 1.0


def _relation_reversed(case: Case) -> bool:
    claimed = _sides(case.claim)
    if claimed is None:
        return False
    for found in case.cover:
        sides = _sides(found.parsed)
        if sides is None or sides[0] != claimed[0]:
            continue
        straight = len(claimed[1] & sides[1]) + len(claimed[2] & sides[2])
        crossed = len(claimed[1] & sides[2]) + len(claimed[2] & sides[1])
        both = claimed[1] & sides[2] and claimed[2] & sides[1]
        turned = claimed[2] <= sides[1] and sides[2] <= claimed[1]  # "Open the red valve before the blue one"
        if claimed[3] == sides[3] and both and (crossed > straight or turned):
            return True
        if claimed[3] != sides[3] and straight > crossed and claimed[1] & sides[1] and claimed[2] & sides[2]:
            return True
    return False


def _sides(parsed: Parsed) -> tuple[str, set[str], set[str], int] | None:
    """(relation, what stands left of it, what right of it, its sign), if the sentence states a relation."""
    found = _RELATION.search(parsed.text)
    if found is None:
        return None
    relation = found.group().lower()
    left = {term.key for term in parsed.terms if term.position < found.start() and term.key[0] != "±"}
    right = {term.key for term in parsed.terms if term.position >= found.end() and term.key[0] != "±"}
    common = left & right
    compared = [term.polarity for term in parsed.terms if term.key[0] == "±"] if relation == "than" else []
    sign = -1 if relation == "after" else math.prod(compared)
    kind = "order" if relation in ("before", "after") else "part" if relation.endswith(" of") else relation
    return kind, left - common, right - common, sign


_RELATION = re.compile(
    r"\b(?:(?:subset|part|subfield|branch|type|form|kind|component|subdivision) of|than|before|after|derived from|"
    r"based on|built on)\b",
    re.IGNORECASE,
)


def _subject_swapped(case: Case) -> bool:
    """Whether what says the rest of a clause says it of another subject, while this subject stands elsewhere."""
    units = [
        (unit, {term.key for term in unit}, index == 0 and PRONOUN.match(sentence.parsed.text))
        for sentence in case.sentences
        if sentence.parsed.text[-1:] in ".!?:)"  # not a title
        for index, unit in enumerate(sentence.parsed.units)
    ]
    known: set[str] = set().union(*(unit for _, unit, _ in units))
    names = {term.key for unit, _, _ in units for term in unit if term.name}
    if _PREPOSITION.match(case.claim.text):  # "In 2007, Reilly starred in …": what comes first is no subject
        return _setting_swapped(case)
    for terms in case.claim.units:
        keys = {term.key for term in terms}
        heads = [term for term in terms[:2] if term.value is None and term.weight > 0.5]
        apart = len(heads) == 2 and heads[1].position > heads[0].position + len(heads[0].surface) + 1
        if apart or (len(heads) == 2 and heads[0].key in names and heads[1].surface.islower()):
            heads.pop()
        if heads and heads[0].surface[0].isupper():  # the whole of a name: John C. Reilly
            heads += list(takewhile(lambda term: term.name, terms[len(heads) : 5]))
        rest = [term for term in terms if term not in heads and term.weight]
        if not heads or heads[0] is not terms[0] or not rest or any(head.key not in known for head in heads):
            continue
        said = [sum(term.weight for term in rest if term.key in unit) for _, unit, _ in units]
        most = max(said)
        if most < 0.6 * sum(term.weight for term in rest):
            continue
        saying = [unit for unit, amount in zip(units, said, strict=True) if amount > most - 0.25]
        own: set[str] = set().union(*(unit for _, unit, _ in units if heads[0].key in unit))
        own -= set().union(*(unit for _, unit, _ in saying))
        if any(term.key in own for term in rest if term.weight >= SPECIFIC):
            continue  # one sentence says it of two subjects: "Docker handles containers and Kubernetes orchestration"
        if any(leaning or not _speaks_of_another(unit, keys) for unit, _, leaning in saying):
            continue
        held = [head for head in heads if any(head.key in unit for _, unit, _ in saying)]
        named = heads[0].surface[0].isupper() and len(heads) > 2  # of whom the last name is enough
        if (
            not held
            or (2 * len(held) < len(heads) and not named)
            or (
                len(heads) == 2
                and len(held) == 1
                and _modified_otherwise(heads, held[0], [unit for unit, _, _ in saying])
            )
        ):
            lost = next(head for head in heads if head not in held)
            if any(lost.key == term.key for unit, _, _ in units for term in unit[:3]):
                return True
    return False


_PREPOSITION = re.compile(
    r"(?:in|for|with|at|on|by|to|from|as|after|before|under|over|during|if|when)\b", re.IGNORECASE
)


def _setting_swapped(case: Case) -> bool:
    """Whether the evidence says it of another setting: "In healthcare, …", and not "In finance, …"."""
    setting, *rest = case.claim.terms
    whole = sum(term.weight for term in rest)
    for sentence in case.sentences:
        other = sentence.parsed
        said = sum(term.weight for term in rest if term.key in other.keys)
        if whole and said > 0.8 * whole and _PREPOSITION.match(other.text):
            return other.terms[0].key not in case.claim.keys and setting.key not in other.keys
    return False


def _speaks_of_another(unit: Sequence[Term], keys: set[str]) -> bool:
    """Whether a clause opens with words that the claim lacks, or names a name that it lacks."""
    return not {term.key for term in unit[:2]} <= keys or any(term.name and term.key not in keys for term in unit)


def _modified_otherwise(heads: Sequence[Term], held: Term, units: Iterable[Sequence[Term]]) -> bool:
    """Whether "deep learning" is said, but of "machine learning": the same noun after another word."""
    if held is not heads[1]:
        return False
    return all(
        any(
            term.key == held.key
            and before.key != heads[0].key
            and term.position - before.position <= len(before.surface) + 1
            for before, term in pairwise(unit)
        )
        for unit in units
    )
