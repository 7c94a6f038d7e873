"""The whole chain with a language model: checked, marked or dropped, and never without an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from assistant import Answer, Assistant
from assistant.generative import GenerativeReader
from assistant.models import Dropped, ScriptedChatModel

QUESTION = "What is Docker used for?"
TRUE = "Docker is used for containerization. [1]"
FALSE = "Docker doubles every salary to $900,000. [1]"

Scripted = Callable[..., Assistant]


@pytest.fixture
def scripted(assistant: Assistant) -> Scripted:
    """The shipped guides, read by a model that says what it is told to."""

    def build(*replies: Any, **options: Any) -> Assistant:
        reader = GenerativeReader(ScriptedChatModel(replies=list(replies)), **options)
        return Assistant(assistant.index, reader, settings=assistant.settings, documents=assistant.documents)

    return build


def supported(answer: Answer) -> list[bool]:
    return [claim.supported for claim in answer.claims]


def verbatim(answer: Answer) -> bool:
    return all(c.quote == c.passage.text[c.start : c.end] for c in answer.citations)


def test_a_true_sentence_is_cited_and_a_false_one_flagged(scripted: Scripted) -> None:
    answer = scripted(f"{TRUE} {FALSE}").ask(QUESTION)
    assert supported(answer) == [True, False]
    assert verbatim(answer)
    assert not answer.abstained


def test_a_setting_drops_what_is_not_borne_out(scripted: Scripted) -> None:
    answer = scripted(f"{TRUE} {FALSE}", drop_unsupported=True).ask(QUESTION)
    assert supported(answer) == [True]
    assert "900,000" not in answer.text


def test_where_nothing_is_left_it_abstains_and_offers_the_guides_words(scripted: Scripted) -> None:
    answer = scripted(FALSE, drop_unsupported=True).ask(QUESTION)
    assert answer.abstained
    assert "900,000" not in answer.text
    assert "container" in answer.text
    assert answer.citations
    assert verbatim(answer)


def test_the_models_refusal_is_an_abstention(scripted: Scripted) -> None:
    assert scripted("I'm sorry, but the passages do not contain that information.").ask(QUESTION).abstained


@pytest.mark.parametrize(
    "failure", [TimeoutError("slow"), ConnectionError("gone")], ids=lambda error: type(error).__name__
)
def test_a_model_that_fails_leaves_the_guides_words_and_a_note(scripted: Scripted, failure: Exception) -> None:
    answer = scripted(failure, failure, failure).ask(QUESTION)
    assert "container" in answer.text
    assert answer.reader == "extractive"
    assert "language model" in answer.notes[0]


def test_a_stream_that_breaks_off_is_tried_again(scripted: Scripted) -> None:
    answer = scripted(Dropped("Docker is used for", ConnectionError("gone")), TRUE).ask(QUESTION)
    assert supported(answer) == [True]


def test_streamed_text_is_the_final_text(scripted: Scripted) -> None:
    *pieces, last = scripted(f"{TRUE} {FALSE}").stream(QUESTION)
    assert "".join(str(piece) for piece in pieces).strip() == last.text  # type: ignore[union-attr]


def test_a_follow_up_is_put_by_the_model_or_without_it(scripted: Scripted) -> None:
    history: Sequence[dict[str, str]] = [{"role": "user", "content": "What is Docker used for in MLOps?"}]
    by_model = scripted("What is kubernetes used for in MLOps?", "Kubernetes is for orchestration. [1]")
    assert by_model.ask("and kubernetes?", history).searched_for == "What is kubernetes used for in MLOps?"
    without = scripted(TimeoutError("slow"), "Kubernetes is for orchestration. [1]")
    assert "kubernetes" in without.ask("and kubernetes?", history).searched_for.lower()


def test_instructions_in_a_setting_reach_the_reader(assistant: Assistant) -> None:
    strict = replace(assistant.settings, drop_unsupported=True)
    model = ScriptedChatModel(replies=[FALSE])
    opened = Assistant(assistant.index, assistant._reader, settings=strict).using(model)
    assert opened.ask(QUESTION).abstained
