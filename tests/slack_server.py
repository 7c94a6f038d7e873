"""A Slack of our own on this machine: the Web API methods the bot calls, and a Socket Mode websocket."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

BOT, TEAM = "UBOT", "T1"


@dataclass
class SlackServer:
    """What was called, what stands in the channels, and how to misbehave."""

    address: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    private: set[str] = field(default_factory=set)
    refuse: dict[str, list[tuple[int, dict[str, Any], dict[str, str]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    acknowledged: list[str] = field(default_factory=list)
    sockets: list[WebSocket] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    loop: asyncio.AbstractEventLoop | None = None
    clock: float = 1_800_000_000.0

    @property
    def api(self) -> str:
        return f"{self.address}/api/"

    def called(self, method: str) -> list[dict[str, Any]]:
        with self.lock:
            return [arguments for name, arguments in self.calls if name == method]

    def wait_for(self, condition: Callable[[], Any], seconds: float = 20.0) -> Any:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = condition()
            if found:
                return found
            time.sleep(0.02)
        raise AssertionError(f"nothing happened in {seconds} s; calls: {[name for name, _ in self.calls]}")

    def say(self, channel: str, user: str, text: str, *, thread: str | None = None, **more: Any) -> dict[str, Any]:
        """Put a person's message into a channel; the event that tells of it."""
        with self.lock:
            self.clock += 1
            ts = f"{self.clock:.6f}"
            message = {"type": "message", "user": user, "text": text, "ts": ts, **more}
            if thread:
                message["thread_ts"] = thread
            self.messages[channel].append(message)
        return {**message, "channel": channel, "team": TEAM}

    def deliver(self, envelope: dict[str, Any]) -> None:
        """Send an envelope over the open socket."""
        socket = self.wait_for(lambda: self.sockets and self.sockets[-1])
        assert self.loop is not None
        asyncio.run_coroutine_threadsafe(socket.send_text(json.dumps(envelope)), self.loop).result(5)

    def answer(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if method == "auth.test":
            return {"team_id": TEAM, "user_id": BOT, "bot_id": "B1", "team": "t", "user": "bot", "url": self.address}
        if method == "apps.connections.open":
            return {"url": self.address.replace("http", "ws") + "/socket"}
        if method == "conversations.info":
            channel = arguments["channel"]
            return {"channel": {"id": channel, "is_private": channel in self.private, "is_im": channel.startswith("D")}}
        if method == "conversations.replies":
            return self._replies(arguments)
        if method in {"chat.postMessage", "chat.startStream"}:
            text = arguments.get("text") or arguments.get("markdown_text") or ""
            event = self.say(arguments["channel"], BOT, text, thread=arguments.get("thread_ts"), bot_id="B1")
            return {"ts": event["ts"], "channel": arguments["channel"]}
        return {"ts": arguments.get("ts"), "channel": arguments.get("channel")}

    def _replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        root = arguments["ts"]
        found = [m for m in self.messages[arguments["channel"]] if m["ts"] == root or m.get("thread_ts") == root]
        start, size = int(arguments.get("cursor") or 0), min(int(arguments.get("limit") or 100), 3)  # small pages
        following = str(start + size) if start + size < len(found) else ""
        return {"messages": found[start : start + size], "response_metadata": {"next_cursor": following}}


@contextmanager
def slack_server() -> Iterator[SlackServer]:
    """A running server, on a port of its own."""
    state = SlackServer()

    async def method(request: Request) -> Response:
        name = request.path_params["method"]
        raw = await request.body()
        if request.headers.get("content-type", "").startswith("application/json"):
            arguments = json.loads(raw or b"{}")
        else:
            arguments = dict(await request.form())
        for key in ("blocks", "view"):
            if isinstance(arguments.get(key), str):
                arguments[key] = json.loads(arguments[key])
        with state.lock:
            state.calls.append((name, arguments))
            if state.refuse[name]:
                status, body, headers = state.refuse[name].pop(0)
                return JSONResponse(body, status, headers)
            return JSONResponse({"ok": True, **state.answer(name, arguments)})

    async def response_url(request: Request) -> Response:
        with state.lock:
            state.calls.append(("response_url", await request.json()))
        return Response("ok")

    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        state.loop = asyncio.get_running_loop()
        await websocket.send_text(
            json.dumps({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A"}})
        )
        state.sockets.append(websocket)
        try:
            while True:
                received = json.loads(await websocket.receive_text())
                state.acknowledged.append(received.get("envelope_id", ""))
        except WebSocketDisconnect:
            state.sockets.remove(websocket)

    application = Starlette(
        routes=[
            Route("/api/{method}", method, methods=["GET", "POST"]),
            Route("/respond", response_url, methods=["POST"]),
            WebSocketRoute("/socket", socket),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    state.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield state
    finally:
        server.should_exit = True
        thread.join(10)
