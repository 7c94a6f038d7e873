"""How like a claim is to what the evidence says, by the sentence embedder: it knows that "perks" are "benefits"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from assistant.grounding.matching import Case
from assistant.grounding.terms import Sentence
from index.embedding import RememberedVectors, SentenceTransformerEmbedder, Vectors

# Sentences compared at most, those that hold most of the claim; a passage has some ten. This bounds the time that
# evidence of many pages takes, at about 2 ms for each sentence that is met for the first time.
_COMPARED = 24
_UNLIKE = 0.25  # cosine of two words that have nothing to do with each other (measured: median over our guides)
_WINDOW = 3  # sentences that a claim may sum up (guess)


@dataclass(frozen=True)
class Likeness:
    """Cosines in [-1, 1] of a claim to its evidence.

    Attributes:
        sentence: To the nearest sentence.
        window: To the nearest one to three sentences that follow each other.
        nearest: Which sentence of the case is nearest.
        cosines: To each sentence that was compared, by its place in the case.
        kin: By position of a word of the claim that the evidence lacks, how near the nearest word there is, in
            [0, 1]; 0 for two words that have nothing to do with each other.
    """

    sentence: float
    window: float
    nearest: int
    cosines: Mapping[int, float]
    kin: Mapping[int, float]


def likeness(case: Case) -> Likeness:
    """The cosines of a claim; the vector of a window is the sum of those of its sentences.

    Raises:
        EmbedderError: If the embedder cannot be loaded.
    """
    said = [
        sum(term.weight * share for term, share in zip(case.claim.terms, found, strict=True)) for found in case.matches
    ]
    chosen = sorted(sorted(range(len(said)), key=lambda at: -said[at])[:_COMPARED])
    texts = [in_full(case), *(heading.text for heading in case.headings)]
    vectors = _embedder().embed([*texts, *(case.sentences[at].parsed.text for at in chosen)])
    claim, headings, sentences = vectors[0], vectors[1 : len(texts)], vectors[len(texts) :]
    cosines = sentences @ claim
    windows = [sentences]
    windows += [
        sum(sentences[shift : len(sentences) - size + 1 + shift] for shift in range(size))  # type: ignore[misc]
        for size in range(2, min(_WINDOW, len(sentences)) + 1)
    ]
    windows += [sentences + heading for heading in headings]
    best = int(cosines.argmax())
    return Likeness(
        float(cosines[best]),
        max(float((_unit(found) @ claim).max()) for found in windows),
        chosen[best],
        {at: float(cosine) for at, cosine in zip(chosen, cosines, strict=True)},
        _kin(case, [case.sentences[at] for at in chosen]),
    )


def in_full(case: Case) -> str:
    """The claim, with abbreviations that the evidence only has in full written out: to the encoder "DL" is letters."""
    text = " ".join(sentence.parsed.text for sentence in case.sentences)

    def written_out(found: re.Match[str]) -> str:
        if re.search(rf"\b{found.group()}\b", text):
            return found.group()
        run = re.search(r"\b" + r"\w*[\s-]+".join(found.group(1)) + r"\w*", text, re.IGNORECASE)
        return run.group() if run else found.group()

    return _ABBREVIATION.sub(written_out, case.claim.text)


_ABBREVIATION = re.compile(r"\b([A-Z]{2,5})s?\b")


def _kin(case: Case, sentences: Sequence[Sentence]) -> dict[int, float]:
    missing = [
        term for term, match in zip(case.claim.terms, case.anywhere, strict=True) if match < 0.5 and term.value is None
    ]
    known = {term.surface.lower() for found in sentences for term in found.parsed.terms if term.value is None}
    if not missing or not known:
        return {term.position: 0.0 for term in missing}
    nearest = (_embedder().embed([term.surface.lower() for term in missing]) @ _embedder().embed(sorted(known)).T).max(
        1
    )
    return {
        term.position: max(0.0, (float(cosine) - _UNLIKE) / (1 - _UNLIKE))
        for term, cosine in zip(missing, nearest, strict=True)
    }


@lru_cache(maxsize=1)
def _embedder() -> RememberedVectors:
    return RememberedVectors(SentenceTransformerEmbedder().embed)


def _unit(vectors: Vectors) -> Vectors:
    found: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return found
