"""A folder of strange files: each is indexed or refused with a reason, in bounded time and memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.errors import DocumentError
from corpus.loaders import load_guides
from index.chunking import chunk_document
from tests.attack.strange_files import WORDS, write_strange_files

ROOT = Path(__file__).resolve().parents[1]
SIZE = 0.02  # of what `python -m tests.attack.strange_files` writes to look at: kind before quantity
MEMORY = 2_000_000_000  # bytes at most of a sync, most of which is the libraries that it imports
PROGRAM = """
import json, resource, sys
from assistant.cli import main
code = main(["sync", sys.argv[1], "--data-dir", sys.argv[2]])
peak = [resource.getrusage(who).ru_maxrss * 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({"code": code, "peak": max(peak)}))
"""


@dataclass(frozen=True)
class Synced:
    """What the command said of the folder."""

    files: list[str]
    code: int
    peak: int
    indexed: list[str]
    refused: list[str]
    said: str


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synced]:
    folder = tmp_path_factory.mktemp("strange")
    files = write_strange_files(folder / "guides", size=SIZE)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder / "guides"), str(folder / "data")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    *lines, last = done.stdout.splitlines()
    outcome = json.loads(last)
    refused = [line for line in done.stderr.split("\n") if line.startswith("Not indexed: ")]
    yield Synced(
        files, outcome["code"], outcome["peak"], [line for line in lines if line.startswith("  ")], refused,
        done.stdout + done.stderr,
    )  # fmt: skip
    for path in [folder / "guides" / "not allowed.md", folder / "guides" / "closed folder"]:
        if path.exists():
            path.chmod(0o700)


def test_every_file_is_indexed_or_refused_with_a_reason(synced: Synced) -> None:
    assert len(synced.files) > 250
    assert synced.code == 1  # some were refused, and a script must be able to tell
    folders = {"folder.md", "closed folder", "link to the parent", "link to a folder out"}
    named = len([name for name in synced.files if name not in folders])
    assert len(synced.indexed) + len(synced.refused) >= named
    for line in synced.refused:
        assert re.match(r"Not indexed: .+: .+\. .+\.$", line, re.S), line
        assert "the parser failed" not in line


def test_nothing_it_says_reaches_the_terminal_as_a_command(synced: Synced) -> None:
    commands = {c for c in synced.said if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"}} - {"\n", "\r"}
    joined_in_emoji = {"\u200d"}
    assert commands <= joined_in_emoji
    assert "\x1b" not in synced.said


def test_memory_stays_within_bounds(synced: Synced) -> None:
    assert synced.peak < MEMORY


def test_sound_files_among_the_strange_ones_are_indexed(synced: Synced) -> None:
    refused = "\n".join(synced.refused)
    for name in ("whole.pdf", "whole.docx", "whole.html", "utf-16.html", "one line a page.pdf", "Ünïcödé.md"):
        assert f"Not indexed: {name}" not in refused
    assert sum("Bees at the bottom" in line for line in synced.indexed) == 1


def test_text_that_nobody_sees_is_not_read(tmp_path: Path) -> None:
    write_strange_files(tmp_path / "guides", size=SIZE)
    for hidden in ("hidden under paint.pdf", "unseen.html", "hidden.docx", "tags.txt"):
        (document,) = load_guides(tmp_path / "guides" / hidden).documents
        text = "\n".join(section.text for section in document.sections)
        assert WORDS in text
        assert "gnore" not in text


def test_no_passage_is_longer_than_a_reader_can_use(tmp_path: Path) -> None:
    (tmp_path / "picture.md").write_text("# Picture\n\n" + "iVBORw0KGgo" * 60_000)
    (tmp_path / "marks.txt").write_text("Z" + "\u0351\u0343" * 30_000)
    passages = [passage for document in load_guides(tmp_path).documents for passage in chunk_document(document)]
    assert len(passages) > 100
    assert max(len(passage.text) for passage in passages) < 6000


def test_a_folder_that_others_write_to_meanwhile_is_read_to_its_end(tmp_path: Path) -> None:
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            path = tmp_path / f"{number % 20}.md"
            with path.open("a") as file:
                file.write(f"# Bees {number}\n\n{WORDS}\n" * (1 + number % 50))
            if number % 11 == 0:
                os.truncate(path, 10)
            if number % 3 == 0:
                (tmp_path / f"{(number * 7) % 20}.md").unlink(missing_ok=True)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(40):
            loaded = load_guides(tmp_path)
            assert all(isinstance(failure, DocumentError) for failure in loaded.failures)
    finally:
        ended.set()
        writer.join()
