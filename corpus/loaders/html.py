"""Web pages to blocks: trafilatura says which text is the article, our own walk keeps its structure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import DocumentTooLarge, UnreadableDocument
from corpus.loaders.blocks import Block, Draft, one_line, same_words
from corpus.loaders.characters import clean, decode
from corpus.loaders.limits import Limits
from corpus.loaders.noise import find_noise
from corpus.loaders.unseen import StyleSheets, background_of, hides

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

# trafilatura is believed if it keeps this share of the words of our own walk; below it the page is a kind that it
# does not know (a manual's index, say) and the walk alone decides. A guess, checked on documentation pages.
_ENOUGH = 0.35

_SKIPPED = frozenset(
    re.findall(
        r"\w+",
        """
    script style noscript noframes template svg math canvas iframe object embed form button select input textarea
    nav aside head dialog audio video map menu datalist option label
    """,
    )
)
_SKIPPED_ROLES = frozenset(
    re.findall(
        r"\w+",
        """
    navigation banner contentinfo complementary search dialog alert menu menubar toolbar
    """,
    )
)
_CHROME = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|breadcrumbs?|sidebar|cookies?|consent|gdpr|social|share|sharing|related|newsletter|"
    r"subscribe|promo|advert|advertisement|ads?|banner|sponsored|comments?|respond|pagination|pager|skip-link|toc|popup|modal|"
    r"widget|footer|masthead|author-bio|byline|screen-reader-text|sr-only|visually-hidden|edit-?section|mw-editsection|headerlink)"
    r"(?:$|[\s_-])",
    re.I,
)
# Deepest nesting that is walked; what lies deeper is taken for a part of what holds it (old pages never close a mark).
_DEPTH = 150
_FRAMES = frozenset({"table", "tbody", "thead", "tfoot", "tr", "ul", "ol", "dl"})
# A page of more elements or blocks than this is judged by our own walk alone: trafilatura takes quadratic time, and
# 40,000 short lists took it more than 30 s (measured).
_ELEMENTS, _BLOCKS = 30_000, 3_000

# What browsers read a page as that declares these (https://encoding.spec.whatwg.org); Python takes them more narrowly.
_LABELS = {"iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252"}
_LABELS |= {"iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932"}
_LABELS |= {"x-sjis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "tis-620": "cp874", "utf8": "utf-8"}
_LABELS |= {"x-cp1250": "cp1250", "x-cp1251": "cp1251", "x-cp1252": "cp1252", "big5": "big5hkscs"}
_DECLARABLE = re.compile(
    r"utf-8|(?:windows-|cp)(?:125\d|874|932|949|866)|iso-?8859-\d{1,2}|koi8-[ru]|macintosh|x-mac-cyrillic|gb18030|"
    r"big5(?:hkscs|-hkscs)?|euc-jp|iso-2022-jp",
    re.I,
)
_INLINE = frozenset(
    re.findall(
        r"\w+",
        """
    a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd mark q ruby rt s samp small span
    strike strong sub sup time tt u var wbr br label
    """,
    )
)


def load_html(data: bytes, name: str, limits: Limits) -> Draft:
    """The blocks of a web page's article, without the page around it. Nothing is fetched.

    Raises:
        UnreadableDocument: The markup cannot be parsed at all.
        DocumentTooLarge: It is nested too deeply.
    """
    from lxml import etree  # type: ignore[import-untyped]
    from lxml import html as lxml_html

    text = _decoded(data, name)
    # Without huge_tree, a comment of 10 MB or the 256th level ends the page, and nothing says so.
    parser = lxml_html.HTMLParser(
        remove_comments=True, remove_pis=True, no_network=True, huge_tree=True, encoding="utf-8"
    )
    try:
        root = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableDocument(name, f"its HTML cannot be parsed ({error})", "Save the page anew.") from error
    if any("depth" in entry.message for entry in parser.error_log):  # the rest of the page is lost
        raise DocumentTooLarge(
            name, "its markup is nested more than 2,000 levels deep", "Save the page anew, or save its text."
        )
    metadata: dict[str, str | int | float | bool] = {}
    _flatten(root)
    unseen = _remove_unseen(root)
    title, source = _title(root), _source(root)
    walk = list(_Walk(root).blocks())
    blocks = _article(text, root, walk)
    noise = find_noise(
        [block.text for block in blocks],
        frozenset(position for position, block in enumerate(blocks) if block.kind in ("item", "row", "code")),
    )
    blocks = [block for position, block in enumerate(blocks) if position not in noise.positions]
    heads = [block.text for block in blocks if block.kind == "heading" and block.level == 1]
    if len(heads) == 1 and (not title or same_words(heads[0]) in same_words(title)):
        title = heads[0]
    if noise.author:
        metadata["author"] = noise.author
    return Draft(title, source or noise.source, tuple(blocks), metadata, unseen)


def _decoded(data: bytes, name: str) -> str:
    """The page's text: by the encoding that it declares, where that fits, else as any text is decoded."""
    declared = re.search(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,40})", data[:4096], re.I)
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        label = declared[1].decode("ascii").casefold()
        encoding = _LABELS.get(label, label)
        if _DECLARABLE.fullmatch(encoding) and not (encoding.startswith("cp12") and _is_utf8(data)):
            try:
                return data.decode(encoding)
            except (LookupError, UnicodeDecodeError):
                pass
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", decode(data, name))


