"""Whether two words stand in the same place of two sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.grounding.terms import Term

_BEFORE = re.compile(r"(\w+|[,;:.(])\W*(?:\b(?:the|an?|its|their|his|her)\s+)?\W*$", re.IGNORECASE)
_AFTER = re.compile(r"\W*(\w+)")


def framed_alike(ours: str, new: Sequence[Term], theirs: str, old: Sequence[Term]) -> bool:
    """Whether the same word stands before both, or after both."""
    return _beside(_BEFORE.search(ours[: new[0].position])) == _beside(
        _BEFORE.search(theirs[: old[0].position])
    ) or _beside(_AFTER.match(ours, new[-1].position + len(new[-1].surface))) == _beside(
        _AFTER.match(theirs, old[-1].position + len(old[-1].surface))
    )


def _beside(found: re.Match[str] | None) -> str:
    return found.group(1).lower() if found else ""
