"""The page as an ASGI application: its files, its routes, and Gradio's engine behind the `ask` endpoint."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Form, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from assistant.errors import AssistantError
from assistant.web.access import LOGIN_AGE, LOGIN_COOKIE, Accounts, Guard
from assistant.web.asking import ask_routes
from assistant.web.backend import Backend
from assistant.web.conversations import conversation_routes
from assistant.web.engine import Engine
from assistant.web.examples import example_questions
from assistant.web.guides import guide_routes

ASSETS = files("assistant.web") / "assets"
_MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def create_app(backend: Backend) -> FastAPI:
    """The whole page; starting it starts the backend."""
    engine = Engine(backend)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with engine.running():
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    accounts = Accounts(backend.settings.auth)
    app.include_router(_page_routes(backend, accounts))
    app.include_router(ask_routes(backend))
    app.include_router(conversation_routes(backend))
    app.include_router(guide_routes(backend))
    app.add_exception_handler(AssistantError, _explain)
    app.add_exception_handler(RequestValidationError, _explain_what_is_missing)
    app.mount("/", engine)
    app.add_middleware(Guard, accounts=accounts, settings=backend.settings)
    return app


async def _explain(_request: Request, error: Exception) -> Response:
    return JSONResponse({"message": str(error)}, 400)


async def _explain_what_is_missing(_request: Request, error: Exception) -> Response:
    """Without what was sent, as FastAPI would have it: that may be megabytes, or letters that cannot be written."""
    assert isinstance(error, RequestValidationError)
    found = [f"{'.'.join(str(part) for part in one['loc'][1:])[:100]}: {one['msg']}" for one in error.errors()[:3]]
    said = "; ".join(found).encode("ascii", "replace").decode()
    return JSONResponse({"message": f"The request cannot be read: {said}. The page sends another."}, 422)


def _page_routes(backend: Backend, accounts: Accounts) -> Any:
    from fastapi import APIRouter

    router = APIRouter()
    assets = {entry.name: entry.read_bytes() for entry in ASSETS.iterdir() if entry.is_file()}

    @router.get("/")
    @router.get("/new")
    @router.get("/c/{conversation}")
    async def page(conversation: str = "") -> HTMLResponse:
        return HTMLResponse(assets["page.html"], headers={"cache-control": "no-store"})

    @router.get("/assets/{name}")
    async def asset(name: str) -> Response:
        media = _MEDIA.get(name[name.rfind(".") :])
        if name not in assets or media is None:
            return Response(status_code=404)
        return Response(assets[name], media_type=media, headers={"cache-control": "no-cache"})

    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"phase": backend.status.phase}

    @router.get("/api/status")
    async def status() -> dict[str, Any]:
        return vars(backend.status)

    @router.post("/api/retry")
    async def retry() -> dict[str, bool]:
        backend.start()
        return {"done": True}

    @router.get("/api/page")
    async def start(request: Request) -> dict[str, Any]:
        settings = backend.settings
        return {
            "status": vars(backend.status),
            "user": request.state.user,
            "models": [{"name": name, "label": name or "The guides’ own words"} for name in backend.models],
            "passages": settings.passages,
            "question_limit": settings.question_limit,
            "upload_limit_mb": settings.upload_limit_mb,
            "read_only": settings.read_only,
        }

    @router.get("/api/examples")
    async def examples(request: Request) -> list[str]:
        return await backend.run(_examples, backend, request.state.owner)  # type: ignore[no-any-return]

    @router.get("/login")
    async def login_page() -> HTMLResponse:
        return HTMLResponse(assets["login.html"], headers={"cache-control": "no-store"})

    @router.post("/login")
    async def login(request: Request, username: str = Form(), password: str = Form()) -> Response:
        if not accounts.check(username, password):
            import asyncio

            await asyncio.sleep(1)  # slows guessing
            if "text/html" in request.headers.get("accept", ""):
                return RedirectResponse("/login?wrong", 303)
            return JSONResponse({"message": "The user or the password is wrong."}, 401)
        html = "text/html" in request.headers.get("accept", "")
        reply: Response = RedirectResponse("/", 303) if html else JSONResponse({"success": True})
        secure = request.url.scheme == "https"
        reply.set_cookie(
            LOGIN_COOKIE, accounts.token(username), max_age=LOGIN_AGE, httponly=True, samesite="lax", secure=secure
        )
        return reply

    @router.post("/logout")
    async def logout() -> Response:
        reply = RedirectResponse("/login", 303)
        reply.delete_cookie(LOGIN_COOKIE)
        return reply

    return router


def _examples(backend: Backend, owner: str) -> list[str]:
    return example_questions(backend.library.assistant(owner).documents)
