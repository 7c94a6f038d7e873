"""Passages that came together, in one file: all that a search or a rebuild needs of them. Never changed once written.

What Chroma holds and what a segment holds are the same passages and vectors. Chroma is the store of record, open to
any other tool; a segment is made to be searched at once, by any number of processes, from a memory map.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from index.arrays import Array, Stamp, read_arrays, write_arrays
from index.dense import CODED_FROM, CodedVectors, ExactVectors, codes_of
from index.embedding import Vectors
from index.filters import Column, Value, column_of
from index.lexical import FAMILIES, merged, postings, term_key, terms_of, words_of
from index.passage import Passage
from index.stopwords import STOP_WORDS

STRETCH = 4  # windows in a stretch: 256 tokens, about what all-MiniLM-L6-v2 reads at once
HEADING = 300  # characters, from the end, so that a path of long headings leaves room for the text; a guess
_QUOTES = {ord("“"): '"', ord("”"): '"', ord("‘"): "'", ord("’"): "'"}


@dataclass(frozen=True)
class Embedded:
    """A passage with (w, dim) float32 unit vectors, w of at least 1, one for each window on it, in order."""

    passage: Passage
    windows: Vectors

    @property
    def stretches(self) -> Vectors:
        """(s, dim) float32 unit vectors of stretches of four windows: what an embedder reads at once, about."""
        sums = np.add.reduceat(self.windows, np.arange(0, len(self.windows), STRETCH), axis=0)
        unit: Vectors = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
        return unit.astype(np.float32)


class Segment:
    """One segment file, read through a memory map."""

    def __init__(self, path: Path, stamp: Stamp) -> None:
        """Open a segment.

        Raises:
            DamagedFileError: If the file is not what was written.
            FileNotFoundError: If it is not there.
        """
        self.name = path.name
        self._arrays = read_arrays(path, stamp)
        self.stretches: Vectors = self._arrays["stretches"]
        self.stretch_starts = self._arrays["stretch_starts"]
        self.window_starts = self._arrays["window_starts"]
        self.ids = self._arrays["ids"]
        self.contents = self._arrays["contents"]
        self.twins = self._arrays["twins"]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def is_coded(self) -> bool:
        """Whether coarse scores are by codes, and off by some thousandths."""
        return "codes" in self._arrays

    def coarse_scores(self, vector: Vectors) -> Vectors:
        """(n,) the cosine of each passage's best stretch with a question's vector; nearly, where there are many."""
        scores = self._dense.scores(vector)
        if len(scores) == len(self):
            return scores
        best: Vectors = np.maximum.reduceat(scores, self.stretch_starts[:-1])
        return best

    def exact_scores(self, places: Array, vector: Vectors) -> Vectors:
        """(p,) what coarse scores are without codes, of the passages at some places."""
        rows, firsts = _rows(self.stretch_starts, places)
        best: Vectors = np.maximum.reduceat(np.einsum("ij,j->i", self.stretches[rows], vector), firsts)
        return best

    def fine_scores(self, places: Array, vector: Vectors) -> Vectors:
        """(p,) scores of the passages at some places: the mean of three cosines.

        Those of the best window, of the best two neighbouring windows, and of the stretch the passage begins with.
        """
        rows, firsts = _rows(self.window_starts, places)
        counts = np.diff(firsts, append=len(rows))
        # Too few rows for BLAS: on a busy machine it takes longer to wake its threads than to do the work.
        window = np.einsum("ij,j->i", _single(self._arrays["windows"][rows]), vector)
        # Of unit vectors a and b, (a + b) / |a + b| has with q the cosine (a q + b q) / |a + b|.
        pair = window.copy()
        pair[:-1] = (window[:-1] + window[1:]) / self._arrays["pair_norms"][rows[:-1]]
        lasts = firsts + counts - 1
        pair[lasts] = np.where(counts > 1, np.float32(-1), window[lasts])  # the last has no neighbour
        lead = np.einsum("ij,j->i", self.stretches[self.stretch_starts[places]], vector)
        best = np.maximum.reduceat(window, firsts) + np.maximum.reduceat(pair, firsts)
        scores: Vectors = (best + lead) / np.float32(3)
        return scores

    def lead(self, place: int) -> Vectors:
        """(dim,) float32: the vector of the stretch that a passage begins with."""
        found: Vectors = self.stretches[self.stretch_starts[place]]
        return found

    @cached_property
    def _dense(self) -> ExactVectors | CodedVectors:
        if self.is_coded:
            return CodedVectors(self._arrays["codes"], self._arrays["scales"], dim=self.stretches.shape[1])
        return ExactVectors(self.stretches)

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The fields that `where=` can filter on."""
        names = json.loads(self._arrays["fields"].tobytes())
        return {
            name: Column(json.loads(self._arrays[f"values:{number}"].tobytes()), self._arrays[f"codes:{number}"])
            for number, name in enumerate(names)
        }

    @cached_property
    def word_counts(self) -> Counter[str]:
        """How often each word stands in the passages."""
        return Counter(json.loads(self._arrays["word_counts"].tobytes()))

    def postings(self, family: str) -> dict[str, Array]:
        """The counts of one family of terms."""
        return {name: self._arrays[f"{family}:{name}"] for name in ("keys", "starts", "places", "counts", "lengths")}

    def passage(self, place: int) -> Passage:
        """The passage at a place."""
        start, end = self._arrays["text_starts"][place : place + 2]
        return passage_from(json.loads(self._arrays["text"][start:end].tobytes()))

    def windows(self, place: int) -> Vectors:
        """(w, dim) float32: the vectors of the windows on a passage."""
        start, end = self.window_starts[place : place + 2]
        found: Vectors = self._arrays["windows"][start:end].astype(np.float32)
        return found

    @property
    def all_windows(self) -> Array:
        """(m, dim) float16: the vectors of the windows on every passage, in order."""
        return self._arrays["windows"]

    def embedded(self, place: int) -> Embedded:
        """The passage at a place with its vectors."""
        return Embedded(self.passage(place), self.windows(place))


