"""The same index on a real Chroma server: same results, seen by every machine that follows it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from corpus.document import Document, Section
from index import Passage, PassageIndex
from index.embedding import fingerprint
from index.errors import PassageIndexError
from index.sync import sync_documents

PASSAGES = [
    Passage(id="docker", text="Docker packs an application into a container.", title="Tools", metadata={"year": 2024}),
    Passage(id="k8s", text="Kubernetes orchestrates many containers.", section=("Tools", "MLOps"), page=3),
    Passage(id="pay", text="Engineers in finance earn the highest salaries.", source="https://example.org/pay"),
    Passage(id="odd", text="A lone surrogate \ud800 stands here.", metadata={"ratio": float("inf"), "big": 2**70}),
    Passage(id="long", text="Nothing to see here. " * 120 + "The zebra crosses at the very end."),
]
QUESTIONS = ["what packs applications", "who orchestrates containers", "highest pay", "zebra crossing"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder), "--port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{url}/api/v2/heartbeat", timeout=1)
            break
        except OSError:
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(10)


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    return f"c-{fingerprint(request.node.name)}"


def test_results_are_those_of_a_folder(server: str, name: str, tmp_path: Path) -> None:
    with (
        PassageIndex.open(tmp_path / "a") as local,
        PassageIndex.open(tmp_path / "b", chroma_url=server, collection=name) as remote,
    ):
        local.add(PASSAGES)
        remote.add(PASSAGES)
        for question in QUESTIONS:
            assert [(h.passage, h.score) for h in remote.search(question)] == [
                (h.passage, h.score) for h in local.search(question)
            ]


def test_another_machine_gives_the_same_results_and_the_same_passages(server: str, name: str, tmp_path: Path) -> None:
    with (
        PassageIndex.open(tmp_path / "a", chroma_url=server, collection=name) as writer,
        PassageIndex.open(tmp_path / "b", chroma_url=server, collection=name) as reader,
    ):
        assert reader.search("anything") == []
        writer.add(PASSAGES)
        assert sorted(reader.passages(), key=lambda p: p.id) == sorted(PASSAGES, key=lambda p: p.id)
        for question in QUESTIONS:
            found, wanted = reader.search(question), writer.search(question)
            assert [h.passage.id for h in found] == [h.passage.id for h in wanted]
            np.testing.assert_allclose([h.score for h in found], [h.score for h in wanted], atol=1e-6)


def test_changes_are_followed_without_a_restart(server: str, name: str, tmp_path: Path) -> None:
    with (
        PassageIndex.open(tmp_path / "a", chroma_url=server, collection=name) as writer,
        PassageIndex.open(tmp_path / "b", chroma_url=server, collection=name) as reader,
    ):
        writer.add(PASSAGES)
        assert len(reader) == 5
        writer.add([Passage(id="pay", text="Giraffes are paid in leaves.")])
        writer.remove(["docker"])
        assert reader.search("giraffe")[0].passage.id == "pay"
        assert len(reader) == 4
        assert "docker" not in {p.id for p in reader.passages()}


def test_two_machines_change_in_turn(server: str, name: str, tmp_path: Path) -> None:
    with (
        PassageIndex.open(tmp_path / "a", chroma_url=server, collection=name) as one,
        PassageIndex.open(tmp_path / "b", chroma_url=server, collection=name) as two,
    ):
        one.add(PASSAGES[:2])
        two.add(PASSAGES[2:])
        one.remove(["k8s"])
        assert {p.id for p in one.passages()} == {p.id for p in two.passages()} == {"docker", "pay", "odd", "long"}


def test_a_sync_that_was_cut_off_is_undone_by_the_next(server: str, name: str, tmp_path: Path) -> None:
    document = Document("d", "Guide", "", (Section(("Part",), "Kubernetes orchestrates containers."),))
    with PassageIndex.open(tmp_path / "a", chroma_url=server, collection=name) as one:
        sync_documents(one, [document])
        store = one._open_store()
        pointer = store.pointer()
        assert pointer is not None
        # What a machine leaves that dies while it writes: the mark, and half of its passages.
        store.point(type(pointer)(pointer.live, pointer.generation, pointer.embedder, writing=True))
        store.add(pointer.live, one.embed_passages([PASSAGES[0]]), generation=pointer.generation + 1)
        assert [p.document for p in one.passages()] == ["d"]
    with PassageIndex.open(tmp_path / "b", chroma_url=server, collection=name) as two:
        sync_documents(two, [document])
        assert [p.document for p in two.passages()] == ["d"]
        assert len(two._open_store().ids(two._open_store().pointer().live)) == 1


def test_a_foreign_collection_is_left_alone(server: str, name: str, tmp_path: Path) -> None:
    import chromadb

    client = chromadb.HttpClient(port=int(server.rpartition(":")[2]))
    client.create_collection(name, embedding_function=None).add(ids=["x"], embeddings=[[1.0, 0.0]])
    with pytest.raises(PassageIndexError, match="made by something else"):
        PassageIndex.open(tmp_path, chroma_url=server, collection=name)
    assert client.get_collection(name, embedding_function=None).count() == 1


def test_reset_removes_ours_only(server: str, name: str, tmp_path: Path) -> None:
    with PassageIndex.open(tmp_path / "a", chroma_url=server, collection=name) as one:
        one.add(PASSAGES[:1])
    with PassageIndex.open(tmp_path / "b", chroma_url=server, collection=f"{name}-more") as other:
        other.add(PASSAGES[:1])
        PassageIndex.reset(tmp_path / "a", chroma_url=server, collection=name)
        assert len(other) == 1
    with PassageIndex.open(tmp_path / "a", chroma_url=server, collection=name) as one:
        assert len(one) == 0


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "ftp://example.org", "localhost:8000", "http://h/only-tenant"])
def test_an_address_without_a_server_says_what_to_do(url: str, tmp_path: Path) -> None:
    with pytest.raises(PassageIndexError, match=r"http://127\.0\.0\.1:8000|chroma run"):
        PassageIndex.open(tmp_path, chroma_url=url)
