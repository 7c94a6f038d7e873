"""Does the cited text bear a claim out, and where: a check that needs no model and takes about a millisecond.

The base is stemmed token recall: how much of what the claim says is in the evidence, and how much of each of its
clauses is in one sentence of it. Recall cannot see a changed number, a swapped name, a lost "not" or an added
"always"; for each of these there is a guard. A guard lowers the score when it is sure and keeps silent otherwise, so
that on text of any kind the recall decides.

    sentences → parsing (words, numbers) → matching: recall → guards → Support
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.grounding.guards import GUARDS
from assistant.grounding.matching import Case
from assistant.grounding.parsing import parse, read
from assistant.grounding.sentences import split_sentences
from assistant.grounding.terms import Sentence

__all__ = ["GUARDS", "THRESHOLD", "Support", "split_sentences", "support"]
THRESHOLD = 0.5  # of the calibrated score: from here up a claim is as likely as not to be supported
# A logistic curve spreads the recall, after guards, over [0, 1]. Its midpoint was fitted on the development split of
# our own claims and on long web evidence, together with the factors of the name and substitute guards: .60 gives 88.4
# over both, .64 gives 85.8. At .58 and below, a guard that fires once no longer decides. The steepness is a guess.
_MIDPOINT = 0.60
_STEEPNESS = 12.0
_BINDING = 0.5  # weight of the recall by clause, against the recall anywhere (fitted likewise; flat from .3 to .7)
_LONGEST = 2000  # characters of a claim that are read; a sentence has some 150
_MARKER = re.compile(r"\[\s*\d+(?:\s*[,;–-]\s*\d+)*\s*\]|【[^】]*】")


@dataclass(frozen=True)
class Support:
    """How far evidence bears a claim out.

    Attributes:
        score: In [0, 1]; from `THRESHOLD` up the claim counts as supported.
        supported: Whether it does.
        spans: The sentences that bear it out, best first: (index in the evidence, start, end) in characters.
        doubts: Which guards fired (see `GUARDS`); "recall" where there was too little of the claim without any.
    """

    score: float
    supported: bool
    spans: tuple[tuple[int, int, int], ...] = ()
    doubts: tuple[str, ...] = ()


def support(
    claim: str,
    evidence: Sequence[str],
    *,
    headings: Sequence[str] = (),
    without: Sequence[str] = (),
) -> Support:
    """How far the evidence bears the claim out, and which sentences do.

    Args:
        claim: One sentence or list item; citation markers in it are ignored.
        evidence: The cited texts.
        headings: Titles and headings the evidence stands under; they count as known, and are never quoted.
        without: Names of guards to leave out, as in `GUARDS` (to measure what each one earns).

    Returns:
        A score in [0, 1], higher is better, with the spans of the best supporting sentences.
    """
    texts = (evidence,) if isinstance(evidence, str) else evidence
    case = Case(
        parse(_MARKER.sub(" ", claim[:_LONGEST]).strip()),
        [Sentence(index, *found) for index, text in enumerate(texts) for found in read(text)],
        [parse(heading) for heading in headings],
    )
    if not case.whole or not case.sentences:
        return Support(0.0, False, (), ("recall",))
    score = (1 - _BINDING) * case.recall_anywhere + _BINDING * case.recall_by_clause
    doubts = []
    for name, guard in GUARDS.items():
        factor = 1.0 if name in without else guard(case)
        if factor < 1:
            score *= factor
            doubts.append(name)
    score = 1 / (1 + math.exp(-_STEEPNESS * (score - _MIDPOINT)))
    supported = score >= THRESHOLD
    if not supported and not doubts:
        doubts.append("recall")
    spans = tuple((found.text_index, found.parsed.start, found.parsed.end) for found in case.cover)
    return Support(round(score, 4), supported, spans, tuple(doubts))
