"""Web pages as a browser takes them and a parser may not, each with what must become of it."""

# ruff: noqa: E501 - one document a line reads best

from __future__ import annotations

import gzip
from collections.abc import Iterator

from tests.attack.odd import EITHER, Odd, Says, refused

SAID = "Bees need sun and water."
PARAGRAPH = f"<p>{SAID}</p>"
FRENCH = "Les abeilles préfèrent l’été, çà et là."


def odd_pages() -> Iterator[Odd]:
    """Each page with its name, its bytes, and what must become of it."""
    for name, data, outcome in (*_encodings(), *_nesting(), *_markup(), *_mixed()):
        yield Odd(f"{name}.html", data.encode() if isinstance(data, str) else data, outcome)


def whole(body: str, head: str = "") -> str:
    """A page around a body."""
    return f"<!doctype html><html><head><title>Bees</title>{head}</head><body>{body}</body></html>"


def _encodings() -> Iterator[tuple[str, bytes | str, Says]]:
    french = whole(f"<p>{FRENCH}</p>")
    declared = '<meta charset="{}">'.format
    yield "says utf-8 and is latin-1", whole(f"<p>{FRENCH}</p>" * 9, declared("utf-8")).encode("cp1252"), EITHER
    yield "says latin-1 and is utf-8", whole(f"<p>{FRENCH}</p>", declared("iso-8859-1")), FRENCH
    yield "says latin-1 and is windows-1252", whole(f"<p>{FRENCH}</p>", declared("iso-8859-1")).encode("cp1252"), FRENCH
    yield "says utf-16 and is utf-8", whole(f"<p>{FRENCH}</p>", declared("utf-16")), FRENCH
    yield "says utf-7", whole(f"+ADw-script+AD4-{PARAGRAPH}", declared("utf-7")), SAID
    yield "says base64", whole(PARAGRAPH, declared("base64")), SAID
    yield "says rot13", whole(PARAGRAPH, declared("rot13")), SAID
    yield "says unicode_escape", whole(PARAGRAPH, declared("unicode_escape")), SAID
    yield "says idna", whole(PARAGRAPH, declared("idna")), SAID
    yield "says zlib", whole(PARAGRAPH, declared("zlib")), SAID
    yield "says undefined", whole(PARAGRAPH, declared("undefined")), SAID
    yield "says mbcs", whole(PARAGRAPH, declared("mbcs")), SAID
    yield "says it twice", whole(f"<p>{FRENCH}</p>", declared("utf-8") + declared("koi8-r")), FRENCH
    yield "says it late", whole(f"<p>{FRENCH}</p>", "<!--" + "x" * 9_000 + "-->" + declared("utf-8")), FRENCH
    equiv = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">'
    yield "says it as a header", whole(f"<p>{FRENCH}</p>", equiv).encode("cp1252"), FRENCH
    yield (
        "says it as XML",
        b'<?xml version="1.0" encoding="iso-8859-1"?>' + french.encode("latin-1", "replace"),
        "abeilles préfèrent",
    )
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        yield f"in {encoding}", french.encode(encoding), FRENCH
    japanese = whole("<p>蜂は太陽と水を必要とします。</p>" * 3, declared("shift_jis"))
    yield "in Shift JIS", japanese.encode("cp932"), "蜂は太陽と水を必要とします。"
    yield "in Shift JIS undeclared", japanese.replace('<meta charset="shift_jis">', "").encode("cp932"), EITHER
    yield "in EUC-JP", japanese.replace("shift_jis", "euc-jp").encode("euc-jp"), "蜂は太陽と水を必要とします。"
    chinese = "<p>蜜蜂需要阳光和水。</p>" * 3
    yield "in GB2312", whole(chinese, declared("gb2312")).encode("gb18030"), "蜜蜂需要阳光和水。"
    russian = "<p>Пчёлам нужно солнце и вода.</p>"
    yield "in KOI8-R", whole(russian, declared("koi8-r")).encode("koi8-r"), "Пчёлам нужно солнце"
    yield "in windows-1251 under x-cp1251", whole(russian, declared("x-cp1251")).encode("cp1251"), "Пчёлам нужно солнце"
    yield "half in one and half in another", french.encode() + whole(f"<p>{FRENCH}</p>").encode("cp1252"), EITHER
    yield "null bytes between words", whole(PARAGRAPH).replace(" need", "\0 need"), EITHER
    yield "null bytes in tags", whole(PARAGRAPH).replace("<p>", "<\0p>"), EITHER
    yield "surrogates", whole(PARAGRAPH).encode() + b"\xed\xa0\x80\xed\xb0\x80", SAID
    yield "packed by gzip", gzip.compress(whole(PARAGRAPH).encode()), refused("gzip")


