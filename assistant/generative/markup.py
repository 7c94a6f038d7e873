"""A model's text without what a page must not show or load."""

from __future__ import annotations

import re
import unicodedata


def without_markup(text: str) -> str:
    """Text without HTML, images, links, code fences and control characters; a link's words stay."""
    text = "".join(
        letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cf", "Co", "Cs")
    )
    text = re.sub(r"^\s*(?:```|~~~).*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^\s*\[[^\]\n]+\]:\s*\S+.*$", "", text, flags=re.MULTILINE)
    before = None
    while before != text:
        before = text
        text = re.sub(r"(?is)<(script|style|iframe|object|svg)\b.*?(?:</\1\s*>|$)", "", text)
        text = re.sub(r"<!--.*?(?:-->|$)|</?[a-zA-Z!?][^<>]*(?:>|$)", "", text, flags=re.DOTALL)
        text = re.sub(r"!\[[^\]]*\](?:\([^)]*\)?|\[[^\]]*\])?", "", text)
        text = re.sub(r"\[([^\[\]]*)\]\([^)]*\)?", lambda link: _link_text(link.group(1)), text)
        text = re.sub(r"(?i)\b(?:https?|ftp|javascript|data|file):\S*[^\s.,;:!?)\]]|\bwww\.\S*[^\s.,;:!?)\]]", "", text)
    return text


def _link_text(words: str) -> str:
    return f"[{words}]" if words.strip().strip("^").isdigit() else words


def plain(markdown: str) -> str:
    text = re.sub(r"(\*\*|__|`)(.*?)\1", r"\2", markdown)
    return re.sub(r"(?<!\w)[*_](\S(?:.*?\S)?)[*_](?!\w)", r"\1", text).strip()


THINKING = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>\s*", re.DOTALL | re.IGNORECASE)
STILL_THINKING = re.compile(r"^\s*<t(?:h(?:i(?:n(?:k(?:ing)?)?)?)?)?>?(?:(?!</think).)*$", re.DOTALL | re.IGNORECASE)
