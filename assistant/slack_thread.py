"""A Slack thread as a conversation: who said what, our own words as the assistant's, and nobody else's bot."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PAGE = 200  # messages asked for at once; the most that Slack recommends
MOST_PAGES = 20  # after 4,000 messages a thread's middle is of no use to a question
NEWEST = 20  # messages kept, beside the root


@dataclass(frozen=True)
class Thread:
    """What a thread holds before a message.

    Attributes:
        history: The root and the newest messages, oldest first, as `Assistant.ask` takes them.
        joined: Whether the assistant has written in the thread.
    """

    history: tuple[dict[str, str], ...]
    joined: bool


def read_thread(client: Any, *, channel: str, thread: str, before: str, bot_user: str) -> Thread:
    """The thread up to, and without, the message `before` (a Slack timestamp)."""
    root: dict[str, str] | None = None
    newest: deque[dict[str, str]] = deque(maxlen=NEWEST)
    joined = False
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = client.conversations_replies(channel=channel, ts=thread, limit=PAGE, cursor=cursor)
        for message in page.get("messages", []):
            if float(message["ts"]) >= float(before):
                continue
            ours = message.get("user") == bot_user
            joined |= ours
            turn = _turn(message, ours=ours, bot_user=bot_user)
            if turn is None:
                continue
            if root is None:
                root = turn
            else:
                newest.append(turn)
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        if not cursor:
            break
    return Thread((*((root,) if root else ()), *newest), joined)


def question_in(text: str, bot_user: str) -> str:
    """What was asked: the text without our name, other mentions and Slack's escapes."""
    text = text.replace(f"<@{bot_user}>", " ")
    text = re.sub(r"<[@!#][^>|]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"<[@!#][^>]*>", " ", text)
    text = re.sub(r"<([^>|]+)\|([^>]*)>", r"\2", text)
    text = re.sub(r"<([^>]+)>", r"\1", text)
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return " ".join(text.split())


def _turn(message: Mapping[str, Any], *, ours: bool, bot_user: str) -> dict[str, str] | None:
    if not ours and (message.get("bot_id") or message.get("subtype")):
        return None
    text = question_in(str(message.get("text", "")), bot_user)
    return {"role": "assistant" if ours else "user", "content": text} if text else None
