"""A question on its way through the page: taken in, answered piece by piece, and kept."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from time import monotonic
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, Field

from assistant import logs
from assistant.answer import Answer
from assistant.errors import AssistantError
from assistant.render import text_to_html
from assistant.web.backend import Backend
from assistant.web.payload import answer_payload

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERY = 0.08  # seconds between two pieces sent while a model writes; more often would only flicker
PATIENCE = 20.0  # seconds a question waits for its turn before it is told to come back
_log = logging.getLogger(__name__)


class Asked(BaseModel):
    """A question as the page sends it; `keep` says how many turns stay before it (a retry or an edit)."""

    question: str = Field(max_length=1_000_000)
    conversation: str = Field(default="", max_length=100)
    keep: int | None = Field(default=None, ge=0)
    model: str | None = Field(default=None, max_length=200)
    passages: int | None = Field(default=None, ge=1, le=30)


def ask_routes(backend: Backend) -> APIRouter:
    """The route that answers."""
    router = APIRouter()
    turns = asyncio.Semaphore(backend.settings.requests_at_once)

    @router.post("/api/ask")
    async def ask(asked: Asked, request: Request) -> Response:
        try:
            backend.check_question(asked.question)
            await asyncio.wait_for(turns.acquire(), PATIENCE)
        except TimeoutError:
            message = f"{backend.settings.requests_at_once} questions are being answered. Try again in a moment."
            return JSONResponse({"message": message}, 429, {"retry-after": "5"})
        except AssistantError as error:
            return JSONResponse({"message": str(error)}, 400)

        async def lines() -> AsyncIterator[bytes]:
            try:
                async for event in _answer(backend, asked, request.state.owner):
                    yield json.dumps(event, ensure_ascii=False).encode() + b"\n"
            finally:
                turns.release()

        return StreamingResponse(lines(), media_type="application/x-ndjson", headers={"cache-control": "no-store"})

    return router


async def _answer(backend: Backend, asked: Asked, owner: str) -> AsyncIterator[dict[str, Any]]:
    """What the page is told while a question is answered; the answer is kept only when it is whole."""
    with logs.request() as request_id:
        try:
            async for event in _events(backend, asked, owner):
                yield event
        except AssistantError as error:
            _log.info("A question was refused: %s", error)
            yield {"type": "error", "message": str(error)}
        except Exception as error:  # noqa: BLE001 - the outermost door: the page says so, the log holds the traceback
            _log.exception("A question was not answered")
            message = f"Something went wrong ({type(error).__name__}). The log says more, under {request_id}."
            yield {"type": "error", "message": message}


async def _events(backend: Backend, asked: Asked, owner: str) -> AsyncIterator[dict[str, Any]]:
    if backend.status.phase == "starting":
        yield {"type": "status", "text": backend.status.message}
    await backend.settled()
    yield {"type": "status", "text": "Reading the guides…"}
    model = backend.models[0] if asked.model is None else asked.model
    assistant = await backend.run(backend.assistant, owner, model)
    where = await backend.run(switched_on, backend, owner)
    earlier = await backend.run(backend.store.turns, owner, asked.conversation) if asked.conversation else []
    if asked.keep is not None:
        earlier = earlier[: asked.keep]
    history = [
        message
        for turn in earlier
        for message in (
            {"role": "user", "content": turn.question},
            {"role": "assistant", "content": turn.answer.text},
        )
    ]
    text, sent = "", 0.0
    pieces = assistant.astream(asked.question, history, k=asked.passages, where=where)
    async for piece in pieces:
        if isinstance(piece, Answer):
            yield await backend.run(_keep, backend, owner, asked, piece)
            continue
        text += piece
        if monotonic() - sent > EVERY:
            sent = monotonic()
            yield {"type": "text", "html": text_to_html(text)}


def _keep(backend: Backend, owner: str, asked: Asked, answer: Answer) -> dict[str, Any]:
    """Add the answer to its conversation, which is begun if there is none."""
    store = backend.store
    known = {saved.id for saved in store.conversations(owner)} if asked.conversation else set()
    conversation = asked.conversation
    if conversation not in known:
        conversation = store.new_conversation(owner, title=" ".join(answer.question.split())[:80])
    elif asked.keep is not None:
        store.drop_turns(owner, conversation, keep=asked.keep)
    turn = store.add_turn(owner, conversation, answer)
    return {"type": "answer", "conversation": conversation, "turn": answer_payload(answer, turn)}


def switched_on(backend: Backend, owner: str) -> Mapping[str, Any] | None:
    """The filter that leaves out the guides an owner switched off; None if there are none.

    Raises:
        AssistantError: If all of them are switched off.
    """
    off = switched_off(backend, owner)
    if not off:
        return None
    documents = [document.id for document in backend.library.assistant(owner).documents]
    on = [id for id in documents if id not in off]
    if not on:
        raise AssistantError("Every guide is switched off. Switch one on under “Guides”.")
    return None if len(on) == len(documents) else {"document": {"$in": on}}


def switched_off(backend: Backend, owner: str) -> set[str]:
    """The ids of the guides an owner switched off."""
    return set(json.loads(backend.store.preference(owner, "guides_off") or "[]"))
