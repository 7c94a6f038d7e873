"""Folders that are damaged, foreign, full or read-only: never silently wrong, and the message says what to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from index import Passage, PassageIndex
from index.chunking import chunk_document
from index.errors import PassageIndexError
from index.sync import sync_documents
from tests.index_parts import HashEmbedder, guide, shelf

PASSAGES = [Passage(id=f"p{n}", text=f"Passage number {n} is about topic{n}.") for n in range(20)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with PassageIndex.open(tmp_path, embedder=HashEmbedder()) as index:
        index.add(PASSAGES)
    return tmp_path


def found_in(folder: Path) -> list[str]:
    with PassageIndex.open(folder, embedder=HashEmbedder()) as index:
        assert index.search("topic7", k=1)[0].passage.id == "p7"
        return sorted(passage.id for passage in index.passages())


def files(folder: Path, kind: str) -> list[Path]:
    return {
        "manifest": [folder / "index" / "index.json"],
        "segment": sorted((folder / "index" / "segments").glob("*.segment")),
        "database": [folder / "index" / "chroma" / "chroma.sqlite3"],
    }[kind]


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def scribble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(byte ^ 0x55 for byte in content[middle : middle + 64])
    path.write_bytes(content)


def delete(path: Path) -> None:
    path.unlink()


DAMAGES = [truncate, empty, scribble, delete]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("kind", ["manifest", "segment"])
def test_files_that_are_searched_are_made_anew_from_the_store(folder: Path, kind: str, damage) -> None:  # type: ignore[no-untyped-def]
    for path in files(folder, kind):
        damage(path)
    assert found_in(folder) == sorted(p.id for p in PASSAGES)
    assert found_in(folder) == sorted(p.id for p in PASSAGES)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_store_does_not_stop_answers_and_is_said_when_it_is_needed(folder: Path, damage) -> None:  # type: ignore[no-untyped-def]
    damage(files(folder, "database")[0])
    assert found_in(folder) == sorted(p.id for p in PASSAGES)
    with PassageIndex.open(folder, embedder=HashEmbedder()) as index:
        try:
            index.add([Passage(id="new", text="A new passage.")])
        except PassageIndexError as error:
            assert "sync --rebuild" in str(error)  # noqa: PT017 - a store that lies empty is filled again instead
            assert sorted(p.id for p in index.passages()) == sorted(p.id for p in PASSAGES)
        else:
            assert len(index) == len(PASSAGES) + 1


def test_when_all_is_damaged_the_message_says_how_to_rebuild(folder: Path) -> None:
    for kind in ("manifest", "segment", "database"):
        for path in files(folder, kind):
            path.write_bytes(b"garbage")
    with pytest.raises(PassageIndexError, match="sync --rebuild"):
        PassageIndex.open(folder, embedder=HashEmbedder())
    PassageIndex.reset(folder)
    with PassageIndex.open(folder, embedder=HashEmbedder()) as index:
        sync_documents(index, shelf(0))
        assert len(index) == 24


def test_damage_is_found_while_the_index_is_open(folder: Path) -> None:
    with PassageIndex.open(folder, embedder=HashEmbedder()) as index:
        index.search("topic1")
        (folder / "index" / "index.json").write_text("{}")
        assert index.search("topic7", k=1)[0].passage.id == "p7"


def test_a_copied_folder_opens(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy", copy_function=shutil.copyfile)
    assert found_in(tmp_path / "copy") == sorted(p.id for p in PASSAGES)


def test_another_embedder_is_refused_and_sync_makes_the_index_anew(tmp_path: Path) -> None:
    with PassageIndex.open(tmp_path, embedder=HashEmbedder("one")) as index:
        sync_documents(index, shelf(0))
    with PassageIndex.open(tmp_path, embedder=HashEmbedder("two", dim=48)) as index:
        with pytest.raises(PassageIndexError, match=r"by one, and the embedder is two.*ml-career-assistant sync"):
            index.search("guide")
        with pytest.raises(PassageIndexError, match="ml-career-assistant sync"):
            index.add(PASSAGES)
        report = sync_documents(index, shelf(0))
        assert (report.added, report.removed) == (24, 24)
        assert index.search("guide")
        with index.changing():
            names = {found.name for found in index._open_store()._client.list_collections()}
        assert len(names) == 3  # the pointer, and one version of two collections


def test_another_layout_is_refused_and_sync_makes_the_index_anew(tmp_path: Path) -> None:
    with PassageIndex.open(tmp_path, embedder=HashEmbedder()) as index:
        sync_documents(index, shelf(0))
    path = tmp_path / "index" / "index.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "layout": 99}))
    with PassageIndex.open(tmp_path, embedder=HashEmbedder()) as index:
        with pytest.raises(PassageIndexError, match="another version of this program"):
            index.search("guide")
        sync_documents(index, shelf(1))
        assert len(index) == 24


def test_another_way_of_cutting_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prose = " ".join(f"This is sentence number {n} of a text about nothing." for n in range(40))
    with PassageIndex.open(tmp_path, embedder=HashEmbedder()) as index:
        sync_documents(index, [guide("g", prose)])
        assert len(index) < 4
        monkeypatch.setattr("index.sync.PASSAGE_TOKENS", 30)
        monkeypatch.setattr("index.sync.chunk_document", partial(chunk_document, tokens=30))
        sync_documents(index, [guide("g", prose)])
        assert len(index) > 10


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "thesis.tex").write_text("years of work")
    for attempt in (PassageIndex.open, PassageIndex.reset):
        with pytest.raises(PassageIndexError, match="left as it is"):
            attempt(tmp_path)
    assert [path.name for path in (tmp_path / "index").iterdir()] == ["thesis.tex"]


def test_what_else_lies_in_the_data_folder_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "chroma").mkdir()
    (tmp_path / "chroma" / "chroma.sqlite3").write_text("another application's")
    (tmp_path / "index.json").write_text("mine")
    with PassageIndex.open(tmp_path, embedder=HashEmbedder()) as index:
        index.add(PASSAGES)
    PassageIndex.reset(tmp_path)
    assert (tmp_path / "index.json").read_text() == "mine"
    assert (tmp_path / "chroma" / "chroma.sqlite3").read_text() == "another application's"
    assert not (tmp_path / "index").exists()


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(PassageIndexError, match="another data folder"):
        PassageIndex.open(tmp_path / "file")
    (tmp_path / "index").write_text("x")
    with pytest.raises(PassageIndexError, match="another data folder"):
        PassageIndex.open(tmp_path)


CHILD = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from index import PassageIndex
from index.errors import PassageIndexError
from index.sync import sync_documents
from tests.index_parts import HashEmbedder, shelf
with PassageIndex.open(sys.argv[1], embedder=HashEmbedder()) as index:
    before = sorted(p.text for p in index.passages())
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    try:
        sync_documents(index, shelf(1, size=40))
    except PassageIndexError as error:
        print(error)
        assert sorted(p.text for p in index.passages()) == before
        assert index.search("guide 4 never changes", k=1)[0].passage.text == "Guide 4 never changes."
    else:
        print("done")
"""


