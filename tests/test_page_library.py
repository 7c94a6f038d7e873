"""Own guides without a page: kept apart, found again, and never half there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import Assistant, AssistantError
from assistant.library import GUIDES_AT_MOST, GuideLibrary, safe_name
from corpus.errors import DocumentTooLarge, UnsupportedDocument

BEES = "# Keeping bees\n\n## When should you inspect a hive?\n\nInspect a hive every nine days.\n"
QUESTION = "When should you inspect a hive?"


@pytest.fixture
def library(assistant: Assistant, tmp_path: Path) -> Iterator[GuideLibrary]:
    """A library over the guides that ship."""
    found = GuideLibrary(assistant, tmp_path / "uploads")
    yield found
    found.close()


@pytest.fixture
def bees(tmp_path: Path) -> Path:
    """A guide of one's own."""
    path = tmp_path / "bees.md"
    path.write_text(BEES, encoding="utf-8")
    return path


def test_an_owner_without_guides_gets_the_shared_assistant(library: GuideLibrary, assistant: Assistant) -> None:
    assert library.assistant("ann") is assistant
    assert library.own("ann") == ()


def test_an_own_guide_answers_its_owner_alone(library: GuideLibrary, bees: Path) -> None:
    document = library.add("ann", "bees.md", bees)
    assert document.id == "own/bees.md"
    assert "nine days" in library.assistant("ann").ask(QUESTION).text
    assert library.assistant("bob").ask(QUESTION).abstained


def test_own_guides_are_found_again_by_another_process(
    library: GuideLibrary, assistant: Assistant, bees: Path, tmp_path: Path
) -> None:
    library.add("ann", "bees.md", bees)
    other = GuideLibrary(assistant, tmp_path / "uploads")
    assert [document.title for document in other.own("ann")] == ["Keeping bees"]
    library.remove("ann", "own/bees.md")
    assert other.own("ann") == ()
    assert other.assistant("ann").ask(QUESTION).abstained
    other.close()


def test_a_guide_of_the_same_name_is_replaced(library: GuideLibrary, bees: Path) -> None:
    library.add("ann", "bees.md", bees)
    bees.write_text(BEES.replace("nine", "seven"), encoding="utf-8")
    library.add("ann", "bees.md", bees)
    assert len(library.own("ann")) == 1
    assert "seven days" in library.assistant("ann").ask(QUESTION).text


def test_a_guide_that_cannot_be_read_leaves_nothing(library: GuideLibrary, tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    with pytest.raises(AssistantError, match=r"bad\.pdf"):
        library.add("ann", "bad.pdf", tmp_path / "bad.pdf")
    assert library.own("ann") == ()
    assert not [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]


def test_a_guide_that_cannot_be_indexed_leaves_nothing(
    library: GuideLibrary, bees: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssistantError("no room")

    with monkeypatch.context() as patched:
        patched.setattr("assistant.library.sync_documents", fail)
        with pytest.raises(AssistantError, match="no room"):
            library.add("ann", "bees.md", bees)
    assert library.own("ann") == ()


def test_asking_does_not_wait_for_a_guide_that_is_being_added(library: GuideLibrary, bees: Path) -> None:
    library.add("ann", "bees.md", bees)
    begun, go_on = threading.Event(), threading.Event()

    def progress(_done: int, _total: int) -> None:
        begun.set()
        go_on.wait(30)

    more = bees.with_name("more.md")
    more.write_text(BEES.replace("bees", "wasps").replace("hive", "nest"), encoding="utf-8")
    adding = threading.Thread(target=library.add, args=("ann", "more.md", more), kwargs={"progress": progress})
    adding.start()
    assert begun.wait(30)
    assert "nine days" in library.assistant("ann").ask(QUESTION).text
    assert len(library.own("ann")) == 1
    go_on.set()
    adding.join()
    assert len(library.own("ann")) == 2


def test_guides_that_ship_are_found_by_id_and_nothing_else_is(library: GuideLibrary, tmp_path: Path) -> None:
    path = library.file("ann", "playbook.pdf")
    assert path is not None
    assert path.read_bytes().startswith(b"%PDF-")
    for id in ("../../app.py", "/etc/passwd", "own/../../x", "", ".", "roadmap.md/../roadmap.md"):
        assert library.file("ann", id) is None


def test_the_number_of_own_guides_is_limited(library: GuideLibrary, bees: Path) -> None:
    library.add("ann", "bees.md", bees)
    folder = next((library._folder).glob("*/guides"))
    for number in range(GUIDES_AT_MOST - 1):
        (folder / f"{number}.md").write_text("# Title\n\nSome words here.\n", encoding="utf-8")
    with pytest.raises(DocumentTooLarge, match="at most"):
        library.add("ann", "more.md", bees)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.md", "a.md"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\a.md", "a.md"),
        ("a\x00b\u202e.md", "ab.md"),
        ("<b>.md", "b.md"),
        ("ü" * 300 + ".pdf", "ü" * 75 + ".pdf"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("name", ["", ".", "..", "/", "\x00"])
def test_a_name_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(UnsupportedDocument, match="no name"):
        safe_name(name)
