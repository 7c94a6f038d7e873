"""A case: a question, and what a right answer to it holds, read from JSON lines."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from evals.errors import CaseError
from evals.matching import word_limit

KINDS = (
    "fact",
    "list",
    "howto",
    "compare",
    "yesno",
    "number",
    "followup",
    "typo",
    "colloquial",
    "unanswerable",
    "false_premise",
    "offtopic",
    "injection",
)
"""The kinds that our own cases use; other people's may have more."""

SHIPPED = Path(__file__).parent / "cases"
"""The folder of the cases over the guides that ship."""

Text = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]


class ExpectedSection(BaseModel):
    """A place that answers the question.

    Attributes:
        document: The guide's id, with or without its ending, or a part of its title ("roadmap").
        section: A part of the heading path, written `Parent > Sub`; "" for anywhere in the guide.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: Text
    section: str = ""


class Case(BaseModel):
    """A question and what a right answer to it holds.

    Attributes:
        id: Unique among the cases of a run.
        kind: What sort of question it is; `KINDS` for ours. "list" and "howto" may be answered at more length.
        question: As a person types it.
        history: Earlier user turns, oldest first, asked one after another.
        must: A right answer holds at least one string of every inner list.
        must_not: Strings that give a wrong answer away.
        answerable: Whether the guides answer it; if not, a right answer says that they do not.
        expected: The sections where the answer stands, by guide and heading.
        split: "development" for tuning, "test" for the figure that is published; None where there is no split.
        doc: Where the answer stands in the source guides (kept, not used: our guides may arrange it otherwise).
        section: The same.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Text
    kind: Text
    question: Text
    answerable: bool
    history: tuple[Text, ...] = ()
    must: tuple[Annotated[tuple[Text, ...], Field(min_length=1)], ...] = ()
    must_not: tuple[Text, ...] = ()
    expected: tuple[ExpectedSection, ...] = ()
    split: Literal["development", "test"] | None = None
    doc: str | None = None
    section: str | None = None

    @property
    def word_limit(self) -> int:
        """How many words of the answer are read."""
        return word_limit(self.kind)

    @model_validator(mode="before")
    @classmethod
    def _no_misspelt_fields(cls, data: Any) -> Any:
        # A field of someone's own is let be, but "must_nto" would make a case that any answer passes.
        if isinstance(data, dict):
            for name in set(data) - set(cls.model_fields):
                near = difflib.get_close_matches(str(name), cls.model_fields, n=1, cutoff=0.75)
                if near:
                    raise ValueError(f"unknown field {name!r}: did you mean {near[0]!r}?")
        return data


def load_cases(*paths: Path | str, split: str | None = None) -> tuple[Case, ...]:
    """The cases of the files, in order; those that ship if no path is given.

    Args:
        paths: Files of JSON lines, or folders of `*.jsonl`.
        split: Keep only the cases of this split.

    Raises:
        CaseError: If a file cannot be read, a line is no case, or an id occurs twice; names file and line.
    """
    cases: list[Case] = []
    seen: dict[str, str] = {}
    for file in _files(paths or (SHIPPED,)):
        for place, case in _read(file):
            if case.id in seen:
                raise CaseError(f"{place}: the id {case.id!r} is taken by {seen[case.id]}. Give each case its own id.")
            seen[case.id] = place
            cases.append(case)
    chosen = tuple(case for case in cases if split is None or case.split == split)
    if not chosen:
        of_split = f" of the split {split!r}" if split else ""
        raise CaseError(f"no cases{of_split} in {', '.join(map(str, paths)) or SHIPPED}")
    return chosen


def fingerprint_cases(cases: Iterable[Case]) -> str:
    """A short hash that changes when a case does, whatever their order."""
    lines = sorted(case.model_dump_json() for case in cases)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def case_schema() -> dict[str, Any]:
    """The JSON schema of one line of a file of cases."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Case.model_json_schema()}


def _files(paths: Iterable[Path | str]) -> list[Path]:
    files: list[Path] = []
    for path in map(Path, paths):
        found = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not found:
            raise CaseError(f"{path}: no *.jsonl in this folder")
        files += found
    return files


def _read(file: Path) -> list[tuple[str, Case]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CaseError(f"{file}: cannot be read ({error.strerror}). Name a file of JSON lines.") from error
    except UnicodeDecodeError as error:
        raise CaseError(f"{file}: not UTF-8 (byte {error.start}). Save the file as UTF-8.") from error
    cases = []
    # Not splitlines(): a U+2028 inside a JSON string is no end of line.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            place = f"{file}:{number}"
            cases.append((place, _parse(line, place)))
    return cases


def _parse(line: str, place: str) -> Case:
    try:
        data = json.loads(line)
    except json.JSONDecodeError as error:
        raise CaseError(f"{place}: not JSON: {error.msg} at column {error.colno}. One object a line.") from error
    if not isinstance(data, dict):
        raise CaseError(f"{place}: found {type(data).__name__}, expected an object with id, kind, question, answerable")
    try:
        return Case.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise CaseError(f"{place}: {where + ': ' if where else ''}{first['msg']}") from error
