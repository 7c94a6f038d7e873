"""Confidence intervals by the bootstrap: how far a figure would move with other cases of the same kind.

Efron & Tibshirani 1993; the paired form for comparisons is that of Koehn 2004, "Statistical Significance Tests for
Machine Translation Evaluation". The test is Fisher's randomization test, recommended for retrieval by Smucker et al.
2007.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Observation = tuple[float, ...]
Combine = Callable[[Sequence[Observation]], float | None]

RESAMPLES = 1000
"""Draws for an interval; its ends then move little from seed to seed, next to its width (a convention)."""

FLIPS = 10_000
"""Draws for the randomization test: p-values down to a thousandth can be told apart (a convention)."""

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """Where a figure lies, with `LEVEL` confidence."""

    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether a difference with this interval is one at all."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Difference:
    """A figure after and before, over the same cases.

    Attributes:
        before: The figure before.
        after: The figure after.
        cases: How many are observed on both sides.
        interval: Of the difference; None if it cannot be said.
    """

    before: float
    after: float
    cases: int
    interval: Interval | None

    @property
    def value(self) -> float:
        """After less before."""
        return self.after - self.before


def interval(observations: Sequence[Observation], combine: Combine, *, seed: int = 0) -> Interval | None:
    """The percentile interval of the figure; None if fewer than two cases are observed or it is unscored."""
    if len(observations) < 2:
        return None
    figures = [
        figure
        for draw in _draws(len(observations), seed)
        if (figure := combine([observations[position] for position in draw])) is not None
    ]
    return _percentiles(figures)


def mean_interval(values: Sequence[float], *, seed: int = 0) -> Interval | None:
    """The interval of a plain mean: what `interval` gives for it, a hundred times faster."""
    if len(values) < 2:
        return None
    import numpy as np

    draws = np.asarray(values, dtype=np.float64)[_positions(len(values), seed)]
    return _percentiles(draws.mean(axis=1).tolist())


def paired_difference(
    before: Mapping[str, Observation], after: Mapping[str, Observation], combine: Combine, *, seed: int = 0
) -> Difference | None:
    """The figure after and before over the cases of both; None if it is unscored on either side.

    Each draw takes the same cases on both sides, so what is hard for both does not widen the interval.
    """
    shared = sorted(set(before) & set(after))
    if not shared:
        return None
    old, new = [before[name] for name in shared], [after[name] for name in shared]
    first, second = combine(old), combine(new)
    if first is None or second is None:
        return None
    if len(shared) < 2:
        return Difference(first, second, len(shared), None)
    differences = []
    for draw in _draws(len(shared), seed):
        a, b = combine([old[position] for position in draw]), combine([new[position] for position in draw])
        if a is not None and b is not None:
            differences.append(b - a)
    return Difference(first, second, len(shared), _percentiles(differences))


def randomization_p(differences: Sequence[float], *, seed: int = 0) -> float:
    """How often differences at least as large come about if before and after are swapped at random: two-sided p."""
    import numpy as np

    values = np.asarray(differences, dtype=np.float64)
    if not values.any():
        return 1.0
    signs = np.random.default_rng(seed).choice(np.array([-1.0, 1.0]), (FLIPS, len(values)))
    # Sums of the same values in another order differ in the last bits.
    beyond = np.abs(signs @ values) >= abs(values.sum()) - 1e-9
    return (float(beyond.sum()) + 1) / (FLIPS + 1)


def _draws(count: int, seed: int) -> list[list[int]]:
    drawn: list[list[int]] = _positions(count, seed).tolist()
    return drawn


def _positions(count: int, seed: int) -> NDArray[np.int64]:
    import numpy as np

    return np.random.default_rng(seed).integers(0, count, (RESAMPLES, count))


def _percentiles(figures: Sequence[float]) -> Interval | None:
    if not figures:
        return None
    import numpy as np

    low, high = np.quantile(figures, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))
