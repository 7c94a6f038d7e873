"""The extractive reader answers first, briefly, in the guides' words, with every sentence cited."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from assistant.answerability import Answerability, AnswerabilityJudge
from assistant.extractive import ExtractiveReader
from assistant.lists import list_of_headings
from assistant.outline import Guides
from assistant.question import understand
from assistant.ranking import about_others
from assistant.reader import ReaderResult
from assistant.units import units_of
from index.embedding import SentenceTransformerEmbedder
from index.passage import Hit, Passage

EMBEDDER = SentenceTransformerEmbedder()


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the guides answer is another file's business."""
    monkeypatch.setattr(AnswerabilityJudge, "judge", lambda self, question, hits: Answerability(1.0, True))


def passage(text: str, *section: str, guide: str = "Career Guide", start: int = 0) -> Passage:
    return Passage(
        id=f"{guide}/{'/'.join(section)}/{start}", text=text, title=guide, section=section, start=start, document=guide
    )


def read(question: str, *passages: Passage, known: Sequence[Passage] | None = None) -> ReaderResult:
    hits = [Hit(found, 1.0 - 0.05 * place) for place, found in enumerate(passages)]
    reader = ExtractiveReader(EMBEDDER.embed, passages=(lambda: known) if known is not None else None)
    return reader.read(question, hits)


def words(result: ReaderResult) -> int:
    return len(re.sub(r"\[\d+\]", "", result.text).split())


TIME = passage(
    "Everyone walks the road at another pace. Becoming a plumber takes two to four years. Tools are not cheap.",
    "How long does it take to become a plumber?",
)
PAY_SENIOR = passage("A senior plumber earns $70,000 to $90,000 a year.", "Pay", "Senior Plumber")
PAY_ENTRY = passage("An apprentice plumber earns $30,000 to $40,000 a year.", "Pay", "Apprentice Plumber")
PAY_WHERE = passage("Pay is higher in big cities, where rents are higher as well.", "Pay", "Location")
TOOLS = passage(
    "Buy the tools of the trade one by one. They typically include:\n\n"
    "- Pipe wrench\n- Plunger\n- Hacksaw\n- Soldering torch",
    "Tools",
)
DEGREE = passage(
    "You do not need a degree to become a plumber. A degree can still help in management.", "Do you need a degree?"
)


