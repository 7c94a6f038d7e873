"""Every metric against examples worked by hand, and proof that the examples would catch a metric that ignores them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from assistant.answer import Answer, Citation, Claim
from evals.bootstrap import interval, mean_interval, paired_difference, randomization_p
from evals.cases import Case
from evals.citing import ClaimJudgement, judge_answer, judge_claim
from evals.metrics import METRICS, Metric, mean
from evals.ranking import facts_found, holds, rank_sections, ranking_scores
from evals.result import CaseResult
from evals.selective import auroc, risk_coverage
from index.passage import Hit, Passage


def make_passage(text: str = "Python is king.", *, section: str = "Skills", document: str = "guide.md") -> Passage:
    return Passage(
        id=f"{document}#{section}#{text}", text=text, title="The Guide", section=(section,), document=document
    )


def make_case(**fields: Any) -> Case:
    return Case.model_validate(
        {"id": "one", "kind": "fact", "question": "Which language?", "answerable": True, "must": [["python"]], **fields}
    )


def make_answer(text: str = "Python is king. [1]", **fields: Any) -> Answer:
    return Answer(question="Which language?", text=text, **fields)


def make_result(
    case: Case | None = None, answer: Answer | None = None, *, seconds: float = 0.1, **fields: Any
) -> CaseResult:
    return CaseResult(case=case or make_case(), answer=answer or make_answer(), seconds=seconds, **fields)


def unanswerable(**fields: Any) -> Case:
    return make_case(kind="unanswerable", answerable=False, must=[], **fields)


REFUSAL = make_answer("The guides don't say.", abstained=True)


def with_confidence(confidence: float, *, right: bool, answerable: bool = True) -> CaseResult:
    answer = make_answer("Python." if right else "Rust.", confidence=confidence)
    return make_result(make_case() if answerable else unanswerable(), answer)


def quoting(text: str, start: int, end: int, quote: str) -> Citation:
    return Citation(1, quote, start, end, make_passage(text))


def judged(*judgements: ClaimJudgement, shown_as_supported: Sequence[bool] | None = None) -> CaseResult:
    shown = shown_as_supported or [True] * len(judgements)
    claims = tuple(Claim(f"claim {n}", (1,), supported) for n, supported in enumerate(shown))
    return make_result(answer=make_answer(claims=claims), judgements=judgements)


def found(expected: Sequence[str], ranking: Sequence[str], *, must: Sequence[Sequence[str]] = ()) -> CaseResult:
    case = make_case(expected=[{"document": "guide", "section": name} for name in expected], must=must or [["python"]])
    hits = tuple(Hit(make_passage(f"Text of {name}.", section=name), 1 - n / 100) for n, name in enumerate(ranking))
    return make_result(case, make_answer(hits=hits))


GOOD = ClaimJudgement(True, (True,))
BAD = ClaimJudgement(False, (False,))
HALF = ClaimJudgement(True, (True, False))

NINE = [chr(97 + n) for n in range(9)]


@dataclass(frozen=True)
class Example:
    """Results, and the figure that they come to by the arithmetic written beside them."""

    results: tuple[CaseResult, ...]
    figure: float | None
    why: str


def example(figure: float | None, why: str, *results: CaseResult) -> Example:
    # Metrics tell cases apart by their ids.
    return Example(
        tuple(
            replace(result, case=result.case.model_copy(update={"id": f"case-{number}"}))
            for number, result in enumerate(results)
        ),
        figure,
        why,
    )


RIGHT = make_result()
WRONG = make_result(answer=make_answer("Rust is king."))
REFUSED = make_result(answer=REFUSAL)
RIGHTLY_REFUSED = make_result(unanswerable(), REFUSAL)
WRONGLY_ANSWERED = make_result(unanswerable())
TWO_FACTS = make_case(must=[["python"], ["numpy", "pandas"]])

EXAMPLES: dict[str, list[Example]] = {
    "passed": [
        example(2 / 4, "right and rightly refused, of four", RIGHT, WRONG, RIGHTLY_REFUSED, WRONGLY_ANSWERED),
        example(1.0, "one of one", RIGHT),
        example(0.0, "a forbidden word spoils it", make_result(make_case(must_not=["king"]))),
        example(0.0, "so does one of two facts missing", make_result(TWO_FACTS)),
    ],
    "answerable_passed": [
        example(1 / 3, "one of three answerable; the refusal of the fourth is not asked", RIGHT, WRONG, REFUSED,
                RIGHTLY_REFUSED),
        example(None, "nothing answerable", RIGHTLY_REFUSED),
        example(1.0, "one of one", RIGHT),
    ],
    "fact_coverage": [
        example((1 + 1 / 2 + 0) / 3, "all of one, one of two, none when refused", RIGHT, make_result(TWO_FACTS),
                REFUSED),
        example(0.0, "the fact stands after the 120th word",
                make_result(answer=make_answer("so " * 120 + "python"))),
        example(1.0, "the fact is the 120th word, markers not counted",
                make_result(answer=make_answer("so [1] " * 119 + "python [2]"))),
        example(1.0, "a list is read up to 200 words",
                make_result(make_case(kind="list"), make_answer("so " * 199 + "python"))),
        example(None, "not asked of the unanswerable", RIGHTLY_REFUSED),
    ],
    "forbidden_facts": [
        example(1 / 2, "one of the two cases that forbid something", make_result(make_case(must_not=["king"])),
                make_result(make_case(must_not=["queen"])), RIGHT),
        example(0.0, "said after the words that are read",
                make_result(make_case(must_not=["king"]), make_answer("so " * 120 + "king"))),
        example(None, "nothing forbidden", RIGHT),
    ],
    "words": [
        example((3 + 5) / 2, "three and five words; the refusal does not count", RIGHT,
                make_result(answer=make_answer("a b [1] c d [2, 3] e")), REFUSED),
        example(2.0, "a marker with a link is no word", make_result(answer=make_answer("a [1](#psg-1) b"))),
        example(None, "nothing answered", REFUSED),
    ],
    "over_word_limit": [
        example(1 / 3, "121 words are one too many for a fact, not for a list", RIGHT,
                make_result(answer=make_answer("so " * 121)),
                make_result(make_case(kind="list"), make_answer("so " * 121))),
        example(0.0, "120 are not", make_result(answer=make_answer("so " * 120))),
    ],
    "false_refusals": [
        example(1 / 3, "one of three answerable", RIGHT, WRONG, REFUSED, RIGHTLY_REFUSED),
        example(0.0, "none", RIGHT),
    ],
    "unanswerable_passed": [
        example(1 / 2, "one of two unanswerable", RIGHT, RIGHTLY_REFUSED, WRONGLY_ANSWERED),
        example(0.0, "refused, but says what is forbidden",
                make_result(unanswerable(must_not=["guides"]), REFUSAL)),
        example(None, "nothing unanswerable", RIGHT),
    ],
    "abstention_precision": [
        example(1 / 3, "three refused, one rightly", RIGHTLY_REFUSED, REFUSED, REFUSED, WRONGLY_ANSWERED, RIGHT),
        example(1.0, "one refused, rightly", RIGHTLY_REFUSED, WRONGLY_ANSWERED),
        example(None, "nothing refused: a share of nothing", RIGHT, WRONGLY_ANSWERED),
    ],
    "abstention_recall": [
        example(1 / 3, "three unanswerable, one refused", RIGHTLY_REFUSED, WRONGLY_ANSWERED, WRONGLY_ANSWERED, REFUSED),
        example(1.0, "one unanswerable, refused", RIGHTLY_REFUSED, REFUSED, RIGHT),
        example(None, "nothing unanswerable", RIGHT, REFUSED),
    ],
    "abstention_auroc": [
        example((1 + 1 + 0 + 1 / 2) / 4,
                "pairs of answerable .9, .4 and unanswerable .4, .5: .9 wins twice, .4 loses to .5 and ties with .4",
                with_confidence(0.9, right=True), with_confidence(0.4, right=True),
                with_confidence(0.4, right=True, answerable=False), with_confidence(0.5, right=True, answerable=False)),
        example(1.0, "the one answerable above the one unanswerable",
                with_confidence(0.9, right=False), with_confidence(0.1, right=True, answerable=False)),
        example(None, "only one class", with_confidence(0.9, right=True)),
        example(None, "no confidence", RIGHT, RIGHTLY_REFUSED),
    ],
    "AURC": [
        example((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4, "right, wrong, right, unanswerable: risks 0/1, 1/2, 1/3, 2/4",
                with_confidence(0.9, right=True), with_confidence(0.8, right=False), with_confidence(0.7, right=True),
                with_confidence(0.6, right=True, answerable=False)),
        example((0.5 + 0.5) / 2, "a tie of right and wrong: half an error at each coverage",
                with_confidence(0.5, right=True), with_confidence(0.5, right=False)),
        example(0.0, "nothing wrong", with_confidence(0.5, right=True)),
        example(None, "no confidence", RIGHT),
    ],
    "quote_validity": [
        example((1 + 1 / 2) / 2, "one of one, one of two; uncited answers do not count",
                make_result(answer=make_answer(citations=(quoting("Python is king.", 0, 6, "Python"),))),
                make_result(answer=make_answer(citations=(quoting("Python is king.", 10, 14, "king"),
                                                          quoting("Python is king.", 0, 6, "python")))),
                RIGHT),
        example(0.0, "off by one", make_result(answer=make_answer(citations=(quoting("Python", 0, 5, "Python"),)))),
        example(0.0, "an empty quote is no quote",
                make_result(answer=make_answer(citations=(quoting("Python", 2, 2, ""),)))),
        example(0.0, "beyond the end", make_result(answer=make_answer(citations=(quoting("Python", 2, 9, "thon"),)))),
        example(0.0, "the passage is not where it says",
                make_result(answer=make_answer(citations=(quoting("Python", 0, 6, "Python"),)),
                            displaced=frozenset({make_passage("Python").id}))),
    ],
    "citation_recall": [
        example((1 + 1 / 2) / 2, "all of one claim, one of two", judged(GOOD), judged(GOOD, BAD)),
        example(0.0, "an answer without claims cites nothing", make_result(judgements=())),
        example(None, "not judged, and refused", RIGHT, make_result(answer=REFUSAL, judgements=())),
    ],
    "citation_precision": [
        example((1 / 2 + 1) / 2, "one of two citations needed, then one of one", judged(HALF), judged(GOOD)),
        example(2 / 3, "over the citations of an answer, not its claims: (1+1) of 3", judged(HALF, GOOD)),
        example(0.0, "no citation of an unsupported claim is needed", judged(BAD)),
        example(None, "nothing cited", judged(ClaimJudgement(False))),
    ],
    "unsupported_claims": [
        example((1 / 2 + 0) / 2, "one of two passed off as supported; then one that is flagged", judged(GOOD, BAD),
                judged(GOOD, BAD, shown_as_supported=[True, False])),
        example(1.0, "one of one", judged(BAD)),
        example(None, "no claims", make_result(judgements=())),
    ],
    "flagged_claims": [
        example((1 / 2 + 0) / 2, "one of two, none of one", judged(GOOD, GOOD, shown_as_supported=[True, False]),
                judged(GOOD)),
        example(1.0, "all", judged(BAD, shown_as_supported=[False])),
        example(None, "no claims", RIGHT),
    ],
    "markers_removed": [
        example((2 + 0) / 2, "two, then none", make_result(answer=make_answer(removed_markers=2)), RIGHT),
        example(3.0, "three", make_result(answer=make_answer(removed_markers=3))),
    ],
    "hit@1": [
        example(1 / 2, "first, then second", found("a", "ab"), found("a", "ba")),
        example(1.0, "the other of two", found("ab", "b")),
        example(None, "no section named", RIGHT),
    ],
    "hit@5": [
        example(1 / 2, "fifth, then sixth", found("i", "abcdi"), found("i", "abcdei")),
        example(0.0, "nothing found", found("a", "")),
    ],
    "recall@5": [
        example((1 / 2 + 1 / 1) / 2, "one of two in the first five, then one of one", found("ai", "abcdei"),
                found("a", "ba")),
        example(0.0, "sixth", found("i", "abcdei")),
    ],
    "precision@5": [
        example((2 / 5 + 1 / 5) / 2, "two, then one, over five each", found("ab", "abc"), found("a", "a")),
        example(0.0, "sixth", found("i", "abcdei")),
    ],
    "MRR@10": [
        example((1 / 2 + 1 / 3 + 0) / 3, "2nd, 3rd, nowhere", found("a", "ba"), found("a", "bca"), found("a", "b")),
        example(0.0, "eleventh", found("z", [*NINE, "j", "z"])),
        example(1 / 10, "tenth", found("z", [*NINE, "z"])),
    ],
    "nDCG@10": [
        example((1 / math.log2(3)) / (1 + 1 / math.log2(3)),
                "of two expected one is second: gain 1/log2(3) of an ideal 1/log2(2) + 1/log2(3)", found("ax", "ba")),
        example((1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3)), "first and third", found("ab", "acb")),
        example((1 + 1 / math.log2(3)) / 2, "ideal, then one second of one", found("ab", "ab"), found("a", "ba")),
    ],
    "facts@1": [
        example(1 / 2, "in the first passage, then in the second", found("a", "ab", must=[["text of a"]]),
                found("a", "ab", must=[["text of b"]])),
        example(1.0, "a heading counts", found("a", ["Python", "b"])),
        example(None, "no facts to find", RIGHTLY_REFUSED),
    ],
    "facts@5": [
        example(1 / 2, "two facts in two passages; then one is sixth", found("a", "ab", must=[["of a"], ["of b"]]),
                found("a", "abcdef", must=[["of a"], ["of f"]])),
        example(0.0, "nowhere", found("a", "a", must=[["of z"]])),
    ],
    "model_failures": [
        example(1 / 2, "one of two; without a model it is not asked", make_result(fell_back=True),
                make_result(fell_back=False), RIGHT),
        example(0.0, "none", make_result(fell_back=False)),
    ],
    "latency_p50": [
        example(0.25, "between .2 and .3", *(make_result(seconds=s / 10) for s in (4, 1, 3, 2))),
        example(0.2, "the middle one", *(make_result(seconds=s / 10) for s in (1, 2, 9))),
    ],
    "latency_p95": [
        example(0.95, "of 0, .01 … 1 the 96th of 101", *(make_result(seconds=s / 100) for s in range(101))),
        example(0.1 + 0.95 * 0.8, "95 hundredths of the way from .1 to .9", make_result(seconds=0.1),
                make_result(seconds=0.9)),
    ],
    "input_tokens": [
        example((100 + 300) / 2, "over those that report them",
                make_result(answer=make_answer(usage={"input_tokens": 100})),
                make_result(answer=make_answer(usage={"input_tokens": 300})), RIGHT),
        example(40.0, "one", make_result(answer=make_answer(usage={"input_tokens": 40}))),
        example(None, "no model", RIGHT),
    ],
    "output_tokens": [
        example((10 + 30) / 2, "likewise",
                make_result(answer=make_answer(usage={"input_tokens": 7, "output_tokens": 10})),
                make_result(answer=make_answer(usage={"output_tokens": 30})), RIGHT),
        example(7.0, "one", make_result(answer=make_answer(usage={"output_tokens": 7}))),
    ],
}  # fmt: skip


def check(metric: Metric, examples: Sequence[Example]) -> None:
    for one in examples:
        figure = metric.score(one.results)
        if one.figure is None:
            assert figure is None, one.why
        else:
            assert figure is not None, one.why
            assert figure == pytest.approx(one.figure, abs=1e-9), one.why
            assert not math.isnan(figure)


def test_every_metric_has_examples_that_differ() -> None:
    assert set(EXAMPLES) == set(METRICS)
    for name, examples in EXAMPLES.items():
        assert len({one.figure for one in examples}) > 1, name


@pytest.mark.parametrize("name", METRICS)
def test_metric_agrees_with_hand_worked_examples(name: str) -> None:
    check(METRICS[name], EXAMPLES[name])


MUTANTS: dict[str, Callable[[Metric, list[Example]], Metric]] = {
    "always zero": lambda metric, _: _constant(metric, 0.0),
    "always a half": lambda metric, _: _constant(metric, 0.5),
    "always one": lambda metric, _: _constant(metric, 1.0),
    "always the first example's figure": lambda metric, examples: _constant(metric, examples[0].figure),
    "always unscored": lambda metric, _: replace(metric, observe=lambda result: None),
    "only the first case": lambda metric, _: replace(metric, combine=lambda seen: metric.combine(list(seen)[:1])),
    "only the last case": lambda metric, _: replace(metric, combine=lambda seen: metric.combine(list(seen)[-1:])),
}


def _constant(metric: Metric, figure: float | None) -> Metric:
    return replace(metric, combine=lambda seen: figure)


@pytest.mark.parametrize("mutant", MUTANTS)
@pytest.mark.parametrize("name", METRICS)
def test_examples_catch_a_metric_that_ignores_its_input(name: str, mutant: str) -> None:
    with pytest.raises(AssertionError):
        check(MUTANTS[mutant](METRICS[name], EXAMPLES[name]), EXAMPLES[name])


def test_metric_names_carry_their_cutoff_and_say_what_they_count() -> None:
    for name, metric in METRICS.items():
        assert metric.name == name
        assert metric.definition.endswith(".")
        assert metric.group in {"answers", "abstention", "grounding", "retrieval", "cost"}


@pytest.mark.parametrize("seed", range(5))
def test_auroc_agrees_with_scikit_learn(seed: int) -> None:
    from sklearn.metrics import roc_auc_score

    chance = random.Random(seed)
    # One digit, so that ties are many.
    scores = [round(chance.random(), 1) for _ in range(60)]
    labels = [chance.random() < score for score in scores]
    assert auroc(scores, labels) == pytest.approx(roc_auc_score(labels, scores))


@pytest.mark.parametrize("seed", range(3))
def test_ndcg_agrees_with_scikit_learn(seed: int) -> None:
    from sklearn.metrics import ndcg_score

    chance = random.Random(seed)
    ranking = [f"s{n}" for n in range(30)]
    relevant = chance.sample(ranking, 5)
    gains = [[float(name in relevant) for name in ranking]]
    falling = [[float(-n) for n in range(30)]]
    assert ranking_scores(relevant, ranking)["nDCG@10"] == pytest.approx(ndcg_score(gains, falling, k=10))


@pytest.mark.parametrize("seed", range(3))
def test_risk_at_ties_is_the_mean_over_their_orders(seed: int) -> None:
    chance = random.Random(seed)
    confidences = [round(chance.random(), 1) for _ in range(12)]
    wrong = [chance.random() < 0.4 for _ in range(12)]
    curve = risk_coverage(confidences, wrong)
    assert curve is not None
    drawn = np.zeros(12)
    draws = 4000
    for _ in range(draws):
        order = sorted(range(12), key=lambda at: (-confidences[at], chance.random()))
        drawn += np.cumsum([wrong[at] for at in order]) / np.arange(1, 13)
    assert np.allclose(curve.risk, drawn / draws, atol=0.03)
    assert curve.coverage[-1] == 1
    assert curve.risk[-1] == pytest.approx(sum(wrong) / 12)


def test_percentiles_agree_with_numpy() -> None:
    values = [random.Random(1).random() for _ in range(37)]
    results = example(0, "", *(make_result(seconds=value) for value in values)).results
    assert METRICS["latency_p50"].score(results) == pytest.approx(np.percentile(values, 50))
    assert METRICS["latency_p95"].score(results) == pytest.approx(np.percentile(values, 95))


class TestCitationJudging:
    """ALCE's two questions, with a judge that wants certain words in the evidence."""

    @staticmethod
    def wants(*words: str) -> Callable[[str, Sequence[str]], bool]:
        return lambda claim, evidence: all(word in " ".join(evidence) for word in words)

    def test_claim_without_citation_is_not_supported(self) -> None:
        assert judge_claim("a", [], self.wants()) == ClaimJudgement(False, ())

    def test_both_are_needed_if_neither_suffices(self) -> None:
        assert judge_claim("a and b", ["a", "b"], self.wants("a", "b")) == ClaimJudgement(True, (True, True))

    def test_one_that_adds_nothing_is_not_needed(self) -> None:
        assert judge_claim("a", ["a", "z"], self.wants("a")) == ClaimJudgement(True, (True, False))

    def test_each_of_two_that_suffice_alone_is_needed(self) -> None:
        # ALCE: a citation is irrelevant only if it does not support the claim by itself.
        assert judge_claim("a", ["a", "a too"], self.wants("a")) == ClaimJudgement(True, (True, True))

    def test_citations_of_an_unsupported_claim_are_not_needed(self) -> None:
        assert judge_claim("c", ["a", "b"], self.wants("c")) == ClaimJudgement(False, (False, False))

    def test_evidence_is_the_cited_passage_under_its_headings(self) -> None:
        seen: list[Sequence[str]] = []

        def judge(claim: str, evidence: Sequence[str]) -> bool:
            seen.append(evidence)
            return True

        citation = Citation(1, "king", 10, 14, make_passage("Python is king.", section="Senior"))
        answer = make_answer(claims=(Claim("Senior: king", (1,)), Claim("made up", (7,))), citations=(citation,))
        judgements = judge_answer(answer, judge)
        assert seen == [["Senior\nPython is king."]]
        assert judgements == (ClaimJudgement(True, (True,)), ClaimJudgement(False, ()))


