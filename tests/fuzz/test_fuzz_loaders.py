"""Mutated files: each loader gives a document or a DocumentError, in bounded time, and never anything else."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from fpdf import FPDF
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.errors import DocumentError
from corpus.loaders import LOADERS, Limits, load_guides
from corpus.loaders.formats import detect_format
from corpus.loaders.isolation import Worker
from corpus.loaders.parsing import Parsed, parse

# Per loader; a bounded run of a few seconds, the same each time.
EXAMPLES = 60
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
LIMITS = Limits(seconds=5.0, characters=200_000)


def sample_pdf() -> bytes:
    pdf = FPDF()
    for number in range(3):
        pdf.add_page()
        pdf.set_font("helvetica", size=16)
        pdf.start_section(f"Chapter {number}")
        pdf.multi_cell(0, 8, f"Chapter {number}", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("helvetica", size=11)
        pdf.multi_cell(0, 6, "Bees need sun.\n\x95 a smoker\n\x95 a veil\n" * 3, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def sample_docx() -> bytes:
    document = docx.Document()
    document.add_heading("Bees", 1)
    document.add_paragraph("They need sun.", style="List Bullet")
    document.add_table(rows=2, cols=2).cell(0, 0).text = "cell"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


SAMPLES = {
    "markdown": b"---\ntitle: B\n---\n# B\n* a\n  1. b\n\n| c | d |\n|---|---|\n| e | f |\n\n```\ng\n```\n> h <b>i</b>",
    "text": "B\n\n1. Tools:\n\n  • smoker\n    • wax\n\n2. Clothes:\n\n  • veil\n\nQ: Why?\n\nA: So.\fx\ty\n".encode(),
    "html": b"<!doctype html><html><head><title>B</title></head><body><article><h1>B</h1><ul><li>a<ol><li>b</ol></ul>"
    b"<table><tr><td>c<td>d</table><p>e<br>f</p><pre>g</pre><dl><dt>h<dd>i</dl></article></body></html>",
    "pdf": sample_pdf(),
    "docx": sample_docx(),
}

FRAGMENTS = [
    b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\n\n\n", b"# ", b"1. ", b"- ", b"\t", b"|", b"<", b">", b"</p>", b"<table>",
    b"&#0;",
    b"\f", b"```", b"---", b":", b"?", b"endobj", b"stream", b"/Length 99999999", b"<<", b"[", b"BT", b"PK\x03\x04",
    b"9" * 400, b"(" * 300, b"* " * 200, b"[" * 500, b"<div>" * 200, "\u202e\u200b\U000e0041".encode(), b"1.1.1.1.1.1 ",
]  # fmt: skip


def with_body(body: bytes) -> bytes:
    """The sample Word file with another body."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SAMPLES["docx"])) as old, zipfile.ZipFile(stream, "w") as new:
        for member in old.namelist():
            new.writestr(member, body if member == "word/document.xml" else old.read(member))
    return stream.getvalue()


@st.composite
def mutations(draw: st.DrawFn, sample: bytes) -> bytes:
    """The sample with a few slices cut out, repeated, overwritten or followed by something hostile."""
    data = bytearray(sample)
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 60))
        kind = draw(st.sampled_from(["cut", "repeat", "overwrite", "insert", "truncate"]))
        if kind == "cut":
            del data[start : start + length]
        elif kind == "repeat":
            data[start:start] = data[start : start + length] * draw(st.integers(1, 20))
        elif kind == "overwrite":
            data[start : start + length] = draw(st.binary(max_size=length))
        elif kind == "insert":
            data[start:start] = draw(st.sampled_from(FRAGMENTS))
        elif len(data) > 40:
            del data[max(start, 40) :]
    return bytes(data)


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    shared = Worker()
    yield shared
    shared.close()


def check(parsed: Parsed) -> None:
    """What holds for every document, whatever it was made of."""
    assert parsed.title
    assert parsed.sections
    for section in parsed.sections:
        section.text.encode()
        assert section.text.strip()
        assert all(heading.strip() and "\n" not in heading for heading in section.headings)
        assert "\n\n\n" not in section.text
        assert list(section.page_starts) == sorted(section.page_starts)
        assert all(0 <= offset < len(section.text) for offset, _ in section.page_starts)


