"""Passages are even, whole and in place."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.document import Document, Section
from corpus.loaders import load_guides
from index.chunking import chunk_document
from index.packing import Size, _tokenizer, pack
from index.passage import Passage
from index.windows import window_texts

PROSE = " ".join(f"This is sentence number {n} of a long text about nothing in particular." for n in range(200))


def tokens(text: str) -> int:
    return len(_tokenizer().encode(text.encode("utf-8", "replace").decode(), add_special_tokens=False).ids)


def document(*texts: str) -> Document:
    return Document("d", "Title", "source", tuple(Section((f"H{n}",), text) for n, text in enumerate(texts)))


def test_passages_stand_where_they_say_and_cover_the_text() -> None:
    for guide in load_guides(None).documents:
        passages = chunk_document(guide)
        place = 0
        for section in guide.sections:
            at = 0
            while place < len(passages) and passages[place].section == section.headings and passages[place].start >= at:
                passage = passages[place]
                assert section.text[passage.start : passage.end] == passage.text
                assert not section.text[at : passage.start].strip()
                assert passage.page == section.page_at(passage.start)
                at = passage.end
                place += 1
            assert not section.text[at:].strip()
        assert place == len(passages)


def test_passages_of_prose_are_even_and_end_with_sentences() -> None:
    passages = chunk_document(document(PROSE))
    lengths = [tokens(passage.text) for passage in passages]
    assert max(lengths) - min(lengths) <= 30
    assert 160 <= sum(lengths) / len(lengths) <= 230
    assert all(passage.text.endswith(".") for passage in passages)


@pytest.mark.parametrize("size", [40, 60, 185, 370])
def test_the_size_can_be_chosen(size: int) -> None:
    lengths = [tokens(p.text) for p in chunk_document(document(PROSE), tokens=size)]
    assert sum(lengths) / len(lengths) == pytest.approx(size, rel=0.3)


def test_a_passage_does_not_go_past_a_heading() -> None:
    passages = chunk_document(document("One.", "Two.", "Three."))
    assert [(p.text, p.section) for p in passages] == [("One.", ("H0",)), ("Two.", ("H1",)), ("Three.", ("H2",))]


def test_a_list_keeps_the_line_that_leads_into_it() -> None:
    text = f"{PROSE[:900]}\n\nThese are the tools:\n\n" + "\n".join(f"- tool {n} does {n} things" for n in range(12))
    for size in range(40, 300, 20):
        for start, end in pack(text, Size(size, size * 3 // 2)):
            assert not text[start:end].endswith("tools:")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5000,
        "word " * 3000,
        "a | b | c | " * 900,
        "機械学習エンジニアは何をしますか。" * 200,
        "lone \ud800 surrogate. " * 300,
        "\x00" * 1000,
        "- " + "item " * 900,
    ],
    ids=["one word", "no stops", "row", "Japanese", "surrogates", "controls", "item"],
)
def test_text_without_sentences_is_cut_too(text: str) -> None:
    passages = chunk_document(document(text))
    assert max(tokens(passage.text) for passage in passages) <= 300
    assert "".join("".join(p.text.split()) for p in passages) == "".join(text.split())


def test_an_indented_item_keeps_its_indentation() -> None:
    passages = chunk_document(document("  - nested item\n  - another"))
    assert passages[0].text == "  - nested item\n  - another"


def test_ids_are_distinct_and_stay_when_something_is_put_before() -> None:
    before = {p.text: p.id for p in chunk_document(document("Same.", "Other."))}
    after = {
        p.text: p.id
        for p in chunk_document(
            Document("d", "T", "s", (Section(("New",), "New."), *document("Same.", "Other.").sections))
        )
    }
    assert after["Same."] == before["Same."]
    twice = chunk_document(Document("d", "T", "s", (Section(("H",), "Same."), Section(("H",), "Same."))))
    assert len({p.id for p in twice}) == 2


def test_a_document_without_text_has_no_passages() -> None:
    assert chunk_document(Document("d", "T", "s", ())) == []
    assert chunk_document(document(" \n ")) == []


def test_windows_are_short_and_stand_under_their_heading() -> None:
    windows = window_texts(Passage(id="x", text=PROSE, section=("Guide", "Part")))
    assert all(window.startswith("Guide. Part. ") for window in windows)
    assert max(map(tokens, windows)) <= 110
    assert window_texts(Passage(id="x", text="Pay. It is high.", section=("Pay",))) == ["Pay. It is high."]


def test_a_million_characters_are_cut_in_seconds(tmp_path: Path) -> None:
    assert len(chunk_document(document(PROSE * 70))) > 900
