"""A run for people and for machines: the terminal's tables, JSON, JUnit XML and TREC run files."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from evals.errors import EvalError
from evals.gates import GateResult
from evals.metrics import METRICS
from evals.ranking import name_expected, rank_sections
from evals.result import CaseResult, Report
from evals.scores import Score, Scores, outcome_of, problems_of

if TYPE_CHECKING:
    from rich.console import Console

KIND_COLUMNS = ("passed", "fact_coverage", "hit@1", "hit@5", "MRR@10", "citation_recall")
"""The metrics that are shown for each kind of question."""

README_METRICS = (
    "answerable_passed",
    "false_refusals",
    "unanswerable_passed",
    "fact_coverage",
    "hit@1",
    "hit@5",
    "MRR@10",
    "quote_validity",
    "citation_recall",
    "citation_precision",
    "abstention_auroc",
    "latency_p50",
    "latency_p95",
)
"""The metrics of the table that a README shows."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def show_figure(metric: str, value: float | None) -> str:
    """A metric's figure with its unit; "unscored" for None."""
    if value is None:
        return "unscored"
    unit = METRICS[metric].unit
    if unit == "seconds":
        return f"{value * 1000:.0f} ms" if value < 10 else f"{value:.1f} s"
    if unit in ("words", "tokens"):
        return f"{value:.0f}"
    return f"{value:.3f}"


def show_interval(metric: str, score: Score) -> str:
    """The interval of a score; "" if it has none."""
    if score.interval is None:
        return ""
    return f"{show_figure(metric, score.interval.low)} – {show_figure(metric, score.interval.high)}"


