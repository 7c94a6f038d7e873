"""Comparisons: what is said of each side, or by each guide, side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from assistant.plain_words import plain_words
from assistant.question import Asked, focus_terms
from assistant.ranking import DURATION, MONEY, Embed, Scores, fits, stems
from assistant.selection import Line
from assistant.units import Unit

_EACH = re.compile(r"\beach\b(?! (?:other|day|week|month|year|time))|\brespectively\b", re.IGNORECASE)
SHORTLIST = 12  # units looked at in pairs
ALIKE = 1.0  # for two sides that both hold a figure of a kind: one side's figure wants the other's; a guess


def side_by_side(asked: Asked, units: Sequence[Unit], scores: Scores, best: Sequence[int], embed: Embed) -> list[Line]:
    """For each side of a comparison, the unit that says it; [] where one unit holds both."""
    named = [frozenset(stems(plain_words(side))) for side in asked.sides]
    if not named or not all(named):
        return []
    apart = [named[0] - named[1], named[1] - named[0]]
    of_each = bool(_EACH.search(asked.focus))
    if any(_holds_both(apart, units[i]) and not (of_each and _lists_both(apart, units[i])) for i in best[:2]):
        return []
    vectors = embed([*_sub_questions(asked), *(unit.in_context for unit in units)])
    likeness = vectors[2:] @ vectors[:2].T
    wanted = replace(asked, kinds=tuple(kind for kind in asked.kinds if kind != "comparison"))
    shared = scores / (float(scores.max()) or 1.0) + np.array(
        [0.5 * fits(wanted, unit.text) - 0.3 * unit.leans for unit in units]
    )
    merits = []
    for number in (0, 1):
        holds = np.array([float(bool(apart[number] & set(stems(unit.in_context)))) for unit in units])
        merits.append(shared + 2 * likeness[:, number] - likeness[:, 1 - number] + 0.5 * holds)
    if of_each:  # a list that names both says nothing of each
        listed = np.array([float(_lists_both(apart, unit)) for unit in units])
        merits = [merit - listed for merit in merits]
    shortlist = sorted(best, key=lambda i: -float(max(merits[0][i], merits[1][i])))[:SHORTLIST]
    pairs = [(i, j) for i in shortlist for j in shortlist if i != j]
    if not pairs:
        return []

    def together(pair: tuple[int, int]) -> float:
        texts = [units[i].text for i in pair]
        alike = sum(all(map(figure.search, texts)) for figure in (MONEY, DURATION))
        return float(merits[0][pair[0]] + merits[1][pair[1]]) + ALIKE * alike

    chosen = max(pairs, key=together)
    return [Line((units[i],), "item", side[:1].upper() + side[1:]) for i, side in zip(chosen, asked.sides, strict=True)]


def _holds_both(sides: Sequence[frozenset[str]], unit: Unit) -> bool:
    """Whether a unit speaks of both sides."""
    said = set(stems(unit.text))
    return all(2 * len(side & said) > len(side) for side in sides)


def _lists_both(sides: Sequence[frozenset[str]], unit: Unit) -> bool:
    """Whether a unit names both sides one after the other: "linear algebra, calculus and statistics"."""
    words = unit.text.split()
    first, second = ([place for place, word in enumerate(words) if side & set(stems(word))] for side in sides)
    pairs = [sorted(pair) for pair in product(first, second)]
    return any(
        (b == a + 1 and words[a].endswith(",")) or (b == a + 2 and words[a + 1].lower() in {"and", "or", "&"})
        for a, b in pairs
    )


def guide_by_guide(asked: Asked, units: Sequence[Unit], best: Sequence[int]) -> list[Line]:
    """Where the question names guides ("the roadmap … and the playbook"), the best of each; [] where it does not."""
    named = guides_named(asked, units)
    if len(named) < 2:
        return []
    return [
        Line((units[i],))
        for document in named
        for i in [i for i in best if units[i].passage.document == document and units[i].kind != "lead-in"][:2]
    ]


def guides_named(asked: Asked, units: Sequence[Unit]) -> list[str]:
    """The guides that the question speaks of: it holds a word of the title that not all titles share."""
    titles = {unit.passage.document: set(stems(unit.passage.title)) for unit in units}
    if len(titles) < 2:
        return []
    shared = set.intersection(*titles.values())
    wanted = set(stems(asked.focus))
    return [document for document, title in titles.items() if (title - shared) & wanted]


def _sub_questions(asked: Asked) -> list[str]:
    """What is asked of each side: the side, and the words of the question that belong to neither."""
    first, second = asked.sides
    sides = set(focus_terms(plain_words(first))) | set(focus_terms(plain_words(second)))
    rest = " ".join(term for term in focus_terms(asked.focus) if term not in sides)
    if second.endswith("'s"):
        second = f"{second} {first.split()[-1]}"
    return [f"{plain_words(side)} {rest}" for side in (first, second)]
