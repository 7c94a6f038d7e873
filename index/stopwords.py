"""Words that say nothing about what a text or a question is about."""

from __future__ import annotations

_ENGLISH = (  # as Lucene has them
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this "
    "to was will with"
)
STOP_WORDS = frozenset(_ENGLISH.split())