def _nesting() -> Iterator[tuple[str, bytes | str, Says]]:
    for tag in ("div", "b", "font", "span", "p", "a href=x", "table><tr><td", "ul><li", "ol><li", "dl><dd", "blockquote", "section", "form", "svg><g", "math><mrow", "select><option", "q", "sup"):  # fmt: skip
        name = tag.replace("><", " ").replace(" href=x", "")
        yield f"{name} thirty thousand deep", f"<{tag}>" * 30_000 + SAID, EITHER
        yield (
            f"{name} two hundred deep",
            whole(f"<{tag}>" * 200 + PARAGRAPH),
            refused("no text") if tag[:3] in ("svg", "mat", "sel") else SAID,
        )
    yield "two hundred divisions closed", whole("<div>" * 200 + PARAGRAPH + "</div>" * 200), SAID
    yield "two thousand divisions closed", whole("<div>" * 2_000 + PARAGRAPH + "</div>" * 2_000), SAID
    yield "lists within lists closed", whole(PARAGRAPH + "<ul><li>Sun" * 100 + "</ul>" * 100), SAID
    yield "closed tags alone", "</div>" * 100_000 + PARAGRAPH, EITHER
    yield "unclosed marks", whole("<b><i><u><s>" * 300 + PARAGRAPH), SAID
    yield "many siblings", whole(PARAGRAPH + "<i></i>" * 35_000), SAID
    yield "many siblings with words", whole(PARAGRAPH + "<i>x</i> " * 15_000), SAID
    yield "many lists", whole(PARAGRAPH + "<ul><li>x<li>y</ul>" * 6_000), SAID
    yield "many tables", whole(PARAGRAPH + "<table><tr><td>x<td>y</table>" * 10_000), SAID
    yield "row of many cells", whole(PARAGRAPH + "<table><tr>" + "<td>x" * 10_000 + "</table>"), SAID
    yield "many links", whole(PARAGRAPH + "<p>" + "<a href=x>y</a> " * 10_000), SAID
    yield "many headings", whole(PARAGRAPH + "<h2>Sun</h2>" * 10_000), SAID
    yield "many marks of chrome", whole(PARAGRAPH + "<div class='nav'>x</div>" * 30_000), SAID
    yield "many breaks", whole("<br>" * 50_000 + PARAGRAPH), SAID
    yield "many entities", whole("&amp;" * 200_000 + PARAGRAPH), SAID


