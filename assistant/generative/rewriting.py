"""A follow-up put by the model so that it stands alone, and refused where it adds what nobody said."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

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
    inputs = {"history": history_block(history), "question": question}
    text = ""
    try:
        with closing(pumped(lambda: (REWRITE_PROMPT | model).stream(inputs), _until(until))) as chunks:
            for chunk in chunks:
                text += chunk.text
                if len(text) > 4 * _LONGEST_QUESTION:
                    return None
    except Exception:  # noqa: BLE001 - any failure of any provider means the same here: do without
        return None
    rewritten = plain(without_markup(text)).strip().strip("\"'“”").strip()
    if not rewritten or "\n" in rewritten or len(rewritten) > _LONGEST_QUESTION:
        return None
    known = {word.lower() for word in _WORD.findall(" ".join([question, *(m.get("content", "") for m in history)]))}
    new = [word for word in _WORD.findall(rewritten)[1:] if word.lower() not in known]
    return None if any(word[0].isupper() or word[0].isdigit() for word in new) else rewritten


_LONGEST_QUESTION = 300  # characters
_WORD = re.compile(r"[^\W_]+")


def _until(moment: float) -> Callable[[], float]:
    return lambda: moment - time.monotonic()
