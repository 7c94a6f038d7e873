"""Fit the weights of the answerability judge and report how well it decides.

    python -m tests.fit_answerability [--also FOLDER …] [--write]

Reads tests/data/answerability.jsonl: questions with the guides they are asked of (`subject`), their kind, their split,
and, where the guides do not answer them, the words that the guides lack (`focus`). Weights and threshold come from the
development split alone; the test split, on which half of the subjects occur only, is for the report. Added are the
questions of tests/data/matching that the matcher was not taught, also those on small guides of every kind. `--also`
adds other texts of the subject "ml", so that the weights do not lean on the way the shipped guides are written.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant import answer_types, answerability
from assistant.answerability import AnswerabilityJudge, Evidence, question_features
from assistant.asking import EXPECTATIONS, Asking, Term, read_question
from assistant.conversation import standalone_question, user_turns
from assistant.matching import shared_matcher
from assistant.retrieval import passages_for
from assistant.settings import Settings
from assistant.vocabulary import Vocabulary, is_foreign
from corpus.loaders import load_guides
from index.embedding import SentenceTransformerEmbedder
from index.passage_index import PassageIndex
from index.sync import sync_documents
from tests.fit_matching import is_held_out

DATA = Path(__file__).parent / "data"
EVALS = Path(__file__).resolve().parents[1] / "evals" / "cases"
MODEL = Path(answerability.__file__).with_name("answerability_model.py")
# Share by weight of answerable development questions refused: below the 5% allowed, for other questions; from .04 on
# more are refused on small guides than it is worth.
FALSE_REFUSALS = 0.025
# What a question counts that was kept from the matcher, on our guides and on the small ones: they were written to be
# hard, and are many (guess).
KEPT_OUT, KEPT_OUT_SMALL = 0.2, 0.5
SHELF = 8  # small guides that stand together, as guides do (guess)
FOLDS = 5
PASSAGES = Settings().passages  # as the assistant searches


@dataclass
class Row:
    """A question asked of one corpus, read as far as the weights are not needed."""

    case: dict[str, Any]
    corpus: str
    asking: Asking
    evidence: Evidence
    terms: list[tuple[Term, dict[str, float]]]
    foreign: bool = False  # refused without weights

    @property
    def weight(self) -> float:
        return float(self.case.get("weight", 1.0))

    @property
    def fold(self) -> int:
        return int(hashlib.md5(self.case["question"].encode()).hexdigest(), 16) % FOLDS


class Memory:
    """An embedder that remembers, so that many questions over few guides take seconds."""

    def __init__(self) -> None:
        self._inner = SentenceTransformerEmbedder()
        self.name = self._inner.name
        self._kept: dict[str, Any] = {}

    def embed(self, texts: Sequence[str]) -> Any:
        unknown = [text for text in dict.fromkeys(texts) if text not in self._kept]
        if unknown:
            self._kept.update(zip(unknown, self._inner.embed(unknown), strict=True))
        return np.stack([self._kept[text] for text in texts])


def read_cases(path: Path = DATA / "answerability.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def read_asked() -> list[dict[str, Any]]:
    """Questions written by people who saw the facts but neither code nor cases, and read while developing."""
    cases = []
    for name in ("unseen_development", "asked_development", "asked_third", "asked_fourth", "asked_followups"):
        for case in read_cases(DATA / f"{name}.jsonl"):
            kind = case["kind"] if case["kind"] in {"offtopic", "injection"} else "near"
            kind = "answerable" if case["answerable"] else kind
            asked = {key: case.get(key) for key in ("question", "answerable")}
            cases.append({**asked, "history": case.get("history", []), "kind": kind, "subject": "ml", "split": "dev"})
    return cases


def read_eval_cases(split: str) -> list[dict[str, Any]]:
    """The eval cases of a split, as this file writes cases."""
    cases = []
    for line in (EVALS / f"{split}.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        kind = case["kind"] if case["kind"] in {"offtopic", "injection"} else "near"
        cases.append(
            {
                "question": case["question"],
                "history": case.get("history", []),
                "kind": "answerable" if case["answerable"] else kind,
                "answerable": case["answerable"],
                "subject": "ml",
                "split": "dev" if split == "development" else "evals",
            }
        )
    return cases


def read_held_out() -> list[dict[str, Any]]:
    """The questions that the matcher was not taught: of all others it knows too well whether they are answered."""
    kept = {"history": [], "subject": "ml", "split": "dev", "weight": KEPT_OUT}
    facts = read_cases(DATA / "matching" / "careers.jsonl")
    asked = [(question, "answerable") for fact in facts if fact["answers_elsewhere"] for question in fact["questions"]]
    asked += [(question, "near") for fact in facts for question in fact["unanswered"]]
    asked += [(case["question"], case["kind"]) for case in read_cases(DATA / "matching" / "unanswered.jsonl")]
    return [
        {"question": question, "kind": kind, "answerable": kind == "answerable", **kept}
        for question, kind in asked
        if is_held_out(question)
    ]


def read_small_guides(folder: Path) -> list[dict[str, Any]]:
    """The questions on small guides that the matcher was not taught; the guides are put into a folder, in shelves."""
    guides = [case for name in ("subjects", "professions") for case in read_cases(DATA / "matching" / f"{name}.jsonl")]
    cases = []
    for number, guide in enumerate(guides):
        subject = f"shelf {number % (len(guides) // SHELF)}"
        sections = [f"## {section['heading']}\n\n{' '.join(section['sentences'])}" for section in guide["sections"]]
        (folder / subject).mkdir(exist_ok=True)
        (folder / subject / f"{number}.md").write_text("\n\n".join([f"# {guide['title']}", *sections]), "utf-8")
        kept = {"history": [], "subject": subject, "split": "dev", "weight": KEPT_OUT_SMALL}
        asked = [(question["question"], "answerable") for question in guide["questions"]]
        asked += [(question, "near") for question in guide["unanswered"]]
        cases += [
            {"question": question, "kind": kind, "answerable": kind == "answerable", **kept}
            for question, kind in asked
            if is_held_out(question)
        ]
    return cases


def read_rows(cases: list[dict[str, Any]], small: Path, also: Sequence[str] = ()) -> list[Row]:
    memory = Memory()
    corpora: dict[str, list[Any]] = {"ml": [("guides", None), *((Path(folder).name, folder) for folder in also)]}
    for path in [*sorted((DATA / "subjects").glob("*.md")), *sorted(small.iterdir())]:
        corpora[path.stem] = [(path.stem, path)]
    rows = []
    for subject, places in corpora.items():
        for name, place in places:
            with tempfile.TemporaryDirectory() as folder, closing(PassageIndex.open(folder, embedder=memory)) as index:
                sync_documents(index, load_guides(place).documents)
                vocabulary = Vocabulary.of("\n".join([*p.section, p.text]) for p in index.passages())
                judge = AnswerabilityJudge(memory.embed, vocabulary)
                for case in cases:
                    if case["subject"] == subject:
                        question = standalone_question(
                            index.correct(case["question"]), user_turns(case.get("history", [])), embed=memory.embed
                        )
                        hits = passages_for(question, index, shared_matcher(), k=PASSAGES)
                        if not hits:
                            continue  # refused without a look
                        asking = read_question(question)
                        evidence = judge.evidence(asking, hits)
                        foreign = is_foreign(asking.whole, vocabulary)
                        rows.append(Row(case, name, asking, evidence, judge.term_features(asking, evidence), foreign))
    return rows


Weights = dict[str, float]


def logistic_regression(
    features: list[Weights], labels: list[bool], weights: list[float], strength: float
) -> tuple[Weights, Callable[[Weights], float]]:
    """Weights on the features as they are, fitted with both classes balanced."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    names = list(features[0])
    matrix = np.array([[row[name] for name in names] for row in features])
    scaler = StandardScaler().fit(matrix)
    model = LogisticRegression(C=strength, max_iter=5000, class_weight="balanced")
    model.fit(scaler.transform(matrix), labels, sample_weight=weights)
    slopes = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - (slopes * scaler.mean_).sum())
    fitted = {"bias": bias, **{name: float(slope) for name, slope in zip(names, slopes, strict=True)}}
    return fitted, lambda row: answerability.logistic(row, fitted)


