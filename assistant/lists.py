"""Lists that answer whole: those of a passage, and those that a guide writes as headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assistant.comparison import guides_named
from assistant.outline import Guides, Outline
from assistant.question import Asked, speaks_of_steps
from assistant.ranking import ENUMERATION, Embed, Scores, stems
from assistant.selection import Line
from assistant.units import Unit, units_of
from index.passage import Hit

LIST_WORDS = 165  # that a list may take with its lead-in; an answer in lists may have 200
# Share of the best unit's score from which on the list that a lead-in leads, or that an item stands in, is looked at.
# "How do I …" is more often answered by one sentence: there the lead-in must be nearer.
LEADS_NEAR, ITEMS_NEAR, HOW_TO_NEAR = 0.7, 0.9, 0.85
# The middle score of a list's other items, as a share of the best unit's (more of it for a list that no sentence leads
# to) and of the best outside the list, from which on the whole list is the answer.
LIST_WORTH, UNLED_WORTH, LIST_RIVAL = 0.66, 0.8, 0.95
STUMP = 5  # words up to which items say little out of their list: "Pipe wrench"
# A list of headings is the answer if its cosine to the question is about as high as any unit's. It is made up: more
# where the question speaks of steps and the list is one, or has as many as it names, less where its heading speaks
# of something else as well. A little less will do; a little more is wanted where the best unit enumerates itself.
STEPS_ASKED, COUNT_ASKED, ELSEWHERE, HEADINGS_LEAD, NAMED_LEAD = 0.3, 0.2, 0.1, 0.05, -0.03
INTRODUCED_LEAD = 0.15  # where the best unit stands beside the sentence that leads to it
NAMED_GUIDE = 0.3  # more for the list of a guide that the question names


def list_of_headings(
    asked: Asked, units: Sequence[Unit], best: Sequence[int], embed: Embed, guides: Guides
) -> list[Line]:
    """The list of headings that answers; [] where a unit is nearer to the question."""
    if asked.limit == 1 or not (_wants_list(asked) or (asked.of_steps and asked.wants("number"))):
        return []
    outlines = [
        outline
        for outline in guides.outlines_in(dict.fromkeys(unit.passage.document for unit in units))
        if (outline.of_headings or asked.of_steps) and asked.count in {None, len(outline.members)}
    ]
    if not outlines:
        return []
    vectors = embed([asked.focus, *(outline.about for outline in outlines), *(unit.in_context for unit in units)])
    likeness = vectors[1:] @ vectors[0]
    wanted = set(stems(asked.focus))
    named = guides_named(asked, units)
    merit = [
        float(likeness[number])
        + STEPS_ASKED * (asked.of_steps and (outline.counted or speaks_of_steps(outline.about)))
        + COUNT_ASKED * (asked.count == len(outline.members))
        + NAMED_GUIDE * _of_the_guide(outline, named)
        - ELSEWHERE * len(set(stems(outline.heading)) - wanted) / (len(stems(outline.heading)) or 1)
        for number, outline in enumerate(outlines)
    ]
    nearest = int(np.argmax(merit))
    top, led = units[best[0]], outlines[nearest].lead
    if not asked.of_steps and not any(_stands_in(outlines[nearest], units[i]) for i in best[:2]):
        return []
    if _names_member(asked, outlines[nearest], top):
        return []
    introduces = led is not None and led.passage.id == top.passage.id and asked.wants("list") and not asked.of_factors
    names_all = not asked.of_steps and not introduces and bool(ENUMERATION.search(top.text))
    lead = NAMED_LEAD if names_all else INTRODUCED_LEAD if introduces else HEADINGS_LEAD
    if merit[nearest] < float(likeness[len(outlines) :].max()) - lead:
        return []
    outline = outlines[nearest]
    lines = []
    if outline.lead:
        bare = outline.lead.announces and len(outline.lead.text.split()) < 8  # "Here’s a detailed breakdown:"
        lines.append(Line((outline.lead,), "lead-in", outline.heading if bare else "", named_only=bare))
    names, members = [name for name, _ in outline.members], [unit for _, unit in outline.members]
    long = sum(len(f"{name} {unit.text}".split()) for name, unit in outline.members) > LIST_WORDS
    if not outline.of_headings:
        members = _shortened(members)
    for number, (name, unit) in enumerate(zip(names, members, strict=False), start=1):
        shape, marker = ("step", f"{number}.") if outline.counted else ("item", "")
        lines.append(Line((unit,), shape, name, marker, named_only=bool(name) and long))
    return lines


def _stands_in(outline: Outline, unit: Unit) -> bool:
    """Whether a unit stands in the part of the guide that a list of headings is of."""
    member = outline.members[0][1].passage
    above = member.section[: -1 if outline.of_headings else None]
    return unit.passage.document == member.document and unit.passage.section[: len(above)] == above


def _names_member(asked: Asked, outline: Outline, top: Unit) -> bool:
    """Whether the question is about the one member of a list that the best unit stands in."""
    names = [name for name, unit in outline.members if name and unit.passage.id == top.passage.id]
    if not outline.of_headings:
        names = [
            unit.label for _, unit in outline.members if (unit.passage.id, unit.block) == (top.passage.id, top.block)
        ]
    own = set(stems(" ".join(names))) - set(stems(outline.about))
    return bool(own & set(stems(asked.focus)))


def _of_the_guide(outline: Outline, named: Sequence[str]) -> float:
    """How much of a named guide's title a list speaks of, in [0, 1]: "the steps of the roadmap" are its main ones."""
    passage = outline.members[0][1].passage
    title = set(stems(passage.title))
    return len(title & set(stems(outline.about))) / (len(title) or 1) if passage.document in named else 0.0


def whole_list(asked: Asked, units: Sequence[Unit], scores: Scores, best: Sequence[int], guides: Guides) -> list[Line]:
    """The list that answers, with its lead-in; [] where none does."""
    top = units[best[0]]
    if asked.limit == 1 or not (_wants_list(asked) or (top.kind == "lead-in" and not top.announces)):
        return []
    near = best[:1]
    if not ENUMERATION.search(top.text):
        bar = {"lead-in": LEADS_NEAR, "item": ITEMS_NEAR} if asked.wants("list") else {"lead-in": HOW_TO_NEAR}
        near = [i for i in best[:10] if float(scores[i]) >= bar.get(units[i].kind, 1.0) * float(scores[best[0]])]
    for i in near:
        lines = _list_at(units[i], units, scores, best, guides)
        if lines:
            return lines
    return []


def _wants_list(asked: Asked) -> bool:
    return asked.wants("list") or (asked.wants("steps") and not asked.wants("yesno", "reason"))


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
    before = [u for u in whole if lead and lead[0].leans and u.text == lead[0].before and u.hit == lead[0].hit]
    return [
        *(Line((unit,)) for unit in before[:1]),  # "Interviews are tough." before "They often consist of:"
        *(Line((unit,), "lead-in") for unit in lead[:1]),
        *(Line((unit,), shape, marker=unit.marker) for unit in _shortened(items)),
    ]


def _stand_together(
    items: Sequence[Unit], units: Sequence[Unit], scores: Scores, best: Sequence[int], led: bool
) -> bool:
    """Whether the items of a list are together the best units, rather than one of them alone."""
    if led and np.median([len(unit.text.split()) for unit in items]) <= STUMP:
        return True
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
