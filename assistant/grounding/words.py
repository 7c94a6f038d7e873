"""A word to a term: its stem, what it shares with synonyms and opposites, and what it weighs."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from importlib import resources

import Stemmer

from assistant.grounding.lexicon import COMMON, IRREGULARS, NUMBER_WORDS, OPPOSITES, STOPWORDS, SYNONYMS
from assistant.grounding.terms import Term


def word_term(token: str, lower: str, position: int, initial: bool, following: str) -> Term | None:
    if lower in NUMBER_WORDS:
        return Term(f"#{NUMBER_WORDS[lower]:g}", token, position, weight=1.3, value=NUMBER_WORDS[lower])
    if lower in ("have", "has", "had") and following.startswith(" to "):
        lower = "must"
    stem = stem_of(lower)
    pole = _POLE_OF.get(lower) or _POLE_OF.get(stem)
    name = _is_name(token, initial)
    if pole and not name:
        weightless = lower in STOPWORDS
        return Term(pole[0], token, position, weight=0.0 if weightless else _weight(token, stem), sign=pole[1])
    if lower in STOPWORDS and not (token.isupper() and len(token) > 1):
        return None
    return Term(_SYNONYM_OF.get(stem, stem), token, position, weight=_weight(token, stem, name), name=name)


def _is_name(token: str, initial: bool) -> bool:
    if any(letter.isupper() for letter in token[1:]) or token[-1] in "+#":
        return True
    if any(map(str.isdigit, token)):
        return token[0].isalpha()
    return token[0].isupper() and not initial and token not in ("A", "I")


def _weight(token: str, stem: str, name: bool = False) -> float:
    """How much of a claim a word is: rare words say what it is about, common ones only that something is said."""
    if name:
        return 1.6
    if stem in _COMMON_STEMS or (len(token) > 5 and token.lower().endswith("ly")):
        return 0.5
    rarity = 6.5 - math.log10(max(_frequencies().get(stem, 1), 1))  # 0 for "skill", -2 for "work", 0 for "topology"
    return min(1.6, max(0.6, 1.6 + 0.45 * rarity))


@lru_cache(maxsize=1)
def _frequencies() -> dict[str, int]:
    """How often English writes the words of each stem, from the word list that symspellpy brings (Google Books)."""
    listed = resources.files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    words, counts = zip(*(line.split() for line in listed.splitlines()), strict=True)
    found: dict[str, int] = {}
    for stem, count in zip(_stem.stemWords(words), counts, strict=True):
        found[stem] = found.get(stem, 0) + int(count)
    return found


_stem = Stemmer.Stemmer("english")
_IRREGULAR = {form: forms.split()[0] for forms in IRREGULARS.split("|") for form in forms.split()[1:]}


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    word = re.sub(r"[’']s?$", "", word.lower())
    word = _IRREGULAR.get(word, word)
    word = re.sub(r"isation(s?)$", r"ization\1", word)
    word = re.sub(r"is(e[sdr]?|ing)$", r"iz\1", word) if len(word) > 6 else word
    word = re.sub(r"(?<=[a-z]{3})our(?=s?$|ed$|ing$|able$)", "or", word)
    return str(_stem.stemWord(word))


def _poles() -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for line in OPPOSITES.splitlines():
        left, right = line.split("|")
        for sign, words in ((1, left), (-1, right)):
            for word in words.split():
                found.setdefault(word, ("±" + left.split()[0], sign))
                found.setdefault(stem_of(word), ("±" + left.split()[0], sign))
    return found


_POLE_OF = _poles()
_SYNONYM_OF = {
    stem_of(word): "~" + line.split()[0] for line in reversed(SYNONYMS.splitlines()) for word in line.split()
}
_COMMON_STEMS = frozenset(stem_of(word) for word in COMMON)
