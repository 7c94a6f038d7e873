"""The passages that may answer a question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from assistant.matching import Matcher
from assistant.plain_words import plain_words
from index.embedding import DEFAULT_EMBEDDER, SentenceTransformerEmbedder, Vectors
from index.passage import Hit
from index.passage_index import PassageIndex


def embeds_as_matched(index: PassageIndex) -> bool:
    """Whether passages were embedded by the model that the matcher's questions are fine-tuned for."""
    return index.embedder_name == SentenceTransformerEmbedder(DEFAULT_EMBEDDER).name


def passages_for(
    question: str, index: PassageIndex, matcher: Matcher, *, k: int, where: Mapping[str, Any] | None = None
) -> tuple[Hit, ...]:
    """The passages nearest to a question, best first.

    Where passages were embedded by the model that the matcher's questions are fine-tuned for, the question's vector is
    the mean of the embedder's and the matcher's: nearer to what answers, and still near to what is alike.

    Args:
        question: One that stands alone.
        index: Where the passages are.
        matcher: What gives the fine-tuned vector.
        k: How many at most.
        where: A filter on metadata, title, source, document or page.
    """
    query = plain_words(question)
    if not embeds_as_matched(index):
        return tuple(index.search(query, k=k, where=where))

    def vector() -> Vectors:
        both = index.embed([query])[0] + matcher.vector(query)
        return np.asarray(both / np.linalg.norm(both), dtype=np.float32)

    return tuple(index.search(query, k=k, where=where, vector=vector))
