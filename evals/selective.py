"""How well a confidence tells what to answer from what to refuse: AUROC and the risk-coverage curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class RiskCoverage:
    """The risk taken when only the most confident answers are given.

    Attributes:
        coverage: Share of the cases answered, rising to 1.
        risk: Share of the answered that are wrong, at that coverage.
        thresholds: The confidence of the last case answered at that coverage.
    """

    coverage: tuple[float, ...]
    risk: tuple[float, ...]
    thresholds: tuple[float, ...]

    @property
    def area(self) -> float:
        """The area under the curve (AURC): the mean risk over all coverages; lower is better."""
        return sum(self.risk) / len(self.risk)


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float | None:
    """How often a positive outscores a negative, a tie counting one half; None without both.

    The Mann-Whitney form of the area under the ROC curve (Hanley & McNeil 1982).
    """
    positives = sum(positive)
    negatives = len(positive) - positives
    if not positives or not negatives:
        return None
    wins = 0.0
    below = 0
    ordered = sorted(zip(scores, positive, strict=True))
    for _, group in groupby(ordered, key=lambda pair: pair[0]):
        labels = [label for _, label in group]
        tied_positives = sum(labels)
        tied_negatives = len(labels) - tied_positives
        wins += tied_positives * (below + tied_negatives / 2)
        below += tied_negatives
    return wins / (positives * negatives)


def risk_coverage(confidences: Sequence[float], wrong: Sequence[bool]) -> RiskCoverage | None:
    """The risk at every coverage, most confident first (Geifman & El-Yaniv 2017); None without cases.

    Among equal confidences the order is unknown: the risk there is the one expected of a random order.
    """
    if not confidences:
        return None
    risk: list[float] = []
    thresholds: list[float] = []
    errors = 0.0
    ordered = sorted(zip(confidences, wrong, strict=True), key=lambda pair: -pair[0])
    for confidence, group in groupby(ordered, key=lambda pair: pair[0]):
        labels = [label for _, label in group]
        share = sum(labels) / len(labels)
        for _ in labels:
            errors += share
            risk.append(errors / (len(risk) + 1))
            thresholds.append(confidence)
    total = len(risk)
    return RiskCoverage(tuple(n / total for n in range(1, total + 1)), tuple(risk), tuple(thresholds))
