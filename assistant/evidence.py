"""The sentences that a question is held against, and which of its words they hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.asking import Term
from assistant.plain_words import plain_words
from assistant.vocabulary import Vocabulary, forms, is_carrier, parts, stem, words
from index.embedding import Vectors
from index.passage import Hit, Passage
from index.segmentation import Segment

_ROLE = (
    r"(?:engineer|developer|scientist|analyst|manager|architect|researcher|administrator|consultant|designer|teacher)"
)
_ROLES = re.compile(rf"(?<![\w-])((?:[\w/+#-]+ ){{0,2}}?)({_ROLE})s?\b", re.IGNORECASE)
# Who does the same work under another title; an analyst or a manager does not.
_MAKERS = frozenset({"engineer", "developer"})
_RANK_WORDS = """
senior junior entry entry-level level mid mid-level lead principal staff good great successful experienced fresh new
average typical starting certified aspiring professional real working better best top skilled qualified self-taught
"""
_RANKS = frozenset(_RANK_WORDS.split())


@dataclass(frozen=True)
class Evidence:
    """The sentences of the hits, measured against a question.

    Attributes:
        sentences: Each with the passage it stands in.
        texts: Their texts.
        headed: Their texts after their headings.
        stems: The stems of each of `headed`.
        with_heading: (n,) cosine of question and headed text; the better of the whole question and its asking part.
        alone: (n,) the same for the text alone.
        top: Positions of the nearest, best first.
        vocabulary: The words of all passages.
        hits: The hits they come from.
        asking_vector: (dim,) the asking part's vector.
        lead: How far the sentence that answers best, by the matcher, stands above what an answer must reach.
        second: The same for the next best of another passage.
    """

    sentences: Sequence[tuple[Passage, Segment]]
    texts: Sequence[str]
    headed: Sequence[str]
    stems: Sequence[frozenset[str]]
    with_heading: Vectors
    alone: Vectors
    top: Sequence[int]
    vocabulary: Vocabulary
    hits: Sequence[Hit]
    asking_vector: Vectors
    lead: float = 0.0
    second: float = 0.0

    @property
    def best(self) -> float:
        """Cosine of the nearest sentence under its heading."""
        return float(self.with_heading.max(initial=0.0))

    def gap(self, positions: Sequence[int]) -> float:
        """How far the nearest of these sentences lags behind the nearest of all, in cosine."""
        return self.best - (float(self.with_heading[list(positions)].max()) if positions else -0.1)


def stems_of(text: str) -> frozenset[str]:
    """The stems of a text's words."""
    return frozenset(stem(part) for word in words(text) for part in parts(word))


def whole(passage: Passage) -> str:
    """A passage's headings and text."""
    return "\n".join([passage.title, *passage.section, passage.text])


def is_held(term: Term, stems: Collection[str], vocabulary: Vocabulary) -> bool:
    """Whether stems hold the term, under any of its common names, or the guides spell the acronym out."""
    acronym = term.text.lower() in vocabulary.initials and (term.commonness < 7 or term.text.isupper())
    return acronym or any(form in stems for form in forms(term.text))


def unknown_roles(text: str, evidence: Evidence) -> list[str]:
    """Roles that a question names and the hits never do ("data engineer" where they speak of data scientists)."""
    said = " ".join(whole(hit.passage) for hit in evidence.hits).lower()
    found = []
    for before, role in _ROLES.findall(plain_words(text).lower()):
        word = (before.split() or [""])[-1]
        if len(word) < 2 or word in _RANKS or is_carrier(word):
            continue
        titles = "|".join(_MAKERS) if role in _MAKERS else role
        if not any(re.search(rf"(?<!\w){re.escape(part)}\)? (?:{titles})s?\b", said) for part in parts(word)):
            found.append(f"{word} {role}")
    return found
