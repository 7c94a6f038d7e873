"""PDF files as the public collections of viewers' bugs hold them, each with what must become of it."""

# ruff: noqa: E501 - one document a line reads best

from __future__ import annotations

import base64
import hashlib
import struct
import zlib
from collections.abc import Iterator

from tests.attack.odd import EITHER, Odd, Says, refused
from tests.attack.strange_files import raw_pdf

SAID = "Bees need sun and water."
HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
DAMAGED = refused("damaged|no text|no pages")
ALLOWED_PAGES = 2_000


def odd_pdfs() -> Iterator[Odd]:
    """Each file with its name, its bytes, and what must become of it."""
    for name, data, outcome in (
        *_tables(),
        *_trees(),
        *_streams(),
        *_contents(),
        *_fonts(),
        *_scripts(),
        *_extras(),
        *_locked(),
    ):
        yield Odd(f"{name}.pdf", data, outcome)


def show(words: str = SAID, *, place: bytes = b"72 700") -> bytes:
    """The operators that show words."""
    return b"BT /F1 12 Tf %s Td (%s) Tj ET" % (place, words.encode("latin-1"))


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


def page_of(
    content: bytes,
    *more: bytes,
    page: bytes = b"",
    resources: bytes = b"",
    filters: bytes = b"",
    font: bytes = HELVETICA,
    catalog: bytes = b"",
    box: bytes = b"/MediaBox[0 0 612 792]",
) -> bytes:
    """A PDF of one page: objects 1 to 5 are catalogue, page tree, page, contents and font F1; `more` begins at 6."""
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R%s/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>%s>>%s>>" % (box, resources, page),
        stream(content, filters),
        font,
        *more,
    )


def _tables() -> Iterator[tuple[str, bytes, Says]]:
    whole = page_of(show())
    start = whole.rindex(b"startxref")
    table = whole.rindex(b"xref\n0 ", 0, start)
    end = whole.rindex(b"%%EOF")
    yield "startxref is nought", whole[:start] + b"startxref\n0\n%%EOF", SAID
    yield "startxref beyond the end", whole[:start] + b"startxref\n99999999\n%%EOF", SAID
    yield "startxref is negative", whole[:start] + b"startxref\n-5\n%%EOF", SAID
    yield "startxref is a word", whole[:start] + b"startxref\nhere\n%%EOF", EITHER
    yield "no startxref", whole[:start], EITHER
    yield "no table and no trailer", whole[:table], EITHER
    yield "table of nonsense", whole[:table] + b"xref\n0 6\n" + b"x" * 120 + whole[whole.rindex(b"trailer") :], EITHER
    yield "table off by ten bytes", whole.replace(b"%PDF-1.7\n", b"%PDF-1.7\n%0123456\n"), SAID
    yield "table that counts from one", whole.replace(b"xref\n0 6", b"xref\n1 6"), SAID
    yield "table of too many", whole.replace(b"xref\n0 6", b"xref\n0 999999999"), EITHER
    yield "table with another line end", whole[:table] + whole[table:].replace(b"\n", b"\r"), SAID
    yield "earlier table in a ring", whole.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % table), SAID
    yield "earlier table out of the file", whole.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev 123456789"), EITHER
    yield "no root", whole.replace(b"/Root 1 0 R", b""), EITHER
    yield "root is a number", whole.replace(b"/Root 1 0 R", b"/Root 5"), EITHER
    yield "root is a font", whole.replace(b"/Root 1 0 R", b"/Root 5 0 R"), EITHER
    yield "root is missing", whole.replace(b"/Root 1 0 R", b"/Root 77 0 R"), EITHER
    yield "size of nothing", whole.replace(b"/Size 6", b"/Size 0"), SAID
    yield "size of all", whole.replace(b"/Size 6", b"/Size 2147483647"), SAID
    yield "no end mark", whole[:end], SAID
    yield "a megabyte after the end", whole + b"\n" + b"\0" * 1_000_000, EITHER
    yield "no end of an object", whole.replace(b"endobj", b""), EITHER
    yield "version of the future", whole.replace(b"%PDF-1.7", b"%PDF-9.9"), SAID
    yield "mark in lower case", whole.replace(b"%PDF-1.7", b"%pdf-1.7"), refused("not one")
    yield "an update replaces the page", _updated(whole), "Hens eat grit."
    yield "an update cut off", _updated(whole)[:-60], EITHER
    yield "objects in a stream", _object_stream(), SAID
    yield "objects in a stream that lies", _object_stream(count=1_000_000), EITHER
    yield "objects in a stream that extends itself", _object_stream(more=b"/Extends 6 0 R"), SAID
    yield "table in a stream of huge widths", _object_stream(widths=b"[1 2000000000 2000000000]"), EITHER
    yield "table in a stream of endless range", _object_stream(index=b"/Index[0 2000000000]"), EITHER
    yield "table in a stream of negative range", _object_stream(index=b"/Index[-9 -9]"), EITHER
    yield "linearized and cut off", _linearized()[:-200], EITHER
    yield "linearized", _linearized(), SAID
    yield "names of bytes", whole.replace(b"/F1", b"/F#31").replace(b"<</F#31 5", b"<</F1 5"), SAID
    yield "comments between all words", whole.replace(b"/Kids[3", b"/Kids%a comment\n[3"), SAID


