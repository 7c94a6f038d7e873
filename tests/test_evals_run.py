"""Running cases: conversations, broken backends, floors, exit statuses, and the same scores for the same run."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Answer, Citation, Claim
from assistant.conversation import Message
from corpus.document import Document, Section
from evals.__main__ import main
from evals.cases import Case
from evals.citing import Judge, model_judge
from evals.errors import BackendError, EvalError
from evals.gates import Floor, check_floors, exit_status, load_floors
from evals.metrics import METRICS
from evals.result import Report, Setup, load_report
from evals.run import fingerprint_documents, run_evals
from evals.scores import outcome_of, problems_of, score_report
from index.passage import Passage

GUIDE = Document(
    id="guide.md",
    title="Guide",
    source="",
    sections=(Section(("Language",), "Python is king. It is simple."), Section(("Pay",), "It pays $70,000.")),
)
PASSAGE = Passage(id="p", text="Python is king.", section=("Language",), document="guide.md")


class Scripted:
    """Answers each question as written down, and remembers what it was asked."""

    def __init__(self, answers: dict[str, Answer | Exception]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, list[Message]]] = []

    def ask(self, question: str, history: Sequence[Message] = ()) -> Answer:
        self.asked.append((question, list(history)))
        answer = self.answers.get(question, Answer(question, "The guides don't say.", abstained=True))
        if isinstance(answer, Exception):
            raise answer
        return answer


def make_case(**fields: Any) -> Case:
    return Case.model_validate(
        {"id": "a", "kind": "fact", "question": "Which?", "answerable": True, "must": [["python"]], **fields}
    )


def answer(text: str, **fields: Any) -> Answer:
    return Answer("Which?", text, **fields)


def agree(claim: str, evidence: Sequence[str]) -> bool:
    return claim in "\n".join(evidence)


class TestConversation:
    def test_earlier_turns_are_asked_one_after_another(self) -> None:
        assistant = Scripted({"First?": answer("One."), "Second?": answer("Two."), "Third?": answer("Python.")})
        case = make_case(kind="followup", question="Third?", history=["First?", "Second?"])
        (result,) = run_evals(assistant, [case]).results
        first = [{"role": "user", "content": "First?"}, {"role": "assistant", "content": "One."}]
        second = [{"role": "user", "content": "Second?"}, {"role": "assistant", "content": "Two."}]
        # The first question of all warms the assistant up.
        assert assistant.asked[1:] == [("First?", []), ("Second?", first), ("Third?", [*first, *second])]
        assert [turn.answer for turn in result.earlier] == ["One.", "Two."]
        assert outcome_of(result) == "right"


class TestBrokenBackend:
    def test_failure_is_an_error_that_names_the_case(self) -> None:
        assistant = Scripted({"Which?": answer("Python."), "Boom?": RuntimeError("the server is down")})
        cases = [make_case(), make_case(id="b", question="Boom?")]
        with pytest.raises(BackendError, match=r"case 'b'.*RuntimeError: the server is down"):
            run_evals(assistant, cases)

    def test_model_that_keeps_failing_is_given_up(self) -> None:
        assistant = Scripted({"Which?": answer("Python.", reader="extractive", notes=("connection refused",))})
        cases = [make_case(id=f"c{n}") for n in range(5)]
        with pytest.raises(BackendError, match=r"failed on 3 of 3 cases \(connection refused\)"):
            run_evals(assistant, cases, with_model=True)

    def test_model_that_fails_too_often_is_an_error_at_the_end(self) -> None:
        answers: dict[str, Answer | Exception] = {"Good?": answer("Python.", reader="m"), "Bad?": answer("Python.")}
        cases = [make_case(id=f"c{n}", question="Bad?" if n % 4 == 0 else "Good?") for n in range(8)]
        with pytest.raises(BackendError, match="failed on 2 of 8"):
            run_evals(Scripted(answers), cases, with_model=True)

    def test_model_that_stumbles_is_counted(self) -> None:
        answers: dict[str, Answer | Exception] = {"Good?": answer("Python.", reader="m"), "Bad?": answer("Python.")}
        cases = [make_case(id=f"c{n}", question="Bad?" if n == 4 else "Good?") for n in range(10)]
        report = run_evals(Scripted(answers), cases, with_model=True)
        assert METRICS["model_failures"].score(report.results) == pytest.approx(0.1)

    def test_extractive_reader_has_no_model_that_could_fail(self) -> None:
        report = run_evals(Scripted({"Which?": answer("Python.")}), [make_case()])
        assert METRICS["model_failures"].score(report.results) is None

    def test_no_cases_is_an_error(self) -> None:
        with pytest.raises(EvalError, match="no cases"):
            run_evals(Scripted({}), [])


class TestWhatIsKept:
    def test_passage_that_left_its_place_makes_its_quotes_invalid(self) -> None:
        moved = Passage(id="q", text="Python is king.", section=("Language",), start=3, document="guide.md")
        for passage, valid in ((PASSAGE, 1.0), (moved, 0.0)):
            said = answer("Python. [1]", citations=(Citation(1, "Python", 0, 6, passage),))
            report = run_evals(Scripted({"Which?": said}), [make_case()], documents=[GUIDE])
            assert METRICS["quote_validity"].score(report.results) == valid

    def test_claims_are_judged_if_there_is_a_judge(self) -> None:
        said = answer(
            "Python is king. [1] So is R.",
            claims=(Claim("Python is king.", (1,)), Claim("So is R.")),
            citations=(Citation(1, "Python is king.", 0, 15, PASSAGE),),
        )
        assistant = Scripted({"Which?": said})
        report = run_evals(assistant, [make_case()], judge=agree)
        assert METRICS["citation_recall"].score(report.results) == 0.5
        assert "cites nothing: 'So is R.'" in problems_of(report.results[0])
        assert METRICS["citation_recall"].score(run_evals(assistant, [make_case()]).results) is None

    def test_fingerprint_follows_the_text_of_the_guides(self) -> None:
        other = Document("guide.md", "Guide", "", (Section(("Language",), "Rust is king."),))
        assert fingerprint_documents([GUIDE]) == fingerprint_documents([GUIDE])
        assert fingerprint_documents([GUIDE]) != fingerprint_documents([other])
        assert fingerprint_documents([]) == ""

    def test_report_survives_json(self) -> None:
        said = answer(
            "Python. [1]", claims=(Claim("Python.", (1,)),), citations=(Citation(1, "Python", 0, 6, PASSAGE),)
        )
        case = make_case(expected=[{"document": "guide", "section": "Language"}])
        report = run_evals(Scripted({"Which?": said}), [case], judge=agree, setup=Setup(settings={"passages": "8"}))
        assert Report.from_dict(json.loads(json.dumps(report.to_dict()))) == report

    def test_two_runs_of_the_same_give_the_same_scores(self) -> None:
        answers: dict[str, Answer | Exception] = {
            f"Q{n}?": answer("Python." * (n % 2), confidence=n / 9) for n in range(9)
        }
        cases = [make_case(id=f"c{n}", question=f"Q{n}?") for n in range(9)]
        first, second = (score_report(run_evals(Scripted(answers), cases)).overall for _ in range(2))
        for name in METRICS:
            if not name.startswith("latency"):
                assert first[name] == second[name], name

    def test_file_that_is_no_report_is_named(self, tmp_path: Path) -> None:
        for content in ("{", "{}", '{"format": 99}', "[]"):
            (tmp_path / "x.json").write_text(content)
            with pytest.raises(EvalError, match=r"x\.json"):
                load_report(tmp_path / "x.json")


OUTCOMES: list[tuple[dict[str, Any], Answer, str, str]] = [
    ({}, answer("Python."), "right", ""),
    ({}, answer("Rust."), "wrong answer", "misses 'python'"),
    ({"must_not": ["snake"]}, answer("Python, a snake."), "wrong answer", "says 'snake', which is forbidden"),
    ({}, answer("Nothing.", abstained=True), "wrongly refused", "refused, though the guides answer it"),
    ({"answerable": False, "must": []}, answer("Nothing.", abstained=True), "right", ""),
    (
        {"answerable": False, "must": []},
        answer("Python."),
        "wrongly answered",
        "answered, though the guides do not say",
    ),
    ({}, answer("Python. " + "so " * 130), "right", "goes on for 131 words; 120 are read"),
    (
        {"expected": [{"document": "guide", "section": "x"}]},
        answer("Python."),
        "right",
        "no expected section among the first five; 'nothing' came first",
    ),
    (
        {},
        answer("Python.", citations=(Citation(1, "python", 0, 6, PASSAGE),)),
        "right",
        "quote [1] does not stand at its offsets",
    ),
]


@pytest.mark.parametrize(("fields", "said", "outcome", "problem"), OUTCOMES)
def test_outcome_and_problems_are_told(fields: dict[str, Any], said: Answer, outcome: str, problem: str) -> None:
    (result,) = run_evals(Scripted({"Which?": said}), [make_case(**fields)]).results
    assert outcome_of(result) == outcome
    assert problems_of(result) == ((problem,) if problem else ())


class TestModelAsJudge:
    """A chat model, by name, in place of the project's own check."""

    def judged(self, monkeypatch: pytest.MonkeyPatch, *said: str) -> Judge:
        from langchain_core.language_models.fake_chat_models import FakeListChatModel

        model = FakeListChatModel(responses=list(said))
        monkeypatch.setattr("assistant.models.open_chat_model", lambda name: model)
        return model_judge("some:model")

    def test_yes_and_no_are_understood(self, monkeypatch: pytest.MonkeyPatch) -> None:
        judge = self.judged(monkeypatch, "Yes.", " no, it does not")
        assert judge("claim", ["evidence"]) is True
        assert judge("claim", ["evidence"]) is False

    def test_anything_else_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(BackendError, match="said 'maybe', expected yes or no"):
            self.judged(monkeypatch, "Maybe")("claim", ["evidence"])

    def test_failure_of_the_model_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(BackendError, match="the judge some:model failed"):
            self.judged(monkeypatch)("claim", ["evidence"])


