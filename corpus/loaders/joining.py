"""Wrapped lines made one again, with the words that were divided between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

# Only a word's end can be divided; longer strings without a blank are no words (characters).
_LONGEST_WORD = 60

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_DIVIDED = re.compile(r"([^\W\d_]+)-$")
_HEAD = re.compile(r"[^\W\d_]+")

# Words that begin compounds more often than they are the first half of a divided word ("well-known", "GPU-based").
_COMPOUND = frozenset(
    re.findall(
        r"\w+",
        "self well high low long short real open full part cross non hands end step entry mid top user cloud data time "
        "cost object state large small single multi two three four five first second third",
    )
)


class Joiner:
    """Joins the lines of one document, whose own words tell whether a hyphen at the end of a line belongs there."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words = Counter(word.casefold() for line in lines for word in _WORD.findall(line))

    def joined(self, text: str, addition: str) -> tuple[str, int]:
        """Two lines as one, and where the addition begins in it."""
        if not text:
            return addition, 0
        last = text[-_LONGEST_WORD:].split(" ")[-1]
        divided, head = _DIVIDED.search(last), _HEAD.match(addition)
        if divided and head and addition[0].islower():
            whole = (divided[1] + head[0]).casefold()
            hyphenated = f"{divided[1]}-{head[0]}".casefold()
            # "state-of-" at the end of a line: the word has hyphens anyhow.
            compound = divided[1].casefold() in _COMPOUND or (divided[1].isupper() and len(divided[1]) > 1)
            known = self._words[hyphenated] - self._words[whole]
            keeps = known > 0 or "-" in last[:-1] or (compound and known == 0)
            base = text if keeps else text[:-1]
            return base + addition, len(base)
        if _unspaced(text[-1]) and _unspaced(addition[0]):
            return text + addition, len(text)
        return f"{text} {addition}", len(text) + 1

    def all_joined(self, lines: Iterable[str]) -> str:
        """Several lines as one."""
        parts: list[str] = []
        for line in lines:
            if parts:
                end, begin = self.joined(parts[-1], line)
                parts[-1:] = [end[:begin], end[begin:]]
            else:
                parts.append(line)
        return "".join(parts)


def _unspaced(character: str) -> bool:
    """Is this a character of a script that puts no blanks between words (Chinese, Japanese)?"""
    return "\u2e80" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef" or "\u3000" <= character <= "\u30ff"
