"""The long list of payloads through the real page in a real browser: as question, answer, guide, name and history."""

# ruff: noqa: E501 - payloads

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from assistant.reader import ReaderResult
from assistant.settings import Settings
from assistant.web.backend import Backend
from tests.attack.payloads import EVERYTHING
from tests.page_fixtures import (
    PHONE,
    ScriptedBackend,
    ScriptedReader,
    chromium,
    cited,
    page_settings,
    passage,
    serving,
    visiting,
)
from tests.test_page_safety import unharmed

pytestmark = pytest.mark.browser
__all__ = ["chromium", "page_settings"]
# What is too much alike to try in each place: a browser is slow.
FEWER = [text for number, text in enumerate(EVERYTHING) if number % 4 == 0 or text.startswith("<")]
COVERED = """() => [...document.querySelectorAll('.turn')].filter(turn => {
    const box = turn.getBoundingClientRect();
    return box.left < -1 || box.right > innerWidth + 1;
}).length"""
OPEN = "for (const one of document.querySelectorAll('details')) one.open = true"


def writable(text: str) -> str:
    """The payload without half letters, which no request can carry."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def watch(page: Page, seen: list[str]) -> None:
    """Take note of dialogs and of windows that open."""
    page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    page.on("popup", lambda window: seen.append(window.url))


def test_no_payload_lives_as_question_answer_or_history(chromium: Browser, page_settings: Settings) -> None:
    """Each payload is asked and answered at the server; the page shows all of them in a few conversations."""
    reader = ScriptedReader(ReaderResult(""))

    def answer(question: str, _hits: object) -> ReaderResult:
        source = passage(question, title=question[:300], section=(question, question), source=question, page=2)
        return cited(
            (question, source), text=f"{question} [1] and\n\n- {question} [1]\n\n{question}", unsupported=[1],
            notes=(question,), suggestions=(question[:200],), reason=question,
        )  # fmt: skip

    reader.result = answer
    seen: list[str] = []
    with serving(ScriptedBackend(page_settings, reader)) as address, visiting(chromium, address) as visitor:
        page = visitor.open()
        watch(page, seen)
        conversations = []
        texts = [writable(text)[:1900] for text in EVERYTHING]
        for start in range(0, len(texts), 30):
            conversation = ""
            for text in texts[start : start + 30]:
                if not text.strip():
                    continue
                reply = page.request.post(f"{address}/api/ask", data={"question": text, "conversation": conversation})
                last = json.loads(reply.text().strip("\n").split("\n")[-1])
                if last["type"] == "answer":
                    conversation = last["conversation"]
            conversations.append(conversation)
        for conversation in conversations:
            page.goto(f"{address}/c/{conversation}")
            page.wait_for_selector(".turn .actions")
            page.evaluate(OPEN)
            unharmed(page, address)
            assert page.evaluate(COVERED) == 0
        page.reload()
        page.wait_for_selector(".turn .actions")
        for text in texts[::18]:  # and typed by hand, with what is shown while an answer is written
            page.fill("#question", text or "x")
            page.press("#question", "Enter")
            page.wait_for_function("() => !document.querySelector('.pending') || document.querySelector('.problem')")
        unharmed(page, address)
        assert page.locator(".turn").count() > 10
        visitor.problems.clear()  # refusals of questions that are none, which the browser logs
    assert seen == []


def test_no_payload_lives_as_guide_heading_metadata_or_file_name(chromium: Browser, tmp_path: Path) -> None:
    guides = tmp_path / "guides"
    guides.mkdir()
    for number, payload in enumerate(FEWER):
        text = writable(payload)[:400]
        front = f"---\ntitle: {json.dumps(text)}\nauthor: {json.dumps(text)}\nsource: {json.dumps(text)}\n---\n\n"
        fact = f"Hive number {number} needs {number + 2} jars of syrup."
        body = f"# Hive {number} {text}\n\n## Where do {text} live?\n\n{fact} {text}\n\n- {text}\n\n| {text} | b |\n|---|---|\n| {text} | d |\n"
        name = "".join(c for c in text if c not in "/\0")[:60].encode()[:120].decode(errors="ignore")
        (guides / f"{number}{name}.md").write_text(front + body, encoding="utf-8")
        if number % 4 == 0:
            page = f"<html><title>{text}</title><body><h1>{text}</h1><p>Wasps of nest {number} eat jam. {text}</p></body></html>"
            (guides / f"{number}{name}.html").write_text(page, encoding="utf-8")
    seen: list[str] = []
    backend = Backend(guides, Settings(data_dir=str(tmp_path / "data")))
    with serving(backend) as address:
        for size in ({"width": 1360, "height": 860}, PHONE):
            with visiting(chromium, address, size=size) as visitor:
                page = visitor.open()
                watch(page, seen)
                page.wait_for_selector(".examples button")
                for number in range(0, len(FEWER), 9):
                    visitor.ask(f"How many jars of syrup does hive number {number} need?")
                page.evaluate(OPEN)
                assert page.evaluate(COVERED) == 0
                if size is not PHONE:
                    unharmed(page, address)
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                page.get_by_role("button", name="Guides", exact=True).click()
                page.wait_for_selector("#guide-list li")
                assert page.locator("#guide-list li").count() > len(FEWER)
                assert page.evaluate("document.querySelector('#guides').scrollWidth <= innerWidth")
                assert page.evaluate("window.hacked") is None
                assert page.locator("#guides img, #guides iframe, #guides script, #guides style").count() == 0
    assert seen == []


def test_no_file_name_lives_on_the_page(chromium: Browser, page_settings: Settings, tmp_path: Path) -> None:
    names = list(dict.fromkeys(writable(payload)[:200] + ".md" for payload in EVERYTHING[::4]))
    settings = Settings(data_dir=str(tmp_path / "data"))
    (tmp_path / "guide.md").write_text("# Hives\n\nA hive needs sun.\n")
    seen: list[str] = []
    with serving(Backend(tmp_path / "guide.md", settings)) as address, visiting(chromium, address) as visitor:
        page = visitor.open()
        watch(page, seen)
        page.get_by_role("button", name="Guides", exact=True).click()
        page.evaluate(
            """async names => {
                for (const name of names) {
                    const data = new DataTransfer();
                    data.items.add(new File(['  '], name, { type: 'text/markdown' }));
                    for (const kind of ['dragenter', 'dragover', 'drop'])
                        dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
                    await new Promise(done => setTimeout(done, 60));
                }
            }""",
            names,
        )
        page.wait_for_function("() => document.querySelectorAll('#upload-list .problem').length > 30")
        page.wait_for_function("() => !document.querySelector('#upload-list progress')")
        assert page.evaluate("window.hacked") is None
        assert page.locator("#guides img, #guides iframe, #guides script, #guides style, #guides a").count() == 0
        assert page.evaluate("document.querySelector('#guides').scrollWidth <= innerWidth")
        visitor.problems.clear()  # refusals, which the browser logs
    assert seen == []