@pytest.mark.usefixtures("always")
class TestAnswers:
    def test_every_quote_is_verbatim_at_its_offsets(self) -> None:
        result = read("How long does it take to become a plumber?", TIME, PAY_SENIOR, TOOLS, DEGREE)
        assert result.citations
        for citation in result.citations:
            assert citation.quote == citation.passage.text[citation.start : citation.end]

    def test_every_claim_is_cited_and_every_marker_has_a_citation(self) -> None:
        result = read("Which tools does a plumber need?", TOOLS, TIME, PAY_SENIOR)
        numbers = {citation.number for citation in result.citations}
        assert all(claim.citations for claim in result.claims)
        assert {int(number) for number in re.findall(r"\[(\d+)\]", result.text)} == numbers

    def test_citations_are_numbered_by_first_appearance(self) -> None:
        result = read("Which tools does a plumber need?", TIME, TOOLS)
        found = [int(number) for number in re.findall(r"\[(\d+)\]", result.text)]
        assert found == sorted(found)
        assert found[0] == 1

    def test_how_long_begins_with_the_duration(self) -> None:
        result = read("How long does it take to become a plumber?", TIME, DEGREE)
        assert result.text.startswith("Becoming a plumber takes two to four years.")

    def test_the_level_asked_for_is_the_one_answered(self) -> None:
        result = read("What does a senior plumber earn?", PAY_ENTRY, PAY_SENIOR, PAY_WHERE)
        assert result.text.startswith("A senior plumber earns $70,000 to $90,000")

    def test_every_level_that_is_named_is_spoken_of(self) -> None:
        entry = passage("An entry-level plumber earns $30,000 to $40,000 a year.", "Pay", "Entry-Level Plumber")
        middle = passage(
            "With some years behind them and a van of their own, plumbers on the mid-level rung of the trade take home "
            "something like $45,000 to $60,000 in a good year.",
            "Pay",
            "Mid-Level Plumber",
        )
        more = passage("A senior plumber earns even more in a big city. A senior plumber is paid by the day.", "Pay")
        result = read("List the salary ranges for junior, mid and senior plumbers.", PAY_SENIOR, more, entry, middle)
        assert all(figure in result.text for figure in ("$30,000", "$45,000", "$70,000"))

    def test_yes_or_no_begins_with_what_settles_it(self) -> None:
        result = read("Do I need a degree to be a plumber?", TIME, DEGREE)
        assert result.text.startswith("You do not need a degree")

    def test_what_is_said_of_several_levels_is_left_to_comparisons(self) -> None:
        both = passage(
            "A senior plumber starts $40,000 above an entry-level plumber.", "How do plumbers' wages compare?"
        )
        entry = passage("An entry-level plumber earns $30,000 to $40,000 a year.", "Pay", "Entry-Level Plumber")
        result = read("How much does a junior plumber earn?", both, entry, PAY_SENIOR)
        assert result.text == "An entry-level plumber earns $30,000 to $40,000 a year. [1]"

    def test_whether_it_is_needed_begins_with_what_says_so(self) -> None:
        more = passage(
            "An advanced degree shows a deep understanding of plumbing. "
            "An advanced degree is not required of a plumber.",
            "Degrees",
        )
        result = read("Is an advanced degree required to be a plumber?", more, TIME)
        assert result.text.startswith("An advanced degree is not required of a plumber.")

    def test_a_section_that_asks_the_same_is_read_from_its_start(self) -> None:
        clouds = passage(
            "The cloud platforms to know are Alpha and Beta. "
            "Cloud experience is critical, because most pumps run there.",
            "Which cloud platforms should you know?",
        )
        result = read("Which cloud should I learn?", clouds, TIME)
        assert result.text.startswith("The cloud platforms to know are Alpha and Beta.")

    def test_a_list_is_given_whole_as_a_list_under_its_lead_in(self) -> None:
        lines = read("Which tools does a plumber need?", TOOLS, TIME).text.splitlines()
        assert lines[0] == "Buy the tools of the trade one by one. [1] They typically include: [2]"
        assert [line[2:].split(" [")[0] for line in lines[2:]] == [
            "Pipe wrench",
            "Plunger",
            "Hacksaw",
            "Soldering torch",
        ]

    def test_a_list_that_passages_cut_is_put_together(self) -> None:
        first = passage("You become a plumber in four steps:\n\n1. Learn\n2. Practice", "Steps to become a plumber")
        rest = passage("3. Qualify\n4. Work", "Steps to become a plumber", start=60)
        result = read("What are the steps to become a plumber?", first, TIME, known=[first, rest, TIME])
        assert re.findall(r"^(\d)\. (\w+)", result.text, re.MULTILINE) == [
            ("1", "Learn"),
            ("2", "Practice"),
            ("3", "Qualify"),
            ("4", "Work"),
        ]

    def test_headings_that_count_steps_are_a_list(self) -> None:
        guide = [
            passage("Here is the plan.", "The action plan for plumbers"),
            passage("Find a master plumber.", "The action plan for plumbers", "Step 1: Find a teacher"),
            passage("Repair what drips at home.", "The action plan for plumbers", "Step 2: Practice"),
            passage("Ask the guild.", "The action plan for plumbers", "Step 3: Qualify"),
        ]
        result = read("What are the steps of the action plan?", *guide, known=guide)
        assert "1. **Find a teacher:** Find a master plumber. [2]" in result.text
        assert "3. **Qualify:** Ask the guild. [4]" in result.text

    def test_a_comparison_shows_both_sides_labelled(self) -> None:
        result = read("How does a senior's pay compare with an apprentice's?", PAY_SENIOR, PAY_WHERE, PAY_ENTRY)
        lines = result.text.splitlines()
        assert lines[0].startswith("- **Senior's pay:** A senior plumber earns $70,000")
        assert lines[1].startswith("- **Apprentice's:** An apprentice plumber earns $30,000")

    def test_what_each_is_for_is_not_told_by_a_list_of_both(self) -> None:
        listed = passage("Every plumber needs wrenches, plungers and hacksaws.", "Which tools are needed?")
        wrench = passage("A wrench turns pipes that sit tight.", "Tools", "Wrenches")
        plunger = passage("A plunger clears a drain by pressure.", "Tools", "Plungers")
        lines = read("Wrench vs plunger, what is each one for?", listed, wrench, plunger).text.splitlines()
        assert lines[0].startswith("- **Wrench:** A wrench turns pipes")
        assert lines[1].startswith("- **Plunger:** A plunger clears a drain")

    def test_two_sides_in_one_sentence_are_no_list(self) -> None:
        both = passage("Wrenches turn pipes, plungers clear drains.", "Tools", "What each is for")
        result = read("Wrench vs plunger, what is each one for?", both, TIME)
        assert result.text.startswith("Wrenches turn pipes, plungers clear drains.")

    def test_a_list_of_another_length_than_asked_for_is_not_the_answer(self) -> None:
        guide = [
            passage("Here is the plan.", "The action plan for plumbers"),
            passage("Find a master plumber.", "The action plan for plumbers", "Step 1: Find a teacher"),
            passage("Repair what drips at home.", "The action plan for plumbers", "Step 2: Practice"),
            passage("Ask the guild.", "The action plan for plumbers", "Step 3: Qualify"),
        ]
        assert "2. **Practice:**" in read("What are the first two steps of the action plan?", *guide, known=guide).text
        asked = "What are the {} steps of the action plan?"
        assert "2. **Practice:**" in read(asked.format("three"), *guide, known=guide).text
        assert "2. **Practice:**" not in read(asked.format("nine"), *guide, known=guide).text

    def test_a_figure_without_something_is_not_that_of_those_who_have_it(self) -> None:
        trained = passage("A plumber with a diploma earns $60,000 to $80,000 a year.", "Pay", "With a diploma")
        untrained = passage("A plumber who learns on the job earns $30,000 to $40,000 a year.", "Pay", "Learners")
        for question in (
            "How much does a plumber earn without a diploma?",
            "How much do plumbers with no diploma earn?",
            "How much do plumbers without a diploma make?",
        ):
            result = read(question, trained, untrained, TIME, TOOLS)
            assert result.text == "A plumber who learns on the job earns $30,000 to $40,000 a year. [1]"

    def test_what_is_named_without_a_figure_is_said_before_figures_on_something_else(self) -> None:
        certified = passage("A certificate often brings a plumber higher pay.", "Pay", "Certificates")
        result = read("How much more does a certificate earn a plumber?", PAY_ENTRY, certified, PAY_SENIOR, TIME)
        assert result.text.startswith("A certificate often brings a plumber higher pay.")

    def test_a_false_premise_meets_what_the_guides_say(self) -> None:
        result = read("Since a degree is compulsory for plumbers, which one should I take?", TIME, DEGREE)
        assert result.text.startswith("You do not need a degree")

    def test_one_sentence_is_one_sentence(self) -> None:
        result = read("In one sentence, how long does it take to become a plumber?", TIME, DEGREE, PAY_SENIOR)
        assert len(result.claims) == 1

    def test_the_same_thing_in_two_guides_is_said_once_and_cited_twice(self) -> None:
        other = passage("Becoming a plumber takes two to four years.", "Time", guide="Other Guide")
        result = read("How long does it take to become a plumber?", TIME, other)
        assert result.text.count("two to four years") == 1
        assert "[1][2]" in result.text

    def test_what_two_guides_say_differently_stands_under_their_names(self) -> None:
        other = passage("It takes six months to train as a plumber.", "How long is the training?", guide="Other Guide")
        result = read("How long does it take to become a plumber?", TIME, other)
        assert "**Career Guide:** Becoming a plumber takes two to four years." in result.text
        assert "**Other Guide:** It takes six months" in result.text

    def test_a_sentence_that_points_back_brings_what_it_points_at(self) -> None:
        text = "Keep a log of your repairs. This shows customers that you can explain your work."
        result = read("Why should a plumber keep a log?", passage(text, "Logs"), TIME)
        assert "Keep a log of your repairs. [" in result.text
        assert "This shows customers" in result.text

    def test_a_sentence_cut_from_what_it_points_at_is_labelled_by_its_heading(self) -> None:
        cut = passage("They seal the thread of a joint against leaks.", "Tapes for sealing")
        result = read("What seals the thread of a joint?", cut)
        assert result.text == "**Tapes for sealing:** They seal the thread of a joint against leaks. [1]"

    @pytest.mark.parametrize("question", ["How long?", "Which tools do I need?", "Why?", "plumber degree pay", "???"])
    def test_an_answer_stays_within_its_words(self, question: str) -> None:
        long = passage(
            " ".join(f"Sentence {n} says much about plumbers, their pay and tools." for n in range(60)), "All"
        )
        assert words(read(question, long, TOOLS, TIME, DEGREE, PAY_ENTRY, PAY_SENIOR)) <= 120

    def test_text_without_sentences_or_headings_is_quoted_too(self) -> None:
        result = read("What is the pressure?", Passage(id="x", text="pressure: 3 bar"))
        assert "pressure: 3 bar [1]" in result.text

    def test_a_streamed_answer_comes_sentence_by_sentence_and_joins_to_the_text(self) -> None:
        reader = ExtractiveReader(EMBEDDER.embed)
        *pieces, result = reader.stream("Which tools does a plumber need?", [Hit(TOOLS, 1.0), Hit(TIME, 0.9)])
        assert len(pieces) == len(result.claims)  # type: ignore[union-attr]
        assert "".join(map(str, pieces)) == result.text  # type: ignore[union-attr]

    def test_what_was_answered_is_not_offered_next(self) -> None:
        result = read("Do I need a degree to be a plumber?", DEGREE, TIME, PAY_SENIOR)
        assert result.suggestions
        assert "Do you need a degree?" not in result.suggestions

    def test_preparing_embeds_what_answers_need(self) -> None:
        embedded: list[str] = []

        def embed(texts: Sequence[str]):  # type: ignore[no-untyped-def]
            embedded.extend(texts)
            return EMBEDDER.embed(texts)

        ExtractiveReader(embed, passages=lambda: [DEGREE]).prepare()
        assert "You do not need a degree to become a plumber." in embedded


