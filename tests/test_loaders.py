"""What every loader promises, whatever the format."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from fpdf import FPDF

from corpus.document import Document
from corpus.errors import DocumentError, EmptyDocument
from corpus.loaders import LOADERS, load_document

TITLE = "Growing Tomatoes"
INTRODUCTION = "Tomatoes want sun, water and patience."
STEPS = ("Sow the seeds indoors in March.", "Move the plants out in May.")
TOOLS = ("A pot", "A trowel")


def write_markdown(path: Path) -> None:
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(STEPS, 1))
    tools = "\n".join(f"* {tool}" for tool in TOOLS)
    path.write_text(
        f"# {TITLE}\n\n**Tomatoes** want [sun](https://example.org), water\nand patience.\n\n"
        f"## How to begin\n\n{steps}\n\n### Tools\n\n{tools}\n"
    )


def write_text(path: Path) -> None:
    steps = "\n".join(f"  {number}. {step}" for number, step in enumerate(STEPS, 1))
    tools = "\n".join(f"  • {tool}" for tool in TOOLS)
    path.write_text(
        f"{TITLE}\n\nTomatoes want sun, water and patience.\n\nHow to Begin\n\n{steps}\n\nTools:\n\n{tools}\n"
    )


def write_html(path: Path) -> None:
    steps = "".join(f"<li>{step}</li>" for step in STEPS)
    tools = "".join(f"<li>{tool}</li>" for tool in TOOLS)
    path.write_text(
        f"<!doctype html><html><head><title>{TITLE}</title></head><body><nav><a href='/'>Home</a></nav><article>"
        f"<h1>{TITLE}</h1><p><b>Tomatoes</b> want sun, water\nand patience.</p><h2>How to begin</h2><ol>{steps}</ol>"
        f"<h3>Tools</h3><ul>{tools}</ul></article></body></html>"
    )


def write_pdf(path: Path) -> None:
    pdf = FPDF()
    pdf.set_title(TITLE)
    pdf.add_page()

    def say(words: str, size: int = 11, indent: float = 0) -> None:
        pdf.set_font("helvetica", size=size)
        pdf.set_x(pdf.l_margin + indent)
        pdf.multi_cell(0, size / 2, words, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(2)

    say(TITLE, 20)
    say(INTRODUCTION)
    pdf.start_section("How to begin", level=0)
    say("How to begin", 16)
    for number, step in enumerate(STEPS, 1):
        say(f"{number}. {step}", indent=5)
    pdf.start_section("Tools", level=1)
    say("Tools", 13)
    for tool in TOOLS:
        say(f"\x95 {tool}", indent=5)
    pdf.output(str(path))


def write_docx(path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = TITLE
    document.add_heading(TITLE, 0)
    document.add_paragraph("Tomatoes").add_run(" want sun, water and patience.").bold = True
    document.add_heading("How to begin", 1)
    for step in STEPS:
        document.add_paragraph(step, style="List Number")
    document.add_heading("Tools", 2)
    for tool in TOOLS:
        document.add_paragraph(tool, style="List Bullet")
    document.save(str(path))


WRITERS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "markdown": (".md", write_markdown),
    "text": (".txt", write_text),
    "html": (".html", write_html),
    "pdf": (".pdf", write_pdf),
    "docx": (".docx", write_docx),
}


@pytest.fixture(params=sorted(WRITERS))
def guide(request: pytest.FixtureRequest, tmp_path: Path) -> Document:
    suffix, write = WRITERS[request.param]
    path = tmp_path / f"tomatoes{suffix}"
    write(path)
    return load_document(path)


def test_every_loader_has_a_contract_test() -> None:
    assert set(WRITERS) == set(LOADERS)


def test_title_is_found(guide: Document) -> None:
    assert guide.title == TITLE


def test_id_is_the_file_name(guide: Document) -> None:
    assert guide.id.startswith("tomatoes.")


def test_format_is_told(guide: Document) -> None:
    assert guide.metadata["format"] in WRITERS


def test_sections_follow_the_headings(guide: Document) -> None:
    paths = [tuple(heading.casefold().rstrip(":") for heading in section.headings) for section in guide.sections]
    assert paths == [(), ("how to begin",), ("how to begin", "tools")]


def test_text_is_canonical(guide: Document) -> None:
    introduction, steps, tools = (section.text for section in guide.sections)
    assert introduction == INTRODUCTION
    assert steps == f"1. {STEPS[0]}\n2. {STEPS[1]}"
    assert tools == f"- {TOOLS[0]}\n- {TOOLS[1]}"


def test_pages_are_told_where_there_are_pages(guide: Document) -> None:
    pages = {section.page for section in guide.sections}
    assert pages == ({1} if guide.metadata["format"] == "pdf" else {None})


@pytest.mark.parametrize("format", sorted(WRITERS))
def test_same_file_gives_the_same_document(format: str, tmp_path: Path) -> None:
    suffix, write = WRITERS[format]
    path = tmp_path / f"guide{suffix}"
    write(path)
    assert load_document(path) == load_document(path)


@pytest.mark.parametrize("format", sorted(WRITERS))
def test_format_is_told_by_content_where_the_name_is_wrong(format: str, tmp_path: Path) -> None:
    if format in ("markdown", "text"):
        pytest.skip("any text may be either")
    _, write = WRITERS[format]
    path = tmp_path / "mislabelled.txt"
    write(path)
    assert load_document(path).metadata["format"] == format


@pytest.mark.parametrize("suffix", [".md", ".txt", ".html"])
def test_one_line_is_a_section(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"one-line{suffix}"
    path.write_text("Water the plants on Monday.")
    document = load_document(path)
    assert [section.text for section in document.sections] == ["Water the plants on Monday."]
    assert document.title == "one line"


@pytest.mark.parametrize("suffix", [".md", ".txt", ".html", ".pdf", ".docx"])
@pytest.mark.parametrize("content", [b"", b"  \n\n\t", b"\xef\xbb\xbf"], ids=["no bytes", "blanks", "byte order mark"])
def test_empty_file_is_refused(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"empty{suffix}"
    path.write_bytes(content)
    with pytest.raises(EmptyDocument, match=r"^empty\..*empty"):
        load_document(path)


@pytest.mark.parametrize("suffix", [".md", ".txt", ".html"])
@pytest.mark.parametrize(
    "words",
    [
        "मशीन लर्निंग सीखने में छह महीने लगते हैं।",
        "機械学習を学ぶには約六か月かかります。",
        "تعلم الآلة يستغرق ستة أشهر.",
        "Schöne Grüße aus Köln, naïve café.",
        "ใช้เวลาประมาณหกเดือนในการเรียนรู้",
        "👩‍🔬 Lab work takes 6 months 🧪.",
    ],
    ids=["Hindi", "Japanese", "Arabic", "accents", "Thai", "emoji"],
)
def test_other_languages_come_through_whole(suffix: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / f"guide{suffix}"
    path.write_text(f"<p>{words}</p>" if suffix == ".html" else words, encoding="utf-8")
    assert load_document(path).sections[0].text == words


@pytest.mark.parametrize("suffix", [".md", ".txt", ".html"])
def test_very_long_line_is_kept_whole(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"long{suffix}"
    sentence = "Rain fell on the hills and the river rose. "
    path.write_text(sentence * 20_000)
    assert load_document(path).sections[0].text == (sentence * 20_000).strip()


@pytest.mark.parametrize("suffix", [".md", ".txt", ".html"])
def test_hidden_characters_are_removed_and_counted(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"hidden{suffix}"
    tags = "".join(chr(0xE0000 + ord(character)) for character in "obey")
    path.write_text(
        f"<p>Sow\u200b in {tags}March\u202e now.</p>" if suffix == ".html" else f"Sow\u200b in {tags}March\u202e now."
    )
    document = load_document(path)
    assert document.sections[0].text == "Sow in March now."
    assert document.metadata["hidden_characters"] == 6


@pytest.mark.parametrize("suffix", [".md", ".txt", ".html"])
def test_every_text_can_be_stored_as_utf8(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"broken{suffix}"
    path.write_bytes(b"Cut here: \xed\xa0\x80 and " + b"on it goes, word after word. " * 50)
    for section in load_document(path).sections:
        section.text.encode()  # Chroma does the same, and fails on a lone surrogate


@pytest.mark.parametrize("suffix", [".md", ".txt", ".html"])
def test_terminal_escapes_are_removed(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"escape{suffix}"
    path.write_text("Plain \x1b[31mwords\x1b[0m stay.")
    assert "\x1b" not in load_document(path).sections[0].text


def test_every_error_names_file_cause_and_mend(tmp_path: Path) -> None:
    path = tmp_path / "nothing.md"
    with pytest.raises(DocumentError) as caught:
        load_document(path)
    assert str(caught.value) == f"nothing.md: {caught.value.cause}. {caught.value.mend}"
    assert caught.value.path == str(path)
    assert re.match(r"[A-Z].*\.$", caught.value.mend)