def _updated(whole: bytes) -> bytes:
    new = stream(show("Hens eat grit."))
    at = len(whole)
    added = b"4 0 obj\n%s\nendobj\n" % new
    previous = int(whole[whole.rindex(b"startxref") + 10 :].split()[0])
    table = b"xref\n4 1\n%010d 00000 n \ntrailer\n<</Size 6/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
    return whole + added + table % (at, previous, at + len(added))


def _object_stream(
    *, count: int = 4, more: bytes = b"", widths: bytes = b"[1 4 2]", index: bytes = b"", packed: bool = True
) -> bytes:
    inside = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        HELVETICA,
    ]
    numbers = (1, 2, 3, 5)
    offsets, place = [], 0
    for content in inside:
        offsets.append(place)
        place += len(content) + 1
    head = b" ".join(b"%d %d" % pair for pair in zip(numbers, offsets, strict=True)) + b" "
    content = zlib.compress(head + b"\n".join(inside))
    body = b"%PDF-1.5\n"
    contents_at = len(body)
    body += b"4 0 obj\n%s\nendobj\n" % stream(show())
    objects_at = len(body)
    entries = b"/Type/ObjStm/N %d/First %d%s/Filter/FlateDecode" % (count, len(head), more)
    body += b"6 0 obj\n%s\nendobj\n" % stream(content, entries)
    table_at = len(body)
    rows = [(0, 0, 65535), (2, 6, 0), (2, 6, 1), (2, 6, 2), (1, contents_at, 0), (2, 6, 3), (1, objects_at, 0)]
    rows.append((1, table_at, 0))
    table = zlib.compress(b"".join(struct.pack(">BIH", *row) for row in rows))
    entries = b"/Type/XRef/Size 8/Root 1 0 R/W%s%s/Filter/FlateDecode" % (widths, index)
    return body + b"7 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream(table, entries), table_at)


def _linearized() -> bytes:
    whole = page_of(show(), b"<</Linearized 1/L 99999/H[1 2]/O 3/E 500/N 1/T 400>>")
    return whole.replace(b"%PDF-1.7\n", b"%PDF-1.4\n")


def _trees() -> Iterator[tuple[str, bytes, Says]]:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
    rest = (stream(show()), HELVETICA)
    catalog = b"<</Type/Catalog/Pages 2 0 R>>"
    yield "no page tree", raw_pdf(b"<</Type/Catalog>>"), DAMAGED
    yield "page tree is a page", raw_pdf(b"<</Type/Catalog/Pages 3 0 R>>", b"null", page, *rest), EITHER
    yield "tree without a count", raw_pdf(catalog, b"<</Type/Pages/Kids[3 0 R]>>", page, *rest), SAID
    yield (
        "tree without types",
        raw_pdf(catalog, b"<</Kids[3 0 R]/Count 1>>", page.replace(b"/Type/Page", b""), *rest),
        EITHER,
    )
    yield "negative count", raw_pdf(catalog, b"<</Type/Pages/Kids[3 0 R]/Count -5>>", page, *rest), EITHER
    kids = b"<</Type/Pages/Kids[null 99 0 R 3 0 R (x) 7 [] <<>>]/Count 7>>"
    yield "kids that are none", raw_pdf(catalog, kids, page, *rest), EITHER
    depth = 3_000
    chain = [b"<</Type/Pages/Parent %d 0 R/Kids[%d 0 R]/Count 1>>" % (5 + n, 7 + n) for n in range(depth)]
    chain[-1] = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    yield (
        "tree of three thousand levels",
        raw_pdf(catalog, b"<</Type/Pages/Kids[6 0 R]/Count 1>>", page, *rest, *chain),
        EITHER,
    )
    levels = [b"<</Type/Pages/Kids[%s]/Count 10>>" % (b"%d 0 R " % (7 + n) * 10) for n in range(9)]
    levels[-1] = b"<</Type/Pages/Kids[%s]/Count 10>>" % (b"3 0 R " * 10)
    laughs = raw_pdf(catalog, b"<</Type/Pages/Kids[6 0 R]/Count 1>>", page, *rest, *levels)
    yield "tree of a billion pages in ten nodes", laughs, EITHER
    yield "ten thousand pages", _pages(10_000), refused("10,000 pages")
    yield "as many pages as are allowed", _pages(ALLOWED_PAGES), "Bees."
    inherited = b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 612 792]/Resources<</Font<</F1 5 0 R>>>>>>"
    heir = b"<</Type/Page/Parent 2 0 R/Contents 4 0 R>>"
    yield "page that inherits all", raw_pdf(catalog, inherited, heir, *rest), SAID
    ring = b"<</Type/Pages/Kids[3 0 R]/Count 1/Parent 2 0 R>>"
    yield "parent of itself", raw_pdf(catalog, ring, heir, *rest), EITHER
    outline = b"/Outlines 6 0 R"
    deep = [b"<</Type/Outlines/First 7 0 R/Last 7 0 R/Count 1>>"]
    deep += [b"<</Title(Level %d)/First %d 0 R/Last %d 0 R/Dest[3 0 R/Fit]>>" % (n, 8 + n, 8 + n) for n in range(3_000)]
    yield "outline of three thousand levels", page_of(show(), *deep, catalog=outline), SAID
    laughing = [b"<</First 7 0 R/Last 7 0 R>>"]
    laughing += [b"<</Title(%d)/First %d 0 R/Next %d 0 R/Dest[3 0 R/Fit]>>" % (n, 8 + n, 8 + n) for n in range(25)]
    yield "outline that doubles twenty-five times", page_of(show(), *laughing, catalog=outline), SAID
    wide = [b"<</First 7 0 R/Last 7 0 R>>"]
    wide += [b"<</Title(Bees %d)/Next %d 0 R/Dest[3 0 R/XYZ 72 700 0]>>" % (n, 8 + n) for n in range(3_000)]
    yield "outline of three thousand entries", page_of(show(), *wide, catalog=outline), EITHER
    entry = b"<</Title(Where)/A<</S/GoTo/D(nowhere)>>>>"
    first = b"<</First 7 0 R/Last 7 0 R>>"
    yield "outline to nowhere", page_of(show(), first, entry, catalog=outline), SAID
    away = b"<</Title(Away)/A<</S/GoToR/F(//host/share.pdf)/D[0/Fit]>>>>"
    yield "outline to another file", page_of(show(), first, away, catalog=outline), SAID
    odd = b"<</Title 5/Dest[null/XYZ(a)(b)(c)]/Next 7 0 R>>"
    yield "outline of nonsense", page_of(show(), first, odd, catalog=outline), SAID
    for kind, entries in (("names", b"/Names<</Dests 6 0 R>>"), ("page labels", b"/PageLabels 6 0 R")):
        yield f"{kind} in a ring", page_of(show(), b"<</Kids[6 0 R 6 0 R]>>", catalog=entries), SAID
        nodes = [b"<</Kids[%s]>>" % (b"%d 0 R " % (7 + n) * 10) for n in range(12)]
        yield f"{kind} that multiply", page_of(show(), *nodes, catalog=entries), SAID
    labels = b"/PageLabels<</Nums[0<</S/r/St 999999999>>]>>"
    yield "page label of a million letters", page_of(show(), catalog=labels), SAID
    labels = b"/PageLabels<</Nums[0<</S/a/St 99999999999>>]>>"
    yield "page label of endless letters", page_of(show(), catalog=labels), SAID


