"""How much of a claim its evidence holds, anywhere and clause by clause, and which sentences hold it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from assistant.grounding.numbers import same_number
from assistant.grounding.terms import PREFIX, Parsed, Sentence, Term

_SPANS = 3  # sentences quoted for one claim at most
_SPAN_GAIN = 0.12  # share of the claim that a further sentence must add to be quoted too (guess)


class Case:
    """A claim, its evidence and how they match: what the guards look at."""

    def __init__(self, claim: Parsed, sentences: Sequence[Sentence], headings: Sequence[Parsed]) -> None:
        self.claim = claim
        self.sentences = sentences
        self.headings = headings
        self.whole = sum(term.weight for term in claim.terms)
        self._headed = self._matches(headings)
        self.matches = [self._matches([sentence.parsed]) for sentence in sentences]
        self.in_context = [
            self._joined(found, self._headed, self._matches([sentence.context] if sentence.context else []))
            for found, sentence in zip(self.matches, sentences, strict=True)
        ]
        self.anywhere = self._joined(self._headed, *self.matches)

    def _matches(self, texts: Sequence[Parsed]) -> list[float]:
        return [max((_match(self.claim, term, text) for text in texts), default=0.0) for term in self.claim.terms]

    def _joined(self, *matches: Sequence[float]) -> list[float]:
        return [max(found) for found in zip(*matches, strict=True)]

    @property
    def recall_anywhere(self) -> float:
        found = zip(self.claim.terms, self.anywhere, strict=True)
        return sum(term.weight * match for term, match in found) / self.whole

    @cached_property
    def recall_in_one(self) -> float:
        """How much of the claim stands in one sentence of the evidence, with its headings and what it leans on."""
        said = (
            sum(term.weight * match for term, match in zip(self.claim.terms, found, strict=True))
            for found in self.in_context
        )
        return max(said) / self.whole

    @cached_property
    def recall_by_clause(self) -> float:
        """How much of each clause of the claim stands in one sentence of the evidence."""
        total = 0.0
        for first, last in self.stretches:
            total += max(
                sum(self.claim.terms[at].weight * found[at] for at in range(first, last)) for found in self.in_context
            )
        return total / self.whole

    @cached_property
    def stretches(self) -> list[tuple[int, int]]:
        """The claim's clauses as ranges of its terms; one of a single word belongs to the clause before it."""
        found: list[tuple[int, int]] = []
        at = 0
        for clause in self.claim.clauses:
            size = len(clause.terms)
            if found and (size < 2 or found[-1][1] - found[-1][0] < 2):
                found[-1] = (found[-1][0], at + size)
            else:
                found.append((at, at + size))
            at += size
        return found

    @cached_property
    def cover(self) -> list[Sentence]:
        """The few sentences that hold most of the claim, chosen greedily, best first."""
        chosen: list[Sentence] = []
        missing = {at: term.weight for at, term in enumerate(self.claim.terms)}
        while len(chosen) < _SPANS and missing:
            gains = [sum(weight * found[at] for at, weight in missing.items()) for found in self.matches]
            # Of two sentences that hold as much, the shorter says it more exactly.
            best = max(range(len(gains)), key=lambda at: (round(gains[at], 6), -len(self.sentences[at].parsed.terms)))
            if gains[best] <= 0 or (chosen and gains[best] / self.whole < _SPAN_GAIN):
                break
            chosen.append(self.sentences[best])
            missing = {at: weight for at, weight in missing.items() if self.matches[best][at] < 0.5}
        return chosen

    @cached_property
    def cover_words(self) -> frozenset[str]:
        return frozenset(word for found in self.cover for word in found.parsed.words)


def _match(claim: Parsed, term: Term, text: Parsed) -> float:
    """How far a text holds one term of the claim, in [0, 1]."""
    if term.value is not None:
        return float(any(same_number(term, number) for number in text.numbers))
    if term.key in text.keys:
        return 1.0
    if term.surface[:2].isupper() and term.surface.rstrip("s").lower() in text.initials:
        return 1.0
    if text.capitals and not text.capitals.isdisjoint(claim.expansions.get(term.position, ())):
        return 1.0
    if len(term.key) > PREFIX and term.key[:PREFIX] in text.prefixes:
        return 0.8
    return 0.0
