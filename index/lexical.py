"""BM25 over passages; the only file that knows bm25s."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.embedding import Vectors


class LexicalIndex:
    """BM25 (Robertson and Zaragoza 2009, as in Lucene) with English stemming and stop words."""

    def __init__(self, texts: Sequence[str]) -> None:
        import bm25s
        import Stemmer

        self._bm25s = bm25s
        self._stemmer = Stemmer.Stemmer("english")
        self._size = len(texts)
        self._model = bm25s.BM25(method="lucene")
        if texts:
            self._model.index(self._tokenize(list(texts)), show_progress=False)

    def scores(self, query: str) -> Vectors:
        """(n,) float32: the BM25 score of each text, in the order given; 0 where no term is shared."""
        tokens = self._tokenize([query], ids=False)[0] if self._size else []
        if not tokens:
            return np.zeros(self._size, dtype=np.float32)
        scores: Vectors = self._model.get_scores(tokens)
        return scores

    def _tokenize(self, texts: list[str], *, ids: bool = True):  # type: ignore[no-untyped-def]
        return self._bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False, return_ids=ids)
