"""Weights of the claim check, by feature.

Written by `python -m tests.fit_grounding --write` from the development claims of evals/claims; never by hand.
"""

BIAS = -4.6664

WEIGHTS = {
    "recall by clause": 4.0000,
    "sentence": 0.7510,
    "window": 2.6534,
    "entailment": 1.4385,
    "missing name": 0.9705,
    "missing rare": 0.2349,
    "kin": 10.2277,
    "strange": 2.8261,
    "number": 0.4065,
    "name": 1.4476,
    "order": 4.6648,
    "comparison": 2.4028,
    "salad": 3.0000,
    "number × recall": 2.8851,
    "name × recall": 1.4777,
    "substitute × recall": 1.2587,
    "swap × recall": 5.2798,
    "role × recall": 2.5872,
    "bound × recall": 3.0063,
    "negation × recall": 4.0089,
    "quantifier × recall": 3.6924,
}
