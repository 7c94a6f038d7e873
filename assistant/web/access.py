"""Who may ask the page for what, and under which rules a browser shows it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from assistant.errors import SettingsError
from assistant.settings import Settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OWNER_COOKIE = "assistant_owner"
LOGIN_COOKIE = "assistant_login"
COOKIE_AGE = 365 * 24 * 3600  # seconds
LOGIN_AGE = 14 * 24 * 3600  # seconds
BODY_LIMIT = (
    4_000_000  # bytes of a request; the longest honest one is a question with its history. Guides have their own
)

# No script, style, font, picture or request but the page's own; nothing inline.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
# What Gradio serves beside the `ask` endpoint (uploads, files, a proxy) is not needed, so it is not reachable.
_GRADIO = re.compile(
    r"/(config|gradio_api/(info|startup-events|heartbeat/[^/]+|reset|cancel|app_id|mcp(/.*)?|"
    r"(run|call)/(v2/)?ask(/[^/]+)?|queue/(join|data|status)))/?"
)
_OPEN_TO_ALL = re.compile(r"/(login|assets/[\w.-]+|health)")


class Accounts:
    """The users and passwords of the setting `auth`; none of them means that everyone may use the page."""

    def __init__(self, setting: str | None) -> None:
        self._passwords: dict[str, str] = {}
        for entry in (setting or "").split(","):
            user, colon, password = entry.strip().partition(":")
            if entry.strip() and not (user and colon and password):
                raise SettingsError("ASSISTANT_AUTH takes `user:password`, several set apart by commas.")
            if user:
                self._passwords[user] = password
        # A new password makes every older login void. scrypt, so that a login is no help in guessing passwords.
        self._key = hashlib.scrypt((setting or "").encode(), salt=b"assistant-login", n=2**14, r=8, p=1)

    def __bool__(self) -> bool:
        return bool(self._passwords)

    def check(self, user: str, password: str) -> bool:
        """Whether this is a user's password, found out in the same time whether or not there is such a user."""
        wanted = self._passwords.get(user, secrets.token_hex())
        return hmac.compare_digest(wanted.encode(), password.encode())

    def token(self, user: str) -> str:
        """What a browser shows to stay logged in."""
        content = f"{int(time.time()) + LOGIN_AGE}:{user}"
        return base64.urlsafe_b64encode(f"{self._sign(content)}:{content}".encode()).decode()

    def user(self, token: str) -> str | None:
        """Whose token it is, or None if it is nobody's, or has run out."""
        try:
            signature, expires, user = base64.urlsafe_b64decode(token.encode()).decode().split(":", 2)
        except (ValueError, binascii.Error):
            return None
        genuine = hmac.compare_digest(signature.encode(), self._sign(f"{expires}:{user}").encode())
        return user if genuine and int(expires) > time.time() and user in self._passwords else None

    def _sign(self, content: str) -> str:
        return hmac.new(self._key, content.encode(), "sha256").hexdigest()


