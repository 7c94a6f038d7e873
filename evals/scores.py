"""A report in figures: every metric, over all cases and over each kind, and what went wrong with a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals.bootstrap import Interval, interval, mean_interval
from evals.matching import count_words, forbidden_facts, missing_facts, words_read
from evals.metrics import METRICS, Metric, Observation, is_right, mean, quotes_valid
from evals.ranking import name_expected, rank_sections
from evals.result import CaseResult, Report


@dataclass(frozen=True)
class Score:
    """A metric's figure.

    Attributes:
        value: None if unscored.
        cases: How many cases it is over.
        interval: Where it lies with 95% confidence; None if that was not asked for or cannot be said.
    """

    value: float | None
    cases: int
    interval: Interval | None = None


@dataclass(frozen=True)
class Scores:
    """Every figure of a run.

    Attributes:
        overall: Each metric over all cases, in the order of `METRICS`.
        kinds: The same over the cases of each kind, kinds in the order of their first case; without intervals.
    """

    overall: dict[str, Score]
    kinds: dict[str, dict[str, Score]]


Outcome = str
"""One of `OUTCOMES`."""

OUTCOMES = ("right", "wrong answer", "wrongly refused", "wrongly answered")


def score_results(results: Sequence[CaseResult], *, intervals: bool = False, seed: int = 0) -> dict[str, Score]:
    """Every metric over the results, in the order of `METRICS`."""
    scores = {}
    for name, metric in METRICS.items():
        observations = list(metric.observations(results).values())
        value = metric.combine(observations) if observations else None
        around = _interval(metric, observations, seed) if intervals and value is not None else None
        scores[name] = Score(value, len(observations), around)
    return scores


def score_report(report: Report) -> Scores:
    """Every figure of a run, with the intervals of the overall ones."""
    kinds = dict.fromkeys(result.case.kind for result in report.results)
    return Scores(
        overall=score_results(report.results, intervals=True, seed=report.setup.seed),
        kinds={kind: score_results([r for r in report.results if r.case.kind == kind]) for kind in kinds},
    )


def outcome_of(result: CaseResult) -> Outcome:
    """How the case came out."""
    if is_right(result):
        return "right"
    if result.case.answerable and result.answer.abstained:
        return "wrongly refused"
    if not result.case.answerable and not result.answer.abstained:
        return "wrongly answered"
    return "wrong answer"


def problems_of(result: CaseResult) -> tuple[str, ...]:
    """What went wrong with the case, in words; () if nothing did. A case can be right and yet have problems."""
    case, answer = result.case, result.answer
    read = words_read(answer.text, kind=case.kind)
    problems = []
    if case.answerable and answer.abstained:
        problems.append("refused, though the guides answer it")
    if not case.answerable and not answer.abstained:
        problems.append("answered, though the guides do not say")
    if case.answerable and not answer.abstained:
        problems += [f"misses {_any(facts)}" for facts in missing_facts(read, case.must)]
    problems += [f"says {fact!r}, which is forbidden" for fact in forbidden_facts(read, case.must_not)]
    words = count_words(answer.text)
    if words > case.word_limit and not answer.abstained:
        problems.append(f"goes on for {words} words; {case.word_limit} are read")
    problems += [
        f"quote [{citation.number}] does not stand at its offsets"
        for citation, valid in zip(answer.citations, quotes_valid(result), strict=True)
        if not valid
    ]
    if result.judgements is not None and not answer.abstained:
        problems += [
            f"not borne out by what it cites: {claim.text!r}" if claim.citations else f"cites nothing: {claim.text!r}"
            for claim, judgement in zip(answer.claims, result.judgements, strict=True)
            if not judgement.supported
        ]
    if case.expected:
        found = rank_sections(case, answer.hits)
        if not any(name_expected(place) in found[:5] for place in case.expected):
            instead = found[0] if found else "nothing"
            problems.append(f"no expected section among the first five; {instead!r} came first")
    if result.fell_back:
        problems.append("the language model failed")
    return tuple(problems)


def _interval(metric: Metric, observations: Sequence[Observation], seed: int) -> Interval | None:
    if metric.combine is mean:
        return mean_interval([value for (value,) in observations], seed=seed)
    return interval(observations, metric.combine, seed=seed)


def _any(facts: Sequence[str]) -> str:
    shown = [repr(fact) for fact in facts[:3]] + (["…"] if len(facts) > 3 else [])
    return " or ".join(shown)
