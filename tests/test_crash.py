"""A sync that is killed, a disk that is full, a folder that may not be written, files that are damaged.

`TEST_KILLS=100 python -m pytest tests/test_crash.py` kills a hundred times.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.errors import AssistantError
from index.chunking import chunk_document
from index.passage_index import PassageIndex
from index.store import ChromaStore
from index.sync import sync_documents
from tests.attack.crashing import QuickEmbedder, library, sync

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
ROOT = Path(__file__).resolve().parents[1]
KILLS = int(os.environ.get("TEST_KILLS", "15"))
LONGEST = 45.0  # seconds of killing, if there are not more kills to do than by default


class Nursery:
    """The process that forks syncs."""

    def __init__(self, folder: Path) -> None:
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.attack.crashing", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            cwd=ROOT,
        )
        assert self._read() == "ready"

    def sync(self, number: int, *, kill_after: float | None = None, most: int = 0) -> int:
        """The exit code of a sync to a library; negative for a signal."""
        assert self._process.stdin is not None
        seconds = "-" if kill_after is None else f"{kill_after:.4f}"
        self._process.stdin.write(f"{number} {seconds} {most or '-'}\n")
        self._process.stdin.flush()
        return int(self._read())

    def must_sync(self, number: int) -> float:
        """Sync to a library; how long it took, in seconds."""
        began = time.monotonic()
        assert self.sync(number) == 0, self.said()
        return time.monotonic() - began

    def said(self) -> str:
        """What the syncs said on their standard error."""
        self._said.seek(0)
        return self._said.read()

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=60)
        self._said.close()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    started = Nursery(tmp_path / "data")
    yield started
    started.close()


def ids(number: int) -> set[str]:
    """The passages of a library."""
    return {passage.id for document in library(number) for passage in chunk_document(document)}


def held(folder: Path) -> set[str]:
    """The passages that an index opens with, each there once."""
    with PassageIndex.open(folder, embedder=QuickEmbedder()) as index:
        found = [passage.id for passage in index.passages()]
        assert len(found) == len(set(found)) == len(index)
        if found:
            question = "How many kilograms do the bees of chapter 2 eat?"
            hits = index.search(question, k=5)
            assert len(hits) == 5
            assert all("bees of chapter 2" in hit.passage.text for hit in hits[:1])
        return set(found)


def in_store(folder: Path) -> set[str]:
    """The passages in the store of record."""
    store = ChromaStore(folder / "index" / "chroma")
    try:
        pointer = store.pointer()
        assert pointer is not None
        assert not pointer.writing
        return store.ids(pointer.live)
    finally:
        store.close()


def test_a_sync_killed_at_any_moment_leaves_the_index_before_or_after_it(nursery: Nursery, tmp_path: Path) -> None:
    folder, chance = tmp_path / "data", random.Random(9)
    nursery.must_sync(0)
    started = time.monotonic()
    whole = nursery.must_sync(1)
    outcomes: Counter[str] = Counter()
    current = ids(1)
    number = 1
    for kill in range(KILLS):
        if KILLS <= 15 and time.monotonic() - started > LONGEST:
            break
        number += 1
        code = nursery.sync(number, kill_after=chance.uniform(0, 1.2) * whole)
        wanted, found = ids(number), held(folder)
        assert found in (current, wanted), f"kill {kill}: {len(found)} passages, neither the old nor the new"
        outcomes["killed" if code < 0 else "ended"] += 1
        outcomes["new" if found == wanted else "old"] += 1
        current = found
        if kill % 5 == 4:
            seconds = nursery.must_sync(number)
            if found != wanted:
                whole = seconds  # it first undoes what was cut off, which takes longer
            current = wanted
            assert held(folder) == wanted
            assert in_store(folder) == wanted
    nursery.must_sync(number + 1)
    assert held(folder) == ids(number + 1) == in_store(folder)
    print(dict(outcomes), f"a sync takes {whole:.2f} s")
    assert outcomes["killed"] >= sum(outcomes.values()) // 8, outcomes  # or nothing was tried
    leftovers = [path for path in (folder / "index").rglob("*") if ".draft" in path.name or "staging" in path.name]
    assert leftovers == []


def test_a_first_sync_that_is_killed_is_taken_up_by_the_next(nursery: Nursery, tmp_path: Path) -> None:
    whole = nursery.must_sync(0)
    for share in (0.2, 0.5, 0.8, 0.95):
        shutil.rmtree(tmp_path / "data")
        nursery.sync(0, kill_after=share * whole)
        assert held(tmp_path / "data") in (set(), ids(0))
        nursery.must_sync(0)
        assert held(tmp_path / "data") == ids(0) == in_store(tmp_path / "data")


def test_files_that_may_not_grow_leave_the_index_as_it_was(nursery: Nursery, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    nursery.must_sync(0)
    codes = [nursery.sync(1, most=most) for most in (1, 20_000, 100_000, 300_000)]
    assert set(codes) <= {0, 1}
    assert 1 in codes
    assert held(folder) in (ids(0), ids(1))
    nursery.must_sync(2)
    assert held(folder) == ids(2) == in_store(folder)
    said = nursery.said()
    assert "Traceback" not in said
    assert "room on the disk" in said or "space" in said


FULL = """
import sys, errno
from pathlib import Path
from corpus.errors import AssistantError
from tests.attack.crashing import library, sync, QuickEmbedder
from tests.test_crash import held, ids, in_store
folder = Path(sys.argv[1]) / "data"
sync(folder, 0)
filler = Path(sys.argv[1]) / "filler"
outcomes = []
for room in (0, 8_000, 60_000, 200_000, 600_000):
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    size = filler.stat().st_size
    with filler.open("r+b") as file:
        file.truncate(max(0, size - room))
    before = held(folder)
    try:
        sync(folder, 1)
        outcomes.append("done")
    except AssistantError as error:
        assert "sync" in str(error) and ("room" in str(error) or "space" in str(error)), error
        outcomes.append("refused")
    assert held(folder) in (ids(0), ids(1)), len(held(folder))
    filler.unlink()
