"""Bring an index up to date with documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corpus.document import Document
from index.chunking import chunk_document
from index.passage_index import PassageIndex

Progress = Callable[[int, int], None]
BATCH = 256  # passages embedded between two reports of progress


@dataclass(frozen=True)
class SyncReport:
    """What a sync did, in passages."""

    added: int = 0
    removed: int = 0
    unchanged: int = 0


def sync_documents(
    index: PassageIndex, documents: Sequence[Document], *, progress: Progress | None = None
) -> SyncReport:
    """Make the index hold the passages of these documents and no others.

    A passage's id is made from its place and text, so what did not change is not embedded again.

    Args:
        index: What to change.
        documents: What it shall hold.
        progress: Called with (passages done, passages to do).
    """
    wanted = {passage.id: passage for document in documents for passage in chunk_document(document)}
    present = {passage.id: passage for passage in index.passages()}
    gone = [id for id in present if id not in wanted]
    new = [passage for id, passage in wanted.items() if present.get(id) != passage]
    for start in range(0, len(new), BATCH):
        index.add(new[start : start + BATCH])
        if progress is not None:
            progress(min(start + BATCH, len(new)), len(new))
    index.remove(gone)
    return SyncReport(added=len(new), removed=len(gone), unchanged=len(wanted) - len(new))
