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

from assistant.answer import Citation, Claim
from assistant.answerability_model import QUESTION_WEIGHTS, TERM_WEIGHTS, THRESHOLD
from assistant.asking import EXPECTATIONS, Asking, Term, read_question
from assistant.reader import ReaderResult
from assistant.vocabulary import Vocabulary, is_carrier, parts, stem, words
from index.embedding import Vectors
from index.passage import Hit, Passage
from index.segmentation import Segment, segment

HITS = 6  # hits read as evidence; more brought nothing on the development split
_TOP = 8  # sentences nearest to the question in which its words are looked for
_TERMS = 12  # words of the asking part that are looked at; the judged questions have fewer
_APART = 0.5  # share of what is asked about that no sentence with a fitting figure mentions
_APART_KINDS = frozenset({"duration", "date", "percentage", "formula"})
_NO_COUNT = 0.3  # cosine by which the nearest sentence that counts what is asked lags behind the nearest
_PLAIN = 0.3  # what is left of the probability where the focus is plainly missing
_MISSING = 0.5  # probability from which a word counts as lacking
_NEAR = 0.4  # cosine from which the nearest sentence is worth showing beside an abstention (guess, read by eye)
_SUGGESTIONS = 3
_CACHE = 20_000  # vectors of sentences and words kept: 30 MB at 384 dimensions

Embed = Callable[[Sequence[str]], Vectors]

_NUMBER = (
    r"(?:\d[\d,.]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|several|few|half"
    r"|third|once|twice)\b)"
)
# What a sentence must hold to be an answer of the kind; "it depends" answers how long and how much as well.
_FIGURE = re.compile(rf"{_NUMBER}(?!\s+of\b)((?:[\s-]+[\w-]+){{1,3}})", re.IGNORECASE)
# A list answers how many of these there are.
_LISTED_WORDS = "step part stage phase round kind type way reason duty task point rule section"
_LISTED = frozenset(stem(word) for word in _LISTED_WORDS.split())
_NAMING = frozenset({"noun", "object", "option"})
_INFLECTED = re.compile(r"(?:ly|ing|ed|en)$", re.IGNORECASE)  # adverbs and participles are seldom what is asked for
_HOLDS = {
    "duration": re.compile(
        rf"{_NUMBER}[^.]{{0,12}}\b(?:year|month|week|day|hour|minute)s?\b|\b(?:months|years|weeks|hours)\b|once"
        r"|\b(?:time|duration|long|longer|pace|speed)\b.*\b(?:depend|var|differ)",
        re.IGNORECASE,
    ),
    "amount": re.compile(
        r"[$€£]\s?\d|\d\s?(?:dollars|euros?|pounds|usd)|\b(?:free|paid|depends?|var(?:y|ies)|higher|lower)\b", re.I
    ),
    "count": re.compile(_NUMBER, re.IGNORECASE),
    "percentage": re.compile(r"\d\s?%|\bpercent|\b(?:third|half|quarter)", re.IGNORECASE),
    "date": re.compile(
        r"\b(?:1[5-9]|20)\d\d\b|\b\d{1,2}\s?[ap]\.?m|\b(?:when|after|before|day)\b|\b(?:january|february|march|april|may|june"
        r"|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b",
        re.IGNORECASE,
    ),
    "formula": re.compile(r"[=∑√]|\bdef \w|\(\w+\s*[+*/]\s*\w+\)"),
    "version": re.compile(r"\bversion\b|\d+\.\d+", re.IGNORECASE),
}


@dataclass(frozen=True)
class Answerability:
    """Whether the guides answer a question.

    Attributes:
        probability: That they do, in [0, 1].
        answerable: Whether that reaches the threshold.
        missing: Words of the question that the evidence does not bear out, most telling first.
        instruction: Whether it is an instruction to the assistant rather than a question.
        near: Whether the question is at least near the guides' subject, so that what is nearest is worth showing.
        features: What the decision was made from, by name.
        asking: What was asked.
        nearest: Where the sentence nearest to the question stands: a passage, and offsets in its text.
    """

    probability: float
    answerable: bool
    missing: tuple[str, ...] = ()
    instruction: bool = False
    near: bool = False
    features: Mapping[str, float] = field(default_factory=dict)
    asking: Asking | None = None
    nearest: tuple[Passage, int, int] | None = None


