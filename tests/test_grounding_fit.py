"""Is what the claim check learns from what it is said to be?"""

import json
import random

import pytest

from evals.grounding import load_claims
from tests.fit_grounding import FILES, SCORES, pair_key
from tests.near_copies import near_copies

SENTENCES = (
    "A visa costs 70 dollars, and the fee is not returned.",
    "Many visitors can apply online, while others must write to the embassy.",
    "Yes.",
)


@pytest.mark.parametrize("seed", range(20))
def test_a_copy_is_a_sentence_or_its_beginning_and_a_changed_one_is_not(seed):
    beginnings = [sentence.rstrip(".") for sentence in SENTENCES]
    found = list(near_copies(SENTENCES, random.Random(seed)))
    assert sum(supported for _, supported in found) == 2  # not of "Yes.", which is no claim
    for claim, supported in found:
        assert any(beginning.startswith(claim.rstrip(".")) for beginning in beginnings) == supported


def test_every_development_claim_was_judged_by_a_model_that_did_not_learn_from_it():
    scores = json.loads(SCORES.read_text("utf-8"))
    cases = [case for path in FILES.values() for case in load_claims(path) if case.split == "development"]
    assert [case.id for case in cases if pair_key(case) not in scores] == []
