"""What people thought of answers becomes draft eval cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.answer import Answer, Citation
from assistant.cli import main
from assistant.store import Store
from evals.cases import Case
from index.passage import Passage

PASSAGE = Passage(id="p", text="Docker packages models.", title="Tools", section=("A", "B"), document="tools.md")
ANSWER = Answer(question="What is Docker for?", text="…", citations=(Citation(1, "Docker", 0, 6, PASSAGE),))


def test_feedback_is_exported_as_cases_that_evals_can_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store.open(tmp_path)
    store.give_feedback("ann", ANSWER, answer_key="1", helpful=True)
    unhelpful = Answer(question="And Helm?", text="…")
    store.give_feedback("bob", unhelpful, answer_key="2", helpful=False, reason="wrong", history=["Hi"])
    store.close()
    assert main(["feedback", "export", "--data-dir", str(tmp_path)]) == 0
    first, second = (Case.model_validate(json.loads(line)) for line in capsys.readouterr().out.splitlines())
    assert (first.question, first.expected[0].document, first.expected[0].section) == (
        ANSWER.question,
        "tools.md",
        "A > B",
    )
    assert (second.kind, second.history, second.expected) == ("followup", ("Hi",), ())