class TestRanking:
    def test_later_passages_of_a_section_are_passed_over(self) -> None:
        case = make_case(expected=[{"document": "guide", "section": "b"}])
        hits = [Hit(make_passage(text, section=name), 1) for text, name in (("1", "a"), ("2", "a"), ("3", "b"))]
        assert rank_sections(case, hits) == ("guide.md#a", "guide#b")

    def test_hit_stands_for_its_duplicates(self) -> None:
        case = make_case(expected=[{"document": "other", "section": "b"}])
        hit = Hit(make_passage(), 1, (make_passage(section="b", document="other.md"),))
        assert rank_sections(case, [hit]) == ("guide.md#Skills", "other#b")

    @pytest.mark.parametrize(
        ("document", "section", "held"),
        [
            ("guide", "skills", True),
            ("guide.md", "", True),
            ("The Guide", "Skills", True),
            ("guides", "Skills", False),
            ("guide", "skills > python", False),
            ("other", "Skills", False),
        ],
    )
    def test_place_is_named_by_guide_and_part_of_the_heading(self, document: str, section: str, held: bool) -> None:
        place = make_case(expected=[{"document": document, "section": section}]).expected[0]
        assert holds(place, make_passage()) is held

    def test_facts_may_stand_in_different_passages(self) -> None:
        case = make_case(must=[["one"], ["two"]])
        hits = [Hit(make_passage("One."), 1), Hit(make_passage("Two."), 1)]
        assert not facts_found(case, hits, 1)
        assert facts_found(case, hits, 2)


