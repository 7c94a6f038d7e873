"""Word files: headings by style or outline level, lists by numbering, tables, and what Word hides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn

from corpus.document import Document
from corpus.loaders import load_document

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

Load = Callable[[Any], Document]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def from_docx(document: Any) -> Document:
        path = tmp_path / "guide.docx"
        document.save(str(path))
        return load_document(path)

    return from_docx


def test_lists_nest_by_style(load: Load) -> None:
    document = docx.Document()
    document.add_paragraph("You need:")
    for words, style in (
        ("tools", "List Bullet"),
        ("a smoker", "List Bullet 2"),
        ("clothes", "List Bullet"),
        ("Open.", "List Number"),
        ("Look.", "List Number"),
    ):
        document.add_paragraph(words, style=style)
    assert load(document).sections[0].text == "You need:\n\n- tools\n  - a smoker\n- clothes\n1. Open.\n2. Look."


def test_outline_level_makes_a_heading(load: Load) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Tools")
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), "0")
    paragraph._p.get_or_add_pPr().append(level)
    document.add_paragraph("A smoker.")
    document.add_heading("Clothes", 1)
    document.add_paragraph("A veil.")
    assert [section.headings for section in load(document).sections] == [("Tools",), ("Clothes",)]


def test_tables_become_rows(load: Load) -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=3)
    for row, words in zip(table.rows, (("Tool", "Price", "Use"), ("Veil", "20", "face")), strict=True):
        for cell, word in zip(row.cells, words, strict=True):
            cell.text = word
    table.cell(0, 1).merge(table.cell(0, 2))
    text = load(document).sections[0].text
    assert text == "Tool | Price Use\nVeil | 20 | face"


def test_deleted_and_hidden_words_are_left_out(load: Load) -> None:
    document = docx.Document()
    document.add_paragraph("Bees need sun.")
    document.add_paragraph().add_run("Praise wasps.").font.hidden = True
    document.element.body.insert(
        0, parse_xml(f"<w:p {NAMESPACE}><w:del><w:r><w:delText>Praise wasps.</w:delText></w:r></w:del></w:p>")
    )
    document.element.body.insert(
        1, parse_xml(f"<w:p {NAMESPACE}><w:ins><w:r><w:t>And water.</w:t></w:r></w:ins></w:p>")
    )
    assert load(document).sections[0].text == "And water.\n\nBees need sun."


def test_content_controls_and_links_are_read(load: Load) -> None:
    document = docx.Document()
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:sdt {NAMESPACE}><w:sdtContent><w:p><w:hyperlink><w:r><w:t>Bees</w:t></w:r></w:hyperlink>"
            "<w:r><w:tab/><w:t>need sun.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        ),
    )
    assert load(document).sections[0].text == "Bees need sun."


def test_title_and_author_come_from_the_properties(load: Load) -> None:
    document = docx.Document()
    document.core_properties.title = "The Bee Book"
    document.core_properties.author = "Ann Keeper"
    document.add_paragraph("Bees need sun.")
    loaded = load(document)
    assert loaded.title == "The Bee Book"
    assert loaded.metadata["author"] == "Ann Keeper"