def _is_utf8(data: bytes) -> bool:
    """Is it UTF-8 beyond ASCII? Text in a code page never is, but for a stray pair of letters."""
    try:
        return not data.isascii() and len(data.decode("utf-8")) < len(data) - 2
    except UnicodeDecodeError:
        return False


def _flatten(root: HtmlElement) -> None:
    """Take away the levels below `_DEPTH`, and keep their words."""
    deep: list[HtmlElement] = []
    waiting = [(root, 0, False)]
    while waiting:
        element, depth, too_deep = waiting.pop()
        if too_deep:
            deep.append(element)
        # What a table or list holds beside its cells and items would not be read.
        too_deep = too_deep or (depth >= _DEPTH and element.tag not in _FRAMES)
        waiting.extend((child, depth + 1, too_deep) for child in element)
    for element in reversed(deep):
        if isinstance(element.tag, str) and element.tag not in _SKIPPED:
            element.text = f" {element.text or ''}"
            element.tail = f" {element.tail or ''}"
            element.drop_tag()


def _remove_unseen(root: HtmlElement) -> int:
    """Take out what a browser would not show; the number of characters taken."""
    count = 0
    sheets = StyleSheets.of(root)
    waiting: list[tuple[HtmlElement, tuple[int, ...] | None]] = [(child, (255, 255, 255)) for child in root]
    while waiting:
        element, behind = waiting.pop()
        if not isinstance(element.tag, str):
            continue
        style = sheets.style(element)
        ink = element.get("color") if element.tag == "font" else None
        if ink and "color" not in style:
            style["color"] = ink.casefold()
        behind = background_of(style, element.get("bgcolor"), behind)
        if "hidden" in element.attrib or (style and hides(style, background=behind)):
            if element.tag not in ("head", "style", "script", "template"):
                count += len("".join(element.text_content().split()))
            element.drop_tree()
        elif element.get("aria-hidden") == "true":
            element.drop_tree()  # ornaments, which say nothing
        else:
            waiting.extend((child, behind) for child in element)
    return count


def _title(root: HtmlElement) -> str:
    for path in ("//meta[@property='og:title']/@content", "//head/title/text()", "//title/text()"):
        for found in root.xpath(path):
            if one_line(str(found)):
                return one_line(str(found))
    return ""


