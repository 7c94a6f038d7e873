"""The figures of the README's performance section, in one run.

Sizes and parts can be chosen, as in `python -m bench --sizes 1000 --only search sync`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.langchain_stack import SentenceTransformerEmbeddings, open_chroma, open_ensemble
from bench.parts import QUESTIONS, StandInEmbedder, memory, passages, timed
from corpus.document import Document, Section
from index import PassageIndex
from index.embedding import SentenceTransformerEmbedder, for_search
from index.sync import sync_documents

PARTS = ("embed", "search", "indexing", "sync", "start")
K = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000], metavar="PASSAGES")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--rounds", type=int, default=100, help="searches timed at each size")
    parser.add_argument("--indexed", type=int, default=400, help="passages embedded and indexed for their speed")
    parser.add_argument("--files", type=int, default=1000, help="documents in the sync")
    options = parser.parse_args(arguments)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}\n")
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        if "embed" in options.only:
            _embed(options.rounds)
        if "search" in options.only:
            _search(folder, options.sizes, options.rounds)
        if "indexing" in options.only:
            _indexing(folder, options.indexed)
        if "sync" in options.only:
            _sync(folder, options.files)
        if "start" in options.only:
            _start(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _embed(rounds: int) -> None:
    print("## One question embedded alone (milliseconds)\n\n| | median | p95 |\n| --- | --- | --- |")
    embedder = SentenceTransformerEmbedder()
    ours = timed(lambda question: embedder.embed([question]), rounds=rounds)
    quick = timed(lambda question: embedder.embed_for_search([question]), rounds=rounds)
    print(f"| this project, for search | {quick[0]:.1f} | {quick[1]:.1f} |")
    print(f"| this project | {ours[0]:.1f} | {ours[1]:.1f} |", flush=True)
    theirs = _apart(_embed_by_sentence_transformers, rounds)
    print(f"| sentence-transformers | {theirs[0]:.1f} | {theirs[1]:.1f} |\n", flush=True)


def _embed_by_sentence_transformers(rounds: int) -> tuple[float, float]:
    return timed(SentenceTransformerEmbeddings().embed_query, rounds=rounds)


def _search(folder: Path, sizes: Sequence[int], rounds: int) -> None:
    print("## One search, question to hits (milliseconds), and memory after it (MB; without mapped files)\n")
    print("Sentences of the guides in new combinations; random vectors for passages, real ones for questions.\n")
    print("| passages | | median | p95 | times embedding alone | memory |\n| --- | --- | --- | --- | --- | --- |")
    for size in sizes:
        place = folder / f"search-{size}"
        alone, hybrid, filtered, (total, own) = _apart(_search_ours, place / "ours", size, rounds)
        print(f"| {size:,} | this project | {_row(hybrid, alone)} | {total:.0f} ({own:.0f}) |", flush=True)
        print(f"| {size:,} | this project, one year of 25 | {_row(filtered, alone)} | |", flush=True)
        alone, theirs, (total, own) = _apart(_search_theirs, place / "theirs", size, min(rounds, 30))
        print(f"| {size:,} | EnsembleRetriever | {_row(theirs, alone)} | {total:.0f} ({own:.0f}) |", flush=True)
        print(f"| {size:,} | ratio of medians | {theirs[0] / hybrid[0]:.0f} | | | |", flush=True)
        shutil.rmtree(place, ignore_errors=True)
    print()


def _row(times: tuple[float, float], alone: tuple[float, float]) -> str:
    return f"{times[0]:.1f} | {times[1]:.1f} | {times[0] / alone[0]:.1f}"


def _search_ours(folder: Path, size: int, rounds: int) -> Any:
    embedder = StandInEmbedder()
    with PassageIndex.open(folder, embedder=embedder) as index, embedder.for_indexing():
        index.add(passages(size))
    return _apart(_search_opened, folder, rounds)  # what the indexing used is not counted


def _search_opened(folder: Path, rounds: int) -> Any:
    embedder = StandInEmbedder()
    with PassageIndex.open(folder, embedder=embedder) as index:
        alone = timed(lambda question: embedder.embed_for_search([question]), rounds=rounds)
        hybrid = timed(lambda question: index.search(question, k=K), rounds=rounds)
        filtered = timed(lambda question: index.search(f"{question}!", k=K, where={"year": 2024}), rounds=rounds)
        return alone, hybrid, filtered, memory()


def _search_theirs(folder: Path, size: int, rounds: int) -> Any:
    texts = [passage.text for passage in passages(size)]
    embeddings = SentenceTransformerEmbeddings(random=True)
    retriever = open_ensemble(open_chroma(folder, embeddings, texts), texts, k=K)
    alone = timed(embeddings.embed_query, rounds=rounds)
    return alone, timed(retriever.invoke, rounds=rounds), memory()


def _indexing(folder: Path, count: int) -> None:
    print(
        f"## Passages embedded and indexed a second ({count} passages, real vectors)\n\n| | passages/s |\n| --- | --- |"
    )
    ours = _apart(_index_ours, folder / "indexing-ours", count)
    theirs = _apart(_index_theirs, folder / "indexing-theirs", count)
    print(f"| this project | {ours:.0f} |\n| Chroma.from_documents | {theirs:.0f} |\n| ratio | {ours / theirs:.1f} |\n")


def _index_ours(folder: Path, count: int) -> float:
    made = passages(count)
    with PassageIndex.open(folder) as index:
        for_search(SentenceTransformerEmbedder())(["Loads what embeds passages, once for a process."])
        started = time.perf_counter()
        index.add(made)
        return count / (time.perf_counter() - started)


def _index_theirs(folder: Path, count: int) -> float:
    texts = [passage.text for passage in passages(count)]
    embeddings = SentenceTransformerEmbeddings()
    embeddings.embed_query("warm")
    started = time.perf_counter()
    open_chroma(folder, embeddings, texts)
    return count / (time.perf_counter() - started)


def _sync(folder: Path, files: int) -> None:
    first, unchanged, one = _apart(_sync_apart, folder / "sync", files)
    print(f"## A sync of {files:,} documents of 5 passages (seconds; random vectors)\n\n| | s |\n| --- | --- |")
    print(f"| first | {first:.2f} |\n| nothing changed | {unchanged:.3f} |\n| one document changed | {one:.2f} |\n")


def _sync_apart(folder: Path, files: int) -> Any:
    made = passages(files * 5)
    documents = [
        Document(f"d{n}", f"Guide {n}", "", tuple(Section((f"Part {i}",), made[n * 5 + i].text) for i in range(5)))
        for n in range(files)
    ]
    embedder = StandInEmbedder()
    times = []
    with PassageIndex.open(folder, embedder=embedder) as index, embedder.for_indexing():
        for change in ("first", "none", "one"):
            if change == "one":
                documents[files // 2] = Document("d0", "Changed", "", (Section((), "Only this is left."),))
                documents = [*documents[1:]]
            started = time.perf_counter()
            sync_documents(index, documents)
            times.append(time.perf_counter() - started)
    return times


def _start(folder: Path) -> None:
    program = [sys.executable, "-m", "assistant.cli"]
    script = Path(sys.executable).with_name("ml-career-assistant")
    if script.exists():
        program = [str(script)]
    environment = {**os.environ, "ASSISTANT_DATA_DIR": str(folder / "start"), "HF_HUB_OFFLINE": "1"}

    def run(*arguments: str) -> float:
        started = time.perf_counter()
        subprocess.run([*program, *arguments], env=environment, check=True, capture_output=True)
        return time.perf_counter() - started

    print("## The program from start to end (seconds, best of 3)\n\n| | s |\n| --- | --- |")
    print(f"| `--help` | {min(run('--help') for _ in range(3)):.2f} |", flush=True)
    print(f"| first `ask`, which makes the index | {run('ask', QUESTIONS[0]):.2f} |", flush=True)
    print(f"| `ask` on an existing index | {min(run('ask', question) for question in QUESTIONS[1:4]):.2f} |\n")


def _apart(work: Callable[..., Any], *arguments: Any) -> Any:
    """What a function returns, run in a process of its own: no part's memory and threads touch another's."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(sender, work, arguments))
    process.start()
    sender.close()
    try:
        return receiver.recv()
    except EOFError:
        raise SystemExit(f"{work.__name__} failed; its message stands above.") from None
    finally:
        process.join()


def _send(sender: Connection, work: Callable[..., Any], arguments: Sequence[Any]) -> None:
    sender.send(work(*arguments))
