"""Whether the evidence holds an answer of the kind that a question wants: a duration, an amount, a count, a name, …

A guide may hold durations and speak of a course, and yet not say how long the course is. So a figure counts as an
answer only where it stands in one sentence, under its heading, with what is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.asking import EXPECTATIONS, Asking, Term
from assistant.evidence import Evidence, is_held, stems_of
from assistant.vocabulary import forms, is_carrier, stem, words

_NUMBER = (
    r"(?:\d[\d,.]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|several|few|half"
    r"|third|once|twice)\b)"
)
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
HOLDS = {
    "duration": re.compile(
        rf"{_NUMBER}[^.]{{0,12}}\b(?:year|month|week|day|hour|minute)s?\b|\b(?:months|years|weeks|hours)\b"
        r"|\b(?:time|duration|long|longer|pace|speed)\b.*\b(?:depend|var|differ)|\bmarathon\b",
        re.IGNORECASE,
    ),
    "amount": re.compile(
        r"[$€£]\s?\d|\d\s?(?:dollars|euros?|pounds|usd|k\b)|\b(?:free|depends?|var(?:y|ies))\b"
        r"|\b(?:higher|lower|better)\b.*\b(?:salar|pay|paid|income|compensation)"
        r"|\b(?:salar|pay|paid|income|compensation).*\b(?:higher|lower|better|competitive|attractive|more)\b",
        re.I,
    ),
    "count": re.compile(_NUMBER, re.IGNORECASE),
    "percentage": re.compile(r"\d\s?%|\bpercent|\b(?:third|half|quarter)", re.IGNORECASE),
    "date": re.compile(
        rf"\b(?:1[5-9]|20)\d\d\b|\b\d{{1,2}}\s?[ap]\.?m|\b(?:when|after|before|day|once)\b|\b(?:{_MONTHS}"
        r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b",
        re.IGNORECASE,
    ),
    "formula": re.compile(r"[=∑√]|\bdef \w|\(\w+\s*[+*/]\s*\w+\)"),
    "version": re.compile(r"\bversion\s+\d|\d+\.\d+|\bversions\b", re.IGNORECASE),
    "level": re.compile(rf"{_NUMBER}|\b(?:no (?:age|strict|minimum)|anyone|any age|never too)\b", re.IGNORECASE),
    "rhythm": re.compile(
        r"\b(?:daily|weekly|monthly|yearly|annual(?:ly)?|every|each|regular(?:ly)?|continu\w+|period\w+|times|once|twice"
        r"|ongoing|constant\w*|often|over time)\b",
        re.IGNORECASE,
    ),
    "person": re.compile(
        r"\b(?:by|with|of) [A-Z]|[A-Z]\w+['’]s\b|\b(?:author|wrote|written|founded|created|invented)\b"
    ),
    "name": re.compile(r"(?<=[a-z,;(:“\"’] )[A-Z][\w.+-]+|\b[a-z]+[A-Z]\w+|\b[A-Z]{2,}\b|\b\w+\.(?:ai|com|org)\b"),
}
# Kinds whose answer must stand with what is asked about.
TIED = frozenset({"duration", "amount", "count", "percentage", "date", "formula", "version", "level"})
_SMALL_UNITS = re.compile(r"\bhow (?:many|much) (?:\w+ ){0,2}(hour|minute|day)s?\b")
_PER = re.compile(r"\b(?:per |an? |each |every )?(hour|day|week|month)(?:ly)?\b")
_OF_UNIT = {"hour": r"\b(?:hour|minute)", "minute": r"\b(?:hour|minute)", "day": r"\b(?:hour|day|week)"}
# Words that a figure stands for by itself: "how many weeks" is answered by "three months".
_UNIT_WORDS = """
year month week day hour minute time long take last duration much many cost price pay paid salary earn income wage fee
amount figure number range rate hourly monthly annual yearly per count total average typical percentage percent share
date spend need minimum maximum enough good score old size large big high low level dollar usd $ expect roughly start
finish become get usual common version full exact end top upper rough approximate figures ballpark band money worth make
far apart differ difference gap between more less higher lower above below
"""
_UNITS = frozenset(stem(word) for word in _UNIT_WORDS.split())
# A list answers how many of these there are.
_LISTED_WORDS = "step part stage phase round kind type way reason duty task point rule section"
LISTED = frozenset(stem(word) for word in _LISTED_WORDS.split())
_FIGURE = re.compile(rf"{_NUMBER}(?!\s+of\b)((?:[\s-]+[\w-]+){{1,3}})", re.IGNORECASE)
_COUNTED = re.compile(r"\b(?:how many|(?:number|amount) of)\s+((?:[\w-]+\s*){1,3})", re.IGNORECASE)
_NAMED = EXPECTATIONS["name"]
_JUDGED = re.compile(r"\b(?:better|best|cheaper|faster|easier|harder|more|first)\b|^\W*which\b", re.IGNORECASE)
_SIDES = re.compile(
    r"([\w.+#-]+)(?: (?:\w+er|(?:more|less) \w+))? (?:or|vs\.?|versus|than) (?:an? |the )?([\w.+#-]+)", re.IGNORECASE
)
_WEIGHED = re.compile(r"\b(?:than|whereas|while|instead|rather|prefer\w*|unlike|both|subset|but)\b", re.IGNORECASE)
_PRAISED = re.compile(r"\b(?:best|better|king|above|prefer\w*|recommended|popular|first|start with)\b", re.IGNORECASE)
_SELDOM = 0.35  # rarity from which a name is not the guides' subject itself (guess)
_ABSENT = 0.5  # what a word that all guides lack counts for; it is weighed by itself as well


def type_features(asking: Asking, evidence: Evidence, absent: Mapping[str, bool]) -> dict[str, float]:
    """How far the evidence is from an answer of each kind wanted, by feature name.

    Args:
        asking: What is asked.
        evidence: The sentences it is held against.
        absent: For each of its words, whether all guides lack it.
    """
    features: dict[str, float] = {}
    gaps, apart = [0.0], [0.0]
    for kind in EXPECTATIONS:
        wanted = kind in asking.expects
        features[f"wants {kind}"] = float(wanted)
        if kind not in HOLDS:
            continue
        features[f"no {kind}"] = 0.0
        if wanted:
            bearing = _bearing(kind, asking, evidence)
            features[f"no {kind}"] = evidence.gap(bearing)
            gaps.append(features[f"no {kind}"])
            if kind in TIED:
                apart.append(_apart(bearing, asking.terms, evidence, absent))
    features["no figure"] = max(gaps)
    features["figure apart"] = max(apart)
    features["figure far apart"] = max(0.0, max(apart) - 0.5)
    features["uncompared"] = float("choice" in asking.expects and _uncompared(asking.text, evidence))
    return features


def _bearing(kind: str, asking: Asking, evidence: Evidence) -> list[int]:
    """Positions of the sentences that hold an answer of the kind."""
    if kind == "count":
        return _counting(asking, evidence)
    holds = [i for i, text in enumerate(evidence.texts) if HOLDS[kind].search(text)]
    if kind == "duration":
        unit = _SMALL_UNITS.search(asking.text.lower())
        return [i for i in holds if re.search(_OF_UNIT[unit[1]], evidence.texts[i])] if unit else holds
    per = _PER.search(asking.text.lower()) if kind == "amount" else None
    if per:
        return [i for i in holds if re.search(rf"\b{per[1]}", evidence.texts[i], re.IGNORECASE)]
    if kind == "name":
        named = _NAMED.search(asking.text.lower())
        things = forms(words(named.group())[-1]) if named else frozenset()
        return [i for i in holds if things & evidence.stems[i] and _names(evidence.texts[i], evidence)]
    return holds


def _names(text: str, evidence: Evidence) -> bool:
    """Whether a text names something that is not what the guides are about throughout."""
    return any(evidence.vocabulary.rarity(name) > _SELDOM for name in HOLDS["name"].findall(text))


def _apart(bearing: Sequence[int], terms: Sequence[Term], evidence: Evidence, absent: Mapping[str, bool]) -> float:
    """How much of what the question is about no sentence with a fitting figure speaks of, in [0, 1]."""
    wanted = [
        (
            term,
            (_ABSENT if absent.get(term.text) else evidence.vocabulary.rarity(term.text)) + 0.5 * term.capitalised,
        )
        for term in terms
        if not forms(term.text) & (_UNITS | LISTED) and not term.number
    ]
    total = sum(rarity for _, rarity in wanted)
    if not total:
        return 0.0
    covered = (
        sum(rarity for term, rarity in wanted if is_held(term, evidence.stems[i], evidence.vocabulary)) for i in bearing
    )
    return 1.0 - max(covered, default=0.0) / total


def _counting(asking: Asking, evidence: Evidence) -> list[int]:
    """Positions of the sentences that hold a number of what is to be counted, or list it."""
    counted = _COUNTED.search(asking.text)
    if counted and LISTED & stems_of(counted.group(1)):
        return list(range(len(evidence.texts)))  # told by listing them, not by their number
    if not counted:
        return [i for i, text in enumerate(evidence.texts) if HOLDS["count"].search(text)]
    things: set[str] = set()
    for word in words(counted.group(1)):
        if is_carrier(word):
            break
        things |= forms(word)
    return [
        i
        for i, text in enumerate(evidence.texts)
        if any(things & stems_of(number.group(1)) for number in _FIGURE.finditer(text))
    ]


def _uncompared(text: str, evidence: Evidence) -> bool:
    """Whether one of two things that the guides know is to be preferred, and no sentence weighs them."""
    sides = _SIDES.search(text)
    if not sides or not _JUDGED.search(text):
        return False
    if any(is_carrier(side) or not evidence.vocabulary.holds(side) for side in sides.groups()):
        return False
    first, second = forms(sides[1]), forms(sides[2])
    return not any(
        (first & stems and second & stems and _WEIGHED.search(text))
        or ((first & stems or second & stems) and _PRAISED.search(text))
        for text, stems in zip(evidence.texts, evidence.stems, strict=True)
    )