class AnswerabilityJudge:
    """Judges questions against the hits that retrieval found. Safe to share between threads."""

    def __init__(self, embed: Embed, vocabulary: Vocabulary | None = None) -> None:
        """A judge.

        Args:
            embed: Texts to (n, dim) unit vectors. Vectors of sentences and words are kept, those of questions are not.
            vocabulary: The words of all passages; None takes those of the hits for all there are.
        """
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
        terms = [
            (term, values, _logistic(values, TERM_WEIGHTS)) for term, values in self.term_features(asking, evidence)
        ]
        features = question_features(asking, evidence, terms)
        probability = probability_of(features, QUESTION_WEIGHTS)
        missing = sorted((entry for entry in terms if entry[2] >= _MISSING), key=lambda entry: -entry[2])
        return Answerability(
            probability=probability,
            answerable=probability >= THRESHOLD,
            missing=tuple(term.text for term, _, _ in missing),
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
        vectors = self._embed([asking.whole, asking.text or asking.whole])
        with_heading = (self._remembered(headed) @ vectors.T).max(axis=1)
        alone = (self._remembered(texts) @ vectors.T).max(axis=1)
        order = np.argsort(-(with_heading + 0.5 * alone), kind="stable")[:_TOP]
        vocabulary = self._vocabulary or Vocabulary.of(_whole(hit.passage) for hit in hits)
        return Evidence(
            sentences=sentences,
            texts=texts,
            headed=headed,
            with_heading=with_heading,
            alone=alone,
            top=[int(i) for i in order],
            vocabulary=vocabulary,
            hits=list(hits[:HITS]),
            asking_vector=vectors[1],
        )

    def term_features(self, asking: Asking, evidence: Evidence) -> list[tuple[Term, dict[str, float]]]:
        """Each word that the question may turn on, with the features that tell whether the evidence lacks it."""
        terms = asking.terms[:_TERMS]
        vocabulary = evidence.vocabulary
        top = [_stems(evidence.headed[i]) for i in evidence.top]
        in_top = set().union(*top)
        in_hits = set().union(*(_stems(_whole(hit.passage)) for hit in evidence.hits))
        present = [_present(term, in_top, vocabulary) for term in terms]
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
                        "not in hits": weight * (not _present(term, in_hits, vocabulary)),
                        "not in top": weight * (not there),
                        "not in best": weight * (not top or not _present(term, top[0], vocabulary)),
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
        if not terms:
            return []
        without = [" ".join(re.sub(rf"(?<!\w){re.escape(term)}(?!\w)", " ", text).split()) or text for term in terms]
        vectors = self._embed(without)
        headed = self._remembered(evidence.headed)
        base = float((headed @ evidence.asking_vector).max())
        return [float(value) - base for value in (headed @ vectors.T).max(axis=0)]

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


def abstain(question: str, hits: Sequence[Hit], judgement: Answerability | None = None) -> ReaderResult:
    """The result that says, politely, that the guides do not answer the question.

    Near the guides' subject it quotes what is nearest, labelled as such, and offers questions that the guides'
    headings answer. Anything else gets the refusal and the offers alone.

    Args:
        question: As asked.
        hits: What retrieval found, best first.
        judgement: What the judge made of it; None where nothing was found to judge.
    """
    judgement = judgement or Answerability(0.0, False)
    suggestions = suggest(question, hits)
    if judgement.instruction:
        text, reason = "I only answer questions from the guides.", "an instruction, not a question to the guides"
    elif judgement.missing:
        named = judgement.missing[0]
        text, reason = "The guides don't say.", f"the guides do not bear out “{named}”"
        if judgement.near:
            text = f"The guides don't say: I find nothing there about “{named}” that answers this."
    else:
        text, reason = "The guides don't say.", "nothing in the guides answers the question"
    lines = [text]
    citations: tuple[Citation, ...] = ()
    claims: tuple[Claim, ...] = ()
    if judgement.near and judgement.nearest is not None:
        passage, start, end = judgement.nearest
        quote = passage.text[start:end]
        citations = (Citation(1, quote, start, end, passage),)
        claims = (Claim(quote, (1,), True, 1.0),)
        lines.append(f"Nearest in the guides: {quote} [1]")
    if suggestions:
        lines.append(f"You could ask: {suggestions[0]}")
    return ReaderResult(
        "\n\n".join(lines),
        claims=claims,
        citations=citations,
        abstained=True,
        reason=reason,
        confidence=judgement.probability,
        suggestions=suggestions,
    )


def suggest(question: str, hits: Sequence[Hit], count: int = _SUGGESTIONS) -> tuple[str, ...]:
    """Questions that the guides can answer, from the headings of the hits, nearest first."""
    asked = _stems(question)
    found: dict[str, None] = {}
    for hit in hits:
        heading = (
            re.sub(r"^(?:step\s*)?\d+\s*[.:)]\s*|\s*:$", "", hit.passage.section[-1].strip(), flags=re.I)
            if (hit.passage.section)
            else ""
        )
        if not heading or len(heading) > 120:
            continue
        heading = re.sub(r"\s+\?$", "?", heading)
        offer = heading if heading.endswith("?") else f"What do the guides say about “{heading}”?"
        if _stems(heading) != asked:
            found[offer] = None
    return tuple(found)[:count]


@dataclass(frozen=True)
class Evidence:
    """The sentences of the hits, measured against a question.

    Attributes:
        sentences: Each with the passage it stands in.
        texts: Their texts.
        headed: Their texts after their headings.
        with_heading: (n,) cosine of question and headed text; the better of the whole question and its asking part.
        alone: (n,) the same for the text alone.
        top: Positions of the nearest, best first.
        vocabulary: The words of all passages.
        hits: The hits they come from.
        asking_vector: (dim,) the asking part's vector.
    """

    sentences: list[tuple[Passage, Segment]]
    texts: list[str]
    headed: list[str]
    with_heading: Vectors
    alone: Vectors
    top: list[int]
    vocabulary: Vocabulary
    hits: list[Hit]
    asking_vector: Vectors


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
    best = float(evidence.with_heading.max(initial=0.0))
    weights = [10.001 - term.commonness for term, _, _ in terms] or [1.0]  # rare words count for more

    def share(of: Callable[[dict[str, float]], float]) -> float:
        return float(np.average([of(values) for _, values, _ in terms] or [0.5], weights=weights))

    first = lacking[0]
    named = [
        probability
        for term, values, probability in terms
        if values["absent"] and (term.capitalised or term.place or term.number or term.slot in _NAMING)
    ]
    features = {
        "lacking place": max((values["absent place"] for _, values, _ in terms), default=0.0),
        "lacking name": max(named, default=0.0),
        "lacking name near": max(named, default=0.0) * best,
        "best": best,
        "best alone": float(evidence.alone.max(initial=0.0)),
        "third": float(np.sort(evidence.with_heading)[-3:].mean()) if len(evidence.texts) else 0.0,
        "lacking": first,
        "lacking surely": max(0.0, first - 0.7) / 0.3,
        "lacking odds": math.log(max(first, 1e-6) / max(1 - first, 1e-6)),
        "lacking near": first * best,
        "lacking second": lacking[1] if len(lacking) > 1 else 0.0,
        "lacking beyond doubt": max(0.0, first - 0.9) / 0.1,
        "absent share": share(lambda values: values["absent"]),
        "not in top share": share(lambda values: values["not in top"]),
        "unlike share": share(lambda values: values["unlike"]),
        "gain": max((values["gain"] for _, values, _ in terms), default=0.0),
        "instruction": float(asking.instruction),
        "injected": float(asking.injected),
        "words": min(len(terms), 8) / 8,
    }
    gaps = [0.0]
    apart = 0.0
    for kind in EXPECTATIONS:
        features[f"wants {kind}"] = float(kind in asking.expects)
        if kind in _HOLDS:
            gap = 0.0
            if kind in asking.expects:
                bearing = (
                    _counted(asking, evidence)
                    if kind == "count"
                    else [i for i, text in enumerate(evidence.texts) if _HOLDS[kind].search(text)]
                )
                apart = max(apart, _apart(bearing, evidence, terms))
                gap = best - (float(evidence.with_heading[bearing].max()) if bearing else -0.1)
            features[f"no {kind}"] = gap
            gaps.append(gap)
    features["no figure"] = max(gaps)
    features["figure apart"] = apart
    # None of these was wrong of an answerable question of the development split.
    features["plain sign"] = float(
        features["lacking place"] > 0
        or (apart > _APART and bool(_APART_KINDS & set(asking.expects)))
        or (features["no count"] > _NO_COUNT and not _LISTED & _stems(asking.text))
    )
    return features


def _apart(bearing: Sequence[int], evidence: Evidence, terms: Sequence[tuple[Term, dict[str, float], float]]) -> float:
    """How much of what the question is about no sentence with a fitting figure speaks of, in [0, 1].

    The guides may hold durations and speak of a course, and yet not say how long the course is.
    """
    wanted = [(term, evidence.vocabulary.rarity(term.text)) for term, values, _ in terms if not values["absent"]]
    total = sum(rarity for _, rarity in wanted)
    if not total:
        return 0.0
    covered = [
        sum(rarity for term, rarity in wanted if _present(term, stems, evidence.vocabulary))
        for stems in (_stems(evidence.headed[i]) for i in bearing)
    ]
    return 1.0 - max(covered, default=0.0) / total


def _counted(asking: Asking, evidence: Evidence) -> list[int]:
    """Positions of the sentences that hold a number of what is to be counted, or list it."""
    counted = re.search(r"\b(?:how many|(?:number|amount) of)\s+((?:[\w-]+\s*){1,3})", asking.text, re.IGNORECASE)
    if not counted:
        return [i for i, text in enumerate(evidence.texts) if _HOLDS["count"].search(text)]
    things: set[str] = set()
    for word in words(counted.group(1)):
        if is_carrier(word):
            break
        things |= {stem(part) for part in parts(word)}
    found = []
    for i, (passage, piece) in enumerate(evidence.sentences):
        near = any(things & _stems(number.group(1)) for number in _FIGURE.finditer(evidence.texts[i]))
        listed = piece.kind == "item" and things & _LISTED and things & _stems(" ".join(passage.section[-1:]))
        if near or listed:
            found.append(i)
    return found


def probability_of(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """That the guides answer a question with these features.

    A plain sign that the focus is missing counts beside the weights, because the weights are fitted to all questions
    alike and likeness would outweigh it ("What does … earn in Norway?").
    """
    return _logistic(features, weights) * (_PLAIN if features["plain sign"] else 1.0)


def _logistic(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    total = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _present(term: Term, stems: set[str], vocabulary: Vocabulary) -> bool:
    acronym = term.text.lower() in vocabulary.initials and (term.commonness < 7 or term.text.isupper())
    return acronym or any(stem(part) in stems for part in parts(term.text))


def _spelling(term: Term, stems: set[str]) -> float:
    """How surely the term is one of the words, mistyped, in [0, 1]."""
    word = term.text.lower()
    if not word.isalpha() or len(word) < 4:
        return 0.0
    near = (other for other in stems if abs(len(other) - len(word)) < 4 and other[:1] in (word[0], word[1]))
    best = max((SequenceMatcher(None, word, other).ratio() for other in near), default=0.0)
    return max(0.0, best - 0.6) / 0.4 if best > 0.75 else 0.0


def _nearest(evidence: Evidence) -> tuple[Passage, int, int] | None:
    for position in evidence.top:
        passage, piece = evidence.sentences[position]
        if piece.kind != "lead-in":
            return passage, piece.start, piece.end
    return None


def _whole(passage: Passage) -> str:
    return "\n".join([passage.title, *passage.section, passage.text])


def _stems(text: str) -> set[str]:
    return {stem(part) for word in words(text) for part in parts(word)}
