"""An Answer as Slack messages, within Slack's limits: nothing is cut silently, and sources and buttons always fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.answer import Answer, Citation
from assistant.render import place, strip_controls

Block = dict[str, Any]

MARKDOWN_LIMIT = (
    12_000  # characters in the markdown blocks of one message, together (Slack's reference, markdown block)
)
BLOCK_LIMIT = 50  # blocks in a message (Slack's reference, blocks)
CONTEXT_LIMIT = 10  # elements in a context block (Slack's reference, context block)
ELEMENT_LIMIT = 2_000  # characters kept in a context element; Slack refuses a text object over 3,000
TEXT_LIMIT = 3_900  # characters of a message's plain text; Slack cuts at 4,000
FEEDBACK_UP, FEEDBACK_DOWN, SHARE, SUGGESTION = "feedback_up", "feedback_down", "share", "suggestion"
_LINK = re.compile(r"\](?=[(:]|\[(?!\d+\]))")
_FENCE = re.compile(r"^(```|~~~)[^\n]*$", re.MULTILINE)


@dataclass(frozen=True)
class SlackMessage:
    """One message: `text` for notifications and readers that show no blocks, and `blocks`."""

    text: str
    blocks: tuple[Block, ...]


def to_slack(answer: Answer, *, key: str = "", share: bool = False) -> list[SlackMessage]:
    """The messages that say an answer, in order; all but an overlong answer need one.

    Args:
        answer: What to say.
        key: What the buttons carry, to find the answer again; no buttons without it.
        share: Whether to offer "Share" (an ephemeral answer that only its asker sees).
    """
    pieces = split_markdown(_body(answer), MARKDOWN_LIMIT)
    closing = [*_sources(answer.citations), *_suggestions(answer.suggestions), *_buttons(key, share=share)]
    messages = [SlackMessage(_text(piece), (_markdown(piece),)) for piece in pieces[:-1]]
    return [*messages, SlackMessage(_text(pieces[-1]), (_markdown(pieces[-1]), *closing))]


def escape(text: str) -> str:
    """The text so that Slack shows it as it is: no mention, no link, no broadcast comes of it."""
    return strip_controls(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def split_markdown(text: str, limit: int) -> list[str]:
    """Markdown in pieces of at most `limit` characters, cut between lines where that can be done.

    A code block that is cut is closed in one piece and opened again in the next.
    """
    pieces: list[str] = []
    rest = text
    while len(rest) > limit:
        room = limit - 8  # for the fence that may have to be closed
        cut = max(rest.rfind("\n\n", 1, room), rest.rfind("\n", 1, room))
        if cut <= room // 4:
            cut = max(rest.rfind(" ", 1, room), 0) or room
        head, rest = rest[:cut], rest[cut:].lstrip("\n")
        fences = _FENCE.findall(head)
        if len(fences) % 2:
            head, rest = f"{head}\n{fences[-1]}", f"{fences[-1]}\n{rest}"
        pieces.append(head)
    return [*pieces, rest]


def _body(answer: Answer) -> str:
    lines = []
    if answer.searched_for and answer.searched_for.casefold() != answer.question.casefold():
        lines.append(f"_Searched for: {escape(answer.searched_for)}_\n")
    lines.append(escape(answer.text))
    lines += [f"\n:information_source: {escape(note)}" for note in answer.notes]
    flagged = [claim.text for claim in answer.claims if not claim.supported]
    lines += [f"\n:warning: Not supported by what it cites: {escape(text)}" for text in flagged]
    return _LINK.sub("] ", "\n".join(lines))  # a link's words would hide where it leads


def _markdown(text: str) -> Block:
    return {"type": "markdown", "text": text}


def _sources(citations: Sequence[Citation]) -> list[Block]:
    blocks = []
    most = CONTEXT_LIMIT * (BLOCK_LIMIT - 4)  # the answer, suggestions and two rows of buttons need their places
    for start in range(0, min(len(citations), most), CONTEXT_LIMIT):
        elements = [_source(citation) for citation in citations[start : min(start + CONTEXT_LIMIT, most)]]
        blocks.append({"type": "context", "elements": elements})
    return blocks


def _source(citation: Citation) -> Block:
    passage = citation.passage
    where = escape(place(passage))
    if re.fullmatch(r"https?://[^\s<>|]+", passage.source):
        where = f"<{escape(passage.source)}|{where.replace('|', '¦')}>"
    head = f"*[{citation.number}]* {where}"
    quote = escape(" ".join(citation.quote.split()))
    room = ELEMENT_LIMIT - len(head) - 20
    if len(quote) > room:
        quote = f"{quote[: max(room, 0)].rsplit(' ', 1)[0]} … (quote goes on)"
    return {"type": "mrkdwn", "text": f"{head}\n“{quote}”", "verbatim": True}


def _suggestions(suggestions: Sequence[str]) -> list[Block]:
    shown = [text for text in map(strip_controls, suggestions) if text.strip()]
    elements = [
        {
            "type": "button",
            "action_id": f"{SUGGESTION}_{number}",
            "text": {"type": "plain_text", "text": text if len(text) <= 75 else f"{text[:74]}…", "emoji": False},
            "value": text[:2000],
        }
        for number, text in enumerate(shown[:3])
    ]
    return [{"type": "actions", "elements": elements}] if elements else []


def _buttons(key: str, *, share: bool) -> list[Block]:
    if not key:
        return []
    wanted = [(FEEDBACK_UP, "👍 Helpful"), (FEEDBACK_DOWN, "👎 Not helpful"), *([(SHARE, "Share")] if share else [])]
    elements = [
        {
            "type": "button",
            "action_id": action,
            "text": {"type": "plain_text", "text": label, "emoji": True},
            "value": key,
        }
        for action, label in wanted
    ]
    return [{"type": "actions", "elements": elements}]


def _text(piece: str) -> str:
    plain = re.sub(r"\*\*(.+?)\*\*", r"*\1*", piece)
    return plain if len(plain) <= TEXT_LIMIT else f"{plain[: TEXT_LIMIT - 20].rsplit(' ', 1)[0]} … (more below)"
