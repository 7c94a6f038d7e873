"""Files of the data folder cut or overwritten at many places: made anew or told, and never silently wrong."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.errors import StoreError
from assistant.store import Store
from corpus.errors import AssistantError
from index.passage_index import PassageIndex
from tests.attack.crashing import sync
from tests.test_crash import held, ids, in_store

Damage = tuple[str, Callable[[bytes], bytes]]


def damages(size: int) -> Iterator[Damage]:
    """Cuts and scribbles at the places where formats keep what matters: heads, ends, borders of pages, the middle."""
    for place in sorted({0, 1, 16, 100, size // 3, size * 9 // 10, size - 1}):
        if place < size:
            yield f"cut at {place}", lambda data, place=place: data[:place]
    for place in sorted({0, 17, 100, size // 4, size // 2, size - 9}):
        if 0 <= place < size:
            yield (
                f"scribbled on at {place}",
                lambda data, place=place: (
                    data[:place] + bytes(b ^ 0xA5 for b in data[place : place + 8]) + data[place + 8 :]
                ),
            )
    yield "grown", lambda data: data + b"\0" * 512
    yield "of another kind", lambda data: b"PK\x03\x04" + data[4:]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound index, to be copied."""
    folder = tmp_path_factory.mktemp("whole") / "data"
    sync(folder, 0)
    return folder


@pytest.mark.parametrize("pattern", ["index.json", "segments/*.segment", "documents-*.json", "chroma/chroma.sqlite3"])
def test_an_index_damaged_anywhere_is_made_anew_or_told(pattern: str, whole: Path, tmp_path: Path) -> None:
    path = sorted((whole / "index").glob(pattern))[0].relative_to(whole)
    size = (whole / path).stat().st_size
    wrong: list[str] = []
    tried = list(damages(size))
    for number, (name, damage) in enumerate(tried):
        folder = tmp_path / str(number)
        shutil.copytree(whole, folder)
        (folder / path).write_bytes(damage((whole / path).read_bytes()))
        try:
            found = held(folder)
            if found != ids(0):
                wrong.append(f"{name}: opens with {len(found)} passages")
            if number % 3 == 0:
                sync(folder, 1)
                if not held(folder) == ids(1) == in_store(folder):
                    wrong.append(f"{name}: is not whole after a sync")
        except AssistantError as error:
            if "sync" not in str(error):
                wrong.append(f"{name}: says {error}")
            PassageIndex.reset(folder)
            sync(folder, 1)
            if held(folder) != ids(1):
                wrong.append(f"{name}: is not whole after a rebuild")
        shutil.rmtree(folder, ignore_errors=True)
    assert wrong == []
    assert len(tried) > 10


QUESTIONS = [f"Question number {number} about bees?" for number in range(60)]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A store with a conversation of many turns, as bytes."""
    folder = tmp_path_factory.mktemp("store")
    store = Store.open(folder)
    conversation = store.new_conversation("ann")
    for question in QUESTIONS:
        store.add_turn("ann", conversation, Answer(question=question, text="Bees need sun. " * 40))
    store.close()
    with sqlite3.connect(folder / "store.sqlite3") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return (folder / "store.sqlite3").read_bytes()


def test_a_store_damaged_anywhere_gives_what_was_kept_or_says_so(kept: bytes, tmp_path: Path) -> None:
    wrong: list[str] = []
    told = 0
    for number, (name, damage) in enumerate(damages(len(kept))):
        if name == "cut at 0":
            continue  # an empty file is a new store; SQLite makes one when it is first opened
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "store.sqlite3").write_bytes(damage(kept))
        store = None
        try:
            store = Store.open(folder)
            (conversation,) = store.conversations("ann")
            turns = store.turns("ann", conversation.id)
            if [turn.question for turn in turns] != QUESTIONS or any(
                "Bees need sun." not in t.answer.text for t in turns
            ):
                wrong.append(f"{name}: other turns")
            store.add_turn("ann", conversation.id, Answer(question="And hens?", text="Grit."))
        except StoreError as error:
            told += 1
            if "store" not in str(error) or "backup" not in str(error) or "Bees" in str(error):
                wrong.append(f"{name}: says {error}")
        except Exception as error:  # noqa: BLE001 - any other is the fault looked for
            wrong.append(f"{name}: {type(error).__name__}: {error}")
        finally:
            if store is not None:
                store.close()
    assert wrong == []
    assert told > 5


def test_an_answer_that_is_damaged_within_a_sound_store_is_told(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    conversation = store.new_conversation("ann")
    store.add_turn("ann", conversation, Answer(question="Why?", text="So."))
    for content in ("", "{", "[]", "null", '{"question": 5}', "[" * 100_000):
        with sqlite3.connect(tmp_path / "store.sqlite3") as connection:
            connection.execute("UPDATE turns SET answer = ?", (content,))
        connection.close()
        with pytest.raises(StoreError, match="damaged"):
            store.turns("ann", conversation)
    store.delete_conversation("ann", conversation)
    assert store.conversations("ann") == []
    store.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_store_on_a_full_disk_says_so_and_keeps_what_it_has(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    conversation = store.new_conversation("ann")
    store.add_turn("ann", conversation, Answer(question="Why?", text="So."))
    store.close()
    child = os.fork()
    if child == 0:
        code = 2
        try:
            import resource
            import signal

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
            opened = Store.open(tmp_path)
            try:
                for _ in range(200):
                    opened.add_turn("ann", conversation, Answer(question="More?", text="Bees. " * 500))
            except StoreError as error:
                code = 0 if "store" in str(error) else 3
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    store = Store.open(tmp_path)
    turns = store.turns("ann", conversation)
    assert turns[0].answer.text == "So."
    assert all(turn.answer.text == "Bees. " * 500 for turn in turns[1:])
    store.add_turn("ann", conversation, Answer(question="Last?", text="Yes."))
    store.close()