def write_segment(path: Path, entries: Sequence[Embedded]) -> Stamp:
    """Write a segment of new passages."""
    passages = [entry.passage for entry in entries]
    words = [words_of(matched_text(passage)) for passage in passages]
    terms = [terms_of(entry, dropped=STOP_WORDS) for entry in words]
    texts = [json.dumps(passage_to_dict(passage)).encode() for passage in passages]
    arrays: dict[str, Array] = {
        "stretches": np.concatenate([entry.stretches for entry in entries]),
        "stretch_starts": _starts(len(entry.stretches) for entry in entries),
        "windows": np.concatenate([entry.windows for entry in entries]).astype(np.float16),
        "window_starts": _starts(len(entry.windows) for entry in entries),
        "ids": _digests(passage.id for passage in passages),
        "contents": _digests(embedded_text(passage) for passage in passages),
        "twins": _digests(_plain(passage.text) for passage in passages),
        "text": np.frombuffer(b"".join(texts), dtype=np.uint8),
        "text_starts": _starts(map(len, texts)),
        "word_counts": _blob(Counter(word for entry in words for word in entry)),
    }
    for family in FAMILIES:
        made = postings([entry[family] for entry in terms])
        arrays.update({f"{family}:{name}": array for name, array in made.items()})
    return write_arrays(path, _finished(arrays, _fields(passages)))


def merge_segments(path: Path, parts: Sequence[tuple[Segment, Array]]) -> Stamp:
    """Write one segment made of several, each given with the mask of its passages that stay."""
    texts, arrays = [], {}
    fields: dict[str, list[Value | None]] = {}
    word_counts: Counter[str] = Counter()
    done = 0
    for segment, kept in parts:
        places = np.flatnonzero(kept)
        texts += [segment._arrays["text"][a:b].tobytes() for a, b in _spans(segment._arrays["text_starts"], places)]
        for name, column in segment.columns.items():
            values = fields.setdefault(name, [None] * done)
            values += [None if code < 0 else column.values[code] for code in column.codes[places]]
        done += len(places)
        for values in fields.values():
            values += [None] * (done - len(values))
        word_counts += segment.word_counts if kept.all() else Counter()
        if not kept.all():
            for place in places.tolist():
                word_counts.update(words_of(matched_text(segment.passage(place))))
    for name in ("ids", "contents", "twins"):
        arrays[name] = np.concatenate([segment._arrays[name][kept] for segment, kept in parts])
    for name, starts in (("stretches", "stretch_starts"), ("windows", "window_starts")):
        counts_of = [np.diff(segment._arrays[starts]) for segment, _ in parts]
        rows = [
            segment._arrays[name][np.repeat(kept, counts)]
            for (segment, kept), counts in zip(parts, counts_of, strict=True)
        ]
        arrays[name] = np.concatenate(rows)
        kept_counts = [counts[kept] for (_, kept), counts in zip(parts, counts_of, strict=True)]
        arrays[starts] = _starts(np.concatenate(kept_counts))
    arrays["text"] = np.frombuffer(b"".join(texts), dtype=np.uint8)
    arrays["text_starts"] = _starts(map(len, texts))
    arrays["word_counts"] = _blob(word_counts)
    for family in FAMILIES:
        made = merged([(segment.postings(family), kept) for segment, kept in parts])
        arrays.update({f"{family}:{name}": array for name, array in made.items()})
    return write_arrays(path, _finished(arrays, fields))


