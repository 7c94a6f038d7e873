"""A saved answer is checked against the guides of today: holds, moved, stale or false."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answer import Answer, Citation, Claim
from assistant.cli import main
from assistant.verify import Verdict, verify
from corpus.document import Document, Section
from index.passage import Passage

TEXT = "Docker packages a model in a container. Kubernetes orchestrates containers."
GUIDE = Document("tools.md", "Tools", "", (Section(("Docker",), TEXT),))
PASSAGE = Passage(id="p", text=TEXT, title="Tools", section=("Docker",), document="tools.md")
QUOTE = "Docker packages a model in a container."
ANSWER = Answer(
    question="What is Docker for?",
    text=f"{QUOTE} [1]",
    claims=(Claim(QUOTE, (1,), True, 1.0),),
    citations=(Citation(1, QUOTE, 0, len(QUOTE), PASSAGE),),
    guides={"tools.md": GUIDE.fingerprint},
)


def verdicts(answer: Answer, *guides: Document) -> list[Verdict]:
    return [finding.verdict for finding in verify(answer, guides)]


def test_an_unchanged_guide_holds() -> None:
    assert verdicts(ANSWER, GUIDE) == [Verdict.HOLDS, Verdict.HOLDS]


def test_a_quote_under_another_heading_has_moved() -> None:
    moved = Document("tools.md", "Tools", "", (Section(("Containers",), f"New words. {TEXT}"),))
    assert verdicts(ANSWER, moved) == [Verdict.MOVED, Verdict.HOLDS]


def test_a_quote_gone_from_a_changed_guide_is_stale() -> None:
    changed = Document("tools.md", "Tools", "", (Section(("Docker",), "Podman packages a model."),))
    assert verdicts(ANSWER, changed) == [Verdict.STALE, Verdict.STALE]


def test_a_quote_of_a_guide_that_is_gone_is_stale() -> None:
    assert verdicts(ANSWER) == [Verdict.STALE, Verdict.STALE]


def test_a_quote_that_an_unchanged_guide_does_not_hold_is_false() -> None:
    invented = "Docker doubles every salary."
    passage = replace(PASSAGE, text=invented, end=len(invented))
    forged = replace(ANSWER, citations=(Citation(1, invented, 0, len(invented), passage),))
    assert verdicts(forged, GUIDE) == [Verdict.FALSE, Verdict.FALSE]


def test_a_quote_that_differs_from_its_own_passage_is_false() -> None:
    forged = replace(ANSWER, citations=(Citation(1, "Docker trains a model.", 0, len(QUOTE), PASSAGE),))
    assert verdicts(forged, GUIDE)[0] == Verdict.FALSE


@pytest.mark.parametrize("text", ["Docker never packages a model in a container.", "Terraform provisions 40 servers."])
def test_a_claim_that_its_quote_does_not_bear_out_is_false(text: str) -> None:
    answer = replace(ANSWER, claims=(Claim(text, (1,), True, 1.0),))
    assert verdicts(answer, GUIDE) == [Verdict.HOLDS, Verdict.FALSE]


def test_a_claim_without_a_citation_is_false() -> None:
    assert verdicts(replace(ANSWER, claims=(Claim(QUOTE),)), GUIDE)[1] == Verdict.FALSE


def test_the_command_tells_by_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guide = tmp_path / "guides" / "tools.md"
    guide.parent.mkdir()
    guide.write_text(f"# Tools\n\n## Docker\n\n{TEXT}\n")
    from assistant import Assistant
    from assistant.settings import Settings

    with Assistant.open(guide.parent, data_dir=tmp_path / "data", settings=Settings()) as opened:
        answer = opened.ask("What does Docker package?")
    saved = tmp_path / "answer.json"
    saved.write_text(json.dumps(answer.to_dict()))
    assert main(["verify", str(saved), "--guides", str(guide.parent)]) == 0
    guide.write_text("# Tools\n\n## Docker\n\nNothing is said any more.\n")
    assert main(["verify", str(saved), "--guides", str(guide.parent)]) == 1
    assert "stale" in capsys.readouterr().out
    saved.write_text("{}")
    assert main(["verify", str(saved), "--guides", str(guide.parent)]) == 1
    assert "not a saved answer" in capsys.readouterr().err
