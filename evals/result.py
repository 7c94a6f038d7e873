"""What a run leaves behind: each case with its answer, and what was measured under which settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assistant.answer import Answer
from evals.cases import Case
from evals.citing import ClaimJudgement
from evals.errors import EvalError

FORMAT = 1
"""Of the JSON file; raised when an old reader would misread a new file."""


@dataclass(frozen=True)
class Turn:
    """An earlier question of the conversation and what was answered."""

    question: str
    answer: str


@dataclass(frozen=True)
class CaseResult:
    """A case and what the assistant made of it.

    Attributes:
        case: What was asked and expected.
        answer: To the last question.
        seconds: From question to answer.
        earlier: The turns before it.
        judgements: One for each claim, in order; None if nothing was judged.
        displaced: Ids of cited passages whose text does not stand at their offsets in the guide.
        fell_back: Whether the language model failed and the extractive reader stepped in; None without a model.
    """

    case: Case
    answer: Answer
    seconds: float
    earlier: tuple[Turn, ...] = ()
    judgements: tuple[ClaimJudgement, ...] | None = None
    displaced: frozenset[str] = frozenset()
    fell_back: bool | None = None


@dataclass(frozen=True)
class Setup:
    """What a run was made with: two runs of the same setup give the same scores.

    Attributes:
        version: Of this project.
        guides: Fingerprint of the guides.
        cases: Fingerprint of the cases.
        embedder: The embedding model.
        reader: "extractive", or the language model.
        judge: What judged the claims.
        seed: Of the bootstrap.
        settings: Everything else that was set.
    """

    version: str = ""
    guides: str = ""
    cases: str = ""
    embedder: str = ""
    reader: str = ""
    judge: str = ""
    seed: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """A whole run.

    Attributes:
        results: In the order of the cases.
        setup: What it was made with.
        started: When, in ISO 8601; "" if unknown.
        seconds: How long it took.
    """

    results: tuple[CaseResult, ...]
    setup: Setup
    started: str = ""
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON values; `from_dict` is its inverse."""
        return {
            "format": FORMAT,
            "started": self.started,
            "seconds": self.seconds,
            "setup": asdict(self.setup),
            "results": [
                {
                    "case": result.case.model_dump(mode="json"),
                    "answer": result.answer.to_dict(),
                    "seconds": result.seconds,
                    "earlier": [asdict(turn) for turn in result.earlier],
                    "judgements": None
                    if result.judgements is None
                    else [asdict(judgement) for judgement in result.judgements],
                    "displaced": sorted(result.displaced),
                    "fell_back": result.fell_back,
                }
                for result in self.results
            ],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Report:
        """The report that `to_dict` wrote.

        Raises:
            ValueError: If it is not one.
        """
        try:
            if data["format"] != FORMAT:
                raise ValueError(f"format {data['format']}, expected {FORMAT}: make the report again")
            return cls(
                results=tuple(
                    CaseResult(
                        case=Case.model_validate(result["case"]),
                        answer=Answer.from_dict(result["answer"]),
                        seconds=result["seconds"],
                        earlier=tuple(Turn(**turn) for turn in result["earlier"]),
                        judgements=None
                        if result["judgements"] is None
                        else tuple(
                            ClaimJudgement(judgement["supported"], tuple(judgement["needed"]))
                            for judgement in result["judgements"]
                        ),
                        displaced=frozenset(result["displaced"]),
                        fell_back=result["fell_back"],
                    )
                    for result in data["results"]
                ),
                setup=Setup(**data["setup"]),
                started=data["started"],
                seconds=data["seconds"],
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a report of this project: {error}") from error


def own_version() -> str:
    """The version of this project, as installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("ml-career-assistant")
    except PackageNotFoundError:
        return "not installed"


def load_report(path: Path | str) -> Report:
    """The report in a JSON file that `python -m evals --json` wrote.

    Raises:
        EvalError: If the file cannot be read or is no report.
    """
    try:
        return Report.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise EvalError(f"{path}: {error}. Expected a file made by `python -m evals --json FILE`.") from error
