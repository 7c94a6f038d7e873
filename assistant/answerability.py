"""Do the guides answer the question: a calibrated probability, and the words that are not borne out.

Questions near the subject that the guides do not answer look much like those they do. What tells them apart is their
focus: a place, a product, a figure the guides never mention. So the words of the asking part are checked one by one
against the evidence, by stem and by meaning; the kind of answer wanted (a duration, an amount, …) is looked for in the
sentences nearest to the question; and both are weighed with how near those sentences are. docs/abstention.md has the
figures and what each feature earns.
"""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from threading import Lock

import numpy as np

from assistant.abstention import abstain, suggest
from assistant.answer_types import LISTED, type_features
from assistant.answerability_model import QUESTION_WEIGHTS, TERM_WEIGHTS, THRESHOLD
from assistant.asking import Asking, Term, read_question
from assistant.evidence import Evidence, is_held, stems_of, unknown_roles, whole
from assistant.matching import Matcher, shared_matcher
from assistant.plain_words import plain_words
from assistant.units import units_of
from assistant.vocabulary import Vocabulary, is_carrier, is_foreign, parts, stem, words
from index.embedding import Vectors
from index.passage import Hit, Passage
from index.segmentation import segment

__all__ = ["Answerability", "AnswerabilityJudge", "abstain", "suggest"]

HITS = 6  # hits read as evidence; more brought nothing on the development split
_TOP = 8  # sentences nearest to the question in which its words are looked for
_TERMS = 12  # words of the asking part that are looked at; the judged questions have fewer
_UNMENTIONED = 0.8  # probability from which a named word is told the asker as unmentioned (guess)
_MISSING = 0.5  # probability from which a word counts as lacking
_NEAR = 0.5  # cosine from which the nearest sentence is worth showing beside an abstention (guess, read by eye)
_FAR = 12.0  # a lead beyond this says no more (guess)
_CACHE = 20_000  # vectors of sentences and words kept: 30 MB at 384 dimensions
_LEFT_OUT = 5  # words left out one at a time: each costs an embedding
_RESTING = 3  # words that must be left of a question for its likeness without one of them to tell anything
_SHORTEST_QUOTE = 5  # words; a shorter sentence says too little to be shown beside an abstention
_NAMING = frozenset({"noun", "object", "option"})
_INFLECTED = re.compile(r"(?:ly|ing|ed|en)$", re.IGNORECASE)  # adverbs and participles are seldom what is asked for

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class Answerability:
    """Whether the guides answer a question.

    Attributes:
        probability: That they do, in [0, 1].
        answerable: Whether that reaches the threshold.
        missing: Words of the question that the evidence does not bear out, most telling first.
        unmentioned: The one of them that the guides mention nowhere and that is surely what the question turns on.
        instruction: Whether it is an instruction to the assistant rather than a question.
        foreign: Whether it is in a language that the guides are not in.
        near: Whether the question is at least near the guides' subject, so that what is nearest is worth showing.
        features: What the decision was made from, by name.
        asking: What was asked.
        nearest: Where the sentence nearest to the question stands: a passage, and offsets in its text.
    """

    probability: float
    answerable: bool
    missing: tuple[str, ...] = ()
    unmentioned: str = ""
    instruction: bool = False
    foreign: bool = False
    near: bool = False
    features: Mapping[str, float] = field(default_factory=dict)
    asking: Asking | None = None
    nearest: tuple[Passage, int, int] | None = None


