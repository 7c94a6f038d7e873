"""Questions, follow-ups, uploads, removals and syncs at once from several threads, measured while they go on."""

from __future__ import annotations

import gc
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from assistant import Assistant, Conversation
from assistant.library import GuideLibrary
from assistant.settings import Settings
from corpus.loaders import load_guides
from index.passage_index import PassageIndex
from index.sync import sync_documents

THREADS = 3
OWNERS = 4
MEMORY_GROWTH = 80 * 2**20  # bytes from the second quarter to the last: caches of bounded size still fill up
HANDLE_GROWTH = 15  # open files, of which each index in memory holds a few
THREAD_GROWTH = 4
QUESTIONS = (
    ("What is Docker used for?", "container"),
    ("Do I need a degree?", "degree"),
    ("How long does it take to become a machine learning engineer?", "month"),
)


@dataclass(frozen=True)
class Sample:
    """The state of the process at one moment."""

    seconds: float
    memory: int
    handles: int
    threads: int
    done: int

    def __str__(self) -> str:
        return (
            f"{self.seconds:7.0f} s  {self.memory / 2**20:7.1f} MiB  {self.handles:4} handles  "
            f"{self.threads:3} threads  {self.done:6} done"
        )


@dataclass
class Outcome:
    """What a soak came to."""

    samples: list[Sample] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def problems(self) -> list[str]:
        """What is wrong, in words."""
        found = list(self.errors[:20])
        if self.counts["wrong"]:
            found.append(f"{self.counts['wrong']} of {self.counts['asked']} answers were wrong")
        part = max(1, len(self.samples) // 4)
        for name, most in (("memory", MEMORY_GROWTH), ("handles", HANDLE_GROWTH), ("threads", THREAD_GROWTH)):
            # The least of many moments: what is held for the length of a sync or an answer does not count.
            early = min((getattr(sample, name) for sample in self.samples[part : 2 * part]), default=0)
            late = min((getattr(sample, name) for sample in self.samples[-part:]), default=0)
            if late - early > most:
                found.append(f"{name} grew from {early:,} to {late:,}")
        return found


def soak(folder: Path, *, seconds: float, show: Callable[[str], object] = lambda line: None, seed: int = 9) -> Outcome:
    """Use an assistant from several threads for so many seconds."""
    outcome, ended = Outcome(), threading.Event()
    guides = folder / "guides"
    guides.mkdir(parents=True)
    for number in range(5):
        _write(guides, number, 0)
    settings = Settings(data_dir=str(folder / "data"))
    with Assistant.open(data_dir=folder / "data" / "guides", settings=settings) as shared:
        library = GuideLibrary(shared, folder / "data" / "uploads")
        jobs = [
            *(lambda n=n: _ask(shared, outcome, random.Random(seed + n)) for n in range(THREADS - 1)),
            lambda: _upload(library, folder, outcome, random.Random(seed - 1)),
            lambda: _sync(guides, folder / "data" / "own", outcome, random.Random(seed - 2)),
        ]
        threads = [threading.Thread(target=_until, args=(ended, job, outcome), daemon=True) for job in jobs]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        while (left := seconds - (time.monotonic() - began)) > 0:
            time.sleep(min(left, max(seconds / 60, 0.5)))
            gc.collect()
            outcome.samples.append(_sample(time.monotonic() - began, outcome))
            show(str(outcome.samples[-1]))
        ended.set()
        for thread in threads:
            thread.join(60)
            if thread.is_alive():
                outcome.errors.append("a thread hangs")
        library.close()
    show(f"{dict(outcome.counts)}")
    return outcome


def _until(ended: threading.Event, job: Callable[[], Iterator[None]], outcome: Outcome) -> None:
    with _noted(outcome):
        for _ in job():
            if ended.is_set():
                return


@contextmanager
def _noted(outcome: Outcome) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, it is an error of the soak
        outcome.errors.append(f"{type(error).__name__}: {error}")


def _ask(assistant: Assistant, outcome: Outcome, chance: random.Random) -> Iterator[None]:
    while True:
        conversation = Conversation(assistant)
        question, wanted = chance.choice(QUESTIONS)
        _check(outcome, wanted in conversation.ask(question).text.lower(), question)
        _check(outcome, bool(conversation.ask("and how is it done in practice?").text), "a follow-up")
        if chance.random() < 0.3:
            _check(outcome, conversation.ask("What is the capital of Australia?").abstained, "off topic")
        yield


def _upload(library: GuideLibrary, folder: Path, outcome: Outcome, chance: random.Random) -> Iterator[None]:
    edition = 0
    while True:
        edition += 1
        owner, number = f"owner {chance.randrange(OWNERS)}", chance.randrange(3)
        file = _write(folder, number, edition)
        document = library.add(owner, file.name, file)
        outcome.counts["uploads"] += 1
        answer = library.assistant(owner).ask(f"How many jars does hive {number} need?")
        _check(outcome, f"{edition + 7} jars" in answer.text, f"upload {number}, edition {edition}: {answer.text[:80]}")
        if chance.random() < 0.4:
            library.remove(owner, document.id)
            outcome.counts["removals"] += 1
            _check(outcome, document.id not in {own.id for own in library.own(owner)}, "a removed guide is gone")
        yield


def _sync(guides: Path, data: Path, outcome: Outcome, chance: random.Random) -> Iterator[None]:
    edition = 0
    while True:
        edition += 1
        number = chance.randrange(5)
        _write(guides, number, edition)
        with PassageIndex.open(data) as index:
            loaded = load_guides(guides)
            sync_documents(index, loaded.documents)
            outcome.counts["syncs"] += 1
            hits = index.search(f"How many jars does hive {number} need?", k=3)
            _check(
                outcome, any(f"{edition + 7} jars" in hit.passage.text for hit in hits), f"sync of edition {edition}"
            )
        yield


def _check(outcome: Outcome, right: bool, what: str) -> None:
    outcome.counts["asked"] += 1
    if not right:
        outcome.counts["wrong"] += 1
        outcome.errors.append(f"wrong: {what}")


def _write(folder: Path, number: int, edition: int) -> Path:
    path = folder / f"hive {number}.md"
    path.write_text(
        f"# Hive {number}\n\nHive {number} needs {edition + 7} jars of syrup in winter.\n", encoding="utf-8"
    )
    return path


def _sample(seconds: float, outcome: Outcome) -> Sample:
    memory, handles = 0, 0
    try:
        memory = int(Path("/proc/self/statm").read_text().split()[1]) * 4096
        handles = len(list(Path("/proc/self/fd").iterdir()))
    except OSError:
        pass  # not a Linux system: threads, errors and answers still count
    return Sample(seconds, memory, handles, threading.active_count(), sum(outcome.counts.values()))