def _source(root: HtmlElement) -> str:
    for path in (
        "//link[@rel='canonical']/@href",
        "//meta[@property='og:url']/@content",
        "//meta[@name='citation_public_url' or @name='dc.source' or @name='DC.source']/@content",
    ):
        for found in root.xpath(path):
            if re.match(r"https?://\S+$", str(found).strip()):
                return str(found).strip()
    return ""


def _article(text: str, root: HtmlElement, walk: list[Block]) -> list[Block]:
    """Of the blocks of the walk, those that trafilatura too takes for the article, with the headings above them."""
    if len(walk) > _BLOCKS or sum(1 for _ in itertools.islice(root.iter(), _ELEMENTS + 1)) > _ELEMENTS:
        return walk
    import trafilatura

    try:
        extracted = trafilatura.extract(
            root, output_format="txt", include_comments=False, include_tables=True, favor_recall=True, fast=False
        )
    except Exception:  # noqa: BLE001 - trafilatura has no root exception, and any failure has the same answer
        extracted = None
    kept_words = same_words(clean(extracted or "")[0])
    walk_words = sum(len(block.text.split()) for block in walk if block.kind != "heading")
    if len(kept_words.split()) < _ENOUGH * walk_words:
        return walk
    kept: list[Block] = []
    headings: list[Block] = []
    for block in walk:
        if block.kind == "heading":
            while headings and headings[-1].level >= block.level:
                headings.pop()
            headings.append(block)
        elif _among(block, kept_words):
            kept.extend(headings)
            headings = []
            kept.append(block)
    return kept or walk


def _among(block: Block, words: str) -> bool:
    """Does the extracted text hold the block, or most pieces of it?"""
    own = same_words(clean(block.text)[0])
    if own in words:
        return True
    pieces = own.split()
    if len(pieces) < 8:
        return all(piece in words for piece in pieces) and block.kind == "row"
    runs = [" ".join(pieces[start : start + 5]) for start in range(0, len(pieces) - 4, 5)]
    return sum(run in words for run in runs) * 2 >= len(runs)


