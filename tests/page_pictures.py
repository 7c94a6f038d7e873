"""Pictures of the page as it is: `python -m tests.page_pictures` writes those of the README to docs/images."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.settings import Settings
from assistant.web.backend import Backend
from tests.page_fixtures import PHONE, browser, serving, until, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
QUESTION = "How long does it take to become a machine learning engineer?"
BEES = "# Keeping bees\n\n## When should you inspect a hive?\n\nInspect a hive every nine days from April to July.\n"


def take_pictures(chromium: Browser, address: str, folder: Path) -> Iterator[Path]:
    """The pictures, one after another: desktop, dark, phone, sheet, abstention, guides, welcome."""
    for name, scheme in (("page", "light"), ("page-dark", "dark")):
        with visiting(chromium, address, color_scheme=scheme, device_scale_factor=1.5) as visitor:
            page = visitor.open()
            page.wait_for_selector(".examples button")
            if scheme == "light":
                yield _save(page, folder / "page-welcome.png")
            visitor.ask(QUESTION)
            visitor.ask("Which cloud platforms should you know?")
            chips = page.locator(".turn").last.locator(".text a.citation")
            chips.last.click()
            chips.first.hover()
            page.wait_for_timeout(700)
            yield _save(page, folder / f"{name}.png")
            if scheme == "light":
                visitor.ask("What does a machine learning engineer earn in Berlin?")
                page.wait_for_timeout(300)
                yield _save(page, folder / "page-unknown.png")
                page.get_by_role("button", name="Guides", exact=True).click()
                page.locator("#files").set_input_files(
                    [
                        {"name": "bees.md", "mimeType": "text/markdown", "buffer": BEES.encode()},
                        {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 nothing"},
                    ]
                )
                page.wait_for_selector("#guide-list li:nth-child(3)")
                page.wait_for_selector("#upload-list .problem")
                yield _save(page, folder / "page-guides.png")
    with visiting(chromium, address, size=PHONE, device_scale_factor=1.5) as visitor:
        page = visitor.open()
        visitor.ask(QUESTION)
        page.wait_for_timeout(300)
        yield _save(page, folder / "page-phone.png")
        page.locator("a.citation").first.tap()
        page.wait_for_timeout(700)
        yield _save(page, folder / "page-phone-sources.png")


def _save(page: object, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(path))  # type: ignore[attr-defined]
    return path


def main() -> int:
    """Write the pictures to docs/images, or to the folder named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    with tempfile.TemporaryDirectory() as data:
        backend = Backend(None, Settings(data_dir=data))
        with serving(backend) as address, browser() as chromium:
            until(lambda: backend.status.phase == "ready")
            for path in take_pictures(chromium, address, folder):
                print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
