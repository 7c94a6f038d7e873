"""Claims that are near copies of a text: its own sentences or parts of them, and the same with one thing changed.

People who are asked for hard claims write false ones in the text's words and honest ones in quite other words. A model
that learnt from those alone would take a copy for false. Here a copy is as often borne out as not.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from assistant.grounding.lexicon import OPPOSITES, words


def near_copies(sentences: Sequence[str], generator: random.Random) -> Iterator[tuple[str, bool]]:
    """Up to four copies of a text's sentences or of their first clauses, and each with one thing changed if it can be.

    Yields:
        A claim, and whether the text bears it out.
    """
    text = " ".join(sentences)
    for sentence in generator.sample(list(sentences), min(len(sentences), 4)):
        if len(sentence.split()) < _LEAST:
            continue
        cut = [sentence[: joint.start()].strip(" ,;:") + "." for joint in _JOINT.finditer(sentence)]
        copy = generator.choice([sentence, *(part for part in cut if len(part.split()) >= _LEAST)])
        yield copy, True
        changed = _changed(copy, text, generator)
        if changed:
            yield changed, False


def _changed(copy: str, text: str, generator: random.Random) -> str | None:
    ways = [_other_number, _other_number, _other_polarity, _opposite, _exchanged, _overstated]
    generator.shuffle(ways)
    return next((found for way in ways if (found := way(copy, text, generator)) and found != copy), None)


def _other_number(copy: str, text: str, generator: random.Random) -> str | None:
    numbers = list(_NUMBER.finditer(copy))
    if not numbers:
        return None
    chosen = generator.choice(numbers)
    old = chosen.group().lower()
    others = [found.group() for found in _NUMBER.finditer(text)]
    others = [other for other in others if other.lower() != old and other[0].isdigit() == old[0].isdigit()]
    if others and generator.random() < 0.6:
        new = generator.choice(others)
    elif old[0].isdigit():
        value = float(re.sub(r"[^\d.]|\.(?=.*\.)", "", old))
        value = generator.choice([value * 2, value + 1, value * 10, value + 5, round(value * 1.5) + 1])
        new = f"{value:,.0f}" if value >= 10_000 else f"{value:g}"
    else:
        new = generator.choice([word for word in _NUMBER_WORDS if word != old])
    return copy[: chosen.start()] + new + copy[chosen.end() :]


def _other_polarity(copy: str, text: str, generator: random.Random) -> str | None:
    negated = _NEGATED.search(copy)
    if negated:
        old = negated.group().lower()
        return copy[: negated.start()] + ("can" if old == "cannot" else old[:-4]) + copy[negated.end() :]
    verbs = list(_AUXILIARY.finditer(copy))
    if not verbs:
        return None
    at = generator.choice(verbs).end()
    return f"{copy[:at]} not{copy[at:]}"


def _opposite(copy: str, text: str, generator: random.Random) -> str | None:
    turned = [found for found in re.finditer(r"[a-z]+", copy) if found.group() in _OPPOSITE_OF]
    if not turned:
        return None
    chosen = generator.choice(turned)
    return copy[: chosen.start()] + _OPPOSITE_OF[chosen.group()] + copy[chosen.end() :]


def _exchanged(copy: str, text: str, generator: random.Random) -> str | None:
    content = [found for found in re.finditer(r"\b[A-Za-z][a-z]{3,}\b", copy) if found.group().lower() not in _EMPTY]
    if len(content) < 3:
        return None
    left, right = sorted(generator.sample(content, 2), key=lambda found: found.start())
    if right.start() - left.end() < 6:  # "science data" for "data science" is no other claim
        return None
    one, other = left.group(), right.group()
    if left.start() == 0:
        one, other = one.lower(), other.capitalize()
    return copy[: left.start()] + other + copy[left.end() : right.start()] + one + copy[right.end() :]


def _overstated(copy: str, text: str, generator: random.Random) -> str | None:
    for old, new in _STRONGER.items():
        found = re.search(rf"\b{old}\b", copy, re.IGNORECASE)
        if found:
            stronger = new.capitalize() if found.group()[0].isupper() else new
            return copy[: found.start()] + stronger + copy[found.end() :]
    return None


_LEAST = 4  # words of a claim
_JOINT = re.compile(
    r",? (?:and|but|while|whereas|because|although|though|so that|since|unless|which|so)\b |; |: ", re.IGNORECASE
)
_NUMBER_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve")
_NUMBER = re.compile(rf"\d[\d,.]*\d|\d|\b(?:{'|'.join(_NUMBER_WORDS)})\b", re.IGNORECASE)
_VERBS = "is|are|was|were|can|must|should|may|will|has|have|does|do"
_AUXILIARY = re.compile(rf"\b(?:{_VERBS})\b(?! not|n't)", re.IGNORECASE)
_NEGATED = re.compile(rf"\b(?:{_VERBS}) not\b|\bcannot\b", re.IGNORECASE)
_STRONGER = {
    "many": "all", "some": "all", "most": "all", "may": "must", "usually": "always", "often": "always",
    "sometimes": "always", "can": "must", "rarely": "often", "few": "many",
}  # fmt: skip
_EMPTY = words(
    """that this with from than they them their there have been will would should could into when what which while more
    most such some only also after before about over under each other because since does every very"""
)
_POLES = [tuple(side.split() for side in line.split("|")) for line in OPPOSITES.splitlines()]
_OPPOSITE_OF = {word: two[0] for left, right in _POLES for one, two in ((left, right), (right, left)) for word in one}
for _word in ("right", "must", "need"):
    _OPPOSITE_OF.pop(_word, None)  # as often something else: "the right to", "must" for "is required to"
