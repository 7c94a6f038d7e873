"""What stays: conversations through a reload, their list, their export, and what was thought of answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from assistant.settings import Settings
from assistant.store import Store
from tests.page_fixtures import QUESTION, Visitor, chromium, page_settings, phone, site, visiting, visitor

pytestmark = pytest.mark.browser
__all__ = ["chromium", "page_settings", "phone", "site", "visitor"]
OTHER = "Which cloud platforms should you know?"


def test_a_conversation_survives_a_reload_and_a_return(visitor: Visitor) -> None:
    page = visitor.open()
    visitor.ask(QUESTION)
    visitor.ask(OTHER)
    shown = page.locator("#thread").inner_text()
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    assert page.locator("#thread").inner_text() == shown
    visitor.open("/")
    expect(page.locator(".turn")).to_have_count(2)
    page.locator(".text a.citation").first.click()
    expect(page.locator("mark.current").first).to_be_visible()


def test_conversations_are_listed_opened_renamed_and_deleted(visitor: Visitor) -> None:
    page = visitor.open()
    visitor.ask(QUESTION)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible()
    visitor.ask(OTHER)
    page.get_by_role("button", name="Conversations", exact=True).click()
    titles = page.locator("#conversation-list .title")
    expect(titles).to_have_text([OTHER, QUESTION])
    titles.nth(1).click()
    expect(page.locator(".question p")).to_have_text(QUESTION)
    page.go_back()
    expect(page.locator(".question p")).to_have_text(OTHER)
    first = page.locator("#conversation-list li").first
    first.hover()
    first.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name of the conversation").fill("Clouds")
    page.keyboard.press("Enter")
    expect(titles).to_have_text(["Clouds", QUESTION])
    first.hover()
    first.get_by_role("button", name="Delete “Clouds”").click()
    page.get_by_role("button", name="Delete it").click()
    expect(titles).to_have_text([QUESTION])
    expect(page.locator(".welcome")).to_be_visible()


def test_the_list_of_conversations_covers_a_phone_and_goes(phone: Visitor) -> None:
    page = phone.open()
    phone.ask(QUESTION)
    page.get_by_role("button", name="Conversations", exact=True).tap()
    page.locator("#conversation-list .title").first.tap()
    expect(page.locator("#conversations")).to_be_hidden()
    expect(page.locator(".turn")).to_have_count(1)


def test_a_conversation_is_exported_with_quotes_pages_and_addresses(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.open()
    visitor.ask("What is MLOps?")
    texts = {}
    for name, kind in (("Markdown", "md"), ("JSON", "json")):
        page.get_by_role("button", name="Settings").click()
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename == f"what-is-mlops.{kind}"
        download.value.save_as(tmp_path / kind)
        texts[kind] = (tmp_path / kind).read_text(encoding="utf-8")
        page.keyboard.press("Escape")
    assert "## What is MLOps?" in texts["md"]
    answer = json.loads(texts["json"])["turns"][0]["answer"]
    for citation in answer["citations"]:
        assert " ".join(citation["quote"].split())[:20] in texts["md"]
    paged = [citation["passage"] for citation in answer["citations"] if citation["passage"]["page"]]
    assert paged
    assert f"page {paged[0]['page']}" in texts["md"]
    assert paged[0]["source"] in texts["md"]


def test_a_thumb_and_its_reason_are_kept(visitor: Visitor, page_settings: Settings) -> None:
    page = visitor.open()
    visitor.ask("Which books should you read?")
    page.get_by_role("button", name="Not helpful").click()
    page.get_by_label("What was wrong?").fill("It left one out.")
    page.get_by_role("button", name="Send the reason").click()
    expect(page.locator(".reason")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    store = Store.open(Path(page_settings.data_dir or ""))
    kept = [found for found in store.feedback() if found.question == "Which books should you read?"]
    assert [(found.helpful, found.reason) for found in kept] == [(False, "It left one out.")]
    page.get_by_role("button", name="Not helpful").click()
    expect(page.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "false")
    assert not [found for found in store.feedback() if found.question == "Which books should you read?"]
    store.close()


def test_people_do_not_see_each_others_conversations(chromium: Browser, site: str) -> None:
    with visiting(chromium, site) as one, visiting(chromium, site) as other:
        one.open()
        one.ask(QUESTION)
        address = one.page.url.removeprefix(site)
        page = other.page
        page.goto(site + "/")
        expect(page.locator(".welcome")).to_be_visible()
        id = address.rpartition("/")[2]
        for path in (f"/api/conversations/{id}", f"/api/conversations/{id}/export.json"):
            assert page.request.get(site + path).status == 404
        page.request.delete(f"{site}/api/conversations/{id}")
        page.request.patch(f"{site}/api/conversations/{id}", data={"title": "taken"})
        one.page.reload()
        expect(one.page.locator(".turn")).to_have_count(1)
        saved = one.page.request.get(f"{site}/api/conversations/{id}").json()
        assert saved["title"] == QUESTION