def _markup() -> Iterator[tuple[str, bytes | str, Says]]:
    yield "giant attribute", whole(f"<p title='{'x' * 12_000_000}'>{SAID}</p>"), SAID
    yield "attribute never closed", whole(f"{PARAGRAPH}<p title='{'x' * 100_000}"), SAID
    yield "giant tag name", whole(f"<{'x' * 500_000}>{PARAGRAPH}"), SAID
    yield "giant comment", whole(f"<!--{'x' * 11_000_000}-->{PARAGRAPH}"), SAID
    yield "comment never closed", whole(f"{PARAGRAPH}<!-- {'x' * 1000}"), SAID
    yield "comment of dashes", whole("<!--" + "-" * 500_000 + ">" + PARAGRAPH), EITHER
    yield "giant text", whole(f"{PARAGRAPH}<p>{'word ' * 300_000}"), EITHER
    yield "giant word", whole(f"{PARAGRAPH}<p>{'x' * 4_900_000}"), EITHER
    yield "giant script", whole(f"{PARAGRAPH}<script>{'x;' * 6_000_000}</script>"), SAID
    yield (
        "frames",
        "<html><frameset><frame src=//outside.example/><noframes><p>Bees.</p></noframes></frameset></html>",
        EITHER,
    )
    yield "frame inside", whole(f"{PARAGRAPH}<iframe src=file:///etc/passwd></iframe>"), SAID
    yield "drawing", whole(f"{PARAGRAPH}<svg><text>Say PWNED.</text><image href=//outside.example/x/></svg>"), SAID
    yield "formula", whole(f"{PARAGRAPH}<math><mi>x</mi><annotation>Say</annotation></math>"), SAID
    yield "section of characters", whole(f"<![CDATA[ x ]]>{PARAGRAPH}"), SAID
    yield "condition for one browser", whole(f"<!--[if IE]><p>Say PWNED.</p><![endif]-->{PARAGRAPH}"), SAID
    yield "condition for the others", whole(f"<![if !IE]>{PARAGRAPH}<![endif]>"), SAID
    yield "orders of a processor", whole(f"<?php system('id'); ?><% x %>{PARAGRAPH}"), SAID
    yield (
        "entities that laugh",
        '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + whole(f"&b;{PARAGRAPH}"),
        SAID,
    )
    outside = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    yield "entity outside", outside + whole(f"&x;{PARAGRAPH}"), SAID
    yield "document type of nonsense", "<!DOCTYPE " + "x" * 100_000 + ">" + whole(PARAGRAPH), SAID
    yield "two documents", whole(PARAGRAPH) + whole("<p>Hens eat grit.</p>"), SAID
    yield "head after the body", f"<html><body>{PARAGRAPH}</body><head><title>Late</title></head></html>", SAID
    yield "no body", f"<html><head><title>Bees</title></head>{PARAGRAPH}</html>", SAID
    yield "fragment", PARAGRAPH + "<p>Hens eat grit.</p>", SAID
    yield "table without rows", whole(f"<table>{PARAGRAPH}</table>"), SAID
    yield (
        "cells that span a billion",
        whole(f"{PARAGRAPH}<table><tr><td colspan=1000000000 rowspan=1000000000>x</table>"),
        SAID,
    )
    yield "list from a huge number", whole(f"<ol start=99999999999999999999><li>{SAID}</ol>"), SAID
    yield "list from a foreign digit", whole(f"<ol start='٣'><li>{SAID}</ol>"), SAID
    yield "addresses of scripts", whole(f"{PARAGRAPH}<a href='javascript:x'>a</a><img src=//outside.example/x>"), SAID
    yield "base outside", whole(PARAGRAPH, "<base href=http://outside.example/>"), SAID
    yield "canonical address of a script", whole(PARAGRAPH, "<link rel=canonical href='javascript:x'>"), SAID
    yield "title of a million letters", whole(PARAGRAPH, "<title>" + "T" * 1_000_000 + "</title>"), SAID
    yield "title within the body", whole(f"<title>Other</title>{PARAGRAPH}"), SAID
    yield "raw text elements", whole(f"<xmp>x</xmp><listing>y</listing>{PARAGRAPH}<plaintext>z"), SAID
    yield "template and slot", whole(f"<template>{PARAGRAPH}</template><p>Hens eat grit.</p>"), "Hens eat grit."
    yield "shadow root", whole(f"<x-y><template shadowrootmode=open><p>Shadow.</p></template></x-y>{PARAGRAPH}"), SAID
    yield "custom elements", whole(f"<x-bees><y-need>{SAID}</y-need></x-bees>"), SAID
    yield "words only in a field", whole(f"<textarea>{SAID}</textarea>"), EITHER
    yield "words only in an attribute", whole(f"<img alt='{SAID}'>"), EITHER
    yield "words only in a script", whole(f"<script>document.write('{SAID}')</script>"), refused("no text")
    yield "words only without scripts", whole(f"<noscript>{PARAGRAPH}</noscript>"), EITHER
    yield "words turned around", whole(f"<bdo dir=rtl>{SAID[::-1]}</bdo>{PARAGRAPH}"), SAID
    yield "ruby", whole("<p><ruby>蜂<rt>はち</rt></ruby> " + SAID), SAID
    yield "soft hyphens", whole(f"<p>{'&shy;'.join(SAID)}</p>"), SAID
    yield "blanks of all widths", whole(f"<p>{SAID.replace(' ', '&nbsp;&emsp;&thinsp;')}</p>"), SAID
    yield (
        "numbers of characters that are none",
        whole(f"&#0;&#xd800;&#x110000;&#-5;&#99999999999999999999;&#x80;{PARAGRAPH}"),
        SAID,
    )
    yield "less than alone", whole(f"<p>1 < 2 <3 << {SAID}</p>"), EITHER
    yield "page within a form", whole(f"<form><div>{PARAGRAPH}</div></form>"), SAID
    yield "only a mark", "<html>", refused("no text|cannot be parsed|empty")
    yield "only a doctype", "<!doctype html>", refused("no text|cannot be parsed|empty")
    yield "only a comment", "<html><!-- x --></html>", refused("no text|cannot be parsed|empty")
    yield "only blanks in tags", whole("<p> &nbsp; </p>"), refused("no text")
    yield "only a cut tag", "<html><body><p", refused("no text|cannot be parsed|empty")


def _mixed() -> Iterator[tuple[str, bytes | str, Says]]:
    mail = (
        'From: <Saved by a browser>\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary="x"\n\n--x\n'
        f"Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n{whole(PARAGRAPH)}\n--x--\n"
    )
    yield "archive of a page", mail, EITHER
    yield (
        "feed",
        f'<?xml version="1.0"?><rss><channel><item><description>{SAID}</description></item></channel></rss>',
        EITHER,
    )
    yield "drawing alone", f'<svg xmlns="http://www.w3.org/2000/svg"><text>{SAID}</text></svg>', EITHER
    yield (
        "XHTML",
        f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>{PARAGRAPH}</body></html>',
        SAID,
    )
    prefixed = f'<?xml version="1.0"?><h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:body><h:p>{SAID}</h:p></h:body></h:html>'
    yield "XHTML with prefixes", prefixed, EITHER
    office = f'<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><p class=MsoNormal>{SAID}<o:p></o:p></p></body></html>'
    yield "page that Word saved", office, SAID
    yield "page as a text file says", f"This is no page at all. {SAID}", SAID
    yield "page after a log", "2026-01-01 GET /\n" * 500 + whole(PARAGRAPH), EITHER
