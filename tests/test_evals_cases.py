"""Cases: how they are read, what their files' errors say, how strings are matched, and what `check` and `new` do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest

from corpus.document import Document, Section
from evals.__main__ import main
from evals.cases import Case, case_schema, fingerprint_cases, load_cases
from evals.check import check_cases
from evals.draft import append_cases, draft_at_prompt, draft_from_feedback
from evals.errors import CaseError
from evals.matching import (
    count_words,
    forbidden_facts,
    missing_facts,
    normalise,
    normalise_fact,
    without_markers,
    words_read,
)

LINE = {"id": "a", "kind": "fact", "question": "Which language?", "must": [["python"]], "answerable": True}


def write(path: Path, *lines: str | dict[str, Any]) -> Path:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


class TestLoading:
    def test_fields_of_the_format_are_read(self, tmp_path: Path) -> None:
        line = {
            **LINE,
            "kind": "followup",
            "history": ["Is Python used?"],
            "doc": "roadmap",
            "section": "A > B",
            "must_not": ["java"],
            "expected": [{"document": "roadmap", "section": "Python"}],
            "split": "test",
        }
        (case,) = load_cases(write(tmp_path / "a.jsonl", line))
        assert case.history == ("Is Python used?",)
        assert case.must == (("python",),)
        assert case.expected[0].section == "Python"
        assert case.split == "test"

    def test_blank_lines_a_byte_order_mark_and_windows_line_ends_are_let_be(self, tmp_path: Path) -> None:
        file = tmp_path / "a.jsonl"
        file.write_bytes(b"\xef\xbb\xbf" + json.dumps(LINE).encode() + b"\r\n\r\n")
        assert len(load_cases(file)) == 1

    def test_line_separator_inside_a_string_ends_no_line(self, tmp_path: Path) -> None:
        file = tmp_path / "a.jsonl"
        file.write_text(json.dumps({**LINE, "question": "a\u2028b"}, ensure_ascii=False), encoding="utf-8")
        assert load_cases(file)[0].question == "a\u2028b"

    def test_fields_of_someones_own_are_let_be(self, tmp_path: Path) -> None:
        assert load_cases(write(tmp_path / "a.jsonl", {**LINE, "author": "me"}))[0].id == "a"

    def test_folder_is_read_file_by_file(self, tmp_path: Path) -> None:
        write(tmp_path / "b.jsonl", {**LINE, "id": "b"})
        write(tmp_path / "a.jsonl", LINE)
        assert [case.id for case in load_cases(tmp_path)] == ["a", "b"]

    def test_split_keeps_its_own_only(self, tmp_path: Path) -> None:
        file = write(tmp_path / "a.jsonl", {**LINE, "split": "test"}, {**LINE, "id": "b", "split": "development"})
        assert [case.id for case in load_cases(file, split="development")] == ["b"]

    @pytest.mark.parametrize(
        ("line", "says"),
        [
            ("{", "not JSON"),
            ("[1]", "found list, expected an object"),
            ({**LINE, "question": " "}, "question"),
            ({**LINE, "must": [[]]}, "must.0"),
            ({**LINE, "must": ["python"]}, "must.0"),
            ({**LINE, "must": [["python", ""]]}, "must.0.1"),
            ({**LINE, "must_nto": ["x"]}, "'must_nto': did you mean 'must_not'"),
            ({**LINE, "split": "train"}, "split"),
            ({**LINE, "answerable": None}, "answerable"),
            ({name: value for name, value in LINE.items() if name != "answerable"}, "answerable: Field required"),
            ({**LINE, "expected": [{"section": "x"}]}, "expected.0.document"),
            ({**LINE, "id": "first"}, "the id 'first' is taken by"),
        ],
    )
    def test_error_names_file_line_and_field(self, tmp_path: Path, line: str | dict[str, Any], says: str) -> None:
        file = write(tmp_path / "mine.jsonl", {**LINE, "id": "first"}, "", line)
        with pytest.raises(CaseError) as error:
            load_cases(file)
        assert f"{file}:3:" in str(error.value)
        assert says in str(error.value)

    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            ("none.jsonl", None, "cannot be read"),
            ("latin.jsonl", b"\xff\xfe", "not UTF-8"),
            ("x.jsonl", b"", "no cases"),
        ],
    )
    def test_unreadable_file_is_named(self, tmp_path: Path, name: str, content: bytes | None, says: str) -> None:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(CaseError, match=says) as error:
            load_cases(tmp_path / name)
        assert name in str(error.value)

    def test_folder_without_cases_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(CaseError, match=r"no \*\.jsonl"):
            load_cases(tmp_path)

    def test_fingerprint_follows_content_and_not_order(self) -> None:
        one, two = Case.model_validate(LINE), Case.model_validate({**LINE, "id": "b"})
        assert fingerprint_cases([one, two]) == fingerprint_cases([two, one])
        assert fingerprint_cases([one]) != fingerprint_cases([one.model_copy(update={"question": "Which one?"})])

    def test_schema_accepts_what_loads_and_nothing_else(self) -> None:
        schema = case_schema()
        jsonschema.validate(LINE, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**LINE, "must": [[]]}, schema)

    def test_schema_is_printed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["schema"]) == 0
        assert json.loads(capsys.readouterr().out) == case_schema()


class TestMatching:
    @pytest.mark.parametrize(
        ("text", "normal"),
        [
            ("Don’t  say\n“NO”", 'don\'t say "no"'),
            ("3–4 or 3—4 or 3−4", "3-4 or 3-4 or 3-4"),
            ("ﬁne ½", "fine 1⁄2"),
            ("$70 000", "$70 000"),
        ],
    )
    def test_text_is_normalised(self, text: str, normal: str) -> None:
        assert normalise(text) == normal

    def test_outer_blanks_of_a_fact_stay(self) -> None:
        assert normalise_fact(" Act ") == " act "
        assert missing_facts("a fact of life", [[" act "]]) == ((" act ",),)

    @pytest.mark.parametrize("marked", ["Yes [1].", "Yes[1][2].", "Yes [1, 2].", "Yes [1](#psg-1)."])
    def test_markers_are_taken_out(self, marked: str) -> None:
        assert without_markers(marked) == "Yes."
        assert count_words(marked) == 1

    def test_brackets_that_are_no_markers_stay(self) -> None:
        assert without_markers("a [sic] b [2024a]") == "a [sic] b [2024a]"

    @pytest.mark.parametrize(("kind", "limit"), [("fact", 120), ("yesno", 120), ("list", 200), ("howto", 200)])
    def test_words_are_read_up_to_the_limit_of_the_kind(self, kind: str, limit: int) -> None:
        text = " ".join(f"w{n} [1]" for n in range(1, 300))
        assert words_read(text, kind=kind).split()[-1] == f"w{limit}"

    def test_one_string_of_every_inner_list_is_wanted(self) -> None:
        must = [["3-4", "3 to 4"], ["year"]]
        assert missing_facts(normalise("About 3–4 Years"), must) == ()
        assert missing_facts(normalise("About 3 to 5 years"), must) == (("3-4", "3 to 4"),)

    def test_forbidden_strings_are_found(self) -> None:
        assert forbidden_facts(normalise("It’s FREE"), ["it's free", "paid"]) == ("it's free",)


GUIDE = Document(
    id="roadmap.md",
    title="The Roadmap",
    source="",
    sections=(
        Section(("Languages", "Python"), "Python is king."),
        Section(("Languages", "R"), "R is for statistics."),
        Section(("Salary",), "It varies."),
    ),
)


def make(**fields: Any) -> Case:
    return Case.model_validate({**LINE, **fields})


class TestCheck:
    def findings(self, *cases: Case) -> list[tuple[str, str]]:
        return [(finding.what, finding.detail) for finding in check_cases(cases, [GUIDE])]

    def test_sound_case_has_no_findings(self) -> None:
        place = {"document": "roadmap", "section": "Languages > Python"}
        assert self.findings(make(expected=[place], must_not=["java"])) == []

    def test_fact_in_no_guide_is_unreachable(self) -> None:
        assert self.findings(make(must=[["haskell", "ocaml"]])) == [
            ("unreachable", "no guide holds 'haskell' or 'ocaml'")
        ]

    def test_yes_and_no_need_stand_in_no_guide(self) -> None:
        assert self.findings(make(must=[["yes,", "no,"]])) == []

    def test_section_in_no_guide_is_unreachable(self) -> None:
        (what, detail), *_ = self.findings(make(expected=[{"document": "roadmap", "section": "Java"}]))
        assert (what, "Java" in detail) == ("unreachable", True)

    def test_near_identical_questions_of_one_split_are_duplicates(self) -> None:
        found = self.findings(make(split="test"), make(id="b", question="which language", split="test"))
        assert [what for what, _ in found] == ["duplicate"]

    def test_near_identical_questions_of_two_splits_leak(self) -> None:
        found = self.findings(make(split="test"), make(id="b", question="which language", split="development"))
        assert [what for what, _ in found] == ["leak"]

    def test_same_question_in_another_conversation_is_another(self) -> None:
        assert self.findings(make(), make(id="b", history=["Tell me about the salary of engineers."])) == []

    def test_answerable_without_facts_is_trivial(self) -> None:
        assert self.findings(make(must=[]))[0][0] == "trivial"

    def test_fact_that_most_sections_hold_is_trivial(self) -> None:
        assert self.findings(make(must=[["is"]]))[0][0] == "trivial"

    @pytest.mark.parametrize(
        "fields",
        [
            {"must_not": ["PYTHON"]},
            {"answerable": False},
            {"answerable": False, "must": [], "must_not": ["statistics"]},
        ],
    )
    def test_contradictions_are_found(self, fields: dict[str, Any]) -> None:
        assert self.findings(make(**fields))[0][0] == "contradiction"

    def test_unknown_kind_is_told(self) -> None:
        assert self.findings(make(kind="riddle"))[0][0] == "unknown kind"

    def test_command_ends_with_one_if_something_was_found(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        guide = tmp_path / "guide.md"
        guide.write_text(
            "# Languages\n\n## Python\n\nPython is king.\n\n## R\n\nR is for statistics.\n\n## Pay\n\nMuch.\n"
        )
        good = write(tmp_path / "good.jsonl", LINE)
        bad = write(tmp_path / "bad.jsonl", {**LINE, "must": [["haskell"]]})
        assert main(["check", str(good), "--guides", str(guide)]) == 0
        assert main(["check", str(bad), "--guides", str(guide)]) == 1
        assert "a: unreachable: no guide holds 'haskell'" in capsys.readouterr().out
        assert main(["check", str(tmp_path / "none.jsonl")]) == 2


class TestDrafting:
    FEEDBACK: ClassVar[dict[str, Any]] = {
        "id": "feedback-1",
        "kind": "fact",
        "question": "Which language?",
        "history": [],
        "answerable": True,
        "expected": [{"document": "roadmap.md", "section": "Python"}],
        "must": [],
        "must_not": [],
        "note": "helpful",
    }

    def test_feedback_becomes_cases_once(self) -> None:
        (case,) = draft_from_feedback([self.FEEDBACK, self.FEEDBACK], split="development")
        assert case.expected[0].section == "Python"
        assert case.split == "development"
        assert draft_from_feedback([self.FEEDBACK], taken=["feedback-1"]) == []

    def test_bad_feedback_is_named_by_its_line(self) -> None:
        with pytest.raises(CaseError, match="feedback line 2: question"):
            draft_from_feedback([self.FEEDBACK, {**self.FEEDBACK, "question": ""}])

    def test_prompt_asks_for_what_a_case_needs(self) -> None:
        said: Iterator[str] = iter(
            ["And in years?", "riddle", "followup", "How long?", "", "yes", "3-4 | 3 to 4", "", "decade", "",
             "roadmap: How long", "", ""]
        )  # fmt: skip
        (case,) = draft_at_prompt(lambda text: next(said), taken=["and-in-years"])
        assert case.id == "and-in-years-2"
        assert (case.kind, case.history) == ("followup", ("How long?",))
        assert case.must == (("3-4", "3 to 4"),)
        assert case.must_not == ("decade",)
        assert (case.expected[0].document, case.expected[0].section) == ("roadmap", "How long")

    def test_end_of_input_ends_the_prompt(self) -> None:
        def prompt(text: str) -> str:
            raise EOFError

        assert draft_at_prompt(prompt) == []

    def test_drafts_are_appended_and_read_back(self, tmp_path: Path) -> None:
        file = write(tmp_path / "mine.jsonl", LINE)
        append_cases(file, draft_from_feedback([self.FEEDBACK]))
        assert [case.id for case in load_cases(file)] == ["a", "feedback-1"]

    def test_command_takes_an_export(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        export = write(tmp_path / "feedback.jsonl", self.FEEDBACK)
        file = tmp_path / "new" / "mine.jsonl"
        assert main(["new", str(file), "--feedback", str(export)]) == 0
        assert "fill in `must`" in capsys.readouterr().out
        assert main(["new", str(file), "--feedback", str(export)]) == 0
        assert len(load_cases(file)) == 1
        assert main(["new", str(file), "--feedback", str(tmp_path / "none")]) == 2
