"""What a question asks for is read from its words."""

from __future__ import annotations

import pytest

from assistant.plain_words import plain_words
from assistant.question import focus_of, focus_terms, understand


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How long does it take?", "duration"),
        ("how many years for a bachelors", "duration"),
        ("what is the salary of a junior", "money"),
        ("How much do seniors earn?", "money"),
        ("How many parts does the exam have?", "number"),
        ("Why document my code?", "reason"),
        ("Who wrote Deep Learning?", "person"),
        ("Which books should I read?", "list"),
        ("What are the steps to get hired?", "list"),
        ("Any good textbooks?", "list"),
        ("The duties of a nurse in bullet points", "list"),
        ("How do I deploy a model?", "steps"),
        ("CNN vs RNN", "comparison"),
        ("Do I need a degree?", "yesno"),
        ("I never studied. Can I still make it?", "yesno"),
        ("Where is the course hosted?", "place"),
    ],
)
def test_the_kind_of_answer_wanted_is_told(question: str, kind: str) -> None:
    assert understand(question).wants(kind)


@pytest.mark.parametrize(
    "question", ["What does scalability mean?", "Is it always hard?", "what's that practice called?"]
)
def test_a_word_that_only_ends_in_s_asks_for_no_list(question: str) -> None:
    assert not understand(question).wants("list")


def test_a_story_is_asked_by_its_last_question() -> None:
    story = (
        "I have taught maths for 14 years and my partner keeps telling me that everyone does it. "
        "I have barely written any code. How long before I am proficient?"
    )
    assert focus_of(story) == "How long before I am proficient?"


def test_of_two_questions_the_last_one_asks() -> None:
    assert focus_of("Do I need a degree? Which subjects should it be in?") == "Which subjects should it be in?"


def test_a_short_question_is_asked_whole() -> None:
    assert focus_of("My degree is in physics. Does that count?") == "My degree is in physics. Does that count?"


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("CNN vs RNN - what is each one for?", ("CNN", "RNN")),
        ("What is the difference between Docker and Kubernetes?", ("Docker", "Kubernetes")),
        ("Pipes and valves: what is each of them for?", ("Pipes", "valves")),
        ("How does deep learning differ from ordinary machine learning?", ("deep learning", "machine learning")),
        ("How does a senior's pay compare with a beginner's?", ("senior's pay", "beginner's")),
    ],
)
def test_the_sides_of_a_comparison_are_found(question: str, sides: tuple[str, str]) -> None:
    assert understand(question).sides == sides


@pytest.mark.parametrize(
    ("question", "limit"),
    [("In one sentence, what is it?", 1), ("Name three tools", 3), ("Two examples is fine", 2), ("Which tools?", None)],
)
def test_a_stated_number_of_things_is_the_limit(question: str, limit: int | None) -> None:
    assert understand(question).limit == limit


def test_abbreviations_and_spoken_words_are_put_in_the_words_of_guides() -> None:
    assert plain_words("what ctc do MLE freshers get") == "what salary do machine learning engineer entry-level get"


def test_plain_words_are_left_alone() -> None:
    question = "Which cloud platforms should a machine learning engineer know?"
    assert plain_words(question) == question


@pytest.mark.parametrize(
    "question",
    [
        "Given that pay is the same everywhere, what is it?",
        "Docker does orchestration, have I got that right?",
        "Since a diploma is the only way in, which school is best?",
        "Everybody says the exam is a quick chat. What should I wear?",
        "Once it is baked there's nothing left to do, so when can I eat it?",
        "The prices are fixed, aren't they?",
    ],
)
def test_a_premise_is_noticed(question: str) -> None:
    assert understand(question).supposes


