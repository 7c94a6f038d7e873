"""What is measured: each metric a value with a name, a definition, and the paper that it comes from.

A metric reads an observation off each case (None: it does not apply there) and makes one figure of all observations.
Where no case gives an observation, or the figure has no meaning (a precision of nothing), it is unscored: None, and
never NaN or zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evals.matching import count_words, forbidden_facts, missing_facts, words_read
from evals.ranking import facts_found, name_expected, rank_sections, ranking_scores
from evals.result import CaseResult
from evals.selective import auroc, risk_coverage

Observation = tuple[float, ...]


@dataclass(frozen=True)
class Metric:
    """A figure and how it is made.

    Attributes:
        name: With its cutoff, if it has one ("nDCG@10").
        group: "answers", "abstention", "grounding", "retrieval" or "cost".
        definition: One sentence that settles what is counted and over what.
        observe: A case's observation; None where the metric does not apply.
        combine: All observations to the figure; None where it has no meaning.
        source: The paper or the tool that the definition comes from; "" for our own.
        higher_is_better: False where a lower figure is the better one.
        unit: "share" in [0, 1], "seconds", "words", "tokens" or "count".
    """

    name: str
    group: str
    definition: str
    observe: Callable[[CaseResult], Observation | None]
    combine: Callable[[Sequence[Observation]], float | None]
    source: str = ""
    higher_is_better: bool = True
    unit: str = "share"

    def observations(self, results: Sequence[CaseResult]) -> dict[str, Observation]:
        """The observation of each case to which the metric applies, by the case's id."""
        seen = ((result.case.id, self.observe(result)) for result in results)
        return {name: observation for name, observation in seen if observation is not None}

    def score(self, results: Sequence[CaseResult]) -> float | None:
        """The figure over the results; None if it is unscored."""
        observations = list(self.observations(results).values())
        return self.combine(observations) if observations else None


def is_right(result: CaseResult) -> bool:
    """Whether the case passes: what must be there is, in the words read; what must not is not; refused when due."""
    case, answer = result.case, result.answer
    read = words_read(answer.text, kind=case.kind)
    if forbidden_facts(read, case.must_not):
        return False
    if case.answerable:
        return not answer.abstained and not missing_facts(read, case.must)
    return answer.abstained


def mean(observations: Sequence[Observation]) -> float:
    """The mean of the observations, one value each."""
    return sum(observation[0] for observation in observations) / len(observations)


def _percentile(share: float) -> Callable[[Sequence[Observation]], float]:
    def percentile(observations: Sequence[Observation]) -> float:
        ordered = sorted(observation[0] for observation in observations)
        # Linear between the two nearest ranks, as numpy's default.
        position = share * (len(ordered) - 1)
        low = int(position)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (position - low)

    return percentile


def _share_of_flagged(observations: Sequence[Observation]) -> float | None:
    """The mean of the second values where the first is 1: precision and recall, by which comes first."""
    hits = [hit for flag, hit in observations if flag]
    return sum(hits) / len(hits) if hits else None


def _auroc(observations: Sequence[Observation]) -> float | None:
    return auroc([confidence for confidence, _ in observations], [bool(label) for _, label in observations])


def _aurc(observations: Sequence[Observation]) -> float | None:
    curve = risk_coverage([confidence for confidence, _ in observations], [bool(wrong) for _, wrong in observations])
    return curve.area if curve else None


def _passed(result: CaseResult) -> Observation:
    return (float(is_right(result)),)


def _when(
    applies: Callable[[CaseResult], bool], observe: Callable[[CaseResult], float]
) -> Callable[[CaseResult], Observation | None]:
    return lambda result: (float(observe(result)),) if applies(result) else None


def _answerable(result: CaseResult) -> bool:
    return result.case.answerable


def _unanswerable(result: CaseResult) -> bool:
    return not result.case.answerable


def _answered(result: CaseResult) -> bool:
    return not result.answer.abstained


def _fact_coverage(result: CaseResult) -> float:
    if result.answer.abstained:
        return 0.0
    read = words_read(result.answer.text, kind=result.case.kind)
    return 1 - len(missing_facts(read, result.case.must)) / len(result.case.must)


def _says_forbidden(result: CaseResult) -> float:
    return float(bool(forbidden_facts(words_read(result.answer.text, kind=result.case.kind), result.case.must_not)))


def quotes_valid(result: CaseResult) -> tuple[bool, ...]:
    """For each citation, whether its quote stands in its passage at its offsets, to the letter."""
    return tuple(
        0 <= citation.start < citation.end <= len(citation.passage.text)
        and citation.quote == citation.passage.text[citation.start : citation.end]
        and citation.passage.id not in result.displaced
        for citation in result.answer.citations
    )


def _judged(result: CaseResult) -> bool:
    return result.judgements is not None and _answered(result)


