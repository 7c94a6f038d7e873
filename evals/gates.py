"""Floors: the figures below which a change is not wanted, kept in a file, checked after a run."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evals.errors import EvalError
from evals.metrics import METRICS
from evals.result import Report
from evals.scores import score_results

FLOORS = Path(__file__).with_name("floors.toml")


@dataclass(frozen=True)
class Floor:
    """What a figure must reach: at least it where higher is better, at most it where lower is.

    Attributes:
        metric: Its name.
        bound: The figure to reach.
        kind: Over the cases of this kind; "" for all.
    """

    metric: str
    bound: float
    kind: str = ""


@dataclass(frozen=True)
class GateResult:
    """A floor and what was measured.

    Attributes:
        floor: What was asked.
        value: What was measured; None if unscored, and then the floor is neither held nor missed.
    """

    floor: Floor
    value: float | None

    @property
    def held(self) -> bool | None:
        """Whether the floor holds; None if unscored."""
        if self.value is None:
            return None
        slack = 1e-9  # 0.8 as 4/5 of a sum of floats must hold 0.8.
        if METRICS[self.floor.metric].higher_is_better:
            return self.value >= self.floor.bound - slack
        return self.value <= self.floor.bound + slack


def load_floors(path: Path | str = FLOORS) -> tuple[Floor, ...]:
    """The floors in a TOML file: a table `all`, and one table for each kind.

    Raises:
        EvalError: If the file cannot be read, or names what is no metric.
    """
    try:
        data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EvalError(f"{path}: cannot be read: {error}") from error
    floors = []
    for table, bounds in data.items():
        if not isinstance(bounds, Mapping):
            raise EvalError(
                f"{path}: found `{table} = {bounds!r}`, expected a table [all] or [kind] with metrics in it"
            )
        for metric, bound in bounds.items():
            if metric not in METRICS:
                raise EvalError(f"{path}: [{table}] {metric!r} is no metric. There are: {', '.join(METRICS)}")
            if isinstance(bound, bool) or not isinstance(bound, (int, float)):
                raise EvalError(f"{path}: [{table}] {metric} is {bound!r}, expected a number")
            floors.append(Floor(metric, float(bound), "" if table == "all" else table))
    return tuple(floors)


def check_floors(report: Report, floors: tuple[Floor, ...]) -> tuple[GateResult, ...]:
    """One result for each floor, in order."""
    by_kind: dict[str, dict[str, float | None]] = {}
    for kind in {floor.kind for floor in floors}:
        results = [result for result in report.results if kind in ("", result.case.kind)]
        by_kind[kind] = {name: score.value for name, score in score_results(results).items()}
    return tuple(GateResult(floor, by_kind[floor.kind][floor.metric]) for floor in floors)


def exit_status(results: tuple[GateResult, ...]) -> int:
    """0 if every floor that could be checked held, 1 if one did not, 2 if none could be checked."""
    checked = [result.held for result in results if result.held is not None]
    if results and not checked:
        return 2
    return 0 if all(checked) else 1