@pytest.mark.parametrize(
    ("question", "premise"),
    [
        ("Given that employers only hire people with a diploma, which is quickest?", "employers only hire people with"),
        ("A boiler never needs a look again, so why do they keep a plumber?", "A boiler never needs a look again"),
        ("Everybody says the exam is a quick chat. What should I wear?", "the exam is a quick chat"),
        ("Everyone and their dog has a van. Which van would stand out?", ""),
        ("I never went to school. What can I do?", ""),
        ("What do plumbers earn?", ""),
    ],
)
def test_a_premise_is_told_apart_from_the_question(question: str, premise: str) -> None:
    found = understand(question).premise
    assert found.startswith(premise) if premise else not found


@pytest.mark.parametrize(
    "question",
    [
        "What is the pay?",
        "I have finished school, so what should I learn?",
        "As a nurse, where do I begin?",
        "How much do people think nurses earn?",
        "As of today, what is the minimum wage?",
        "Considering a job in law, where do I begin?",
        "Now how do I register a trade mark?",
        "Since when has the museum been open?",
        "I read law at university. How do I become a judge?",
        "How do people know when bread is done?",
        "Does everyone know Python?",
        "Time is short, so which steps can I skip?",
        "The exam is on Monday, so what should I bring?",
        "Me and my sister are nurses, so what can we earn?",
    ],
)
def test_what_is_told_of_oneself_is_no_premise(question: str) -> None:
    assert not understand(question).supposes


@pytest.mark.parametrize(
    "question",
    [
        "What determines how long the course takes?",
        "On what does it depend how much a pilot earns?",
        "Why can nobody tell me how many years it takes?",
    ],
)
def test_what_a_figure_depends_on_is_no_figure(question: str) -> None:
    assert not understand(question).of_figures


@pytest.mark.parametrize(
    "question",
    [
        "How much does a nurse earn, depending on experience?",
        "How many people depend on tourism?",
        "How many factors are there?",
        "What is the salary and what changes it?",
        "How long does two-factor authentication take?",
    ],
)
def test_a_figure_asked_for_straight_away_is_one(question: str) -> None:
    assert understand(question).of_figures


@pytest.mark.parametrize("question", ["What can I ask for in an interview?", "What should I get out of a bootcamp?"])
def test_what_one_asks_for_need_not_be_money(question: str) -> None:
    assert not understand(question).wants("money")


@pytest.mark.parametrize(
    "question",
    [
        "How is salt used against ice?",
        "Which sporting comparison is used?",
        "What works against moths?",
        "Any remedies against moths?",
        "Vaccination against flu",
        "Would you advise against bootcamps?",
    ],
)
def test_not_all_that_is_used_against_something_is_compared(question: str) -> None:
    assert not understand(question).wants("comparison")


@pytest.mark.parametrize(
    "question", ["Docker against Podman", "tea in comparison with coffee", "tea as against coffee"]
)
def test_two_things_held_against_each_other_are_compared(question: str) -> None:
    assert understand(question).wants("comparison")


@pytest.mark.parametrize(
    ("question", "level"),
    [
        ("I have about 4 years as a baker behind me. What should I be earning?", "mid-level"),
        ("one year of experience, what salary can I get", "entry-level"),
        ("With ten years in the trade, what can I ask for?", "senior"),
        ("I've got 0 yrs exp but my papers come in June. ballpark what'd I be on?", "entry-level"),
        ("What pay can I expect after fifteen years of sewing work?", "senior"),
    ],
)
def test_years_of_experience_are_a_level_where_pay_is_asked_for(question: str, level: str) -> None:
    assert level in understand(question).text
    assert level in understand(question).focus


@pytest.mark.parametrize(
    "question",
    [
        "With ten years in the trade, what can I learn?",
        "How much does a 3 year degree cost?",
        "After four years of university, what salary can I expect?",
        "Do I get paid in the two years of an apprenticeship?",
        "What salary can I get with 10 years experience but none in this field?",
        "The band has 10 years of experience. Who leads it?",
        "I have been making bread for 10 years of my working life. How much flour is in a 2k bag?",
        "How much is 250 ml in cups?",
        "Is Sir John Soane's museum free?",
        "Senior with two years of experience: what salary?",
    ],
)
def test_years_are_no_level_elsewhere(question: str) -> None:
    assert understand(question).text == question


