"""What the page keeps: conversations, what was thought of their answers, and their export."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from assistant.render import to_markdown
from assistant.store import SavedConversation, Turn
from assistant.web.backend import Backend
from assistant.web.payload import answer_payload


class Title(BaseModel):
    """Another name for a conversation."""

    title: str = Field(min_length=1, max_length=200)


class Opinion(BaseModel):
    """What someone thinks of an answer; no `helpful` takes back what was said."""

    conversation: str = Field(max_length=100)
    turn: str = Field(max_length=100)
    helpful: bool | None
    reason: str = Field(default="", max_length=2000)


def conversation_routes(backend: Backend) -> APIRouter:
    """The routes for conversations; an owner reaches their own only."""
    router = APIRouter()

    @router.get("/api/conversations")
    async def conversations(request: Request) -> list[dict[str, str]]:
        found = await backend.run(backend.store.conversations, request.state.owner)
        return [{"id": saved.id, "title": saved.title, "updated": saved.updated.isoformat()} for saved in found]

    @router.get("/api/conversations/{conversation}")
    async def turns(conversation: str, request: Request) -> Response:
        shown = await backend.run(_shown, backend, request.state.owner, conversation)
        return JSONResponse(shown) if shown else _missing()

    @router.patch("/api/conversations/{conversation}")
    async def rename(conversation: str, title: Title, request: Request) -> dict[str, bool]:
        await backend.run(backend.store.rename_conversation, request.state.owner, conversation, title.title)
        return {"done": True}

    @router.delete("/api/conversations/{conversation}")
    async def delete(conversation: str, request: Request) -> dict[str, bool]:
        await backend.run(backend.store.delete_conversation, request.state.owner, conversation)
        return {"done": True}

    @router.get("/api/conversations/{conversation}/export.{kind}")
    async def export(conversation: str, kind: str, request: Request) -> Response:
        saved, found = await backend.run(_saved, backend, request.state.owner, conversation)
        if saved is None or kind not in {"md", "json"}:
            return _missing()
        text, media = _as_json(saved, found) if kind == "json" else _as_markdown(saved, found)
        name = re.sub(r"[^a-z0-9]+", "-", saved.title.lower()).strip("-")[:50] or "conversation"
        return Response(
            text, media_type=media, headers={"content-disposition": f'attachment; filename="{name}.{kind}"'}
        )

    @router.post("/api/feedback")
    async def feedback(opinion: Opinion, request: Request) -> Response:
        known = await backend.run(_give, backend, request.state.owner, opinion)
        return JSONResponse({"done": True}) if known else _missing()

    return router


def _missing() -> Response:
    return JSONResponse({"message": "There is no such conversation. Start a new one."}, 404)


def _saved(backend: Backend, owner: str, conversation: str) -> tuple[SavedConversation | None, list[Turn]]:
    mine = {saved.id: saved for saved in backend.store.conversations(owner)}
    return mine.get(conversation), backend.store.turns(owner, conversation)


def _shown(backend: Backend, owner: str, conversation: str) -> dict[str, Any] | None:
    saved, found = _saved(backend, owner, conversation)
    if saved is None:
        return None
    opinions = backend.store.feedback_of(owner, [turn.id for turn in found])
    shown = [answer_payload(turn.answer, turn.id, feedback=opinions.get(turn.id)) for turn in found]
    return {"id": saved.id, "title": saved.title, "turns": shown}


def _give(backend: Backend, owner: str, opinion: Opinion) -> bool:
    found = backend.store.turns(owner, opinion.conversation)
    for position, turn in enumerate(found):
        if turn.id != opinion.turn:
            continue
        if opinion.helpful is None:
            backend.store.withdraw_feedback(owner, turn.id)
        else:
            backend.store.give_feedback(
                owner,
                turn.answer,
                answer_key=turn.id,
                helpful=opinion.helpful,
                reason=opinion.reason,
                history=[earlier.question for earlier in found[:position]],
            )
        return True
    return False


def _as_markdown(saved: SavedConversation, found: list[Turn]) -> tuple[str, str]:
    heading = re.sub(r"([\\`*_\[\]<>!|#])", r"\\\1", saved.title)
    parts = [f"# {heading}\n"]
    for turn in found:
        question = re.sub(r"([\\`*_\[\]<>!|#])", r"\\\1", " ".join(turn.question.split()))
        parts.append(f"## {question}\n\n{to_markdown(turn.answer)}")
    return "\n".join(parts), "text/markdown; charset=utf-8"


def _as_json(saved: SavedConversation, found: list[Turn]) -> tuple[str, str]:
    content = {
        "title": saved.title,
        "updated": saved.updated.isoformat(),
        "exported": datetime.now(UTC).isoformat(timespec="seconds"),
        "turns": [{"question": turn.question, "answer": turn.answer.to_dict()} for turn in found],
    }
    return json.dumps(content, ensure_ascii=False, indent=2), "application/json"
