"""Public retrieval benchmarks as they lie in a folder: passages, queries, and how a ranking is scored.

Three layouts are known by their files:

- BEIR (Thakur et al. 2021): `corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`;
- chunking evaluation (Smith & Troynikov 2024): `corpora.jsonl`, `queries.jsonl` with character offsets;
- documentation sections: `docs.jsonl`, `queries.jsonl` with gold ids.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from corpus.document import Document, Section
from evals.errors import EvalError
from index.passage import Hit, Passage

Value = str | int | float | bool


@dataclass(frozen=True)
class Query:
    """A question of a benchmark, with what its filter may look at."""

    id: str
    text: str
    metadata: Mapping[str, Value] = field(default_factory=dict)


class Scorer(Protocol):
    """The metrics of a benchmark, over the hits of each query."""

    @property
    def metrics(self) -> tuple[str, ...]: ...

    @property
    def depth(self) -> int: ...

    @property
    def qrels(self) -> Mapping[str, Mapping[str, int]]: ...

    def score(self, found: Mapping[str, Sequence[Hit]]) -> dict[str, dict[str, float]]:
        """Each metric by its name, for each query by its id."""


@dataclass(frozen=True)
class Benchmark:
    """A benchmark, ready to be indexed and asked.

    Attributes:
        name: The folder's.
        layout: "beir", "chunking" or "sections".
        passages: To be indexed, in order.
        queries: To be asked, in order.
        scorer: How hits are scored, and how many are looked at.
    """

    name: str
    layout: str
    passages: tuple[Passage, ...]
    queries: tuple[Query, ...]
    scorer: Scorer

    @property
    def fingerprint(self) -> str:
        """A short hash of the passages and the queries."""
        lines = [f"{passage.id}\x1f{passage.title}\x1f{passage.text}" for passage in self.passages]
        lines += [f"{query.id}\x1f{query.text}" for query in self.queries]
        return hashlib.sha256("\x1e".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def load_benchmark(folder: Path | str, *, passage_size: int | None = None) -> Benchmark:
    """The benchmark in a folder.

    Args:
        folder: In one of the known layouts.
        passage_size: The most characters a passage holds, where the benchmark leaves the cutting to us.

    Raises:
        EvalError: If the folder has no known layout, or a line of it cannot be read.
    """
    folder = Path(folder)
    if (folder / "corpora.jsonl").is_file():
        return _load_chunking(folder, passage_size)
    if (folder / "docs.jsonl").is_file():
        return _load_sections(folder)
    if (folder / "corpus.jsonl").is_file():
        return _load_beir(folder)
    raise EvalError(
        f"{folder}: no known layout. Expected corpus.jsonl with queries.jsonl and qrels/test.tsv (BEIR), "
        "corpora.jsonl with queries.jsonl (chunking evaluation), or docs.jsonl with queries.jsonl."
    )


@dataclass(frozen=True)
class RelevanceScorer:
    """Ranks of relevant passages, by ir_measures."""

    qrels: Mapping[str, Mapping[str, int]]
    depth: int = 100

    measures: ClassVar[Mapping[str, str]] = {
        "hit@1": "Success@1",
        "hit@5": "Success@5",
        "recall@5": "R@5",
        "recall@10": "R@10",
        "recall@100": "R@100",
        "MRR@10": "RR@10",
        "nDCG@10": "nDCG@10",
    }
    metrics: ClassVar[tuple[str, ...]] = tuple(measures)

    def score(self, found: Mapping[str, Sequence[Hit]]) -> dict[str, dict[str, float]]:
        """Each metric for each query; a query without hits scores zero."""
        import ir_measures

        by_measure = {ir_measures.parse_measure(theirs): ours for ours, theirs in self.measures.items()}
        run = {
            query: {name: -float(rank) for rank, name in enumerate(ranked_ids(hits))}
            for query, hits in found.items()
            if hits
        }
        qrels = {query: dict(self.qrels[query]) for query in found}
        scores = {name: dict.fromkeys(found, 0.0) for name in self.metrics}
        for measured in ir_measures.iter_calc(list(by_measure), qrels, run):
            scores[by_measure[measured.measure]][measured.query_id] = float(measured.value)
        return scores


@dataclass(frozen=True)
class TopScorer:
    """Precision, recall and MRR of the first three, as the documentation benchmark publishes them."""

    qrels: Mapping[str, Mapping[str, int]]
    depth: int = 3

    metrics: ClassVar[tuple[str, ...]] = ("precision@3", "recall@3", "MRR@3", "hit@1", "hit@3")

    def score(self, found: Mapping[str, Sequence[Hit]]) -> dict[str, dict[str, float]]:
        """Each metric for each query."""
        scores: dict[str, dict[str, float]] = {name: {} for name in self.metrics}
        for query, hits in found.items():
            gold = self.qrels[query]
            right = [name in gold for name in ranked_ids(hits)[: self.depth]]
            first = right.index(True) + 1 if any(right) else 0
            scores["precision@3"][query] = sum(right) / len(right) if right else 0.0
            scores["recall@3"][query] = sum(right) / len(gold)
            scores["MRR@3"][query] = 1 / first if first else 0.0
            scores["hit@1"][query] = float(first == 1)
            scores["hit@3"][query] = float(first > 0)
        return scores


@dataclass(frozen=True)
class CharacterScorer:
    """Gold characters among those of the first five passages (Smith & Troynikov 2024).

    Attributes:
        gold: For each query the (corpus, start, end) of its excerpts, in characters.
    """

    gold: Mapping[str, tuple[tuple[str, int, int], ...]]
    depth: int = 5
    qrels: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    metrics: ClassVar[tuple[str, ...]] = ("character_recall@5", "character_precision@5", "character_IoU@5")

    def score(self, found: Mapping[str, Sequence[Hit]]) -> dict[str, dict[str, float]]:
        """Each metric for each query; a character found twice counts once."""
        scores: dict[str, dict[str, float]] = {name: {} for name in self.metrics}
        for query, hits in found.items():
            gold = _characters(self.gold[query])
            places = [place for hit in hits[: self.depth] for place in (hit.passage, *hit.duplicates)]
            read = _characters((place.document, place.start, place.end) for place in places)
            both = len(gold & read)
            scores["character_recall@5"][query] = both / len(gold) if gold else 0.0
            scores["character_precision@5"][query] = both / len(read) if read else 0.0
            scores["character_IoU@5"][query] = both / len(gold | read) if gold or read else 0.0
        return scores


def ranked_ids(hits: Sequence[Hit]) -> list[str]:
    """Passage ids, best first, each once; what a hit stands for follows it."""
    return list(dict.fromkeys(place.id for hit in hits for place in (hit.passage, *hit.duplicates)))


def _characters(spans: Any) -> set[tuple[str, int]]:
    return {(corpus, at) for corpus, start, end in spans for at in range(start, end)}


def _load_beir(folder: Path) -> Benchmark:
    qrels: dict[str, dict[str, int]] = {}
    file = folder / "qrels" / "test.tsv"
    for number, line in enumerate(_text(file).split("\n"), start=1):
        cells = line.rstrip("\r").split("\t")
        if not line.strip() or (number == 1 and len(cells) == 3 and not cells[2].lstrip("-").isdigit()):
            continue
        if len(cells) != 3 or not cells[2].lstrip("-").isdigit():
            raise EvalError(f"{file}:{number}: expected query id, passage id and a whole number, set apart by tabs")
        if int(cells[2]) > 0:
            qrels.setdefault(cells[0], {})[cells[1]] = int(cells[2])
    passages = tuple(
        Passage(
            id=_field(line, "_id", place),
            text=_field(line, "text", place),
            title=str(line.get("title") or ""),
            metadata=_metadata(line, place),
        )
        for place, line in _lines(folder / "corpus.jsonl")
    )
    queries = tuple(
        Query(_field(line, "_id", place), _field(line, "text", place), _metadata(line, place))
        for place, line in _lines(folder / "queries.jsonl")
        if str(line.get("_id")) in qrels
    )
    if not queries:
        raise EvalError(f"{folder}: no query of queries.jsonl is judged in qrels/test.tsv")
    return Benchmark(folder.resolve().name, "beir", passages, queries, RelevanceScorer(qrels))


def _load_chunking(folder: Path, passage_size: int | None) -> Benchmark:
    from index.chunking import chunk_document

    passages: list[Passage] = []
    for place, line in _lines(folder / "corpora.jsonl"):
        name = _field(line, "_id", place)
        document = Document(
            id=name,
            title="",
            source="",
            sections=(Section(headings=(), text=_field(line, "text", place)),),
            metadata={"corpus": name},
        )
        size = {} if passage_size is None else {"characters": passage_size}
        passages += chunk_document(document, **size)
    queries = []
    gold = {}
    for place, line in _lines(folder / "queries.jsonl"):
        query = Query(_field(line, "_id", place), _field(line, "text", place), {"corpus": str(line["corpus"])})
        queries.append(query)
        gold[query.id] = tuple(
            (str(line["corpus"]), int(span["start"]), int(span["end"])) for span in line["references"]
        )
    return Benchmark(folder.resolve().name, "chunking", tuple(passages), tuple(queries), CharacterScorer(gold))


def _load_sections(folder: Path) -> Benchmark:
    passages = tuple(
        Passage(
            id=_field(line, "_id", place),
            text=_field(line, "text", place),
            section=(str(line["heading"]),) if line.get("heading") else (),
            metadata=_metadata(line, place),
        )
        for place, line in _lines(folder / "docs.jsonl")
    )
    queries = []
    qrels = {}
    for place, line in _lines(folder / "queries.jsonl"):
        query = Query(_field(line, "_id", place), _field(line, "text", place), _metadata(line, place))
        queries.append(query)
        qrels[query.id] = {str(name): 1 for name in line["gold"]}
    return Benchmark(folder.resolve().name, "sections", passages, tuple(queries), TopScorer(qrels))


def _lines(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    # Not splitlines(): a U+2028 inside a JSON string is no end of line.
    for number, line in enumerate(_text(file).split("\n"), start=1):
        if line.strip():
            place = f"{file}:{number}"
            try:
                data = json.loads(line)
            except json.JSONDecodeError as error:
                raise EvalError(f"{place}: not JSON: {error.msg} at column {error.colno}") from error
            if not isinstance(data, dict):
                raise EvalError(f"{place}: found {type(data).__name__}, expected an object")
            yield place, data


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EvalError(f"{file}: cannot be read: {error}") from error


def _field(line: Mapping[str, Any], name: str, place: str) -> str:
    if name not in line:
        raise EvalError(f"{place}: no field {name!r}")
    return str(line[name])


def _metadata(line: Mapping[str, Any], place: str) -> dict[str, Value]:
    metadata = line.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise EvalError(f"{place}: metadata is {type(metadata).__name__}, expected an object")
    # What a vector store cannot filter on (lists, null) is left out.
    return {str(name): value for name, value in metadata.items() if isinstance(value, (str, int, float, bool))}
