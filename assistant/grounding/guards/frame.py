"""Whether two phrases stand in the same place of two sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.grounding.terms import Term

_BEFORE = re.compile(r"([\w']+|[,;:.(])\W*$")
_AFTER = re.compile(r"\W*([\w']+|$)")
_ARTICLE = re.compile(r"\b(?:the|an?|its|their|his|her)\s+$", re.IGNORECASE)
_SAME = dict.fromkeys(("are", "was", "were", "be", "been", "being"), "is")
_ENDING = 4  # letters that two forms of a verb share: approve, approves


def framed_alike(ours: str, new: Sequence[Term], theirs: str, old: Sequence[Term]) -> int:
    """On how many sides of the two phrases, of two, the same word stands; articles do not count."""
    return sum(
        (
            _beside(_BEFORE.search(_ARTICLE.sub("", ours[: new[0].position])))
            == _beside(_BEFORE.search(_ARTICLE.sub("", theirs[: old[0].position]))),
            _beside(_AFTER.match(ours, new[-1].position + len(new[-1].surface)))
            == _beside(_AFTER.match(theirs, old[-1].position + len(old[-1].surface))),
        )
    )


def _beside(found: re.Match[str] | None) -> str:
    word = found.group(1).lower() if found else ""
    return _SAME.get(word, word)[:_ENDING]
