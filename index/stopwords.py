"""Words that say nothing about what a text or a question is about."""

from __future__ import annotations

_ENGLISH = (  # as Lucene has them
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this "
    "to was will with"
)
# The words that questions are asked in. Measured: worth more than any other change to the lexical side.
_QUESTIONS = "what which who whom whose when where why how do does did can could should would i you me my we our"
# What an apostrophe leaves: "what's machine learning" would else be nearest to every "bachelor's" and "master's".
_TAILS = "s t d ll re ve m"
STOP_WORDS = frozenset(f"{_ENGLISH} {_QUESTIONS} {_TAILS}".split())
