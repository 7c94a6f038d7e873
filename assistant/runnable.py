"""An `Assistant` as a LangChain Runnable."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable, RunnableConfig

from assistant.answer import Answer
from assistant.conversation import Message

if TYPE_CHECKING:
    from assistant.chain import Assistant, Question


class AssistantRunnable(Runnable["Question", Any]):
    """A question, or a mapping with `question` and `history`, to an `Answer`; streams its text before it."""

    def __init__(self, assistant: Assistant) -> None:
        self.name = "assistant"
        self._assistant = assistant

    def invoke(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """The answer."""
        return [piece for piece in self.stream(input, config) if isinstance(piece, Answer)][-1]

    async def ainvoke(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """The answer."""
        return [piece async for piece in self.astream(input, config) if isinstance(piece, Answer)][-1]

    def stream(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[str | Answer]:
        """Pieces of text, then the answer."""
        yield from self._assistant.stream(*_question_and_history(input), config=config)

    async def astream(
        self, input: Question, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[str | Answer]:
        """Pieces of text, then the answer."""
        async for piece in self._assistant.astream(*_question_and_history(input), config=config):
            yield piece


def _question_and_history(value: Question) -> tuple[str, Sequence[Message]]:
    if isinstance(value, Mapping):
        return str(value["question"]), tuple(value.get("history") or ())
    return value, ()
