"""Weights of the claim check, by feature.

Written by `python -m tests.fit_grounding --write` from the development claims of evals/claims; never by hand.
"""

BIAS = -4.7021

WEIGHTS = {
    "recall by clause": 4.0000,
    "sentence": 0.6857,
    "window": 2.7678,
    "entailment": 1.4456,
    "missing name": 0.9576,
    "missing rare": 0.2629,
    "kin": 10.1962,
    "strange": 2.7707,
    "number": 0.3662,
    "name": 1.4592,
    "order": 4.6756,
    "comparison": 2.1164,
    "salad": 3.0000,
    "number × recall": 3.0127,
    "name × recall": 1.4693,
    "substitute × recall": 1.2783,
    "swap × recall": 5.2907,
    "role × recall": 2.6048,
    "bound × recall": 3.0068,
    "negation × recall": 3.9633,
    "quantifier × recall": 3.7000,
}
