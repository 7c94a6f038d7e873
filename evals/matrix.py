"""`python -m evals --matrix NAME=VALUE,VALUE …`: the same cases under every combination of settings, ranked."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from corpus.errors import AssistantError
from evals.bootstrap import paired_difference
from evals.cases import Case
from evals.errors import EvalError
from evals.metrics import METRICS
from evals.report import show_figure, write_text
from evals.result import Report
from evals.scores import score_results

if TYPE_CHECKING:
    from rich.console import Console

COLUMNS = ("passed", "answerable_passed", "false_refusals", "unanswerable_passed", "hit@5", "latency_p50")
"""The metrics shown of each combination; the first ranks them."""


@dataclass(frozen=True)
class Entry:
    """A combination of settings and its run."""

    values: dict[str, str]
    report: Report


def describe(values: Mapping[str, str]) -> str:
    """A combination of settings in words."""
    return " ".join(f"{name}={value or 'none'}" for name, value in values.items())


def run_matrix(options: argparse.Namespace, cases: Sequence[Case]) -> int:
    """0 when every combination ran, 2 if one could not."""
    from rich.console import Console

    from evals.answers import measure

    entries, broken = [], 0
    for values in combinations(options.matrix):
        try:
            entries.append(Entry(values, measure(options, cases, overrides=values)))
        except AssistantError as error:
            broken += 1
            print(f"error: {describe(values)}: {error}", file=sys.stderr)
    ranked = rank(entries)
    if ranked:
        print_matrix(ranked, Console(), seed=options.seed)
    if options.json:
        write_text(options.json, json.dumps([_to_dict(entry) for entry in ranked], ensure_ascii=False, indent=1) + "\n")
    return 2 if broken else 0


def combinations(settings: Sequence[str]) -> Iterator[dict[str, str]]:
    """Every combination of `NAME=VALUE,VALUE`, in order; the value "none" stands for unset.

    Raises:
        EvalError: If one is not of that form.
    """
    names, choices = [], []
    for setting in settings:
        name, equals, values = setting.partition("=")
        if not equals or not values:
            raise EvalError(f"--matrix {setting}: expected NAME=VALUE,VALUE, such as search=hybrid,dense")
        names.append(name)
        choices.append(["" if value == "none" else value for value in values.split(",")])
    for chosen in product(*choices):
        yield dict(zip(names, chosen, strict=True))


def rank(entries: Sequence[Entry]) -> list[Entry]:
    """Best first by the share of cases that pass; among equals the quicker first."""

    def key(entry: Entry) -> tuple[float, float]:
        scores = score_results(entry.report.results)
        return -(scores[COLUMNS[0]].value or 0.0), scores["latency_p50"].value or 0.0

    return sorted(entries, key=key)


def print_matrix(ranked: Sequence[Entry], console: Console, *, seed: int = 0) -> None:
    """The combinations by rank, then a row for each with its distance from the best one."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    for place, entry in enumerate(ranked, start=1):
        console.print(Text(f"{place}  {describe(entry.values)}"))
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("#", no_wrap=True)
    for name in (*COLUMNS, "behind the best"):
        table.add_column(name.replace("_", "\n").replace(" ", "\n", 1), justify="right", no_wrap=True)
    first = METRICS[COLUMNS[0]]
    best = first.observations(ranked[0].report.results)
    for place, entry in enumerate(ranked, start=1):
        scores = score_results(entry.report.results)
        behind = ""
        if entry is not ranked[0]:
            difference = paired_difference(best, first.observations(entry.report.results), first.combine, seed=seed)
            if difference is not None and difference.interval is not None:
                low, high = difference.interval.low, difference.interval.high
                behind = f"{difference.value:+.3f}\n{low:+.3f} – {high:+.3f}"
        figures = [show_figure(name, scores[name].value) for name in COLUMNS]
        table.add_row(str(place), *figures, behind)
    console.print(table)


def _to_dict(entry: Entry) -> dict[str, object]:
    scores = score_results(entry.report.results)
    return {"settings": entry.values, "scores": {name: score.value for name, score in scores.items()}}