def fit_terms(rows: list[Row]) -> tuple[Weights, Callable[[Weights], float]]:
    features, labels, weights = [], [], []
    for row in rows:
        if row.case["kind"] not in {"answerable", "near"}:
            continue
        focus = {word for phrase in row.case.get("focus", []) for word in phrase.lower().split()}
        if row.case["kind"] == "near" and not focus:
            continue
        for term, values in row.terms:
            lacks = row.case["kind"] == "near" and term.text.lower().removesuffix("'s") in focus
            features.append(values)
            labels.append(lacks)
            weights.append(1.0 if lacks or row.case["answerable"] else 0.3)  # unmarked words of near misses: unsure
    return logistic_regression(features, labels, weights, 0.3)


def features_of(row: Row, lacking: Callable[[Weights], float]) -> Weights:
    return question_features(row.asking, row.evidence, [(term, values, lacking(values)) for term, values in row.terms])


def fit(rows: list[Row], *, without: Sequence[str] = ()) -> tuple[Weights, Weights, np.ndarray]:
    """Term weights, question weights, and the cross-validated probabilities of the rows."""

    def cut(features: Weights) -> Weights:
        return {name: 0.0 if name in without else value for name, value in features.items()}

    stacked: list[Weights] = [{}] * len(rows)
    for fold in range(FOLDS):
        _, lacking = fit_terms([row for row in rows if row.fold != fold])
        for i, row in enumerate(rows):
            if row.fold == fold:
                stacked[i] = cut(features_of(row, lacking))
    labels = [row.case["answerable"] for row in rows]
    weights = [row.weight for row in rows]
    held_out = np.zeros(len(rows))
    for fold in range(FOLDS):
        seen = [i for i, row in enumerate(rows) if row.fold != fold]
        _, probability = logistic_regression(
            [stacked[i] for i in seen], [labels[i] for i in seen], [weights[i] for i in seen], 0.3
        )
        for i, row in enumerate(rows):
            if row.fold == fold:
                held_out[i] = probability(stacked[i])
    question_weights, _ = logistic_regression(stacked, labels, weights, 0.3)
    term_weights, _ = fit_terms(rows)
    return term_weights, question_weights, held_out


