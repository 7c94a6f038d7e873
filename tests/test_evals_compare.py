"""Two runs compared: what changed, by how much, and what may not be compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.answer import Answer
from evals.__main__ import main
from evals.cases import Case
from evals.compare import compare_reports
from evals.errors import EvalError
from evals.report import write_json
from evals.result import CaseResult, Report, Setup
from evals.scores import score_report


def make_report(right: str, *, guides: str = "g", cases: str = "c", **settings: str) -> Report:
    """A run with one case for each letter: "+" for right, "-" for wrong, "0" for refused."""
    texts = {"+": "Python.", "-": "<b>Rust</b>.", "0": "The guides don't say."}
    results = tuple(
        CaseResult(
            Case(
                id=f"case-{number}", kind="fact", question=f"Question {number}?", answerable=True, must=(("python",),)
            ),
            Answer("", texts[sign], abstained=sign == "0"),
            0.1,
        )
        for number, sign in enumerate(right)
    )
    return Report(results, Setup(guides=guides, cases=cases, settings=settings))


def saved(report: Report, path: Path) -> str:
    write_json(report, score_report(report), path)
    return str(path)


def test_gained_and_lost_cases_are_told() -> None:
    comparison = compare_reports(make_report("+-+-"), make_report("++--"))
    assert [after.case.id for _, after in comparison.gained] == ["case-1"]
    assert [after.case.id for _, after in comparison.lost] == ["case-2"]


def test_clear_gain_is_better_and_chance_is_not() -> None:
    def verdict(before: str, after: str, metric: str = "passed") -> str:
        changes = compare_reports(make_report(before), make_report(after)).changes
        return next(change.verdict for change in changes if change.metric == metric)

    assert verdict("-" * 40, "+" * 20 + "-" * 20) == "better"
    assert verdict("+" * 20 + "-" * 20, "-" * 40) == "worse"
    assert verdict("-" * 40, "+" * 20 + "-" * 20, "false_refusals") == ""
    assert verdict("+" * 40, "0" * 20 + "+" * 20, "false_refusals") == "worse"
    # One case of forty, though the interval of a share never falls below zero when nothing is lost.
    assert verdict("-" * 40, "+" + "-" * 39) == ""
    assert verdict("+-" * 20, "-+" * 20) == ""


def test_difference_is_over_the_shared_cases() -> None:
    (change,) = (
        change
        for change in compare_reports(make_report("+-"), make_report("-+++"), force=True).changes
        if change.metric == "passed"
    )
    assert (change.difference.before, change.difference.after, change.difference.cases) == (0.5, 0.5, 2)


@pytest.mark.parametrize("what", ["guides", "cases"])
def test_different_guides_or_cases_are_refused_unless_forced(what: str) -> None:
    one, other = make_report("+"), make_report("-", **{what: "others"})  # type: ignore[arg-type]  # by name
    with pytest.raises(EvalError, match=f"different {what} "):
        compare_reports(one, other)
    assert compare_reports(one, other, force=True).lost


def test_runs_without_a_common_case_are_refused() -> None:
    one = make_report("+")
    other = Report((), one.setup)
    with pytest.raises(EvalError, match="no case in common"):
        compare_reports(one, other)


def test_command_prints_writes_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = saved(make_report("+-+", passages="8"), tmp_path / "a.json")
    after = saved(make_report("++-", passages="4"), tmp_path / "b.json")
    out = ["--json", str(tmp_path / "c.json"), "--html", str(tmp_path / "c.html")]
    assert main(["compare", before, after, *out]) == 0
    printed = capsys.readouterr().out
    assert "passages: 8 → 4" in printed
    assert "1 cases gained" in printed
    assert "1 cases lost" in printed
    data = json.loads((tmp_path / "c.json").read_text())
    assert (data["gained"], data["lost"]) == (["case-1"], ["case-2"])
    page = (tmp_path / "c.html").read_text()
    assert "&lt;b&gt;Rust&lt;/b&gt;" in page
    assert "<b>Rust</b>" not in page
    assert "://" not in page
    other = saved(make_report("+-+", guides="others"), tmp_path / "d.json")
    assert main(["compare", before, other]) == 2
    assert main(["compare", before, other, "--force"]) == 0
    assert main(["compare", before, str(tmp_path / "none.json")]) == 2
