"""`python -m evals retrieval FOLDER`: search alone, on a benchmark that somebody else wrote."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from evals.errors import EvalError
from evals.result import own_version

if TYPE_CHECKING:
    from rich.console import Console

    from evals.benchmarks import Benchmark
    from index import Passage, PassageIndex
    from index.passage import Hit

FORMAT = 1

Mode = Literal["hybrid", "dense", "lexical"]

# Hybrid first: an index may remember the vectors of questions, and only the first mode's latency has them in it.
MODES: tuple[Mode, ...] = ("hybrid", "dense", "lexical")


@dataclass(frozen=True)
class RetrievalRun:
    """What search found on a benchmark.

    Attributes:
        benchmark: The folder's name.
        layout: Of the folder.
        fingerprint: Of its passages and queries.
        embedder: The embedding model.
        version: Of this project.
        passages: How many were indexed.
        characters: Their mean length.
        filtered_by: The metadata field that queries were filtered on; "" for none.
        modes: For each mode, each metric for each query.
        seconds_to_index: From passages to index; None if a kept one was used.
        latencies: Seconds of each search in the first mode, the question's embedding included.
    """

    benchmark: str
    layout: str
    fingerprint: str
    embedder: str
    version: str
    passages: int
    characters: float
    filtered_by: str = ""
    modes: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    seconds_to_index: float | None = None
    latencies: tuple[float, ...] = ()

    def figures(self, mode: str) -> dict[str, float]:
        """Each metric averaged over the queries, and the F1 of averages where precision and recall have one cutoff."""
        means = {name: sum(of.values()) / len(of) for name, of in self.modes[mode].items()}
        for name in list(means):
            measure, _, cutoff = name.partition("@")
            if measure == "precision" and f"recall@{cutoff}" in means:
                precision, recall = means[name], means[f"recall@{cutoff}"]
                total = precision + recall
                means[f"F1@{cutoff}"] = 2 * precision * recall / total if total else 0.0
        return means


def main(argv: Sequence[str]) -> int:
    """0 when the figures are printed."""
    options = _parser().parse_args(argv)

    from rich.console import Console

    from evals.benchmarks import load_benchmark

    benchmark = load_benchmark(options.folder, passage_size=options.passage_size)
    run, found = run_retrieval(
        benchmark,
        modes=options.mode or MODES,
        keep=options.keep,
        embedder=options.embedder,
        filter_by=options.filter,
        k=options.k,
        limit=options.limit,
    )
    console = Console()
    print_run(run, console)
    if options.json:
        write_run(run, options.json)
    if options.trec:
        write_trec_runs(benchmark, found, options.trec)
    if options.compare:
        from evals.compare import print_retrieval_comparison

        print_retrieval_comparison(load_run(options.compare), run, console)
    return 0


def run_retrieval(
    benchmark: Benchmark,
    *,
    modes: Sequence[Mode] = MODES,
    keep: Path | str | None = None,
    embedder: str | None = None,
    filter_by: str | None = None,
    k: int | None = None,
    limit: int | None = None,
) -> tuple[RetrievalRun, dict[str, dict[str, list[Hit]]]]:
    """Index the benchmark, search it in each mode, and score what was found.

    Args:
        benchmark: What to index and to ask.
        modes: Of search.
        keep: A folder for the index, used again when it holds this benchmark; None for one that is thrown away.
        embedder: The name of a sentence-transformers model; None for the default.
        filter_by: Search only passages whose metadata have the query's value in this field.
        k: Hits looked at; None for what the benchmark's metrics need.
        limit: Ask only so many queries, evenly spread.

    Returns:
        The run, and for each mode the hits of each query by its id.
    """
    queries = benchmark.queries
    if limit is not None and limit < len(queries):
        queries = tuple(queries[position * len(queries) // limit] for position in range(limit))
    with ExitStack() as stack:
        folder = Path(keep) if keep else Path(stack.enter_context(TemporaryDirectory(prefix="evals-retrieval-")))
        index = _open_index(folder, embedder)
        stack.callback(index.close)
        seconds = _fill(index, benchmark, folder)
        depth = max(k or 0, benchmark.scorer.depth)
        found: dict[str, dict[str, list[Hit]]] = {}
        latencies: list[float] = []
        index.search(queries[0].text, k=depth, mode=modes[0])  # Loads the model and the index.
        for mode in modes:
            found[mode] = {}
            for query in queries:
                where = _where(query.metadata, filter_by, query.id)
                clock = perf_counter()
                found[mode][query.id] = index.search(query.text, k=depth, where=where, mode=mode)
                if mode == modes[0]:
                    latencies.append(perf_counter() - clock)
        name = str(getattr(index.embedder, "name", embedder or "default"))
    lengths = [len(passage.text) for passage in benchmark.passages]
    run = RetrievalRun(
        benchmark=benchmark.name,
        layout=benchmark.layout,
        fingerprint=benchmark.fingerprint,
        embedder=name,
        version=own_version(),
        passages=len(lengths),
        characters=sum(lengths) / max(len(lengths), 1),
        filtered_by=filter_by or "",
        modes={mode: benchmark.scorer.score(hits) for mode, hits in found.items()},
        seconds_to_index=seconds,
        latencies=tuple(latencies),
    )
    return run, found


def print_run(run: RetrievalRun, console: Console) -> None:
    """A table of modes and metrics, with what it took."""
    from rich.box import SIMPLE
    from rich.markup import escape
    from rich.table import Table

    figures = {mode: run.figures(mode) for mode in run.modes}
    names = list(next(iter(figures.values())))
    title = f"{escape(run.benchmark)}: {run.passages} passages of {run.characters:.0f} characters on average"
    table = Table(title=title, title_justify="left", box=SIMPLE)
    table.add_column("metric")
    for mode in figures:
        table.add_column(mode, justify="right")
    for name in names:
        table.add_row(name, *(f"{figures[mode][name]:.4f}" for mode in figures))
    console.print(table)
    queries = len(next(iter(next(iter(run.modes.values())).values())))
    ordered = sorted(run.latencies)
    median = 1000 * ordered[len(ordered) // 2]
    late = 1000 * ordered[min(int(0.95 * len(ordered)), len(ordered) - 1)]
    first = next(iter(run.modes))
    indexing = "kept index" if run.seconds_to_index is None else f"indexed in {run.seconds_to_index:.1f} s"
    console.print(f"{queries} queries; {indexing}; {first} search {median:.1f} ms (median), {late:.1f} ms (95%)")
    if run.filtered_by:
        console.print(f"filtered by {escape(run.filtered_by)}")


def write_run(run: RetrievalRun, path: Path | str) -> None:
    """The run as JSON, which `load_run` reads back, with its figures."""
    from evals.report import write_text

    data = {"format": FORMAT, **asdict(run), "figures": {mode: run.figures(mode) for mode in run.modes}}
    write_text(path, json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def load_run(path: Path | str) -> RetrievalRun:
    """The run in a file that `write_run` wrote.

    Raises:
        EvalError: If it cannot be read or is no such file.
    """
    try:
        data: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        if data.pop("format") != FORMAT:
            raise ValueError("of another format")
        data.pop("figures", None)
        return RetrievalRun(**{**data, "latencies": tuple(data["latencies"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        made = "`python -m evals retrieval FOLDER --json FILE`"
        raise EvalError(f"{path}: no retrieval run: {error}. Expected a file made by {made}.") from error


def write_trec_runs(benchmark: Benchmark, found: Mapping[str, Mapping[str, Sequence[Hit]]], folder: str) -> None:
    """`run.MODE.txt` for each mode, and `qrels.txt` where the benchmark judges passages."""
    from evals.benchmarks import ranked_ids
    from evals.report import trec_token, write_text

    for mode, of_queries in found.items():
        lines = []
        for query, hits in of_queries.items():
            names = ranked_ids(hits)
            lines += [
                f"{trec_token(query)} Q0 {trec_token(name)} {rank} {len(names) - rank + 1} {mode}\n"
                for rank, name in enumerate(names, start=1)
            ]
        write_text(Path(folder) / f"run.{mode}.txt", "".join(lines))
    qrels = [
        f"{trec_token(query)} 0 {trec_token(name)} {grade}\n"
        for query, grades in benchmark.scorer.qrels.items()
        for name, grade in grades.items()
    ]
    if qrels:
        write_text(Path(folder) / "qrels.txt", "".join(qrels))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals retrieval",
        description="Index a public benchmark, search it dense, lexical and hybrid, and print the usual metrics.",
    )
    parser.add_argument("folder", metavar="FOLDER", help="in the layout of BEIR, of chunking evaluation, or of docs")
    parser.add_argument("--mode", action="append", choices=MODES, help="only this mode (repeatable)")
    parser.add_argument("--filter", metavar="FIELD", help="search only where metadata FIELD is the query's")
    parser.add_argument("--keep", metavar="DIR", help="keep the index here, and use it again")
    parser.add_argument("--embedder", metavar="NAME", help="another sentence-transformers model")
    parser.add_argument("--passage-size", type=int, metavar="N", help="characters, where we cut the passages")
    parser.add_argument("--k", type=int, metavar="N", help="hits to look at and to write; at least what metrics need")
    parser.add_argument("--limit", type=int, metavar="N", help="at most N queries, evenly spread")
    parser.add_argument("--json", metavar="FILE", help="write the run, for `compare`")
    parser.add_argument("--trec", metavar="DIR", help="write TREC runs and qrels")
    parser.add_argument("--compare", metavar="RUN.json", help="compare with an earlier run, by a paired test")
    return parser


def _open_index(folder: Path, embedder: str | None) -> PassageIndex:
    from index import PassageIndex

    if embedder is None:
        return PassageIndex.open(folder)
    from index.embedding import SentenceTransformerEmbedder

    return PassageIndex.open(folder, embedder=SentenceTransformerEmbedder(embedder))


def _fill(index: PassageIndex, benchmark: Benchmark, folder: Path) -> float | None:
    """Seconds it took, or None if the folder held the passages already."""
    stamp = folder / "benchmark.txt"
    wanted = f"{benchmark.fingerprint} {len(benchmark.passages)}"
    if stamp.is_file() and stamp.read_text() == wanted and len(index):
        return None
    if len(index):
        raise EvalError(f"{folder} holds another index of {len(index)} passages. Name a folder of its own with --keep.")
    clock = perf_counter()
    # All at once: an index sorts a batch by length, and the larger the batch the less padding.
    index.add(list(_unique(benchmark.passages)))
    seconds = perf_counter() - clock
    stamp.write_text(wanted)
    return seconds


def _unique(passages: Sequence[Passage]) -> list[Passage]:
    found = {passage.id: passage for passage in passages}
    if len(found) < len(passages):
        raise EvalError(f"{len(passages) - len(found)} passages have an id that another has, too")
    return list(found.values())


def _where(metadata: Mapping[str, Any], field_name: str | None, query: str) -> dict[str, Any] | None:
    if field_name is None:
        return None
    if field_name not in metadata:
        raise EvalError(f"query {query}: its metadata have no {field_name!r} to filter by")
    return {field_name: metadata[field_name]}