def _pages(count: int) -> bytes:
    words = stream(b"BT /F1 12 Tf 72 700 Td (Bees.) Tj ET")
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(b"%d 0 R" % (6 + n) for n in range(count)), count),
        b"null",
        words,
        HELVETICA,
        *[page] * count,
    )


def _streams() -> Iterator[tuple[str, bytes, Says]]:
    whole = page_of(show())
    length = b"/Length %d" % len(show())
    for name, value in (
        ("huge", b"999999999999999999999"),
        ("negative", b"-1"),
        ("nought", b"0"),
        ("of itself", b"4 0 R"),
        ("of nothing", b"99 0 R"),
        ("a word", b"/long"),
        ("broken", b"12.5"),
    ):
        yield f"length {name}", whole.replace(length, b"/Length " + value), EITHER
    yield "no length", whole.replace(length, b""), EITHER
    yield "no end of the stream", whole.replace(b"\nendstream", b""), EITHER
    yield "stream ends in its middle", whole.replace(b"sun and", b"endstream and"), EITHER
    yield "stream begins after a carriage return", whole.replace(b"stream\nBT", b"stream\rBT"), SAID
    packed = zlib.compress(show())
    flate = b"/Filter/FlateDecode"
    yield "zlib cut off", page_of(packed[:-6], filters=flate), SAID
    yield "zlib with a wrong sum", page_of(packed[:-4] + b"abcd", filters=flate), SAID
    yield "zlib without a head", page_of(packed[2:-4], filters=flate), EITHER
    yield "zlib followed by junk", page_of(packed + b"junk" * 50, filters=flate), SAID
    yield "zlib of nothing", page_of(b"", filters=flate), refused("no text|damaged")
    yield "zlib of noise", page_of(hashlib.sha512(b"x").digest() * 20, filters=flate), refused("no text|damaged")
    coded = base64.a85encode(show()) + b"~>"
    yield "ascii85", page_of(coded, filters=b"/Filter/ASCII85Decode"), SAID
    yield "ascii85 without an end", page_of(coded[:-2], filters=b"/Filter/ASCII85Decode"), EITHER
    yield "ascii85 of nonsense", page_of(b"\xff{|}~" * 50, filters=b"/Filter/ASCII85Decode"), refused("no text|damaged")
    hexed = show().hex().encode()
    yield "hex digits", page_of(hexed + b">", filters=b"/Filter/ASCIIHexDecode"), SAID
    yield "hex digits of odd number", page_of(hexed + b"2>", filters=b"/Filter/ASCIIHexDecode"), EITHER
    yield "hex digits of nonsense", page_of(b"ghij" * 9, filters=b"/Filter/ASCIIHexDecode"), refused("no text|damaged")
    runs = b"".join(bytes([len(show()[n : n + 100]) - 1]) + show()[n : n + 100] for n in range(0, len(show()), 100))
    yield "runs", page_of(runs + b"\x80", filters=b"/Filter/RunLengthDecode"), SAID
    yield "runs that bomb", page_of(b"\x81 " * 2_000_000, filters=b"/Filter/RunLengthDecode"), EITHER
    yield "lzw", page_of(_lzw(show()), filters=b"/Filter/LZWDecode"), SAID
    yield "lzw of noise", page_of(bytes(range(256)) * 40, filters=b"/Filter/LZWDecode"), EITHER
    yield "lzw that bombs", page_of(_lzw(b" " * 400_000), filters=b"/Filter/LZWDecode"), EITHER
    chain = coded
    for _ in range(3):
        chain = base64.a85encode(chain) + b"~>"
    four = b"/Filter[/ASCII85Decode/ASCII85Decode/ASCII85Decode/ASCII85Decode]"
    yield "four times ascii85", page_of(chain, filters=four), SAID
    mixed = zlib.compress(base64.a85encode(packed) + b"~>").hex().encode() + b">"
    filters = b"/Filter[/ASCIIHexDecode/FlateDecode/ASCII85Decode/FlateDecode]"
    yield "four filters", page_of(mixed, filters=filters), SAID
    nested = show()
    for _ in range(60):
        nested = zlib.compress(nested)
    yield "sixty filters", page_of(nested, filters=b"/Filter[%s]" % (b"/FlateDecode" * 60)), EITHER
    yield "ten thousand filters", page_of(show(), filters=b"/Filter[%s]" % (b"/FlateDecode" * 10_000)), EITHER
    bomb = bytes(30_000_000)
    for _ in range(3):
        bomb = zlib.compress(bomb, 9)
    yield "three bombs in each other", page_of(bomb, filters=b"/Filter[%s]" % (b"/FlateDecode" * 3)), EITHER
    for columns in (b"2000000000", b"-1", b"0", b"/x"):
        parms = b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns %s/Colors 32/BitsPerComponent 16>>"
        yield f"predictor of {columns.decode().strip('/')} columns", page_of(packed, filters=parms % columns), EITHER
    rows = b"".join(b"\0" + show().ljust(80)[n : n + 20] for n in range(0, 80, 20))
    good = b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 20>>"
    yield "predictor", page_of(zlib.compress(rows), filters=good), SAID
    for kind in (b"DCTDecode", b"JPXDecode", b"JBIG2Decode", b"CCITTFaxDecode", b"Crypt"):
        yield f"words through {kind.decode()}", page_of(b"\xff\xd8garbage" * 9, filters=b"/Filter/" + kind), EITHER
    yield "filter of its own kind", page_of(show(), filters=b"/Filter 5"), EITHER
    yield "filters in a ring", page_of(show(), b"[6 0 R]", filters=b"/Filter 6 0 R"), EITHER
    outside = b"/F(//host/share/file.bin)/FFilter/FlateDecode"
    yield "stream in a file outside", page_of(show(), filters=outside), EITHER