def test_a_beginner_is_of_a_level_only_where_pay_is_asked_for() -> None:
    assert plain_words("Which plotting library should a beginner know?").endswith("should a beginner know?")
    assert plain_words("What mistakes do freshers make?") == "What mistakes do beginners make?"
    assert "entry-level" in plain_words("What does a beginner earn?")
    assert "entry-level" in plain_words("What's a fresher's salary?")


def test_bands_are_ranges_of_pay_only_where_pay_is_asked_for() -> None:
    assert "salary ranges" in plain_words("mid vs senior pay, how do the bands compare?")
    assert "bands" in plain_words("Which rubber bands should a senior use?")


@pytest.mark.parametrize(
    "question",
    [
        "What makes a good solder joint?",
        "What attitude helps you through it?",
        "A day without any colleagues, is it dull?",
    ],
)
def test_a_verb_or_what_is_missing_is_no_plural_that_is_asked_for(question: str) -> None:
    assert not understand(question).wants("list")


def test_focus_terms_leave_out_what_carries_no_subject() -> None:
    assert focus_terms("Please tell me which CI/CD tools I should use") == ("ci/cd", "tools")


@pytest.mark.parametrize("question", ["", "?", "   ", "ज्ञान", "a" * 5000, "[1] ** | <b>"])
def test_any_text_can_be_read(question: str) -> None:
    assert understand(question).text is not None


@pytest.mark.parametrize(
    ("question", "focus"),
    [
        ("Finished the basics. What advanced areas do I study next?", "What advanced areas do I study next?"),
        ("Do I need a degree? How long is that?", "Do I need a degree? How long is that?"),
        (
            "What do the interviews for engineers consist of? The coding part, what is it on? "
            "Give me an example for the design part",
            "Give me an example for the design part",
        ),
    ],
)
def test_what_is_told_before_the_question_is_no_part_of_it(question: str, focus: str) -> None:
    assert focus_of(question) == focus


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("In one sentence, what does it take?", "what does it take?"),
        ("Respected sir, which branch should I take?", "which degree subject should I take?"),
        ("explain like I'm five what a loss is", "what a loss is"),
        ("What's the senior range?", "What's the senior salary range?"),
        ("Yaar, what is a container bro", "what is a container"),
    ],
)
def test_wrapping_goes_and_spoken_words_become_those_of_guides(question: str, plain: str) -> None:
    assert plain_words(question) == plain


def test_whether_something_is_needed_is_asked_only_by_yes_or_no() -> None:
    assert understand("Is a degree mandatory?").kinds[0] == "need"
    assert not understand("Which skills do I need?").wants("need")


@pytest.mark.parametrize(
    "question",
    [
        "What is the difference between gas and induction? Which one should I buy for a flat?",
        "Can I freeze lasagne? What about after it has been cooked?",
        "Can I freeze lasagne? What should I do with it then?",
        "Must I salt the water? What happens then?",
    ],
)
def test_a_second_question_that_leans_on_the_first_does_not_ask_alone(question: str) -> None:
    assert focus_of(question) == question


@pytest.mark.parametrize(
    "question", ["What costs are involved in probate?", "Which works are by Monet?", "Any shows tonight?"]
)
def test_a_plural_that_is_also_a_verb_is_asked_for_as_a_list(question: str) -> None:
    assert understand(question).wants("list")


@pytest.mark.parametrize(
    "question",
    [
        "Do I have to pay for a wedding band?",
        "How much does a live band earn?",
        "Am I entitled to workers' compensation?",
    ],
)
def test_words_of_pay_are_left_alone_where_they_mean_something_else(question: str) -> None:
    assert plain_words(question) == question


def test_an_adjective_that_makes_the_side_stays() -> None:
    question = "What is the difference between plain flour and self-raising flour?"
    assert understand(question).sides == ("plain flour", "self-raising flour")
