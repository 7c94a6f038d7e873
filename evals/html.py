"""A run as one page that needs nothing else: plots, filters, and every case with its quotes marked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from assistant.answer import Answer, Citation
from evals.cases import Case
from evals.gates import GateResult
from evals.matching import forbidden_facts, missing_facts, words_read
from evals.metrics import METRICS, is_right, quotes_valid
from evals.plots import plot_confidence, plot_latency, plot_outcomes, plot_risk_coverage
from evals.ranking import holds, name_expected, rank_sections
from evals.report import KIND_COLUMNS, show_figure, show_interval, write_text
from evals.result import CaseResult, Report
from evals.scores import OUTCOMES, Score, Scores, outcome_of, problems_of
from evals.selective import risk_coverage
from index.passage import Hit, Passage

if TYPE_CHECKING:
    from jinja2 import Environment

    from evals.compare import Comparison

_TEMPLATES = Path(__file__).with_name("page")

_TILES = {
    "answerable_passed": "Answerable and right",
    "false_refusals": "Wrongly refused",
    "unanswerable_passed": "Rightly refused",
    "hit@5": "Section in first five",
    "citation_recall": "Claims borne out",
    "citation_precision": "Citations needed",
    "quote_validity": "Quotes to the letter",
    "latency_p50": "Median latency",
}
"""The metrics at the head of the page, and what they are called there."""

_MARKER_OR_BOLD = re.compile(r"\[(\d+(?:\s*,\s*\d+)*)\](?:\(#[^)\s]*\))?|\*\*([^*\n]+)\*\*")

_Row = dict[str, object]


def write_html(report: Report, scores: Scores, path: Path | str, *, gates: Sequence[GateResult] = ()) -> None:
    """Write the page to a file."""
    write_text(path, render_html(report, scores, gates=gates))


def render_html(report: Report, scores: Scores, *, gates: Sequence[GateResult] = ()) -> str:
    """The page. All text of guides, cases and answers is escaped by the template."""
    overall, of_kinds = scores.overall, scores.kinds
    right = overall["answerable_passed"].value
    setup = report.setup
    template = _environment().get_template("report.html")
    return template.render(
        report=report,
        headline="No answerable case" if right is None else f"{right:.0%} of the answerable questions come out right",
        summary=f"{len(report.results)} cases, asked in {report.seconds:.1f} seconds, {_when(report.started)}.",
        setup=[
            (name, value)
            for name, value in (
                ("reader", setup.reader),
                ("embedder", setup.embedder),
                ("judge", setup.judge),
                ("version", setup.version),
                ("guides", setup.guides),
                ("cases", setup.cases),
                ("seed", str(setup.seed)),
                *sorted(setup.settings.items()),
            )
            if value
        ],
        tiles=[_tile(name, title, overall[name]) for name, title in _TILES.items() if overall[name].value is not None],
        gates=[_gate(gate) for gate in gates],
        plots=list(_plots(report)),
        kinds=list(of_kinds),
        outcomes=OUTCOMES,
        cases=[_case(result) for result in report.results],
        metrics=[_metric(name, score) for name, score in overall.items()],
        kind_columns=KIND_COLUMNS,
        kind_rows=[
            {
                "kind": kind,
                "cases": sum(result.case.kind == kind for result in report.results),
                "figures": [show_figure(name, of_kind[name].value) for name in KIND_COLUMNS],
            }
            for kind, of_kind in of_kinds.items()
        ],
        style=_read("style.css"),
        script=_read("script.js"),
    )


def render_comparison(comparison: Comparison) -> str:
    """Two runs on one page: the changes, and the cases gained and lost side by side."""
    from evals.compare import show_difference, show_difference_interval, show_p

    return (
        _environment()
        .get_template("compare.html")
        .render(
            gained=[{"before": _case(first), "after": _case(second)} for first, second in comparison.gained],
            lost=[{"before": _case(first), "after": _case(second)} for first, second in comparison.lost],
            setups=list(comparison.setups.items()),
            changes=[
                {
                    "name": change.metric,
                    "lower": not METRICS[change.metric].higher_is_better,
                    "before": show_figure(change.metric, change.difference.before),
                    "after": show_figure(change.metric, change.difference.after),
                    "difference": show_difference(change.metric, change.difference.value),
                    "range": show_difference_interval(change.metric, change.difference.interval),
                    "p": "" if change.p is None else show_p(change.p),
                    "verdict": change.verdict,
                }
                for change in comparison.changes
            ],
            style=_read("style.css"),
        )
    )


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


def _read(name: str) -> Markup:
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))


def _tile(name: str, title: str, score: Score) -> _Row:
    figure = f"{score.value:.0%}" if METRICS[name].unit == "share" else show_figure(name, score.value)
    around = score.interval
    shown = [f"{score.cases} cases"]
    if around and METRICS[name].unit == "share":
        shown.insert(0, f"{around.low:.0%} to {around.high:.0%}")
    return {"name": title, "figure": figure, "range": ", ".join(shown)}


def _gate(gate: GateResult) -> _Row:
    name = gate.floor.metric
    sign = "≥" if METRICS[name].higher_is_better else "≤"
    return {
        "metric": name,
        "kind": gate.floor.kind,
        "figure": show_figure(name, gate.value),
        "bound": f"{sign} {show_figure(name, gate.floor.bound)}",
        "state": {True: "held", False: "fell short", None: "unscored"}[gate.held],
        "class": {True: "held", False: "short", None: ""}[gate.held],
    }


def _metric(name: str, score: Score) -> _Row:
    metric = METRICS[name]
    return {
        "name": name,
        "lower": not metric.higher_is_better,
        "definition": metric.definition,
        "source": metric.source,
        "figure": show_figure(name, score.value),
        "range": show_interval(name, score),
        "cases": score.cases,
    }


def _plots(report: Report) -> Iterator[_Row]:
    results = report.results
    counts = {
        kind: Counter(outcome_of(result) for result in results if result.case.kind == kind)
        for kind in dict.fromkeys(result.case.kind for result in results)
    }
    yield _plot(
        "Outcomes by kind of question",
        "Every case once; hover for the counts.",
        plot_outcomes(counts),
        legend=[(f"o-{name.replace(' ', '-')}", name) for name in OUTCOMES],
        wide=True,
    )
    sure = [(result, result.answer.confidence) for result in results if result.answer.confidence is not None]
    curve = risk_coverage(
        [confidence for _, confidence in sure],
        [not (result.case.answerable and is_right(result)) for result, _ in sure],
    )
    if curve is not None:
        answered = [result for result, _ in sure if not result.answer.abstained]
        wrong = sum(not is_right(result) for result in answered)
        yield _plot(
            "Risk and coverage",
            "If only the most confident questions were answered: how many would be, and how many of those wrong. "
            "The dot is where the assistant stands.",
            plot_risk_coverage(
                curve, coverage=len(answered) / len(sure), risk=wrong / len(answered) if answered else 0.0
            ),
        )
        yield _plot(
            "Confidence",
            "Of what the guides answer and of what they do not: the further apart, the better it can refuse.",
            plot_confidence(
                [confidence for result, confidence in sure if result.case.answerable],
                [confidence for result, confidence in sure if not result.case.answerable],
            ),
            legend=[("s-plot", "answerable"), ("s-plot-2", "unanswerable")],
        )
    yield _plot(
        "Latency", "How many answers were there after how long.", plot_latency([result.seconds for result in results])
    )


def _plot(title: str, says: str, svg: str, *, legend: Sequence[tuple[str, str]] = (), wide: bool = False) -> _Row:
    return {"title": title, "says": says, "svg": Markup(svg), "legend": legend, "wide": wide}


def _case(result: CaseResult) -> _Row:
    case, answer = result.case, result.answer
    read = words_read(answer.text, kind=case.kind)
    missing = set(missing_facts(read, case.must))
    said = set(forbidden_facts(read, case.must_not))
    ranking = rank_sections(case, answer.hits)
    return {
        "id": case.id,
        "kind": case.kind,
        "question": case.question,
        "answerable": case.answerable,
        "abstained": answer.abstained,
        "outcome": outcome_of(result),
        "problems": problems_of(result),
        "earlier": result.earlier,
        "searched_for": answer.searched_for if answer.searched_for != case.question else "",
        "confidence": "" if answer.confidence is None else f"{answer.confidence:.2f}",
        "answer": _marked(answer),
        "notes": [note for note in (answer.reason, *answer.notes) if note],
        "flagged": [claim.text for claim in answer.claims if not claim.supported],
        "quotes": [
            _quote(citation, valid=valid)
            for citation, valid in zip(answer.citations, quotes_valid(result), strict=True)
        ],
        "facts": [{"any_of": any_of, "held": any_of not in missing and not answer.abstained} for any_of in case.must],
        "forbidden": [{"fact": fact, "said": fact in said} for fact in case.must_not],
        "sections": [
            {"name": name, "rank": ranking.index(name) + 1 if name in ranking else None}
            for name in dict.fromkeys(map(name_expected, case.expected))
        ],
        "hits": [_hit(hit, case) for hit in answer.hits],
        "cost": "; ".join(_cost(result)),
    }


def _quote(citation: Citation, *, valid: bool) -> _Row:
    text, start, end = citation.passage.text, citation.start, citation.end
    return {
        "number": citation.number,
        "before": text[:start] if valid else "",
        "quote": citation.quote,
        "after": text[end:] if valid else "",
        "place": _place(citation.passage),
        "valid": valid,
    }


def _hit(hit: Hit, case: Case) -> _Row:
    passage = hit.passage
    return {
        "heading": passage.section[-1] if passage.section else passage.id,
        "guide": passage.document or passage.title,
        "score": f"{hit.score:.2f}",
        "class": "yes" if any(holds(place, passage) for place in case.expected) else "",
    }


def _when(started: str) -> str:
    return f"{datetime.fromisoformat(started):%d %B %Y, %H:%M %Z}".lstrip("0") if started else "undated"


def _place(passage: Passage) -> str:
    page = f", page {passage.page}" if passage.page is not None else ""
    return " > ".join((passage.title or passage.document or passage.id, *passage.section)) + page


def _cost(result: CaseResult) -> Iterator[str]:
    yield f"{result.seconds * 1000:.0f} ms"
    for stage, seconds in result.answer.timings.items():
        if stage != "total":
            yield f"{stage} {seconds * 1000:.0f} ms"
    for direction, count in result.answer.usage.items():
        yield f"{count} {direction.replace('_', ' ')}"


def _marked(answer: Answer) -> Markup:
    """The answer's text: quotes marked where it says them to the letter, markers raised, bold kept."""
    text = answer.text
    marked = [False] * len(text)
    for citation in answer.citations:
        start = text.find(citation.quote) if citation.quote else -1
        if start >= 0:
            marked[start : start + len(citation.quote)] = [True] * len(citation.quote)
    parts: list[Markup] = []
    done = 0
    for found in _MARKER_OR_BOLD.finditer(text):
        parts.append(_stretch(text, marked, done, found.start()))
        numbers, bold = found.groups()
        if numbers:
            parts.append(Markup("<sup>{}</sup>").format(numbers))
        else:
            parts.append(Markup("<strong>{}</strong>").format(bold))
        done = found.end()
    parts.append(_stretch(text, marked, done, len(text)))
    return Markup("").join(parts)


def _stretch(text: str, marked: Sequence[bool], start: int, end: int) -> Markup:
    parts: list[Markup] = []
    while start < end:
        stop = next((at for at in range(start, end) if marked[at] != marked[start]), end)
        piece = escape(text[start:stop])
        parts.append(Markup("<mark>{}</mark>").format(piece) if marked[start] else piece)
        start = stop
    return Markup("").join(parts)
