"""Retrieval benchmarks: each layout, scores worked by hand, filters, kept indexes, files, and comparison."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ir_measures
import pytest

from evals.__main__ import main
from evals.benchmarks import CharacterScorer, RelevanceScorer, TopScorer, load_benchmark
from evals.errors import EvalError
from evals.retrieval import RetrievalRun, load_run, run_retrieval
from index.passage import Hit, Passage

TEXTS = {
    "snake": "Pythons are large snakes that squeeze their prey.",
    "bread": "Sourdough bread rises slowly because wild yeast is slow.",
    "moon": "The moon pulls the sea, and so the tides come and go.",
    "bike": "A bicycle stays upright because it steers into a fall.",
}
QUESTIONS = {"q1": ("Why do tides come and go?", "moon"), "q2": ("How does sourdough rise?", "bread")}


def lines(path: Path, *objects: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in objects), encoding="utf-8")


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "beir"
    lines(
        folder / "corpus.jsonl",
        *(
            {"_id": name, "title": name, "text": text, "metadata": {"course": "a" if name == "moon" else "b", "l": [1]}}
            for name, text in TEXTS.items()
        ),
    )
    lines(
        folder / "queries.jsonl",
        *({"_id": name, "text": text, "metadata": {"course": "b"}} for name, (text, _) in QUESTIONS.items()),
        {"_id": "unjudged", "text": "Never asked?"},
    )
    (folder / "qrels").mkdir()
    judged = "".join(f"{name}\t{gold}\t1\n" for name, (_, gold) in QUESTIONS.items())
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{judged}q1\tbike\t0\n")
    return folder


@pytest.fixture
def chunking(tmp_path: Path) -> Path:
    folder = tmp_path / "chunking"
    text = "\n\n".join(TEXTS.values())
    lines(folder / "corpora.jsonl", {"_id": "one", "text": text}, {"_id": "two", "text": "Nothing of interest here."})
    start = text.index("The moon")
    reference = {"start": start, "end": start + len(TEXTS["moon"]), "content": TEXTS["moon"]}
    lines(folder / "queries.jsonl", {"_id": "q1", "text": "tides?", "corpus": "one", "references": [reference]})
    return folder


@pytest.fixture
def sections(tmp_path: Path) -> Path:
    folder = tmp_path / "sections"
    lines(folder / "docs.jsonl", *({"_id": name, "heading": name, "text": text} for name, text in TEXTS.items()))
    lines(
        folder / "queries.jsonl",
        *({"_id": name, "text": text, "gold": [gold], "answer": ""} for name, (text, gold) in QUESTIONS.items()),
    )
    return folder


def hits(*names: str) -> list[Hit]:
    return [Hit(Passage(id=name, text=name), 1 - rank / 100) for rank, name in enumerate(names)]


class TestScores:
    def test_ranks_by_hand(self) -> None:
        scorer = RelevanceScorer({"q": {"a": 1, "b": 1}, "none": {"z": 1}})
        scores = scorer.score({"q": hits("x", "a", "y", "y2", "y3", "b"), "none": []})
        # a is second, b sixth: MRR 1/2, half found in five, both in ten.
        assert {name: of["q"] for name, of in scores.items()} == pytest.approx(
            {
                "hit@1": 0,
                "hit@5": 1,
                "recall@5": 1 / 2,
                "recall@10": 1,
                "recall@100": 1,
                "MRR@10": 1 / 2,
                # (1/log2(3) + 1/log2(7)) / (1/log2(2) + 1/log2(3))
                "nDCG@10": (0.63093 + 0.35621) / (1 + 0.63093),
            },
            abs=1e-4,
        )
        assert all(of["none"] == 0 for of in scores.values())

    def test_grades_count_in_ndcg(self) -> None:
        scores = RelevanceScorer({"q": {"a": 2, "b": 1}}).score({"q": hits("b", "a")})
        # (1/1 + 2/log2(3)) / (2/1 + 1/log2(3))
        assert scores["nDCG@10"]["q"] == pytest.approx((1 + 2 * 0.63093) / (2 + 0.63093), abs=1e-4)

    def test_what_a_hit_stands_for_follows_it(self) -> None:
        twin = Hit(Passage(id="x", text="x"), 1, (Passage(id="a", text="x"),))
        assert RelevanceScorer({"q": {"a": 1}}).score({"q": [twin]})["MRR@10"]["q"] == 0.5

    def test_first_three_by_hand(self) -> None:
        scores = TopScorer({"q": {"a": 1, "b": 1, "c": 1, "d": 1}}).score({"q": hits("x", "a", "b", "c")})
        # Two of the three are right, and two of four are found; the first right one is second.
        assert {name: of["q"] for name, of in scores.items()} == pytest.approx(
            {"precision@3": 2 / 3, "recall@3": 2 / 4, "MRR@3": 1 / 2, "hit@1": 0, "hit@3": 1}
        )

    def test_characters_by_hand(self) -> None:
        def hit(document: str, start: int, end: int) -> Hit:
            return Hit(Passage(id=f"{document}{start}", text="x" * (end - start), start=start, document=document), 1)

        scorer = CharacterScorer({"q": (("one", 10, 20), ("one", 30, 40))})
        scores = scorer.score({"q": [hit("one", 15, 25), hit("one", 20, 30), hit("two", 10, 20)]})
        # Gold 20; read 15-30 of one and 10-20 of two: 25; both: 15-20, so 5; in either: 20 + 25 - 5.
        assert {name: of["q"] for name, of in scores.items()} == pytest.approx(
            {"character_recall@5": 5 / 20, "character_precision@5": 5 / 25, "character_IoU@5": 5 / 40}
        )

    def test_only_five_passages_are_read(self) -> None:
        passages = [Hit(Passage(id=str(at), text="x", start=at, document="one"), 1) for at in range(9)]
        assert CharacterScorer({"q": (("one", 0, 9),)}).score({"q": passages})["character_recall@5"]["q"] == 5 / 9

    def test_f1_is_of_the_averages(self) -> None:
        modes = {"dense": {"precision@3": {"a": 1.0, "b": 0.0}, "recall@3": {"a": 0.5, "b": 0.5}}}
        run = RetrievalRun("x", "sections", "", "", "", 1, 1.0, modes=modes)
        # Averages 1/2 and 1/2: F1 = 2 · 1/4 / 1 = 1/2, where the mean of F1s would be (2/3 + 0) / 2.
        assert run.figures("dense")["F1@3"] == pytest.approx(1 / 2)


class TestRuns:
    def test_beir_is_searched_in_every_mode(self, beir: Path) -> None:
        run, found = run_retrieval(load_benchmark(beir))
        assert set(run.modes) == {"hybrid", "dense", "lexical"}
        for mode in run.modes:
            assert run.figures(mode)["hit@1"] == 1.0
            assert set(found[mode]) == {"q1", "q2"}
        assert run.passages == 4
        assert len(run.latencies) == 2

    def test_filter_looks_at_the_querys_metadata(self, beir: Path) -> None:
        run, found = run_retrieval(load_benchmark(beir), modes=["hybrid"], filter_by="course")
        assert "moon" not in [hit.passage.id for hit in found["hybrid"]["q1"]]
        assert run.modes["hybrid"]["hit@5"] == {"q1": 0.0, "q2": 1.0}
        with pytest.raises(EvalError, match="no 'place' to filter by"):
            run_retrieval(load_benchmark(beir), filter_by="place")

    def test_chunking_reads_characters(self, chunking: Path) -> None:
        run, _ = run_retrieval(load_benchmark(chunking, passage_size=60))
        assert run.passages >= 5
        assert run.figures("hybrid")["character_recall@5"] == 1.0

    def test_sections_are_scored_on_the_first_three(self, sections: Path) -> None:
        run, _ = run_retrieval(load_benchmark(sections))
        figures = run.figures("hybrid")
        assert figures["recall@3"] == figures["MRR@3"] == 1.0
        assert figures["precision@3"] == pytest.approx(1 / 3)

    def test_kept_index_is_used_again_and_never_for_another(self, beir: Path, sections: Path, tmp_path: Path) -> None:
        keep = tmp_path / "keep"
        first, _ = run_retrieval(load_benchmark(beir), keep=keep)
        second, _ = run_retrieval(load_benchmark(beir), keep=keep)
        assert first.seconds_to_index is not None
        assert second.seconds_to_index is None
        assert first.modes == second.modes
        with pytest.raises(EvalError, match="holds another index"):
            run_retrieval(load_benchmark(sections), keep=keep)

    def test_limit_spreads_the_queries(self, beir: Path) -> None:
        run, _ = run_retrieval(load_benchmark(beir), modes=["lexical"], limit=1)
        assert len(run.modes["lexical"]["hit@1"]) == 1


class TestCommand:
    def test_files_are_written_and_agree(self, beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        out = tmp_path / "run.json"
        assert main(["retrieval", str(beir), "--json", str(out), "--trec", str(tmp_path), "--k", "3"]) == 0
        assert "nDCG@10" in capsys.readouterr().out
        run = load_run(out)
        qrels = list(ir_measures.read_trec_qrels(str(tmp_path / "qrels.txt")))
        for mode in run.modes:
            trec = list(ir_measures.read_trec_run(str(tmp_path / f"run.{mode}.txt")))
            found = ir_measures.calc_aggregate([ir_measures.nDCG @ 10], qrels, trec)
            assert found[ir_measures.nDCG @ 10] == pytest.approx(run.figures(mode)["nDCG@10"])

    def test_two_runs_are_compared(
        self, beir: Path, sections: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        first, second = str(tmp_path / "a.json"), str(tmp_path / "b.json")
        assert main(["retrieval", str(beir), "--mode", "lexical", "--json", first]) == 0
        assert main(["retrieval", str(beir), "--mode", "lexical", "--json", second, "--compare", first]) == 0
        assert "difference" in capsys.readouterr().out
        assert main(["compare", first, second]) == 0
        assert main(["retrieval", str(sections), "--mode", "lexical", "--json", second]) == 0
        assert main(["compare", first, second]) == 2

    @pytest.mark.parametrize(
        ("break_it", "says"),
        [
            (lambda folder: (folder / "corpus.jsonl").unlink(), "no known layout"),
            (lambda folder: (folder / "queries.jsonl").unlink(), "cannot be read"),
            (lambda folder: (folder / "qrels" / "test.tsv").write_text("q1\tmoon\n"), "test.tsv:1: expected"),
            (lambda folder: (folder / "qrels" / "test.tsv").write_text("qx\tmoon\t1\n"), "no query"),
            (lambda folder: (folder / "corpus.jsonl").write_text('{"_id": "a"}'), "corpus.jsonl:1: no field 'text'"),
            (lambda folder: (folder / "corpus.jsonl").write_text("\n{"), "corpus.jsonl:2: not JSON"),
            (lambda folder: lines(folder / "corpus.jsonl", *[{"_id": "a", "text": "b"}] * 2), "an id that another has"),
        ],
    )
    def test_broken_folder_is_an_error_that_names_the_line(
        self, beir: Path, capsys: pytest.CaptureFixture[str], break_it: Any, says: str
    ) -> None:
        break_it(beir)
        assert main(["retrieval", str(beir)]) == 2
        assert says in capsys.readouterr().err


def test_grounding_is_handed_to_its_own_module(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    from types import ModuleType

    given: list[Sequence[str]] = []

    def grounding(argv: Sequence[str]) -> int:
        given.append(argv)
        return 0

    module = ModuleType("evals.grounding")
    module.main = grounding  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setitem(sys.modules, "evals.grounding", module)
    assert main(["grounding", "claims.jsonl"]) == 0
    assert given == [["claims.jsonl"]]