def _citation_recall(result: CaseResult) -> float:
    judgements = result.judgements or ()
    # An answer whose text makes no claims known is one claim that cites nothing.
    return sum(judgement.supported for judgement in judgements) / len(judgements) if judgements else 0.0


def _citation_precision(result: CaseResult) -> float:
    needed = [needed for judgement in result.judgements or () for needed in judgement.needed]
    return sum(needed) / len(needed)


def _cites(result: CaseResult) -> bool:
    return _judged(result) and any(judgement.needed for judgement in result.judgements or ())


def _claims(result: CaseResult) -> bool:
    return _judged(result) and bool(result.judgements)


def _unsupported_claims(result: CaseResult) -> float:
    pairs = list(zip(result.answer.claims, result.judgements or (), strict=True))
    return sum(claim.supported and not judgement.supported for claim, judgement in pairs) / len(pairs)


def _flagged_claims(result: CaseResult) -> float:
    return sum(not claim.supported for claim in result.answer.claims) / len(result.answer.claims)


def _ranked(name: str) -> Callable[[CaseResult], Observation | None]:
    def observe(result: CaseResult) -> Observation | None:
        if not result.case.expected:
            return None
        relevant = [name_expected(place) for place in result.case.expected]
        return (ranking_scores(relevant, rank_sections(result.case, result.answer.hits))[name],)

    return observe


def _facts_in(k: int) -> Callable[[CaseResult], Observation | None]:
    return _when(
        lambda result: result.case.answerable and bool(result.case.must),
        lambda result: facts_found(result.case, result.answer.hits, k),
    )


def _tokens(direction: str) -> Callable[[CaseResult], Observation | None]:
    return _when(lambda result: direction in result.answer.usage, lambda result: result.answer.usage[direction])


_ALCE = "Gao et al. 2023 (ALCE), section 3"
_SELECTIVE = "Geifman & El-Yaniv 2017, Selective Classification for Deep Neural Networks"
_IR = "ir_measures (MacAvaney et al. 2022)"

