"""The loaders, by format. A new format is one file with one function, and one entry here and in `formats.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from corpus.loaders.blocks import Draft
from corpus.loaders.docx import load_docx
from corpus.loaders.html import load_html
from corpus.loaders.limits import Limits
from corpus.loaders.markdown import load_markdown
from corpus.loaders.pdf import load_pdf
from corpus.loaders.text import load_text


@dataclass(frozen=True)
class Loader:
    """How one format is read.

    Attributes:
        load: Takes the bytes, the file's name (for messages) and the limits.
        isolated: Does it run in a process of its own? So do parsers that a hostile file can hang or crash.
    """

    load: Callable[[bytes, str, Limits], Draft]
    isolated: bool


LOADERS: Mapping[str, Loader] = {
    "markdown": Loader(load_markdown, isolated=False),
    "text": Loader(load_text, isolated=False),
    "html": Loader(load_html, isolated=True),
    "pdf": Loader(load_pdf, isolated=True),
    "docx": Loader(load_docx, isolated=True),
}
