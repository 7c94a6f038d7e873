"""Which files of a folder are guides, and under which ids."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpus.errors import EmptyDocument, UnreadableDocument, UnsupportedDocument
from corpus.loaders import load_guides

ROOT = Path(__file__).parents[1]


def write(path: Path, words: str = "Sow in March.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words)
    return path


def test_guides_that_ship_load_without_failures() -> None:
    loaded = load_guides()
    assert loaded.failures == ()
    assert [document.id for document in loaded.documents] == ["playbook.pdf", "roadmap.md"]
    assert all(document.title and document.source for document in loaded.documents)


def test_folder_is_read_with_all_below_it_in_order(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "sub/deep/c.md", "sub/a.md"):
        write(tmp_path / name)
    assert [document.id for document in load_guides(tmp_path).documents] == [
        "a.txt",
        "b.md",
        "sub/a.md",
        "sub/deep/c.md",
    ]


def test_single_file_has_its_name_as_id(tmp_path: Path) -> None:
    assert [document.id for document in load_guides(str(write(tmp_path / "one.md"))).documents] == ["one.md"]


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    for name in (".draft.md", ".git/notes.md", "seen.md"):
        write(tmp_path / name)
    loaded = load_guides(tmp_path)
    assert [document.id for document in loaded.documents] == ["seen.md"]
    assert loaded.failures == ()


def test_roots_of_one_name_do_not_share_ids(tmp_path: Path) -> None:
    for parent in ("x", "y", "z"):
        write(tmp_path / parent / "guides" / "a.md", f"This is {parent}.")
    loaded = load_guides([tmp_path / parent / "guides" for parent in ("x", "y", "z")])
    assert len({document.id for document in loaded.documents}) == 3


def test_files_of_one_name_do_not_share_ids(tmp_path: Path) -> None:
    loaded = load_guides([write(tmp_path / "x" / "a.md"), write(tmp_path / "y" / "a.md")])
    assert len({document.id for document in loaded.documents}) == 2


def test_same_root_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path / "a.md")
    assert len(load_guides([tmp_path, tmp_path]).documents) == 1


def test_file_named_beside_its_folder_is_read_once(tmp_path: Path) -> None:
    assert len(load_guides([tmp_path, write(tmp_path / "a.md")]).documents) == 1


def test_several_roots_carry_their_names(tmp_path: Path) -> None:
    write(tmp_path / "fruit" / "a.md")
    write(tmp_path / "roots" / "a.md")
    loaded = load_guides([tmp_path / "fruit", tmp_path / "roots"])
    assert [document.id for document in loaded.documents] == ["fruit/a.md", "roots/a.md"]


def test_one_bad_file_costs_no_other(tmp_path: Path) -> None:
    write(tmp_path / "a.md")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4 broken")
    (tmp_path / "c.png").write_bytes(b"\x89PNG\r\n\x1a\n....")
    write(tmp_path / "d.txt")
    loaded = load_guides(tmp_path)
    assert [document.id for document in loaded.documents] == ["a.md", "d.txt"]
    assert [type(failure) for failure in loaded.failures] == [UnreadableDocument, UnsupportedDocument]


def test_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.txt", "hunter2")
    folder = tmp_path / "guides"
    write(folder / "a.md")
    (folder / "b.txt").symlink_to(secret)
    (folder / "c").symlink_to(tmp_path)
    (folder / "d.md").symlink_to(folder / "a.md")
    (folder / "e.md").symlink_to(folder / "nowhere.md")
    loaded = load_guides(folder)
    assert [document.id for document in loaded.documents] == ["a.md", "d.md"]
    assert [Path(failure.path).name for failure in loaded.failures] == ["b.txt", "c", "e.md"]


def test_missing_root_is_a_failure_and_the_others_load(tmp_path: Path) -> None:
    loaded = load_guides([tmp_path / "gone", write(tmp_path / "a.md")])
    assert len(loaded.documents) == 1
    assert "there is no such file" in str(loaded.failures[0])


def test_empty_folder_is_told(tmp_path: Path) -> None:
    loaded = load_guides(tmp_path)
    assert loaded.documents == ()
    assert isinstance(loaded.failures[0], EmptyDocument)


def test_file_name_that_is_no_text_loads(tmp_path: Path) -> None:
    try:
        write(tmp_path / os.fsdecode(b"caf\xe9.md"))
    except OSError:
        pytest.skip("this file system takes only Unicode names")
    (document,) = load_guides(tmp_path).documents
    document.id.encode("utf-8")


def test_escapes_in_a_file_name_reach_no_terminal(tmp_path: Path) -> None:
    write(tmp_path / "a\x1b[31m.md", "")
    write(tmp_path / "b\x1b]0;owned\x07\u202e.md")
    loaded = load_guides(tmp_path)
    shown = str(loaded.failures[0]) + loaded.documents[0].id + loaded.documents[0].title
    assert shown.isprintable()


def test_guides_that_ship_load_quickly() -> None:
    program = (
        "import time; started = time.perf_counter(); from corpus.loaders import load_guides; load_guides(); "
        "print(time.perf_counter() - started)"
    )
    seconds = [
        float(subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True).stdout)
        for _ in range(3)
    ]
    assert min(seconds) < 1.5  # 0.6 measured on two idle cores


def test_hundreds_of_files_share_one_worker(tmp_path: Path) -> None:
    for number in range(150):
        write(
            tmp_path / f"{number:03}.html",
            f"<html><body><p>Page {number} tells about sowing in March.</p></body></html>",
        )
    started = time.perf_counter()
    loaded = load_guides(tmp_path)
    assert len(loaded.documents) == 150
    assert time.perf_counter() - started < 15


def test_script_without_a_main_guard_loads_guides(tmp_path: Path) -> None:
    script = write(
        tmp_path / "script.py",
        "from corpus.loaders import load_guides\nprint(len(load_guides().documents), flush=True)\n",
    )
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True
    )
    assert done.stdout.split() == [b"2"], done.stderr
