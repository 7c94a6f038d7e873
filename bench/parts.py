"""What is measured with: passages of any number, and vectors that cost nothing where only the search is timed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from corpus.loaders import load_guides
from index import Passage
from index.embedding import SentenceTransformerEmbedder, Vectors
from index.segmentation import sentences

QUESTIONS = (
    "What skills does a machine learning engineer need to get hired?",
    "how much do engineers earn in the us",
    "Which metrics evaluate a classification model?",
    "what does MLOps mean",
    "steps to build a portfolio project",
    "Is a degree in computer science required, or will a bootcamp do?",
    "what is the difference between supervised and unsupervised learning",
    "Which companies hire machine learning engineers?",
    "docker and kubernetes",
    "How long does it take to become a machine learning engineer from scratch?",
)


def passages(count: int, *, seed: int = 1) -> list[Passage]:
    """Passages of about 140 tokens: sentences of the guides that ship, in new combinations."""
    chance = random.Random(seed)
    known = [
        section.text[start:end]
        for document in load_guides(None).documents
        for section in document.sections
        for start, end in sentences(section.text)
        if 40 <= end - start <= 200
    ]
    return [
        Passage(
            id=f"p{number}",
            text=f"Record {number}. " + " ".join(chance.sample(known, 6)),
            document=f"d{number // 5}",
            metadata={"year": 2000 + number % 25},
        )
        for number in range(count)
    ]


class StandInEmbedder:
    """Random vectors for what is indexed, the real ones for what is asked: only the search is timed."""

    name = "stand-in"

    def __init__(self) -> None:
        self.real = SentenceTransformerEmbedder()
        self.indexing = False
        self._random = np.random.default_rng(1)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, 384) float32 unit rows."""
        return self._random_rows(texts) if self.indexing else self.real.embed(texts)

    def embed_for_search(self, texts: Sequence[str]) -> Vectors:
        """(n, 384) float32 unit rows."""
        return self._random_rows(texts) if self.indexing else self.real.embed_for_search(texts)

    def _random_rows(self, texts: Sequence[str]) -> Vectors:
        rows = self._random.standard_normal((len(texts), 384), dtype=np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    @contextmanager
    def for_indexing(self) -> Iterator[None]:
        """Random vectors for the length of a block."""
        self.indexing = True
        try:
            yield
        finally:
            self.indexing = False


def timed(work: Callable[[str], object], *, rounds: int) -> tuple[float, float]:
    """Median and 95th percentile, in milliseconds, of calls with a question each, no two alike."""
    for question in QUESTIONS[:3]:
        work(f"{question} (warm)")
    times = []
    for number in range(rounds):
        question = f"{QUESTIONS[number % len(QUESTIONS)]} {number}"  # never asked before: nothing is remembered
        started = time.perf_counter()
        work(question)
        times.append((time.perf_counter() - started) * 1000)
    return float(np.median(times)), float(np.percentile(times, 95))


def memory() -> tuple[float, float]:
    """MB that this process holds: in all, and without what it maps from files; nan where the system does not say."""
    if not Path("/proc/self/status").exists():
        return float("nan"), float("nan")
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines["VmRSS"].split()[0]) / 1024, int(lines["RssAnon"].split()[0]) / 1024
