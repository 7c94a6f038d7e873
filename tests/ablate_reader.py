"""What each ranking signal of the reader is worth: questions passed with one signal's weight at nothing.

    python -m tests.ablate_reader [--guides PATH …] [--cases FILE …]

Runs the whole chain over the development questions in tests/data, or over the cases given, once for each signal, and
prints a Markdown table. Some ten seconds for each signal.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from assistant import ranking
from assistant.chain import Assistant
from evals.cases import Case, load_cases
from evals.metrics import is_right
from evals.run import run_evals

DATA = Path(__file__).parent / "data"
DEVELOPMENT = (DATA / "asked_development.jsonl", DATA / "unseen_development.jsonl")


def passed(assistant: Assistant, cases: tuple[Case, ...]) -> str:
    """How many answerable questions are passed, and the words of an answer on average."""
    results = run_evals(assistant, cases).results
    right = [result for result in results if result.case.answerable and is_right(result)]
    words = [len(result.answer.text.split()) for result in results if not result.answer.abstained]
    return f"{len(right)} | {sum(words) / len(words):.0f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guides", nargs="*", help="other guides than those that ship")
    parser.add_argument("--cases", nargs="*", default=DEVELOPMENT, help="other cases than the development questions")
    options = parser.parse_args()
    cases = tuple(case for case in load_cases(*options.cases) if case.answerable)
    weights = dict(ranking.WEIGHTS)
    print(f"| | passed of {len(cases)} | words |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, Assistant.open(options.guides, data_dir=folder) as assistant:
        print(f"| **the reader** | {passed(assistant, cases)} |", flush=True)
        for name in weights:
            ranking.WEIGHTS[name] = 0.0
            print(f"| without `{name}` | {passed(assistant, cases)} |", flush=True)
            ranking.WEIGHTS[name] = weights[name]


if __name__ == "__main__":
    main()
