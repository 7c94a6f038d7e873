"""Is a follow-up made to stand alone, and a complete question left alone?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.conversation import standalone_question, user_turns
from index.embedding import SentenceTransformerEmbedder

DIALOGUES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "followups.jsonl").read_text("utf-8").splitlines()
    if line.strip()
]
EMBEDDER = SentenceTransformerEmbedder()


def alone(question: str, *earlier: str) -> str:
    return standalone_question(question, user_turns(earlier), embed=EMBEDDER.embed)


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        (["What is a saw used for?"], "and hammers?", "What is hammers used for?"),
        (["What are CNNs used for?"], "what about RNNs", "What are RNNs used for?"),
        (["How do I become a pilot?"], "and without a degree?", "How do I become a pilot without a degree?"),
        (["What do cooks earn in Boston?"], "and in Seattle?", "What do cooks earn in Seattle?"),
        (["How long do I boil eggs?"], "and potatoes?", "How long do I boil potatoes?"),
        (["Can I walk my cat at night?"], "and my dog?", "Can I walk my dog at night?"),
    ],
)
def test_a_new_term_takes_the_place_of_the_old(earlier: Sequence[str], question: str, expected: str) -> None:
    assert alone(question, *earlier) == expected


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        ("Should I build a portfolio?", "what should be in it?", "what should be in the portfolio?"),
        ("What are hyperparameters?", "how do you tune them?", "how do you tune hyperparameters?"),
        (
            "Is a bachelor's degree the usual way?",
            "what if I don't have one?",
            "what if I don't have a bachelor's degree?",
        ),
        ("How are models kept in shape?", "why do they have to be retrained?", "why do models have to be retrained?"),
    ],
)
def test_a_pronoun_is_replaced_by_what_it_stands_for(earlier: str, question: str, expected: str) -> None:
    assert alone(question, earlier) == expected


@pytest.mark.parametrize(
    ("earlier", "question"),
    [
        ("How much does a nurse earn?", "what about a portfolio, do they want one?"),
        ("How much does a nurse earn?", "what about certificates, do I need one?"),
        ("Which books should I read in a month?", "where do I get one?"),
    ],
)
def test_one_is_not_what_was_named_for_something_else(earlier: str, question: str) -> None:
    result = alone(question, earlier)
    assert not any(wrong in result.lower() for wrong in ("want a nurse", "need a nurse", "get a month"))


def test_a_condition_with_one_keeps_the_earlier_question() -> None:
    result = alone("and if I can't find one?", "Is a mentor useful?")
    assert result.startswith("Is a mentor useful?")
    assert "find a mentor" in result


def test_what_was_put_somewhere_is_not_what_a_pronoun_stands_for() -> None:
    earlier = ["Should I have a portfolio?", "and put it on GitHub?"]
    assert alone("how many projects should it have?", *earlier) == "how many projects should the portfolio have?"


def test_a_part_is_named_with_its_whole_and_not_with_what_was_asked_in_between() -> None:
    earlier = ["What do pilot interviews consist of?", "and the theory questions, what are they on?"]
    expected = "give me an example for the flying part of pilot interviews?"
    assert alone("give me an example for the flying part", *earlier) == expected


@pytest.mark.parametrize("question", ["why?", "in which subject?", "what's that practice called?", "such as?"])
def test_what_cannot_be_put_in_place_follows_the_earlier_question(question: str) -> None:
    result = alone(question, "Do engineers look after models once they are deployed?")
    assert result.startswith("Do engineers look after models once they are deployed? ")
    assert result.lower().endswith(question)


def test_between_two_levels_is_the_mid_level() -> None:
    earlier = ["what does a senior engineer earn in the US?", "ok and someone just starting out?"]
    assert alone("what about in between those two", *earlier) == "what does a mid-level engineer earn in the US?"


def test_a_chain_of_follow_ups_keeps_the_first_subject() -> None:
    result = alone("and for how long?", "Should I do an internship?", "even an unpaid one?")
    assert "internship" in result


def test_the_second_one_is_taken_from_the_answer() -> None:
    history = [
        {"role": "user", "content": "Which books should I read?"},
        {"role": "assistant", "content": "Two books:\n- **Walden**, by Thoreau [1]\n- **Emma**, by Jane Austen [2]"},
    ]
    assert standalone_question("who wrote the second one?", history) == "who wrote Emma?"


@pytest.mark.parametrize(
    "question",
    [
        "ok different question, which books are good?",
        "ok diff question, which books are good?",
        "forget that, which books are good?",
        "new topic: which books are good?",
        "Something else: which books are good?",
        "By the way, which books are good?",
    ],
)
def test_a_change_of_subject_drops_the_old_one(question: str) -> None:
    assert alone(question, "How do I deploy a model?") == "which books are good?"


@pytest.mark.parametrize("question", ["Leave policy for new parents?", "Drop shipping: is it legal?"])
def test_a_first_question_stays_whole(question: str) -> None:
    assert alone(question) == question


def test_thanks_are_not_searched_for() -> None:
    assert alone("thanks! what is Docker used for", "Do I need a degree?") == "what is Docker used for"


def test_a_greeting_takes_nothing_from_what_was_asked_before() -> None:
    assert alone("hi so wat do they test u on", "How do I get a job in a bank?") == "wat do they test u on"


def test_they_may_be_those_who_hire_and_not_what_was_named_last() -> None:
    assert alone("do they care about grades?", "Which books should I read?") == "do they care about grades?"
    assert alone("do they give paid leave?", "What do pilots earn?") == "do pilots give paid leave?"


def test_pay_is_asked_for_by_itself_after_a_duration_of_nothing_named() -> None:
    assert (
        alone("and how much would that pay?", "how long will it take me without a degree?")
        == "how much would that pay?"
    )
    assert "apprenticeship" in alone("and how much would that pay?", "how long does an apprenticeship take?")


@pytest.mark.parametrize("condition", ["if I have a degree", "unless I have a degree"])
def test_a_condition_alone_is_added_to_the_earlier_question(condition: str) -> None:
    result = alone(f"and {condition}?", "How long does it take to become a nurse?")
    assert result.startswith("How long does it take to become a nurse?")
    assert result.lower().endswith(f"{condition.lower()}?")


def test_what_about_something_unlike_all_that_was_named_is_a_new_subject() -> None:
    assert alone("what about docker", "How much do nurses earn?") == "what about docker"
    assert alone("what about docker", "What is Kubernetes used for?") == "What is docker used for?"


@pytest.mark.parametrize("remark", ["thanks", "hmm", "wow, scary", "not bad that", "I'm shy lol", "oh nice"])
def test_a_remark_between_questions_is_passed_over(remark: str) -> None:
    assert alone("and hammers?", "What are saws used for?", remark) == "What are hammers used for?"


def test_what_is_said_to_a_remark_is_not_the_answer_to_the_question_before() -> None:
    history = [
        {"role": "user", "content": "Which tools should I buy?"},
        {"role": "assistant", "content": "- Pipe wrench [1]\n- Hacksaw [2]"},
        {"role": "user", "content": "wow, scary"},
        {"role": "assistant", "content": "- Fear [1]\n- Joy [2]"},
    ]
    assert standalone_question("what is the second one for?", history) == "what is Hacksaw for?"


def test_what_is_told_names_what_is_asked_about_next() -> None:
    assert (
        alone("how do I replace it?", "Do I need a visa?", "I've lost my passport") == "how do I replace the passport?"
    )


def test_what_was_told_first_is_no_remark() -> None:
    assert alone("and hammers?", "my saw is blunt") == "my hammers is blunt?"


def test_it_is_what_was_just_said() -> None:
    earlier = ["What do employers of plumbers ask for?", "Is a diploma one of those things?"]
    assert alone("which jobs would it help with?", *earlier) == "which jobs would the diploma help with?"


def test_it_is_not_whoever_said_so() -> None:
    result = alone("is it well paid?", "my uncle says I should become a plumber")
    assert "uncle" not in result
    assert "plumber" in result


def test_the_same_pronoun_twice_stands_for_one_thing() -> None:
    result = alone("if it leaks, where does it go?", "How do I judge a boiler?")
    assert result == "if the boiler leaks, where does it go?"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("ok and after a few years?", "What's the salary of a mid-level plumber?"),
        ("and after 12 years", "What's the salary of a senior plumber?"),
        ("and the top one?", "What's the salary of a senior plumber?"),
    ],
)
def test_years_at_work_name_the_level_that_is_asked_about(question: str, expected: str) -> None:
    assert alone(question, "What's the salary of an entry level plumber?") == expected


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("and pipes, how much of that?", "How much of pipes?"),
        ("what about seniors, do they get a bonus?", "Do seniors get a bonus?"),
        ("and pipes? which bits", "Which bits of pipes?"),
        ("now pipes, which ones matter?", "Which pipes matter?"),
    ],
)
def test_a_clause_speaks_of_the_thing_named_before_it(question: str, asked: str) -> None:
    earlier = "How good at soldering must I be?"
    assert alone(question, earlier) == f"{earlier} {asked}"


def test_a_subject_that_is_dropped_by_name_is_gone() -> None:
    assert alone("ok forget salary. is plumbing a hard trade?", "What do plumbers earn?") == "is plumbing a hard trade?"


@pytest.mark.parametrize("dialogue", [d for d in DIALOGUES if d["complete"]], ids=lambda d: d["question"][:40])
def test_a_complete_question_takes_nothing_from_the_conversation(dialogue: dict) -> None:
    result = alone(dialogue["question"], *dialogue["history"])
    assert dialogue["question"].endswith(result)


def test_without_a_conversation_nothing_changes() -> None:
    assert standalone_question("and kubernetes?", []) == "and kubernetes?"


def test_a_long_conversation_stays_bounded() -> None:
    earlier = ["What is Docker used for in the work of an engineer?", *["why is that so?"] * 100]
    assert len(alone("and why?", *earlier)) < 300


def test_nothing_is_embedded_for_a_complete_question() -> None:
    def refuse(texts: Sequence[str]):
        raise AssertionError(texts)

    history = user_turns(["What is Docker?"])
    assert standalone_question("Which books should I read?", history, embed=refuse) == "Which books should I read?"


@pytest.mark.parametrize(
    ("earlier", "question", "wrong"),
    [
        (["How long do I have to appeal?"], "and in Scotland, is it the same?", "is in scotland"),
        (["How do I bake bread?"], "but if I add cream, does that matter?", "does if i add cream"),
        (["How do I write a will?", "Does it need a witness?"], "how do I change it later?", "change the witness"),
        (["Do I need a visa?", "I've lost my passport"], "how do I replace it?", "the visa"),
        (["What's the salary of a mid-level plumber per month?"], "and in a year?", "entry-level"),
        (["How do I cook a ham?"], "drop the temperature, and how long is it?", "then and how long"),
        (["Do I need a lawyer for probate?"], "how much does a lawyer cost then?", "how much does a lawyer cost then?"),
    ],
)
def test_what_only_looks_like_a_follow_up_of_a_kind_is_left_as_it_was(
    earlier: Sequence[str], question: str, wrong: str
) -> None:
    result = alone(question, *earlier).lower()
    assert wrong not in result or result.startswith(earlier[0].lower())


def test_a_level_that_stood_alone_keeps_its_people() -> None:
    assert (
        alone("and after a few years?", "What do beginners earn as chefs?") == "What do mid-level people earn as chefs?"
    )
