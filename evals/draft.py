"""`python -m evals new FILE`: draft cases, from what people thought of answers or at the prompt."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evals.cases import KINDS, Case, load_cases
from evals.errors import CaseError, EvalError

Prompt = Callable[[str], str]


def main(argv: Sequence[str]) -> int:
    """0 when the drafts are written."""
    parser = argparse.ArgumentParser(
        prog="python -m evals new",
        description="Draft cases and append them to a file: from feedback, or at the prompt.",
        epilog="Feedback comes from `ml-career-assistant feedback export > feedback.jsonl`.",
    )
    parser.add_argument("file", metavar="FILE", help="the file of cases to append to; made if it is not there")
    parser.add_argument(
        "--feedback",
        nargs="?",
        const="",
        metavar="EXPORT",
        help="draft from feedback: an export, - for standard input, or nothing for your own store",
    )
    parser.add_argument("--split", choices=("development", "test"), help="the split of the new cases")
    options = parser.parse_args(argv)

    path = Path(options.file)
    taken = {case.id for case in load_cases(path)} if path.is_file() and path.stat().st_size else set()
    if options.feedback is not None:
        drafts = _read_export(options.feedback) if options.feedback else _read_store()
        cases = draft_from_feedback(drafts, taken=taken, split=options.split)
    else:
        cases = draft_at_prompt(input, taken=taken, split=options.split)
    append_cases(path, cases)
    print(f"{len(cases)} new cases in {path}")
    for case in cases:
        if case.answerable and not case.must:
            print(f"  {case.id}: fill in `must`, the facts that a right answer holds: {case.question}")
    return 0


def draft_from_feedback(
    drafts: Iterable[Mapping[str, Any]], *, taken: Iterable[str] = (), split: str | None = None
) -> list[Case]:
    """A case for each draft whose id is not taken yet.

    Raises:
        CaseError: If a draft is no case.
    """
    seen = set(taken)
    cases = []
    for number, draft in enumerate(drafts, start=1):
        try:
            case = Case.model_validate({**draft, "split": split})
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "draft"
            raise CaseError(f"feedback line {number}: {place}: {first['msg']}") from error
        if case.id not in seen:
            seen.add(case.id)
            cases.append(case)
    return cases


def draft_at_prompt(prompt: Prompt, *, taken: Iterable[str] = (), split: str | None = None) -> list[Case]:
    """The cases that someone types; an empty question ends."""
    seen = set(taken)
    cases: list[Case] = []
    while question := _ask(prompt, "\nQuestion (empty to end): "):
        kind = _choose(prompt, f"Kind ({', '.join(KINDS)}) [fact]: ", KINDS, "fact")
        history = _several(prompt, "Earlier question (oldest first, empty when done): ") if kind == "followup" else []
        answerable = _choose(prompt, "Do the guides answer it? (yes, no) [yes]: ", ("yes", "no"), "yes") == "yes"
        must = _several(prompt, "Fact, alternatives set apart by | (empty when done): ") if answerable else []
        must_not = _several(prompt, "Words that give a wrong answer away (empty when done): ")
        expected = _several(prompt, "Section, as guide: heading (empty when done): ") if answerable else []
        name = _name(question, seen)
        seen.add(name)
        cases.append(
            Case.model_validate(
                {
                    "id": name,
                    "kind": kind,
                    "question": question,
                    "history": history,
                    "answerable": answerable,
                    "must": [[fact.strip() for fact in facts.split("|") if fact.strip()] for facts in must],
                    "must_not": must_not,
                    "expected": [
                        {"document": guide.strip(), "section": heading.strip()}
                        for guide, _, heading in (place.partition(":") for place in expected)
                    ],
                    "split": split,
                }
            )
        )
    return cases


def append_cases(path: Path, cases: Iterable[Case]) -> None:
    """Append the cases to a file, one a line, without the fields that say nothing.

    Raises:
        EvalError: If the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        ends_well = not path.is_file() or not path.stat().st_size or path.read_bytes().endswith(b"\n")
        with path.open("a", encoding="utf-8") as file:
            file.write("" if ends_well else "\n")
            for case in cases:
                line = case.model_dump(mode="json", exclude_defaults=True)
                file.write(json.dumps({**line, "answerable": case.answerable}, ensure_ascii=False) + "\n")
    except OSError as error:
        raise EvalError(f"{path}: cannot be written ({error.strerror})") from error


def _read_export(name: str) -> list[dict[str, Any]]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        drafts = [json.loads(line) for line in text.split("\n") if line.strip()]
    except (OSError, ValueError) as error:
        raise EvalError(f"{name}: {error}. Expected what `ml-career-assistant feedback export` prints.") from error
    if not all(isinstance(draft, dict) for draft in drafts):
        raise EvalError(f"{name}: expected one object a line, as `ml-career-assistant feedback export` prints.")
    return drafts


def _read_store() -> list[dict[str, Any]]:
    from assistant.feedback import draft_cases
    from assistant.settings import Settings
    from assistant.store import Store

    store = Store.open(Settings.load().store_address())
    try:
        return draft_cases(store.feedback())
    finally:
        store.close()


def _ask(prompt: Prompt, text: str) -> str:
    try:
        return prompt(text).strip()
    except EOFError:
        return ""


def _choose(prompt: Prompt, text: str, choices: Sequence[str], default: str) -> str:
    while (said := _ask(prompt, text) or default) not in choices:
        print(f"{said!r} is none of {', '.join(choices)}")
    return said


def _several(prompt: Prompt, text: str) -> list[str]:
    said = []
    while line := _ask(prompt, text):
        said.append(line)
    return said


def _name(question: str, taken: set[str]) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in question.lower()).split()
    stem = "-".join(words[:6]) or "case"
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name
