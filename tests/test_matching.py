"""The matcher prefers what answers to what is alike, and knows when nothing answers."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant.matching import Matcher
from index.embedding import SentenceTransformerEmbedder, Vectors

SALARY = "Salary A senior machine learning engineer earns about $150,000 to $250,000 a year."
PEOPLE = "Networking Join communities and forums, and attend meetups and conferences."
JOBS = "Job search Apply for internships and entry-level positions."
SKILLS = "Skills Python is the most popular language for machine learning."
LEAVE = "Leave Everybody has thirty days of paid leave a year, and takes ten of them in a row."
LOAVES = "Crust Bake the loaf with steam for the first fifteen minutes, so that the crust stays soft while it rises."
SENTENCES = [SALARY, PEOPLE, JOBS, SKILLS, LEAVE, LOAVES]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What could I make once I have ten years behind me?", SALARY),
        ("I don't know a single person in the field. How do I meet some?", PEOPLE),
        ("How do I get my foot in the door?", JOBS),
        ("Which language should I pick up?", SKILLS),
        ("How long can I be away on holiday?", LEAVE),
        ("Why does my bread come out with a hard shell too early?", LOAVES),
    ],
)
def test_the_sentence_that_answers_is_first(matcher: Matcher, question: str, answer: str) -> None:
    match = matcher.match(question, SENTENCES)
    assert SENTENCES[int(np.argmax(match.scores))] == answer


def test_nothing_reaches_the_bar_where_nothing_answers(matcher: Matcher) -> None:
    for question in ("Do companies sponsor visas?", "What does a senior earn in Germany?", "Who won the cup in 1974?"):
        assert matcher.match(question, SENTENCES).lead < 0, question
    for question in (
        "Which language should I pick up?",
        "How many days of leave do I get?",
        "How much do seniors get?",
    ):
        assert matcher.match(question, SENTENCES).lead > 0, question


def test_a_score_does_not_depend_on_what_stands_beside_the_sentence(matcher: Matcher) -> None:
    together = matcher.match("How do I get my foot in the door?", SENTENCES)
    alone = [matcher.match("How do I get my foot in the door?", [sentence]).scores[0] for sentence in SENTENCES]
    assert together.scores == pytest.approx(alone, abs=1e-3)
    assert len(matcher.match("Anything?", []).scores) == 0


@pytest.mark.parametrize("question", ["", "?", "\ud800", "x" * 20_000, "日本語の質問ですか"])
def test_any_question_is_scored(matcher: Matcher, question: str) -> None:
    assert np.isfinite(matcher.match(question, [*SENTENCES, "", "?"]).scores).all()


def test_what_is_encoded_is_not_embedded_again(matcher: Matcher) -> None:
    asked: list[str] = []
    embedder = SentenceTransformerEmbedder()

    def embed(texts: Sequence[str]) -> Vectors:
        asked.extend(texts)
        return embedder.embed(texts)

    matcher.prepare(SENTENCES)
    vectors = matcher.sharing(embed)([SALARY, "Something else", JOBS, SALARY])
    assert asked == ["Something else"]
    assert vectors == pytest.approx(embedder.embed([SALARY, "Something else", JOBS, SALARY]), abs=1e-5)


def test_threads_get_what_one_gets(matcher: Matcher) -> None:
    questions = [f"How do I get a job in {place}?" for place in ("banking", "health", "games", "farming")] * 5
    expected = [Matcher.match(matcher, question, SENTENCES).scores for question in questions]
    fresh = Matcher()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda question: fresh.match(question, SENTENCES).scores, questions))
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, abs=1e-3)


def test_no_question_that_is_measured_is_among_those_it_learns_from() -> None:
    data = Path(__file__).parent / "data"

    def plain(text: str) -> str:
        return re.sub(r"\W+", " ", text.lower()).strip()

    def read(path: Path) -> list[dict]:
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]

    learnt = {plain(text) for fact in read(data / "matching" / "careers.jsonl") for text in fact["questions"]}
    learnt |= {plain(text) for fact in read(data / "matching" / "careers.jsonl") for text in fact["unanswered"]}
    learnt |= {plain(case["question"]) for case in read(data / "matching" / "unanswered.jsonl")}
    files = [*data.glob("*unseen*.jsonl"), *data.glob("asked_*.jsonl"), *data.parents[1].glob("evals/cases/*.jsonl")]
    measured = {plain(case["question"]) for path in files for case in read(path)}
    measured |= {plain(case["question"]) for case in read(data / "answerability.jsonl") if case["split"] == "test"}
    assert len(measured) > 1_000
    assert not learnt & measured
