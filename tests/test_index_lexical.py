"""BM25 in parts is BM25 of the whole: checked against bm25s, and by hand."""

from __future__ import annotations

import random
from math import log

import numpy as np
import pytest

from index.lexical import K1, B, Bm25, merged, postings, terms_of, words_of
from index.stopwords import STOP_WORDS

chance = random.Random(1)
TEXTS = [[f"w{int(chance.paretovariate(0.7))}" for _ in range(chance.randint(1, 40))] for _ in range(60)]
QUERIES = [["w1"], ["w1", "w2", "w9"], ["w3", "w3"], ["never"], []]


def scores(parts, live, query):  # type: ignore[no-untyped-def]
    found = np.zeros(len(live), dtype=np.float32)
    Bm25(parts, live).add_scores(query, 1.0, found)
    return found


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_scores_are_those_of_bm25s(query: list[str]) -> None:
    bm25s = pytest.importorskip("bm25s")
    model = bm25s.BM25(method="lucene", k1=K1, b=B)
    model.index(TEXTS, show_progress=False)
    known = [term for term in query if term in model.vocab_dict]
    wanted = model.get_scores(known) if known else np.zeros(len(TEXTS))
    found = scores([postings(TEXTS)], np.ones(len(TEXTS), bool), query)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_a_score_by_hand() -> None:
    texts = [["cat", "cat", "dog"], ["dog"], ["bird"], ["bird", "fish"]]
    # "cat" stands in 1 of 4 texts: idf = ln(1 + (4 - 1 + .5) / (1 + .5)) = ln(3.3333).
    # Lengths 3, 1, 1, 2, mean 1.75; 2 / (2 + 1.2 * (1 - .75 + .75 * 3 / 1.75)) = 2 / 3.842857.
    found = scores([postings(texts)], np.ones(4, bool), ["cat"])
    assert found.tolist() == pytest.approx([log(10 / 3) * 2 / 3.842857, 0, 0, 0], rel=1e-5)


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_parts_removals_and_merging_change_nothing(query: list[str]) -> None:
    live = np.array([number % 5 != 2 for number in range(60)])
    wanted = scores(
        [postings([t for t, kept in zip(TEXTS, live, strict=True) if kept])], np.ones(live.sum(), bool), query
    )
    parts = [postings(TEXTS[:20]), postings(TEXTS[20:21]), postings(TEXTS[21:])]
    np.testing.assert_allclose(scores(parts, live, query)[live], wanted, rtol=1e-5)
    together = merged(list(zip(parts, np.split(live, [20, 21]), strict=True)))
    np.testing.assert_allclose(scores([together], np.ones(live.sum(), bool), query), wanted, rtol=1e-5)


def test_terms_are_stems_without_stop_words_and_pairs_of_them() -> None:
    terms = terms_of(words_of("What does the Engineer's salary depend on?"), dropped=STOP_WORDS)
    assert terms["words"] == ["engin", "salari", "depend"]
    assert terms["pairs"] == ["engin salari", "salari depend"]
