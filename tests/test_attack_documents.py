"""Strange documents by the hundred: each says what it says or is refused with a reason, within its time and memory."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.errors import DocumentError
from corpus.loaders import Limits
from corpus.loaders.formats import detect_format
from corpus.loaders.isolation import Worker
from tests.attack.odd import Odd, Refused
from tests.attack.odd_pages import odd_pages
from tests.attack.odd_pdfs import odd_pdfs
from tests.attack.odd_texts import odd_texts
from tests.attack.odd_words import odd_words

LIMITS = Limits()
MEMORY = 1_000_000_000  # bytes that the parser's process may hold at its peak; the libraries alone take 100 MB
SECONDS = 20.0  # each takes less than 3 on two idle cores; `Limits` gives it 30, and then says so


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    shared = Worker()
    yield shared
    shared.close()


@pytest.mark.parametrize(
    ("documents", "at_least"),
    [(odd_pdfs, 240), (odd_pages, 120), (odd_words, 85), (odd_texts, 115)],
    ids=["pdf", "html", "docx", "text"],
)
def test_each_strange_document_is_indexed_or_refused_with_a_reason(
    documents: Callable[[], Iterator[Odd]], at_least: int, worker: Worker
) -> None:
    wrong: list[str] = []
    names: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile's, of the archives that are made on purpose
        for odd in documents():
            assert odd.name not in names
            names.add(odd.name)
            began = time.monotonic()
            fault = _fault(odd, worker)
            if time.monotonic() - began > SECONDS:
                fault = f"took {time.monotonic() - began:.0f} s"
            if fault:
                wrong.append(f"{odd.name}: {fault}")
    assert wrong == []
    assert len(names) >= at_least
    assert _peak(worker) < MEMORY


def _fault(odd: Odd, worker: Worker) -> str:
    """What is wrong with what became of a document, or ""."""
    try:
        parsed = worker.parse(detect_format(odd.data, odd.name), odd.data, odd.name, LIMITS)
    except DocumentError as error:
        if "the parser failed" in error.cause or "crash" in error.cause or f"{LIMITS.seconds:g} s" in error.cause:
            return f"not foreseen: {error.cause}"
        if not (error.cause and error.mend.endswith(".")):
            return f"no reason: {error}"
        if isinstance(odd.outcome, Refused):
            return "" if re.search(odd.outcome.why, error.cause) else f"refused for another reason: {error.cause}"
        return f"refused: {error.cause}" if odd.outcome else ""
    text = "\n".join(section.text for section in parsed.sections)
    text.encode()
    if isinstance(odd.outcome, Refused):
        return f"not refused: {text[:80]!r}"
    hidden = re.search(r"PWNED|root:|[\x00-\x08\x0e-\x1f]", text)
    if hidden:
        return f"says {hidden[0]!r}"
    return "" if odd.outcome in text else f"says something else: {text[:80]!r}"


def _peak(worker: Worker) -> int:
    """The most memory (bytes) that the worker has held, where the system tells."""
    assert worker._process is not None
    try:
        status = Path(f"/proc/{worker._process.pid}/status").read_text()
    except OSError:
        return 0
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) * 1024
