"""Search by four-bit codes, as in large collections, against search by the vectors themselves."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from index import Passage, PassageIndex
from index.dense import CodedVectors, codes_of
from index.snapshot import _top
from tests.index_parts import HashEmbedder

WORDS = [f"word{number}" for number in range(400)]


@pytest.mark.parametrize("dim", [384, 100, 33])
def test_codes_tell_cosines_nearly(dim: int) -> None:
    rows = np.random.default_rng(1).standard_normal((500, dim), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows[3] = 0
    scores = CodedVectors(**codes_of(rows), dim=dim).scores(rows[5])
    assert np.abs(scores - rows @ rows[5]).max() < 0.08
    assert scores.argmax() == 5
    assert scores[3] == 0


@pytest.mark.parametrize("mode", ["hybrid", "dense"])
@pytest.mark.parametrize("where", [None, {"third": 1}])
def test_search_by_codes_finds_what_search_by_vectors_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, where: dict[str, int] | None
) -> None:
    chance = random.Random(1)
    passages = [
        Passage(id=str(number), text=" ".join(chance.sample(WORDS, 8)), metadata={"third": number % 3})
        for number in range(3000)
    ]
    found = []
    for coded_from in (10_000, 100):
        monkeypatch.setattr("index.segment.CODED_FROM", coded_from)
        with PassageIndex.open(tmp_path / str(coded_from), embedder=HashEmbedder(dim=384)) as index:
            index.add(passages[:2000])
            index.add(passages[2000:2050])  # a small part, without codes
            index.add(passages[2050:])
            index.remove(str(number) for number in range(0, 3000, 7))
            questions = [" ".join(WORDS[number : number + 3]) for number in range(20)]
            found.append(
                [
                    [(hit.passage.id, round(hit.score, 4)) for hit in index.search(question, mode=mode, where=where)]  # type: ignore[arg-type]
                    for question in questions
                ]
            )
    assert found[0] == found[1]


@pytest.mark.parametrize("count", [1, 100])
@pytest.mark.parametrize("size", [50, 6400, 20_011])
def test_the_highest_are_found_without_sorting_all(size: int, count: int) -> None:
    scores = np.random.default_rng(1).standard_normal(size, dtype=np.float32)
    expected = np.argsort(scores)[::-1][:count]
    assert sorted(_top(scores, count).tolist()) == sorted(expected.tolist())
