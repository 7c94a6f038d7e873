"""Weights of the claim check, by feature.

Written by `python -m tests.fit_grounding --write` from the development claims of evals/claims; never by hand.
"""

BIAS = -4.6937

WEIGHTS = {
    "recall by clause": 4.0000,
    "sentence": 2.6294,
    "window": 1.0738,
    "entailment": 1.1444,
    "missing name": 1.0813,
    "missing rare": 0.1772,
    "kin": 10.4221,
    "strange": 2.4164,
    "number": 0.3060,
    "name": 0.8312,
    "swap": 0.6684,
    "order": 3.9656,
    "comparison": 2.4098,
    "salad": 3.0000,
    "number × recall": 3.0366,
    "name × recall": 3.0135,
    "substitute × recall": 2.3589,
    "swap × recall": 4.0840,
    "role × recall": 2.1259,
    "bound × recall": 1.9107,
    "negation × recall": 3.7223,
    "quantifier × recall": 3.0273,
}
