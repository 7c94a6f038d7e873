"""Which of the ranked units to say, and in what order: a plan of an answer, before it is put in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.question import Asked, focus_terms
from assistant.ranking import Embed, Scores, stem
from assistant.units import Unit
from index.passage import Passage

WORDS = 75  # of an answer in sentences, unless the first alone is longer; the most that is read at a glance, a guess
LIST_WORDS = 170  # of a list with its lead-in
SENTENCES = 3
WORTH = 0.62  # of the best unit's score, for another sentence to be worth saying
SAME = 0.86  # cosine of two units from which on they say the same
LIST_WORTH = 0.6  # mean score of a list's items, as a share of the best unit's, from which on the list is the answer


@dataclass(frozen=True)
class Line:
    """One sentence or list item of an answer.

    Attributes:
        units: What it quotes: the first is said, the others say the same elsewhere and are cited beside it.
        shape: "sentence", "lead-in", "item" or "step".
        label: What it is about, from a heading or from the question, where its own words do not say; "" otherwise.
    """

    units: tuple[Unit, ...]
    shape: str = "sentence"
    label: str = ""

    @property
    def unit(self) -> Unit:
        """What is said."""
        return self.units[0]


def plan(asked: Asked, units: Sequence[Unit], scores: Scores, embed: Embed) -> list[Line]:
    """The lines of an answer, in the order to say them; never empty where there are units."""
    best = _sayable(units, scores)
    if not best:
        return []
    if asked.sides:
        sides = _side_by_side(asked, units, scores, best, embed)
        if sides:
            return sides
    whole = _whole_list(asked, units, scores, best)
    if whole:
        return whole
    return _sentences(asked, units, scores, best, embed)


def _sayable(units: Sequence[Unit], scores: Scores) -> list[int]:
    """Positions of the units that can stand in an answer, best first."""
    order = [int(i) for i in np.argsort(-scores, kind="stable")]
    return [i for i in order if units[i].kind == "lead-in" or not units[i].text.rstrip().endswith(":")]


def _whole_list(asked: Asked, units: Sequence[Unit], scores: Scores, best: Sequence[int]) -> list[Line]:
    """The list that answers, with its lead-in; [] where none does."""
    top = units[best[0]]
    if top.kind not in {"item", "lead-in"}:
        return []
    items = _items_beside(top, units)
    if len(items) < 2:
        return []
    if top.kind == "item":
        if not asked.wants("list", "steps"):
            return []
        others = [float(scores[i]) for i in items if units[i].block != top.block or units[i].hit != top.hit]
        if not others or sum(others) / len(others) < LIST_WORTH * float(scores[best[0]]):
            return []
    lines = []
    lead = next(
        (u for u in units if u.kind == "lead-in" and u.hit == top.hit and u.text == units[items[0]].under), None
    )
    if lead is not None:
        lines.append(Line((lead,), "lead-in"))
    shape = "step" if units[items[0]].marker[:1].isdigit() else "item"
    chosen = [units[i] for i in items]
    lines += [Line((unit,), shape) for unit in _within(chosen, LIST_WORDS)]
    return lines


def _items_beside(top: Unit, units: Sequence[Unit]) -> list[int]:
    """Positions of the items of the list that a unit stands in or leads, in the order of the text."""
    level = top.level if top.kind == "item" else 0
    found = []
    places = {(u.passage.document, u.passage.section) for u in (top,)}
    for i, unit in enumerate(units):
        same = (unit.passage.document, unit.passage.section) in places
        if same and unit.kind == "item" and unit.level == level and unit.marker:
            under = unit.under == top.under or top.kind == "lead-in" or unit.hit != top.hit
            if under:
                found.append(i)
    return sorted(found, key=lambda i: (units[i].passage.start, units[i].start))


def _within(units: Sequence[Unit], words: int) -> list[Unit]:
    """As many units as the words allow: all, where the words do."""
    kept: list[Unit] = []
    total = 0
    for unit in units:
        total += len(unit.text.split())
        if kept and total > words:
            break
        kept.append(unit)
    return kept


def _sentences(asked: Asked, units: Sequence[Unit], scores: Scores, best: Sequence[int], embed: Embed) -> list[Line]:
    """The best units, no two of which say the same."""
    limit = asked.limit if asked.limit == 1 else SENTENCES + int(asked.wants("list", "steps"))
    shortlist = list(best[:16])
    vectors = embed([units[i].text for i in shortlist])
    top = float(scores[shortlist[0]])
    chosen: list[list[int]] = []
    words = 0
    for place, i in enumerate(shortlist):
        unit = units[i]
        if unit.kind == "lead-in" and chosen:
            continue
        if place and float(scores[i]) < WORTH * top:
            break
        twin = next(
            (group for group in chosen if float(vectors[place] @ vectors[shortlist.index(group[0])]) >= SAME), None
        )
        if twin is not None:
            if unit.passage.document != units[twin[0]].passage.document and len(twin) < 2:
                twin.append(i)
            continue
        length = len(unit.text.split())
        if chosen and (words + length > WORDS or len(chosen) >= limit):
            continue
        words += length
        chosen.append([i])
    lines = [Line(tuple(units[i] for i in group)) for group in chosen]
    return _in_order(_with_antecedents(lines, units))


def _with_antecedents(lines: Sequence[Line], units: Sequence[Unit]) -> list[Line]:
    """The lines, each that points back preceded by the sentence it points at, or labelled by its heading."""
    said = {id(line.unit) for line in lines}
    result = []
    for line in lines:
        unit = line.unit
        if unit.leans:
            before = next(
                (u for u in units if u.hit == unit.hit and u.position == unit.position - 1 and u.block == unit.block),
                None,
            )
            if before is not None and id(before) not in said and len(before.text.split()) <= 30:
                result.append(Line((before,)))
                said.add(id(before))
            elif before is None or id(before) not in said:
                line = Line(line.units, line.shape, unit.label or unit.heading.rstrip(" :"))
        result.append(line)
    return result


def _in_order(lines: Sequence[Line]) -> list[Line]:
    """The best line first, then the rest, passage by passage, in the order of the text."""
    hits = list(dict.fromkeys((line.unit.passage.document, line.unit.hit) for line in lines))
    documents = list(dict.fromkeys(document for document, _ in hits))
    rank = {hit: number for number, (_, hit) in enumerate(hits)}
    return sorted(
        lines,
        key=lambda line: (documents.index(line.unit.passage.document), rank[line.unit.hit], line.unit.start),
    )


def _side_by_side(asked: Asked, units: Sequence[Unit], scores: Scores, best: Sequence[int], embed: Embed) -> list[Line]:
    """For each side of a comparison, the unit that says it; [] where one unit holds both or a side has none."""
    sides = [frozenset(stem(term) for term in focus_terms(side)) for side in asked.sides]
    top = {stem(term) for term in focus_terms(units[best[0]].text)}
    if all(side & top for side in sides) or not all(sides):
        return []
    vectors = embed([*asked.sides, *(unit.in_context for unit in units)])
    likeness = vectors[len(sides) :] @ vectors[: len(sides)].T
    chosen: list[int] = []
    for number in range(len(sides)):
        other = likeness[:, 1 - number]
        merit = scores / (float(scores.max()) or 1.0) + 1.5 * (likeness[:, number] - 0.5 * other)
        order = [i for i in sorted(best, key=lambda i: -float(merit[i])) if i not in chosen]
        chosen.append(order[0])
    return [Line((units[i],), "item", side[:1].upper() + side[1:]) for i, side in zip(chosen, asked.sides, strict=True)]


def name_of(passage: Passage) -> str:
    """What a reader calls a passage's guide, in few words."""
    short = passage.metadata.get("short_title")
    return str(short) if short else passage.title.split(":")[0].strip()
