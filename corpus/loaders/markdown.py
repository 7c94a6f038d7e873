"""Markdown to blocks, by markdown-it-py."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from corpus.loaders.blocks import Block, Draft, leading_title, one_line
from corpus.loaders.characters import decode
from corpus.loaders.front_matter import split_front_matter
from corpus.loaders.limits import Limits

if TYPE_CHECKING:
    from markdown_it.token import Token

_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1>|\Z)|</?[a-zA-Z][^<>]*>", re.S | re.I)
_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|\shidden(?=[\s>=/])", re.I)
_UNSEEN_ELEMENT = re.compile(
    r"<([a-z][a-z0-9]*)\b[^<>]*(?:display\s*:\s*none|visibility\s*:\s*hidden|\shidden[\s>=])[^<>]*>?.*?(?:</\1>|\Z)",
    re.S | re.I,
)
_BLOCK_TAG = re.compile(r"</?(?:p|div|br|li|ul|ol|tr|table|h[1-6]|details|summary|section)\b[^<>]*>", re.I)


def load_markdown(data: bytes, name: str, limits: Limits) -> Draft:
    """The blocks of a Markdown file; its front matter gives title, source and metadata."""
    from markdown_it import MarkdownIt

    facts, body = split_front_matter(re.sub(r"\r\n?", "\n", decode(data, name)))
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
            if any(cells):
                yield Block("row", " | ".join(cells))
        elif kind in ("fence", "code_block"):
            yield from close_item()
            yield Block("code", token.content)
        elif kind == "html_block":
            for text in _html_paragraphs(token.content):
                yield Block("paragraph", text)
        elif kind == "inline":
            text = one_line(_inline(token.children or []))
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


def _inline(children: Sequence[Token]) -> str:
    """The words of inline content: no emphasis, link target, image or HTML."""
    parts: list[str] = []
    hidden_by = ""  # the name of the open tag whose content nobody sees
    for child in children:
        if child.type == "html_inline":
            tag = _OPEN_OR_CLOSE.match(child.content)
            if tag and tag[1] and tag[2].casefold() == hidden_by:
                hidden_by = ""
            elif (
                tag
                and not tag[1]
                and not hidden_by
                and (tag[2].casefold() in ("script", "style") or _UNSEEN.search(child.content))
            ):
                hidden_by = tag[2].casefold()
            elif tag and tag[2].casefold() == "br":
                parts.append(" ")
        elif hidden_by or child.type == "image":
            continue
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type in ("text", "code_inline", "text_special"):
            parts.append(child.content)
    return "".join(parts)


def _html_paragraphs(content: str) -> list[str]:
    text = _TAG.sub("", _BLOCK_TAG.sub("\n\n", _UNSEEN_ELEMENT.sub("", content)))
    return [one_line(html.unescape(part)) for part in text.split("\n\n") if part.strip()]