def predict(rows: list[Row], terms: Weights, question: Weights) -> np.ndarray:
    def probability(row: Row) -> float:
        features = features_of(row, lambda values: answerability.logistic(values, terms))
        return 0.0 if row.foreign or row.asking.overriding else answerability.logistic(features, question)

    return np.array([probability(row) for row in rows])


def threshold_of(answerable: Sequence[Row], probabilities: np.ndarray) -> float:
    """The probability that FALSE_REFUSALS of answerable questions, by weight, lie below."""
    order = np.argsort(probabilities)
    weights = np.array([row.weight for row in answerable])[order]
    place = int(np.searchsorted(np.cumsum(weights) / weights.sum(), FALSE_REFUSALS))
    return float(probabilities[order][place])


def area(answerable: np.ndarray, refusable: np.ndarray) -> float:
    """AUROC: how often an answerable question scores above one that is not."""
    above = (answerable[:, None] > refusable[None, :]).mean()
    return float(above + 0.5 * (answerable[:, None] == refusable[None, :]).mean())


def report(name: str, rows: list[Row], probabilities: np.ndarray, threshold: float) -> None:
    kinds = np.array([row.case["kind"] for row in rows])
    right = probabilities[kinds == "answerable"]
    line = [f"{name:24}"]
    if len(right):
        line.append(f"falsely refused {np.mean(right < threshold):5.1%} of {len(right)}")
    for kind in ("near", "offtopic", "injection"):
        wrong = probabilities[kinds == kind]
        if len(wrong):
            curve = f", AUROC {area(right, wrong):.3f}" if len(right) else ""
            line.append(f"{kind} refused {np.mean(wrong < threshold):5.1%} of {len(wrong)}{curve}")
    print(" | ".join(line))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--also", nargs="*", default=[])
    parser.add_argument("--write", action="store_true", help="write the weights where the judge reads them")
    parser.add_argument("--ablate", action="store_true")
    options = parser.parse_args()
    cases = [*read_cases(), *read_asked(), *read_held_out(), *read_eval_cases("development"), *read_eval_cases("test")]
    with tempfile.TemporaryDirectory() as folder:
        cases += read_small_guides(Path(folder))
        rows = read_rows(cases, Path(folder), options.also)
    development = [row for row in rows if row.case["split"] == "dev"]
    foreign = [row for row in development if row.foreign]
    development = [row for row in development if not row.foreign]
    terms, question, held_out = fit(development)
    answerable = np.array([row.case["answerable"] for row in development])
    threshold = threshold_of([row for row in development if row.case["answerable"]], held_out[answerable])
    print(f"threshold {threshold:.3f}")
    refused = np.concatenate([held_out, np.zeros(len(foreign))])
    report("development, 5 folds", development + foreign, refused, threshold)
    small = np.array([row.corpus.startswith("shelf") for row in development])
    shelved = [row for row, chosen in zip(development, small, strict=True) if chosen]
    report("of it, small guides", shelved, held_out[small], threshold)
    for corpus in sorted({row.corpus for row in rows}):
        test = [row for row in rows if row.case["split"] == "test" and row.corpus == corpus]
        if test:
            report(f"test, {corpus}", test, predict(test, terms, question), threshold)
    for corpus in ("guides", *(Path(folder).name for folder in options.also)):
        held = [row for row in rows if row.case["split"] == "evals" and row.corpus == corpus]
        report(f"eval cases, {corpus}", held, predict(held, terms, question), threshold)
    if options.ablate:
        for group, names in ABLATIONS.items():
            _, _, without = fit(development, without=names)
            bar = threshold_of([row for row in development if row.case["answerable"]], without[answerable])
            report(f"without {group}", development, without, bar)
    if options.write:
        MODEL.write_text(_source(terms, question, threshold), "utf-8")


