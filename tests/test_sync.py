"""A sync costs what changed, takes out what is gone, and does not take an unmounted disk for an order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import index.sync
from corpus.document import Document
from index import Passage, PassageIndex
from index.errors import PassageIndexError
from index.sync import SyncReport, sync_documents
from tests.index_parts import HashEmbedder, guide, shelf


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def index_(tmp_path: Path, embedder: HashEmbedder) -> Iterator[PassageIndex]:
    with PassageIndex.open(tmp_path, embedder=embedder) as opened:
        yield opened


def texts(index: PassageIndex) -> set[str]:
    return {passage.text for passage in index.passages()}


def test_the_index_holds_what_the_documents_say(index_: PassageIndex) -> None:
    assert sync_documents(index_, shelf(0)) == SyncReport(added=24)
    assert texts(index_) == {section.text for document in shelf(0) for section in document.sections}


def test_only_what_changed_is_embedded(index_: PassageIndex, embedder: HashEmbedder) -> None:
    sync_documents(index_, shelf(0))
    embedder.embedded.clear()
    assert sync_documents(index_, shelf(1)) == SyncReport(added=4, removed=4, unchanged=20)
    assert len(embedder.embedded) == 4
    assert all("Version 1" in text for text in embedder.embedded)


def test_a_sync_without_change_does_no_work(
    index_: PassageIndex, embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_documents(index_, shelf(0))
    generation = index_.generation
    embedder.embedded.clear()
    monkeypatch.setattr(index.sync, "chunk_document", lambda document: pytest.fail("cut again"))
    assert sync_documents(index_, shelf(0)) == SyncReport(unchanged=24)
    assert embedder.embedded == []
    assert index_.generation == generation


def test_only_changed_documents_are_cut_again(index_: PassageIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    sync_documents(index_, shelf(0))
    cut = []
    chunk = index.sync.chunk_document
    monkeypatch.setattr(index.sync, "chunk_document", lambda document: cut.append(document.id) or chunk(document))
    sync_documents(index_, [*shelf(0)[:-1], guide("new", "Something new.")])
    assert cut == ["new"]


def test_a_new_title_is_taken_over_without_embedding(index_: PassageIndex, embedder: HashEmbedder) -> None:
    sync_documents(index_, shelf(0))
    embedder.embedded.clear()
    documents = [replace(document, title="New", metadata={"year": 2026}) for document in shelf(0)]
    sync_documents(index_, documents)
    assert embedder.embedded == []
    assert {passage.title for passage in index_.passages()} == {"New"}
    assert len(index_.search("guide", k=50, where={"year": 2026})) == 24


def test_a_document_that_moves_is_not_embedded_again(index_: PassageIndex, embedder: HashEmbedder) -> None:
    sync_documents(index_, shelf(0))
    embedder.embedded.clear()
    sync_documents(index_, [replace(document, id=f"sub/{document.id}") for document in shelf(0)])
    assert embedder.embedded == []
    assert all(passage.document.startswith("sub/") for passage in index_.passages())


def test_progress_is_told(index_: PassageIndex) -> None:
    steps: list[tuple[int, int]] = []
    sync_documents(index_, shelf(0, size=100), progress=lambda done, of: steps.append((done, of)))
    assert steps[-1] == (200, 200)
    assert steps == sorted(steps)


def test_passages_added_singly_do_not_outlive_a_sync(index_: PassageIndex) -> None:
    sync_documents(index_, shelf(0))
    index_.add([Passage(id="single", text="On its own.")])
    sync_documents(index_, shelf(0))
    assert "On its own." not in texts(index_)
    assert len(index_) == 24


@pytest.mark.parametrize("left", [[], shelf(0)[:5]], ids=["all gone", "most gone"])
def test_a_mass_removal_asks_first(index_: PassageIndex, left: list[Document]) -> None:
    sync_documents(index_, shelf(0))
    with pytest.raises(PassageIndexError, match=r"of 12 documents.*unmounted.*--allow-removal"):
        sync_documents(index_, left)
    assert len(index_) == 24
    assert sync_documents(index_, left, allow_removal=True).removed == 24 - 2 * len(left)
    assert len(index_) == 2 * len(left)
    sync_documents(index_, left)


def test_a_mass_removal_asks_first_after_the_digests_are_lost_too(index_: PassageIndex) -> None:
    sync_documents(index_, shelf(0))
    for path in index_._folder.glob("documents-*"):
        path.unlink()
    with pytest.raises(PassageIndexError, match="--allow-removal"):
        sync_documents(index_, [])


@pytest.mark.parametrize("documents", [shelf(0)[:7], [guide("other", "Another shelf altogether.")] * 1], ids=str)
def test_a_few_documents_may_go_and_be_replaced(index_: PassageIndex, documents: list[Document]) -> None:
    sync_documents(index_, shelf(0)[:2] if len(documents) == 1 else shelf(0))
    sync_documents(index_, documents)
    assert {passage.document for passage in index_.passages()} == {document.id for document in documents}


def test_other_guides_may_take_the_place_of_all(index_: PassageIndex) -> None:
    sync_documents(index_, shelf(0))
    sync_documents(index_, [guide(f"other{n}", f"Other fact {n}.") for n in range(12)])
    assert len(index_) == 12


def test_a_rebuild_embeds_everything(index_: PassageIndex, embedder: HashEmbedder) -> None:
    sync_documents(index_, shelf(0))
    embedder.embedded.clear()
    assert sync_documents(index_, shelf(0), rebuild=True) == SyncReport(added=24, removed=24)
    assert len(embedder.embedded) == 24
    assert len(index_) == 24


def test_documents_with_odd_text_are_kept(index_: PassageIndex) -> None:
    documents = [guide("odd \ud800", "Lone \udfff surrogate."), guide("same", "Twice.", "Twice.")]
    sync_documents(index_, documents)
    assert len(index_) == 3
    assert sync_documents(index_, documents) == SyncReport(unchanged=3)