def test_a_list_of_headings_answers_only_where_the_best_sentences_stand_in_its_part() -> None:
    work = [
        passage("A plumber does many things. Here are the parts of the work:", "The work of a plumber"),
        passage("Pipes are laid in walls.", "The work of a plumber", "Laying pipes"),
        passage("Leaks are looked for first.", "The work of a plumber", "Finding leaks"),
        passage("Boilers are served once a year.", "The work of a plumber", "Serving boilers"),
    ]
    exam = passage("The exam has a paper on pipes. Then a joint is soldered.", "Exams")
    units = units_of([Hit(found, 1.0) for found in [*work, exam]])
    asked = understand("What are the parts of the work of a plumber?")
    guides = Guides([*work, exam])
    inside = [place for place, unit in enumerate(units) if unit.passage is not exam]
    outside = [place for place, unit in enumerate(units) if unit.passage is exam]
    assert len(list_of_headings(asked, units, inside + outside, EMBEDDER.embed, guides)) == 4
    assert list_of_headings(asked, units, outside + inside, EMBEDDER.embed, guides) == []
    laying = [place for place, unit in enumerate(units) if unit.passage is work[1]]
    of_one = understand("What are the parts of a plumber's work when laying pipes?")
    assert list_of_headings(of_one, units, laying + inside, EMBEDDER.embed, guides) == []


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("A plumber with a diploma earns $60,000 a year.", 1.0),
        ("A diploma takes two years.", 1.0),
        ("You do not need a diploma: a year on the job earns you $20,000.", 0.0),
        ("Without a diploma a plumber earns $30,000.", 0.0),
        ("A plumber who learns on the job earns $30,000.", 0.0),
    ],
)
def test_only_who_has_what_is_missing_is_another(text: str, about: float) -> None:
    (unit,) = units_of([Hit(passage(text, "Pay"), 1.0)])
    assert about_others(understand("How much do plumbers without a diploma earn?"), unit) == about


def test_no_hits_is_an_abstention() -> None:
    result = read("How long does it take?")
    assert result.abstained
    assert not result.citations


def test_another_subject_is_an_abstention() -> None:
    assert read("Who won the football world cup in 1998?", TIME, DEGREE, PAY_SENIOR).abstained


@pytest.mark.usefixtures("always")
def test_passages_that_change_are_read_anew() -> None:
    known = [TIME]
    reader = ExtractiveReader(EMBEDDER.embed, passages=lambda: known)
    reader.read("How long?", [Hit(TIME, 1.0)])
    known[:] = [
        passage("The plan has these steps:", "The plan"),
        passage("Find a master.", "The plan", "Step 1: Teacher"),
        passage("Repair things.", "The plan", "Step 2: Practice"),
        passage("Ask the guild.", "The plan", "Step 3: Exam"),
    ]
    result = reader.read("What are the steps of the plan?", [Hit(known[1], 1.0)])
    assert "3. **Exam:**" in result.text
