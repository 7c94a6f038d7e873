"""An Answer as Markdown, plain text, HTML, or Slack blocks: everything a front end shows, from `Answer` alone."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from assistant.answer import Answer, Citation
from index.passage import Passage

MARKER = re.compile(r"\[(\d+)\]")
_TAG_OR_MARKER = re.compile(r"<[^>]*>|\[(\d+)\]")
# Whole escape sequences first (colours; window titles, links and the clipboard end with BEL or ST), then controls that
# stand alone, and what no reader sees or what turns text around: bidi marks, zero-width characters, tags.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)
# What begins HTML or an autolink, an image, a link's target, a reference or its definition.
_LIVE = re.compile(r"<(?=[A-Za-z/!?])|!(?=\[)|(?<=\])[(\[:](?!\d+\])")
_BREAKS = re.compile(r"[\u2028\u2029]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_FLAG_START, _FLAG_END = "\ue000", "\ue001"  # private-use characters, which no Markdown rule looks at
_EMPHASIS = re.compile(r"\*\*(.+?)\*\*|(?<!\w)_(.+?)_(?!\w)")


def place(passage: Passage) -> str:
    """Where a passage stands, in words: guide, heading path, page."""
    parts = [passage.title or passage.document, *passage.section]
    seen = list(dict.fromkeys(part for part in parts if part))
    where = " › ".join(seen)
    return f"{where}, page {passage.page}" if passage.page else where


def to_markdown(answer: Answer) -> str:
    """The answer with its sources, each with quote and place."""
    lines = [_lifeless(answer.text)]
    if _rewritten(answer):
        lines.insert(0, f"*Searched for: {_plain_markdown(_one_line(answer.searched_for))}*\n")
    lines += [f"\n> Note: {_lifeless(_one_line(note))}" for note in answer.notes]
    flagged = [_lifeless(_one_line(claim.text)) for claim in answer.claims if not claim.supported]
    lines += [f"\n> Not supported by what it cites: {text}" for text in flagged]
    if answer.citations:
        lines.append("\n**Sources**\n")
        lines += [_markdown_source(citation) for citation in answer.citations]
    return strip_controls("\n".join(lines)) + "\n"


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
    """The answer as a fragment of HTML: everything escaped, markers as links to `#psg-1` and so on.

    A claim that its citations do not bear out stands in a `<span class="unsupported">`, if it is found in the text.
    """
    targets = {citation.number: anchor(citation) for citation in answer.citations}

    def link(match: re.Match[str]) -> str:
        if match[1] is None:  # a tag: nothing may be put into its attributes
            return match[0].replace(_FLAG_START, "").replace(_FLAG_END, "")
        number = int(match[1])
        if number not in targets:
            return match[0]
        target = html.escape(targets[number])
        return f'<a class="citation" href="#{target}" aria-label="Source {number}">[{number}]</a>'

    body = _TAG_OR_MARKER.sub(link, text_to_html(_flag(answer)))
    opening = '<span class="unsupported" title="Not supported by what it cites">'
    return body.replace(_FLAG_START, opening).replace(_FLAG_END, "</span>")


def text_to_html(text: str) -> str:
    """Markdown as a fragment of HTML: paragraphs, lists, tables and emphasis, with all else escaped.

    No HTML, link or image in the text comes to life, so that it can neither run nor fetch anything.
    """
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
    return str(markdown.disable(["image", "link", "autolink", "reference", "html_block", "html_inline"]).render(text))


def strip_controls(text: str) -> str:
    """The text without terminal escape sequences, control characters and invisible ones; line breaks and tabs stay."""
    return _SURROGATES.sub("\ufffd", _BREAKS.sub("\n", _ESCAPES.sub("", text)))


def _flag(answer: Answer) -> str:
    """The text with every unsupported claim between two characters of our own."""
    text = answer.text.replace(_FLAG_START, "").replace(_FLAG_END, "")
    position = 0
    for claim in answer.claims:
        start = text.find(claim.text, position)
        if start < 0 or not claim.text.strip() or "\n" in claim.text:
            continue
        end = start + len(claim.text)
        if not claim.supported and claim.text.count("**") % 2 == 0:
            text = f"{text[:start]}{_FLAG_START}{claim.text}{_FLAG_END}{text[end:]}"
            end += 2
        position = end
    return text


def _rewritten(answer: Answer) -> bool:
    return bool(answer.searched_for) and answer.searched_for.casefold() != answer.question.casefold()


def _markdown_source(citation: Citation) -> str:
    passage = citation.passage
    address = f" <{passage.source}>" if re.match(r"https?://\S+$", passage.source) else ""
    quote = _plain_markdown(_one_line(citation.quote))
    return f"{citation.number}. {_plain_markdown(place(passage))}{address}: “{quote}”"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _lifeless(text: str) -> str:
    """Markdown that keeps its lists, tables and emphasis, and in which no HTML, image or link comes to life."""
    return _LIVE.sub(lambda match: "\\" + match[0], text)


def _plain_markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>!|])", r"\\\1", text)
