"""What language and script an answer is in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from index.passage import Passage


def in_another_language(answer: str, passages: Sequence[Passage]) -> bool:
    """Whether an answer is clearly in another language or script than the passages."""
    shown = " ".join(passage.text for passage in passages)
    scripts = _script(answer), _script(shown)
    if all(scripts) and scripts[0] != scripts[1]:
        return True
    here, there = _language(answer), _language(shown)
    return bool(here and there and here != there)


def _script(text: str) -> str:
    letters = [letter for letter in text[:4000] if letter.isalpha()]
    if len(letters) < 20:
        return ""
    names = (unicodedata.name(letter, "?").split()[0] for letter in letters)
    counts = Counter("CJK" if name in ("HIRAGANA", "KATAKANA") else name for name in names)
    script, most = counts.most_common(1)[0]
    return script if most > 0.6 * len(letters) else ""


def _language(text: str) -> str:
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", text[:4000])]
    if len(words) < 8:
        return ""
    shares = {name: sum(word in listed.split() for word in words) / len(words) for name, listed in _COMMONEST.items()}
    best, second = sorted(shares, key=lambda name: shares[name], reverse=True)[:2]
    return best if shares[best] > 0.15 and shares[best] > 1.4 * shares[second] else ""


_COMMONEST = {
    "en": "the of and to in is for are with that you it as or be",
    "de": "der die das und ist nicht ein eine für mit zu den von sie auf",
    "fr": "le la les des et est une pour dans que un du qui sur pas",
    "es": "el los las que para una por con es en del un se y como",
    "it": "il che di per una sono con gli della un è nel le dei si",
    "pt": "o que não uma para com os das um do da em é se como",
    "nl": "het een van en niet voor met zijn de is dat te op in je",
}