assert "refused" in outcomes, outcomes
sync(folder, 2)
assert held(folder) == ids(2) == in_store(folder)
print(outcomes)
"""
READ_ONLY = """
import subprocess, sys, time
from pathlib import Path
from corpus.errors import AssistantError
from tests.attack.crashing import sync
from tests.test_crash import held, ids
folder = Path(sys.argv[1]) / "data"
sync(folder, 0)
for wait in range(50):  # Chroma's threads take a moment to let go of their files
    if subprocess.run(["mount", "-o", "remount,ro", sys.argv[1]], capture_output=True).returncode == 0:
        break
    time.sleep(0.2)
else:
    raise SystemExit("the folder cannot be made read-only")
assert held(folder) == ids(0)
for data in (folder, folder.parent / "new"):
    try:
        sync(data, 1)
        raise SystemExit("it wrote to a read-only folder")
    except AssistantError as error:
        assert "ead-only" in str(error) and "ASSISTANT_DATA_DIR" in str(error), error
assert held(folder) == ids(0)
"""


@pytest.mark.parametrize("program", [FULL, READ_ONLY], ids=["full", "read-only"])
def test_a_disk_that_takes_no_more_is_explained_and_nothing_is_lost(program: str, tmp_path: Path) -> None:
    own_mounts = ["unshare", "--mount", "--map-root-user"]
    if (
        not shutil.which("unshare")
        or subprocess.run([*own_mounts, "true"], check=False, capture_output=True).returncode
    ):
        pytest.skip("a mount of our own is not to be had here")
    mount = f'mount -t tmpfs -o size=12m small {tmp_path} && exec {sys.executable} -c "$PROGRAM" {tmp_path}'
    done = subprocess.run(
        [*own_mounts, "sh", "-c", mount],
        env={**os.environ, "PROGRAM": program, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def cut(path: Path) -> None:
    """Lose the second half of a file."""
    os.truncate(path, path.stat().st_size // 2)


def scribble(path: Path) -> None:
    """Write nonsense over a part of a file."""
    data = bytearray(path.read_bytes())
    for position in range(0, len(data), 97):
        data[position] ^= 0x5A
    path.write_bytes(bytes(data))


def empty(path: Path) -> None:
    """Leave nothing in a file."""
    path.write_bytes(b"")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound index, to be copied."""
    folder = tmp_path_factory.mktemp("whole") / "data"
    sync(folder, 0)
    return folder


DAMAGE = [cut, scribble, Path.unlink]


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("which", ["manifest", "segments", "documents", "database", "vectors"])
def test_damage_is_mended_or_told_and_never_answered_from(
    which: str, damage: Callable[[Path], object], whole: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(whole, folder)
    patterns = {
        "manifest": "index.json",
        "segments": "segments/*.segment",
        "documents": "documents-*.json",
        "database": "chroma/chroma.sqlite3",
        "vectors": "chroma/*/*.bin",
    }
    for path in (folder / "index").glob(patterns[which]):
        damage(path)
    told = ""
    try:
        for number in (0, 1):
            assert held(folder) == ids(0)
            sync(folder, number)
            assert held(folder) == ids(number)
        assert in_store(folder) == ids(1)
    except AssistantError as error:
        told = str(error)
    assert told == "" or "sync --rebuild" in told
    assert "object has no attribute" not in told
    PassageIndex.reset(folder)  # what --rebuild does first
    sync(folder, 2)
    assert held(folder) == ids(2) == in_store(folder)


def test_vector_files_that_a_kill_left_empty_are_written_anew(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with PassageIndex.open(folder, embedder=QuickEmbedder()) as index:
        sync_documents(index, library(0, 400))  # enough for Chroma to write its vectors out of the database
        before = {passage.id for passage in index.passages()}
    damaged = list((folder / "index" / "chroma").rglob("*.pickle"))
    assert damaged
    for path in damaged:
        empty(path)
    with PassageIndex.open(folder, embedder=QuickEmbedder()) as index:
        assert {passage.id for passage in index.passages()} == before
        sync_documents(index, library(1, 400))
        after = {passage.id for passage in index.passages()}
    assert after == {passage.id for document in library(1, 400) for passage in chunk_document(document)}
    assert in_store(folder) == after
