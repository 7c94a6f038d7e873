"""The public API: ask, stream, their async twins, the runnable, conversations, and clear errors."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from assistant import Answer, Assistant, Conversation
from assistant.answer import Citation
from assistant.errors import AssistantError, QuestionError
from assistant.settings import Settings

QUESTION = "How long does it take to become a machine learning engineer?"
OFF_TOPIC = "What is the capital of Australia?"


def assert_verbatim(citations: Sequence[Citation]) -> None:
    assert citations
    for citation in citations:
        assert citation.quote == citation.passage.text[citation.start : citation.end]


def without_timings(answer: Answer) -> dict[str, Any]:
    return {name: value for name, value in answer.to_dict().items() if name != "timings"}


def test_an_answer_cites_verbatim_and_every_claim_cites(assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION)
    assert not answer.abstained
    assert "several months to several years" in answer.text
    assert_verbatim(answer.citations)
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert all(claim.citations and claim.supported for claim in answer.claims)
    assert all(f"[{citation.number}]" in answer.text for citation in answer.citations)


def test_passages_stand_where_they_say_in_the_guides(assistant: Assistant) -> None:
    documents = {document.id: document for document in assistant.documents}
    for passage in assistant.index.passages():
        sections = [s for s in documents[passage.document].sections if s.headings == passage.section]
        assert any(section.text[passage.start : passage.end] == passage.text for section in sections), passage.id


def test_a_question_the_guides_do_not_answer_is_declined(assistant: Assistant) -> None:
    answer = assistant.ask(OFF_TOPIC)
    assert answer.abstained
    assert "guides don't say" in answer.text
    assert answer.reason


def test_stream_ends_with_the_answer_that_ask_gives(assistant: Assistant) -> None:
    *pieces, last = assistant.stream(QUESTION)
    assert pieces
    assert all(isinstance(piece, str) for piece in pieces)
    assert isinstance(last, Answer)
    assert without_timings(last) == without_timings(assistant.ask(QUESTION))


def test_async_gives_the_same_as_sync(assistant: Assistant) -> None:
    async def gather() -> list[Answer]:
        return list(await asyncio.gather(*(assistant.aask(QUESTION) for _ in range(4))))

    expected = without_timings(assistant.ask(QUESTION))
    assert [without_timings(answer) for answer in asyncio.run(gather())] == [expected] * 4


def test_many_threads_share_an_assistant(assistant: Assistant) -> None:
    questions = [QUESTION, "What is Docker used for?", OFF_TOPIC] * 4
    expected = {question: without_timings(assistant.ask(question)) for question in set(questions)}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(assistant.ask, questions))
    assert [without_timings(answer) for answer in answers] == [expected[question] for question in questions]


def test_the_runnable_takes_a_question_or_a_mapping_and_batches(assistant: Assistant) -> None:
    runnable = assistant.as_runnable()
    first, second = runnable.batch([QUESTION, {"question": QUESTION, "history": []}])
    assert without_timings(first) == without_timings(second)
    assert asyncio.run(runnable.ainvoke(QUESTION)).text == first.text


def test_a_runnable_streams_text_then_the_answer(assistant: Assistant) -> None:
    *pieces, last = assistant.as_runnable().stream(QUESTION)
    assert pieces
    assert isinstance(last, Answer)


def test_a_conversation_remembers(assistant: Assistant) -> None:
    conversation = Conversation(assistant)
    conversation.ask("What is Docker used for in MLOps?")
    answer = conversation.ask("and kubernetes?")
    assert "orchestrat" in answer.text.lower()
    assert [message["role"] for message in conversation.messages] == ["user", "assistant"] * 2


def test_answers_survive_json(assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION)
    assert Answer.from_dict(json.loads(json.dumps(answer.to_dict()))) == answer


def test_what_is_not_a_saved_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="not a saved answer"):
        Answer.from_dict({"question": "?"})


@pytest.mark.parametrize("question", ["", "  \n\t "])
def test_an_empty_question_is_refused(assistant: Assistant, question: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        assistant.ask(question)


def test_an_overlong_question_is_refused_with_both_numbers(assistant: Assistant) -> None:
    with pytest.raises(QuestionError, match=r"2,001 characters.*2,000"):
        assistant.ask("x" * 2001)


def test_two_assistants_with_different_guides_do_not_disturb_each_other(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "guides").mkdir()
    (tmp_path / "guides" / "bread.md").write_text(
        "# Bread\n\n## How long does bread bake?\n\nA loaf bakes for 40 minutes.\n"
    )
    with Assistant.open(tmp_path / "guides", data_dir=tmp_path / "data", settings=Settings()) as baker:
        answer = baker.ask("How long does a loaf of bread bake?")
        assert "40 minutes" in answer.text
        assert assistant.ask("How long does a loaf of bread bake?").abstained
        assert [document.title for document in baker.documents] == ["Bread"]


def test_only_what_changed_is_indexed_again(tmp_path: Path) -> None:
    guides = tmp_path / "guides"
    guides.mkdir()
    for name in ("tea", "rice"):
        (guides / f"{name}.md").write_text(f"# {name.title()}\n\n## How is {name} made?\n\nBoil {name} in a pot.\n")
    reports = []
    for change in (None, None, "edit", "remove"):
        if change == "edit":
            (guides / "tea.md").write_text("# Tea\n\n## How is tea made?\n\nSteep tea in hot water.\n")
        if change == "remove":
            (guides / "rice.md").unlink()
        with Assistant.open(guides, data_dir=tmp_path / "data", settings=Settings()) as opened:
            reports.append((opened.report.added, opened.report.removed, opened.report.unchanged))
    assert reports == [(2, 0, 0), (0, 0, 2), (1, 1, 1), (0, 1, 1)]


def test_a_bad_file_does_not_keep_the_others_out(tmp_path: Path) -> None:
    guides = tmp_path / "guides"
    guides.mkdir()
    (guides / "good.md").write_text("# Good\n\n## What is good?\n\nBread is good.\n")
    (guides / "bad.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    with Assistant.open(guides, data_dir=tmp_path / "data", settings=Settings()) as opened:
        assert [document.title for document in opened.documents] == ["Good"]
        assert [Path(failure.path).name for failure in opened.failures] == ["bad.pdf"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssistantError, match="nowhere"):
        Assistant.open(tmp_path / "nowhere", data_dir=tmp_path / "data", settings=Settings())


def test_what_is_indexed_of_a_file_stays_while_it_cannot_be_read(tmp_path: Path) -> None:
    guides = tmp_path / "guides"
    guides.mkdir()
    for name in ("tea", "rice"):
        (guides / f"{name}.md").write_text(f"# {name.title()}\n\n## How is {name} made?\n\nBoil {name} in a pot.\n")
    Assistant.open(guides, data_dir=tmp_path / "data", settings=Settings()).close()
    (guides / "rice.md").write_bytes(b"\x00\x01\x02 damaged")
    with Assistant.open(guides, data_dir=tmp_path / "data", settings=Settings()) as opened:
        assert len(opened.failures) == 1
        assert "Boil rice" in opened.ask("How is rice made?").text
        assert opened.report.removed == 0


def test_guides_that_are_all_gone_are_not_taken_out_unless_told(tmp_path: Path) -> None:
    guides = tmp_path / "guides"
    guides.mkdir()
    for name in ("tea", "rice"):
        (guides / f"{name}.md").write_text(f"# {name.title()}\n\n## How is {name} made?\n\nBoil {name} in a pot.\n")
    Assistant.open(guides, data_dir=tmp_path / "data", settings=Settings()).close()
    for path in guides.iterdir():
        path.unlink()
    with pytest.raises(AssistantError):
        Assistant.open(guides, data_dir=tmp_path / "data", settings=Settings())
    with Assistant.open(guides, data_dir=tmp_path / "data", settings=Settings(), allow_removal=True) as opened:
        assert opened.report.removed == 2


def test_typing_errors_are_put_right_and_shown(assistant: Assistant) -> None:
    answer = assistant.ask("waht is kuberentes usd for in mlosp")
    assert answer.searched_for == "what is kubernetes used for in mlops"
    assert "orchestrat" in answer.text.lower()
