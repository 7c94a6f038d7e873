"""The chat page: `python app.py`, or `ml-career-assistant web`."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.chain import Guides
    from assistant.settings import Settings


def serve(
    *,
    guides: Guides | None = None,
    settings: Settings | None = None,
    llm: Any = None,
    problem: Exception | None = None,
    open_browser: bool = False,
) -> None:
    """Serve the page until it is interrupted.

    Args:
        guides: As `Assistant.open` takes them.
        settings: Everything else; None reads the environment.
        llm: A LangChain chat model to answer with in place of the one in the settings.
        problem: What is wrong with the settings, to be explained on the page.
        open_browser: Whether to show the page in a browser once it is there.

    Raises:
        AssistantError: If the address is taken, or a setting of the server itself cannot be used.
    """
    from assistant import logs
    from assistant.errors import SettingsError
    from assistant.settings import Settings

    settings = settings or Settings.load()
    try:
        logs.configure(settings.log_level)
    except SettingsError as error:
        problem = problem or error
        logs.configure("WARNING")
    listener = _listen(settings.host, settings.port)
    if settings.host not in {"127.0.0.1", "::1", "localhost"} and not settings.auth:
        print(
            "Anyone who reaches this machine can use the page: set ASSISTANT_AUTH to ask for a password.",
            file=sys.stderr,
        )
    try:
        server = build_server(guides=guides, settings=settings, llm=llm, problem=problem)
    except SettingsError:
        listener.close()
        raise
    shown = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{listener.getsockname()[1]}/"
    print(f"The page is at {address} (Ctrl+C ends it)", flush=True)
    if open_browser:
        import webbrowser

        Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def build_server(
    *, guides: Guides | None, settings: Settings, llm: Any = None, problem: Exception | None = None
) -> Any:
    """A uvicorn server with the page, not yet running."""
    os.environ.update(GRADIO_ANALYTICS_ENABLED="False", HF_HUB_OFFLINE="1", ANONYMIZED_TELEMETRY="False")
    import uvicorn

    from assistant.web.backend import Backend
    from assistant.web.server import create_app

    page = create_app(Backend(guides, settings, llm=llm, problem=problem))
    return uvicorn.Server(
        uvicorn.Config(
            page, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=3,
            timeout_keep_alive=30,
        )
    )  # fmt: skip


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens, so that a taken address is told before anything is loaded."""
    from assistant.errors import SettingsError

    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        raise SettingsError(
            f"The page cannot listen on {host}, port {port}: {error.strerror or error}. "
            "Choose another with --port, or ASSISTANT_HOST and ASSISTANT_PORT."
        ) from error
    return listener


def main() -> int:
    """Serve the page by the settings of the environment; the exit code is 0, or 1 after a message."""
    from assistant.errors import AssistantError
    from assistant.settings import Settings

    settings, problem = Settings.load_usable()
    try:
        serve(guides=settings.guide_paths(), settings=settings, problem=problem, open_browser=True)
    except AssistantError as error:
        print(f"The page cannot be served: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
