"""Bytes of a known format to the parts of a Document, in whichever process this runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from corpus.document import Section
from corpus.errors import DocumentError, DocumentTooLarge, EmptyDocument, UnreadableDocument
from corpus.loaders.blocks import Scalar, cleaned, one_line, sections_of
from corpus.loaders.characters import clean
from corpus.loaders.limits import Limits
from corpus.loaders.registry import LOADERS
from corpus.loaders.text import title_from_name

# What only we say of a document.
_OURS = frozenset({"format", "hidden_characters", "pages", "pages_unread", "page_labels"})
# Every passage carries the metadata along, so a value is kept short (characters).
_LONGEST_VALUE = 2000


@dataclass(frozen=True)
class Parsed:
    """A Document but for its id."""

    title: str
    source: str
    sections: tuple[Section, ...]
    metadata: dict[str, Scalar]


def parse(format: str, data: bytes, name: str, limits: Limits) -> Parsed:
    """What the loader of `format` makes of `data`, in the canonical form that `Section` describes.

    Raises:
        DocumentError: With `name` in the place of the path.
    """
    try:
        draft = LOADERS[format].load(data, name, limits)
        blocks, hidden = cleaned(draft.blocks)
    except DocumentError:
        raise
    except (MemoryError, RecursionError) as error:
        raise DocumentTooLarge(
            name, f"reading it took too much memory ({type(error).__name__})", "Split it into parts, or save its text."
        ) from error
    except Exception as error:
        # The door that strange files come through: a parser failed in a way that nobody foresaw.
        raise UnreadableDocument(
            name,
            f"the parser failed on it ({type(error).__name__}: {one_line(str(error))[:120]})",
            "Open it in the program that made it, save it anew, and load that.",
        ) from error
    if not blocks:
        raise EmptyDocument(name, "it holds no text", "Put text into it, or take it out of the folder.")
    if sum(len(block.text) for block in blocks) > limits.characters:
        raise DocumentTooLarge(
            name, f"it holds more than {limits.characters:,} characters of text", "Split it into several files."
        )
    title = one_line(clean(draft.title)[0])[:300] or one_line(clean(title_from_name(name))[0])[:300] or format
    metadata: dict[str, Scalar] = {}
    for key, value in draft.metadata.items():
        if key not in _OURS or format == "pdf":  # front matter may not speak for us
            metadata[key] = one_line(clean(value)[0])[:_LONGEST_VALUE] if isinstance(value, str) else value
    metadata["format"] = format
    if hidden := hidden + draft.hidden_characters:
        metadata["hidden_characters"] = hidden
    source = one_line(clean(draft.source)[0])[:1000]
    return Parsed(title, source, sections_of(blocks, title), metadata)


def base_name(path: str) -> str:
    """The last part of a path, as messages show it."""
    return PurePath(path).name
