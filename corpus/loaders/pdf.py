"""PDF files to blocks: the outline or the font sizes give headings, positions give paragraphs and lists."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from corpus.errors import DocumentTooLarge, EmptyDocument, EncryptedDocument, UnreadableDocument
from corpus.loaders.blocks import Draft, Scalar, one_line
from corpus.loaders.characters import clean
from corpus.loaders.limits import Limits
from corpus.loaders.noise import is_contents_line
from corpus.loaders.pdf_layout import Bookmark, Line, layout
from corpus.loaders.pdf_page import Page
from corpus.loaders.running_lines import running_lines

if TYPE_CHECKING:
    from pypdf import PdfReader

# What pypdf may spend on one page. Text operators cost more than linear time: a file of 15 KB took 13 s without these
# (measured, pypdf 7.1).
_STREAM_BYTES = 4_000_000
_STREAM_OPERATORS = 200_000

# A header or footer of the body's size stands off it by this many times the size; lines of text by 1.2 to 1.5.
_APART = 1.7
# Deepest outline that becomes headings.
_DEPTH = 9

_FILE_LIKE = re.compile(
    r"(?:microsoft (?:word|powerpoint) - .*|untitled.*|.*\.(?:docx?|pdf|tex|indd|pptx?|qxd|dvi|rtf|txt)|\W*)", re.I
)
_FACT = re.compile(r"(?:^|[,;\n])\s*(source|url|year|edition|public|language|course)\s*[:=]\s*([^,;\n]+)", re.I)


def load_pdf(data: bytes, name: str, limits: Limits) -> Draft:
    """The blocks of a PDF with their physical pages.

    `metadata` tells `pages` and, where the printed page numbers differ from the physical ones, `page_labels`
    (see `Document.page_label`).

    Raises:
        EncryptedDocument: It opens only with a password.
        UnreadableDocument: It is damaged.
        EmptyDocument: No page holds text.
        DocumentTooLarge: It has too many pages.
    """
    import pypdf
    import pypdf.errors

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of every flaw in a file
    with pypdf.apply_configuration(
        zlib_maximum_output_length=_STREAM_BYTES, stream_parsing_work_maximum_count=_STREAM_OPERATORS
    ):
        try:
            reader = _opened(data)
            if reader.is_encrypted and not reader.decrypt(""):
                raise EncryptedDocument(
                    name, "it asks for a password", "Save a copy without one, e.g. qpdf --decrypt --password=… IN OUT."
                )
            count = len(reader.pages)
        except EncryptedDocument:
            raise
        except Exception as error:
            raise _refusal(name, error) from error
        if count > limits.pages:
            raise DocumentTooLarge(
                name, f"it has {count:,} pages, and {limits.pages:,} are allowed", "Split it into parts."
            )
        return _Reading(reader, name, limits).draft()


def _opened(data: bytes) -> PdfReader:
    """A reader of the file; one whose end is cut off or lost is read by looking for its objects."""
    import pypdf
    import pypdf.errors

    try:
        return pypdf.PdfReader(io.BytesIO(data), strict=False)
    except (pypdf.errors.PdfStreamError, pypdf.errors.PdfReadError):
        if b"%%EOF" in data[-1024:] and b"startxref" in data[-1024:]:
            raise
        # A table of contents at 0 is a lie that makes pypdf look for the objects themselves.
        return pypdf.PdfReader(io.BytesIO(data + b"\nstartxref\n0\n%%EOF\n"), strict=False)


def _refusal(name: str, error: Exception) -> Exception:
    if isinstance(error, MemoryError):
        return error
    if "Encrypt" in type(error).__name__ or "Password" in type(error).__name__ or "decrypt" in str(error).casefold():
        return EncryptedDocument(
            name, f"its encryption cannot be read ({one_line(str(error))[:120]})", "Save a copy without it."
        )
    return UnreadableDocument(
        name,
        f"the PDF is damaged ({type(error).__name__}: {one_line(str(error))[:120]})",
        "Repair it, e.g. qpdf IN OUT or gs -o OUT -sDEVICE=pdfwrite IN, or print it anew.",
    )


class _Reading:
    """One pass over the pages of an open PDF."""

    def __init__(self, reader: PdfReader, name: str, limits: Limits) -> None:
        self.reader, self.name, self.limits = reader, name, limits
        self.hidden = 0
        self.unread = 0
        self.undrawn = 0
        self.off = self._layers_off()

    def draft(self) -> Draft:
        """The draft of the whole document."""
        pages = self._pages()
        info = self._info()
        metadata = self._metadata(info, len(pages))
        title = one_line(clean(info.get("/Title", ""))[0])
        title = "" if _FILE_LIKE.fullmatch(title) else title
        source = str(metadata.pop("source", "") or metadata.pop("url", ""))
        bookmarks = self._bookmarks()
        kept = _without_running_lines(pages)
        blocks, found = layout(
            kept, bookmarks, known=f"{title} {source} {info.get('/Author', '')} {metadata.get('year', '')}"
        )
        if not blocks:
            raise self._empty(len(pages))
        if self.unread:
            metadata["pages_unread"] = self.unread
        return Draft(title or found, source, tuple(blocks), metadata, self.hidden)

    def _pages(self) -> list[list[Line]]:
        pages: list[list[Line]] = []
        characters = 0
        first_error: Exception | None = None
        for number in range(1, len(self.reader.pages) + 1):
            try:
                page = Page(self.reader.pages[number - 1], number, self.off)
                lines, hidden = page.lines()
                self.undrawn += page.undrawn
                self.unread += not lines and bool(page.undrawn)
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001 - one damaged page must not cost the others
                first_error = first_error or error
                self.unread += 1
                lines, hidden = [], 0
            pages.append(lines)
            self.hidden += hidden
            characters += sum(len(line.text) for line in lines)
            if characters > self.limits.characters:
                raise DocumentTooLarge(
                    self.name, f"it holds more than {self.limits.characters:,} characters", "Split it into parts."
                )
        if first_error is not None and self.unread == len(pages):
            if "Limit" in type(first_error).__name__:
                raise DocumentTooLarge(
                    self.name,
                    f"every page is over a limit on work per page ({one_line(str(first_error))[:120]})",
                    "Print it anew to a simpler PDF, or save its text.",
                ) from first_error
            raise _refusal(self.name, first_error) from first_error
        return pages

    def _empty(self, pages: int) -> EmptyDocument:
        if self.undrawn:
            return EmptyDocument(
                self.name,
                f"its fonts do not say which letters they draw ({self.undrawn:,} are drawn)",
                f"Recognise the text from its picture, e.g. ocrmypdf --force-ocr {self.name} with-text.pdf, "
                "and load the result.",
            )
        if self.hidden:
            return EmptyDocument(
                self.name,
                f"all of its text is hidden ({self.hidden:,} characters: white, tiny, off the page or beneath it)",
                "Print it anew with text that can be seen.",
            )
        return EmptyDocument(
            self.name,
            f"its {pages} page{'s hold' if pages != 1 else ' holds'} no text, as scanned pages do"
            if pages
            else "it has no pages",
            f"Recognise the text first, e.g. ocrmypdf {self.name} with-text.pdf, and load the result.",
        )

    def _layers_off(self) -> frozenset[Any]:
        """The numbers of the objects of layers that are not shown when the file is opened."""
        try:
            properties: Any = self.reader.root_object["/OCProperties"].get_object()
            shown = properties["/D"].get_object()
            everything = {entry.idnum for entry in properties.get("/OCGs", [])}
            on = {entry.idnum for entry in shown.get("/ON", [])}
            off = {entry.idnum for entry in shown.get("/OFF", [])}
            return frozenset(everything - on if shown.get("/BaseState") == "/OFF" else off)
        except Exception:  # noqa: BLE001 - most files have no layers, and damaged ones hide nothing
            return frozenset()

    def _info(self) -> dict[str, str]:
        try:
            return {
                str(key): str(value) for key, value in (self.reader.metadata or {}).items() if isinstance(value, str)
            }
        except Exception:  # noqa: BLE001 - properties are a courtesy; the text matters
            return {}

    def _metadata(self, info: dict[str, str], pages: int) -> dict[str, Scalar]:
        metadata: dict[str, Scalar] = {"pages": pages}
        author = one_line(clean(info.get("/Author", ""))[0])
        if author:
            metadata["author"] = author
        facts = "\n".join([info.get("/Keywords", ""), info.get("/Subject", "")])
        for key, value in [*_FACT.findall(facts), *((key[1:], value) for key, value in info.items())]:
            fact = key.casefold()
            if fact in ("source", "url", "year", "edition", "public", "language", "course") and fact not in metadata:
                value = one_line(value)
                metadata[fact] = int(value) if fact == "year" and re.fullmatch(r"\d{4}", value) else value
        labels = self._labels()
        if labels:
            metadata["page_labels"] = labels
        return metadata

    def _labels(self) -> str:
        """Where the printed page numbers begin: "1=i, 2=ii, 3=1"; "" where they are the physical ones."""
        try:
            labels = [clean(str(label))[0] for label in self.reader.page_labels]
        except Exception:  # noqa: BLE001 - labels are a courtesy
            return ""
        if labels == [str(number) for number in range(1, len(labels) + 1)]:
            return ""
        starts: list[str] = []
        previous = ""
        for page, label in enumerate(labels, 1):
            follows = previous.isdecimal() and label.isdecimal() and int(label) == int(previous) + 1
            if not follows:
                starts.append(f"{page}={label.replace(',', ' ').replace('=', ' ')}")
            previous = label
        return ", ".join(starts)

    def _bookmarks(self) -> list[Bookmark]:
        found: list[Bookmark] = []

        def walk(entries: Sequence[Any], depth: int) -> None:
            for entry in entries:
                if isinstance(entry, list):
                    walk(entry, depth + 1)
                elif depth <= _DEPTH:
                    title = one_line(clean(str(entry.title or ""))[0])
                    page = self.reader.get_destination_page_number(entry)
                    if title and page is not None and 0 <= page < len(self.reader.pages):
                        top = entry.top
                        found.append(
                            Bookmark(title, depth, page + 1, float(top) if isinstance(top, (int, float)) else None)
                        )

        try:
            walk(self.reader.outline, 1)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - a damaged outline leaves the font sizes
            return []
        return found


def _without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without headers, footers and page numbers, whatever the order in which they were drawn."""
    orders = [sorted(range(len(lines)), key=lambda position: -lines[position].y) for lines in pages]
    sorted_pages = [[lines[position] for position in order] for lines, order in zip(pages, orders, strict=True)]
    running = running_lines(
        [[line.text for line in lines] for lines in sorted_pages],
        [[line.y for line in lines] for lines in sorted_pages],
    )
    dropped: set[tuple[int, int]] = set()
    for page, lines in enumerate(sorted_pages):
        for place in _apart(lines, {place for number, place in running if number == page}):
            dropped.add((page, orders[page][place]))
    kept = [
        [
            line
            for position, line in enumerate(lines)
            if (page, position) not in dropped and not is_contents_line(line.text)
        ]
        for page, lines in enumerate(pages)
    ]
    return kept if any(kept) else [list(lines) for lines in pages]  # slides of one line each have no header


def _apart(lines: Sequence[Line], running: set[int]) -> set[int]:
    """Of the running lines of a page, from the top down, those that a gap or another size of type sets off the text.

    The last line of a paragraph may be "again." on three pages, by chance at one height.
    """

    def joins(place: int, neighbour: int) -> bool:
        if not 0 <= neighbour < len(lines) or neighbour in apart:
            return False
        line, other = lines[place], lines[neighbour]
        return abs(line.size - other.size) < 0.6 and abs(line.y - other.y) < _APART * other.size

    apart = set(running)
    for order in (sorted(running), sorted(running, reverse=True)):
        for place in order:
            if place in apart and (joins(place, place - 1) or joins(place, place + 1)):
                apart.discard(place)
    return apart
