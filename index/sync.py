"""Bring an index up to date with documents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from corpus.document import Document
from index.chunking import CHUNKING_VERSION, PASSAGE_TOKENS, chunk_document
from index.errors import PassageIndexError
from index.passage import Passage
from index.passage_index import LOCK_SECONDS, PassageIndex
from index.windows import Progress

__all__ = ["Progress", "SyncReport", "sync_documents"]

MANY = 5  # documents from which the loss of more than half at once is taken for a mistake; a guess


@dataclass(frozen=True)
class SyncReport:
    """What a sync did, in passages."""

    added: int = 0
    removed: int = 0
    unchanged: int = 0


def sync_documents(
    index: PassageIndex,
    documents: Sequence[Document],
    *,
    keep: Sequence[str] = (),
    progress: Progress | None = None,
    allow_removal: bool = False,
    rebuild: bool = False,
    wait: float = LOCK_SECONDS,
) -> SyncReport:
    """Make the index hold the passages of these documents and no others.

    What did not change is not cut, embedded or written again: a document is known by a digest of its content, a text
    by its own. Readers see all of the change at once, at its end; a sync that was killed is taken up where it stood.

    Args:
        index: What to change.
        documents: What it shall hold.
        keep: Ids of documents that could not be read this time, and beginnings of ids, which end in "/": what the
            index holds of them stays.
        progress: Called with (passages embedded, passages to embed).
        allow_removal: Let all or most of the documents go at once.
        rebuild: Embed and write everything anew.
        wait: Seconds to wait for another sync of the same index to end.

    Raises:
        PassageIndexError: If all or most documents are gone, which an unmounted disk looks like, and `allow_removal`
            is not given; or if the index cannot be changed.
    """
    given = {document.id: _digest(document) for document in documents}
    chunking = f"{CHUNKING_VERSION}:{PASSAGE_TOKENS}"
    known, cut = index.documents()
    if not rebuild and cut == chunking and known == {**given, **_kept(known, given, keep)}:
        return SyncReport(unchanged=len(index))
    with index.changing(wait=wait):
        rebuild = rebuild or index.stale is not None
        known, cut = index.documents()
        held = known if known is not None else dict.fromkeys({p.document for p in index.passages()}, "")
        kept = _kept(held, given, keep)
        digests = {**given, **kept}
        if not allow_removal:
            _refuse_mass_removal(held, digests)
        same_cut = known is not None and cut == chunking and not rebuild
        if same_cut and known == digests:
            return SyncReport(unchanged=len(index))
        changed = [d for d in documents if not same_cut or held.get(d.id) != digests[d.id]]
        wanted = {passage.id: passage for document in changed for passage in chunk_document(document)}
        if kept and not same_cut:
            wanted |= {passage.id: passage for passage in index.passages_of(set(kept))}
        present = _present(index, same_cut, {d.id for d in changed} | (held.keys() - digests.keys()))
        new = [passage for id, passage in wanted.items() if rebuild or present.get(id) != passage]
        gone = [id for id in present if id not in wanted]
        entries = index.embed_passages(new, progress=progress, anew=rebuild)
        total = len(index)
        index.commit(
            add=entries,
            remove=[*gone, *(passage.id for passage in new)],
            documents=digests,
            chunking=chunking,
            rebuild=rebuild,
        )
    removed = total if rebuild else len(gone)
    return SyncReport(added=len(new), removed=removed, unchanged=len(index) - len(new))


def _kept(held: Mapping[str, str] | None, given: Mapping[str, str], keep: Sequence[str]) -> dict[str, str]:
    """The digests of documents that are held, are not given, and shall stay."""
    names, beginnings = set(keep), tuple(name for name in keep if name.endswith("/"))
    return {
        id: digest
        for id, digest in (held or {}).items()
        if id not in given and (id in names or (beginnings and id.startswith(beginnings)))
    }


def _present(index: PassageIndex, same_cut: bool, documents: set[str]) -> dict[str, Passage]:
    """The passages that may have to go: of some documents, or all where it is not known how they were cut."""
    found = index.passages_of(documents) if same_cut else index.passages()
    return {passage.id: passage for passage in found}


def _refuse_mass_removal(held: Mapping[str, str], digests: Mapping[str, str]) -> None:
    gone, new = held.keys() - digests.keys(), digests.keys() - held.keys()
    all_gone = bool(held) and not digests
    most_gone = len(held) >= MANY and len(gone) * 2 > len(held) and len(new) < len(gone)
    if all_gone or most_gone:
        raise PassageIndexError(
            f"{len(gone)} of {len(held)} documents in the index are gone from the guides, which is what an unmounted "
            "disk or a wrong folder looks like; nothing was removed. Look at the folder of the guides. If they shall "
            "go, run `ml-career-assistant sync --allow-removal`."
        )


def _digest(document: Document) -> str:
    content = json.dumps({**asdict(document), "metadata": dict(document.metadata)}, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]
