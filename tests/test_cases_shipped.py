"""Our own cases: enough of every kind, split fairly, and answerable from the guides that ship."""

from __future__ import annotations

from collections import Counter

import pytest

from corpus.loaders import load_guides
from evals.cases import KINDS, load_cases
from evals.check import check_cases

CASES = load_cases()

LEAST = {"unanswerable": 35, "offtopic": 15, "injection": 10, "followup": 25, "typo": 15}


def test_there_are_enough_cases_of_every_kind() -> None:
    counts = Counter(case.kind for case in CASES)
    assert len(CASES) >= 220
    for kind in KINDS:
        assert counts[kind] >= LEAST.get(kind, 10), kind
    assert set(counts) <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_three_in_five_of_each_kind_are_for_development(kind: str) -> None:
    splits = Counter(case.split for case in CASES if case.kind == kind)
    assert set(splits) == {"development", "test"}
    assert 0.5 <= splits["development"] / splits.total() <= 0.7


def test_check_finds_nothing_wrong() -> None:
    findings = check_cases(CASES, load_guides(None).documents)
    assert [f"{finding.case}: {finding.what}: {finding.detail}" for finding in findings] == []


def test_answerable_cases_name_their_sections() -> None:
    assert [case.id for case in CASES if case.answerable and not case.expected] == []


def test_every_guide_is_asked_about() -> None:
    documents = {place.document for case in CASES for place in case.expected}
    assert documents == {"roadmap", "playbook"}


def test_follow_ups_have_a_conversation_and_nothing_else_does() -> None:
    assert [case.id for case in CASES if bool(case.history) != (case.kind == "followup")] == []