class AnswerabilityJudge:
    """Judges questions against the hits that retrieval found. Safe to share between threads."""

    def __init__(self, embed: Embed, vocabulary: Vocabulary | None = None, *, matcher: Matcher | None = None) -> None:
        """A judge.

        Args:
            embed: Texts to (n, dim) unit vectors. Vectors of sentences and words are kept, those of questions are not.
            vocabulary: The words of all passages; None takes those of the hits for all there are.
            matcher: How well sentences answer; None for the one that the process shares.
        """
        self._matcher = matcher or shared_matcher()
        self._embed = embed
        self._vocabulary = vocabulary
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def judge(self, question: str, hits: Sequence[Hit]) -> Answerability:
        """Whether the guides answer a question.

        Args:
            question: One that stands alone, in plain words.
            hits: What retrieval found for it, best first.
        """
        asking = read_question(question)
        if not hits:
            return Answerability(0.0, False, instruction=asking.instruction, asking=asking)
        evidence = self.evidence(asking, hits)
        if is_foreign(asking.whole, evidence.vocabulary):
            return Answerability(0.0, False, foreign=True, asking=asking)
        terms = [
            (term, values, logistic(values, TERM_WEIGHTS)) for term, values in self.term_features(asking, evidence)
        ]
        features = question_features(asking, evidence, terms)
        probability = logistic(features, QUESTION_WEIGHTS)
        missing = sorted((entry for entry in terms if entry[2] >= _MISSING), key=lambda entry: -entry[2])
        return Answerability(
            probability=probability,
            answerable=probability >= THRESHOLD and not asking.overriding,
            missing=tuple(term.text for term, _, _ in missing),
            unmentioned=next((term.text for term, values, odds in missing if _sure(term, values, odds)), ""),
            instruction=asking.instruction,
            near=not asking.instruction and features["best"] >= _NEAR,
            features=features,
            asking=asking,
            nearest=_nearest(evidence),
        )

    def evidence(self, asking: Asking, hits: Sequence[Hit]) -> Evidence:
        """What the hits hold, measured against the question."""
        sentences = [(hit.passage, piece) for hit in hits[:HITS] for piece in segment(hit.passage.text)]
        texts = [passage.text[piece.start : piece.end] for passage, piece in sentences]
        headed = [
            f"{' '.join(passage.section[-1:])} {text}" for (passage, _), text in zip(sentences, texts, strict=True)
        ]
        lead, second = self._leads(asking.whole, hits)  # first: it encodes what is embedded below
        vectors = self._embed([plain_words(asking.whole), plain_words(asking.text or asking.whole)])
        with_heading = (self._remembered(headed) @ vectors.T).max(axis=1)
        alone = (self._remembered(texts) @ vectors.T).max(axis=1)
        order = np.argsort(-(with_heading + 0.5 * alone), kind="stable")[:_TOP]
        return Evidence(
            sentences=sentences,
            texts=texts,
            headed=headed,
            stems=[stems_of(text) for text in headed],
            with_heading=with_heading,
            alone=alone,
            top=[int(i) for i in order],
            vocabulary=self._vocabulary or Vocabulary.of(whole(hit.passage) for hit in hits),
            hits=list(hits[:HITS]),
            asking_vector=vectors[1],
            lead=lead,
            second=second,
        )

    def _leads(self, question: str, hits: Sequence[Hit]) -> tuple[float, float]:
        """How far the best sentence, and the best of another passage, stand above what an answer must reach."""
        units = units_of(hits)
        match = self._matcher.match(plain_words(question), [unit.in_context for unit in units])
        best: dict[int, float] = {}
        for unit, score in zip(units, match.scores, strict=True):
            best[unit.hit] = max(best.get(unit.hit, -_FAR), float(score) - match.bar)
        leads = sorted((max(-_FAR, min(_FAR, lead)) for lead in best.values()), reverse=True)
        return (leads[0] if leads else -_FAR), (leads[1] if len(leads) > 1 else -_FAR)

    def term_features(self, asking: Asking, evidence: Evidence) -> list[tuple[Term, dict[str, float]]]:
        """Each word that the question may turn on, with the features that tell whether the evidence lacks it."""
        terms = [term for term in asking.terms if not _is_listed(term)][:_TERMS]
        vocabulary = evidence.vocabulary
        top = [evidence.stems[i] for i in evidence.top]
        in_top = frozenset().union(*top)
        in_hits = frozenset().union(*(stems_of(whole(hit.passage)) for hit in evidence.hits))
        present = [is_held(term, in_top, vocabulary) for term in terms]
        lacking = [position for position, there in enumerate(present) if not there]
        likeness = self._likeness([terms[i].text for i in lacking], [evidence.headed[i] for i in evidence.top])
        gain = self._gain(asking.text, [terms[i].text for i in lacking], evidence)
        found = []
        for position, term in enumerate(terms):
            there = present[position]
            absent = not there and not vocabulary.holds(term.text)
            spelled = _spelling(term, in_hits) if absent and not term.commonness else 0.0
            weight = 1.0 - spelled
            unlike = 0.0 if there else 1.0 - likeness[lacking.index(position)]
            found.append(
                (
                    term,
                    {
                        "absent": weight * absent,
                        "not in hits": weight * (not is_held(term, in_hits, vocabulary)),
                        "not in top": weight * (not there),
                        "not in best": weight * (not top or not is_held(term, top[0], vocabulary)),
                        "unlike": weight * unlike,
                        "gain": 0.0 if there else gain[lacking.index(position)],
                        "capital": float(term.capitalised),
                        "absent capital": float(absent and term.capitalised),
                        "number": float(term.number),
                        "common": term.commonness / 10,
                        "absent common": absent * term.commonness / 10,
                        "unknown": float(term.commonness == 0),
                        "spelled": spelled,
                        "absent asked": float(absent and term.asked),
                        "absent noun": float(absent and term.slot == "noun"),
                        "absent object": float(absent and term.slot == "object"),
                        "absent option": float(absent and term.slot == "option"),
                        "absent verb": float(absent and term.slot == "verb"),
                        "absent inflected": float(absent and bool(_INFLECTED.search(term.text))),
                        "absent place": float(not there and term.place),
                        "unlike name": unlike * (term.capitalised or term.place),
                        "unlike unknown": weight * unlike * (term.commonness == 0),
                    },
                )
            )
        return found

    def _likeness(self, terms: Sequence[str], texts: Sequence[str]) -> list[float]:
        """For each term, its cosine with the nearest word of the texts."""
        candidates = sorted({word.lower() for text in texts for word in words(text) if not is_carrier(word)})
        if not terms or not candidates:
            return [0.0] * len(terms)
        nearest = (self._remembered([term.lower() for term in terms]) @ self._remembered(candidates).T).max(axis=1)
        return [float(value) for value in nearest]

    def _gain(self, text: str, terms: Sequence[str], evidence: Evidence) -> list[float]:
        """For each term, how much nearer the evidence comes once the term is left out of the question."""
        if not terms or len(set(words(text)) - set(terms)) < _RESTING:
            return [0.0] * len(terms)
        left_out = terms[:_LEFT_OUT]
        without = [re.sub(rf"(?<!\w){re.escape(term)}(?!\w)", " ", text) for term in left_out]
        vectors = self._embed([plain_words(" ".join(rest.split())) for rest in without])
        headed = self._remembered(evidence.headed)
        base = float((headed @ evidence.asking_vector).max())
        gained = [max(0.0, float(value) - base) for value in (headed @ vectors.T).max(axis=0)]
        return gained + [0.0] * (len(terms) - len(gained))

    def _remembered(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            unknown = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        fresh = dict(zip(unknown, self._embed(unknown), strict=True)) if unknown else {}
        with self._lock:
            rows = []
            for text in texts:
                row = fresh.get(text)
                if row is None:
                    row = self._vectors[text]
                self._vectors[text] = row
                self._vectors.move_to_end(text)
                rows.append(row)
            while len(self._vectors) > _CACHE:
                self._vectors.popitem(last=False)
        return np.stack(rows)


def question_features(
    asking: Asking, evidence: Evidence, terms: Sequence[tuple[Term, dict[str, float], float]]
) -> dict[str, float]:
    """What the decision is made from, by name.

    Args:
        asking: What is asked.
        evidence: The sentences it is held against.
        terms: Its words, each with its features and the probability that the evidence lacks it.
    """
    lacking = sorted((probability for _, _, probability in terms), reverse=True) or [0.5]
    best = evidence.best
    first = lacking[0]
    named = [probability for term, values, probability in terms if _named(term, values)]
    roles = unknown_roles(asking.text, evidence)
    return {
        "lacking place": max((values["absent place"] for _, values, _ in terms), default=0.0),
        "lacking name": max(named, default=0.0),
        "lacking name near": max(named, default=0.0) * best,
        "lead": evidence.lead,
        "above": max(0.0, evidence.lead),
        "well above": max(0.0, evidence.lead - 4.0),
        "second lead": evidence.second,
        "best": best,
        "far": max(0.0, 0.5 - best),
        "very far": max(0.0, 0.4 - best),
        "very near": max(0.0, best - 0.6),
        "best alone": float(evidence.alone.max(initial=0.0)),
        "third": float(np.sort(evidence.with_heading)[-3:].mean()) if len(evidence.texts) else 0.0,
        "lacking": first,
        "lacking surely": max(0.0, first - 0.7) / 0.3,
        "lacking odds": math.log(max(first, 1e-6) / max(1 - first, 1e-6)),
        "lacking near": first * best,
        "lacking second": lacking[1] if len(lacking) > 1 else 0.0,
        "lacking beyond doubt": max(0.0, first - 0.9) / 0.1,
        "gain": max((values["gain"] for _, values, _ in terms), default=0.0),
        "instruction": float(asking.instruction),
        "injected": float(asking.injected),
        "words": min(len(terms), 8) / 8,
        "unknown role": float(bool(roles)),
        **type_features(asking, evidence, {term.text: bool(values["absent"]) for term, values, _ in terms}),
    }


def logistic(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The probability that weights give to features."""
    total = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _is_listed(term: Term) -> bool:
    """Whether a term only says that parts of something are asked for ("steps", "rounds/parts")."""
    pieces = parts(term.text)
    return {stem(piece) for piece in pieces[1:] or pieces} <= LISTED


def _named(term: Term, values: Mapping[str, float]) -> bool:
    """Whether a term that all guides lack is named as the thing asked about."""
    return bool(values["absent"]) and (term.capitalised or term.place or term.number or term.slot in _NAMING)


def _sure(term: Term, values: Mapping[str, float], lacking: float) -> bool:
    """Whether to say of a term that the guides do not mention it."""
    return _named(term, values) and lacking > _UNMENTIONED and not term.number


def _spelling(term: Term, stems: frozenset[str]) -> float:
    """How surely the term is one of the words, mistyped, in [0, 1]."""
    word = term.text.lower()
    if not word.isalpha() or len(word) < 4:
        return 0.0
    near = (other for other in stems if abs(len(other) - len(word)) < 4 and other[:1] in (word[0], word[1]))
    best = max((SequenceMatcher(None, word, other).ratio() for other in near), default=0.0)
    return max(0.0, best - 0.6) / 0.4 if best > 0.75 else 0.0


def _nearest(evidence: Evidence) -> tuple[Passage, int, int] | None:
    """The nearest sentence that says something by itself."""
    for position in evidence.top:
        passage, piece = evidence.sentences[position]
        text = evidence.texts[position].strip()
        if piece.kind != "lead-in" and not text.endswith((":", "?")) and len(text.split()) >= _SHORTEST_QUOTE:
            return passage, piece.start, piece.end
    return None
