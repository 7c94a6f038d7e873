"""A reader that asks a language model, streams what it writes, and asks again where that helps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, closing

from langchain_core.language_models.chat_models import BaseChatModel

from assistant.errors import ModelError
from assistant.generative.attempts import ATTEMPTS, Reading
from assistant.generative.pump import pumped
from assistant.generative.rewriting import arewrite_with_model, rewrite_with_model
from assistant.models import name_of
from assistant.prompts import ANSWER_PROMPT
from assistant.reader import ReaderResult
from index.passage import Hit

PASSAGES = 8  # passages shown at most; more of them distract small models (guess)


class GenerativeReader:
    """Answers in a language model's words, every sentence checked. Safe to share between threads.

    Args:
        model: Any LangChain chat model.
        drop_unsupported: Leave out sentences that their passages do not support, instead of marking them.
        deadline: Seconds for the whole answer, all attempts together.
        max_passages: Passages shown to the model at most.
        attempts: Requests at most.
    """

    def __init__(
        self,
        model: BaseChatModel,
        *,
        drop_unsupported: bool = False,
        deadline: float = 60.0,
        max_passages: int = PASSAGES,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.name = name_of(model)
        self.drop_unsupported = drop_unsupported
        self.deadline = deadline
        self.max_passages = max_passages
        self.attempts = attempts
        self._model = model
        self._chain = ANSWER_PROMPT | model

    def rewrite(self, question: str, history: Sequence[Mapping[str, str]]) -> str | None:
        """The last question of a conversation, put so that it stands alone; None if the model is of no help with it."""
        return rewrite_with_model(self._model, question, history)

    async def arewrite(self, question: str, history: Sequence[Mapping[str, str]]) -> str | None:
        """The same, for asyncio."""
        return await arewrite_with_model(self._model, question, history)

    def stream(self, question: str, hits: Sequence[Hit]) -> Iterator[str | ReaderResult]:
        """Text as the model writes it, sentence by sentence checked, then the result.

        Closing the iterator stops the model. After a failure in the middle of the text nothing more is shown until the
        result.

        Raises:
            ModelError: If no answer came of it; the message says why.
        """
        reading = self._reading(question, hits)
        while reading.result is None:
            draft = reading.begin()
            try:
                with closing(pumped(lambda: self._chain.stream(reading.inputs), reading.remaining)) as chunks:
                    for chunk in chunks:
                        if text := reading.show(draft.feed(chunk)):
                            yield text
                        if draft.complete:
                            break
                if text := reading.show(draft.end()):
                    yield text
                reading.accept(draft)
            except Exception as error:
                wait = reading.wait_after(error, draft)
                if wait is None:
                    raise ModelError(reading.reason) from error
                time.sleep(wait)
        yield reading.result

    async def astream(self, question: str, hits: Sequence[Hit]) -> AsyncIterator[str | ReaderResult]:
        """The same, for asyncio."""
        reading = self._reading(question, hits)
        while reading.result is None:
            draft = reading.begin()
            try:
                async with aclosing(self._chain.astream(reading.inputs)) as chunks:  # type: ignore[type-var]
                    while not draft.complete:
                        try:
                            # Not wait_for: in Python 3.11 it swallows a cancellation that meets a finished chunk.
                            async with asyncio.timeout(reading.remaining()):
                                chunk = await anext(chunks)
                        except StopAsyncIteration:
                            break
                        if text := reading.show(draft.feed(chunk)):
                            yield text
                if text := reading.show(draft.end()):
                    yield text
                reading.accept(draft)
            except Exception as error:
                wait = reading.wait_after(error, draft)
                if wait is None:
                    raise ModelError(reading.reason) from error
                await asyncio.sleep(wait)
        yield reading.result

    def read(self, question: str, hits: Sequence[Hit]) -> ReaderResult:
        """The answer to a question from the hits.

        Raises:
            ModelError: If no answer came of it; the message says why.
        """
        return [piece for piece in self.stream(question, hits) if isinstance(piece, ReaderResult)][-1]

    async def aread(self, question: str, hits: Sequence[Hit]) -> ReaderResult:
        """The same, for asyncio."""
        return [piece async for piece in self.astream(question, hits) if isinstance(piece, ReaderResult)][-1]

    def _reading(self, question: str, hits: Sequence[Hit]) -> Reading:
        return Reading(
            question,
            hits[: self.max_passages],
            drop_unsupported=self.drop_unsupported,
            deadline=self.deadline,
            attempts=self.attempts,
        )
