"""An answer in Slack's blocks: at the edges of the limits nothing is lost, and nothing can ping a channel."""

from __future__ import annotations

import json
import re

import pytest

from assistant.answer import Answer, Citation, Claim
from assistant.slack_blocks import BLOCK_LIMIT, CONTEXT_LIMIT, ELEMENT_LIMIT, MARKDOWN_LIMIT, split_markdown, to_slack
from assistant.slack_thread import question_in
from index.passage import Passage


def citation(number: int, quote: str = "A quote.", **more: object) -> Citation:
    passage = Passage(id=str(number), text=quote, title="Guide", section=("Part", "Chapter"), page=3, **more)  # type: ignore[arg-type]
    return Citation(number, quote, 0, len(quote), passage)


def kinds(blocks: tuple[dict[str, object], ...]) -> list[object]:
    return [block["type"] for block in blocks]


@pytest.mark.parametrize("length", [1, MARKDOWN_LIMIT - 1, MARKDOWN_LIMIT, MARKDOWN_LIMIT + 1, 5 * MARKDOWN_LIMIT])
def test_every_word_of_an_answer_is_said_within_the_limits(length: int) -> None:
    text = " ".join(f"word{number}" for number in range(length))[:length]
    messages = to_slack(Answer("?", text, citations=(citation(1),)), key="k")
    said = []
    for message in messages:
        markdown = [str(block["text"]) for block in message.blocks if block["type"] == "markdown"]
        assert sum(map(len, markdown)) <= MARKDOWN_LIMIT
        said += markdown
    assert " ".join(" ".join(said).split()) == " ".join(text.split())
    assert kinds(messages[-1].blocks)[-2:] == ["context", "actions"]
    assert all("context" not in kinds(message.blocks) for message in messages[:-1])


def test_a_list_is_cut_between_items() -> None:
    items = [f"- item {number} with some words" for number in range(1000)]
    pieces = split_markdown("\n".join(items), 3000)
    assert [line for piece in pieces for line in piece.splitlines()] == items


def test_a_code_block_that_is_cut_is_closed_and_opened_again() -> None:
    code = "\n".join(f"line {number}" for number in range(900))
    pieces = split_markdown(f"Before\n```python\n{code}\n```\nAfter", 3000)
    assert len(pieces) > 2
    assert all(piece.count("```") % 2 == 0 for piece in pieces)
    lines = [line for piece in pieces for line in piece.splitlines() if line.startswith("line ")]
    assert lines == code.splitlines()


@pytest.mark.parametrize("count", [0, 1, CONTEXT_LIMIT, CONTEXT_LIMIT + 1, 200, 600])
def test_sources_and_buttons_always_fit(count: int) -> None:
    answer = Answer("?", "x", citations=tuple(citation(n) for n in range(1, count + 1)), suggestions=("a?", "b?", "c?"))
    (message,) = to_slack(answer, key="k", share=True)
    assert len(message.blocks) <= BLOCK_LIMIT
    assert kinds(message.blocks)[-2:] == ["actions", "actions"]
    contexts = [block for block in message.blocks if block["type"] == "context"]
    assert all(len(block["elements"]) <= CONTEXT_LIMIT for block in contexts)  # type: ignore[arg-type]


def test_an_overlong_quote_says_that_it_goes_on() -> None:
    (message,) = to_slack(Answer("?", "x", citations=(citation(1, "word " * 2000),)))
    element = message.blocks[1]["elements"][0]
    assert len(element["text"]) <= ELEMENT_LIMIT
    assert "quote goes on" in element["text"]


@pytest.mark.parametrize(
    "attack", ["<!here>", "<!channel>", "<@U123>", "<#C1>", "<http://evil.example|click>", "<!subteam^S1>"]
)
def test_no_text_can_ping_or_link(attack: str) -> None:
    answer = Answer(
        question=f"q {attack}",
        text=f"text {attack}",
        searched_for=f"searched {attack}",
        claims=(Claim(f"claim {attack}", (), False, 0.0),),
        citations=(citation(1, f"quote {attack}", source=f"https://guide.example/{attack}"),),
        suggestions=(f"suggestion {attack}",),
        notes=(f"note {attack}",),
    )
    (message,) = to_slack(answer)
    shown = [block.get("text", "") for block in message.blocks if block["type"] == "markdown"]
    shown += [
        element["text"] for block in message.blocks if block["type"] == "context" for element in block["elements"]
    ]
    assert attack not in json.dumps([message.text, *shown])


def test_a_source_with_an_address_is_a_link_and_names_its_page() -> None:
    (message,) = to_slack(Answer("?", "x", citations=(citation(1, source="https://guide.example/a?b=1&c=2"),)))
    text = message.blocks[1]["elements"][0]["text"]
    assert re.search(r"<https://guide\.example/a\?b=1&amp;c=2\|Guide › Part › Chapter, page 3>", text)


def test_unsupported_claims_notes_and_the_rewritten_question_are_shown() -> None:
    answer = Answer(
        "and k8s?", "Bad. [1]", (Claim("Bad.", (1,), False, 0.1),), searched_for="What is k8s?", notes=("Mind.",)
    )
    body = to_slack(answer)[0].blocks[0]["text"]
    assert all(words in body for words in ("Searched for: What is k8s?", "Not supported", "Mind."))


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("<@UBOT> what is <https://a.example|this> &amp; that", "what is this & that"),
        ("<@UBOT>   spaces   here ", "spaces here"),
        ("ask <@U2> in <#C1|general> about <!here>", "ask in general about"),
        ("is a &lt; b?", "is a < b?"),
    ],
)
def test_slacks_markup_is_taken_out_of_a_question(text: str, question: str) -> None:
    assert question_in(text, "UBOT") == question