class TestFloors:
    REPORT = run_evals(
        Scripted({"Which?": answer("Python."), "Other?": answer("Rust.")}),
        [make_case(), make_case(id="b", kind="list", question="Other?")],
    )

    @pytest.mark.parametrize(
        ("floor", "held"),
        [
            (Floor("answerable_passed", 0.5), True),
            (Floor("answerable_passed", 0.51), False),
            (Floor("answerable_passed", 1.0, "fact"), True),
            (Floor("answerable_passed", 0.1, "list"), False),
            (Floor("false_refusals", 0.0), True),
            (Floor("words", 0.5), False),
            (Floor("hit@5", 0.1), None),
            (Floor("answerable_passed", 0.1, "typo"), None),
        ],
    )
    def test_floor_is_a_ceiling_where_less_is_better(self, floor: Floor, held: bool | None) -> None:
        (result,) = check_floors(self.REPORT, (floor,))
        assert result.held is held

    def test_exit_status(self) -> None:
        held, short, unscored = (
            check_floors(self.REPORT, (floor,))
            for floor in (Floor("passed", 0.5), Floor("passed", 0.9), Floor("hit@5", 0.5))
        )
        assert exit_status(()) == 0
        assert exit_status(held) == 0
        assert exit_status((*held, *unscored)) == 0
        assert exit_status((*held, *short)) == 1
        assert exit_status(unscored) == 2

    def test_floors_that_ship_are_read(self) -> None:
        assert Floor("quote_validity", 1.0) in load_floors()
        assert {floor.kind for floor in load_floors()} >= {"", "offtopic"}

    @pytest.mark.parametrize(
        ("text", "says"),
        [("[all]\npased = 1", "'pased' is no metric"), ("[all]\npassed = 'x'", "expected a number"),
         ("passed = 1", "expected a table"),
         ("[", "cannot be read")],
    )  # fmt: skip
    def test_bad_floors_are_told(self, tmp_path: Path, text: str, says: str) -> None:
        (tmp_path / "floors.toml").write_text(text)
        with pytest.raises(EvalError, match=says):
            load_floors(tmp_path / "floors.toml")


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., int]:
    """The command over a guide of three sections and two cases, with whatever else it is given."""
    guide = tmp_path / "guide.md"
    guide.write_text(
        "# Guide\n\n## Which language is used?\n\nPython is the language that machine learning engineers use.\n\n"
        "## What is the salary?\n\nThe salary of an engineer starts at $70,000 a year.\n"
    )
    cases = tmp_path / "cases.jsonl"
    lines = [
        {"id": "a", "kind": "fact", "question": "Which language do machine learning engineers use?", "answerable": True,
         "must": [["python"]], "expected": [{"document": "guide", "section": "language"}]},
        {"id": "b", "kind": "offtopic", "question": "How do I bake a cake with apples?", "answerable": False},
    ]  # fmt: skip
    cases.write_text("\n".join(map(json.dumps, lines)))

    def run(*arguments: str) -> int:
        given = ["--cases", str(cases), "--guides", str(guide), "--data-dir", str(tmp_path / "index"), "--quiet"]
        return main([*given, *arguments])

    return run