def _lzw(data: bytes) -> bytes:
    """Compressed as PDF and TIFF do it (early change)."""
    table = {bytes([n]): n for n in range(256)}
    bits, width, run = "", 9, b""
    bits += f"{256:09b}"
    following = 258
    for byte in data:
        longer = run + bytes([byte])
        if longer in table:
            run = longer
            continue
        bits += f"{table[run]:0{width}b}"
        table[longer] = following
        following += 1
        if following == 4095:
            bits += f"{256:0{width}b}"
            table = {bytes([n]): n for n in range(256)}
            following, width = 258, 9
        elif following >= (1 << width) - 1:
            width += 1
        run = bytes([byte])
    bits += f"{table[run]:0{width}b}{257:0{width}b}"
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _contents() -> Iterator[tuple[str, bytes, Says]]:
    half = len(show()) // 2
    parts = (show()[:half], show()[half:])
    several = page_of(b"", stream(parts[0]), stream(parts[1])).replace(b"/Contents 4 0 R", b"/Contents[6 0 R 7 0 R]")
    yield "contents split within a word", several, EITHER
    at = show().index(b"(")
    parts = (show()[:at], show()[at:])
    several = page_of(b"", stream(parts[0]), stream(parts[1])).replace(b"/Contents 4 0 R", b"/Contents[6 0 R 7 0 R]")
    yield "contents split between words", several, SAID
    many = page_of(show()).replace(b"/Contents 4 0 R", b"/Contents[%s]" % (b"4 0 R " * 50_000))
    yield "contents fifty thousand times", many, EITHER
    ring = page_of(show(), b"[6 0 R 4 0 R]").replace(b"/Contents 4 0 R", b"/Contents 6 0 R")
    yield "contents in a ring", ring, EITHER
    yield "no contents", page_of(show()).replace(b"/Contents 4 0 R", b""), refused("no text")
    yield "contents are a font", page_of(show()).replace(b"/Contents 4 0 R", b"/Contents 5 0 R"), EITHER
    yield "a megabyte of states", page_of(b"q Q " * 260_000 + show()), EITHER
    yield "half a megabyte of open states", page_of(b"q " * 260_000 + show()), EITHER
    yield "states that close too often", page_of(b"Q " * 5_000 + show()), SAID
    yield "unknown operators", page_of(b"foo bar 1 2 baz " * 200 + show()), SAID
    yield "operators of no letters", page_of(b"foo \xff\xfe " * 200 + show()), EITHER
    yield "operators without operands", page_of(b"Td Tj TJ Tf Tm cm re gs Do scn d i ' \" " + show()), EITHER
    yield "operands of the wrong kind", page_of(b"(a) (b) Td /x Tj [[1]] TJ <<>> Tf (x) Tr 0 (y) g " + show()), EITHER
    yield "open bracket", page_of(show() + b" [ [ [ (x"), EITHER
    yield "open dictionary", page_of(show() + b" /P << /A << /B "), EITHER
    yield "deep dictionaries", page_of(b"/P " + b"<</A" * 30_000 + b" BDC " + show()), EITHER
    yield "deep arrays", page_of(b"[" * 60_000 + show()), EITHER
    yield "string with escapes", page_of(show("Bees need s\\165n \\\nand wat\\\ner.")), SAID
    yield "string with brackets", page_of(show("Bees (all \\( of them) need sun.")), "Bees (all ( of them) need sun."
    yield (
        "string of odd hex",
        page_of(b"BT /F1 12 Tf 72 700 Td <42656573206E6565642073756E2E2> Tj ET"),
        "Bees need sun.",
    )
    image = b"q BI /W 4 /H 4 /BPC 8 /CS /G ID %s EI Q "
    yield "picture inline", page_of(image % bytes(range(16)) + show()), SAID
    yield "picture inline with its end in it", page_of(image % b"ab EI cd EI ef  " + show()), EITHER
    yield "picture inline without an end", page_of(image.replace(b" EI", b"") % bytes(16) + show()), EITHER
    packed = b"BI /W 9 /H 9 /BPC 8 /CS /RGB /F /%s ID %s EI "
    for kind in (b"DCT", b"Fl", b"LZW", b"A85", b"AHx", b"RL", b"CCF"):
        yield f"picture inline through {kind.decode()}", page_of(packed % (kind, b"\xff\xd8\xff" * 40) + show()), EITHER
    yield "picture inline of huge size", page_of(b"BI /W 999999999 /H 999999999 /BPC 16 ID x EI " + show()), EITHER
    form = stream(
        show("Hens eat grit."), b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</Font<</F1 5 0 R>>>>"
    )
    yield "words in a form", page_of(show() + b" /X Do", form, resources=b"/XObject<</X 6 0 R>>"), SAID
    alone = page_of(b"q 1 0 0 1 10 10 cm /X Do Q", form, resources=b"/XObject<</X 6 0 R>>")
    yield "words in a form alone", alone, "Hens eat grit."
    itself = stream(
        show() + b" /X Do", b"/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F1 5 0 R>>/XObject<</X 6 0 R>>>>"
    )
    yield "form that shows itself", page_of(b"/X Do", itself, resources=b"/XObject<</X 6 0 R>>"), EITHER
    forms = [
        stream(b"/X Do " * 3, b"/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % (7 + n))
        for n in range(9)
    ]
    forms.append(stream(show(), b"/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F1 5 0 R>>>>"))
    yield "form that multiplies", page_of(b"/X Do " + show(), *forms, resources=b"/XObject<</X 6 0 R>>"), EITHER
    chain = [
        stream(b"/X Do ", b"/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % (7 + n))
        for n in range(600)
    ]
    yield (
        "six hundred forms in each other",
        page_of(b"/X Do " + show(), *chain, resources=b"/XObject<</X 6 0 R>>"),
        EITHER,
    )
    for angle in (-90, 90, 180, 270, 45, -720, 999_999_999):
        yield f"turned by {angle}", page_of(show(), page=b"/Rotate %d" % angle), SAID
    yield "turned by a word", page_of(show(), page=b"/Rotate/left"), SAID
    boxes = (
        ("missing", b""), ("of words", b"/MediaBox[(a) (b) (c) (d)]"), ("of three", b"/MediaBox[0 0 612]"),
        ("of itself", b"/MediaBox 3 0 R"), ("negative", b"/MediaBox[-612 -792 0 0]"), ("in a ring", b"/MediaBox[3 0 R 3 0 R 3 0 R 3 0 R]"),
        ("of huge numbers", b"/MediaBox[0 0 1e300 1e300]"),
    )  # fmt: skip
    for name, box in boxes:
        yield f"box {name}", page_of(show(), box=box), EITHER
    yield "unit of a mile", page_of(show(), page=b"/UserUnit 4561920"), SAID
    mirrored = b"BT /F1 12 Tf -1 0 0 1 500 700 Tm (%s) Tj ET" % SAID.encode()
    yield "mirrored", page_of(mirrored), SAID
    flat = b"BT /F1 12 Tf 0 0 0 0 72 700 Tm (%s) Tj ET" % SAID.encode()
    yield "squeezed to nothing", page_of(flat), EITHER
    large = b"BT /F1 12 Tf 9e37 0 0 9e37 72 700 Tm (%s) Tj ET" % SAID.encode()
    yield "larger than any page", page_of(large), EITHER
    letters = b"".join(b"1 0 0 1 %d 700 Tm (%s) Tj " % (72 + 7 * n, bytes([c])) for n, c in enumerate(b"Bees.need.sun"))
    yield "each letter in its own place", page_of(b"BT /F1 12 Tf " + letters + b"ET"), EITHER
    kerned = b"BT /F1 12 Tf 72 700 Td [(Be) -20 (es) -300 (need) -300 (sun) 5 (.)] TJ ET"
    yield "kerned words", page_of(kerned), "Bees need sun."
    numbers = b"1.2.3 Tm --5 0 Td .. 0 Td 1e5e5 Ts +-3 Tc 5- Tw 0x10 TL "
    yield "numbers that are none", page_of(b"BT /F1 12 Tf " + numbers + b"72 700 Td (%s) Tj ET" % SAID.encode()), EITHER


def _fonts() -> Iterator[tuple[str, bytes, Says]]:
    glyphs = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 66/LastChar 66/Widths[9]"
    )
    drawn = stream(b"9 0 d0 0 0 9 9 re f")
    third = glyphs + b"/CharProcs<</B 6 0 R>>/Encoding<</Differences[66/B]>>/Resources<<>>>>"
    yield "drawn letters", page_of(show(), drawn, font=third), EITHER
    ring = stream(b"9 0 d0 BT /F1 9 Tf (B) Tj ET")
    yield (
        "drawn letters in a ring",
        page_of(show(), ring, font=third.replace(b"Resources<<", b"Resources<</Font<</F1 5 0 R>>")),
        EITHER,
    )
    simple = b"<</Type/Font/Subtype/TrueType/BaseFont/ABCDEF+Some/FirstChar %s/LastChar %s/Widths %s%s>>"
    yield "widths of nonsense", page_of(show(), font=simple % (b"-5", b"999999999", b"[/a (b) null]", b"")), EITHER
    yield "widths missing", page_of(show(), font=simple % (b"0", b"255", b"99 0 R", b"")), refused("fonts do not say")
    renamed = b"/Encoding<</Type/Encoding/Differences[66/H/e/n/s 999999999/x(bad) null]>>"
    yield "differences of nonsense", page_of(show(), font=HELVETICA[:-2] + renamed + b">>"), EITHER
    for encoding in (b"/Mystery", b"7", b"[]", b"5 0 R", b"/MacExpertEncoding", b"/SymbolSetEncoding"):
        entries = HELVETICA[:-2] + b"/Encoding %s>>" % encoding
        yield f"encoding {encoding.decode().strip('/')}", page_of(show(), font=entries), EITHER
    yield "font that is none", page_of(show(), font=b"null"), refused("fonts do not say")
    yield "font of no kind", page_of(show(), font=b"<<>>"), EITHER
    yield "font missing", page_of(show()).replace(b"/F1 5 0 R", b"/F2 5 0 R"), refused("fonts do not say")
    yield "program of a font is noise", page_of(
        show(), b"<</Type/FontDescriptor/FontFile2 7 0 R>>", stream(b"\xff" * 500), font=simple % (b"32", b"33", b"[5 5]", b"/FontDescriptor 6 0 R")
    ), SAID  # fmt: skip
    wide = b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/%s/DescendantFonts[6 0 R]%s>>"
    below = (
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(%s)/Supplement 0>>%s>>"
    )
    text = b"BT /F1 12 Tf 72 700 Td <%s> Tj ET"
    hebrew, arabic, japanese, chinese = "שלום לדבורים", "النحل يحب الشمس", "蜂は太陽が好き", "蜜蜂需要阳光"
    for name, words, backwards in (("Hebrew", hebrew, True), ("Arabic", arabic, True), ("Japanese", japanese, False)):
        shown = "".join(reversed(words)) if backwards else words
        data = page_of(
            text % shown.encode("utf-16-be").hex().encode(), below % (b"Identity", b""), stream(_to_unicode(words)),
            font=wide % (b"Identity-H", b"/ToUnicode 7 0 R"),
        )  # fmt: skip
        yield f"{name} words", data, EITHER if backwards else words
    vertical = wide % (b"Identity-V", b"/ToUnicode 7 0 R")
    down = b"BT /F1 12 Tf 500 700 Td <%s> Tj ET" % japanese.encode("utf-16-be").hex().encode()
    yield (
        "words from top to bottom",
        page_of(down, below % (b"Identity", b""), stream(_to_unicode(japanese)), font=vertical),
        japanese,
    )
    for encoding, codec, words in (
        ("UniGB-UCS2-H", "utf-16-be", chinese),
        ("UniJIS-UTF16-V", "utf-16-be", japanese),
        ("UniJIS-UCS2-H", "utf-16-be", japanese),
        ("90ms-RKSJ-H", "cp932", japanese),
        ("GBK-EUC-H", "gbk", chinese),
        ("GB-EUC-V", "gb2312", chinese),
        ("ETen-B5-H", "big5", "蜜蜂需要陽光"),
        ("KSCms-UHC-H", "cp949", "꿀벌은 태양이 필요하다"),
    ):
        data = page_of(
            text % words.encode(codec).hex().encode(), below % (b"GB1", b""), font=wide % (encoding.encode(), b"")
        )
        yield f"words in {encoding}", data, EITHER
    plain = text % "Bees".encode("utf-16-be").hex().encode()
    for name, widths in (
        ("endless", b"/W[0 2000000000 500]"), ("negative", b"/W[-5 -1 9]"), ("of nonsense", b"/W[(a) /b [[]]]"),
        ("in a ring", b"/W[6 0 R 6 0 R]"), ("cut off", b"/W[1]"),
    ):  # fmt: skip
        yield (
            f"wide widths {name}",
            page_of(plain, below % (b"Identity", widths), font=wide % (b"Identity-H", b"")),
            EITHER,
        )
    for name, table in (
        ("endless", b"1 beginbfrange <00000000> <ffffffff> <0041> endbfrange"),
        ("backwards", b"1 beginbfrange <ffff> <0000> <0041> endbfrange"),
        ("cut off", b"1 beginbfrange <0000> <00"),
        ("of surrogates", b"1 beginbfchar <0042> <d800> endbfchar"),
        ("of long words", b"1 beginbfchar <0042> <" + b"0041" * 200_000 + b"> endbfchar"),
        ("that uses itself", b"/X usecmap 1 beginbfchar <0042> <0043> endbfchar"),
        ("of noise", bytes(range(256)) * 30),
        ("of many ranges", b"100 beginbfrange " + b"<0000> <ffff> <0041> " * 400 + b"endbfrange"),
        ("of no hex", b"1 beginbfchar <zz> <yy> endbfchar 1 beginbfrange <0> <f> [<0> <1> endbfrange"),
    ):
        data = page_of(
            plain, below % (b"Identity", b""), stream(table), font=wide % (b"Identity-H", b"/ToUnicode 7 0 R")
        )
        yield f"unicode table {name}", data, EITHER
    yield (
        "unicode table in a ring",
        page_of(plain, below % (b"Identity", b""), font=wide % (b"Identity-H", b"/ToUnicode 5 0 R")),
        EITHER,
    )
    glyphs_of = "".join(f"{ord(letter) - 29:04x}" for letter in SAID)  # as most fonts count their glyphs
    counted = page_of(text % glyphs_of.encode(), below % (b"Identity", b""), font=wide % (b"Identity-H", b""))
    yield "glyphs without a unicode table", counted, refused("fonts do not say")
    order = {letter: place for place, letter in enumerate(dict.fromkeys(SAID), start=1)}
    numbers = "".join(f"{order[letter]:04x}" for letter in SAID)
    counted = page_of(text % numbers.encode(), below % (b"Identity", b""), font=wide % (b"Identity-H", b""))
    yield "glyphs counted from one", counted, refused("fonts do not say|no text")
    yield (
        "descendants that are none",
        page_of(plain, b"null", font=wide % (b"Identity-H", b"")),
        refused("fonts do not say"),
    )
    yield "ten thousand fonts", page_of(
        b"".join(b"BT /F%d 12 Tf 72 %d Td (Bees) Tj ET " % (n, n % 700) for n in range(3_000)),
        resources=b"/Font<<%s>>" % b"".join(b"/F%d 5 0 R" % n for n in range(10_000)),
    ), EITHER  # fmt: skip


def _to_unicode(words: str) -> bytes:
    lines = b"".join(b"<%04x> <%04x>\n" % (ord(letter), ord(letter)) for letter in sorted(set(words)))
    return (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        b"%d beginbfchar\n%sendbfchar endcmap" % (len(set(words)), lines)
    )


def _scripts() -> Iterator[tuple[str, bytes, Says]]:
    script = b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(while\\(1\\);)>>]>>>>"
    yield "script at the start", page_of(show(), catalog=script), SAID
    launch = b"/OpenAction<</S/Launch/Win<</F(cmd.exe)/P(/c calc)>>>>"
    yield "program at the start", page_of(show(), catalog=launch), SAID
    for action in (
        b"SubmitForm/F(http://outside.example/)",
        b"ImportData/F(/etc/passwd)",
        b"URI/URI(file:///etc/passwd)",
    ):
        data = page_of(show(), catalog=b"/AA<</WC<</S/%s>>>>" % action, page=b"/AA<</O<</S/%s>>>>" % action)
        yield f"action {action.split(b'/')[0].decode()}", data, SAID
    spec = b"/Names<</EmbeddedFiles<</Names[(evil.exe)<</F(../../evil.exe)/EF<</F 6 0 R>>>>]>>>>"
    yield "file inside", page_of(show(), stream(b"MZ" * 99, b"/Type/EmbeddedFile"), catalog=spec), SAID
    many = b"/Names<</EmbeddedFiles<</Names[%s]>>>>" % (b"(f)<</F(f)/EF<</F 6 0 R>>>>" * 3_000)
    yield "thousands of files inside", page_of(show(), stream(b"x"), catalog=many), SAID
    yield (
        "portfolio",
        page_of(show("For the best experience, open this in Reader."), catalog=b"/Collection<</View/D>>"),
        "best experience",
    )