class Guard:
    """ASGI middleware: lets in who may come in, tells owners apart, and sets the rules for browsers."""

    def __init__(self, app: App, *, accounts: Accounts, settings: Settings) -> None:
        self._app = app
        self._accounts = accounts
        self._hosts = {name.strip().lower() for name in (settings.hosts or "").split(",") if name.strip()}
        self._loopback = settings.host in {"127.0.0.1", "::1", "localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        cookies = _cookies(headers.get("cookie", ""))
        refusal = self._refusal(scope, headers)
        if refusal:
            await _reply(send, 403, refusal)
            return
        body = None if scope["path"] == "/api/guides" else _Body(receive, headers.get("content-length", ""))
        if body is not None and body.too_large:
            await _reply(send, 413, _TOO_LARGE)
            return
        user = self._user(headers, cookies)
        path = scope["path"]
        if self._accounts and user is None and not _OPEN_TO_ALL.fullmatch(path):
            if "text/html" in headers.get("accept", ""):
                await _redirect(send, "/login")
            else:
                await _reply(send, 401, "Log in first: this page asks for a user and a password.")
            return
        if path.startswith("/gradio_api") and not _GRADIO.fullmatch(path):
            await _reply(send, 404, "There is nothing here. Programs ask at /gradio_api/call/ask.")
            return
        new_cookie = None
        key = cookies.get(OWNER_COOKIE, "")
        if user is None and not re.fullmatch(r"[\w-]{32,64}", key):
            key = secrets.token_urlsafe(32)
            secure = "; Secure" if scope.get("scheme") == "https" else ""
            new_cookie = f"{OWNER_COOKIE}={key}; Path=/; Max-Age={COOKIE_AGE}; HttpOnly; SameSite=Lax{secure}"
        # The store holds a digest of the cookie: who reads the store cannot use it to pass for an owner.
        digest = hashlib.sha256(key.encode()).hexdigest()[:40]
        state = scope.setdefault("state", {})
        state["owner"] = f"user:{user}" if user is not None else f"browser:{digest}"
        state["user"] = user

        answered = False

        async def send_with_headers(message: Message) -> None:
            nonlocal answered
            if body is not None and body.too_large:  # whatever the application made of a body that broke off
                if not answered:
                    answered = True
                    await _reply(send, 413, _TOO_LARGE)
                return
            if message["type"] == "http.response.start":
                answered = True
                present = {key.lower() for key, _ in message["headers"]}
                extra = [(k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in present]
                if new_cookie and not path.startswith("/assets/"):
                    extra.append((b"set-cookie", new_cookie.encode()))
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        try:
            await self._app(scope, body.receive if body is not None else receive, send_with_headers)
        except Exception:
            if body is None or not body.too_large:
                raise
            if not answered:
                await _reply(send, 413, _TOO_LARGE)

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> str:
        """Why a request is turned away whoever sends it, or ""."""
        host = headers.get("host", "")
        name = _host_name(host)
        # A foreign name that was made to point at this machine (DNS rebinding) must not reach it.
        if self._loopback and name not in {"127.0.0.1", "localhost", "::1", *self._hosts}:
            return f"This page is not served under the name {name!r}. ASSISTANT_HOSTS can allow it."
        if scope["method"] not in {"GET", "HEAD", "OPTIONS"}:
            origin = headers.get("origin")
            if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"} or (
                origin is not None and urlsplit(origin).netloc.lower() != host.lower()
            ):
                return "Another site may not send this."
        return ""

    def _user(self, headers: Mapping[str, str], cookies: Mapping[str, str]) -> str | None:
        if not self._accounts:
            return None
        known = self._accounts.user(cookies.get(LOGIN_COOKIE, ""))
        scheme, _, encoded = headers.get("authorization", "").partition(" ")
        if known is None and scheme.lower() == "basic":
            try:
                user, _, password = base64.b64decode(encoded).decode().partition(":")
            except ValueError:
                return None
            return user if self._accounts.check(user, password) else None
        return known


_TOO_LARGE = (
    f"The request is larger than {BODY_LIMIT // 1_000_000} MB, which is the most that is read. Send less at once."
)


class _Body:
    """The body of a request, which breaks off where it grows too large, whether or not its length was given."""

    def __init__(self, receive: Receive, length: str) -> None:
        self._receive = receive
        self._size = 0
        self.too_large = length.isdecimal() and int(length[:20]) > BODY_LIMIT

    async def receive(self) -> Message:
        """The next piece, or the news that there is none."""
        if self.too_large:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._size += len(message.get("body", b""))
        self.too_large = self._size > BODY_LIMIT
        return {"type": "http.disconnect"} if self.too_large else message


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


async def _reply(send: Send, status: int, message: str) -> None:
    headers = [(b"content-type", b"application/json"), *((k.encode(), v.encode()) for k, v in HEADERS.items())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"message": message}).encode()})


async def _redirect(send: Send, target: str) -> None:
    await send({"type": "http.response.start", "status": 303, "headers": [(b"location", target.encode())]})
    await send({"type": "http.response.body", "body": b""})
