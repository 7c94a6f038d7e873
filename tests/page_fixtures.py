"""The page as a person meets it: a real server, a real browser, and a reader whose words are known in advance."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistant import Answer, Assistant, Citation, Claim
from assistant.reader import ReaderResult
from assistant.settings import Settings
from assistant.web.backend import Backend
from index.passage import Hit, Passage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DESKTOP = {"width": 1360, "height": 860}
PHONE = {"width": 390, "height": 844}
QUESTION = "How long does it take to become a machine learning engineer?"
AXE = "4.14.1"  # the version of axe-core that is fetched where no package brings one


@dataclass
class ScriptedReader:
    """Says what it was told to say, word by word."""

    result: ReaderResult | Callable[[str, Sequence[Hit]], ReaderResult]
    pause: float = 0.0  # seconds before each word
    name: str = "scripted"
    asked: list[str] = field(default_factory=list)

    def stream(self, question: str, hits: Sequence[Hit]) -> Iterator[str | ReaderResult]:
        """The words, then the result."""
        self.asked.append(question)
        result = self.result(question, hits) if callable(self.result) else self.result
        for word in result.text.split(" "):
            time.sleep(self.pause)
            yield word + " "
        yield result

    async def astream(self, question: str, hits: Sequence[Hit]) -> Any:
        """The same, for asyncio."""
        import asyncio

        self.asked.append(question)
        result = self.result(question, hits) if callable(self.result) else self.result
        for word in result.text.split(" "):
            await asyncio.sleep(self.pause)
            yield word + " "
        yield result


class ScriptedBackend(Backend):
    """A backend whose every answer comes from a scripted reader."""

    def __init__(self, settings: Settings, reader: ScriptedReader) -> None:
        super().__init__(None, settings)
        self._reader = reader

    def assistant(self, owner: str, model: str) -> Assistant:
        """The owner's guides, answered by the script."""
        real = super().assistant(owner, model)
        return Assistant(real.index, self._reader, settings=real.settings, documents=real.documents)


@contextmanager
def serving(backend: Backend, *, wait: bool = True) -> Iterator[str]:
    """The address of a page over a backend."""
    import socket

    import uvicorn

    from assistant.web.server import create_app

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    server = uvicorn.Server(
        uvicorn.Config(create_app(backend), log_level="error", timeout_graceful_shutdown=1, timeout_keep_alive=2)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        until(lambda: server.started)
        if wait:
            until(lambda: backend.status.phase != "starting")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def until(true: Callable[[], Any], seconds: float = 60) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def passage(text: str, *, document: str = "a.md", title: str = "A guide", **more: Any) -> Passage:
    """A passage of a made-up guide."""
    return Passage(id=f"{abs(hash((text, document))):x}", text=text, document=document, title=title, **more)


def cited(*quotes: tuple[str, Passage], text: str = "", unsupported: Sequence[int] = (), **more: Any) -> ReaderResult:
    """A result that quotes passages, one claim a quote."""
    citations, claims, lines = [], [], []
    for number, (quote, source) in enumerate(quotes, start=1):
        start = source.text.index(quote)
        citations.append(Citation(number, quote, start, start + len(quote), source))
        claims.append(Claim(quote, (number,), number not in unsupported, 0.1 if number in unsupported else 1.0))
        lines.append(f"{quote} [{number}]")
    return ReaderResult(text or " ".join(lines), tuple(claims), tuple(citations), **more)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    if _program() is None:
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium)")
    from playwright.sync_api import expect

    expect.set_options(timeout=20_000)  # milliseconds; other programs may keep the cores busy
    with browser() as found:
        yield found


def _program() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium, for as long as it is needed."""
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=_program(), args=arguments)
        yield found
        found.close()


@dataclass
class Visitor:
    """A person at the page: their browser window, and what it asked for."""

    page: Page
    address: str
    requests: list[str]
    problems: list[str]

    def open(self, path: str = "/") -> Page:
        """Go to the page and wait until it is ready."""
        self.page.goto(self.address + path)
        self.page.wait_for_selector("html[data-ready]", state="attached")
        return self.page

    def ask(self, question: str) -> None:
        """Type a question, press Enter and wait for the answer."""
        before = self.page.locator(".turn .actions").count()
        self.page.fill("#question", question)
        self.page.press("#question", "Enter")
        self.page.wait_for_function("n => document.querySelectorAll('.turn .actions').length > n", arg=before)


@contextmanager
def visiting(chromium: Browser, address: str, *, size: dict[str, int] = DESKTOP, **more: Any) -> Iterator[Visitor]:
    """A person with a browser of their own; fails if the page had errors or asked anyone but its server."""
    touch = size["width"] < 600
    context = chromium.new_context(viewport=size, has_touch=touch, is_mobile=touch, **more)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    page = context.new_page()
    visitor = Visitor(page, address, [], [])
    context.on("request", lambda request: visitor.requests.append(request.url))
    page.on("pageerror", lambda error: visitor.problems.append(str(error)))
    page.on("console", lambda message: message.type == "error" and visitor.problems.append(message.text))
    try:
        yield visitor
        outside = [url for url in visitor.requests if not url.startswith((address, "blob:", "data:"))]
        assert outside == []
        assert visitor.problems == []
    finally:
        context.close()


@pytest.fixture(scope="session")
def page_settings(data_dir: Path, assistant: Assistant) -> Settings:
    """Settings for a page over the index that the other tests opened."""
    return Settings(data_dir=str(data_dir.parent))


@pytest.fixture(scope="module")
def site(page_settings: Settings) -> Iterator[str]:
    """The address of a page over the guides that ship, with the extractive reader."""
    with serving(Backend(None, page_settings)) as address:
        yield address


@pytest.fixture
def visitor(chromium: Browser, site: str) -> Iterator[Visitor]:
    """A person at a desktop."""
    with visiting(chromium, site) as found:
        yield found


@pytest.fixture
def phone(chromium: Browser, site: str) -> Iterator[Visitor]:
    """A person with a phone."""
    with visiting(chromium, site, size=PHONE) as found:
        yield found


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core: from the package that brings it, or from npm."""
    if find_spec("axe_playwright_python"):
        import importlib.resources

        return (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    cache = Path.home() / ".cache" / "ml-career-assistant-tests" / f"axe-core-{AXE}.js"
    if not cache.exists():
        folder = tmp_path_factory.mktemp("axe")
        if shutil.which("npm") is None:
            pytest.skip("axe-core is not at hand: neither the package axe-playwright-python nor npm is installed")
        done = subprocess.run(["npm", "pack", f"axe-core@{AXE}"], cwd=folder, capture_output=True, timeout=120)
        if done.returncode:
            pytest.skip("axe-core could not be fetched from npm")
        with tarfile.open(next(folder.glob("*.tgz"))) as archive:
            found = archive.extractfile("package/axe.min.js")
            assert found is not None
            cache.parent.mkdir(parents=True, exist_ok=True)
            cache.write_bytes(found.read())
    return cache.read_text(encoding="utf-8")


def answer_of(result: ReaderResult, question: str = "q") -> Answer:
    """An answer with what a reader made of a question."""
    return Answer(question, result.text, result.claims, result.citations, abstained=result.abstained)
