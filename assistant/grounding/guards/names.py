"""Names and words put in the place of others."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from assistant.grounding.guards.frame import framed_alike
from assistant.grounding.matching import Case
from assistant.grounding.terms import SPECIFIC, Parsed, Term


def guard_name(case: Case) -> float:
    """A name or technical term that the evidence does not hold, where it holds the rest."""
    names = [(term, match) for term, match in zip(case.claim.terms, case.anywhere, strict=True) if term.name]
    if len(names) > 3 and len(names) > 0.7 * len(case.claim.terms):
        return 1.0  # written in title case: capitals say nothing
    known = [*case.headings, *(sentence.parsed for sentence in case.sentences)]
    missing = [term for term, match in names if match < 0.5 and not any(_derived(term, text) for text in known)]
    return 0.7 if missing else 1.0


def _derived(term: Term, text: Parsed) -> bool:
    """Whether another form of a name is there: French for France."""
    return len(term.key) >= 4 and any(key.startswith(term.key[:4]) for key in text.keys)


def _in_its_place(case: Case, new: Sequence[Term], parsed: Parsed, old: Sequence[Term]) -> bool:
    """Whether it stands where the other does; a word that says little has to have the same words on both sides."""
    sides = framed_alike(case.claim.text, new, parsed.text, old)
    return sides == 2 or (sides == 1 and all(term.weight >= SPECIFIC for term in new))


def guard_substitute(case: Case) -> float:
    """A word that the evidence lacks in the very place of another: "law" for "mathematics", the rest word for word."""
    anywhere = dict(zip((term.position for term in case.claim.terms), case.anywhere, strict=True))
    for terms in case.claim.units:
        keys = [term.key for term in terms]
        for sentence in case.cover:
            for unit in sentence.parsed.units:
                matcher = SequenceMatcher(None, keys, [term.key for term in unit], autojunk=False)
                if sum(block.size for block in matcher.get_matching_blocks()) < 2:
                    continue
                for kind, first, last, start, end in matcher.get_opcodes():
                    if kind != "replace":
                        continue
                    new = [term for term in terms[first:last] if term.value is None and anywhere[term.position] < 0.5]
                    old = [term for term in unit[start:end] if term.key not in case.claim.keys]
                    if (
                        len(new) == last - first
                        and old
                        and any(t.weight > 0.5 for t in old)
                        and _in_its_place(case, new, sentence.parsed, unit[start:end])
                    ):
                        return 0.78
    return 1.0