class TestBootstrap:
    def test_same_seed_same_interval(self) -> None:
        seen = [(random.Random(n).random(),) for n in range(50)]
        assert interval(seen, mean, seed=3) == interval(seen, mean, seed=3)
        assert interval(seen, mean, seed=3) != interval(seen, mean, seed=4)

    def test_quick_interval_of_a_mean_is_the_same(self) -> None:
        values = [random.Random(2).random() for _ in range(40)]
        quick, slow = mean_interval(values, seed=1), interval([(value,) for value in values], mean, seed=1)
        assert quick is not None
        assert slow is not None
        assert (quick.low, quick.high) == pytest.approx((slow.low, slow.high))

    def test_interval_of_a_share_is_near_the_normal_one(self) -> None:
        # 80 of 100: 0.8 ± 1.96 · sqrt(.8 · .2 / 100) = 0.8 ± 0.078
        around = mean_interval([1.0] * 80 + [0.0] * 20)
        assert around is not None
        assert around.low == pytest.approx(0.722, abs=0.015)
        assert around.high == pytest.approx(0.878, abs=0.015)

    def test_one_case_has_no_interval(self) -> None:
        assert interval([(1.0,)], mean) is None
        assert mean_interval([1.0]) is None

    def test_pairing_takes_out_what_is_hard_on_both_sides(self) -> None:
        before = {f"c{n}": (float(n % 2),) for n in range(100)}
        after = {**before, "c0": (1.0,)}
        difference = paired_difference(before, after, mean)
        assert difference is not None
        assert difference.value == pytest.approx(0.01)
        assert difference.interval is not None
        # Unpaired it would be about ± 0.14.
        assert difference.interval.high - difference.interval.low < 0.05

    def test_only_shared_cases_are_compared(self) -> None:
        difference = paired_difference({"a": (1.0,), "b": (0.0,)}, {"b": (1.0,), "c": (0.0,)}, mean)
        assert difference is not None
        assert (difference.before, difference.after, difference.cases) == (0.0, 1.0, 1)

    def test_randomization_agrees_with_all_swaps(self) -> None:
        # Five gains and no loss: of the 2**5 ways to swap them, two are as far from zero. p = 2/32.
        assert randomization_p([1, 1, 1, 1, 1, 0, 0]) == pytest.approx(2 / 32, abs=0.01)
        assert randomization_p([0, 0]) == 1.0
