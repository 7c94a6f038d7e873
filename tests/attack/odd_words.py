"""Word files of every make, each with what must become of it."""

# ruff: noqa: E501 - one document a line reads best

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator

from tests.attack.odd import EITHER, Odd, Says, refused
from tests.attack.strange_files import WORD_XML, with_member, word_file

SAID = "Bees need sun and water."
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def odd_words() -> Iterator[Odd]:
    """Each file with its name, its bytes, and what must become of it."""
    for name, data, outcome in (*_packages(), *_bodies(), *_archives()):
        yield Odd(f"{name}.docx", data, outcome)


def run(words: str = SAID, properties: str = "") -> str:
    """A run of words."""
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}<w:t xml:space='preserve'>{words}</w:t></w:r>"


def paragraph(content: str = "", properties: str = "") -> str:
    """A paragraph of runs; the words that every file says by default."""
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{content or run()}</w:p>"


def with_body(content: str, *, namespaces: str = "", declared: str = "", **members: bytes) -> bytes:
    """A sound Word file with another body, and other members ("/" is written "__")."""
    text = (
        f"<?xml version='1.0'?>{declared}<w:document xmlns:w='{WORD_XML}' xmlns:r='{OFFICE}' "
        "xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006' "
        f"xmlns:v='urn:schemas-microsoft-com:vml' {namespaces}><w:body>{content}</w:body></w:document>"
    )
    data = with_member(word_file("x"), "word/document.xml", text.encode())
    for name, member in members.items():
        data = with_member(data, _member(name), member)
    return data


