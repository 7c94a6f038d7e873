"""Typing errors are put right; what is right is not touched."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from corpus.loaders import load_guides
from index import Passage, PassageIndex
from index.lexical import words_of
from index.segment import matched_text
from index.spelling import Spelling
from tests.index_parts import HashEmbedder

EXAMPLES = Path(__file__).resolve().parents[1].parent / "shared" / "questions" / "examples.jsonl"
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    counts: Counter[str] = Counter()
    for document in load_guides(None).documents:
        for section in document.sections:
            counts.update(words_of(matched_text(Passage(id="x", text=section.text, section=section.headings))))
    return Spelling(counts)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("waht is kuberentes usd for in mlosp", "what is kubernetes used for in mlops"),
        ("senoir ml enginere sallary us range", "senior ml engineer salary us range"),
        (
            "which metrix to evalute modle acuracy precison etc",
            "which metrics to evaluate model accuracy precision etc",
        ),
        ("how do i becom a machne lerning enginer", "how do i become a machine learning engineer"),
        ("diffrence betwen suprvised lerning?", "difference between supervised learning?"),
        ("cloude certifcation, worth it", "cloud certification, worth it"),
        ("wich pyhton libaries", "which python libraries"),
        ("portfoliio projcts on githbu", "portfolio projects on github"),
        ("is a phd requird", "is a phd required"),
        ("what is tensroflow", "what is tensorflow"),
    ],
)
def test_typing_errors_are_put_right(spelling: Spelling, wrong: str, right: str) -> None:
    assert spelling.correct(wrong) == right
    assert spelling.correct(right) == right


@pytest.mark.parametrize(
    "right",
    [
        "What skills does a machine learning engineer need?",
        "salary in usd vs inr vs eur",
        "is 12 lpa good for a fresher in bangalore, or 25 lakhs?",
        "gonna wanna gotta kinda dunno lol tbh imo",
        "ya'll think i shoulda learnt c++ or c# or .net?",
        "I don't, can't and won't; it's Andrew Ng's course",
        "how do organisations analyse and optimise the colour of behaviour at the centre?",
        "how do organizations analyze and optimize the color of behavior at the center?",
        "travelled modelling labelled programme defence licence catalogue",
        "pip install scikit-learn==1.4 && python -m foo.bar --baz_qux $HOME/mytensr",
        "see https://exampel.org/lerning or mail me at jhon@exmaple.com",
        "use model.fit(xtrain, ytrain) and np.argsort",
        "What did Srinivasan, Nguyen and Kowalczyk publish?",
        "LLM RAG NLP GPT-4o AWS GCP CNN RNN LSTM SQL ETL API",
        "llm rag nlp gpt aws gcp cnn rnn lstm sql etl api",
        "kaggle coursera udacity leetcode huggingface databricks xgboost lightgbm",
        "wie viel verdient ein ingenieur für maschinelles lernen",
        "combien gagne un ingenieur en apprentissage",
        "cuanto gana un ingeniero de machine lerning",
        "ml engineer kaise bane aur kitna kamata hai",
        "what is mlops yaar, tell me bhai",
        "mujhe ek pyaar bhari shayari sunao",
        "機械学習エンジニアの給料は？",
        "¿Qué hace un ingeniero?",
        "3x 10k 2nd 4yrs 50% $100k 24/7",
        "",
        "   ",
        "?!",
        "I have been a software dev for six years, is there owt for nowt?",
    ],
)
def test_what_is_right_is_not_touched(spelling: Spelling, right: str) -> None:
    assert spelling.correct(right) == right


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the example questions are not here")
def test_example_questions_without_errors_are_not_touched(spelling: Spelling) -> None:
    lines = [json.loads(line) for line in EXAMPLES.read_text("utf-8").splitlines()]
    right = [line["question"] for line in lines if line["kind"] != "typo"]
    assert [question for question in right if spelling.correct(question) != question] == []


def test_the_project_s_own_questions_are_not_touched(spelling: Spelling) -> None:
    for path in sorted((ROOT / "evals" / "cases").glob("*.jsonl")):
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        right = [line["question"] for line in lines if line.get("kind") != "typo"]
        touched = [(question, spelling.correct(question)) for question in right]
        assert [pair for pair in touched if pair[0] != pair[1]] == []


def test_most_slips_of_the_finger_are_put_right(spelling: Spelling) -> None:
    chance = random.Random(5)
    words = [word for word, count in spelling._counts.items() if count >= 4 and len(word) >= 6]
    right = wrong = 0
    for word in chance.sample(sorted(words), 100):
        place = chance.randrange(1, len(word) - 1)
        slip = chance.choice(
            [
                word[:place] + word[place + 1 :],
                word[:place] + word[place] + word[place:],
                word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            ]
        )
        found = spelling.correct(f"tell me about {slip} please").split()[3]
        right += found == word
        wrong += found not in (word, slip)
    assert right >= 80  # the rest are words themselves, or nearer to another word
    assert wrong <= 12


def test_the_index_s_own_words_decide(tmp_path: Path) -> None:
    with PassageIndex.open(tmp_path, embedder=HashEmbedder()) as index:
        assert index.correct("what is a zorblax") == "what is a zorblax"
        index.add([Passage(id="a", text="The zorblax is a rare bird. Every zorblax sings.")])
        assert index.correct("what is a zorblxa") == "what is a zorblax"
        index.add([Passage(id="b", text="A flurbot is a machine.")])
        assert index.correct("waht is a flurbto") == "what is a flurbot"
