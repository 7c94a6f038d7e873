"""Word files to blocks: headings by style or outline level, lists by numbering, tables by rows."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from corpus.errors import DocumentTooLarge, EncryptedDocument, UnreadableDocument
from corpus.loaders.blocks import Block, Draft, Scalar, leading_title, one_line
from corpus.loaders.limits import Limits

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

# A member that unpacks to more than this many times its size is no document: text reaches about 20. A guess.
_RATIO = 200
# Members in an archive; a book with a picture a page has hundreds.
_MEMBERS = 10_000

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

# Longest chain of styles that are based on each other; one that is based on itself has no end.
_STYLES = 20
# Type of at most this size (half points) is too small to read; so is "white", to within this much of 255 (guesses).
_SMALLEST, _NEARLY = 3, 12

# The same document under other names: with macros (which nobody runs), as a template, in the strict form of the
# standard. python-docx knows the plain name alone.
_MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_OTHER_MAINS = re.compile(
    rb"application/vnd\.(?:ms-word\.document\.macroEnabled|ms-word\.template\.macroEnabledTemplate|"
    rb"openxmlformats-officedocument\.wordprocessingml\.template)\.main\+xml"
)
_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAMES = (
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
)  # fmt: skip


def load_docx(data: bytes, name: str, limits: Limits) -> Draft:
    """The blocks of a Word file; title, author and year come from its properties.

    Raises:
        UnreadableDocument: A damaged archive, or one that holds no Word document.
        EncryptedDocument: The archive asks for a password.
        DocumentTooLarge: It unpacks to more than the limits allow.
    """
    _check_archive(data, name, limits)
    import docx
    import docx.opc.exceptions
    from lxml import etree  # type: ignore[import-untyped]

    try:
        opened = docx.Document(io.BytesIO(_plainly_named(data)))
        body = opened.element.body
        if body is None:
            raise KeyError("no body")
        walk = _Walk(opened)
        blocks = tuple(walk.blocks(body))
        properties = opened.core_properties
        title, author = properties.title or "", properties.author or ""
    except (
        docx.opc.exceptions.OpcError,
        etree.LxmlError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        AttributeError,
        NotImplementedError,
        OSError,
        TypeError,
        IndexError,
        AssertionError,
        EOFError,
    ) as error:
        raise _damaged(name, error) from error
    except Exception as error:  # zlib.error and lxml's oddities share no root
        if type(error).__module__.split(".")[0] in ("zlib", "lxml", "docx"):
            raise _damaged(name, error) from error
        raise
    metadata: dict[str, Scalar] = {}
    if author.strip() and author != "python-docx":
        metadata["author"] = one_line(author)
    return Draft(one_line(title) or leading_title(blocks), "", blocks, metadata, walk.hidden)


def _damaged(name: str, error: Exception) -> UnreadableDocument:
    return UnreadableDocument(
        name,
        f"the Word file is damaged ({type(error).__name__}: {one_line(str(error))[:120]})",
        "Open it in Word or LibreOffice and save it anew as .docx.",
    )


def _check_archive(data: bytes, name: str, limits: Limits) -> None:
    """Refuse an archive that is not a Word file, or that is made to harm, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (
        zipfile.BadZipFile,
        ValueError,
        OSError,
        NotImplementedError,
        IndexError,
        EOFError,
        UnicodeDecodeError,
    ) as error:
        raise _damaged(name, error) from error
    names = {member.filename for member in members}
    if any(member.flag_bits & 1 for member in members):
        raise EncryptedDocument(name, "the archive asks for a password", "Save the file without a password.")
    if "word/document.xml" not in names and not any(re.fullmatch(r"word/document\d*\.xml", each) for each in names):
        raise UnreadableDocument(
            name,
            "it is a zip archive and not a Word document",
            "Unpack the archive and load the files in it, or save the text as .docx.",
        )
    if any(
        PurePosixPath(each.replace("\\", "/")).is_absolute() or ".." in each.replace("\\", "/").split("/")
        for each in names
    ):
        raise UnreadableDocument(
            name,
            "its archive names paths outside of itself",
            "Open it in Word or LibreOffice and save it anew as .docx.",
        )
    unpacked = sum(member.file_size for member in members)
    swollen = [m for m in members if m.file_size > 1_000_000 and m.file_size > _RATIO * max(1, m.compress_size)]
    if unpacked > limits.decompressed_bytes or swollen or len(members) > _MEMBERS:
        raise DocumentTooLarge(
            name,
            f"it unpacks from {len(data):,} to {unpacked:,} bytes in {len(members):,} parts "
            f"(allowed are {limits.decompressed_bytes:,} bytes, and {_RATIO} times the packed size)",
            "Save only its text as .docx or .txt and load that.",
        )


