"""Which sentences to say, how many, and in what order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.question import Asked
from assistant.ranking import Embed, Scores, about_others, fit, fits, likeness_of, named_together, stems
from assistant.units import Unit
from index.embedding import Vectors

# Words that sentences may take together, unless the first alone takes more: read at a glance. A guess.
WORDS = 80
MOST_WORDS = 100  # with the sentences that others lean on; an answer may have 120 with the names of guides
# How far above the middling candidate, as a share of the best unit's lead over it, the second, third, … sentence must
# be to be worth saying. Set on the development cases by passes against words (docs/reader.md).
WORTH = (0.2, 0.3, 0.4, 0.4)
# Sentences at most: to settle a yes or no or give a number, usually, and where several things are wanted.
SHORT, USUAL, MOST = 3, 4, 5
ELSEWHERE = 0.2  # added to the bar for a sentence of another guide than the best: both only where both answer
NEAR = 0.4  # share of the best unit's cosine to the question that one of another passage must have
NAMED = 2.0  # worth of what speaks of a level that was named and not spoken of: more than any other's
STUB = 7  # words up to which an item of a list of steps ("Kaggle: enter competitions.") adds nothing to a sentence
COMPARED = 0.2  # less will do in a comparison, which needs two sides
BESIDE = 0.1  # added for a sentence from the best unit's passage
BEFORE = 0.1  # taken for one that stands before it there: what leads up to an answer is not part of it
# Taken per cosine above .5 to what is said already: maximal marginal relevance (Carbonell and Goldstein 1998).
REPEATS = 0.4
# Two units say the same from this cosine on, or where this share of one's words stands in the other; read off answers.
SAME, SAME_WORDS = 0.84, 0.8
SAME_QUESTION = 0.7  # cosine from which on a heading asks what is asked; a guess
SETTLED = 2.0  # fit from which on a sentence says whether something is needed
ON_THE_SAME = 0.7  # cosine from which on two guides' sentences with other figures speak of the same thing; a guess
# Names and figures: "two to four years" is not "six months", however near the sentences.
_SPECIFICS = re.compile(
    r"\d[\d,.]*\d|\d|(?<=[a-z,;:“\"(] )[A-Z][\w.+#-]*\w|\b\w+[A-Z]\w*"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|several|few|months?|years?|weeks?)\b"
)


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


def best_sentences(
    asked: Asked, units: Sequence[Unit], scores: Scores, best: Sequence[int], embed: Embed
) -> list[Line]:
    """The best units, no two of which say the same, in reading order after the best."""
    limit = asked.limit if asked.limit == 1 else _most(asked)
    counts = asked.kinds[:1] == ("number",) and asked.counts
    shortlist = [i for i in best if units[i].kind != "lead-in" or (counts and fits(asked, units[i].text))][:20]
    vectors = dict(zip(shortlist, embed([units[i].text for i in shortlist]), strict=True))
    if not shortlist:
        return []
    beside = about_others(asked, units[shortlist[0]])
    shortlist = [
        i
        for i in shortlist
        if about_others(asked, units[i]) <= beside and (i == shortlist[0] or not _stub(asked, units[i]))
    ]
    shortlist = _near(asked, shortlist, units, embed)
    top, middle = float(scores[shortlist[0]]), float(np.median(scores))
    named = named_together(asked)
    chosen: list[list[int]] = []
    words = 0
    left = list(shortlist)
    while left and len(chosen) < limit:
        likeness = {i: max((float(vectors[i] @ vectors[group[0]]) for group in chosen), default=0.0) for i in left}
        for i in list(left):
            twin = next((group for group in chosen if _same(i, group[0], units, vectors)), None)
            if twin is None:
                continue
            left.remove(i)
            if units[i].passage.document not in {units[j].passage.document for j in twin}:
                twin.append(i)
        guides = {units[group[0]].passage.document for group in chosen}
        worth = {
            i: (float(scores[i]) - middle) / (top - middle or 1.0)
            + (BESIDE if units[i].hit == units[shortlist[0]].hit else 0.0)
            - (BEFORE if _before(units[i], units[shortlist[0]]) else 0.0)
            - (ELSEWHERE if units[i].passage.document not in guides else 0.0)
            - REPEATS * max(0.0, likeness[i] - 0.5)
            for i in left
        }
        said = [units[group[0]].in_context for group in chosen]
        for i in left:
            if any(_differs(asked, i, group[0], units, vectors) for group in chosen):
                worth[i] = 1.0
            if said and _adds_one_named(named, units[i].in_context, said):
                worth[i] = NAMED
        fitting = [i for i in left if not chosen or words + len(units[i].text.split()) <= WORDS]
        if not fitting:
            break
        i = max(fitting, key=lambda i: worth[i])
        bar = WORTH[min(len(chosen), len(WORTH)) - 1] - (COMPARED if asked.wants("comparison") else 0.0)
        if chosen and worth[i] < bar:
            break
        words += len(units[i].text.split())
        chosen.append([i])
        left.remove(i)
    lines = [Line(tuple(units[i] for i in group)) for group in chosen]
    lines = _in_order(asked, _settling_first(asked, _figures_first(asked, lines)), embed)
    return _cut(_with_antecedents(lines, units))


def _near(asked: Asked, shortlist: Sequence[int], units: Sequence[Unit], embed: Embed) -> list[int]:
    """Those of a shortlist that are not much farther from the question than the best, or stand beside it."""
    asking, *contexts = embed([asked.text, *(units[i].in_context for i in shortlist)])
    first = shortlist[0]
    bar = NEAR * float(contexts[0] @ asking)
    return [
        i
        for i, context in zip(shortlist, contexts, strict=True)
        if float(context @ asking) >= bar
        or units[i].hit == units[first].hit
        or (asked.of_figures and fits(asked, units[i].text))
    ]


def _stub(asked: Asked, unit: Unit) -> bool:
    return not asked.wants("list", "steps") and unit.kind == "item" and len(unit.text.split()) <= STUB


def _figures_first(asked: Asked, lines: Sequence[Line]) -> list[Line]:
    """Where a figure is asked for, the lines that hold one, and those that stand beside them; else all."""
    holding = [line for line in lines if fits(asked, line.unit.text)]
    if not holding or asked.supposes or not asked.of_figures or _names_more(asked, lines[0], holding):
        return list(lines)
    blocks = {(line.unit.hit, line.unit.block) for line in holding}
    return holding + [line for line in lines if line not in holding and (line.unit.hit, line.unit.block) in blocks]


def _settling_first(asked: Asked, lines: Sequence[Line]) -> list[Line]:
    """Where it is asked whether something is needed, first the line of the best passage that says so."""
    if asked.kinds[:1] != ("need",) or asked.supposes or not lines:
        return list(lines)
    beside = [line for line in lines if line.unit.hit == lines[0].unit.hit]
    settling = max(beside, key=lambda line: fit(asked, line.unit.text))  # the first of those that say it as well
    first = [settling] if fit(asked, settling.unit.text) >= SETTLED else []
    return first + [line for line in lines if line not in first]


def _names_more(asked: Asked, best: Line, holding: Sequence[Line]) -> bool:
    """Whether the best line names something asked about that none with a figure does: "How much more with a PhD?"."""
    wanted = set(stems(asked.focus))
    named = wanted & set(stems(best.unit.in_context))
    return bool(named - {term for line in holding for term in stems(line.unit.in_context)})


def _most(asked: Asked) -> int:
    """How many sentences an answer may have."""
    if asked.wants("list", "steps", "comparison", "reason"):
        return MOST
    return SHORT if asked.wants("yesno", "number") and not asked.supposes else USUAL


def _same(i: int, said: int, units: Sequence[Unit], vectors: Mapping[int, Vectors]) -> bool:
    """Whether one unit says what another has said: as near in meaning or in words, and no new name or figure."""
    text, other = units[i].text, units[said].text
    if any(word.lower() not in other.lower() for word in _SPECIFICS.findall(text)):
        return False
    words = set(stems(text))
    return float(vectors[i] @ vectors[said]) >= SAME or len(words & set(stems(other))) >= SAME_WORDS * len(words)


def _differs(asked: Asked, i: int, said: int, units: Sequence[Unit], vectors: Mapping[int, Vectors]) -> bool:
    """Whether another guide gives another figure on the same thing, where a figure is asked for."""
    if units[i].passage.document == units[said].passage.document or float(vectors[i] @ vectors[said]) < ON_THE_SAME:
        return False
    return asked.of_figures and fits(asked, units[i].text) and not _same(i, said, units, vectors)


def _adds_one_named(named: Sequence[re.Pattern[str]], text: str, said: Sequence[str]) -> bool:
    """Whether a text speaks of one of the levels named that nothing said yet speaks of."""
    return any(name.search(text) and not any(map(name.search, said)) for name in named)


def _before(unit: Unit, other: Unit) -> bool:
    return unit.hit == other.hit and unit.position < other.position


def _in_order(asked: Asked, lines: Sequence[Line], embed: Embed) -> list[Line]:
    """Guide by guide and passage by passage; the best line first, the rest of each passage in the order of the text.

    Of a section whose heading asks the same question, the opening sentence comes first if it is said.
    """
    heading = lines[0].unit.heading
    opening = any(
        line.unit.hit == lines[0].unit.hit
        and line.unit.position == 0
        and fit(asked, line.unit.text) >= fit(asked, lines[0].unit.text)
        for line in lines
    )
    opened = opening and heading.rstrip().endswith("?") and likeness_of(asked, heading, embed) >= SAME_QUESTION
    hits = list(dict.fromkeys(line.unit.hit for line in lines))
    documents = list(dict.fromkeys(line.unit.passage.document for line in lines))
    return sorted(
        lines,
        key=lambda line: (
            documents.index(line.unit.passage.document),
            hits.index(line.unit.hit),
            line is not lines[0] and not opened,
            line.unit.start,
        ),
    )


def _with_antecedents(lines: Sequence[Line], units: Sequence[Unit]) -> list[Line]:
    """The lines, each that points back preceded by the sentence it points at, or labelled by its heading."""
    chosen = {id(line.unit): line for line in lines}
    result: list[Line] = []
    for line in lines:
        said = {id(earlier.unit) for earlier in result}
        chain = [line]
        while chain[0].unit.leans and id(chain[0].unit) not in said:
            here = chain[0].unit
            before = [u for u in units if (u.hit, u.block, u.position) == (here.hit, here.block, here.position - 1)]
            if not before or before[0].announces or before[0].kind == "lead-in":
                if not result or result[-1].unit.hit != here.hit:
                    chain[0] = replace(chain[0], label=here.label or here.heading.rstrip(" :?"))
                break
            chain.insert(0, chosen.get(id(before[0]), Line((before[0],))))
        result += [link for link in chain if id(link.unit) not in said]
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