def heading(passage: Passage) -> str:
    """What is read before the text of a passage: its headings, or else its title."""
    return ". ".join(passage.section or ((passage.title,) if passage.title else ()))[-HEADING:]


def embedded_text(passage: Passage) -> str:
    """What of a passage decides its vectors."""
    return f"{heading(passage)}\x1f{passage.text}"


def matched_text(passage: Passage) -> str:
    """What of a passage is matched by words."""
    head = heading(passage)
    return passage.text if not head or passage.text.startswith(head) else f"{head}\n{passage.text}"


def digest(text: str) -> np.uint64:
    """A digest of 64 bits, as segments keep of ids and texts."""
    return np.uint64(term_key(text))


def passage_to_dict(passage: Passage) -> dict[str, Any]:
    """A passage as JSON takes it."""
    return {
        "id": passage.id,
        "text": passage.text,
        "title": passage.title,
        "source": passage.source,
        "section": list(passage.section),
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "metadata": dict(passage.metadata),
        "document": passage.document,
    }


def passage_from(content: Mapping[str, Any]) -> Passage:
    """The passage that `passage_to_dict` was given."""
    return Passage(**content)


def _finished(arrays: dict[str, Array], fields: Mapping[str, Sequence[Value | None]]) -> dict[str, Array]:
    arrays["fields"] = _blob(list(fields))
    for number, values in enumerate(fields.values()):
        distinct, codes = column_of(values)
        arrays[f"values:{number}"] = _blob(distinct)
        arrays[f"codes:{number}"] = codes
    windows = arrays["windows"].astype(np.float32)
    following = np.einsum("ij,ij->i", windows[:-1], windows[1:])
    arrays["pair_norms"] = np.append(np.sqrt(np.maximum(2 + 2 * following, 1e-6)), 1).astype(np.float32)
    if len(arrays["stretches"]) >= CODED_FROM:
        arrays.update(codes_of(arrays["stretches"]))
    return arrays


def _fields(passages: Sequence[Passage]) -> dict[str, list[Value | None]]:
    names = dict.fromkeys(name for passage in passages for name in passage.metadata)
    fields: dict[str, list[Value | None]] = {name: [p.metadata.get(name) for p in passages] for name in names}
    for name in ("title", "source", "document"):
        fields[name] = [getattr(passage, name) or passage.metadata.get(name) for passage in passages]
    fields["page"] = [p.page if p.page is not None else p.metadata.get("page") for p in passages]
    return fields


def _starts(lengths: Iterable[int]) -> Array:
    return np.cumsum([0, *lengths], dtype=np.int64)


def _rows(starts: Array, places: Array) -> tuple[Array, Array]:
    """The rows of the passages at some places, one passage after another, and where each begins among them."""
    begins = starts[places]
    counts = starts[places + 1] - begins
    firsts = np.cumsum(counts) - counts
    return np.arange(int(counts.sum())) + np.repeat(begins - firsts, counts), firsts


def _single(halves: Array) -> Vectors:
    """float16 as float32, by moving the bits: numpy's own conversion takes three times as long."""
    bits = halves.view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= np.int32(-0x70000001)  # the sign, the exponent's five bits and the fraction
    single: Vectors = bits.view(np.float32)
    single *= np.float32(2.0**112)  # the exponents of the two kinds begin 112 apart
    return single


def _spans(starts: Array, places: Array) -> Iterable[tuple[int, int]]:
    return zip(starts[places].tolist(), starts[places + 1].tolist(), strict=True)


def _digests(texts: Iterable[str]) -> Array:
    return np.array([term_key(text) for text in texts], dtype=np.uint64)


def _plain(text: str) -> str:
    """The text without what does not change its meaning: case, blanks, quotation marks, forms of one character."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold().split())


def _blob(content: Any) -> Array:
    return np.frombuffer(json.dumps(content).encode(), dtype=np.uint8)
