"""An Answer as Markdown, plain text, HTML, or Slack blocks: everything a front end shows, from `Answer` alone."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from assistant.answer import Answer, Citation
from index.passage import Passage

MARKER = re.compile(r"\[(\d+)\]")
_ESCAPES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]|\x1b\[[0-9;?]*[ -/]*[@-~]")
_EMPHASIS = re.compile(r"\*\*(.+?)\*\*|(?<!\w)_(.+?)_(?!\w)")


def place(passage: Passage) -> str:
    """Where a passage stands, in words: guide, heading path, page."""
    parts = [passage.title or passage.document, *passage.section]
    seen = list(dict.fromkeys(part for part in parts if part))
    where = " › ".join(seen)
    return f"{where}, page {passage.page}" if passage.page else where


def to_markdown(answer: Answer) -> str:
    """The answer with its sources, each with quote and place."""
    lines = [answer.text]
    if _rewritten(answer):
        lines.insert(0, f"*Searched for: {_plain_markdown(answer.searched_for)}*\n")
    lines += [f"\n> Note: {note}" for note in answer.notes]
    flagged = [claim.text for claim in answer.claims if not claim.supported]
    lines += [f"\n> Not supported by what it cites: {text}" for text in flagged]
    if answer.citations:
        lines.append("\n**Sources**\n")
        lines += [_markdown_source(citation) for citation in answer.citations]
    return "\n".join(lines) + "\n"


def to_text(answer: Answer) -> str:
    """The answer for a terminal: no markup, and no control characters that a terminal would obey."""
    lines = []
    if _rewritten(answer):
        lines.append(f"Searched for: {answer.searched_for}\n")
    lines.append(_EMPHASIS.sub(lambda match: match[1] or match[2], answer.text))
    lines += [f"\nNote: {note}" for note in answer.notes]
    lines += [f"\nNot supported by what it cites: {claim.text}" for claim in answer.claims if not claim.supported]
    if answer.citations:
        lines.append("")
        for citation in answer.citations:
            lines.append(f"[{citation.number}] {place(citation.passage)}")
            lines.append(f"    “{_one_line(citation.quote)}”")
            if citation.passage.source:
                lines.append(f"    {citation.passage.source}")
    return strip_controls("\n".join(lines)) + "\n"


def to_html(answer: Answer, *, anchor: Callable[[Citation], str] = lambda citation: f"psg-{citation.number}") -> str:
    """The answer as a fragment of HTML: everything escaped, markers as links to `#psg-1` and so on."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False, "linkify": False}).disable(["image", "link", "autolink"])
    targets = {citation.number: anchor(citation) for citation in answer.citations}

    def link(match: re.Match[str]) -> str:
        number = int(match[1])
        if number not in targets:
            return match[0]
        return f'<sup><a class="citation" href="#{html.escape(targets[number])}">[{number}]</a></sup>'

    return MARKER.sub(link, body.render(answer.text))


def strip_controls(text: str) -> str:
    """The text without control characters and terminal escape sequences; line breaks and tabs stay."""
    return _ESCAPES.sub("", text)


def _rewritten(answer: Answer) -> bool:
    return bool(answer.searched_for) and answer.searched_for.casefold() != answer.question.casefold()


def _markdown_source(citation: Citation) -> str:
    passage = citation.passage
    address = f" <{passage.source}>" if re.match(r"https?://\S+$", passage.source) else ""
    quote = _plain_markdown(_one_line(citation.quote))
    return f"{citation.number}. {_plain_markdown(place(passage))}{address}: “{quote}”"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _plain_markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>!|])", r"\\\1", text)
