"""axe-core finds nothing to object to, in any state of the page, at any size, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.errors import SettingsError
from assistant.reader import ReaderResult
from assistant.settings import Settings
from assistant.web.backend import Backend
from tests.page_fixtures import (
    DESKTOP,
    PHONE,
    QUESTION,
    ScriptedBackend,
    ScriptedReader,
    Visitor,
    axe,
    chromium,
    cited,
    page_settings,
    passage,
    serving,
    site,
    visiting,
)

pytestmark = pytest.mark.browser
__all__ = ["axe", "chromium", "page_settings", "site"]
SIZES = {"desktop": DESKTOP, "phone": PHONE}


@pytest.fixture(params=[(size, scheme) for size in SIZES for scheme in ("light", "dark")], ids="-".join)
def anyone(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[Visitor]:
    """A person at each size, in light and dark."""
    size, scheme = request.param
    with visiting(chromium, site, size=SIZES[size], color_scheme=scheme, bypass_csp=True) as visitor:
        yield visitor


def check(page: Page, axe: str) -> None:
    """Fail with what axe-core objects to, and where."""
    page.wait_for_timeout(300)  # colours and places move for a moment
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    told = [(v["id"], v["help"], [n["html"][:120] for n in v["nodes"][:4]]) for v in found["violations"]]
    assert told == []


def test_the_empty_page(anyone: Visitor, axe: str) -> None:
    page = anyone.open()
    page.wait_for_selector(".examples button")
    check(page, axe)


def test_an_answer_with_its_sources(anyone: Visitor, axe: str) -> None:
    page = anyone.open()
    anyone.ask("What is MLOps?")
    page.get_by_role("button", name="Helpful", exact=True).click()
    page.wait_for_selector(".reason")
    page.locator(".text a.citation").first.focus()
    check(page, axe)
    page.locator(".text a.citation").first.click()
    expect(page.locator("#sources")).to_be_visible()
    check(page, axe)


def test_an_abstention(anyone: Visitor, axe: str) -> None:
    page = anyone.open()
    anyone.ask("What is the capital of Mongolia?")
    check(page, axe)


def test_guides_settings_and_conversations(anyone: Visitor, axe: str) -> None:
    page = anyone.open()
    anyone.ask(QUESTION)
    for name in ("Guides", "Settings"):
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_selector("dialog[open] input")
        check(page, axe)
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Conversations", exact=True).click()
    check(page, axe)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_doubts_notes_and_columns(chromium: Browser, page_settings: Settings, axe: str, scheme: str) -> None:
    one = passage("It takes six months.", document="a.md", title="Roadmap")
    two = passage("It takes two years.", document="b.md", title="Playbook")
    result = cited((one.text, one), (two.text, two), unsupported=[2], notes=("A marker was removed.",))
    reader = ScriptedReader(result)
    with (
        serving(ScriptedBackend(page_settings, reader)) as address,
        visiting(chromium, address, color_scheme=scheme, bypass_csp=True) as visitor,
    ):
        page = visitor.open()
        visitor.ask("How long?")
        check(page, axe)
        reader.result = ReaderResult("word " * 40)
        reader.pause = 0.1
        page.fill("#question", "Again?")
        page.press("#question", "Enter")
        page.get_by_role("button", name="Stop").click()
        page.wait_for_selector(".turn .problem.note >> text=Stopped")
        page.locator(".turn").first.hover()
        page.get_by_role("button", name="Edit the question").first.click()
        check(page, axe)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_broken_page_and_the_login(chromium: Browser, page_settings: Settings, axe: str, scheme: str) -> None:
    settings = replace(page_settings, auth="ann:secret")
    backend = Backend(None, settings, problem=SettingsError("ASSISTANT_PASSAGES is wrong."))
    with serving(backend) as address, visiting(chromium, address, color_scheme=scheme, bypass_csp=True) as visitor:
        page = visitor.page
        page.goto(address)
        check(page, axe)
        page.get_by_label("User").fill("ann")
        page.get_by_label("Password").fill("wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("The user or the password is wrong.")
        check(page, axe)
        page.get_by_label("User").fill("ann")
        page.get_by_label("Password").fill("secret")
        page.keyboard.press("Enter")
        expect(page.locator(".broken")).to_be_visible()
        check(page, axe)
        page.get_by_role("button", name="Settings").click()
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_label("Password")).to_be_visible()
