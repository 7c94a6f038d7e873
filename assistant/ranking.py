"""How well each unit answers a question: signals of likeness, of words shared and of the kind of answer wanted."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.question import Asked, focus_terms
from assistant.units import Unit
from index.embedding import Vectors
from index.passage import Hit

Embed = Callable[[Sequence[str]], Vectors]
Scores = NDArray[np.float64]

MONEY = re.compile(r"[$€£₹]\s?\d|\b\d[\d,.]*\s?(?:dollars|USD|euros?|pounds|lakh|k\b)", re.IGNORECASE)
DURATION = re.compile(
    r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|several|few|many|some|a)(?:\s?[-–]\s?\d+)?[\s-]+"
    r"(?:more )?(?:years?|months?|weeks?|days?|hours?)\b",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|several|dozens?|hundreds?)\b", re.IGNORECASE)
REASON = re.compile(
    r"\bbecause\b|\bsince\b|\bso that\b|\bin order to\b|\bdue to\b|\bas\b|\botherwise\b|\bessential\b|\bto \w+"
    r"|\b(?:lets?|helps?|shows?|proves?|allows?|enables?|prevents?|demonstrates?|provides?|builds?|means)\b",
    re.IGNORECASE,
)
NAME = re.compile(r"(?<=[a-z,;:“\"(] )(?:[“\"(])?[A-Z][\w.+#-]*|\b\w+[A-Z]\w*|\b[a-z]+\.ai\b")
ENUMERATION = re.compile(r",[^,.;]+,? (?:and|or) |,[^,.;]+,|:\s")
SETTLING = re.compile(
    r"\b(?:not|no|never|n't|can|cannot|may|must|need|required?|optional|mandatory|essential|only|many|some|yes|worth|"
    r"possible|without|instead|crucial|non-negotiable|free|notoriously)\b|n['’]t\b",
    re.IGNORECASE,
)
_KIND_PATTERNS = {
    "money": MONEY,
    "duration": DURATION,
    "number": NUMBER,
    "reason": REASON,
    "person": NAME,
    "place": NAME,
    "list": ENUMERATION,
    "yesno": SETTLING,
}
K1, B = 1.2, 0.75  # BM25 as in Robertson and Zaragoza 2009

# Of the sum. A plain sum of the first four was measured on questions over raw guides; the rest are guesses so far.
WEIGHTS = {
    "contextual": 1.0,
    "plain": 0.5,
    "lexical": 0.25,
    "passage": 0.5,
    "heading": 0.3,
    "fits": 0.3,
    "short": -0.5,
}

SIGNALS = ("contextual", "plain", "heading", "lexical", "passage", "covered", "fits", "opens", "leans", "short")


def signals(asked: Asked, units: Sequence[Unit], hits: Sequence[Hit], embed: Embed) -> dict[str, Scores]:
    """Each signal's value for each unit; the likenesses and scores are min-max normalised over the units.

    contextual: cosine of the question and the unit under its heading; plain: of the unit alone; heading: of the heading
    alone; lexical: BM25 of the unit under its heading; passage: the hit's score; covered: the share of the question's
    focus terms that the unit or its heading holds, weighed by rarity; fits: whether the unit holds the kind of thing
    asked for; opens: whether it begins its passage; leans: whether it points back at another sentence; short: whether
    it is a stump of fewer than four words.
    """
    texts = [unit.in_context for unit in units]
    headings = [unit.heading for unit in units]
    questions = list(dict.fromkeys((asked.text, asked.focus)))
    vectors = embed([*questions, *texts, *(unit.text for unit in units), *headings])
    asking = vectors[: len(questions)].mean(axis=0)
    n = len(units)
    rest = vectors[len(questions) :] @ asking
    terms = [_stems(text) for text in texts]
    wanted = _stems(asked.focus)
    return {
        "contextual": _spread(rest[:n]),
        "plain": _spread(rest[n : 2 * n]),
        "heading": _spread(rest[2 * n :]),
        "lexical": _spread(np.array(_bm25(wanted, terms))),
        "passage": _spread(np.array([hits[unit.hit].score for unit in units])),
        "covered": np.array(_coverage(wanted, terms)),
        "fits": np.array([float(_fits(asked, unit.text)) for unit in units]),
        "opens": np.array([float(unit.position == 0) for unit in units]),
        "leans": np.array([float(unit.leans) for unit in units]),
        "short": np.array([float(len(unit.text.split()) < 4) for unit in units]),
    }


def merit(values: Mapping[str, Scores]) -> Scores:
    """(n,) float64: how well each unit answers, higher is better; a weighted sum of its signals."""
    total: Scores = sum((weight * values[name] for name, weight in WEIGHTS.items()), start=np.zeros(1))
    return total


def _fits(asked: Asked, text: str) -> bool:
    return any(_KIND_PATTERNS[kind].search(text) for kind in asked.kinds[:1] if kind in _KIND_PATTERNS)


def _spread(values: NDArray[np.floating]) -> Scores:
    low, high = float(values.min()), float(values.max())
    return (values.astype(np.float64) - low) / ((high - low) or 1.0)


def _bm25(wanted: Sequence[str], texts: Sequence[Sequence[str]]) -> list[float]:
    mean = sum(map(len, texts)) / len(texts) or 1.0
    weights = rarity(texts)
    return [
        sum(
            weights.get(term, 0.0)
            * terms.count(term)
            * (K1 + 1)
            / (terms.count(term) + K1 * (1 - B + B * len(terms) / mean))
            for term in wanted
        )
        for terms in texts
    ]


def _coverage(wanted: Sequence[str], texts: Sequence[Sequence[str]]) -> list[float]:
    weights = rarity(texts)
    total = sum(weights.get(term, 0.0) for term in wanted) or 1.0
    return [sum(weights.get(term, 0.0) for term in wanted if term in terms) / total for terms in texts]


def rarity(texts: Sequence[Sequence[str]]) -> dict[str, float]:
    """The inverse document frequency of each stem over texts."""
    counts: dict[str, int] = {}
    for terms in texts:
        for term in set(terms):
            counts[term] = counts.get(term, 0) + 1
    return {term: math.log(1 + (len(texts) - count + 0.5) / (count + 0.5)) for term, count in counts.items()}


def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem(term) for term in focus_terms(text))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The Snowball stem of a word."""
    import Stemmer

    result: str = Stemmer.Stemmer("english").stemWord(word.removesuffix("'s"))
    return result
