"""What a reader of an answer sees and opens: citations, sources, doubts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from assistant.reader import ReaderResult
from assistant.settings import Settings
from tests.page_fixtures import (
    PHONE,
    QUESTION,
    ScriptedBackend,
    ScriptedReader,
    Visitor,
    chromium,
    cited,
    page_settings,
    passage,
    phone,
    serving,
    site,
    until,
    visiting,
    visitor,
)

pytestmark = pytest.mark.browser
__all__ = ["chromium", "page_settings", "phone", "site", "visitor"]


def test_every_sentence_has_a_chip_whose_quote_shows_on_hover_and_focus(visitor: Visitor) -> None:
    page = visitor.open()
    visitor.ask(QUESTION)
    chips = page.locator(".text a.citation")
    expect(chips.first).to_have_text("[1]")
    chips.first.hover()
    expect(page.locator("#tip")).to_be_visible()
    quote = page.locator("#tip .quote").inner_text()
    assert quote.strip("“”") in page.locator(".text").inner_text()
    page.mouse.move(5, 400)
    expect(page.locator("#tip")).to_be_hidden()
    chips.first.focus()
    expect(page.locator("#tip")).to_be_visible()
    assert chips.first.get_attribute("aria-describedby") == "tip"
    page.keyboard.press("Escape")
    expect(page.locator("#tip")).to_be_hidden()


def test_a_chip_opens_its_passage_with_exactly_the_quote_marked(visitor: Visitor) -> None:
    page = visitor.open()
    visitor.ask(QUESTION)
    chip = page.locator(".text a.citation").first
    chip.hover()
    quote = page.locator("#tip .quote").inner_text().strip("“”")
    chip.click()
    current = page.locator("mark.current")
    expect(current.first).to_be_in_viewport()
    assert "".join(current.all_inner_texts()) == quote
    card = page.locator("details.passage[open]").first
    expect(card.locator(".heading")).to_contain_text("How long does it take")
    expect(card.locator(".path")).to_contain_text("Roadmap")


def test_cited_passages_are_open_and_the_others_folded(visitor: Visitor) -> None:
    page = visitor.open()
    visitor.ask(QUESTION)
    assert page.locator("details.passage:has(mark)").count() == page.locator("details.passage[open]").count() >= 1
    also = page.locator("details.passage:not([open])")
    assert also.count() >= 1
    also.first.locator("summary").click()
    expect(page.locator("details.passage[open]:not(:has(mark)) .words").first).to_be_visible()


def test_a_pdf_opens_at_the_page_of_the_passage(visitor: Visitor) -> None:
    page = visitor.open()
    visitor.ask("What is MLOps?")
    link = page.locator("a", has_text="Open the PDF at page").first
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    address = link.get_attribute("href") or ""
    number = (link.text_content() or "").split()[-1]
    assert address.endswith(f".pdf#page={number}")
    reply = page.request.get(visitor.address + address.partition("#")[0])
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.body().startswith(b"%PDF-")


def test_a_chip_opens_a_sheet_on_a_phone_and_escape_returns(phone: Visitor) -> None:
    page = phone.open()
    phone.ask(QUESTION)
    expect(page.locator("#sources")).to_be_hidden()
    page.locator(".text a.citation").first.tap()
    expect(page.locator("#sources")).to_be_visible()
    expect(page.locator("mark.current").first).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("#sources")).to_be_hidden()
    assert page.evaluate("document.activeElement.className").startswith("citation")
    page.locator("#open-sources").tap()
    expect(page.locator("#sources")).to_be_visible()
    page.locator("#close-sources").tap()
    expect(page.locator("#sources")).to_be_hidden()


def test_nothing_is_wider_than_a_phone(phone: Visitor) -> None:
    page = phone.open()
    phone.ask(QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("document.querySelector('#scroller').scrollWidth") <= PHONE["width"]


def test_an_abstention_looks_different_and_offers_what_can_be_asked(visitor: Visitor) -> None:
    page = visitor.open()
    visitor.ask("What is the capital of Mongolia?")
    expect(page.locator(".answer.abstained .label")).to_have_text("Not in the guides")
    assert page.locator(".abstained a.citation").count() == 0
    offered = page.locator(".suggestions button")
    assert offered.count() >= 1
    offered.first.click()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").nth(1).locator("a.citation").first).to_be_visible()


ROADMAP = passage("It takes six months of full-time study.", document="a.md", title="Roadmap", section=("Time",))
PLAYBOOK = passage("Before. It takes two years beside a job.", document="b.md", title="Playbook", page=3)


@pytest.fixture(scope="module")
def scripted(page_settings: Settings) -> Iterator[tuple[str, ScriptedReader]]:
    """A page whose answers are scripted."""
    reader = ScriptedReader(ReaderResult(""))
    with serving(ScriptedBackend(page_settings, reader)) as address:
        yield address, reader


@pytest.fixture
def reading(chromium: Browser, scripted: tuple[str, ScriptedReader]) -> Iterator[tuple[Visitor, ScriptedReader]]:
    """A person at the scripted page."""
    address, reader = scripted
    reader.pause = 0.0
    with visiting(chromium, address) as found:
        yield found, reader


def test_guides_that_give_other_figures_stand_side_by_side(reading: tuple[Visitor, ScriptedReader]) -> None:
    visitor, reader = reading
    reader.result = cited((ROADMAP.text, ROADMAP), ("It takes two years beside a job.", PLAYBOOK))
    page = visitor.open()
    visitor.ask("How long?")
    columns = page.locator(".compare section")
    expect(columns).to_have_count(2)
    expect(columns.nth(0)).to_contain_text("Roadmap")
    expect(columns.nth(1)).to_contain_text("two years")
    boxes = [columns.nth(n).bounding_box() for n in range(2)]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["y"] == boxes[1]["y"]
    columns.nth(1).locator("a.citation").click()
    assert page.locator("mark.current").inner_text() == "It takes two years beside a job."
    expect(page.locator("details.passage:has(mark.current) .path")).to_contain_text("page 3")


def test_an_unsupported_claim_is_marked_where_it_stands(reading: tuple[Visitor, ScriptedReader]) -> None:
    visitor, reader = reading
    reader.result = cited((ROADMAP.text, ROADMAP), ("It takes two years", PLAYBOOK), unsupported=[2])
    page = visitor.open()
    visitor.ask("How long?")
    expect(page.locator(".compare .unsupported")).to_have_text("It takes two years")
    reader.result = cited((ROADMAP.text, ROADMAP), unsupported=[1])
    visitor.ask("And how long?")
    expect(page.locator(".text .unsupported").last).to_have_text(ROADMAP.text)
    expect(page.locator(".text .unsupported").last).to_be_visible()
    expect(page.locator(".unsupported-note").last).to_contain_text("not borne out")


def test_a_rewritten_question_and_notes_are_shown(reading: tuple[Visitor, ScriptedReader]) -> None:
    visitor, reader = reading
    reader.result = cited((ROADMAP.text, ROADMAP), notes=("One marker was removed.",))
    page = visitor.open()
    visitor.ask("How long does it take?")
    assert page.locator(".searched").count() == 0
    expect(page.locator(".answer .note")).to_have_text("One marker was removed.")
    visitor.ask("And is it hard?")
    expect(page.locator(".searched")).to_contain_text("Searched for: ")


def test_an_answer_streams(reading: tuple[Visitor, ScriptedReader]) -> None:
    visitor, reader = reading
    words = "One two three four five six seven eight nine ten [1]."
    reader.result = cited((ROADMAP.text, ROADMAP), text=words)
    reader.pause = 0.25
    page = visitor.open()
    page.fill("#question", "How long?")
    page.press("#question", "Enter")
    expect(page.locator(".streaming .text")).to_contain_text("One two")
    seen = page.locator(".streaming .text").inner_text()
    assert "nine" not in seen
    expect(page.locator(".text", has_text="ten")).to_be_visible()
    until(lambda: page.locator(".actions").count() == 1)