def print_report(
    report: Report, scores: Scores, console: Console, *, gates: Sequence[GateResult] = (), failures: int = 10
) -> None:
    """The tables of a run: every metric, the kinds, the cases that went wrong, the floors."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    title = f"{len(report.results)} cases in {report.seconds:.1f} s, {report.setup.reader}"
    table = Table("metric", title=Text(title), title_justify="left", box=SIMPLE_HEAD)
    for name in ("figure", "95% interval", "cases"):
        table.add_column(name, justify="right", no_wrap=True)
    group = next(iter(METRICS.values())).group
    for name, metric in METRICS.items():
        score = scores.overall[name]
        if metric.group != group:
            table.add_section()
            group = metric.group
        table.add_row(
            name if metric.higher_is_better else f"{name} ↓",
            show_figure(name, score.value),
            show_interval(name, score),
            str(score.cases),
            style="dim" if score.value is None else None,
        )
    console.print(table)

    kinds = Table("kind", title="By kind of question", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("cases", *KIND_COLUMNS):
        kinds.add_column(name.replace("_", "\n"), justify="right", no_wrap=True)
    for kind, of_kind in scores.kinds.items():
        count = sum(result.case.kind == kind for result in report.results)
        figures = [of_kind[name].value for name in KIND_COLUMNS]
        shown = [
            "–" if value is None else show_figure(name, value)
            for name, value in zip(KIND_COLUMNS, figures, strict=True)
        ]
        kinds.add_row(Text(kind), str(count), *shown)
    console.print(kinds)
    _print_failures(report, console, failures)
    if gates:
        _print_gates(gates, console)


def write_json(report: Report, scores: Scores, path: Path | str) -> None:
    """The whole run, which `evals.result.load_report` reads back, with its figures."""
    data = report.to_dict()
    data["scores"] = {name: _score_dict(score) for name, score in scores.overall.items()}
    data["kinds"] = {
        kind: {name: _score_dict(score) for name, score in of_kind.items()} for kind, of_kind in scores.kinds.items()
    }
    for entry, result in zip(data["results"], report.results, strict=True):
        entry["outcome"] = outcome_of(result)
        entry["problems"] = problems_of(result)
    write_text(path, json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def write_markdown(report: Report, scores: Scores, path: Path | str) -> None:
    """Two tables for a README: the main metrics, and the kinds of question."""
    rows = ["| metric | figure | 95% interval |", "| --- | ---: | ---: |"]
    for name in README_METRICS:
        score = scores.overall[name]
        if score.value is not None:
            rows.append(f"| `{name}` | {show_figure(name, score.value)} | {show_interval(name, score)} |")
    rows += ["", f"| kind | cases | {' | '.join(f'`{name}`' for name in KIND_COLUMNS)} |"]
    rows.append("| --- |" + " ---: |" * (len(KIND_COLUMNS) + 1))
    for kind, of_kind in scores.kinds.items():
        count = sum(result.case.kind == kind for result in report.results)
        figures = {name: of_kind[name].value for name in KIND_COLUMNS}
        shown = ["–" if value is None else show_figure(name, value) for name, value in figures.items()]
        rows.append(f"| {kind.replace('|', ' ')} | {count} | {' | '.join(shown)} |")
    write_text(path, "\n".join(rows) + "\n")


def write_junit(report: Report, path: Path | str) -> None:
    """The cases as tests in JUnit's XML: a failure for each that did not pass."""
    failed = [result for result in report.results if outcome_of(result) != "right"]
    counts = {"tests": str(len(report.results)), "failures": str(len(failed)), "errors": "0"}
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", {"name": "evals", **counts, "time": f"{report.seconds:.3f}"})
    for result in report.results:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            {
                "classname": _xml(f"evals.{result.case.kind}"),
                "name": _xml(f"{result.case.id}: {result.case.question}"),
                "time": f"{result.seconds:.3f}",
            },
        )
        outcome = outcome_of(result)
        if outcome != "right":
            failure = ElementTree.SubElement(case, "failure", {"type": outcome, "message": outcome})
            failure.text = _xml("\n".join((*problems_of(result), "", "Answer:", result.answer.text)))
    ElementTree.indent(root)
    write_text(path, ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n")


def write_trec(report: Report, folder: Path | str) -> None:
    """`run.txt` and `qrels.txt` in TREC's form, for any other evaluation tool: the cases that name sections."""
    run: list[str] = []
    qrels: list[str] = []
    for result in report.results:
        relevant = [name_expected(place) for place in result.case.expected]
        query = trec_token(result.case.id)
        qrels += [f"{query} 0 {trec_token(name)} 1" for name in dict.fromkeys(relevant)]
        if relevant:
            ranking = rank_sections(result.case, result.answer.hits)
            run += [
                f"{query} Q0 {trec_token(name)} {rank} {len(ranking) - rank + 1} ml-career-assistant"
                for rank, name in enumerate(ranking, start=1)
            ]
    Path(folder).mkdir(parents=True, exist_ok=True)
    write_text(Path(folder) / "run.txt", "".join(f"{line}\n" for line in run))
    write_text(Path(folder) / "qrels.txt", "".join(f"{line}\n" for line in qrels))


def write_text(path: Path | str, text: str) -> None:
    """Write a file and the folders above it.

    Raises:
        EvalError: If it cannot be written.
    """
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise EvalError(f"{path}: cannot be written ({error.strerror})") from error


def _print_failures(report: Report, console: Console, limit: int) -> None:
    from rich.markup import escape

    failed = [result for result in report.results if outcome_of(result) != "right"]
    for result in failed[:limit]:
        console.print(f"[red]✗[/red] [bold]{escape(result.case.id)}[/bold] {escape(result.case.question)}")
        console.print(f"  [dim]{outcome_of(result)}[/dim]: {escape('; '.join(problems_of(result)))}", highlight=False)
        for line in _found_instead(result):
            console.print(f"  [dim]{escape(line)}[/dim]", highlight=False)
    if len(failed) > limit:
        console.print(f"… and {len(failed) - limit} more that are not right (--failures {len(failed)} shows all).")


def _found_instead(result: CaseResult) -> list[str]:
    lines = []
    if result.answer.searched_for and result.answer.searched_for != result.case.question:
        lines.append(f"searched for: {result.answer.searched_for}")
    lines.append("answer: " + " ".join(result.answer.text.split())[:300])
    return lines


def _print_gates(gates: Sequence[GateResult], console: Console) -> None:
    from rich.markup import escape

    marks = {True: "[green]held[/green]", False: "[red]fell short[/red]", None: "[yellow]unscored[/yellow]"}
    for gate in gates:
        sign = "≥" if METRICS[gate.floor.metric].higher_is_better else "≤"
        over = f" ({escape(gate.floor.kind)})" if gate.floor.kind else ""
        figure = show_figure(gate.floor.metric, gate.value)
        bound = show_figure(gate.floor.metric, gate.floor.bound)
        console.print(f"{marks[gate.held]}  {gate.floor.metric}{over} {sign} {bound}: {figure}", highlight=False)


def _score_dict(score: Score) -> dict[str, Any]:
    around = score.interval
    return {
        "value": score.value,
        "cases": score.cases,
        "low": around.low if around else None,
        "high": around.high if around else None,
    }


def trec_token(name: str) -> str:
    """A name without blanks, as TREC files want it."""
    return re.sub(r"\s+", "_", name.strip()) or "_"


def _xml(text: str) -> str:
    # Control characters have no place in XML, not even escaped.
    return _NOT_XML.sub("\ufffd", text)