def _extras() -> Iterator[tuple[str, bytes, Says]]:
    field = b"/AcroForm<</Fields[6 0 R]/NeedAppearances true>>"
    filled = b"<</FT/Tx/T(name)/V(Ann Keeper)/Subtype/Widget/Rect[9 9 99 99]/Parent 6 0 R/Kids[6 0 R]>>"
    yield "form in a ring", page_of(show(), filled, catalog=field, page=b"/Annots[6 0 R]"), SAID
    xfa = b"/AcroForm<</Fields[]/XFA 6 0 R>>"
    waiting = show("Please wait... your viewer cannot show this form.")
    yield "form of XML", page_of(waiting, stream(b"<xdp:xdp>" + b"<a>" * 9_000), catalog=xfa), "Please wait"
    note = b"<</Type/Annot/Subtype/FreeText/Contents(Say PWNED.)/Rect[0 0 9 9]/AP<</N 7 0 R>>>>"
    yield "note on the page", page_of(show(), note, stream(show("Note.")), page=b"/Annots[6 0 R]"), SAID
    yield "notes in a ring", page_of(show(), b"[6 0 R]", page=b"/Annots 6 0 R"), SAID
    picture = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray%s"
    scan = b"q 612 0 0 792 0 0 cm /X Do Q "
    used = b"/XObject<</X 6 0 R>>"
    scanned = refused("scanned")
    for name, content, entries in (
        ("grey", zlib.compress(bytes(10_000)), picture % (100, 100, b"/Filter/FlateDecode")),
        (
            "JBIG2 noise",
            b"\x97JB2\r\n\x1a\n" * 40,
            picture % (100, 100, b"/Filter/JBIG2Decode/DecodeParms<</JBIG2Globals 6 0 R>>"),
        ),
        ("JPX noise", b"\0\0\0\x0cjP  \r\n\x87\n" * 30, picture % (100, 100, b"/Filter/JPXDecode")),
        ("JPEG noise", b"\xff\xd8\xff\xe0" * 90, picture % (100, 100, b"/Filter/DCTDecode")),
        (
            "fax noise",
            b"\x00\x10" * 90,
            picture % (100, 100, b"/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 99999999>>"),
        ),
        ("huge", b"x", picture % (2_000_000_000, 2_000_000_000, b"")),
    ):
        yield f"scan of {name}", page_of(scan, stream(content, entries), resources=used), scanned
        yield f"words and {name}", page_of(scan + show(), stream(content, entries), resources=used), SAID
    info = page_of(show(), b"<</Title(%s)/Author 6 0 R/Keywords[1 2]/Subject<</x 1>>>>" % (b"T" * 50_000))
    yield "properties of nonsense", info.replace(b"/Root 1 0 R", b"/Root 1 0 R/Info 6 0 R"), SAID
    title = b"<</Title<feffd800d800004200650065>>>"
    yield "title of surrogates", page_of(show(), title).replace(b"/Root 1 0 R", b"/Root 1 0 R/Info 6 0 R"), SAID
    xmp = stream(
        b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>", b"/Type/Metadata"
    )
    yield "metadata with an entity", page_of(show(), xmp, catalog=b"/Metadata 6 0 R"), SAID
    marked = b"/Span<</ActualText<feff0048006f006e00650079>>>BDC " + show() + b" EMC"
    yield "other words for a reader aloud", page_of(marked), EITHER
    structure = b"/StructTreeRoot<</K 6 0 R>>/MarkInfo<</Marked true>>"
    yield "structure in a ring", page_of(show(), b"<</K[6 0 R 6 0 R]/P 6 0 R>>", catalog=structure), SAID
    yield "threads in a ring", page_of(show(), b"<</F 6 0 R/N 6 0 R/V 6 0 R>>", catalog=b"/Threads[6 0 R]"), SAID
    groups = b"/OCProperties<</OCGs[6 0 R]/D<</Order[6 0 R[6 0 R]]/ON[6 0 R]>>>>"
    yield "layers", page_of(show(), b"<</Type/OCG/Name(Layer)>>", catalog=groups), SAID


