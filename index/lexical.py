"""Words of passages, and BM25 over them in parts that can be added and merged.

bm25s computes every score when an index is built, so that one changed passage means building it again: 15 seconds at
100,000 passages. Here what is kept is counts, a part for each batch of passages that came together; the scores of a
query come from the counts of all parts, and are those that bm25s gives for the whole (a test compares them).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from threading import Lock
from typing import Any

import numpy as np

from index.arrays import Array
from index.embedding import Vectors

K1 = 1.2  # how soon a repeated word stops counting; as Robertson and Zaragoza (2009) and Lucene have it
B = 0.75  # how much a long passage is held back; likewise
PAIR_WEIGHT = 0.3  # of two words side by side against a word alone; measured, see docs/retrieval.md
FAMILIES = ("words", "pairs")
_WORD = re.compile(r"\w+")
_STEMMER_LOCK = Lock()


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, in order, stop words too."""
    return _WORD.findall(text.lower())


def terms_of(words: Iterable[str], *, dropped: frozenset[str]) -> dict[str, list[str]]:
    """What is matched, by family: stems of words that are not dropped, and pairs of neighbours among them."""
    kept = [word for word in words if word not in dropped]
    stems = [_stem(word) for word in kept]
    return {"words": stems, "pairs": [f"{first} {second}" for first, second in pairwise(stems)]}


def postings(terms: Sequence[Sequence[str]]) -> dict[str, Array]:
    """The counts of one family of terms in passages, as arrays.

    `keys` (t,) uint64 ascending, a digest of each term; `starts` (t + 1,) into `places` (p,) int32, the passages that
    hold it, and `counts` (p,) float32; `lengths` (n,) float32, the terms of each passage.
    """
    known: dict[str, int] = {}
    numbers, places, counts = [], [], []
    for place, entry in enumerate(terms):
        for term, count in Counter(entry).items():
            numbers.append(known.setdefault(term, len(known)))
            places.append(place)
            counts.append(count)
    keys = np.array([term_key(term) for term in known], dtype=np.uint64)
    return _sorted(
        keys[np.array(numbers, dtype=np.int64)],
        np.array(places, dtype=np.int32),
        np.array(counts, dtype=np.float32),
        np.array([len(entry) for entry in terms], dtype=np.float32),
    )


def merged(parts: Sequence[tuple[Mapping[str, Array], Array]]) -> dict[str, Array]:
    """One part made of several, each given with the mask of its passages that stay."""
    keys, places, counts, lengths, base = [], [], [], [], 0
    for part, kept in parts:
        new_place = np.cumsum(kept, dtype=np.int64) - 1 + base
        stays = kept[part["places"]]
        keys.append(np.repeat(part["keys"], np.diff(part["starts"]))[stays])
        places.append(new_place[part["places"][stays]].astype(np.int32))
        counts.append(part["counts"][stays])
        lengths.append(part["lengths"][kept])
        base += int(kept.sum())
    return _sorted(np.concatenate(keys), np.concatenate(places), np.concatenate(counts), np.concatenate(lengths))


class Bm25:
    """BM25 (as in Lucene) of one family of terms, over parts that lie one after the other."""

    def __init__(self, parts: Sequence[Mapping[str, Array]], live: Array) -> None:
        """The scorer of passages.

        Args:
            parts: Of each segment, what `postings` made.
            live: (n,) bool over the passages of all parts; those that are not live do not count in any statistic.
        """
        self._parts = parts
        self._live = live
        self._bases = np.cumsum([0, *(len(part["lengths"]) for part in parts)])
        self._whole = [bool(live[a:b].all()) for a, b in pairwise(self._bases)]
        self._size = int(live.sum())
        lengths = np.concatenate([part["lengths"] for part in parts]) if parts else np.zeros(0, np.float32)
        average = float(lengths[live].mean()) if self._size else 0.0
        self._saturation = (K1 * (1 - B + B * lengths / (average or 1.0))).astype(np.float32)

    def add_scores(self, terms: Iterable[str], weight: float, scores: Vectors) -> None:
        """Add to `scores` (n,) what each passage scores for the terms, times a weight."""
        for term, times in Counter(terms).items():
            found = [(number, *span) for number, part in enumerate(self._parts) if (span := _span(part, term))]
            frequency = sum(self._frequency(number, start, end) for number, start, end in found)
            if not frequency:
                continue
            rarity = weight * times * float(np.log1p((self._size - frequency + 0.5) / (frequency + 0.5)))
            for number, start, end in found:
                part = self._parts[number]
                # As numpy indexes: it would turn 32 bits into 64 three times, which takes half of the time.
                places = part["places"][start:end].astype(np.intp)
                places += self._bases[number]
                counts = part["counts"][start:end]
                gain = self._saturation.take(places)
                gain += counts
                np.divide(counts, gain, out=gain)
                gain *= np.float32(rarity)
                scores[places] += gain

    def _frequency(self, number: int, start: int, end: int) -> int:
        if self._whole[number]:
            return end - start
        return int(self._live[self._bases[number] :][self._parts[number]["places"][start:end]].sum())


def term_key(term: str) -> int:
    """A digest of 64 bits, which stands for the term in an index."""
    digest = hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _span(part: Mapping[str, Array], term: str) -> tuple[int, int] | None:
    keys = part["keys"]
    key = np.uint64(term_key(term))
    place = int(np.searchsorted(keys, key))
    if place == len(keys) or keys[place] != key:
        return None
    return int(part["starts"][place]), int(part["starts"][place + 1])


def _sorted(keys: Array, places: Array, counts: Array, lengths: Array) -> dict[str, Array]:
    order = np.lexsort((places, keys))
    distinct, firsts = np.unique(keys[order], return_index=True)
    starts = np.append(firsts, len(keys)).astype(np.int64)
    return {"keys": distinct, "starts": starts, "places": places[order], "counts": counts[order], "lengths": lengths}


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    with _STEMMER_LOCK:  # a Snowball stemmer holds state: two threads in one give each other's stems
        stem: str = _stemmer().stemWord(word)
    return stem


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english", 0)  # no cache of its own: `_stem` has one
