"""One state of the index, held to be searched: what both sides find is put together here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np

from index.arrays import Array
from index.beside import beside
from index.embedding import Vectors
from index.filters import Column, Mask, Where, where_mask
from index.lexical import FAMILIES, PAIR_WEIGHT, Bm25, terms_of, words_of
from index.passage import Hit, Passage
from index.segment import Embedded, Segment, digest
from index.spelling import Spelling
from index.stopwords import STOP_WORDS

Mode = Literal["hybrid", "dense", "lexical"]
DENSE_SHARE = 0.5  # of a score; 0.45 to 0.6 measured alike, see docs/retrieval.md
CANDIDATES = 100  # passages from either side that are scored exactly; 50 gave the same top 5 in every question
OVERSAMPLED = 5  # times as many are scored exactly as are wanted; of 100 random vectors all were in the first 200
LOWEST = 64  # passages scored exactly to find the least
ROWS = 32  # in which scores are laid to find the highest; 16 to 64 took alike
NEAR_DUPLICATE = 0.97  # the least cosine of two passages that may be the same text slightly changed; a guess
SHARED_WORDS = 0.9  # the least part of the words of both that such passages share; a guess


class Snapshot:
    """Segments and which of their passages are live. Never changes; safe to share between threads."""

    def __init__(self, segments: Sequence[Segment], live: Sequence[Mask]) -> None:
        self.segments = tuple(segments)
        self.live_parts = tuple(live)
        self.live = np.concatenate([*live, np.zeros(0, dtype=bool)])
        self._whole = bool(self.live.all())
        self._bases = np.cumsum([0, *map(len, self.segments)])
        self._passage = lru_cache(maxsize=4096)(self._read)

    def __len__(self) -> int:
        return int(self.live.sum())

    def positions(self) -> Array:
        """The positions of all live passages, in order."""
        return np.flatnonzero(self.live)

    def passage(self, position: int) -> Passage:
        """The passage at a position."""
        return self._passage(int(position))

    def passages(self) -> Iterator[Passage]:
        """Every live passage, in order."""
        return (self._read(position) for position in self.positions().tolist())

    def embedded(self, position: int) -> Embedded:
        """The passage at a position, with its vectors."""
        segment, place = self._place(position)
        return segment.embedded(place)

    def positions_of(self, ids: Sequence[str]) -> dict[str, int]:
        """The positions of those ids that are here."""
        wanted = np.array([digest(id) for id in ids], dtype=np.uint64)
        hits = np.flatnonzero(np.isin(self._ids, wanted) & self.live).tolist()
        found = {self.passage(position).id: position for position in hits}
        return {id: found[id] for id in ids if id in found}

    def position_of_content(self, content: int) -> int | None:
        """Where a passage lies whose vectors are those of a text, given by its digest; live or not."""
        return self._contents.get(content)

    def where(self, where: Where) -> Mask:
        """(n,) bool: the live passages that a filter lets through."""
        return np.asarray(where_mask(where, self._column, len(self.live)) & self.live)

    @cached_property
    def word_counts(self) -> Counter[str]:
        """How often each word stands in the passages, those no longer live included until segments are merged."""
        counts: Counter[str] = Counter()
        for segment in self.segments:
            counts.update(segment.word_counts)
        return counts

    @cached_property
    def spelling(self) -> Spelling:
        """What corrects questions by the words of the passages."""
        return Spelling(self.word_counts)

    def search(
        self, question: str, embed: Callable[[], Vectors], *, k: int, where: Where | None, mode: Mode
    ) -> list[Hit]:
        """The k passages nearest to a question, best first, each text once.

        Args:
            question: In plain words.
            embed: Gives the question's vector; called while the words are looked up on another thread.
            k: How many at most.
            where: A filter.
            mode: Both sides or one.
        """
        count = max(CANDIDATES, 2 * k)
        words = beside(lambda: self._matched(question if mode != "dense" else "", where, count))
        vector = embed() if mode != "lexical" else None
        allowed, lexical, matching = words()
        if k < 1 or not allowed.any():
            return []
        if vector is None:
            candidates = np.sort(matching)
        else:
            near, floor = self._nearest(vector, allowed, count)
            candidates = self._union(matching, near)
        if not len(candidates):
            return []
        matched = lexical[candidates]
        scores = matched / (float(matched.max()) or 1.0)
        if vector is not None:
            cosines = self._by_segment(candidates, lambda segment, places: segment.fine_scores(places, vector))
            if mode == "hybrid":
                cosines = (cosines - floor) / max(float(cosines.max()) - floor, 1e-9)
                scores = DENSE_SHARE * np.clip(cosines, 0, 1) + (1 - DENSE_SHARE) * scores
            else:
                scores = cosines
        order = np.lexsort((self._ids[candidates], -scores))
        return self._distinct(candidates[order], np.clip(scores[order], 0, 1), k, allowed)

    def _matched(self, question: str, where: Where | None, count: int) -> tuple[Mask, Vectors, Array]:
        """The passages that a filter lets through, what each scores by its words, and where the best lie."""
        allowed = self.live if where is None else self.where(where)
        scores = np.zeros(len(allowed), dtype=np.float32)
        terms = terms_of(words_of(question), dropped=STOP_WORDS)
        for family, weight in zip(FAMILIES, (1.0, PAIR_WEIGHT), strict=True):
            self._bm25[family].add_scores(terms[family], weight, scores)
        if where is not None or not self._whole:
            scores *= allowed
        best = _top(scores, count)
        return allowed, scores, best[scores[best] > 0]

    def _nearest(self, vector: Vectors, allowed: Mask, count: int) -> tuple[Array, float]:
        """Where the nearest passages lie that a filter lets through, and the least cosine of all.

        The least of the whole collection, not of what the filter lets through or of the candidates: what is near must
        not look far because everything else is nearer still.
        """
        coarse = np.concatenate([segment.coarse_scores(vector) for segment in self.segments])
        if not any(segment.is_coded for segment in self.segments):
            return _top_among(coarse, allowed, count), float(coarse.min(where=self.live, initial=1))

        def exact(positions: Array) -> Vectors:
            return self._by_segment(positions, lambda segment, places: segment.exact_scores(places, vector))

        likely = np.sort(_top_among(coarse, allowed, OVERSAMPLED * count))
        lowest = np.sort(_top_among(-coarse, self.live, LOWEST))
        return likely[_top(exact(likely), count)], float(exact(lowest).min())

    def _union(self, first: Array, second: Array) -> Array:
        found = np.zeros(len(self.live), dtype=bool)  # np.unique would do, but imports numpy.ma: 50 milliseconds
        found[first] = found[second] = True
        return np.flatnonzero(found)

    def _by_segment(self, positions: Array, scores: Callable[[Segment, Array], Vectors]) -> Vectors:
        """What each segment scores for its own of some positions, which ascend."""
        edges = np.searchsorted(positions, self._bases)
        parts = [
            scores(segment, positions[start:end] - base)
            for segment, (start, end), base in zip(self.segments, pairwise(edges.tolist()), self._bases, strict=False)
            if start < end
        ]
        return np.concatenate(parts)

    def _distinct(self, positions: Array, scores: Vectors, k: int, allowed: Mask) -> list[Hit]:
        taken: list[tuple[int, float, list[int]]] = []
        leads: list[Vectors] = []
        for position, score in zip(positions.tolist(), scores.tolist(), strict=True):
            lead = self._lead(position)
            known = zip(taken, leads, strict=True)
            same = next((entry for entry, other in known if self._same(entry[0], position, float(other @ lead))), None)
            if same is not None:
                same[2].append(position)
            elif len(taken) < k:
                taken.append((position, score, []))
                leads.append(lead)
            else:
                break
        hits = []
        for position, score, near in taken:
            twins = self._twins_of(position)
            others = [place for place in dict.fromkeys([*near, *twins[allowed[twins]].tolist()]) if place != position]
            hits.append(Hit(self.passage(position), score, tuple(self.passage(place) for place in others)))
        return hits

    def _same(self, first: int, second: int, cosine: float) -> bool:
        """Whether two passages say the same in the same words; a changed number is another statement."""
        if self._twins[first] == self._twins[second]:
            return True
        if cosine < NEAR_DUPLICATE:
            return False
        one, other = self.passage(first).text, self.passage(second).text
        if re.findall(r"\d+", one) != re.findall(r"\d+", other):
            return False
        words, others = set(words_of(one)), set(words_of(other))
        return len(words & others) >= SHARED_WORDS * len(words | others)

    def _twins_of(self, position: int) -> Array:
        """Where the text of a passage stands, in order."""
        order, sorted_twins = self._by_twin
        twin = self._twins[position]
        return order[np.searchsorted(sorted_twins, twin) : np.searchsorted(sorted_twins, twin, side="right")]

    def _lead(self, position: int) -> Vectors:
        segment, place = self._place(position)
        return segment.lead(place)

    def _read(self, position: int) -> Passage:
        segment, place = self._place(position)
        return segment.passage(place)

    def _place(self, position: int) -> tuple[Segment, int]:
        number = int(np.searchsorted(self._bases, position, side="right")) - 1
        return self.segments[number], position - int(self._bases[number])

    def _column(self, field: str) -> Column | None:
        if field not in self._columns:
            parts = [segment.columns.get(field) for segment in self.segments]
            if not any(parts):
                return None
            values, codes, known = [], [], {}  # type: ignore[var-annotated]
            for segment, part in zip(self.segments, parts, strict=True):
                if part is None:
                    codes.append(np.full(len(segment), -1, dtype=np.int32))
                    continue
                numbers = []
                for value in part.values:
                    key = (isinstance(value, bool), isinstance(value, str), value)
                    if key not in known:
                        known[key] = len(values)
                        values.append(value)
                    numbers.append(known[key])
                codes.append(np.array([*numbers, -1], dtype=np.int32)[part.codes])
            self._columns[field] = Column(values, np.concatenate(codes))
        return self._columns[field]

    @cached_property
    def _columns(self) -> dict[str, Column]:
        return {}

    @cached_property
    def _bm25(self) -> dict[str, Bm25]:
        return {family: Bm25([segment.postings(family) for segment in self.segments], self.live) for family in FAMILIES}

    @cached_property
    def _ids(self) -> Array:
        return self._joined([segment.ids for segment in self.segments])

    @cached_property
    def _twins(self) -> Array:
        return self._joined([segment.twins for segment in self.segments])

    @cached_property
    def _by_twin(self) -> tuple[Array, Array]:
        order = np.argsort(self._twins, kind="stable")
        return order, self._twins[order]

    @cached_property
    def _contents(self) -> dict[int, int]:
        contents = self._joined([segment.contents for segment in self.segments])
        return {content: position for position, content in enumerate(contents.tolist())}

    @staticmethod
    def _joined(parts: Sequence[Array]) -> Array:
        return np.concatenate([*parts, np.zeros(0, dtype=np.uint64)])


def _top_among(scores: Vectors, allowed: Mask, count: int) -> Array:
    """Where the highest scores among those allowed lie, in no order."""
    if allowed.all():
        return _top(scores, count)
    positions = np.flatnonzero(allowed)
    return positions[_top(scores[positions], count)]


def _top(scores: Vectors, count: int) -> Array:
    """Where the highest scores lie, in no order."""
    if count >= len(scores):
        return np.arange(len(scores))
    width = len(scores) // ROWS
    if width <= 2 * count:
        return np.argpartition(scores, len(scores) - count)[len(scores) - count :]
    # The highest `count` scores lie in the `count` columns with the highest maxima: only those are sorted, a tenth of
    # the time that it takes to sort all.
    columns = _top(scores[: ROWS * width].reshape(ROWS, width).max(axis=0), count)
    places = np.append(np.add.outer(np.arange(ROWS) * width, columns), np.arange(ROWS * width, len(scores)))
    return places[_top(scores[places], count)]
