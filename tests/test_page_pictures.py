"""The pictures in the README are of the page as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.page_fixtures import chromium, page_settings, site
from tests.page_pictures import IMAGES, take_pictures

pytestmark = pytest.mark.browser
__all__ = ["chromium", "page_settings", "site"]


def test_every_picture_of_the_docs_can_be_taken(chromium: Browser, site: str, tmp_path: Path) -> None:
    taken = list(take_pictures(chromium, site, tmp_path))
    assert {path.name for path in taken} == {path.name for path in IMAGES.glob("page*.png")}
    assert all(path.stat().st_size > 20_000 for path in taken)