ABLATIONS = {
    "match": ["lead", "above", "well above", "second lead"],
    "nearness": ["far", "very far", "very near", "best", "best alone", "third", "lacking near"],
    "missing words": [
        *("lacking", "lacking surely", "lacking odds", "lacking near", "lacking second", "lacking beyond doubt"),
        "gain",
    ],
    "gain": ["gain"],
    "kind of answer": [*(f"no {kind}" for kind in (*answer_types.HOLDS, "figure")), "figure apart", "figure far apart"],
    "figure apart": ["figure apart", "figure far apart"],
    "unknown role": ["unknown role"],
    "places": ["lacking place"],
    "kind of question": [f"wants {kind}" for kind in EXPECTATIONS],
    "instructions": ["instruction", "injected"],
}


def _source(terms: Weights, question: Weights, threshold: float) -> str:
    def table(name: str, weights: Weights) -> str:
        lines = "".join(f'    "{key}": {value:.4f},\n' for key, value in weights.items())
        return f"{name} = {{\n{lines}}}\n"

    return (
        '"""Weights of the answerability judge.\n\nWritten by `python -m tests.fit_answerability --write` from the '
        'development questions that it reads;\nnever by hand.\n"""\n\n'
        f"THRESHOLD = {threshold:.4f}  # {FALSE_REFUSALS:.1%} of the answerable development questions lie below\n\n"
        + table("TERM_WEIGHTS", terms)
        + "\n"
        + table("QUESTION_WEIGHTS", question)
    )


if __name__ == "__main__":
    main()
