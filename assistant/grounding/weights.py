"""Weights of the claim check, by feature.

Written by `python -m tests.fit_grounding --write` from the development claims of evals/claims; never by hand.
"""

BIAS = -5.1481

WEIGHTS = {
    "recall by clause": 4.0000,
    "sentence": 1.4894,
    "window": 2.8493,
    "missing name": 1.8411,
    "missing rare": 0.9594,
    "kin": 11.5284,
    "strange": 1.2014,
    "number": 0.1891,
    "name": 0.7943,
    "substitute": 0.8323,
    "swap": 1.5633,
    "order": 7.5101,
    "comparison": 3.4992,
    "salad": 3.0000,
    "number × recall": 5.2099,
    "name × recall": 2.4838,
    "substitute × recall": 2.9799,
    "swap × recall": 4.2563,
    "role × recall": 2.9095,
    "bound × recall": 3.6455,
    "negation × recall": 4.3600,
    "quantifier × recall": 4.1036,
}
