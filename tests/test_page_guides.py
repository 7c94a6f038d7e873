"""Guides of one's own: dropped, learnt from, switched off, removed, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.settings import Settings
from assistant.web.backend import Backend
from tests.page_fixtures import (
    PHONE,
    QUESTION,
    Visitor,
    chromium,
    page_settings,
    serving,
    site,
    visiting,
    visitor,
)

pytestmark = pytest.mark.browser
__all__ = ["chromium", "page_settings", "site", "visitor"]
GUIDE = """# Keeping bees

## When should you inspect a hive?

Inspect a hive every nine days between April and July. Choose a warm afternoon.

## What does a beginner need?

A beginner needs a veil, a smoker and a hive tool.
"""
BEES = "When should you inspect a hive?"


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    """A guide about something that the shared guides do not know."""
    path = tmp_path / "bees.md"
    path.write_text(GUIDE, encoding="utf-8")
    return path


def add(page: Page, *files: Path) -> None:
    """Choose files in the list of guides."""
    if not page.locator("#guides").is_visible():
        page.get_by_role("button", name="Guides", exact=True).click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files([str(path) for path in files])


def test_a_dropped_guide_is_learnt_and_answers(visitor: Visitor, guide: Path) -> None:
    page = visitor.open()
    page.evaluate(
        """text => {
        const data = new DataTransfer();
        data.items.add(new File([text], 'bees.md', { type: 'text/markdown' }));
        for (const name of ['dragenter', 'dragover', 'drop'])
            dispatchEvent(new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }));
    }""",
        GUIDE,
    )
    expect(page.locator("#upload-list")).to_contain_text("“Keeping bees”: 2 sections, 2 passages")
    expect(page.locator("#guide-list li")).to_have_count(3)
    page.keyboard.press("Escape")
    visitor.ask(BEES)
    expect(page.locator(".text")).to_contain_text("every nine days")
    page.locator(".text a.citation").first.click()
    expect(page.locator("details.passage[open] .path").first).to_contain_text("Keeping bees")
    page.reload()
    expect(page.locator("#guide-count")).to_have_text("3")
    visitor.ask(QUESTION)
    expect(page.locator(".turn").last).to_contain_text("several months")


def test_a_guide_is_switched_off_on_again_and_removed(visitor: Visitor, guide: Path) -> None:
    page = visitor.open()
    add(page, guide)
    switch = page.get_by_role("switch", name="Keeping bees")
    expect(switch).to_be_checked()
    switch.click()
    expect(page.locator("#guide-count")).to_have_text("2/3")
    page.keyboard.press("Escape")
    visitor.ask(BEES)
    expect(page.locator(".turn .abstained")).to_have_count(1)
    page.get_by_role("button", name="Guides", exact=True).click()
    switch.click()
    expect(page.locator("#guide-count")).to_have_text("3")
    page.keyboard.press("Escape")
    visitor.ask(BEES)
    expect(page.locator(".turn").last).to_contain_text("every nine days")
    page.get_by_role("button", name="Guides", exact=True).click()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove Keeping bees").click()
    expect(page.locator("#guide-list li")).to_have_count(2)
    page.keyboard.press("Escape")
    visitor.ask(BEES)
    expect(page.locator(".turn").last.locator(".abstained")).to_have_count(1)


def test_a_guide_that_ships_can_be_left_out(visitor: Visitor) -> None:
    page = visitor.open()
    page.get_by_role("button", name="Guides", exact=True).click()
    page.get_by_role("switch", name="Roadmap").click()
    expect(page.locator("#guide-count")).to_have_text("1/2")
    page.keyboard.press("Escape")
    visitor.ask("Which cloud platforms should you know?")
    paths = page.locator("details.passage .path").all_inner_texts()
    assert paths
    assert not [path for path in paths if path.startswith("Roadmap")]
    page.get_by_role("button", name="Guides", exact=True).click()
    page.get_by_role("switch", name="Playbook").click()
    expect(page.locator("#guide-count")).to_have_text("0/2")
    page.keyboard.press("Escape")
    page.fill("#question", QUESTION)
    page.press("#question", "Enter")
    expect(page.locator(".turn .problem")).to_contain_text("Every guide is switched off")


def test_each_file_is_told_what_is_wrong_with_it(visitor: Visitor, guide: Path, tmp_path: Path) -> None:
    picture, broken, empty = tmp_path / "picture.png", tmp_path / "broken.pdf", tmp_path / "empty.txt"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 200)
    broken.write_bytes(b"%PDF-1.7\n" + b"nothing" * 50)
    empty.write_bytes(b" ")
    page = visitor.open()
    add(page, picture, broken, empty, guide)
    problems = page.locator("#upload-list .problem")
    expect(problems).to_have_count(3)
    for name in ("picture.png", "broken.pdf", "empty.txt"):
        expect(problems.filter(has_text=name)).to_have_count(1)
    expect(page.locator("#upload-list")).to_contain_text("Keeping bees")
    problems.first.get_by_role("button", name="Dismiss").click()
    expect(problems).to_have_count(2)


def test_nobody_else_sees_or_searches_an_own_guide(chromium: Browser, site: str, guide: Path) -> None:
    with visiting(chromium, site) as one, visiting(chromium, site) as other:
        page = one.open()
        add(page, guide)
        expect(page.get_by_role("switch", name="Keeping bees")).to_be_visible()
        page = other.open()
        assert "bees" not in page.request.get(f"{site}/api/guides").text()
        other.ask(BEES)
        expect(page.locator(".turn .abstained")).to_have_count(1)
        page.request.post(f"{site}/api/guides/remove", data={"id": "own/bees.md"})
        assert "own/bees.md" in one.page.request.get(f"{site}/api/guides").text()


@pytest.fixture(scope="module")
def small(page_settings: Settings) -> Iterator[str]:
    """A page that takes guides of at most a megabyte."""
    settings = Settings(data_dir=page_settings.data_dir, upload_limit_mb=1)
    with serving(Backend(None, settings)) as address:
        yield address


def test_a_guide_that_is_too_large_is_refused_by_page_and_server(chromium: Browser, small: str, tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    large.write_text("word " * 250_000, encoding="utf-8")
    with visiting(chromium, small) as visitor:
        page = visitor.open()
        add(page, large)
        expect(page.locator("#upload-list .problem")).to_contain_text("large.txt is larger than 1 MB")
        reply = page.request.post(f"{small}/api/guides", data=large.read_bytes(), headers={"x-file-name": "large.txt"})
        assert reply.status == 413
        assert "larger than 1 MB" in reply.json()["message"]


def test_a_read_only_page_takes_no_guides(chromium: Browser, page_settings: Settings) -> None:
    settings = Settings(data_dir=page_settings.data_dir, read_only=True)
    with serving(Backend(None, settings)) as address, visiting(chromium, address, size=PHONE) as visitor:
        page = visitor.open()
        page.get_by_role("button", name="Guides", exact=True).click()
        expect(page.locator("#guides")).to_contain_text("read-only")
        assert page.get_by_role("button", name="Choose files").count() == 0
        reply = page.request.post(f"{address}/api/guides", data=b"# A", headers={"x-file-name": "a.md"})
        assert reply.status == 403
        assert page.request.post(f"{address}/api/guides/remove", data={"id": "roadmap.md"}).status == 403
