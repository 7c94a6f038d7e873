"""Files that are damaged, locked, mislabelled or made to harm: each is refused with name, cause and mend."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path

import docx
import pypdf
import pytest
from fpdf import FPDF

from corpus.errors import (
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    UnreadableDocument,
    UnsupportedDocument,
)
from corpus.loaders import Limits, load_document, load_guides
from corpus.loaders.isolation import Worker


def pdf_bytes(*pages: str) -> bytes:
    pdf = FPDF()
    for words in pages:
        pdf.add_page()
        pdf.set_font("helvetica", size=12)
        if words:
            pdf.multi_cell(0, 6, words)
    return bytes(pdf.output())


def docx_bytes(words: str = "Sow in March.") -> bytes:
    document = docx.Document()
    document.add_paragraph(words)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def with_member(archive: bytes, name: str, content: bytes, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The archive with one member replaced or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(stream, "w", compression) as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return stream.getvalue()


def encrypted_pdf(user: str, algorithm: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_bytes("Sow in March.")))
    writer.encrypt(user, "owner", algorithm=algorithm)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def refusal(path: Path, content: bytes, limits: Limits | None = None) -> DocumentError:
    path.write_bytes(content)
    with pytest.raises(DocumentError) as caught:
        load_document(path, limits=limits)
    error = caught.value
    assert str(error).startswith(f"{path.name}: ")
    assert error.cause
    assert error.mend.endswith(".")
    return error


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_pdf_with_a_password_is_refused(algorithm: str, tmp_path: Path) -> None:
    error = refusal(tmp_path / "locked.pdf", encrypted_pdf("secret", algorithm))
    assert isinstance(error, EncryptedDocument)
    assert "password" in error.cause


def test_pdf_that_opens_without_a_password_is_read(tmp_path: Path) -> None:
    path = tmp_path / "open.pdf"
    path.write_bytes(encrypted_pdf("", "AES-256"))
    assert load_document(path).sections[0].text == "Sow in March."


def test_pdf_without_text_is_taken_for_a_scan(tmp_path: Path) -> None:
    error = refusal(tmp_path / "scan.pdf", pdf_bytes("", ""))
    assert isinstance(error, EmptyDocument)
    assert "scan" in error.cause
    assert "ocrmypdf" in error.mend


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated_pdf_is_refused_or_read(share: float, tmp_path: Path) -> None:
    whole = pdf_bytes(*["Sow in March. " * 40] * 5)
    path = tmp_path / "cut.pdf"
    path.write_bytes(whole[: int(len(whole) * share)])
    loaded = load_guides(path)
    assert len(loaded.documents) + len(loaded.failures) == 1
    for document in loaded.documents:
        assert "Sow in March." in document.sections[0].text
    for failure in loaded.failures:
        assert isinstance(failure, (UnreadableDocument, EmptyDocument))


def test_pdf_of_nothing_but_its_mark_is_refused(tmp_path: Path) -> None:
    assert isinstance(refusal(tmp_path / "stub.pdf", b"%PDF-1.7\n"), UnreadableDocument)


def test_text_named_pdf_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path / "plain.pdf", b"This is no PDF at all.")
    assert isinstance(error, UnreadableDocument)
    assert ".pdf" in error.cause


def test_web_page_named_pdf_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "download.pdf"
    path.write_text("<!DOCTYPE html><html><body><p>The file you asked for has moved.</p></body></html>")
    assert load_document(path).metadata["format"] == "html"


def test_picture_named_markdown_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path / "photo.md", b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert isinstance(error, UnsupportedDocument)
    assert "PNG" in error.cause


def test_binary_named_text_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path / "data.txt", bytes(range(256)) * 20)
    assert isinstance(error, UnreadableDocument)
    assert "binary" in error.cause


def test_unknown_ending_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path / "sheet.xlsx2", b"a,b,c")
    assert isinstance(error, UnsupportedDocument)
    assert ".xlsx2" in error.cause


def test_old_word_file_is_refused_with_the_command_that_converts_it(tmp_path: Path) -> None:
    error = refusal(tmp_path / "old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert isinstance(error, UnsupportedDocument)
    assert "--convert-to docx" in error.mend


def test_word_file_with_a_password_is_refused(tmp_path: Path) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert isinstance(refusal(tmp_path / "locked.docx", content), EncryptedDocument)


def test_zip_named_docx_is_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", "hello")
    error = refusal(tmp_path / "archive.docx", stream.getvalue())
    assert isinstance(error, UnreadableDocument)
    assert "not a Word document" in error.cause


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_truncated_docx_is_refused(share: float, tmp_path: Path) -> None:
    whole = docx_bytes()
    assert isinstance(refusal(tmp_path / "cut.docx", whole[: int(len(whole) * share)]), UnreadableDocument)


def test_docx_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    bomb = with_member(docx_bytes(), "word/media/zeros.bin", bytes(30_000_000))
    started = time.perf_counter()
    error = refusal(tmp_path / "bomb.docx", bomb)
    assert isinstance(error, DocumentTooLarge)
    assert time.perf_counter() - started < 5


def test_docx_over_the_limit_of_unpacked_bytes_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path / "large.docx", docx_bytes(), Limits(decompressed_bytes=1_000))
    assert isinstance(error, DocumentTooLarge)


def test_entities_in_a_docx_are_not_expanded(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    body = (
        f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY e0 "ha">{entities}]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>Sow in March &e11;.</w:t></w:r></w:p></w:body></w:document>"
    )
    path = tmp_path / "entities.docx"
    path.write_bytes(with_member(docx_bytes(), "word/document.xml", body.encode()))
    started = time.perf_counter()
    loaded = load_guides(path)
    assert all(len(document.sections[0].text) < 100 for document in loaded.documents)
    assert time.perf_counter() - started < 5


def test_external_entity_in_a_docx_reads_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2")
    body = (
        f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>Sow &x; in March.</w:t></w:r></w:p></w:body></w:document>"
    )
    path = tmp_path / "external.docx"
    path.write_bytes(with_member(docx_bytes(), "word/document.xml", body.encode()))
    assert "hunter2" not in repr(load_guides(path))


def test_archive_that_names_paths_outside_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path / "tricky.docx", with_member(docx_bytes(), "word/../../evil.sh", b"rm"))
    assert isinstance(error, UnreadableDocument)
    assert "outside" in error.cause


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="there is no such file"):
        load_document(tmp_path / "gone.md")


def test_folder_is_refused_as_a_document(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="it is a folder"):
        load_document(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_pipe_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(UnreadableDocument, match="not an ordinary file"):
        load_document(tmp_path / "pipe.txt")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "private.md"
    path.write_text("Sow in March.")
    path.chmod(0)
    with pytest.raises(UnreadableDocument, match=r"you may not read it.*chmod"):
        load_document(path)


def test_file_that_vanishes_after_listing_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.md", "b.md", "c.md"):
        (tmp_path / name).write_text(f"This is {name}.")
    stat = Path.stat

    def vanishing(self: Path, **options: bool) -> os.stat_result:
        if self.name == "b.md":
            self.unlink(missing_ok=True)
        return stat(self, **options)

    monkeypatch.setattr(Path, "stat", vanishing)
    loaded = load_guides(tmp_path)
    assert [document.id for document in loaded.documents] == ["a.md", "c.md"]
    assert [Path(failure.path).name for failure in loaded.failures] == ["b.md"]


def test_file_that_changes_while_being_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "busy.md"
    path.write_text("First.")
    fstat, calls = os.fstat, []

    def changing(descriptor: int) -> os.stat_result:
        calls.append(descriptor)
        if len(calls) == 2:
            with path.open("a") as file:
                file.write(" Second.")
        return fstat(descriptor)

    monkeypatch.setattr("corpus.loaders.loading.os.fstat", changing)
    with pytest.raises(UnreadableDocument, match="changed while it was being read"):
        load_document(path)


@pytest.mark.parametrize(
    ("limits", "name", "content"),
    [
        (Limits(bytes=10), "bytes.md", b"More than ten bytes."),
        (Limits(characters=10), "characters.md", b"More than ten characters."),
        (Limits(characters=10), "characters.pdf", pdf_bytes("More than ten characters.")),
        (Limits(pages=2), "pages.pdf", pdf_bytes("One.", "Two.", "Three.")),
    ],
    ids=["bytes", "characters", "characters of a PDF", "pages"],
)
def test_file_over_a_limit_is_refused(limits: Limits, name: str, content: bytes, tmp_path: Path) -> None:
    assert isinstance(refusal(tmp_path / name, content, limits), DocumentTooLarge)


def test_slow_file_is_given_up_and_the_next_is_read(tmp_path: Path) -> None:
    slow, quick = tmp_path / "slow.pdf", tmp_path / "quick.pdf"
    page = pypdf.PdfReader(io.BytesIO(pdf_bytes("word " * 4_000))).pages[0]
    writer = pypdf.PdfWriter()
    for _ in range(300):
        writer.add_page(page)
    writer.write(slow)
    quick.write_bytes(pdf_bytes("Sow in March."))
    load_document(quick)  # the worker is warm: the limit below is on parsing alone
    started = time.perf_counter()
    with pytest.raises(DocumentTooLarge, match=r"slow\.pdf: .*more than 0\.3 s"):
        load_document(slow, limits=Limits(seconds=0.3))
    assert time.perf_counter() - started < 3
    assert load_document(quick).sections[0].text == "Sow in March."


def test_crash_of_the_parser_costs_one_file_only(tmp_path: Path) -> None:
    worker = Worker()
    good = pdf_bytes("Sow in March.")
    assert worker.parse("pdf", good, "good.pdf", Limits()).sections
    assert worker._process is not None
    worker._process.kill()
    worker._process.wait()
    assert worker.parse("pdf", good, "good.pdf", Limits()).sections
    worker.close()


def test_parser_that_dies_on_a_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker()
    # So little address space that the first import ends the process.
    with pytest.raises(DocumentError, match=r"^greedy\.pdf: "):
        worker.parse("pdf", pdf_bytes("Sow in March."), "greedy.pdf", Limits(memory_bytes=30_000_000))
    worker.close()


def test_keys_in_the_environment_do_not_reach_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    worker = Worker()
    worker.parse("pdf", pdf_bytes("Sow in March."), "good.pdf", Limits())
    assert worker._process is not None
    environment = Path(f"/proc/{worker._process.pid}/environ")
    if not environment.exists():
        pytest.skip("no /proc on this system")
    assert b"sk-secret" not in environment.read_bytes()
    worker.close()
