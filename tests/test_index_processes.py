"""Several processes on one folder, and processes that die."""

from __future__ import annotations

import multiprocessing
import os
import random
import threading
import time
from pathlib import Path

import pytest

from index import PassageIndex
from index.errors import PassageIndexError
from index.sync import sync_documents
from tests.index_parts import HashEmbedder, guide, shelf

KILLS = int(os.environ.get("TEST_KILLS", "20"))
# Processes that begin with all modules imported, forked from one that has no threads.
fork = multiprocessing.get_context("forkserver")
fork.set_forkserver_preload(["chromadb", "filelock", "index.sync", "tests.index_parts"])


def texts(index: PassageIndex) -> list[str]:
    return sorted(passage.text for passage in index.passages())


def expected(version: int) -> list[str]:
    return sorted(section.text for document in shelf(version) for section in document.sections)


def sync_in(folder: Path, version: int) -> None:
    with PassageIndex.open(folder, embedder=HashEmbedder()) as index:
        sync_documents(index, shelf(version))


def look_in(folder: Path, allowed: list[list[str]]) -> None:
    with PassageIndex.open(folder, embedder=HashEmbedder()) as index:
        assert texts(index) in allowed, texts(index)
        found = index.search("guide 4 never changes", k=3)
        assert not texts(index) or found[0].passage.text == "Guide 4 never changes."


def sync_and_compare(folder: Path, version: int) -> None:
    with PassageIndex.open(folder, embedder=HashEmbedder()) as index:
        sync_documents(index, shelf(version))
        assert texts(index) == expected(version)
        with index.changing():  # the store of record holds the same, each once
            store = index._open_store()
            pointer = store.pointer()
            assert pointer is not None
            assert not pointer.writing
            ids = store.ids(pointer.live)
            assert ids == {passage.id for passage in index.passages()}
            assert store._collections(pointer.live)[0].count() == len(ids)
            kept = sorted(entry.passage.text for page in store.fetch(pointer.live, ids) for entry in page)
            assert kept == expected(version)


def in_process(target, *arguments: object) -> int:
    process = fork.Process(target=target, args=arguments)
    process.start()
    process.join(60)
    process.kill()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


@pytest.mark.timeout(60 + 10 * KILLS)
def test_a_kill_at_any_moment_leaves_a_whole_index(tmp_path: Path) -> None:
    chance = random.Random(os.environ.get("TEST_SEED", "7"))
    assert in_process(sync_in, tmp_path / "warm", 1) == 0
    started = time.monotonic()
    assert in_process(sync_in, tmp_path / "timed", 1) == 0
    length = time.monotonic() - started
    before: list[str] = []
    for version in range(1, KILLS + 1):
        process = fork.Process(target=sync_in, args=(tmp_path / "index", version))
        process.start()
        time.sleep(chance.uniform(0, length))
        process.kill()
        process.join()
        assert in_process(look_in, tmp_path / "index", [before, expected(version)]) == 0
        if version % 4 == 0 or version == KILLS:
            assert in_process(sync_and_compare, tmp_path / "index", version) == 0
            before = expected(version)
        else:  # die upon what a death left: what is there now may be the old or the new
            with PassageIndex.open(tmp_path / "index", embedder=HashEmbedder()) as index:
                before = texts(index)


def test_a_reader_sees_the_old_or_the_new_and_never_half(tmp_path: Path) -> None:
    sync_in(tmp_path, 0)
    allowed = {tuple(expected(version)) for version in range(6)}
    seen = set()

    def write() -> None:
        for version in range(1, 6):
            assert in_process(sync_in, tmp_path, version) == 0

    writer = threading.Thread(target=write)
    with PassageIndex.open(tmp_path, embedder=HashEmbedder()) as index:
        writer.start()
        while writer.is_alive():
            state = tuple(texts(index))
            assert state in allowed
            seen.add(state)
            assert len(index.search("version of guide", k=5)) == 5
        writer.join()
        assert tuple(texts(index)) == tuple(expected(5))
    assert len(seen) > 1


def test_two_syncs_at_once_both_end_well(tmp_path: Path) -> None:
    processes = [fork.Process(target=sync_in, args=(tmp_path, 3)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert in_process(sync_and_compare, tmp_path, 3) == 0


def hold(folder: Path, ready: str) -> None:
    with PassageIndex.open(folder, embedder=HashEmbedder()) as index, index.changing():
        Path(ready).touch()
        time.sleep(30)


def test_a_sync_that_waits_too_long_says_so_and_answers_go_on(tmp_path: Path) -> None:
    sync_in(tmp_path / "index", 0)
    process = fork.Process(target=hold, args=(tmp_path / "index", str(tmp_path / "ready")))
    process.start()
    while not (tmp_path / "ready").exists():
        time.sleep(0.01)
    with PassageIndex.open(tmp_path / "index", embedder=HashEmbedder()) as index:
        assert index.search("guide 4")  # a reader does not wait
        with pytest.raises(PassageIndexError, match="Another process has been changing the index"):
            sync_documents(index, shelf(1), wait=0.3)
        process.kill()  # the lock of a dead process is free
        process.join()
        sync_documents(index, shelf(1), wait=5)
        assert texts(index) == expected(1)


def test_a_sync_that_was_cut_off_is_not_paid_for_twice(tmp_path: Path) -> None:
    documents = [guide(f"g{n}", f"Fact number {n} of many.") for n in range(400)]

    class Dying(HashEmbedder):
        def embed(self, texts):  # type: ignore[no-untyped-def]
            if len(self.embedded) > 250:
                raise KeyboardInterrupt
            return super().embed(texts)

    with PassageIndex.open(tmp_path, embedder=Dying()) as index, pytest.raises(KeyboardInterrupt):
        sync_documents(index, documents)
    second = HashEmbedder()
    with PassageIndex.open(tmp_path, embedder=second) as index:
        sync_documents(index, documents)
        assert len(index) == 400
    assert 0 < len(second.embedded) <= 150
    assert not list(tmp_path.rglob("staging-*"))


def test_threads_share_an_index(tmp_path: Path) -> None:
    errors: list[Exception] = []
    with PassageIndex.open(tmp_path, embedder=HashEmbedder()) as index:
        sync_documents(index, shelf(0))

        def search() -> None:
            try:
                for _ in range(50):
                    assert index.search("guide 4 never changes", k=1)[0].passage.text == "Guide 4 never changes."
            except (AssertionError, PassageIndexError) as error:
                errors.append(error)

        threads = [threading.Thread(target=search) for _ in range(4)]
        for thread in threads:
            thread.start()
        for version in (1, 2):
            sync_documents(index, shelf(version))
        for thread in threads:
            thread.join()
    assert not errors