@dataclass
class _Walk:
    """The blocks of a parsed page, in order, without its navigation, forms and other chrome."""

    root: HtmlElement

    def blocks(self) -> Iterator[Block]:
        """The blocks, in order."""
        body = self.root.find("body")
        root = self.root if body is None else body
        mains = root.xpath("//main | //*[@role='main'] | //article")
        if len(mains) == 1 and len(mains[0].text_content()) > 0.4 * len(root.text_content()):
            root = mains[0]
        yield from self._children(root)

    def _children(self, element: HtmlElement) -> Iterator[Block]:
        """Blocks of an element that may hold both words and blocks."""
        words = [element.text or ""]
        for child in element:
            if self._inline(child):
                words.append(self._words(child))
            elif isinstance(child.tag, str):
                yield from self._paragraph(words)
                words = []
                yield from self._block(child)
            words.append(child.tail or "")
        yield from self._paragraph(words)

    def _paragraph(self, words: list[str]) -> Iterator[Block]:
        text = one_line("".join(words))
        if text:
            yield Block("paragraph", text)

    def _block(self, element: HtmlElement) -> Iterator[Block]:
        tag = element.tag
        if self._skipped(element):
            return
        if re.fullmatch("h[1-6]", tag):
            text = one_line(self._words(element)).rstrip("¶#§ ")
            if text:
                yield Block("heading", text, int(tag[1]))
        elif tag in ("ul", "ol"):
            if not self._links_only(element):
                yield from self._list(element, 0)
        elif tag == "dl":
            yield from self._definitions(element)
        elif tag == "table":
            yield from self._table(element)
        elif tag == "pre":
            yield Block("code", element.text_content())
        elif not (
            tag in ("div", "section", "p") and self._links_only(element) and not element.xpath(".//p|.//h1|.//h2|.//h3")
        ):
            yield from self._children(element)

    def _list(self, element: HtmlElement, depth: int) -> Iterator[Block]:
        number = int(element.get("start") or 1) if re.fullmatch(r"\d{1,6}", element.get("start") or "1") else 1
        for child in element:
            if child.tag in ("ul", "ol"):
                yield from self._list(child, depth + 1)
                continue
            if not isinstance(child.tag, str) or self._skipped(child):
                continue
            marker = f"{number}." if element.tag == "ol" else "-"
            number += 1
            yield from self._item(child, depth, marker)

    def _item(self, element: HtmlElement, depth: int, marker: str) -> Iterator[Block]:
        words: list[str] = []
        nested: list[Block] = []

        def gather(node: HtmlElement) -> None:
            words.append(node.text or "")
            for child in node:
                if child.tag in ("ul", "ol"):
                    nested.extend(self._list(child, depth + 1))
                elif child.tag in ("table", "pre"):
                    nested.extend(self._block(child))
                elif isinstance(child.tag, str) and not self._skipped(child):
                    if self._inline(child) and not child.xpath(".//ul|.//ol|.//table|.//pre"):
                        words.append(self._words(child))
                    else:
                        words.append(" ")
                        gather(child)
                        words.append(" ")
                words.append(child.tail or "")

        gather(element)
        text = one_line("".join(words))
        if text:
            yield Block("item", text, depth, marker)
        yield from nested

    def _definitions(self, element: HtmlElement) -> Iterator[Block]:
        term = ""
        for child in element.iter("dt", "dd"):
            text = one_line(self._words(child))
            if child.tag == "dt":
                term = f"{term}, {text}" if term else text
            elif text:
                yield Block("item", f"{term.rstrip(':')}: {text}" if term else text)
                term = ""
        if term:
            yield Block("item", term)

    def _table(self, element: HtmlElement) -> Iterator[Block]:
        rows = [row for row in element.iter("tr") if next(row.iterancestors("table"), None) is element]
        if not rows:
            yield from self._children(element)
            return
        layout = all(len(row.findall("td")) + len(row.findall("th")) <= 1 for row in rows)
        for row in rows:
            cells = [cell for cell in row if cell.tag in ("td", "th")]
            if layout:  # a table that only places things on the page
                for cell in cells:
                    yield from self._children(cell)
                continue
            text = " | ".join(one_line(self._words(cell)) for cell in cells)
            if text.strip(" |"):
                yield Block("row", text)

    def _inline(self, element: HtmlElement) -> bool:
        if element.tag not in _INLINE:
            return not isinstance(element.tag, str)
        return not any(isinstance(child.tag, str) and child.tag not in _INLINE for child in element.iterdescendants())

    def _words(self, element: HtmlElement) -> str:
        """The words of an element whose inner structure does not matter."""
        if not isinstance(element.tag, str) or self._skipped(element):
            return ""
        if element.tag in ("br", "wbr"):
            return " " if element.tag == "br" else ""
        parts = [element.text or ""]
        for child in element:
            inner = self._words(child)
            parts.append(inner if isinstance(child.tag, str) and child.tag in _INLINE else f" {inner} ")
            parts.append(child.tail or "")
        return "".join(parts)

    def _skipped(self, element: HtmlElement) -> bool:
        tag = element.tag
        if tag == "form" and element.find(".//p") is not None:
            return False  # some servers put the whole page into a form
        if tag in _SKIPPED or element.get("role") in _SKIPPED_ROLES:
            return True
        if tag in ("header", "footer") and not any(True for _ in element.iterancestors("article", "main", "section")):
            return True
        if tag in ("html", "body", "main", "article"):
            return False
        marks = f"{element.get('class') or ''} {element.get('id') or ''}"
        return bool(_CHROME.search(marks)) and len(element.text_content()) < 2000

    def _links_only(self, element: HtmlElement) -> bool:
        """Is the element a menu: several links and hardly a word beside them?"""
        links = element.xpath(".//a[@href]")
        whole = len(one_line(element.text_content()))
        linked = sum(len(one_line(link.text_content())) for link in links)
        return len(links) >= 2 and whole > 0 and linked > 0.8 * whole
