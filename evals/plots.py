"""The plots of the report page, as inline SVG: no script, no font, no address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from evals.selective import RiskCoverage

WIDTH = 520  # of the drawing's own units; the page scales it
TOP = 26  # room above a plot for the name of its vertical axis

_TOPS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)  # of a vertical axis in shares: a quarter of each is easily read

_OUTCOME_CLASSES = {
    "right": "s-right",
    "wrong answer": "s-wrong",
    "wrongly refused": "s-refused",
    "wrongly answered": "s-answered",
}


def plot_outcomes(counts: Mapping[str, Mapping[str, int]]) -> str:
    """A bar for each kind of question, cut by outcome, as shares of its cases."""
    row, left, right = 24, 110, 60
    width = 2 * WIDTH - left - right
    parts = []
    for position, (kind, of_kind) in enumerate(counts.items()):
        y = position * row
        total = sum(of_kind.values())
        parts.append(f'<text class="label" x="{left - 10}" y="{y + 15}" text-anchor="end">{escape(kind)}</text>')
        x = float(left)
        for outcome, css in _OUTCOME_CLASSES.items():
            count = of_kind.get(outcome, 0)
            if count:
                length = width * count / total
                title = f"{escape(kind)}: {count} of {total} {outcome}"
                parts.append(
                    f'<rect class="{css}" x="{x:.1f}" y="{y + 4}" width="{max(length - 2, 1):.1f}" height="15" rx="3">'
                    f"<title>{title}</title></rect>"
                )
                x += length
        parts.append(f'<text x="{left + width + 8}" y="{y + 15}">{of_kind.get("right", 0)} of {total}</text>')
    return _svg(2 * WIDTH, len(counts) * row + 4, "Outcomes by kind of question", parts)


def plot_risk_coverage(curve: RiskCoverage, *, coverage: float, risk: float) -> str:
    """The risk-coverage curve, with the point where the assistant stands."""
    height, left, bottom = 240, 44, 36
    width, depth = WIDTH - left - 12, height - bottom - TOP
    top = max(0.1, max(curve.risk), risk)
    top = next(tick for tick in _TOPS if tick >= top - 1e-9)

    def place(share: float, at: float) -> tuple[float, float]:
        return left + width * share, TOP + depth * (1 - at / top)

    points = [place(share, at) for share, at in zip(curve.coverage, curve.risk, strict=True)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    floor = place(0, 0)[1]
    area = f"{points[0][0]:.1f},{floor:.1f} {line} {points[-1][0]:.1f},{floor:.1f}"
    x, y = place(coverage, risk)
    parts = [
        *_frame(left, TOP, width, depth, "share of questions answered", "share of those wrong", top),
        f'<polygon class="area" points="{area}"/>',
        f'<polyline class="curve" points="{line}"/>',
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="6"><title>answers {coverage:.0%}, of which {risk:.0%} are '
        "wrong</title></circle>",
    ]
    return _svg(WIDTH, height, "Risk-coverage curve", parts)


def plot_confidence(answerable: Sequence[float], unanswerable: Sequence[float]) -> str:
    """How the confidence is spread over answerable and unanswerable cases, as shares of each, in steps of a tenth."""
    height, left, bottom, steps = 240, 44, 36, 10
    width, depth = WIDTH - left - 12, height - bottom - TOP
    groups = []
    for values, css, name in ((answerable, "s-plot", "answerable"), (unanswerable, "s-plot-2", "unanswerable")):
        bins = [0] * steps
        for value in values:
            bins[min(int(value * steps), steps - 1)] += 1
        groups.append(([count / len(values) if values else 0.0 for count in bins], bins, css, name))
    most = max((share for shares, *_ in groups for share in shares), default=0.0)
    top = next(tick for tick in _TOPS if tick >= most - 1e-9)
    parts = _frame(left, TOP, width, depth, "confidence", "share of cases", top)
    step = width / steps
    for order, (shares, bins, css, name) in enumerate(groups):
        for position, share in enumerate(shares):
            length = depth * share / top
            x = left + position * step + 3 + order * (step - 6) / 2
            title = f"{bins[position]} {name}, confidence {position / steps:.1f} to {(position + 1) / steps:.1f}"
            parts.append(
                f'<rect class="{css}" x="{x:.1f}" y="{TOP + depth - length:.1f}" width="{(step - 8) / 2:.1f}" '
                f'height="{length:.1f}" rx="2"><title>{title}</title></rect>'
            )
    return _svg(WIDTH, height, "Confidence of answerable and unanswerable cases", parts)


def plot_latency(seconds: Sequence[float]) -> str:
    """The share of answers that were there after so many milliseconds."""
    height, left, bottom = 240, 44, 36
    width, depth = WIDTH - left - 12, height - bottom - TOP
    ordered = sorted(second * 1000 for second in seconds)
    longest = _round_up(ordered[-1])
    points = [(0.0, 0.0)]
    for position, value in enumerate(ordered, start=1):
        points += [(value / longest, (position - 1) / len(ordered)), (value / longest, position / len(ordered))]
    line = " ".join(f"{left + width * x:.1f},{TOP + depth * (1 - y):.1f}" for x, y in points)
    parts = [
        *_frame(left, TOP, width, depth, "milliseconds from question to answer", "share of answers", 1.0, longest),
        f'<polyline class="curve" points="{line}"/>',
    ]
    return _svg(WIDTH, height, "Latency", parts)


def _frame(
    x: float, y: float, width: float, height: float, below: str, beside: str, top: float, across: float = 1.0
) -> list[str]:
    parts = []
    for tick in range(5):
        at = y + height * (1 - tick / 4)
        parts.append(f'<line class="grid" x1="{x}" x2="{x + width}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text x="{x - 7}" y="{at + 4:.1f}" text-anchor="end">{100 * top * tick / 4:g}%</text>')
        label = f"{across * tick / 4:.0%}" if across == 1.0 and below.startswith("share") else f"{across * tick / 4:g}"
        parts.append(f'<text x="{x + width * tick / 4:.1f}" y="{y + height + 17}" text-anchor="middle">{label}</text>')
    parts.append(f'<text x="{x + width / 2}" y="{y + height + 33}" text-anchor="middle">{escape(below)}</text>')
    parts.append(f'<text x="{x - 38}" y="{y - 12}">{escape(beside)}</text>')
    return parts


def _round_up(value: float) -> float:
    size = 1.0
    while size * 10 <= value:
        size *= 10
    return next(size * step for step in (1, 2, 4, 6, 8, 10, 20) if size * step >= value)


def _svg(width: float, height: float, name: str, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(name)}">{"".join(parts)}</svg>'