@pytest.mark.parametrize("limit", [2_000, 30_000, 150_000, 300_000, 500_000])
def test_a_full_disk_leaves_the_index_as_it_was(tmp_path: Path, limit: int) -> None:
    with PassageIndex.open(tmp_path, embedder=HashEmbedder()) as index:
        sync_documents(index, shelf(0))
    command = [sys.executable, "-c", CHILD, str(tmp_path), str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1])
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "done" or "sync" in done.stdout or "space" in done.stdout
    with PassageIndex.open(tmp_path, embedder=HashEmbedder()) as index:
        sync_documents(index, shelf(1, size=40))
        assert len(index) == 80


def test_a_folder_that_cannot_be_written_answers_and_says_why_it_cannot_change(folder: Path) -> None:
    """The system's own refusal, as root meets it: on a read-only mount."""
    mount = ["mount", "--bind", "-o", "ro", str(folder), str(folder)]
    if os.getuid() == 0:
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("mounting is not allowed here")
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], capture_output=True, check=True)
    else:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with PassageIndex.open(folder, embedder=HashEmbedder()) as index:
            assert index.search("topic7", k=1)[0].passage.id == "p7"
            with pytest.raises(PassageIndexError, match="ASSISTANT_DATA_DIR"):
                index.add([Passage(id="x", text="x")])
        with pytest.raises(PassageIndexError, match="ASSISTANT_DATA_DIR"):
            PassageIndex.open(folder / "new")
    finally:
        if os.getuid() == 0:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        else:
            for path in [folder, *folder.rglob("*")]:
                path.chmod(0o755 if path.is_dir() else 0o644)
