"""Markdown to blocks, by markdown-it-py."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.loaders.blocks import Block, Draft, leading_title, one_line
from corpus.loaders.characters import decode
from corpus.loaders.front_matter import split_front_matter
from corpus.loaders.limits import Limits
from corpus.loaders.text import within
from corpus.loaders.unseen import declarations, hides

if TYPE_CHECKING:
    from markdown_it.token import Token

_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1>|\Z)|</?[a-zA-Z][^<>]*>", re.S | re.I)
_STYLE = re.compile(r"\bstyle\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.I)
_HIDDEN = re.compile(r"\shidden(?=[\s>=/])", re.I)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_NEVER_READ = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "math"})
_BLOCK_TAG = re.compile(r"</?(?:p|div|br|li|ul|ol|tr|table|h[1-6]|details|summary|section)\b[^<>]*>", re.I)


def load_markdown(data: bytes, name: str, limits: Limits) -> Draft:
    """The blocks of a Markdown file; its front matter gives title, source and metadata."""
    from markdown_it import MarkdownIt

    facts, body = split_front_matter(re.sub(r"\r\n?", "\n", within(decode(data, name), name, limits)))
    parser = MarkdownIt("commonmark", {"maxNesting": 40}).enable(["table", "strikethrough"])
    blocks = tuple(_blocks(parser.parse(body)))
    title = str(facts.pop("title", ""))
    source = str(facts.pop("source", "") or facts.pop("url", ""))
    return Draft(title or leading_title(blocks), source, blocks, facts)


def _blocks(tokens: Sequence[Token]) -> Iterable[Block]:
    lists: list[int | None] = []  # the next number of each open list; None for bullets
    item: list[str] | None = None  # the words of the open list item so far
    marker, depth = "-", 0
    cells: list[str] = []
    in_cell = False
    heading: int | None = None
    unseen = _Unseen()

    def close_item() -> Iterable[Block]:
        nonlocal item
        words = " ".join(item or [])
        item = None
        if words:
            yield Block("item", words, depth, marker)

    for token in tokens:
        kind = token.type
        if kind == "heading_open":
            yield from close_item()
            heading = int(token.tag[1:])
        elif kind in ("bullet_list_open", "ordered_list_open"):
            yield from close_item()
            lists.append(int(token.attrs.get("start", 1)) if kind.startswith("ordered") else None)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            yield from close_item()
            lists.pop()
        elif kind == "list_item_open":
            yield from close_item()
            item, depth = [], len(lists) - 1
            number = lists[-1]
            marker = "-" if number is None else f"{number}."
            lists[-1] = None if number is None else number + 1
        elif kind == "list_item_close":
            yield from close_item()
        elif kind == "tr_open":
            yield from close_item()
            cells = []
        elif kind in ("th_open", "td_open"):
            in_cell = True
        elif kind == "tr_close":
            if any(cells) and not unseen:
                yield Block("row", " | ".join(cells))
        elif kind in ("fence", "code_block"):
            yield from close_item()
            if not unseen:
                yield Block("code", token.content)
        elif kind == "html_block":
            for text in _html_paragraphs(token.content, unseen):
                yield Block("paragraph", text)
        elif kind == "inline":
            text = one_line(_inline(token.children or [], unseen))
            if heading is not None:
                yield Block("heading", text, heading)
                heading = None
            elif in_cell:
                cells.append(text)
                in_cell = False
            elif item is not None:
                item.append(text)
            elif lists:  # a paragraph of an item, below a list nested in it
                yield Block("item", text, max(0, len(lists) - 1))
            else:
                yield Block("paragraph", text)


@dataclass
class _Unseen:
    """The open element, if there is one, whose content nobody sees: it may reach over several blocks."""

    name: str = ""
    depth: int = 0

    def __bool__(self) -> bool:
        return bool(self.name)

    def pass_tag(self, tag: str) -> None:
        """Take note of a tag."""
        parts = re.match(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)", tag)
        if parts is None or (name := parts[2].casefold()) in _VOID:
            return
        if self.name:
            if name == self.name:
                self.depth += -1 if parts[1] else 1
                self.name = self.name if self.depth else ""
        elif not parts[1]:
            style = _STYLE.search(tag)
            given = html.unescape(next(filter(None, style.groups()), "")) if style else ""
            if name in _NEVER_READ or _HIDDEN.search(tag) or (given and hides(declarations(given))):
                self.name, self.depth = name, 1


def _inline(children: Sequence[Token], unseen: _Unseen) -> str:
    """The words of inline content: no emphasis, link target, image or HTML."""
    parts: list[str] = []
    for child in children:
        if child.type == "html_inline":
            unseen.pass_tag(child.content)
            if not unseen and re.match(r"<br\b", child.content, re.I):
                parts.append(" ")
        elif unseen or child.type == "image":
            continue
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type in ("text", "code_inline", "text_special"):
            parts.append(child.content)
    return "".join(parts)


def _html_paragraphs(content: str, unseen: _Unseen) -> list[str]:
    parts: list[str] = []
    last = 0
    for match in _TAG.finditer(content):
        if not unseen:
            parts.append(content[last : match.start()])
        last = match.end()
        if match[0].startswith("<!--") or match[1]:
            continue  # a comment, or a script with all that is in it
        unseen.pass_tag(match[0])
        if _BLOCK_TAG.match(match[0]):
            parts.append("\n\n")
    if not unseen:
        parts.append(content[last:])
    return [one_line(html.unescape(part)) for part in "".join(parts).split("\n\n") if part.strip()]
