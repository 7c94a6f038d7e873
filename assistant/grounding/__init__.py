"""Does the cited text bear a claim out, and where: a check that needs no generative model and takes milliseconds.

The base is how much of what the claim says is in the evidence: stem by stem, and by the sentence embedder, which knows
that "perks" are "benefits". Neither sees a changed number, a swapped name, a lost "not" or an added "always"; for each
of these there is a guard, which keeps silent where it is not sure. A model that reads the claim together with the
nearest sentences knows more of paraphrase. A logistic regression weighs them all.

    sentences → parsing (words, numbers) → matching: recall → likeness → entailment → guards → features, weights
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.grounding.entailment import entailment
from assistant.grounding.features import features
from assistant.grounding.guards import GUARDS
from assistant.grounding.likeness import likeness
from assistant.grounding.matching import Case
from assistant.grounding.parsing import parse, read
from assistant.grounding.sentences import split_sentences
from assistant.grounding.terms import Sentence
from assistant.grounding.weights import BIAS, WEIGHTS

__all__ = ["GUARDS", "THRESHOLD", "Support", "split_sentences", "support"]
THRESHOLD = 0.5  # from here up a claim is as likely as not to be supported
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
    said = _plain(case.claim.text)
    quoted = next((sentence for sentence in case.sentences if _plain(sentence.parsed.text) == said), None)
    if quoted is not None:
        return Support(1.0, True, ((quoted.text_index, quoted.parsed.start, quoted.parsed.end),))
    like = likeness(case)
    found = features(case, like, entailment(case, like), without)
    weighed = BIAS + sum(weight * found[name] for name, weight in WEIGHTS.items())
    score = 1 / (1 + math.exp(-weighed))
    doubts = [name for name in GUARDS if found[name] < 0]
    supported = score >= THRESHOLD
    if not supported and not doubts:
        doubts.append("recall")
    spans = tuple(
        (sentence.text_index, sentence.parsed.start, sentence.parsed.end)
        for sentence in case.cover or [case.sentences[like.nearest]]
    )
    return Support(round(score, 4), supported, spans, tuple(doubts))


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").strip(' \n\t.!;:-*•"“”').split())