_LIST = (
    # Answers
    Metric(
        "passed",
        "answers",
        "Share of all cases that are right: all facts within the word limit and none forbidden if answerable, "
        "an abstention without forbidden facts if not.",
        _passed,
        mean,
    ),
    Metric(
        "answerable_passed",
        "answers",
        "Share of the answerable cases that are right.",
        lambda result: _passed(result) if _answerable(result) else None,
        mean,
    ),
    Metric(
        "fact_coverage",
        "answers",
        "Share of a case's facts that the words read hold, averaged over the answerable cases with facts; "
        "an abstention holds none.",
        _when(lambda result: result.case.answerable and bool(result.case.must), _fact_coverage),
        mean,
    ),
    Metric(
        "forbidden_facts",
        "answers",
        "Share of the cases with forbidden facts whose words read hold one.",
        _when(lambda result: bool(result.case.must_not), _says_forbidden),
        mean,
        higher_is_better=False,
    ),
    Metric(
        "words",
        "answers",
        "Words of an answer, markers not counted, averaged over what was answered.",
        _when(_answered, lambda result: count_words(result.answer.text)),
        mean,
        higher_is_better=False,
        unit="words",
    ),
    Metric(
        "over_word_limit",
        "answers",
        "Share of the answered cases whose answer goes on after its word limit (120; 200 for lists and how-tos).",
        _when(_answered, lambda result: count_words(result.answer.text) > result.case.word_limit),
        mean,
        higher_is_better=False,
    ),
    # Abstention
    Metric(
        "false_refusals",
        "abstention",
        "Share of the answerable cases that were refused.",
        _when(_answerable, lambda result: result.answer.abstained),
        mean,
        higher_is_better=False,
    ),
    Metric(
        "unanswerable_passed",
        "abstention",
        "Share of the unanswerable cases that are right: refused, and without forbidden facts.",
        lambda result: _passed(result) if _unanswerable(result) else None,
        mean,
    ),
    Metric(
        "abstention_precision",
        "abstention",
        "Of the refused cases, the share that the guides do not answer.",
        lambda result: (float(result.answer.abstained), float(not result.case.answerable)),
        _share_of_flagged,
    ),
    Metric(
        "abstention_recall",
        "abstention",
        "Of the cases that the guides do not answer, the share that was refused.",
        lambda result: (float(not result.case.answerable), float(result.answer.abstained)),
        _share_of_flagged,
    ),
    Metric(
        "abstention_auroc",
        "abstention",
        "How often an answerable case has a higher confidence than an unanswerable one, ties counting one half.",
        lambda result: (
            None if result.answer.confidence is None else (result.answer.confidence, float(result.case.answerable))
        ),
        _auroc,
        "Hanley & McNeil 1982; Mann-Whitney U",
    ),
    Metric(
        "AURC",
        "abstention",
        "Area under the risk-coverage curve: the mean share of wrong cases among the most confident, over all "
        "coverages. A case counts as wrong if it is unanswerable or its facts are not covered.",
        lambda result: (
            None
            if result.answer.confidence is None
            else (result.answer.confidence, float(not (result.case.answerable and is_right(result))))
        ),
        _aurc,
        _SELECTIVE,
        higher_is_better=False,
    ),
    # Grounding
    Metric(
        "quote_validity",
        "grounding",
        "Share of a case's citations whose quote is passage.text[start:end] to the letter, with the passage found "
        "at its own offsets in the guide, averaged over the cases that cite.",
        _when(
            lambda result: bool(result.answer.citations),
            lambda result: sum(quotes_valid(result)) / len(result.answer.citations),
        ),
        mean,
    ),
    Metric(
        "citation_recall",
        "grounding",
        "Share of an answer's claims that all they cite, taken together, bears out; a claim that cites nothing is "
        "not borne out. Averaged over what was answered.",
        _when(_judged, _citation_recall),
        mean,
        _ALCE,
    ),
    Metric(
        "citation_precision",
        "grounding",
        "Share of an answer's citations that are needed: the claim is borne out, and this citation bears it out "
        "alone or the others do not without it. Averaged over the answers that cite.",
        _when(_cites, _citation_precision),
        mean,
        _ALCE,
    ),
    Metric(
        "unsupported_claims",
        "grounding",
        "Share of an answer's claims that are shown as supported though the judge finds them not borne out. "
        "Averaged over the answers with claims.",
        _when(_claims, _unsupported_claims),
        mean,
        higher_is_better=False,
    ),
    Metric(
        "flagged_claims",
        "grounding",
        "Share of an answer's claims that the assistant itself shows as not supported. Averaged over the answers "
        "with claims.",
        _when(lambda result: _answered(result) and bool(result.answer.claims), _flagged_claims),
        mean,
        higher_is_better=False,
    ),
    Metric(
        "markers_removed",
        "grounding",
        "Markers that named no passage and were taken out, on average a case.",
        lambda result: (float(result.answer.removed_markers),),
        mean,
        higher_is_better=False,
        unit="count",
    ),
    # Retrieval
    Metric(
        "hit@1",
        "retrieval",
        "Whether an expected section is ranked first, averaged over the cases that name sections.",
        _ranked("hit@1"),
        mean,
        _IR + ": Success@1",
    ),
    Metric(
        "hit@5",
        "retrieval",
        "Whether an expected section is among the first five sections found.",
        _ranked("hit@5"),
        mean,
        _IR + ": Success@5",
    ),
    Metric(
        "recall@5",
        "retrieval",
        "Share of the expected sections among the first five found.",
        _ranked("recall@5"),
        mean,
        _IR + ": R@5",
    ),
    Metric(
        "precision@5",
        "retrieval",
        "Expected sections among the first five found, over five.",
        _ranked("precision@5"),
        mean,
        _IR + ": P@5",
    ),
    Metric(
        "MRR@10",
        "retrieval",
        "One over the rank of the first expected section; 0 if it is not among the first ten.",
        _ranked("MRR@10"),
        mean,
        _IR + ": RR@10",
    ),
    Metric(
        "nDCG@10",
        "retrieval",
        "Gain of the expected sections discounted by log2(rank + 1), over that of the ideal ranking.",
        _ranked("nDCG@10"),
        mean,
        "Järvelin & Kekäläinen 2002; " + _IR,
    ),
    Metric(
        "facts@1",
        "retrieval",
        "Whether the first passage, with its headings, holds every fact, averaged over the answerable cases.",
        _facts_in(1),
        mean,
    ),
    Metric(
        "facts@5",
        "retrieval",
        "Whether the first five passages, with their headings, hold every fact between them.",
        _facts_in(5),
        mean,
    ),
    # Cost
    Metric(
        "model_failures",
        "cost",
        "Share of the cases in which the language model failed and the extractive reader answered instead.",
        _when(lambda result: result.fell_back is not None, lambda result: bool(result.fell_back)),
        mean,
        higher_is_better=False,
    ),
    Metric(
        "latency_p50",
        "cost",
        "Median time from question to answer, warm.",
        lambda result: (result.seconds,),
        _percentile(0.5),
        higher_is_better=False,
        unit="seconds",
    ),
    Metric(
        "latency_p95",
        "cost",
        "95th percentile of the same.",
        lambda result: (result.seconds,),
        _percentile(0.95),
        higher_is_better=False,
        unit="seconds",
    ),
    Metric(
        "input_tokens",
        "cost",
        "Tokens read by the model, on average, over the cases for which it reports them.",
        _tokens("input_tokens"),
        mean,
        higher_is_better=False,
        unit="tokens",
    ),
    Metric(
        "output_tokens",
        "cost",
        "Tokens written by the model, likewise.",
        _tokens("output_tokens"),
        mean,
        higher_is_better=False,
        unit="tokens",
    ),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _LIST}
"""Every metric by its name, in the order of the reports."""
