"""How well each unit answers a question: signals of likeness, of words shared and of the kind of answer wanted."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.matching import Matcher
from assistant.question import Asked, focus_terms, understand
from assistant.topics import phrases
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
ENUMERATION = re.compile(r",[^,.;]+,? (?:and|or) |,[^,.;]+,")
SETTLING = re.compile(
    r"\b(?:not|no|never|n't|can|cannot|may|must|need|required?|optional|mandatory|essential|only|many|some|yes|worth|"
    r"possible|without|instead|crucial|non-negotiable|free|notoriously)\b|n['’]t\b",
    re.IGNORECASE,
)
NEEDED = re.compile(
    r"\b(?:mandatory|required?|requires|optional|prerequisites?|not have to|not need|not the only|without|can become"
    r"|non-negotiable|necessary|must|vital|not always)\b|\b(?:don|doesn)['’]t (?:need|have)\b",
    re.IGNORECASE,
)
NOT_NEEDED = re.compile(
    r"\b(?:not (?:\w+ )?(?:mandatory|required|need|have to|the only)|optional|no (?:\w+ )?prerequisites?)\b"
    r"|\b(?:don|doesn)['’]t (?:need|have)\b",
    re.IGNORECASE,
)
NAMED = re.compile(
    r"\bis the (?:practice|term|name|process)\b|\b(?:known as|called|named|named after|stands for|hosted on)\b|\br/\w+",
    re.IGNORECASE,
)
CORRECTING = re.compile(
    r"\b(?:not|no|never|cannot|only|both|while|although|however|vary|varies|differs?|depends?|optional|entire|whole|broader|"
    r"subset|instead|also|even|rather|responsible)\b|n['’]t\b",
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
    "need": NEEDED,
    "name": NAMED,
}
# Things of which a question names one and means no other: a sentence on the others only is about something else.
_CONTRASTS: tuple[tuple[re.Pattern[str], ...], ...] = tuple(
    tuple(re.compile(rf"\b(?:{name})\b", re.IGNORECASE) for name in names)
    for names in (
        (
            "entry[- ]level|juniors?|beginners?|freshers?|starting out",
            "mid[- ]level|intermediate|mid(?=,| and | or | to | vs| &)",
            "seniors?|top engineers",
        ),
        (
            r"bachelor['’]?s?|undergraduate|(?<!advanced )(?<!master's )(?<!master’s )(?<!\) )degree",
            "master['’]?s?|ph\.?d\.?|advanced degrees?|postgraduate",
        ),
    )
)
_LACKING = re.compile(r"\blacking\b", re.IGNORECASE)
# What a text says is not there, not needed or hardly there, up to the end of the clause.
_DENIED = re.compile(
    r"\b(?:without|no|lacking|little|less than|under|(?:not|don['’]t|doesn['’]t) (?:\w+ )?(?:need|have|require)"
    r"|0\s?[-–]\s?\d)\b[^,;:.]*",
    re.IGNORECASE,
)
# Of the sum; set by hand on the development questions (docs/reader.md).
WEIGHTS = {
    "match": 4.0,
    "plain": 0.5,
    "passage": 1.0,
    "covered": 0.3,
    "fits": 0.3,
    "length": 0.4,
    "asked": 0.6,
    "opens": 0.2,
    "others": -1.5,
    "leads": -0.3,
}
ASKED_FROM, ASKED_TO = 0.55, 0.9  # cosine of a question and a heading: unlike below the first, the same from the second
_NUMBERED = re.compile(r"^(?:(?:step|stage|phase|part)\s*)?\d{1,2}\s*[.):]\s*", re.IGNORECASE)
FULL = 40  # words from which on a unit counts as long


def signals(
    asked: Asked, units: Sequence[Unit], hits: Sequence[Hit], embed: Embed, matcher: Matcher
) -> dict[str, Scores]:
    """Each signal's value for each unit, most in [0, 1]; likenesses and scores are min-max normalised over the units.

    match: how well the unit under its heading answers the question, the part of it that asks, and what it takes for
    granted, by the matcher;
    plain: cosine of the question and the unit alone; passage: the hit's score; covered: the share of the question's
    focus terms that the unit or its heading holds, weighed by rarity; fits: whether it holds the kind of thing asked
    for; asked: how near the question is to the heading, where that is a question itself; opens: the same, for the
    first unit of the section; others: whether it is about another level or degree than the one asked for; length:
    words, up to a full sentence; leads: whether it leads a list, or opens as an aside.
    """
    texts = [unit.in_context for unit in units]
    questions = list(dict.fromkeys(filter(None, (asked.text, asked.focus, asked.premise))))
    headings = list(dict.fromkeys(unit.heading for unit in units))
    vectors = embed([*questions, *(unit.text for unit in units), *map(heading_text, headings)])
    asking = vectors[: len(questions)].mean(axis=0)
    near = dict(zip(headings, vectors[len(vectors) - len(headings) :] @ asking, strict=True))
    terms = [stems(text) for text in texts]
    headed = np.array([_asked(asked, unit, float(near[unit.heading])) for unit in units])
    return {
        "match": np.mean([_spread(matcher.match(question, texts).scores) for question in questions], axis=0),
        "plain": _spread(vectors[len(questions) : len(questions) + len(units)] @ asking),
        "passage": _spread(np.array([hits[unit.hit].score for unit in units])),
        "covered": np.array(_coverage(stems(asked.focus), terms)),
        "fits": np.array([fit(asked, unit.text) for unit in units]),
        "asked": headed,
        "opens": headed * np.array([_opens(asked, unit) for unit in units]),
        "others": np.array([about_others(asked, unit) for unit in units]),
        "length": np.array([min(len(unit.text.split()), FULL) / FULL for unit in units]),
        "leads": np.array([float(unit.kind == "lead-in" or unit.hedges) for unit in units]),
    }


def merit(values: Mapping[str, Scores]) -> Scores:
    """(n,) float64: how well each unit answers, higher is better; a weighted sum of its signals."""
    total: Scores = sum((weight * values[name] for name, weight in WEIGHTS.items()), start=np.zeros(1))
    return total


def fits(asked: Asked, text: str) -> bool:
    """Whether a text holds the kind of thing that the question asks for first."""
    if asked.supposes:
        return bool(CORRECTING.search(text))
    return any(_KIND_PATTERNS[kind].search(text) for kind in asked.kinds[:1] if kind in _KIND_PATTERNS)


def fit(asked: Asked, text: str) -> float:
    """How well: half where a sentence settles something, but not whether the thing is needed, which is asked."""
    if asked.kinds[:1] == ("need",) and not asked.supposes:
        return 3.0 if NOT_NEEDED.search(text) else 2.0 if NEEDED.search(text) else 0.5 * bool(SETTLING.search(text))
    return float(fits(asked, text)) * (2.0 if asked.kinds[:1] == ("name",) else 1.0)


def heading_text(heading: str) -> str:
    """A heading without its number."""
    return _NUMBERED.sub("", heading)


def likeness_of(asked: Asked, heading: str, embed: Embed) -> float:
    """The cosine of a question and a heading."""
    first, second = embed([asked.text, heading_text(heading)])
    return float(first @ second)


def _asked(asked: Asked, unit: Unit, likeness: float) -> float:
    if not unit.heading.rstrip().endswith("?"):
        return 0.0
    wanted = _kind_of(unit.heading)
    if wanted in {"duration", "money", "reason"} and not asked.wants(wanted):
        return 0.0
    return min(max((likeness - ASKED_FROM) / (ASKED_TO - ASKED_FROM), 0.0), 1.0)


def _opens(asked: Asked, unit: Unit) -> float:
    """1 where a unit opens its section, and holds a figure if one is asked for."""
    return float(unit.position == 0 and unit.passage.start == 0 and (not asked.of_figures or fits(asked, unit.text)))


@lru_cache(maxsize=2_000)
def _kind_of(heading: str) -> str:
    """What a heading that is a question asks for first; "" where nothing tells."""
    return next(iter(understand(heading).kinds), "")


def about_others(asked: Asked, unit: Unit) -> float:
    """1 where a unit is about others than those the question names, 0.7 where it is about some of them and others."""
    if asked.supposes:
        return 0.0
    worst = float(asked.of_figures and _has_what_is_missing(asked.focus, unit.text))
    for names in _CONTRASTS:
        wanted = {place for place, name in enumerate(names) if name.search(asked.focus)}
        if not wanted or (asked.wants("comparison") and len(wanted) == 1):
            continue
        text = unit.text if asked.wants("comparison") else f"{unit.heading} {unit.text}"
        said = {place for place, name in enumerate(names) if name.search(text)}
        if said - wanted and not (asked.wants("comparison") and wanted <= said):
            worst = max(worst, 0.7 if said & wanted else 1.0)
    return worst


def named_together(asked: Asked) -> tuple[re.Pattern[str], ...]:
    """The levels or degrees of which a question names several: "for juniors, mid-level and seniors"."""
    for names in _CONTRASTS:
        wanted = tuple(name for name in names if name.search(asked.focus))
        if len(wanted) > 1:
            return wanted
    return ()


def _has_what_is_missing(question: str, text: str) -> bool:
    """Whether a text is about those who have what a question says is not there: "without a degree", "no experience"."""
    missing = _missing(question)
    if not missing:
        return False
    said = _DENIED.sub("", text)
    return any(word in stems(said) or any(kind.search(said) for kind in kinds) for word, kinds in missing)


@lru_cache(maxsize=2_000)
def _missing(question: str) -> tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]:
    """The stem of each thing that a question says is not there, and the names that it counts among."""
    return tuple(
        (
            stem(phrase.text.split()[-1].lower()),
            tuple(name for names in _CONTRASTS for name in names if name.search(phrase.text)),
        )
        for phrase in phrases(_LACKING.sub("without", question))
        if phrase.preposition == "without" or phrase.determiner == "no"
    )


def _spread(values: NDArray[np.floating]) -> Scores:
    low, high = float(values.min()), float(values.max())
    return (values.astype(np.float64) - low) / ((high - low) or 1.0)


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


def stems(text: str) -> tuple[str, ...]:
    """The stems of the words that say what a text is about, each once."""
    return tuple(dict.fromkeys(stem(part) for term in focus_terms(text) for part in term.split("-") if part))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The Snowball stem of a word."""
    import Stemmer

    result: str = Stemmer.Stemmer("english").stemWord(word.removesuffix("'s"))
    return result
