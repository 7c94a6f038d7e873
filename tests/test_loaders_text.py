"""Plain text without markup: headings, nesting, lists and paragraphs are told by their looks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from corpus.document import Document
from corpus.loaders import load_document

Load = Callable[[str], Document]

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def from_text(text: str) -> Document:
        path = tmp_path / "guide.txt"
        path.write_text(dedent(text).lstrip("\n"))
        return load_document(path)

    return from_text


def paths(document: Document) -> list[str]:
    return [" > ".join(section.headings) for section in document.sections]


def test_numbered_lines_that_follow_one_another_are_a_list(load: Load) -> None:
    document = load("""
        What does a beekeeper do ?

        A beekeeper has three tasks:

          1. Inspection: Look into the hive once a week.
          2. Feeding: Give sugar water in a cold spring.
          3. Harvest: Take the honey in July.

        That is all there is to it.
        """)
    assert [section.headings for section in document.sections] == [()]
    assert document.sections[0].text.split("\n")[2:5] == [
        "1. Inspection: Look into the hive once a week.",
        "2. Feeding: Give sugar water in a cold spring.",
        "3. Harvest: Take the honey in July.",
    ]


def test_numbered_lines_with_lists_beneath_are_headings(load: Load) -> None:
    document = load("""
        Bees

        What Do I Need to Keep Bees ?

        You need a few things before you start with bees in your garden:

          1. Tools:
            • A smoker calms the bees.
            • A hive tool opens the frames.
          2. Clothes:
            • A veil guards the face.
        """)
    top = "What Do I Need to Keep Bees ?"
    assert paths(document) == [top, f"{top} > 1. Tools:", f"{top} > 2. Clothes:"]
    assert document.sections[1].text == "- A smoker calms the bees.\n- A hive tool opens the frames."


def test_plain_headings_hold_numbered_ones_that_begin_again(load: Load) -> None:
    document = load("""
        The Bee Book

        The Essential Skills

        A keeper needs two skills above all others.

        1. Patience

        Bees do not hurry, and neither does a good keeper.

        2. Observation

        Look before you touch, and note what you saw.

        Your Plan for the Year

        The year has two steps that matter most.

        Step 1: Winter

        Repair the hives while the bees sleep in their cluster.

        Step 2: Spring

        Count the frames with brood and write the number down.
        """)
    assert paths(document) == [
        "The Essential Skills",
        "The Essential Skills > 1. Patience",
        "The Essential Skills > 2. Observation",
        "Your Plan for the Year",
        "Your Plan for the Year > Step 1: Winter",
        "Your Plan for the Year > Step 2: Spring",
    ]


def test_plain_headings_inside_a_numbered_sequence_are_below_it(load: Load) -> None:
    document = load("""
        A Study of Bees

        1. Introduction

        Bees have been studied for more than three hundred years.

        Earlier Work

        Huber watched them through a pane of glass in 1792.

        2. Methods

        We counted the bees that left the hive each morning.
        """)
    assert paths(document) == ["1. Introduction", "1. Introduction > Earlier Work", "2. Methods"]


def test_decimal_numbers_nest(load: Load) -> None:
    document = load("""
        1. Bees

        Bees are insects that live in large families.

        1.1 Queens

        A queen lays up to two thousand eggs a day.

        1.2 Drones

        A drone has no sting and does no work in the hive.

        2. Wasps

        Wasps are not the subject of this small book.
        """)
    assert paths(document) == ["1. Bees", "1. Bees > 1.1 Queens", "1. Bees > 1.2 Drones", "2. Wasps"]


def test_questions_and_answers_become_sections_without_the_label(load: Load) -> None:
    document = load("""
        Bees

        Here are some frequently asked questions:

        1. Do bees sleep ?

        Answer: Bees sleep five to eight hours a day.

        2. Do bees bite ?

        Answer: Bees sting, and only when they must.
        """)
    top = "Here are some frequently asked questions:"
    assert paths(document) == [f"{top} > 1. Do bees sleep ?", f"{top} > 2. Do bees bite ?"]
    assert document.sections[0].text == "Bees sleep five to eight hours a day."


def test_closing_words_go_back_to_the_heading_of_all_parts(load: Load) -> None:
    document = load("""
        Bees

        Costs of a Hive

        A hive costs more than most people think at first.

        Wood:

          • Boards cost 80 dollars.

        Wax:

          • Sheets cost 20 dollars.

        Bees:

          • A colony costs 150 dollars.

        In summary, a hive costs about 250 dollars in the first year.
        """)
    assert document.sections[-1].headings == ("Costs of a Hive",)
    assert document.sections[-1].text.startswith("In summary")


@pytest.mark.parametrize("bullet", ["•", "*", "-", "–", "◦", "▪", "●", "+", "→", "✓"])
def test_every_bullet_becomes_a_dash(bullet: str, load: Load) -> None:
    document = load(f"You need these things:\n\n{bullet} a smoker\n{bullet} a veil\n")
    assert document.sections[0].text.endswith("- a smoker\n- a veil")


def test_nested_lists_keep_their_depth(load: Load) -> None:
    document = load("""
        You need these things:

        - tools
            - a smoker
            - a hive tool
        - clothes
        """)
    assert document.sections[0].text.endswith("- tools\n  - a smoker\n  - a hive tool\n- clothes")


def test_wrapped_lines_are_joined(load: Load) -> None:
    document = load("""
        Bees gather nectar from flowers that grow within two miles of the
        hive, and they store it in the comb. A strong colony gathers more
        than it needs.

        - A smoker calms the bees, because they take the smoke for a fire
          and fill their stomachs.
        - A veil guards the face.
        """)
    assert document.sections[0].text == (
        "Bees gather nectar from flowers that grow within two miles of the hive, and they store it in the comb. "
        "A strong colony gathers more than it needs.\n\n"
        "- A smoker calms the bees, because they take the smoke for a fire and fill their stomachs.\n"
        "- A veil guards the face."
    )


def test_word_divided_at_the_end_of_a_line_is_mended(load: Load) -> None:
    document = load("""
        Bees gather nectar from flowers that grow within two miles of the hive, an impor-
        tant fact for every well-
        known keeper. A well-known keeper knows it.
        """)
    assert "an important fact for every well-known keeper." in document.sections[0].text


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ("They use GPU-\nbased models.", "GPU-based models"),
        ("They take entry-\nlevel jobs.", "entry-level jobs"),
        ("They are impor-\ntant here.", "important here"),
        ("A co-op is good. A co-\nop is best.", "co-op is best"),
    ],
)
def test_hyphen_stays_where_it_belongs(lines: str, joined: str, load: Load) -> None:
    assert joined in load(lines).sections[0].text


def test_pages_divided_by_form_feeds_lose_headers_and_numbers(load: Load) -> None:
    pages = [
        f"The Bee Book\n\nOn day {number} the keeper looked into the hive and saw that the brood had grown since the\n"
        f"\n{number}\n"
        "\fThe Bee Book\n\nlast visit, which was a week before. All was well on that day, he wrote in his book.\n\n"
        f"{number + 1}\n"
        for number in (1, 3, 5)
    ]
    document = load("\f".join(pages))
    text = "\n\n".join(section.text for section in document.sections)
    assert "brood had grown since the last visit" in text
    assert "The Bee Book" not in text
    assert not re.search(r"^\d$", text, re.M)


def test_speech_has_no_headings(load: Load) -> None:
    document = load("""
        Good evening, friends of the bees and of all that flowers in this valley.

        (Applause.)

        THE PRESIDENT: Thank you. Thank you all for coming here tonight.

        AUDIENCE: Hear, hear!

        THE PRESIDENT: We shall plant ten thousand trees before the year is over.

        Thank you.
        """)
    assert paths(document) == [""]


def test_poem_has_no_headings(load: Load) -> None:
    lines = [f"The bee flew out on morning {number}" for number in range(30)]
    assert paths(load("A Song\n\n" + "\n\n".join(lines))) == [""]


def test_log_lines_stay_apart(load: Load) -> None:
    lines = [f"2024-03-0{day} 10:00:00 INFO hive {day} weighed {20 + day} kg" for day in range(1, 8)]
    assert load("\n".join(lines)).sections[0].text.split("\n\n") == lines


def test_mail_takes_its_title_from_the_subject(load: Load) -> None:
    document = load("""
        From: ann@example.org
        To: bob@example.org
        Subject: The bees have swarmed
        Date: Mon, 6 May 2024 10:00:00 +0200

        Dear Bob,

        the bees are in the apple tree. Please bring a ladder.

        Best regards

        Ann
        """)
    assert document.title == "The bees have swarmed"
    assert paths(document) == [""]


def test_glossary_entries_are_no_headings(load: Load) -> None:
    words = "\n\n".join(f"Term{letter} meaning of it" for letter in "ABCDEFGH")
    assert paths(load(f"Abbreviations\n\n{words}")) == [""]


def test_underlined_and_marked_headings_are_found(load: Load) -> None:
    document = load("""
        Keeping Bees
        ============

        Bees need flowers near the hive all through the summer.

        Tools
        -----

        A smoker and a veil are the first things to buy.

        == Clothes ==

        White clothes keep the bees calm.
        """)
    assert document.title == "Keeping Bees"
    assert paths(document)[1:] == ["Tools", "Clothes"]


def test_tables_become_rows(load: Load) -> None:
    document = load("Prices of things:\n\nItem\tPrice\nSmoker\t30\n\n| Veil | 20 |\n|------|----|\n| Suit | 90 |\n")
    assert "Item | Price\nSmoker | 30" in document.sections[0].text
    assert "Veil | 20\nSuit | 90" in document.sections[0].text


def test_front_matter_is_read(load: Load) -> None:
    document = load(
        "---\ntitle: Bees\nsource: https://bees.example\nyear: 2024\npublic: true\n---\n\nBees need flowers.\n"
    )
    assert (document.title, document.source) == ("Bees", "https://bees.example")
    assert document.metadata["year"] == 2024
    assert document.metadata["public"] is True


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b""),
        ("cp1252", b""),
    ],
)
def test_encodings_are_told(encoding: str, mark: bytes, tmp_path: Path) -> None:
    words = "Die Bienen fliegen über die Wiese, und die Königin bleibt zu Hause. " * 5
    path = tmp_path / "guide.txt"
    path.write_bytes(mark + words.encode(encoding))
    assert load_document(path).sections[0].text == words.strip()


# The scraped guides


@pytest.fixture(scope="module", params=["roadmap.txt", "playbook.txt"])
def scraped(request: pytest.FixtureRequest) -> Document:
    path = SHARED / "sources" / request.param
    if not path.exists():
        pytest.skip("the scraped guides are not here")
    return load_document(path)


def test_scraped_guides_keep_every_heading_people_name(scraped: Document) -> None:
    found = {" > ".join(section.headings) for section in scraped.sections}
    questions = [json.loads(line) for line in (SHARED / "questions" / "examples.jsonl").read_text().splitlines()]
    wanted = {
        part
        for question in questions
        if question["doc"] == scraped.id.removesuffix(".txt") and question["section"]
        for part in question["section"].split(" || ")
    }
    missing = {part for part in wanted if not any(path.endswith(part) for path in found)}
    assert missing <= {"Roadmap to Become a Machine Learning Engineer :"}  # the title: its text stands under no heading


def test_scraped_guides_keep_every_sentence(scraped: Document) -> None:
    raw = (SHARED / "sources" / scraped.id).read_text()
    text = "\n".join(section.text for section in scraped.sections)
    sentences = [
        re.sub(r"^(?:[•\s]+|\d+\. |Answer: )", "", line.strip())
        for line in raw.split("\n")
        if len(line.split()) > 5 and line.strip().endswith((".", "!"))
    ]
    assert len(sentences) > 30
    assert [sentence for sentence in sentences if sentence not in text] == []


def test_scraped_guides_hold_no_noise(scraped: Document) -> None:
    whole = "\n".join("\n".join([*section.headings, section.text]) for section in scraped.sections)
    noise = r"click here|share this|leave a comment|min read|moodylines|\d+\s*\*\s*80|शायरी|source: http|shayari"
    assert not re.search(noise, whole, re.I)
    assert scraped.title not in whole


def test_scraped_guides_have_titles_and_sources(scraped: Document) -> None:
    if scraped.id == "playbook.txt":
        assert scraped.source == "https://www.simplilearn.com/machine-learning-career-guide-pdf"
        assert scraped.title.startswith("Machine Learning Career Guide")
    else:
        assert scraped.title == "Roadmap to Become a Machine Learning Engineer"
