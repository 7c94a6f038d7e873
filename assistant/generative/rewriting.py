"""A follow-up put by the model so that it stands alone, and refused where it adds what nobody said."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing, closing

from langchain_core.language_models.chat_models import BaseChatModel

from assistant.generative.markup import plain, without_markup
from assistant.generative.pump import pumped
from assistant.prompts import REWRITE_PROMPT, history_block

REWRITE_SECONDS = 10.0  # a question that takes longer to rewrite is searched for as it is


def rewrite_with_model(
    model: BaseChatModel, question: str, history: Sequence[Mapping[str, str]], *, timeout: float = REWRITE_SECONDS
) -> str | None:
    """The last question of a conversation, put so that it stands alone; None if the model is of no help with it.

    A rewriting is of no help if it fails, takes too long, is not one short line, or brings in names and numbers that
    the conversation does not hold.
    """
    until = time.monotonic() + timeout
    chain = REWRITE_PROMPT | model
    text = ""
    try:
        with closing(pumped(lambda: chain.stream(_inputs(question, history)), _until(until))) as chunks:
            for chunk in chunks:
                text += chunk.text
                if len(text) > _LONGEST_REPLY:
                    return None
    except Exception:  # noqa: BLE001 - any failure of any provider means the same here: do without
        return None
    return _of_help(text, question, history)


async def arewrite_with_model(
    model: BaseChatModel, question: str, history: Sequence[Mapping[str, str]], *, timeout: float = REWRITE_SECONDS
) -> str | None:
    """The same, for asyncio; no thread is held while the model writes."""
    chain = REWRITE_PROMPT | model
    text = ""
    try:
        async with asyncio.timeout(timeout), aclosing(chain.astream(_inputs(question, history))) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                text += chunk.text
                if len(text) > _LONGEST_REPLY:
                    return None
    except Exception:  # noqa: BLE001 - any failure of any provider means the same here: do without
        return None
    return _of_help(text, question, history)


def _inputs(question: str, history: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {"history": history_block(history), "question": question}


def _of_help(text: str, question: str, history: Sequence[Mapping[str, str]]) -> str | None:
    rewritten = plain(without_markup(text)).strip().strip("\"'“”").strip()
    if not rewritten or "\n" in rewritten or len(rewritten) > _LONGEST_QUESTION:
        return None
    known = {word.lower() for word in _WORD.findall(" ".join([question, *(m.get("content", "") for m in history)]))}
    new = [word for word in _WORD.findall(rewritten)[1:] if word.lower() not in known]
    return None if any(word[0].isupper() or word[0].isdigit() for word in new) else rewritten


_LONGEST_QUESTION = 300  # characters
_LONGEST_REPLY = 4 * _LONGEST_QUESTION  # what goes on for longer is no question
_WORD = re.compile(r"[^\W_]+")


def _until(moment: float) -> Callable[[], float]:
    return lambda: moment - time.monotonic()
