"""Weights of the answerability judge.

Written by `python -m tests.fit_answerability --write` from the development split of tests/data/answerability.jsonl;
never by hand.
"""

THRESHOLD = 0.2650  # 4.5% of the answerable development questions lie below

TERM_WEIGHTS = {
    "bias": -1.3864,
    "absent": 0.9656,
    "not in hits": -0.6899,
    "not in top": 0.3020,
    "not in best": 1.5453,
    "unlike": 2.4058,
    "gain": 5.5362,
    "capital": 0.1412,
    "absent capital": 2.2472,
    "number": 0.2341,
    "common": -1.2959,
    "absent common": 0.1278,
    "unknown": -0.6823,
    "spelled": -1.2605,
    "absent asked": 1.6325,
}

QUESTION_WEIGHTS = {
    "bias": -1.8352,
    "best": 4.2910,
    "best alone": 4.1431,
    "third": 0.0225,
    "lacking": -3.7879,
    "lacking surely": 1.6462,
    "lacking odds": -0.4075,
    "lacking near": -0.2600,
    "lacking second": -0.0778,
    "lacking beyond doubt": -1.7537,
    "absent share": -0.6361,
    "not in top share": 0.0713,
    "unlike share": -0.2295,
    "gain": -7.0772,
    "instruction": -2.3699,
    "injected": -1.6615,
    "words": 4.5929,
    "wants duration": -0.4247,
    "no duration": 7.0438,
    "wants amount": -1.7955,
    "no amount": -14.9810,
    "wants count": -2.6096,
    "no count": -5.5174,
    "wants percentage": -0.7826,
    "no percentage": -0.9297,
    "wants date": -0.8654,
    "no date": -4.8599,
    "wants formula": -1.0818,
    "no formula": -2.6981,
    "wants version": 2.0643,
    "no version": -6.8482,
    "wants choice": -2.3449,
    "wants person": -0.3127,
    "wants how-to": -1.4801,
    "wants definition": -0.7994,
    "no figure": -5.4814,
}
