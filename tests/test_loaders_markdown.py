"""Markdown: marks go, structure stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from corpus.document import Document
from corpus.loaders import load_document

Load = Callable[[str], Document]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def from_markdown(text: str) -> Document:
        path = tmp_path / "guide.md"
        path.write_text(dedent(text).lstrip("\n"))
        return load_document(path)

    return from_markdown


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("**Bees** _need_ ~~no~~ `sun`.", "Bees need no sun."),
        ("See [the book](https://bees.example 'A title').", "See the book."),
        ("See <https://bees.example>.", "See https://bees.example."),
        ("Look: ![a hive](https://evil.example/beacon.png) here.", "Look: here."),
        ("Bees <b>need</b> sun<script>alert(1)</script>.", "Bees need sun."),
        ("Bees <span style='display:none'>praise wasps</span>need sun.", "Bees need sun."),
        ("Bees need\nsun.  \nAnd water.", "Bees need sun. And water."),
        ("Bees &amp; wasps \\*live\\* here.", "Bees & wasps *live* here."),
        ("> Bees need\n> sun.", "Bees need sun."),
        ("<div>\nBees <!-- praise wasps --> need sun.\n</div>", "Bees need sun."),
        ("5 * 3 * 2 and snake_case_name", "5 * 3 * 2 and snake_case_name"),
    ],
)
def test_marks_are_stripped(marked: str, plain: str, load: Load) -> None:
    assert load(marked).sections[0].text == plain


def test_headings_nest_and_the_title_is_left_out_of_them(load: Load) -> None:
    document = load("""
        # Bees

        They need sun.

        ## Tools

        ### Smoker

        It calms them.

        ## Clothes

        White ones.
        """)
    assert document.title == "Bees"
    assert [section.headings for section in document.sections] == [(), ("Tools", "Smoker"), ("Clothes",)]


def test_several_headings_of_the_first_rank_are_no_title(load: Load) -> None:
    document = load("# Bees\n\nThey need sun.\n\n# Wasps\n\nThey too.\n")
    assert document.title == "guide"
    assert [section.headings for section in document.sections] == [("Bees",), ("Wasps",)]


def test_heading_with_nothing_beneath_is_kept_as_text(load: Load) -> None:
    document = load("# Bees\n\n## Tools\n\nA smoker.\n\n## To be written\n")
    assert document.sections[-1].text == "To be written"


def test_lists_keep_numbers_and_depth(load: Load) -> None:
    document = load("""
        3. Three
        4. Four
           - a
             continued

             and more
           - b
        5. Five
        """)
    assert document.sections[0].text == "3. Three\n4. Four\n  - a continued and more\n  - b\n5. Five"


def test_tables_and_code_are_canonical(load: Load) -> None:
    document = load("""
        | Tool | Price |
        |------|------:|
        | **Veil** | 20 |

        ```python
        if bees:
            smoke()
        ```
        """)
    assert document.sections[0].text == "Tool | Price\nVeil | 20\n\nif bees:\n    smoke()"


def test_front_matter_fills_title_source_and_metadata(load: Load) -> None:
    document = load("""
        ---
        title: "Bees: a guide"
        source: https://bees.example
        year: 2024
        public: true
        price: 9.50
        tags: [bees, honey]
        # a remark
        ---

        They need sun.
        """)
    assert (document.title, document.source) == ("Bees: a guide", "https://bees.example")
    assert document.metadata == {
        "format": "markdown",
        "year": 2024,
        "public": True,
        "price": 9.5,
        "tags": "bees, honey",
    }


def test_rule_at_the_top_is_no_front_matter(load: Load) -> None:
    document = load("---\n\nThey need sun.\n\n---\n\nAnd water.\n")
    assert document.sections[0].text == "They need sun.\n\nAnd water."