def package(**members: str) -> bytes:
    """A Word file of exactly these members ("/" is written "__")."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr("_rels/.rels" if name == "_rels" else _member(name), content)
    return stream.getvalue()


def _member(name: str) -> str:
    return name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin")


def _types(main: str = MAIN) -> str:
    return (
        f"<Types xmlns='{TYPES}'><Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
        f"<Default Extension='xml' ContentType='application/xml'/><Override PartName='/word/document.xml' ContentType='{main}'/></Types>"
    )


def _root(target: str = "word/document.xml", kind: str = OFFICE) -> str:
    return (
        f"<Relationships xmlns='{RELATIONS}'><Relationship Id='rId1' Type='{kind}/officeDocument' Target='{target}'/>"
        "</Relationships>"
    )


def _document(content: str = "", namespace: str = WORD_XML) -> str:
    return f"<w:document xmlns:w='{namespace}'><w:body>{content or paragraph()}</w:body></w:document>"


def _relations(*entries: str) -> bytes:
    return f"<Relationships xmlns='{RELATIONS}'>{''.join(entries)}</Relationships>".encode()


def _packages() -> Iterator[tuple[str, bytes, Says]]:
    types = {"[Content_Types].xml": _types()}
    yield "smallest", package(**types, _rels=_root(), word__document_xml=_document()), SAID
    yield (
        "no styles and no settings",
        package(
            **types, _rels=_root(), word__document_xml=_document(paragraph(properties="<w:pStyle w:val='Heading1'/>"))
        ),
        SAID,
    )
    yield "no content types", package(_rels=_root(), word__document_xml=_document()), refused("damaged")
    yield "no relationships", package(**types, word__document_xml=_document()), refused("damaged")
    yield (
        "relationship to nothing",
        package(**types, _rels=_root("word/nothing.xml"), word__document_xml=_document()),
        refused("damaged"),
    )
    yield (
        "relationship in another case",
        package(**types, _rels=_root("Word/Document.xml"), word__document_xml=_document()),
        EITHER,
    )
    yield (
        "relationship out of the package",
        package(**types, _rels=_root("../../etc/passwd"), word__document_xml=_document()),
        refused("damaged"),
    )
    yield (
        "relationship from the root",
        package(**types, _rels=_root("/word/document.xml"), word__document_xml=_document()),
        SAID,
    )
    strict = package(
        **types,
        _rels=_root(kind="http://purl.oclc.org/ooxml/officeDocument/relationships"),
        word__document_xml=_document(namespace=STRICT),
    )
    yield "strict OOXML", strict, SAID
    macros = "application/vnd.ms-word.document.macroEnabled.main+xml"
    data = package(
        **{"[Content_Types].xml": _types(macros)},
        _rels=_root(),
        word__document_xml=_document(),
        word__vbaProject_bin="\xd0\xcf",
    )
    yield "with macros", data, SAID
    template = MAIN.replace("document.main", "template.main")
    yield (
        "template",
        package(**{"[Content_Types].xml": _types(template)}, _rels=_root(), word__document_xml=_document()),
        SAID,
    )
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    yield (
        "says that it is a sheet",
        package(**{"[Content_Types].xml": _types(sheet)}, _rels=_root(), word__document_xml=_document()),
        EITHER,
    )
    yield (
        "types of nonsense",
        package(**{"[Content_Types].xml": "<x>"}, _rels=_root(), word__document_xml=_document()),
        refused("damaged"),
    )
    yield (
        "relationships of nonsense",
        package(**types, _rels="<x/>", word__document_xml=_document()),
        refused("damaged"),
    )
    outside = (
        f"<Relationship Id='rId9' Type='{OFFICE}/image' Target='http://outside.example/x.png' TargetMode='External'/>"
        f"<Relationship Id='rId8' Type='{OFFICE}/attachedTemplate' Target='file:///etc/passwd' TargetMode='External'/>"
        f"<Relationship Id='rId7' Type='{OFFICE}/oleObject' Target='\\\\host\\share' TargetMode='External'/>"
    )
    whole = word_file(SAID)
    yield "relationships outside", with_member(whole, "word/_rels/settings.xml.rels", _relations(outside)), SAID
    lost = f"<Relationship Id='rId9' Type='{OFFICE}/footnotes' Target='lost.xml'/>"
    yield (
        "part lost",
        package(
            **types,
            _rels=_root(),
            word__document_xml=_document(),
            **{"word/_rels/document.xml.rels": _relations(lost).decode()},
        ),
        EITHER,
    )
    ring = f"<Relationship Id='rId9' Type='{OFFICE}/subDocument' Target='document.xml'/>"
    yield (
        "part in a ring",
        package(
            **types,
            _rels=_root(),
            word__document_xml=_document(),
            **{"word/_rels/document.xml.rels": _relations(ring).decode()},
        ),
        SAID,
    )
    many = "".join(
        f"<Relationship Id='r{n}' Type='{OFFICE}/image' Target='http://outside.example/{n}' TargetMode='External'/>"
        for n in range(20_000)
    )
    yield (
        "twenty thousand relationships",
        package(
            **types,
            _rels=_root(),
            word__document_xml=_document(),
            **{"word/_rels/document.xml.rels": _relations(many).decode()},
        ),
        SAID,
    )
    for part in ("word/styles.xml", "word/numbering.xml", "word/settings.xml", "docProps/core.xml"):
        yield f"nonsense in {part.split('/')[1]}", with_member(whole, part, b"<nonsense"), EITHER
        yield f"nothing in {part.split('/')[1]}", with_member(whole, part, b""), EITHER
    style = f"<w:styles xmlns:w='{WORD_XML}'><w:style w:type='paragraph' w:styleId='A'><w:name w:val='A'/><w:basedOn w:val='A'/></w:style></w:styles>"
    yield (
        "style based on itself",
        with_body(paragraph(properties="<w:pStyle w:val='A'/>"), word__styles_xml=style.encode()),
        SAID,
    )
    two = style.replace("<w:basedOn w:val='A'/>", "<w:basedOn w:val='B'/>").replace(
        "</w:styles>",
        "<w:style w:type='paragraph' w:styleId='B'><w:name w:val='B'/><w:basedOn w:val='A'/></w:style></w:styles>",
    )
    yield (
        "styles based on each other",
        with_body(paragraph(properties="<w:pStyle w:val='A'/>"), word__styles_xml=two.encode()),
        SAID,
    )
    core = b"<cp:coreProperties xmlns:cp='http://schemas.openxmlformats.org/package/2006/metadata/core-properties' xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>%s</dc:title></cp:coreProperties>"
    yield (
        "title of a million letters",
        with_member(whole, "docProps/core.xml", core % (b"T" * 1_000_000)),
        refused("unpacks"),
    )


def _bodies() -> Iterator[tuple[str, bytes, Says]]:
    yield "alternative part", with_body(paragraph() + "<w:altChunk r:id='rId99'/>"), SAID
    deep = "<w:tbl><w:tr><w:tc>" * 60 + paragraph() + "</w:tc></w:tr></w:tbl>" * 60
    yield "table sixty deep", with_body(deep), SAID
    deeper = "<w:tbl><w:tr><w:tc>" * 80 + paragraph() + "</w:tc></w:tr></w:tbl>" * 80
    yield "table eighty deep", with_body(deeper), EITHER
    yield (
        "controls eighty deep",
        with_body("<w:sdt><w:sdtContent>" * 80 + paragraph() + "</w:sdtContent></w:sdt>" * 80),
        SAID,
    )
    yield (
        "controls two hundred deep",
        with_body("<w:sdt><w:sdtContent>" * 200 + paragraph() + "</w:sdtContent></w:sdt>" * 200),
        EITHER,
    )
    nested = (
        "<w:tbl><w:tr><w:tc>"
        + paragraph(run("Outer."))
        + "<w:tbl><w:tr><w:tc>"
        + paragraph()
        + "</w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>"
    )
    yield "table in a table", with_body(nested), SAID
    rows = "<w:tbl>" + ("<w:tr>" + "<w:tc>" + paragraph(run("x")) + "</w:tc>" + "</w:tr>") * 20_000 + "</w:tbl>"
    yield "table of twenty thousand rows", with_body(paragraph() + rows), EITHER
    wide = "<w:tbl><w:tr>" + ("<w:tc>" + paragraph(run("x")) + "</w:tc>") * 20_000 + "</w:tr></w:tbl>"
    yield "table of twenty thousand columns", with_body(paragraph() + wide), refused("unpacks")
    changed = f"<w:ins w:author='x'>{run('Bees need ')}</w:ins><w:del><w:r><w:delText>no </w:delText></w:r></w:del>{run('sun and water.')}"
    yield "tracked changes", with_body(paragraph(changed)), SAID
    moved = f"<w:moveFrom>{run('Old place. ')}</w:moveFrom><w:moveTo>{run()}</w:moveTo>"
    yield "moved words", with_body(paragraph(moved)), SAID
    removed = paragraph(run("Hens eat grit."), "<w:rPr><w:del/></w:rPr>")
    yield "paragraph whose end was deleted", with_body(removed + paragraph()), SAID
    noted = (
        f"<w:commentRangeStart w:id='0'/>{run()}<w:commentRangeEnd w:id='0'/><w:r><w:commentReference w:id='0'/></w:r>"
    )
    yield "comment that is lost", with_body(paragraph(noted)), SAID
    yield "footnote that is lost", with_body(paragraph(run() + "<w:r><w:footnoteReference w:id='7'/></w:r>")), SAID
    box = f"<w:r><w:pict><v:shape><v:textbox><w:txbxContent>{paragraph()}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    yield "words in a box", with_body(paragraph(run("Before.") + box)), SAID
    alternate = f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><w:txbxContent>{paragraph()}</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>{paragraph()}</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    yield "words in a box twice", with_body(paragraph(run("Before.") + alternate)), SAID
    boxes = "<w:r><w:pict><w:txbxContent><w:p>" * 20 + run() + "</w:p></w:txbxContent></w:pict></w:r>" * 20
    yield "boxes in boxes", with_body(f"<w:p>{boxes}</w:p>"), SAID
    field = "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>INCLUDETEXT \"file:///etc/passwd\"</w:instrText></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>"
    yield (
        "field that includes a file",
        with_body(paragraph(field + run() + "<w:r><w:fldChar w:fldCharType='end'/></w:r>")),
        SAID,
    )
    yield "field never ended", with_body(paragraph(field + run())), SAID
    dde = "<w:fldSimple w:instr='DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k calc\"'>" + run() + "</w:fldSimple>"
    yield "field that starts a program", with_body(paragraph(dde)), SAID
    link = f"<w:hyperlink r:id='rId77'>{run()}</w:hyperlink>"
    yield "link without a target", with_body(paragraph(link)), SAID
    yield "smart tags", with_body(paragraph(f"<w:smartTag w:element='x'>{run()}</w:smartTag>")), SAID
    broken = "".join(run(letter) for letter in SAID)
    yield "a run for each letter", with_body(paragraph(broken)), SAID
    yield (
        "symbols and breaks",
        with_body(paragraph(run("Bees need") + "<w:r><w:br w:type='page'/><w:tab/></w:r>" + run("sun and water."))),
        SAID,
    )
    formula = "<m:oMathPara xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath></m:oMathPara>"
    yield "formula", with_body(paragraph(run() + formula)), SAID
    yield (
        "list of no definition",
        with_body(paragraph(properties="<w:numPr><w:ilvl w:val='0'/><w:numId w:val='99'/></w:numPr>")),
        SAID,
    )
    for level in ("-5", "99999999999", "x", ""):
        numbered = f"<w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='1'/></w:numPr>"
        yield f"list at level {level or 'nothing'}", with_body(paragraph(properties=numbered)), EITHER
    yield "heading at level of nonsense", with_body(paragraph(properties="<w:outlineLvl w:val='²'/>")), SAID
    yield (
        "vertical and right to left",
        with_body(paragraph(run("النحل يحب الشمس", "<w:rtl/>"), "<w:bidi/><w:textDirection w:val='tbRl'/>")),
        "النحل يحب الشمس",
    )
    yield "other namespaces", with_body(paragraph(), namespaces="xmlns:x='urn:x' x:y='z'"), SAID
    yield "unknown elements", with_body("<w:mystery>" + paragraph(run("Lost?")) + "</w:mystery>" + paragraph()), SAID
    yield "words outside of paragraphs", with_body(SAID + paragraph(run("Hens."))), "Hens."
    yield "no paragraphs", with_body("<w:sectPr/>"), refused("no text")
    yield "controls in the words", with_body(paragraph(run("Bees need sun and&#xfffd; water."))), EITHER
    yield (
        "entity outside",
        with_body(paragraph(run("&x;") + run()), declared="<!DOCTYPE w [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"),
        EITHER,
    )
    yield (
        "entities from outside",
        with_body(paragraph(), declared="<!DOCTYPE w SYSTEM 'http://outside.example/x.dtd'>"),
        EITHER,
    )
    yield (
        "quadratic entities",
        with_body(paragraph(run("&x;" * 5_000)), declared=f"<!DOCTYPE w [<!ENTITY x '{'y' * 50_000}'>]>"),
        EITHER,
    )
    yield "two million empty paragraphs", with_body(paragraph() + "<w:p/>" * 300_000), EITHER
    yield "paragraph of a million letters", with_body(paragraph(run("bees " * 200_000))), refused("unpacks")
    utf16 = _document().encode("utf-16")
    yield "body in UTF-16", with_member(word_file("x"), "word/document.xml", utf16), SAID


def _archives() -> Iterator[tuple[str, bytes, Says]]:
    whole = word_file(SAID)
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
            if name == "word/document.xml":
                new.writestr(name, _document(paragraph(run("Hens eat grit."))))
    yield "two bodies of one name", stream.getvalue(), EITHER
    stored = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(stored, "w", zipfile.ZIP_BZIP2) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    yield "packed by bzip2", stored.getvalue(), EITHER
    at = whole.rindex(b"PK\x05\x06")
    yield "directory missing", whole[:at], refused("damaged")
    yield "directory elsewhere", whole[: at + 16] + struct.pack("<I", 5) + whole[at + 20 :], EITHER
    yield "directory of too many", whole[: at + 8] + b"\xff\xff\xff\xff" + whole[at + 12 :], EITHER
    yield "comment at the end", whole[:-2] + b"\x05\x00hello", SAID
    yield "junk before", b"junk" * 9 + whole, EITHER
    yield "junk after", whole + b"junk" * 9, EITHER
    central = whole.index(b"PK\x01\x02")
    size_at = central + 24
    yield "size that lies", whole[:size_at] + struct.pack("<I", 7) + whole[size_at + 4 :], EITHER
    bomb = with_member(whole, "word/document.xml", _document(paragraph() + "<w:p></w:p>" * 3_000_000).encode())
    yield "body that bombs", bomb, refused("unpacks")
    for position, part in enumerate(("word/media/a.bin", "customXml/item1.xml", "word/styles.xml")):
        yield f"bomb in part {position}", with_member(whole, part, b" " * 60_000_000), refused("unpacks")
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50_000_000))
    yield "archive in the archive", with_member(whole, "word/embeddings/inner.zip", inner.getvalue()), SAID
    yield "old file renamed", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_000), refused("2007")
    yield "rich text renamed", b"{\\rtf1 " + SAID.encode() + b"}", refused("RTF")
    yield "page renamed", f"<html><body><p>{SAID}</p></body></html>".encode(), SAID
    sheet = io.BytesIO()
    with zipfile.ZipFile(sheet, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("[Content_Types].xml", "<x/>")
    yield "sheet renamed", sheet.getvalue(), refused("not a Word document")
    odt = io.BytesIO()
    with zipfile.ZipFile(odt, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<x/>")
    yield "OpenDocument renamed", odt.getvalue(), refused("not a Word document")
