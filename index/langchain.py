"""The same search as a LangChain retriever, so that an index drops into anyone's chain."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables.config import run_in_executor
from pydantic import ConfigDict

from index.passage import Hit
from index.passage_index import PassageIndex
from index.snapshot import Mode


class PassageRetriever(BaseRetriever):
    """Finds passages, as LangChain documents whose metadata say where they stand and how near they are.

    Attributes:
        index: What is searched.
        k: How many passages at most.
        where: A filter on metadata, in Chroma's form.
        mode: "hybrid", or one side alone.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: PassageIndex
    k: int = 5
    where: dict[str, Any] | None = None
    mode: Mode = "hybrid"

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [_document(hit) for hit in self.index.search(query, self.k, self.where, self.mode)]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        hits = await run_in_executor(None, self.index.search, query, self.k, self.where, self.mode)
        return [_document(hit) for hit in hits]


def _document(hit: Hit) -> Document:
    passage = hit.passage
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            **passage.metadata,
            "title": passage.title,
            "source": passage.source,
            "document": passage.document,
            "section": list(passage.section),
            "page": passage.page,
            "start": passage.start,
            "end": passage.end,
            "score": hit.score,
            "duplicates": [other.id for other in hit.duplicates],
        },
    )
