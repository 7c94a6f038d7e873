"""Ask the page that `make run` serves one question, as a person would: `python -m tests.smoke http://127.0.0.1:7860`."""

from __future__ import annotations

import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import expect

from tests.page_fixtures import browser

QUESTION = "How long does it take to become a machine learning engineer?"


def main(address: str, *, patience: float = 120.0) -> None:
    """Wait for the page, ask, and see a cited answer with the passage beside it."""
    until = time.monotonic() + patience
    while True:
        try:
            urlopen(address, timeout=5).close()
            break
        except (URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.5)
    with browser() as chromium:
        page = chromium.new_page()
        page.goto(address)
        box = page.get_by_role("textbox").first
        expect(box).to_be_enabled(timeout=patience * 1000)
        box.fill(QUESTION)
        box.press("Enter")
        expect(page.get_by_text("several months to several years").first).to_be_visible(timeout=60_000)
        expect(page.get_by_text("[1]").first).to_be_visible()
        expect(page.locator("mark").first).to_be_visible()
    print("The page answered with a citation, and the passage was beside it.")


if __name__ == "__main__":
    main(sys.argv[1])
