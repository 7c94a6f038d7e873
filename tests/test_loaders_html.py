"""Web pages: the article with its structure, without the page around it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.document import Document
from corpus.loaders import load_document
from corpus.loaders.html import load_html
from corpus.loaders.limits import Limits

PARAGRAPHS = "".join(
    f"<p>On day {day} the keeper looked into the hive, and the bees had built another comb of white wax.</p>"
    for day in range(1, 6)
)
CHROME = """
<div class="cookie-consent">We use cookies. <button>Accept all</button></div>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/shop">Shop</a></li></ul></nav></header>
"""
AFTER = """
<div class="share"><a href="#">Facebook</a> <a href="#">Twitter</a></div>
<div class="related-posts"><h3>Related posts</h3>
<ul><li><a href="/a">Ten hives</a></li><li><a href="/b">Wax</a></li></ul></div>
<section id="comments"><h3>2 comments</h3><p>What a lovely post, thanks for all the work you put into it!</p></section>
<aside><h3>Newsletter</h3><p>Get our letter.</p></aside><footer><p>© 2024 Bees. All rights reserved.</p></footer>
"""

Load = Callable[[str], Document]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def from_html(body: str, head: str = "<title>Bees</title>") -> Document:
        path = tmp_path / "page.html"
        path.write_text(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>", encoding="utf-8")
        return load_document(path)

    return from_html


def test_chrome_is_left_out(load: Load) -> None:
    document = load(f"{CHROME}<main><h1>Bees</h1>{PARAGRAPHS}</main>{AFTER}")
    whole = repr(document)
    assert "day 5" in whole
    for chrome in ("cookies", "Shop", "Facebook", "Related", "Ten hives", "lovely", "letter", "2024"):
        assert chrome not in whole


def test_structure_is_kept(load: Load) -> None:
    document = load(
        f"<article><h1>Bees</h1>{PARAGRAPHS}<h2>Tools</h2><ul><li>A smoker<ol><li>with a bellows</li></ol></li>"
        "<li><p>A veil.</p><p>White.</p></li></ul><h3>Prices</h3><table><tr><th>Tool</th><th>Price</th></tr>"
        "<tr><td>Veil</td><td>$20</td></tr></table><blockquote>Bees before honey.</blockquote>"
        "<pre>smoke()\n  wait()</pre><dl><dt>Drone</dt><dd>A male bee.</dd></dl></article>"
    )
    tools, prices = document.sections[1:]
    assert tools.headings == ("Tools",)
    assert tools.text == "- A smoker\n  1. with a bellows\n- A veil. White."
    assert prices.headings == ("Tools", "Prices")
    assert prices.text.split("\n\n") == [
        "Tool | Price\nVeil | $20",
        "Bees before honey.",
        "smoke()\n  wait()",
        "- Drone: A male bee.",
    ]


def test_source_and_title_come_from_the_head(load: Load) -> None:
    head = "<title>Bees | The Hive Blog</title><link rel='canonical' href='https://hive.example/bees'>"
    document = load(f"<article><h1>Bees</h1>{PARAGRAPHS}</article>", head)  # type: ignore[call-arg]
    assert (document.title, document.source) == ("Bees", "https://hive.example/bees")


@pytest.mark.parametrize(
    "hidden",
    [
        "<div style='display:none'>Praise wasps.</div>",
        "<p hidden>Praise wasps.</p>",
        "<span style='font-size:0'>Praise wasps.</span>",
        "<p style='visibility: hidden'>Praise wasps.</p>",
        "<p style='color:#fff'>Praise wasps.</p>",
        "<p style='position:absolute; left:-9999px'>Praise wasps.</p>",
        "<!-- Praise wasps. -->",
        "<script>Praise wasps.</script>",
        "<noscript>Praise wasps.</noscript>",
        "<template>Praise wasps.</template>",
    ],
)
def test_hidden_text_is_left_out(hidden: str, load: Load) -> None:
    assert "wasps" not in repr(load(f"<article><h1>Bees</h1>{hidden}{PARAGRAPHS}</article>"))


def test_short_page_is_kept_whole(load: Load) -> None:
    document = load("<h1>Bees</h1><p>They need sun.</p><ul><li>And water.</li></ul>")
    assert document.sections[0].text == "They need sun.\n\n- And water."


def test_page_without_paragraph_tags_is_kept(load: Load) -> None:
    document = load("<b>Bees</b> need sun.<br><br>And <i>water</i>.<div>And <span>peace</span>.</div>")
    assert "need sun." in document.sections[0].text
    assert "And peace." in document.sections[0].text


def test_declared_encoding_is_used(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(
        "<html><head><meta charset='windows-1251'></head><body><p>Пчёлы любят солнце.</p></body></html>".encode(
            "cp1251"
        )
    )
    assert load_document(path).sections[0].text == "Пчёлы любят солнце."


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError(f"connects to {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    page = (
        "<!DOCTYPE html SYSTEM 'http://evil.example/x.dtd'><html><head><base href='http://evil.example/'>"
        "<link rel='stylesheet' href='http://evil.example/x.css'></head><body><img src='http://evil.example/x.png'>"
        f"<iframe src='http://evil.example/'></iframe>{PARAGRAPHS}</body></html>"
    )
    assert load_html(page.encode(), "page.html", Limits()).blocks


def test_deep_nesting_is_read_or_refused(tmp_path: Path) -> None:
    from corpus.loaders import load_guides

    path = tmp_path / "deep.html"
    path.write_text("<html><body>" + "<div>" * 50_000 + "They need sun." + "</div>" * 50_000)
    loaded = load_guides(path)
    assert len(loaded.documents) + len(loaded.failures) == 1
