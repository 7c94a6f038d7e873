"""The passages and their vectors on disk; the only file that knows Chroma."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.embedding import Vectors
from index.errors import PassageIndexError
from index.passage import Passage

Where = Mapping[str, Any]
_OWN_FIELDS = ("title", "source", "document", "page")


class ChromaStore:
    """One Chroma collection of passages."""

    def __init__(self, folder: Path, *, collection: str = "passages") -> None:
        import chromadb
        from chromadb.config import Settings

        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
            self._collection = self._client.get_or_create_collection(
                collection, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
            )
        except Exception as error:
            raise PassageIndexError(
                f"The index in {folder} cannot be opened: {error}. "
                "Move the folder away and run `ml-career-assistant sync`."
            ) from error
        self._name = collection

    def __len__(self) -> int:
        return int(self._collection.count())

    def ids(self) -> list[str]:
        """Every id, in no particular order."""
        return list(self._collection.get(include=[])["ids"])

    def passages(self, where: Where | None = None) -> list[Passage]:
        """Every passage that `where` lets through."""
        found = self._collection.get(where=dict(where) if where else None, include=["documents", "metadatas"])
        texts, metadatas = found["documents"] or [], found["metadatas"] or []
        return [_passage(id, text, metadata) for id, text, metadata in zip(found["ids"], texts, metadatas, strict=True)]

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Add passages; those whose id is there already are replaced whole."""
        self.remove([passage.id for passage in passages])
        size = self._client.get_max_batch_size()
        for start in range(0, len(passages), size):
            batch = passages[start : start + size]
            self._collection.add(
                ids=[passage.id for passage in batch],
                documents=[passage.text for passage in batch],
                embeddings=vectors[start : start + size],
                metadatas=[_metadata(passage) for passage in batch],
            )

    def remove(self, ids: Iterable[str]) -> None:
        """Remove passages; ids that are not there are passed over."""
        wanted = list(ids)
        size = self._client.get_max_batch_size()
        for start in range(0, len(wanted), size):
            self._collection.delete(ids=wanted[start : start + size])

    def nearest(self, vector: Vectors, k: int, where: Where | None = None) -> list[tuple[str, float]]:
        """(id, cosine similarity) of the k nearest passages, best first."""
        found = self._collection.query(
            query_embeddings=vector[None], n_results=k, where=dict(where) if where else None, include=["distances"]
        )
        distances = np.asarray((found["distances"] or [[]])[0], dtype=np.float32)
        return list(zip(found["ids"][0], (1.0 - distances).tolist(), strict=True))


def _metadata(passage: Passage) -> dict[str, Any]:
    return {
        **passage.metadata,
        "title": passage.title,
        "source": passage.source,
        "document": passage.document,
        "page": passage.page if passage.page is not None else 0,
        "_section": json.dumps(passage.section),
        "_start": passage.start,
        "_end": passage.end,
    }


def _passage(id: str, text: str, metadata: Mapping[str, Any]) -> Passage:
    own = {key: value for key, value in metadata.items() if key not in _OWN_FIELDS and not key.startswith("_")}
    return Passage(
        id=id,
        text=text,
        title=str(metadata["title"]),
        source=str(metadata["source"]),
        section=tuple(json.loads(str(metadata["_section"]))),
        page=int(metadata["page"]) or None,
        start=int(metadata["_start"]),
        end=int(metadata["_end"]),
        metadata=own,
        document=str(metadata["document"]),
    )
