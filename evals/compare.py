"""`python -m evals compare A.json B.json`: what changed between two runs, metric by metric and case by case."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evals.bootstrap import LEVEL, Difference, Interval, mean_interval, paired_difference, randomization_p
from evals.errors import EvalError
from evals.metrics import METRICS, Metric, is_right, mean
from evals.report import show_figure, write_text
from evals.result import CaseResult, Report, Setup, load_report
from evals.retrieval import RetrievalRun, load_run

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Change:
    """A metric before and after.

    Attributes:
        metric: Its name.
        difference: With the figures on both sides.
        p: Of the randomization test; None where the metric is no mean over cases.
        verdict: "better", "worse", or "" if the interval does not tell.
    """

    metric: str
    difference: Difference
    p: float | None
    verdict: str


@dataclass(frozen=True)
class Comparison:
    """Two runs over the same cases.

    Attributes:
        changes: For each metric that is scored on both sides.
        gained: Pairs of (before, after) that were not right and are now.
        lost: Pairs that were right and are no longer.
        setups: What the runs were made with, where it differs: name to (before, after).
    """

    changes: tuple[Change, ...]
    gained: tuple[tuple[CaseResult, CaseResult], ...]
    lost: tuple[tuple[CaseResult, CaseResult], ...]
    setups: Mapping[str, tuple[str, str]]


def main(argv: Sequence[str]) -> int:
    """0 when the comparison is printed."""
    parser = argparse.ArgumentParser(
        prog="python -m evals compare", description="What changed between two runs, with confidence intervals."
    )
    parser.add_argument("before", metavar="A.json")
    parser.add_argument("after", metavar="B.json")
    parser.add_argument("--force", action="store_true", help="compare over different guides or cases all the same")
    parser.add_argument("--json", metavar="FILE", help="write the comparison")
    parser.add_argument("--html", metavar="FILE", help="write one page with the cases side by side")
    parser.add_argument("--cases", type=int, default=10, metavar="N", help="cases gained and lost shown (default 10)")
    options = parser.parse_args(argv)

    from rich.console import Console

    console = Console()
    of_retrieval = [_is_retrieval(path) for path in (options.before, options.after)]
    if all(of_retrieval):
        if options.json or options.html:
            raise EvalError("--json and --html are for runs of `python -m evals`; retrieval runs are only printed")
        print_retrieval_comparison(load_run(options.before), load_run(options.after), console, force=options.force)
        return 0
    if any(of_retrieval):
        raise EvalError(f"{options.before} and {options.after}: one is a retrieval run and the other is not")
    before, after = load_report(options.before), load_report(options.after)
    comparison = compare_reports(before, after, force=options.force)
    print_comparison(comparison, console, limit=options.cases)
    if options.json:
        write_text(options.json, json.dumps(_to_dict(comparison), ensure_ascii=False, indent=1) + "\n")
    if options.html:
        from evals.html import render_comparison

        write_text(options.html, render_comparison(comparison))
    return 0


def compare_reports(before: Report, after: Report, *, force: bool = False, seed: int = 0) -> Comparison:
    """What changed from one run to the other.

    Raises:
        EvalError: If the guides or the cases differ and `force` is not set, or no case is in both.
    """
    for name in ("guides", "cases"):
        first, second = getattr(before.setup, name), getattr(after.setup, name)
        if first != second and not force:
            raise EvalError(
                f"the runs are over different {name} ({first or 'unknown'} and {second or 'unknown'}): their figures "
                f"do not compare. Run both over the same {name}, or add --force to compare the cases they share."
            )
    old = {result.case.id: result for result in before.results}
    new = {result.case.id: result for result in after.results}
    shared = [name for name in old if name in new]
    if not shared:
        raise EvalError("the runs have no case in common")
    pairs = [(old[name], new[name]) for name in shared]
    changes = [
        change
        for metric in METRICS.values()
        if (change := _change(metric, [a for a, _ in pairs], [b for _, b in pairs], seed)) is not None
    ]
    return Comparison(
        changes=tuple(changes),
        gained=tuple((a, b) for a, b in pairs if is_right(b) and not is_right(a)),
        lost=tuple((a, b) for a, b in pairs if is_right(a) and not is_right(b)),
        setups=_differing(before, after),
    )


def print_comparison(comparison: Comparison, console: Console, *, limit: int) -> None:
    """The table of changes, then the cases gained and lost, answers side by side."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    for name, (first, second) in comparison.setups.items():
        console.print(Text(f"{name}: {first or '–'} → {second or '–'}"))
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("metric", no_wrap=True)
    for name in ("A", "B", "change", "95% interval", "p"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    styles = {"better": "green", "worse": "red"}
    for change in comparison.changes:
        name = change.metric
        table.add_row(
            name if METRICS[name].higher_is_better else f"{name} ↓",
            show_figure(name, change.difference.before),
            show_figure(name, change.difference.after),
            show_difference(name, change.difference.value),
            show_difference_interval(name, change.difference.interval),
            "" if change.p is None else show_p(change.p),
            Text(change.verdict, style=styles.get(change.verdict, "")),
            style="dim" if change.difference.value == 0 else None,
        )
    console.print(table)
    for title, pairs in (("gained", comparison.gained), ("lost", comparison.lost)):
        console.print(f"{len(pairs)} cases {title}", style="bold")
        if not pairs[:limit]:
            continue
        sides = Table("case", "A", "B", box=SIMPLE_HEAD, show_lines=True)
        for one, other in pairs[:limit]:
            sides.add_row(Text(f"{one.case.id}\n{one.case.question}"), Text(one.answer.text), Text(other.answer.text))
        console.print(sides)
        if len(pairs) > limit:
            console.print(f"… and {len(pairs) - limit} more (--cases {len(pairs)} shows all).")


def print_retrieval_comparison(
    before: RetrievalRun, after: RetrievalRun, console: Console, *, force: bool = False
) -> None:
    """For each mode and metric of both runs the difference, its interval and a paired test.

    Raises:
        EvalError: If the benchmarks differ and `force` is not set, or no query was asked in both.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    if before.fingerprint != after.fingerprint and before.layout != "chunking" and not force:
        raise EvalError("the runs are over different benchmarks: their figures do not compare. --force compares them.")
    table = Table("mode", "metric", box=SIMPLE_HEAD, title=f"{before.benchmark}: A to B", title_justify="left")
    for name in ("A", "B", "difference", "95% interval", "p"):
        table.add_column(name, justify="right", no_wrap=True)
    for mode in (mode for mode in before.modes if mode in after.modes):
        for metric, old in before.modes[mode].items():
            new = after.modes[mode].get(metric, {})
            shared = sorted(set(old) & set(new))
            if not shared:
                raise EvalError("the runs have no query in common")
            gaps = [new[query] - old[query] for query in shared]
            first, second = (sum(of[query] for query in shared) / len(shared) for of in (old, new))
            around = mean_interval(gaps)
            table.add_row(
                mode,
                metric,
                f"{first:.4f}",
                f"{second:.4f}",
                f"{second - first:+.4f}",
                f"{around.low:+.4f} – {around.high:+.4f}" if around else "",
                show_p(randomization_p(gaps)),
            )
    console.print(table)


def show_p(p: float) -> str:
    """A p-value to three digits."""
    return "<.001" if p < 0.001 else f"{p:.3f}"


def show_difference(metric: str, value: float) -> str:
    """A difference with its sign and unit."""
    sign = "+" if value >= 0 else "−"
    return sign + show_figure(metric, abs(value))


def show_difference_interval(metric: str, around: Interval | None) -> str:
    """An interval of a difference; "" for None."""
    if around is None:
        return ""
    return f"{show_difference(metric, around.low)} – {show_difference(metric, around.high)}"


def _change(metric: Metric, before: Sequence[CaseResult], after: Sequence[CaseResult], seed: int) -> Change | None:
    old, new = metric.observations(before), metric.observations(after)
    p = None
    difference: Difference | None
    if metric.combine is mean:
        shared = sorted(set(old) & set(new))
        if not shared:
            return None
        gaps = [new[name][0] - old[name][0] for name in shared]
        difference = Difference(
            before=mean([old[name] for name in shared]),
            after=mean([new[name] for name in shared]),
            cases=len(shared),
            interval=mean_interval(gaps, seed=seed),
        )
        p = randomization_p(gaps, seed=seed)
    else:
        difference = paired_difference(old, new, metric.combine, seed=seed)
        if difference is None:
            return None
    return Change(metric.name, difference, p, _verdict(metric, difference, p))


def _verdict(metric: Metric, difference: Difference, p: float | None) -> str:
    # Both must agree: the percentile interval of a few changed cases among many is too narrow.
    if difference.interval is None or not difference.interval.excludes_zero or (p is not None and p > 1 - LEVEL):
        return ""
    return "better" if (difference.value > 0) == metric.higher_is_better else "worse"


def _differing(before: Report, after: Report) -> dict[str, tuple[str, str]]:
    first, second = _flat(before.setup), _flat(after.setup)
    return {
        name: (first.get(name, ""), second.get(name, ""))
        for name in dict.fromkeys((*first, *second))
        if first.get(name, "") != second.get(name, "")
    }


def _flat(setup: Setup) -> dict[str, str]:
    named = {name: str(value) for name, value in asdict(setup).items() if name != "settings"}
    return {**named, **setup.settings}


def _is_retrieval(path: str) -> bool:
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvalError(f"{path}: cannot be read: {error}") from error
    return isinstance(data, dict) and "modes" in data


def _to_dict(comparison: Comparison) -> dict[str, object]:
    return {
        "setups": comparison.setups,
        "changes": [
            {**asdict(change), "value": change.difference.value, "cases": change.difference.cases}
            for change in comparison.changes
        ],
        "gained": [first.case.id for first, _ in comparison.gained],
        "lost": [first.case.id for first, _ in comparison.lost],
    }
