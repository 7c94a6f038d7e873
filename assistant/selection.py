"""Which of the ranked units to say, and in what order: a plan of an answer, before it is put in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.outline import Guides
from assistant.question import Asked, focus_terms, plain_words
from assistant.ranking import ENUMERATION, Embed, Scores, fits, stems
from assistant.units import Unit, units_of
from index.passage import Hit

# Words that sentences may take together, unless the first alone takes more: read at a glance. A guess.
WORDS = 80
MOST_WORDS = 100  # with the sentences that others lean on; an answer may have 120 with the names of guides
LIST_WORDS = 165  # that a list may take with its lead-in; an answer in lists may have 200
ITEM_WORDS = 24  # from which on the items of a long list are cut to what they name
# How far above the middling candidate, as a share of the best unit's lead over it, the second, third, … sentence must
# be to be worth saying. Set on the development cases by passes against words (docs/reader.md).
WORTH = (0.4, 0.5, 0.6, 0.7)
BESIDE = 0.1  # added for a sentence from the best unit's passage
BEFORE = 0.1  # taken for one that stands before it there: what leads up to an answer is not part of it
# Taken per cosine above .5 to what is said already: maximal marginal relevance (Carbonell and Goldstein 1998).
REPEATS = 0.4
# A list of headings is the answer if its cosine to the question, made up so, is as high as any unit's: more where the
# question speaks of steps and the headings count them, less where its heading speaks of something else as well. A
# little less will do, or a little more is wanted where the best unit enumerates things itself.
STEPS_ASKED, ELSEWHERE, HEADINGS_LEAD = 0.3, 0.1, 0.03
SAME = 0.84  # cosine of two units from which on they say the same; a guess, read off answers
# Share of the best unit's score from which on the list that a lead-in leads, or that an item stands in, is looked at.
LEADS_NEAR, ITEMS_NEAR = 0.75, 0.9
# The middle score of a list's other items, as a share of the best unit's (more of it for a list that no sentence leads
# to) and of the best outside the list, from which on the whole list is the answer.
LIST_WORTH, UNLED_WORTH, LIST_RIVAL = 0.66, 0.8, 0.95


@dataclass(frozen=True)
class Line:
    """One sentence or list item of an answer.

    Attributes:
        units: What it quotes: the first is said, the others say the same elsewhere and are cited beside it.
        shape: "sentence", "lead-in", "item" or "step".
        label: What it is about, from a heading or from the question, where its own words do not say; "" otherwise.
        marker: The list marker of a step.
        named_only: Whether only the label is said, and the quote stands behind it.
    """

    units: tuple[Unit, ...]
    shape: str = "sentence"
    label: str = ""
    marker: str = ""
    named_only: bool = False

    @property
    def unit(self) -> Unit:
        """What is said."""
        return self.units[0]


def plan(asked: Asked, units: Sequence[Unit], scores: Scores, embed: Embed, guides: Guides | None = None) -> list[Line]:
    """The lines of an answer, in the order to say them; [] only where there is nothing to say.

    Args:
        asked: What is asked for.
        units: What can be said.
        scores: How well each unit answers.
        embed: Texts to unit vectors.
        guides: What surrounds the units; None where only the hits are known.
    """
    best = [int(i) for i in np.argsort(-scores, kind="stable") if not units[i].announces or units[i].kind == "lead-in"]
    if not best:
        return []
    if asked.sides:
        sides = _side_by_side(asked, units, scores, best, embed)
        if sides:
            return sides
    guides = guides or Guides()
    return (
        _headings(asked, units, best, embed, guides)
        or _whole_list(asked, units, scores, best, guides)
        or _sentences(asked, units, scores, best, embed)
    )


def _headings(asked: Asked, units: Sequence[Unit], best: Sequence[int], embed: Embed, guides: Guides) -> list[Line]:
    """The list of headings that answers; [] where a unit is nearer to the question."""
    outlines = guides.outlines_in(dict.fromkeys(unit.passage.document for unit in units))
    if not outlines or not asked.wants("list", "steps") or asked.limit == 1:
        return []
    vectors = embed([asked.focus, *(outline.about for outline in outlines), *(unit.in_context for unit in units)])
    likeness = vectors[1:] @ vectors[0]
    wanted = set(stems(asked.focus))
    merit = [
        float(likeness[number])
        + STEPS_ASKED * (outline.counted and asked.of_steps)
        - ELSEWHERE * len(set(stems(outline.heading)) - wanted) / (len(stems(outline.heading)) or 1)
        for number, outline in enumerate(outlines)
    ]
    nearest = int(np.argmax(merit))
    names_all = not asked.of_steps and bool(ENUMERATION.search(units[best[0]].text))
    lead = -HEADINGS_LEAD if names_all else HEADINGS_LEAD
    if merit[nearest] < float(likeness[len(outlines) :].max()) - lead:
        return []
    outline = outlines[nearest]
    words = sum(len(f"{name} {unit.text}".split()) for name, unit in outline.members)
    lines = []
    if outline.lead:
        bare = outline.lead.announces and len(outline.lead.text.split()) < 8  # "Here’s a detailed breakdown:"
        lines.append(Line((outline.lead,), "lead-in", outline.heading if bare else "", named_only=bare))
    for number, (name, unit) in enumerate(outline.members, start=1):
        shape, marker = ("step", f"{number}.") if outline.counted else ("item", "")
        lines.append(Line((unit,), shape, name, marker, named_only=words > LIST_WORDS))
    return lines


def _whole_list(asked: Asked, units: Sequence[Unit], scores: Scores, best: Sequence[int], guides: Guides) -> list[Line]:
    """The list that answers, with its lead-in; [] where none does."""
    top = units[best[0]]
    if asked.limit == 1 or not (asked.wants("list", "steps") or top.kind == "lead-in"):
        return []
    near = best[:1]
    if not ENUMERATION.search(top.text):
        bar = {"lead-in": LEADS_NEAR, "item": ITEMS_NEAR}
        near = [i for i in best[:10] if float(scores[i]) >= bar.get(units[i].kind, 1.0) * float(scores[best[0]])]
    for i in near:
        lines = _list_at(units[i], units, scores, best, guides)
        if lines:
            return lines
    return []


def _list_at(top: Unit, units: Sequence[Unit], scores: Scores, best: Sequence[int], guides: Guides) -> list[Line]:
    """The list that a unit stands in, leads or stands beside; [] where there is none or its items do not answer."""
    if top.kind == "sentence":
        # "Interviews are tough. They often consist of:" – the sentence beside the lead-in is the better match.
        beside = [u for u in units if u.kind == "lead-in" and (u.hit, u.block) == (top.hit, top.block)]
        top = beside[0] if beside else top
    if top.kind not in {"item", "lead-in"}:
        return []
    section = guides.section_of(top.passage)
    whole = units_of([Hit(passage, 0.0) for passage in section]) if section else units
    items = _items_beside(top, whole)
    lead = [u for u in whole if u.kind == "lead-in" and items and u.text == items[0].under]
    if len(items) < 2 or (top.kind == "item" and not _stand_together(items, units, scores, best, bool(lead))):
        return []
    shape = "step" if items[0].marker[:1].isdigit() else "item"
    return [
        *(Line((unit,), "lead-in") for unit in lead[:1]),
        *(Line((unit,), shape, marker=unit.marker) for unit in _shortened(items)),
    ]


def _stand_together(
    items: Sequence[Unit], units: Sequence[Unit], scores: Scores, best: Sequence[int], led: bool
) -> bool:
    """Whether the items of a list are together the best units, rather than one of them alone."""
    lines = {(unit.passage.id, unit.block) for unit in items}
    places = {(unit.passage.id, unit.start) for unit in items}
    others = [float(scores[i]) for i in best[1:] if (units[i].passage.id, units[i].start) in places]
    rival = next((float(scores[i]) for i in best if (units[i].passage.id, units[i].block) not in lines), 0.0)
    worth = (LIST_WORTH if led else UNLED_WORTH) * float(scores[best[0]])
    return bool(others) and float(np.median(others)) >= max(worth, LIST_RIVAL * rival)


def _items_beside(top: Unit, units: Sequence[Unit]) -> list[Unit]:
    """The first sentences of the items of the list that a unit stands in or leads, in reading order."""
    place = (top.passage.document, top.passage.section)
    found = [
        unit
        for unit in units
        if unit.kind == "item"
        and unit.marker
        and (unit.passage.document, unit.passage.section) == place
        and (unit.level == top.level if top.kind == "item" else unit.level == 0)
    ]
    if top.kind == "lead-in":
        found = [u for u in found if u.passage.id != top.passage.id or u.under == top.text]
    return sorted(found, key=lambda unit: (unit.passage.start, unit.start))


def _shortened(items: Sequence[Unit]) -> list[Unit]:
    """The items whole where the words allow; else cut to what each names; else as many as fit."""
    if sum(len(unit.text.split()) for unit in items) > LIST_WORDS:
        items = [
            replace(unit, end=unit.start + len(unit.label)) if unit.label and unit.text.startswith(unit.label) else unit
            for unit in items
        ]
    kept: list[Unit] = []
    words = 0
    for unit in items:
        words += len(unit.text.split())
        if kept and words > LIST_WORDS:
            break
        kept.append(unit)
    return kept


def _sentences(asked: Asked, units: Sequence[Unit], scores: Scores, best: Sequence[int], embed: Embed) -> list[Line]:
    """The best units, no two of which say the same, in reading order after the best."""
    limit = asked.limit if asked.limit == 1 else _most(asked)
    shortlist = [i for i in best if units[i].kind != "lead-in"][:20]
    vectors = dict(zip(shortlist, embed([units[i].text for i in shortlist]), strict=True))
    if not shortlist:
        return []
    top, middle = float(scores[shortlist[0]]), float(np.median(scores))
    chosen: list[list[int]] = []
    words = 0
    left = list(shortlist)
    while left and len(chosen) < limit:
        likeness = {i: max((float(vectors[i] @ vectors[group[0]]) for group in chosen), default=0.0) for i in left}
        for i in [i for i in left if likeness[i] >= SAME]:
            left.remove(i)
            twin = max(chosen, key=lambda group: float(vectors[i] @ vectors[group[0]]))
            if units[i].passage.document not in {units[j].passage.document for j in twin}:
                twin.append(i)
        worth = {
            i: (float(scores[i]) - middle) / (top - middle or 1.0)
            + (BESIDE if units[i].hit == units[shortlist[0]].hit else 0.0)
            - (BEFORE if _before(units[i], units[shortlist[0]]) else 0.0)
            - REPEATS * max(0.0, likeness[i] - 0.5)
            for i in left
        }
        fitting = [i for i in left if not chosen or words + len(units[i].text.split()) <= WORDS]
        if not fitting:
            break
        i = max(fitting, key=lambda i: worth[i])
        if chosen and worth[i] < WORTH[min(len(chosen), len(WORTH)) - 1]:
            break
        words += len(units[i].text.split())
        chosen.append([i])
        left.remove(i)
    if asked.wants("reason"):
        chosen += _reasons(chosen[0][0], {i for group in chosen for i in group}, units)
    lines = _in_order([Line(tuple(units[i] for i in group)) for group in chosen])
    return _cut(_with_antecedents(lines, units))


def _reasons(first: int, said: set[int], units: Sequence[Unit]) -> list[list[int]]:
    """The sentence after the best one, where it leans on it: "Document your code. This shows that you can …"."""
    after = first + 1
    if after >= len(units) or after in said or not units[after].leans:
        return []
    here, there = units[first], units[after]
    return [[after]] if (here.hit, here.block) == (there.hit, there.block) else []


def _most(asked: Asked) -> int:
    """How many sentences an answer may have."""
    if asked.wants("list", "steps", "comparison", "reason"):
        return 4
    return 3


def _before(unit: Unit, other: Unit) -> bool:
    return unit.hit == other.hit and unit.position < other.position


def _in_order(lines: Sequence[Line]) -> list[Line]:
    """Guide by guide and passage by passage; the best line first, the rest of each passage in the order of the text."""
    hits = list(dict.fromkeys(line.unit.hit for line in lines))
    documents = list(dict.fromkeys(line.unit.passage.document for line in lines))
    return sorted(
        lines,
        key=lambda line: (
            documents.index(line.unit.passage.document),
            hits.index(line.unit.hit),
            line is not lines[0],
            line.unit.start,
        ),
    )


def _with_antecedents(lines: Sequence[Line], units: Sequence[Unit]) -> list[Line]:
    """The lines, each that points back preceded by the sentence it points at, or labelled by its heading."""
    result: list[Line] = []
    for line in lines:
        unit = line.unit
        if unit.leans and not any(_before(said.unit, unit) and said.unit.block == unit.block for said in result[-1:]):
            before = [u for u in units if (u.hit, u.block, u.position) == (unit.hit, unit.block, unit.position - 1)]
            if before and not before[0].announces:
                result = [said for said in result if said.unit is not before[0]]
                result.append(Line((before[0],)))
            elif not result or result[-1].unit.hit != unit.hit:
                line = replace(line, label=unit.label or unit.heading.rstrip(" :?"))
        result.append(line)
    return result


def _cut(lines: Sequence[Line]) -> list[Line]:
    """As many lines from the first on as an answer may be long."""
    kept: list[Line] = []
    words = 0
    for line in lines:
        words += len(f"{line.label} {line.unit.text}".split())
        if kept and words > MOST_WORDS:
            break
        kept.append(line)
    return kept


def _side_by_side(asked: Asked, units: Sequence[Unit], scores: Scores, best: Sequence[int], embed: Embed) -> list[Line]:
    """For each side of a comparison, the unit that says it; [] where one unit holds both."""
    named = [frozenset(stems(plain_words(side))) for side in asked.sides]
    if not all(named) or any(all(side & set(stems(units[i].text)) for side in named) for i in best[:2]):
        return []
    vectors = embed([*_sub_questions(asked), *(unit.in_context for unit in units)])
    likeness = vectors[2:] @ vectors[:2].T
    wanted = replace(asked, kinds=tuple(kind for kind in asked.kinds if kind != "comparison"))
    shared = scores / (float(scores.max()) or 1.0) + np.array([0.5 * fits(wanted, unit.text) for unit in units])
    chosen: list[int] = []
    for number in (0, 1):
        only = named[number] - named[1 - number]
        holds = np.array([float(bool(only & set(stems(unit.in_context)))) for unit in units])
        merit = shared + 2 * likeness[:, number] - likeness[:, 1 - number] + 0.5 * holds
        chosen.append(max((i for i in best if i not in chosen), key=lambda i: float(merit[i])))
    return [Line((units[i],), "item", side[:1].upper() + side[1:]) for i, side in zip(chosen, asked.sides, strict=True)]


def _sub_questions(asked: Asked) -> list[str]:
    """What is asked of each side: the side, and the words of the question that belong to neither."""
    first, second = asked.sides
    sides = set(focus_terms(plain_words(first))) | set(focus_terms(plain_words(second)))
    rest = " ".join(term for term in focus_terms(asked.focus) if term not in sides)
    if second.endswith("'s"):
        second = f"{second} {first.split()[-1]}"
    return [f"{plain_words(side)} {rest}" for side in (first, second)]
