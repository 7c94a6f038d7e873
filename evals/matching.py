"""The strings an answer is scored on: how they are normalised, how much is read, what counts as held."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

WORD_LIMIT = 120
"""Words of an answer that are read: what a person reads before giving up (a guess that the case format fixes)."""

LONG_WORD_LIMIT = 200
"""The same for the kinds of question whose answers are lists."""

LONG_KINDS = frozenset({"list", "howto"})

_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("“”„‟″", '"'),
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    }
)
_MARKER = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\](?:\(#[^)\s]*\))?")


def normalise(text: str) -> str:
    """The text in NFKC and lower case, with straight quotes, `-` for every dash, and single blanks."""
    # Quotes before NFKC too: it would make two of one ″.
    text = unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME)
    return " ".join(text.lower().split())


def without_markers(text: str) -> str:
    """The text without its citation markers: `[1]`, `[1, 2]`, `[1](#psg-1)`."""
    return _MARKER.sub("", text)


def word_limit(kind: str) -> int:
    """How many words of an answer to this kind of question are read."""
    return LONG_WORD_LIMIT if kind in LONG_KINDS else WORD_LIMIT


def words_read(text: str, *, kind: str) -> str:
    """The part of an answer that is scored: without markers, cut at the word limit, normalised."""
    return normalise(" ".join(without_markers(text).split()[: word_limit(kind)]))


def count_words(text: str) -> int:
    """Words of an answer, citation markers not counted."""
    return len(without_markers(text).split())


def missing_facts(text: str, must: Iterable[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """The inner lists of `must` of which `text` (normalised) holds no string."""
    return tuple(tuple(any_of) for any_of in must if not any(normalise_fact(fact) in text for fact in any_of))


def forbidden_facts(text: str, must_not: Iterable[str]) -> tuple[str, ...]:
    """The strings of `must_not` that `text` (normalised) holds."""
    return tuple(fact for fact in must_not if normalise_fact(fact) in text)


def normalise_fact(fact: str) -> str:
    """A string of `must` or `must_not`, normalised; its outer blanks stay, because " act " is not "action"."""
    inner = normalise(fact)
    return " " * fact[:1].isspace() + inner + " " * fact[-1:].isspace()
