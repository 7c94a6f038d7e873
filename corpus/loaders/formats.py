"""Which format a file has: by what it holds, and by its name where that leaves a choice."""

from __future__ import annotations

import re
from pathlib import PurePath

from corpus.errors import EmptyDocument, EncryptedDocument, UnreadableDocument, UnsupportedDocument
from corpus.loaders.characters import decode

EXTENSIONS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".log": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docx",
}

# How an HTML page begins, and nothing else does.
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>])", re.I | re.S
)
_TAGS = re.compile(
    r"</?(?:p|div|span|h[1-6]|ul|ol|li|table|br|a|body|section|article|title|meta|b|i|em|strong|script|style|frameset|"
    r"iframe|form|pre|main|header|footer|nav|img|link|svg|font|center|d[ltd]|t[rdh]|tbody|blockquote|q|cite|su[bp]|small|"
    r"big|code|kbd|tt|u|s|hr|math|select|option|button|input|textarea|label|figure|details|summary|video|audio|ruby)\b[^<>]*>",
    re.I,
)

_MAGIC = (
    (b"{\\rtf", "Rich Text (RTF)"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"%!PS", "PostScript"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "a database"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KINDS = "Guides are .md, .txt, .html, .pdf or .docx files"


def detect_format(data: bytes, name: str) -> str:
    """The format of a file: a key of `LOADERS`.

    Raises:
        EmptyDocument: It has no bytes but blanks.
        EncryptedDocument: A Word file with a password.
        UnsupportedDocument: A known kind that no loader reads.
        UnreadableDocument: Its name promises a format that it has not.
    """
    suffix = PurePath(name).suffix.casefold()
    named = EXTENSIONS.get(suffix)
    if not data.strip(b" \t\r\n\f\x00\xef\xbb\xbf\xff\xfe"):
        raise EmptyDocument(name, "the file is empty", "Put text into it, or take it out of the folder.")
    if re.match(rb"[\s\xef\xbb\xbf\x00]*%PDF-", data[:1100]) or (named == "pdf" and b"%PDF-" in data[:1100]):
        return "pdf"
    if data.startswith(_OLE):
        _refuse_ole(data, name)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if b"word/" in data or named == "docx":
            return "docx"
        raise UnsupportedDocument(
            name, "it is a zip archive or another office format", f"{_KINDS}; unpack or convert it."
        )
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise UnsupportedDocument(name, f"it is {kind}", f"{_KINDS}; convert it to one of them.")
    if named is None and suffix and not _HTML.match(data[:1000].decode("latin-1")):
        raise UnsupportedDocument(name, f"no loader reads {suffix} files", f"{_KINDS}; convert it to one of them.")
    text = decode(data[:20_000], name)
    if _HTML.match(text):
        return "html"
    if named in ("pdf", "docx"):
        raise UnreadableDocument(
            name,
            f"its name says {suffix}, but it is not one (it begins with {text.strip()[:20]!r})",
            "Get the file anew, or give it the ending that fits what it holds.",
        )
    if named == "html" and not _TAGS.search(text):
        return "text"
    return named or "text"


def _refuse_ole(data: bytes, name: str) -> None:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise EncryptedDocument(name, "the Word file asks for a password", "Save a copy without a password.")
    raise UnsupportedDocument(
        name,
        "it is an office file of the kind used before 2007 (.doc)",
        f"Save it as .docx, e.g. soffice --headless --convert-to docx {name}.",
    )
