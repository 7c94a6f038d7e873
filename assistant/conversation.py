"""A follow-up to a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.chain import Assistant

Message = Mapping[str, str]
_FOLLOW_UP = re.compile(
    r"^\s*(and|but|so|or|also|ok|okay|what about|how about|why|which one|in which|where is it|what's that)\b"
    r"|\b(it|its|that|this|those|these|they|them|their|there|he|she|one|ones)\b",
    re.IGNORECASE,
)


def standalone_question(question: str, history: Sequence[Message]) -> str:
    """The question with what it takes from the conversation put into words.

    Args:
        question: As asked.
        history: Earlier messages, oldest first, each with `role` and `content`.
    """
    earlier = [message["content"] for message in history if message.get("role") == "user"]
    if earlier and (_FOLLOW_UP.search(question) or len(question.split()) <= 4):
        return f"{earlier[-1]} {question}"
    return question


@dataclass
class Conversation:
    """Keeps the history for a caller who does not want to."""

    assistant: Assistant
    messages: tuple[dict[str, str], ...] = ()

    def ask(self, question: str) -> Answer:
        """The answer to a question in this conversation, which remembers both."""
        answer = self.assistant.ask(question, history=self.messages)
        self.remember(question, answer.text)
        return answer

    def remember(self, question: str, text: str) -> None:
        """Add a turn that was answered elsewhere."""
        self.messages += ({"role": "user", "content": question}, {"role": "assistant", "content": text})


def user_turns(turns: Iterable[str]) -> list[dict[str, str]]:
    """Messages of a user's earlier questions alone."""
    return [{"role": "user", "content": turn} for turn in turns]
