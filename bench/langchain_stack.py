"""The usual LangChain stack: an EnsembleRetriever of BM25Retriever and Chroma, with sentence-transformers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.embedding import model_folder


class SentenceTransformerEmbeddings:
    """The packaged model as LangChain takes it; random vectors for documents if asked."""

    def __init__(self, *, random: bool = False) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(model_folder("all-MiniLM-L6-v2")), device="cpu")
        self._random = np.random.default_rng(1) if random else None

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """A vector for each text."""
        if self._random is not None:
            rows = self._random.standard_normal((len(texts), 384), dtype=np.float32)
            found: list[list[float]] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).tolist()
            return found
        vectors: list[list[float]] = self._model.encode(texts, normalize_embeddings=True).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        vector: list[float] = self._model.encode(text, normalize_embeddings=True).tolist()
        return vector


def open_chroma(folder: Path, embeddings: Any, texts: Sequence[str]) -> Any:
    """A Chroma with the texts in it."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document

    store = None
    for start in range(0, len(texts), 5000):
        documents = [Document(text) for text in texts[start : start + 5000]]
        if store is None:
            store = Chroma.from_documents(documents, embeddings, persist_directory=str(folder))
        else:
            store.add_documents(documents)
    return store


def open_ensemble(store: Any, texts: Sequence[str], *, k: int) -> Any:
    """Both retrievers, put together by reciprocal rank."""
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever

    lexical = BM25Retriever.from_texts(list(texts), k=k)
    return EnsembleRetriever(retrievers=[lexical, store.as_retriever(search_kwargs={"k": k})], weights=[0.5, 0.5])
