"""The quick encoder gives sentence-transformers' vectors, and a changed model is not taken for the one it was."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from index import embedding
from index.embedding import (
    DEFAULT_SHA256,
    RememberedVectors,
    SentenceTransformerEmbedder,
    model_folder,
    sha256_of,
)
from index.errors import EmbedderError
from tests.index_parts import HashEmbedder

TEXTS = [
    "What does a machine learning engineer do?",
    "",
    "a",
    "Übung macht den Meister – 機械学習 🙂 \u202eright to left",
    "lone \ud800 surrogate",
    "- item one\n- item two\n\n1. and a numbered one",
    "word " * 700,
    "tab\tand\x00control\x1b[31m",
    *(f"sentence number {n} " + "with more words " * n for n in range(40)),
]


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_vectors_are_those_of_sentence_transformers(embedder: SentenceTransformerEmbedder) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(model_folder("all-MiniLM-L6-v2")), device="cpu")
    clean = [text.encode("utf-8", "replace").decode() for text in TEXTS]
    wanted = model.encode(clean, normalize_embeddings=True, show_progress_bar=False)
    found = embedder.embed(TEXTS)
    assert found.dtype == np.float32
    assert (found * wanted).sum(axis=1).min() > 0.99999
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_a_text_has_the_same_vector_whatever_it_is_embedded_with(embedder: SentenceTransformerEmbedder) -> None:
    together = embedder.embed(TEXTS)
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=2e-6)


def test_what_is_searched_is_embedded_quickly_to_nearly_the_same(embedder: SentenceTransformerEmbedder) -> None:
    wanted = embedder.embed(TEXTS)
    found = embedder.embed_for_search(TEXTS)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert 0.999 < (found * wanted).sum(axis=1).min() < 0.99999  # another way, not the same again
    alone = np.concatenate([embedder.embed_for_search([text]) for text in TEXTS])
    np.testing.assert_allclose(found, alone, atol=2e-6)
    assert len(embedder.embed_for_search([])) == 0


def test_nothing_is_embedded_to_nothing(embedder: SentenceTransformerEmbedder) -> None:
    assert len(embedder.embed([])) == 0


def test_threads_share_an_embedder(embedder: SentenceTransformerEmbedder) -> None:
    wanted = embedder.embed(TEXTS[:8])
    failures: list[int] = []

    def work() -> None:
        for _ in range(5):
            if not np.allclose(embedder.embed(TEXTS[:8]), wanted, atol=2e-6):
                failures.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_question_is_embedded_without_torch() -> None:
    code = (
        "import sys; from index.embedding import SentenceTransformerEmbedder as E; E().embed(['x']);"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers', 'chromadb') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_changed_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder("all-MiniLM-L6-v2"), folder)
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(50_000_000)
        file.write(b"\x00\x01\x02\x03")
    monkeypatch.setattr("index.embedding.model_folder", lambda model: folder)
    embedding._default_encoder.cache_clear()
    with pytest.raises(EmbedderError, match=r"not those that were published.*pip install"):
        SentenceTransformerEmbedder().embed(["x"])


def test_the_digest_is_remembered_until_the_file_changes(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"one")
    first = sha256_of(file)
    assert (cache / "ml-career-assistant" / "sha256.json").exists()
    assert sha256_of(file) == first
    file.write_bytes(b"other")
    assert sha256_of(file) != first


def test_the_packaged_model_is_the_published_one() -> None:
    folder = model_folder("all-MiniLM-L6-v2")
    assert folder is not None
    assert sha256_of(folder / "model.safetensors") == DEFAULT_SHA256


def test_another_model_of_the_family_is_confirmed_once(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(model_folder("all-MiniLM-L6-v2"), folder)
    config = folder / "1_Pooling" / "config.json"
    config.write_text(
        config.read_text()
        .replace('_cls_token": false', '_cls_token": true')
        .replace('mean_tokens": true', 'mean_tokens": false')
    )
    embedder = SentenceTransformerEmbedder(str(folder))
    from sentence_transformers import SentenceTransformer

    wanted = SentenceTransformer(str(folder), device="cpu").encode(TEXTS[:1], normalize_embeddings=True)
    assert (embedder.embed(TEXTS[:1]) * wanted).sum() > 0.99999
    assert type(embedder._encoder).__name__ == "BertEncoder"
    assert (cache / "ml-career-assistant" / "same-vectors.json").exists()
    assert embedder.name.startswith("sentence-transformers/mine@")


def test_a_model_of_another_kind_is_run_by_sentence_transformers(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(model_folder("all-MiniLM-L6-v2"), folder)
    modules = folder / "1_Pooling" / "config.json"
    modules.write_text(
        modules.read_text()
        .replace('max_tokens": false', 'max_tokens": true')
        .replace('mean_tokens": true', 'mean_tokens": false')
    )
    embedder = SentenceTransformerEmbedder(str(folder))
    assert embedder.embed(["x", "lone \ud800"]).shape == (2, 384)
    assert type(embedder._encoder).__name__ != "BertEncoder"


def test_a_model_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="ASSISTANT_EMBEDDER"):
        SentenceTransformerEmbedder(str(tmp_path)).embed(["x"])


def test_the_oldest_vectors_are_forgotten() -> None:
    embedder = HashEmbedder()
    remembered = RememberedVectors(embedder.embed, size=2)
    remembered.embed(["a", "b"])
    remembered.embed(["a", "c"])
    remembered.embed(["a", "b"])
    assert embedder.embedded == ["a", "b", "c", "b"]
    assert len(remembered.embed([])) == 0
