"""The process that parses: what it costs to kill it, fifty times in a row."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from corpus.errors import DocumentError, DocumentTooLarge
from corpus.loaders import Limits
from corpus.loaders.isolation import Worker

KILLS = 50
PAGE = b"Bees need sun and water."
ENDLESS = b"bees\n" * 60_000  # parsing it takes longer than the deadlines below


def children() -> set[str]:
    """The processes that this one has started and not waited for, the dead among them."""
    own = os.getpid()
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if entry.name.isdigit() and int(fields[1]) == own:
            found.add(entry.name)
    return found


def handles() -> int:
    """How many files and pipes this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc on this system")
def test_fifty_kills_leave_no_process_no_handle_and_no_thread() -> None:
    worker = Worker()
    assert worker.parse("text", PAGE, "a.txt", Limits()).sections
    before = (len(children()), handles(), threading.active_count())
    for number in range(KILLS):
        if number % 5 == 4:  # by its own deadline
            with pytest.raises(DocumentTooLarge, match=r"more than 0\.01 s"):
                worker.parse("text", ENDLESS, "endless.txt", Limits(seconds=0.01))
        else:  # by somebody else, while it starts or works
            killer = threading.Timer(0.004 * (number % 7), lambda: worker._process and worker._process.kill())
            killer.start()
            try:
                worker.parse("text", PAGE, "a.txt", Limits(seconds=20))
            except DocumentError as error:
                assert "crash" in error.cause  # noqa: PT017 - a kill may come too late to be noticed
            killer.join()
    time.sleep(0.05)
    parsed = worker.parse("text", PAGE, "a.txt", Limits())
    assert parsed.sections[0].text == "Bees need sun and water."
    assert (len(children()), handles(), threading.active_count()) == before
    worker.close()
    assert len(children()) == before[0] - 1


def test_a_worker_that_was_killed_between_two_files_costs_the_next_nothing() -> None:
    worker = Worker()
    for _ in range(8):
        assert worker.parse("text", PAGE, "a.txt", Limits()).sections
        assert worker._process is not None
        os.kill(worker._process.pid, signal.SIGKILL)  # as the system does when memory runs short; nobody waits for it
    worker.close()


def test_threads_that_share_a_worker_each_get_their_own_file_while_it_is_killed() -> None:
    worker = Worker()
    wrong: list[str] = []
    ended = threading.Event()

    def ask(number: int) -> None:
        page = PAGE.replace(b"Bees", b"Bees number %d" % number)
        for _ in range(6):
            try:
                text = worker.parse("text", page, f"{number}.txt", Limits()).sections[0].text
            except DocumentError as error:
                if "crash" not in error.cause:
                    wrong.append(str(error))
            else:
                if text != f"Bees number {number} need sun and water.":
                    wrong.append(text)

    def kill() -> None:
        while not ended.wait(0.15):
            process = worker._process
            if process is not None:
                process.kill()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    killer = threading.Thread(target=kill)
    for thread in [*threads, killer]:
        thread.start()
    for thread in threads:
        thread.join()
    ended.set()
    killer.join()
    worker.close()
    assert wrong == []