def _plainly_named(data: bytes) -> bytes:
    """The archive under the names that python-docx knows, if it goes by others."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        types = old.read("[Content_Types].xml")
        strict = _STRICT in old.read("_rels/.rels")
        if not strict and not _OTHER_MAINS.search(types):
            return data
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as new:
            for name in dict.fromkeys(old.namelist()):
                content = old.read(name)
                if name == "[Content_Types].xml":
                    content = _OTHER_MAINS.sub(_MAIN, content)
                if strict and name.endswith((".xml", ".rels")):
                    for given, known in _STRICT_NAMES:
                        content = content.replace(given, known)
                new.writestr(name, content)
    return stream.getvalue()


class _Walk:
    """The blocks of a body, in order, including those in content controls."""

    def __init__(self, opened: Any) -> None:
        self.styles = {style.style_id: style for style in opened.styles if getattr(style, "style_id", None)}
        self.formats = _list_formats(opened)
        self.counters: dict[tuple[str, int], int] = {}
        self.hidden = 0
        self.white_paper = opened.element.find(f"{_W}background") is None

    def blocks(self, parent: _Element) -> Iterator[Block]:
        """The blocks beneath one element."""
        for element in parent:
            if element.tag == f"{_W}p":
                yield from self._paragraph(element)
            elif element.tag == f"{_W}tbl":
                yield from self._table(element)
            elif element.tag in (
                f"{_W}sdt",
                f"{_W}sdtContent",
                f"{_W}customXml",
                f"{_W}ins",
                f"{_MC}AlternateContent",
                f"{_MC}Choice",
            ):
                yield from self.blocks(element)

    def _paragraph(self, element: _Element) -> Iterator[Block]:
        text = one_line(self._words(element))
        boxes = [
            box
            for box in element.iter(f"{_W}txbxContent")
            if next(box.iterancestors(f"{_W}p"), None) is element  # those in a box come with the box
            and not any(True for _ in box.iterancestors(f"{_MC}Fallback"))
        ]
        if text:
            style_id = _value(element, f"{_W}pPr/{_W}pStyle")
            style = self._style_chain(style_id)
            level = self._heading_level(element, style)
            numbering = self._numbering(element, style)
            if any(name.startswith("toc ") or name == "toc heading" for name in style[:1]):
                pass  # a table of contents repeats the headings
            elif level is not None:
                yield Block("heading", text, level)
            elif numbering is not None:
                depth, marker = numbering
                yield Block("item", text, depth, marker)
            else:
                yield Block("paragraph", text)
        for box in boxes:
            yield from self.blocks(box)

    def _style_chain(self, style_id: str | None) -> list[str]:
        """The names of a style and of those it is based on, in lower case."""
        names: list[str] = []
        style = self.styles.get(style_id) if style_id else None
        while style is not None and len(names) < _STYLES:
            names.append((style.name or "").casefold())
            style = getattr(style, "base_style", None)
        return names

    def _heading_level(self, element: _Element, style: list[str]) -> int | None:
        outline = _value(element, f"{_W}pPr/{_W}outlineLvl")
        if outline is not None and re.fullmatch("[0-8]", outline):
            return int(outline) + 1
        for name in style:
            if name == "title":
                return 0
            if match := re.fullmatch(r"(?:heading|überschrift|titre|título|titolo|kop|rubrik)\s*(\d)", name):
                return int(match[1])
        style_id = _value(element, f"{_W}pPr/{_W}pStyle")
        found = self.styles.get(style_id) if style_id else None
        for _ in range(_STYLES):
            if found is None:
                break
            outline = _value(found.element, f"{_W}pPr/{_W}outlineLvl")
            if outline is not None and re.fullmatch("[0-9]{1,4}", outline):
                return int(outline) + 1 if int(outline) < 9 else None
            found = getattr(found, "base_style", None)
        return None

    def _numbering(self, element: _Element, style: list[str]) -> tuple[int, str] | None:
        """The depth and marker of a list item, or None."""
        number_id = _value(element, f"{_W}pPr/{_W}numPr/{_W}numId")
        level = _value(element, f"{_W}pPr/{_W}numPr/{_W}ilvl") or "0"
        depth = min(int(level), 8) if re.fullmatch("[0-9]{1,4}", level) else 0
        named = next(
            (re.fullmatch(r"list (bullet|number)\s*(\d?)", name) for name in style if name.startswith("list ")), None
        )
        if number_id == "0":
            return None
        if number_id is None and named is None:
            return None
        if named is not None and number_id is None:
            depth = int(named[2] or 1) - 1
        kind = self.formats.get((number_id or "", depth)) if number_id else None
        if kind is None:
            kind = (
                "bullet" if named is not None and named[1] == "bullet" else "decimal" if named is not None else "bullet"
            )
        if kind in ("bullet", "none"):
            return depth, "-"
        key = number_id or f"style {named[0] if named else ''}"
        for deeper in [other for other in self.counters if other[0] == key and other[1] > depth]:
            del self.counters[deeper]
        self.counters[key, depth] = self.counters.get((key, depth), 0) + 1
        return depth, f"{self.counters[key, depth]}."

    def _table(self, element: _Element) -> Iterator[Block]:
        for row in element.iter(f"{_W}tr"):
            if next(row.iterancestors(f"{_W}tbl"), None) is not element:
                continue
            cells = []
            for cell in row.iter(f"{_W}tc"):
                if next(cell.iterancestors(f"{_W}tr"), None) is not row:
                    continue
                merge = cell.find(f"{_W}tcPr/{_W}vMerge")
                continues = merge is not None and merge.get(f"{_W}val") in (None, "continue")
                cells.append("" if continues else one_line(" ".join(self._words(p) for p in cell.iter(f"{_W}p"))))
            if len(cells) == 1:
                if cells[0]:
                    yield Block("paragraph", cells[0])
            elif any(cells):
                yield Block("row", " | ".join(cells))

    def _words(self, paragraph: _Element) -> str:
        """The words of a paragraph as a reader sees it: without deletions, hidden text and text boxes."""
        parts: list[str] = []
        stack: list[_Element] = [paragraph]
        while stack:
            element = stack.pop()
            if element is not paragraph and element.tag in _PASSED_OVER:
                continue
            if element.tag == f"{_W}r" and self._unseen(element, paragraph):
                self.hidden += sum(len("".join((text.text or "").split())) for text in element.iter(f"{_W}t"))
                continue
            if element.tag == f"{_W}t":
                parts.append(element.text or "")
            elif element.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
                parts.append(" ")
            elif element.tag == f"{_W}noBreakHyphen":
                parts.append("-")
            else:
                stack.extend(reversed(element))
        return "".join(parts)

    def _unseen(self, run: _Element, paragraph: _Element) -> bool:
        """Is a run hidden by its own properties, or by those of its styles?"""
        properties = self._run_properties(run, paragraph)
        if not properties:
            return False
        vanish = next((found for each in properties for found in each.findall(f"{_W}vanish")), None)
        if vanish is not None and vanish.get(f"{_W}val") not in ("0", "false", "off"):
            return True
        size = next((value for each in properties if (value := _value(each, f"{_W}sz"))), "")
        if re.fullmatch("[0-9]{1,4}", size) and int(size) <= _SMALLEST:
            return True
        if any(each.find(f"{_W14}textFill/{_W14}noFill") is not None for each in properties):
            return True
        colour = next((value for each in properties if (value := _value(each, f"{_W}color"))), "")
        if not re.fullmatch("[0-9A-Fa-f]{6}", colour) or not self.white_paper:
            return False
        white = all(int(colour[n : n + 2], 16) >= 255 - _NEARLY for n in (0, 2, 4))
        return white and not _backed(properties, paragraph)

    def _run_properties(self, run: _Element, paragraph: _Element) -> list[_Element]:
        """What formats a run, the strongest first: itself, its style, the style of its paragraph."""
        own = run.find(f"{_W}rPr")
        found = [] if own is None else [own]
        for style_id in (_value(run, f"{_W}rPr/{_W}rStyle"), _value(paragraph, f"{_W}pPr/{_W}pStyle")):
            style = self.styles.get(style_id) if style_id else None
            for _ in range(_STYLES):
                if style is None:
                    break
                properties = style.element.find(f"{_W}rPr")
                if properties is not None:
                    found.append(properties)
                style = getattr(style, "base_style", None)
        return found


_PASSED_OVER = frozenset(
    {f"{_W}p", f"{_W}txbxContent", f"{_W}del", f"{_W}moveFrom", f"{_MC}Fallback", f"{_W}pPr", f"{_W}rPr"}
)


def _backed(properties: list[_Element], paragraph: _Element) -> bool:
    """May something dark lie behind the words: a shade, a marker's colour, a table's style, a drawn shape?"""
    if any(each.find(f"{_W}shd") is not None or each.find(f"{_W}highlight") is not None for each in properties):
        return True
    if paragraph.find(f"{_W}pPr/{_W}shd") is not None or paragraph.find(f"{_W}pPr/{_W}pStyle") is not None:
        return True
    return any(True for _ in paragraph.iterancestors(f"{_W}tbl", f"{_W}txbxContent"))


def _value(element: _Element, path: str) -> str | None:
    found = element.find(path)
    value = found.get(f"{_W}val") if found is not None else None
    return str(value) if value is not None else None


def _list_formats(opened: Any) -> dict[tuple[str, int], str]:
    """(list id, depth) → "bullet", "decimal" and so on."""
    try:
        numbering = opened.part.numbering_part.element
    except (KeyError, NotImplementedError, AttributeError):
        return {}
    abstract: dict[str, dict[int, str]] = {}
    for definition in numbering.iter(f"{_W}abstractNum"):
        levels = {
            int(level.get(f"{_W}ilvl") or 0): _value(level, f"{_W}numFmt") or "decimal"
            for level in definition.iter(f"{_W}lvl")
            if re.fullmatch("[0-9]{1,4}", level.get(f"{_W}ilvl") or "0")
        }
        abstract[definition.get(f"{_W}abstractNumId") or ""] = levels
    formats: dict[tuple[str, int], str] = {}
    for number in numbering.iter(f"{_W}num"):
        for depth, kind in abstract.get(_value(number, f"{_W}abstractNumId") or "", {}).items():
            formats[number.get(f"{_W}numId") or "", depth] = kind
    return formats