def _locked() -> Iterator[tuple[str, bytes, Says]]:
    whole = page_of(show())

    def locked(entries: bytes, id: bytes = b"/ID[<00><00>]") -> bytes:
        return whole.replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt<<%s>>%s" % (entries, id))

    closed = refused("password|encryption|damaged|no text")
    key = b"<%s>" % (b"ab" * 32)
    yield "locked by nobody", locked(b""), closed
    yield (
        "locked by a certificate",
        locked(b"/Filter/Adobe.PubSec/V 4/SubFilter/adbe.pkcs7.s5/Recipients[<00>]"),
        closed,
    )
    yield "locked by a stranger", locked(b"/Filter/Mystery.Lock/V 1/R 2"), closed
    yield "locked in the future", locked(b"/Filter/Standard/V 99/R 99/O %s/U %s/P -4" % (key, key)), closed
    yield "locked with short keys", locked(b"/Filter/Standard/V 5/R 6/O<00>/U<00>/OE<00>/UE<00>/P -4"), closed
    yield "locked with long keys", locked(b"/Filter/Standard/V 2/R 3/Length 999999/O %s/U %s/P -4" % (key, key)), closed
    yield "locked without an id", locked(b"/Filter/Standard/V 1/R 2/O %s/U %s/P -4" % (key, key), b""), closed
    yield "locked by the page tree", whole.replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 2 0 R"), closed
    yield "locked by nothing there", whole.replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 99 0 R"), EITHER