def check_refusal(error: DocumentError) -> None:
    """A refusal says why in words of ours: the door for what nobody foresaw stays shut."""
    assert "the parser failed" not in error.cause, error
    assert error.mend


@pytest.mark.parametrize("format", ["markdown", "text", "html"])
def test_mutated_text_gives_a_document_or_a_document_error(format: str) -> None:
    @BOUNDED
    @given(data=mutations(SAMPLES[format]))
    def run(data: bytes) -> None:
        try:
            check(parse(format, data, "fuzzed", LIMITS))
        except DocumentError as error:
            check_refusal(error)

    run()


@pytest.mark.parametrize("format", ["pdf", "docx"])
def test_mutated_file_gives_a_document_or_a_document_error(format: str, worker: Worker) -> None:
    @BOUNDED
    @given(data=mutations(SAMPLES[format]))
    def run(data: bytes) -> None:
        try:
            check(worker.parse(format, data, "fuzzed", LIMITS))
        except DocumentError as error:
            check_refusal(error)

    run()


@pytest.mark.parametrize("format", ["markdown", "text"])
@settings(BOUNDED, max_examples=150)
@given(text=st.text(max_size=600))
def test_any_text_gives_a_document_or_a_document_error(format: str, text: str) -> None:
    try:
        check(parse(format, text.encode("utf-8", "surrogatepass"), "fuzzed", LIMITS))
    except DocumentError as error:
        check_refusal(error)


@settings(BOUNDED, max_examples=150)
@given(
    lines=st.lists(
        st.sampled_from(
            [
                "Bees",
                "1. Tools:",
                "2. Clothes:",
                "  • a smoker",
                "    - deep",
                "They need sun.",
                "",
                "",
                "Why ?",
                "Answer: So.",
                "Step 1: Open",
                "Step 2: Look",
                "Click here",
                "Bees",
                "Bees",
                "A:",
                "---",
                "====",
                "a\tb",
                "\f",
                "x" * 300,
            ]
        ),
        max_size=60,
    )
)
def test_any_order_of_lines_gives_a_document_or_a_document_error(lines: list[str]) -> None:
    try:
        check(parse("text", "\n".join(lines).encode(), "fuzzed", LIMITS))
    except DocumentError as error:
        check_refusal(error)


@BOUNDED
@given(
    data=st.binary(max_size=400),
    name=st.sampled_from(["a.md", "a.txt", "a.html", "a.pdf", "a.docx", "a", "a.doc", "a.zip"]),
)
def test_any_bytes_have_a_format_or_a_reason(data: bytes, name: str) -> None:
    try:
        assert detect_format(data, name) in LOADERS
    except DocumentError as error:
        check_refusal(error)


def test_mutated_body_of_a_word_file_gives_a_document_or_a_document_error(worker: Worker) -> None:
    with zipfile.ZipFile(io.BytesIO(SAMPLES["docx"])) as archive:
        body = archive.read("word/document.xml")

    @BOUNDED
    @given(data=mutations(body))
    def run(data: bytes) -> None:
        try:
            check(worker.parse("docx", with_body(data), "fuzzed", LIMITS))
        except DocumentError as error:
            check_refusal(error)

    run()


def test_folder_of_mutated_files_is_read_to_its_end(tmp_path: Path) -> None:
    suffixes = {"markdown": ".md", "text": ".txt", "html": ".html", "pdf": ".pdf", "docx": ".docx"}
    for format, sample in SAMPLES.items():
        for cut in range(1, 9):
            data = bytearray(sample)
            data[len(sample) * cut // 10] ^= 0xFF
            (tmp_path / f"{format}-{cut}{suffixes[format]}").write_bytes(bytes(data[: len(sample) * (cut + 1) // 9]))
    loaded = load_guides(tmp_path, limits=LIMITS)
    assert len(loaded.documents) + len(loaded.failures) == 8 * len(SAMPLES)
