"""A text to sentences of clauses of terms: what is negated, what goes with which amount, what leans on what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from assistant.grounding.lexicon import (
    APPROXIMATE,
    CONJUNCTIONS,
    FINITE,
    NOUN_NEGATORS,
    PRONOUNS,
    SOFT_NEGATORS,
    VERB_NEGATORS,
)
from assistant.grounding.numbers import number_term, with_units
from assistant.grounding.sentences import split_sentences
from assistant.grounding.terms import Clause, Parsed, Term
from assistant.grounding.words import word_term


@lru_cache(maxsize=512)
def read(text: str) -> tuple[tuple[Parsed, Parsed | None], ...]:
    found: list[tuple[Parsed, Parsed | None]] = []
    lead: Parsed | None = None
    for start, end in split_sentences(text):
        parsed = parse(text[start:end], start)
        listed = bool(re.search(r"(?:[-*•–]|\d[.)])\s*$", text[:start]))
        leaning = PRONOUN.match(parsed.text)
        found.append((parsed, lead if listed else found[-1][0] if leaning and found else None))
        if parsed.text.endswith(":"):
            lead = parsed
    return tuple(found)


@lru_cache(maxsize=8192)
def parse(text: str, offset: int = 0) -> Parsed:
    inert = [match.span() for match in _NOT_NEGATING.finditer(text)]
    instead = {match.start() for match in _INSTEAD.finditer(text)}
    clauses: list[tuple[list[Term], set[str]]] = [([], set())]  # terms, and what else was seen
    words: set[str] = set()
    reach, negator = 0, ""  # how many further content words a negator reaches
    approximate = between = parenthesis = False
    initial = True

    def close() -> None:
        nonlocal reach
        reach = 0
        if clauses[-1][0]:
            clauses.append(([], set()))

    for match in _TOKEN.finditer(text):
        token = match.group()
        if match.group("stop"):
            if token == "(":
                parenthesis = True
                clauses[-1][1].add("finite")
            else:
                parenthesis = parenthesis and token != ")"
                if not parenthesis:
                    close()
            initial = token in ":("
            continue
        term: Term | None = None
        if match.group("number"):
            term = number_term(match, approximate)
            approximate = False
        elif match.group("ideograph"):
            term = Term(token, token, match.start())
        else:
            lower = token.lower().replace("’", "'")
            words.add(lower)
            if lower in FINITE:
                clauses[-1][1].add("finite")
            elif lower in PRONOUNS and not clauses[-1][0]:
                clauses[-1][1].add("leaning")
            skipped = any(start <= match.start() < end for start, end in inert)
            if match.start() in instead:
                reach, negator = 1, "without"
            elif not skipped and (lower in VERB_NEGATORS or lower.endswith("n't")):
                reach, negator = 2, "not"
                clauses[-1][1].add("not")
            elif not skipped and lower in NOUN_NEGATORS:
                reach, negator = 2, "without"
                clauses[-1][1].add("without")
            elif lower in SOFT_NEGATORS:
                clauses[-1][1].add("soft")
            elif lower in CONJUNCTIONS or (lower == "and" and not between and holds_amount(clauses[-1][0])):
                close()
            elif lower == "and" and (ellipsis := _ELLIPSIS.match(text, match.end())) and ellipsis.group(1) in words:
                close()
                clauses[-1][1].add("finite")
            between = lower == "between" or (between and lower not in ("and",))
            approximate = lower in APPROXIMATE or (approximate and lower in ("than", "to"))
            if not skipped:
                term = word_term(token, lower, match.start(), initial, text[match.end() : match.end() + 4])
        initial = False
        if term is None:
            continue
        if reach:
            term = replace(term, negated=negator)
            reach -= 1
        clauses[-1][0].append(term)
    terms = with_units([term for found, _ in clauses for term in found])
    remaining = iter(terms)
    return Parsed(
        text,
        offset,
        offset + len(text),
        tuple(
            Clause(
                tuple(next(remaining) for _ in found),
                frozenset(seen & {"not", "without", "soft"}),
                "finite" in seen and "leaning" not in seen,
            )
            for found, seen in clauses
            if found
        ),
        frozenset(words),
    )


_TOKEN = re.compile(
    r"(?P<number>(?P<money>[$€£]\s?)?(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<scale>\s?(?:k|K|m|M|bn|B)(?![\w])|\s(?:thousand|million|billion|trillion)\b)?"
    r"(?P<percent>\s?%|\s?per\s?cent\b)?(?:st|nd|rd|th|s)?(?![\w]))"
    r"|(?P<ideograph>[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])"
    r"|(?P<word>[^\W_]+(?:['’][^\W\d_]+)?(?:\+\+|\#)?)"
    r"|(?P<stop>[,;:()—]|\s[–-]\s)"
)
_NOT_NEGATING = re.compile(
    r"\b(?:not (?:only|just|merely|simply|limited to|to mention|all|every|everyone|everybody|everything|always)"
    r"|no (?:doubt|matter|longer than)|why not|if not|or not|at least|at most|a few"
    r"|more or less|no more than|no less than)\b",
    re.IGNORECASE,
)
_INSTEAD = re.compile(r"\b(?:rather than|instead of)\b", re.IGNORECASE)
_ELLIPSIS = re.compile(r"\s+(?:the\s+)?\S+\s+(for|with|in|on|as|by|to)\b")  # "A for this and B for that"
PRONOUN = re.compile(rf"(?:{'|'.join(sorted(PRONOUNS))})\b", re.IGNORECASE)


def holds_amount(terms: Sequence[Term]) -> bool:
    return any(term.value is not None for term in terms)