class TestCommand:
    def test_floors_decide_the_exit_status(self, small: Callable[..., int], tmp_path: Path) -> None:
        floors = tmp_path / "floors.toml"
        floors.write_text("[all]\nanswerable_passed = 1.0\n")
        assert small("--floors", str(floors)) == 0
        floors.write_text("[all]\nwords = 0\n")
        assert small("--floors", str(floors)) == 1
        assert small("--floors", str(floors), "--no-gates") == 0
        floors.write_text("[typo]\npassed = 1.0\n")
        assert small("--floors", str(floors)) == 2
        assert small("--floors", str(tmp_path / "none.toml")) == 2

    @pytest.mark.parametrize(
        "arguments",
        [("--set", "pasages=3"), ("--set", "passages=many"), ("--set", "passages"), ("--set", "search=psychic"),
         ("--set", "passage_size=no"), ("--guides", "/nowhere/at/all"), ("--llm", "nobody:nothing")],
    )  # fmt: skip
    def test_what_cannot_run_ends_with_two(
        self, small: Callable[..., int], arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert small(*arguments) == 2
        assert "error: " in capsys.readouterr().err

    def test_bug_is_no_missed_floor(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*arguments: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr("evals.answers.main", broken)
        assert main([]) == 2

    def test_every_file_is_written_and_read_back(self, small: Callable[..., int], tmp_path: Path) -> None:
        out = tmp_path / "out"
        files = {name: out / f"run.{name}" for name in ("json", "html", "junit")}
        options = [text for name, file in files.items() for text in (f"--{name}", str(file))]
        assert small(*options, "--trec", str(out), "--no-gates") == 0
        report = load_report(files["json"])
        assert report.setup.reader == "extractive"
        assert report.setup.embedder
        assert report.setup.guides
        assert len(report.setup.cases) == 16
        assert {file.name for file in out.iterdir()} == {"run.json", "run.html", "run.junit", "run.txt", "qrels.txt"}
        assert main(["report", str(files["json"]), "--no-gates", "--html", str(out / "again.html")]) == 0
        assert (out / "again.html").read_text() == files["html"].read_text()

    @pytest.mark.parametrize("variant", ["search=lexical", "search=dense", "passage_size=60", "passages=1"])
    def test_settings_can_be_varied(self, small: Callable[..., int], tmp_path: Path, variant: str) -> None:
        file = tmp_path / "run.json"
        assert small("--set", variant, "--json", str(file), "--no-gates") == 0
        name, _, value = variant.partition("=")
        assert load_report(file).setup.settings[name] == value

    def test_matrix_ranks_every_combination(
        self, small: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "matrix.json"
        assert small("--matrix", "search=hybrid,lexical", "--matrix", "passages=1,2", "--json", str(file)) == 0
        entries = json.loads(file.read_text())
        assert len(entries) == 4
        passed = [entry["scores"]["passed"] for entry in entries]
        assert passed == sorted(passed, reverse=True)
        assert "search=lexical passages=2" in capsys.readouterr().out
        assert small("--matrix", "search=hybrid,psychic", "--json", str(file)) == 2
        assert len(json.loads(file.read_text())) == 1

    def test_help_is_quick(self) -> None:
        import subprocess
        import sys

        code = (
            "import sys; from evals.__main__ import main\n"
            "try: main(['--help'])\nexcept SystemExit: pass\n"
            "assert not {'numpy', 'torch', 'chromadb', 'pydantic', 'ir_measures'} & set(sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
