"""Asking as a person does: examples, suggestions, stop, retry, edit, copy, and the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from assistant.errors import ModelError
from assistant.reader import ReaderResult
from assistant.settings import Settings
from tests.page_fixtures import (
    QUESTION,
    ScriptedBackend,
    ScriptedReader,
    Visitor,
    chromium,
    cited,
    page_settings,
    passage,
    serving,
    site,
    visiting,
    visitor,
)

pytestmark = pytest.mark.browser
__all__ = ["chromium", "page_settings", "site", "visitor"]
SOURCE = passage("Practise a little every day.", title="Guide")


@pytest.fixture(scope="module")
def scripted(page_settings: Settings) -> Iterator[tuple[str, ScriptedReader]]:
    """A page whose answers are scripted."""
    reader = ScriptedReader(ReaderResult(""))
    with serving(ScriptedBackend(page_settings, reader)) as address:
        yield address, reader


@pytest.fixture
def asking(chromium: Browser, scripted: tuple[str, ScriptedReader]) -> Iterator[tuple[Visitor, ScriptedReader]]:
    """A person at the scripted page."""
    address, reader = scripted
    reader.result, reader.pause = cited((SOURCE.text, SOURCE)), 0.0
    reader.asked.clear()
    with visiting(chromium, address) as found:
        yield found, reader


def test_a_question_may_be_asked_before_the_page_is_complete(chromium: Browser, site: str) -> None:
    with visiting(chromium, site) as visitor:
        visitor.open()
        visitor.ask("What is MLOps?")
        page = visitor.page
        page.route("**/api/page", lambda route: (page.wait_for_timeout(800), route.continue_()))
        page.goto(site)
        page.fill("#question", QUESTION)
        page.press("#question", "Enter")
        expect(page.locator(".text a.citation").first).to_be_visible()
        page.wait_for_selector("html[data-ready]", state="attached")
        expect(page.locator(".question p").last).to_have_text(QUESTION)


def test_a_newcomer_asks_an_example(visitor: Visitor) -> None:
    page = visitor.open()
    examples = page.locator(".examples button")
    expect(examples).to_have_count(6)
    question = examples.first.inner_text()
    examples.first.click()
    expect(page.locator(".question p")).to_have_text(question)
    expect(page.locator(".text a.citation").first).to_be_visible()


def test_every_example_is_answered(visitor: Visitor) -> None:
    page = visitor.open()
    page.wait_for_selector(".examples button")
    for question in page.locator(".examples button").all_inner_texts():
        visitor.ask(question)
        expect(page.locator(".turn").last.locator("a.citation").first).to_be_visible()


def test_a_suggestion_is_asked_by_a_click(asking: tuple[Visitor, ScriptedReader]) -> None:
    visitor, reader = asking
    reader.result = cited((SOURCE.text, SOURCE), suggestions=("What comes next?",))
    page = visitor.open()
    visitor.ask("What now?")
    page.locator(".suggestions button", has_text="What comes next?").click()
    expect(page.locator(".turn .actions")).to_have_count(2)
    expect(page.locator(".question p").last).to_have_text("What comes next?")


def test_an_answer_can_be_stopped_and_asked_again(asking: tuple[Visitor, ScriptedReader]) -> None:
    visitor, reader = asking
    reader.result, reader.pause = cited((SOURCE.text, SOURCE), text="word " * 60 + "end [1]"), 0.2
    page = visitor.open()
    page.fill("#question", "What now?")
    page.press("#question", "Enter")
    expect(page.locator(".streaming .text")).to_contain_text("word")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".turn .problem")).to_contain_text("Stopped")
    expect(page.locator("#send")).to_be_visible()
    reader.pause = 0.0
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator(".text")).to_contain_text("end [1]")


def test_asking_again_replaces_the_answer(asking: tuple[Visitor, ScriptedReader]) -> None:
    visitor, reader = asking
    page = visitor.open()
    visitor.ask("What now?")
    other = passage("Rest on Sundays.")
    reader.result = cited((other.text, other))
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".text")).to_contain_text("Rest on Sundays.")
    expect(page.locator(".turn")).to_have_count(1)
    page.reload()
    expect(page.locator(".text")).to_have_text("Rest on Sundays. [1]")


def test_an_edited_question_replaces_what_followed(asking: tuple[Visitor, ScriptedReader]) -> None:
    visitor, reader = asking
    page = visitor.open()
    visitor.ask("First question?")
    visitor.ask("Second question?")
    page.locator(".turn").first.hover()
    page.locator(".turn").first.get_by_role("button", name="Edit the question").click()
    page.get_by_role("textbox", name="Edit the question").fill("A better question?")
    page.keyboard.press("Enter")
    expect(page.locator(".turn .actions")).to_have_count(1)
    expect(page.locator(".question p")).to_have_text("A better question?")
    assert reader.asked[-1] == "A better question?"
    page.reload()
    expect(page.locator(".question p")).to_have_text("A better question?")


def test_an_edit_can_be_given_up(asking: tuple[Visitor, ScriptedReader]) -> None:
    visitor, _ = asking
    page = visitor.open()
    visitor.ask("First question?")
    page.locator(".turn").first.hover()
    page.get_by_role("button", name="Edit the question").click()
    page.keyboard.press("Escape")
    expect(page.locator(".question p")).to_have_text("First question?")


def test_an_answer_is_copied_with_its_citations(chromium: Browser, scripted: tuple[str, ScriptedReader]) -> None:
    address, reader = scripted
    source = passage("Practise every day.", title="Guide", section=("Habits",), page=4, source="https://a.example/g")
    reader.result, reader.pause = cited((source.text, source)), 0.0
    with visiting(chromium, address, permissions=["clipboard-read", "clipboard-write"]) as visitor:
        page = visitor.open()
        visitor.ask("What now?")
        page.get_by_role("button", name="Copy with citations").click()
        expect(page.locator("#announce")).to_have_text("Copied with citations")
        copied = page.evaluate("navigator.clipboard.readText()")
    assert "Practise every day. [1]" in copied
    assert "Guide › Habits, page 4" in copied
    assert "https://a.example/g" in copied


def test_a_question_is_asked_and_a_quote_reached_by_keyboard_alone(visitor: Visitor) -> None:
    page = visitor.open()
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn .actions")
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.text a.citation')"):
            break
    expect(page.locator("#tip")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("mark.current").first).to_be_in_viewport()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("/")
    expect(page.locator("#question")).to_be_focused()


def test_shift_enter_breaks_the_line(visitor: Visitor) -> None:
    page = visitor.open()
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    expect(page.locator("#question")).to_have_value("one\ntwo")
    expect(page.locator(".turn")).to_have_count(0)


def test_an_overlong_question_is_refused_before_it_is_sent(visitor: Visitor) -> None:
    page = visitor.open()
    page.fill("#question", "x" * 2001)
    expect(page.locator("#composer-message")).to_contain_text("2,001 characters; at most 2,000")
    expect(page.locator("#send")).to_be_disabled()
    page.fill("#question", "   ")
    expect(page.locator("#composer-message")).to_be_hidden()
    expect(page.locator("#send")).to_be_disabled()


def test_a_failure_is_told_and_can_be_tried_again(asking: tuple[Visitor, ScriptedReader]) -> None:
    visitor, reader = asking

    def fail(_question: str, _hits: object) -> ReaderResult:
        raise ZeroDivisionError

    reader.result = fail
    page = visitor.open()
    page.fill("#question", "What now?")
    page.press("#question", "Enter")
    expect(page.locator(".turn .problem")).to_contain_text("Something went wrong (ZeroDivisionError)")
    reader.result = cited((SOURCE.text, SOURCE))
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".text")).to_contain_text(SOURCE.text)


def test_a_model_that_fails_leaves_the_guides_own_words(asking: tuple[Visitor, ScriptedReader]) -> None:
    visitor, reader = asking

    def fail(_question: str, _hits: object) -> ReaderResult:
        raise ModelError("no route to the model")

    reader.result = fail
    page = visitor.open()
    visitor.ask(QUESTION)
    expect(page.locator(".answer .note")).to_contain_text("no route to the model")
    expect(page.locator(".text a.citation").first).to_be_visible()
