"""A Document to Passages, along its sections, lists and sentences."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from corpus.document import Document, Section
from index.passage import Passage
from index.segmentation import Segment, segment

CHUNKING_VERSION = 1  # raised whenever the same document would be cut otherwise
PASSAGE_CHARACTERS = 900  # about 200 tokens of English: what the embedder reads at once, with room for the headings


def chunk_document(document: Document, *, characters: int = PASSAGE_CHARACTERS) -> list[Passage]:
    """The passages of a document, in reading order.

    A section that fits stays whole. A longer one is cut between paragraphs and list items, and between sentences
    where a paragraph alone is too long; a list keeps its lead-in with its first items.

    Args:
        document: What to cut.
        characters: The most characters a passage holds, unless one sentence is longer.
    """
    passages = []
    for number, section in enumerate(document.sections):
        for start, end in _spans(section.text, characters):
            text = section.text[start:end]
            key = "\x1f".join([document.id, str(number), *section.headings, str(start), text])
            passages.append(
                Passage(
                    id=hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:24],
                    text=text,
                    title=document.title,
                    source=document.source,
                    section=section.headings,
                    page=_page(section, start),
                    start=start,
                    end=end,
                    metadata=dict(document.metadata),
                    document=document.id,
                )
            )
    return passages


def _page(section: Section, start: int) -> int | None:
    return section.page_at(start)


def _spans(text: str, characters: int) -> Iterator[tuple[int, int]]:
    segments = segment(text)
    if not segments:
        return
    start = _line_start(text, segments[0])
    end = start
    for position, piece in enumerate(segments):
        piece_start = _line_start(text, piece) if piece.kind == "item" else piece.start
        if end > start and piece.end - start > characters and not _after_lead_in(segments, position):
            yield start, end
            start = piece_start
        end = piece.end
    yield start, end


def _after_lead_in(segments: list[Segment], position: int) -> bool:
    return segments[position - 1].kind == "lead-in"


def _line_start(text: str, piece: Segment) -> int:
    return text.rfind("\n", 0, piece.start) + 1 if piece.kind == "item" else piece.start
