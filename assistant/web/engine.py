"""Gradio's engine behind the `ask` endpoint, imported while the page is already there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from assistant.web.access import App, Receive, Scope, Send
from assistant.web.backend import Backend
from assistant.web.endpoint import ask_endpoint

if TYPE_CHECKING:
    from fastapi import FastAPI

_log = logging.getLogger(__name__)


class Engine:
    """An ASGI application that lets requests wait until Gradio is there (importing it takes 2.5 s)."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._app: asyncio.Future[App] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        assert self._app is not None, "the engine is not running"
        app = await asyncio.shield(self._app)
        await app(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Import and start the engine, then the backend, without keeping the page waiting; stop both at the end."""
        self._app = asyncio.get_running_loop().create_future()
        self._app.add_done_callback(lambda done: done.cancelled() or done.exception())
        stop = asyncio.Event()
        task = asyncio.create_task(self._run(self._app, stop))
        try:
            yield
        finally:
            stop.set()
            await task
            await asyncio.to_thread(self._backend.close)

    async def _run(self, ready: asyncio.Future[App], stop: asyncio.Event) -> None:
        # One task from beginning to end, because Gradio's MCP server must be left where it was entered.
        try:
            try:
                app = await asyncio.to_thread(_build, self._backend)
            finally:
                # Only now: two imports of this size beside each other are slower than one after the other.
                self._backend.start()
            async with app.router.lifespan_context(app):
                ready.set_result(app)
                await stop.wait()
        except Exception as error:  # noqa: BLE001 - the page works without; who calls the endpoint gets the error
            _log.exception("Gradio's engine did not start or end well")
            if not ready.done():
                ready.set_exception(error)


def _build(backend: Backend) -> FastAPI:
    import gradio
    from fastapi import FastAPI
    from gradio.events import api

    with gradio.Blocks(mode="server", analytics_enabled=False, title="Guide assistant") as engine:
        api(ask_endpoint(backend), api_name="ask", concurrency_limit=backend.settings.requests_at_once)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    gradio.mount_gradio_app(app, engine, path="/", mcp_server=True, run_history=False, footer_links=[], ssr_mode=False)
    return app
