"""Ask an assistant every case, in its conversation, and keep what it answered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter
from typing import Protocol

from assistant.answer import Answer
from assistant.conversation import Message
from corpus.document import Document
from evals.cases import Case, fingerprint_cases
from evals.citing import Judge, judge_answer
from evals.errors import BackendError, EvalError
from evals.result import CaseResult, Report, Setup, Turn
from index.passage import Passage

FAILURES_IN_A_ROW = 3
"""Model failures in a row after which a run is given up: a backend that is down, not one that stumbled (a guess)."""

FAILURES_SHARE = 0.1
"""Share of model failures above which the figures would speak of the fallback, not of the model (a guess)."""

Progress = Callable[[int, int], None]


class Answerer(Protocol):
    """What is measured: an `Assistant`, or anything that answers like one."""

    def ask(self, question: str, history: Sequence[Message] = (), /) -> Answer: ...


def run_evals(
    assistant: Answerer,
    cases: Sequence[Case],
    *,
    judge: Judge | None = None,
    documents: Sequence[Document] = (),
    setup: Setup | None = None,
    with_model: bool = False,
    progress: Progress | None = None,
) -> Report:
    """A report with one result for each case, in order.

    Args:
        assistant: Asked every question; earlier turns of a case first, one after another.
        cases: What to ask.
        judge: Says whether claims are borne out; None leaves them unjudged and their metrics unscored.
        documents: The guides, to look cited passages up in; () takes their offsets on trust.
        setup: What the run is made with; the fingerprints of guides and cases are added here.
        with_model: Whether a language model answers, so that an extractive answer is a failure of the model.
        progress: Called with (cases done, cases in all).

    Raises:
        BackendError: If the assistant fails on a case, or its model on too many.
    """
    if not cases:
        raise EvalError("no cases to run. Name a file of JSON lines with --cases.")
    started = datetime.now(UTC).isoformat(timespec="seconds")
    clock = perf_counter()
    sections = _sections(documents)
    _ask(
        assistant, cases[0], cases[0].question, []
    )  # Loads what is loaded on first use: latencies are of warm answers.
    results: list[CaseResult] = []
    for case in cases:
        result = _run_case(assistant, case, judge=judge, sections=sections, with_model=with_model)
        results.append(result)
        _give_up_on_broken_model(results, at_end=len(results) == len(cases))
        if progress is not None:
            progress(len(results), len(cases))
    setup = replace(setup or Setup(), guides=fingerprint_documents(documents), cases=fingerprint_cases(cases))
    return Report(tuple(results), setup, started=started, seconds=perf_counter() - clock)


def fingerprint_documents(documents: Iterable[Document]) -> str:
    """A short hash that changes when the text or the headings of a guide do; "" without guides."""
    lines = sorted(
        "\x1f".join([document.id, document.title, *(part for s in document.sections for part in (*s.headings, s.text))])
        for document in documents
    )
    return hashlib.sha256("\x1e".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:16] if lines else ""


Sections = dict[tuple[str, tuple[str, ...]], list[str]]


def _sections(documents: Iterable[Document]) -> Sections:
    found: Sections = {}
    for document in documents:
        for section in document.sections:
            found.setdefault((document.id, section.headings), []).append(section.text)
    return found


def _run_case(
    assistant: Answerer, case: Case, *, judge: Judge | None, sections: Sections, with_model: bool
) -> CaseResult:
    messages: list[Message] = []
    earlier: list[Turn] = []
    for question in case.history:
        answer, _ = _ask(assistant, case, question, messages)
        earlier.append(Turn(question, answer.text))
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer.text}]
    answer, seconds = _ask(assistant, case, case.question, messages)
    return CaseResult(
        case=case,
        answer=answer,
        seconds=seconds,
        earlier=tuple(earlier),
        judgements=None if judge is None else judge_answer(answer, judge),
        displaced=frozenset(
            citation.passage.id
            for citation in answer.citations
            if sections and not _stands_in_guide(citation.passage, sections)
        ),
        fell_back=answer.reader == "extractive" if with_model else None,
    )


def _ask(assistant: Answerer, case: Case, question: str, messages: Sequence[Message]) -> tuple[Answer, float]:
    clock = perf_counter()
    try:
        answer = assistant.ask(question, list(messages))
    except Exception as error:
        raise BackendError(
            f"case {case.id!r}: the assistant failed on {question[:80]!r}: {type(error).__name__}: {error}"
        ) from error
    return answer, perf_counter() - clock


def _stands_in_guide(passage: Passage, sections: Sections) -> bool:
    return any(
        text[passage.start : passage.end] == passage.text
        for text in sections.get((passage.document, passage.section), ())
    )


def _give_up_on_broken_model(results: Sequence[CaseResult], *, at_end: bool) -> None:
    failures = sum(bool(result.fell_back) for result in results)
    last = results[-FAILURES_IN_A_ROW:]
    in_a_row = len(last) == FAILURES_IN_A_ROW and all(result.fell_back for result in last)
    if in_a_row or (at_end and failures > FAILURES_SHARE * len(results)):
        notes = "; ".join(results[-1].answer.notes) or "no note"
        raise BackendError(
            f"the language model failed on {failures} of {len(results)} cases ({notes}). "
            "Check it with `ml-career-assistant doctor`."
        )
