"""The one endpoint for programs: REST and `gradio_client`, and a tool for MCP clients."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from assistant.errors import AssistantError, QuestionError
from assistant.web.backend import Backend


def ask_endpoint(backend: Backend) -> Callable[..., Awaitable[dict[str, Any]]]:
    """The function that Gradio serves."""
    import gradio

    async def ask(question: str, history: list[dict[str, str]] | None = None) -> dict[str, Any]:
        """Answer a question from the guides, every sentence cited, or say that the guides do not know.

        Args:
            question: In plain words.
            history: Earlier messages, oldest first, each {"role": "user" or "assistant", "content": "…"}.

        Returns:
            The answer: "text" with markers such as [1]; "abstained"; "citations" with "number", "quote" and
            "passage" (title, section, page, source); "claims" with "supported"; and the passages found, "hits".
        """
        try:
            _check(question, history)
            await backend.settled()
            assistant = await asyncio.to_thread(backend.assistant, "", backend.models[0])
            answer = await assistant.aask(question, history or [])
        except AssistantError as error:
            raise gradio.Error(str(error), print_exception=False) from error
        return answer.to_dict()

    return ask


def _check(question: object, history: object) -> None:
    """Gradio does not hold programs to the types that it tells them."""
    if not isinstance(question, str):
        raise QuestionError("The question must be text.")
    messages = history if isinstance(history, list) else [] if history is None else [history]
    texts = [
        (message.get("role"), message.get("content")) if isinstance(message, dict) else (0, 0) for message in messages
    ]
    if not all(isinstance(role, str) and isinstance(content, str) for role, content in texts):
        raise QuestionError('The history must be a list of messages, each {"role": "user", "content": "…"}.')
