"""Language models on the page: which answers, streamed, with their markers put right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from assistant.models import ScriptedChatModel
from assistant.settings import Settings
from assistant.web.backend import Backend
from tests.page_fixtures import QUESTION, chromium, page_settings, serving, visiting

pytestmark = pytest.mark.browser
__all__ = ["chromium", "page_settings"]


@pytest.fixture
def model() -> ScriptedChatModel:
    """A model that cites its first passage, invents a claim, and then a passage."""
    reply = "It takes from several months to several years [1]. It always takes exactly 40 years [1]. Trust me [99]."
    return ScriptedChatModel(replies=[reply], delay=0.05)


@pytest.fixture
def address(page_settings: Settings, model: ScriptedChatModel) -> Iterator[str]:
    """A page whose answers a model writes."""
    with serving(Backend(None, page_settings, llm=model)) as found:
        yield found


def test_a_models_answer_streams_and_its_inventions_are_marked(chromium: Browser, address: str) -> None:
    with visiting(chromium, address) as visitor:
        page = visitor.open()
        page.fill("#question", QUESTION)
        page.press("#question", "Enter")
        expect(page.locator(".streaming .text")).to_contain_text("It takes")
        page.wait_for_selector(".turn .actions")
        expect(page.locator(".actions .meta")).to_contain_text("scripted")
        expect(page.locator(".unsupported", has_text="40 years")).to_be_visible()
        assert "[99]" not in page.locator(".text").inner_text()
        page.locator(".text a.citation").first.click()
        expect(page.locator("mark.current").first).to_be_in_viewport()


def test_the_guides_own_words_can_be_chosen_instead(chromium: Browser, address: str, model: ScriptedChatModel) -> None:
    with visiting(chromium, address) as visitor:
        page = visitor.open()
        page.get_by_role("button", name="Settings").click()
        expect(page.get_by_label("Who answers").locator("option")).to_have_text(["scripted", "The guides’ own words"])
        page.get_by_label("Who answers").select_option(label="The guides’ own words")
        page.keyboard.press("Escape")
        visitor.ask(QUESTION)
        expect(page.locator(".actions .meta")).to_contain_text("the guides’ own words")
        assert model.prompts == []
        page.reload()
        visitor.ask("And for a beginner?")
        assert model.prompts == []
