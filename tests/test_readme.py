"""Every command in the README is one that can be run: those of the program are run here, those of make by CI."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = [
    line
    for block in re.findall(r"^```console\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]
COMMANDS = [shlex.split(line, comments=True) for line in LINES]
RUN_ELSEWHERE = {  # a door that stays open, by the test that opens it
    ("ml-career-assistant", "web"): "tests/test_page_reading.py",
    ("ml-career-assistant", "slack"): "tests/test_slack.py",
}
BY_HAND = {"lock", "bench"}  # asks the package index; takes a quarter of an hour (CI runs a small one)


def ours() -> list[list[str]]:
    return [command for command in COMMANDS if command[0] != "make" and tuple(command) not in RUN_ELSEWHERE]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the README's capitals stand for."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "guide.md").write_text("# Work\n\n## When are holidays?\n\nHolidays are in August, says the guide.\n")
    (folder / "cases.jsonl").write_text(
        '{"id": "one", "kind": "fact", "question": "What is Docker used for?", "answerable": true, '
        '"must": [["contain"]]}\n'
    )
    benchmark = folder / "benchmark"
    (benchmark / "qrels").mkdir(parents=True)
    (benchmark / "corpus.jsonl").write_text(
        '{"_id": "d1", "title": "Bread", "text": "Bread bakes for forty minutes."}\n'
    )
    (benchmark / "queries.jsonl").write_text('{"_id": "q1", "text": "How long does bread bake?"}\n')
    (benchmark / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n")
    return {
        "PATH": str(folder / "guide.md"),
        "PATH...": str(folder / "guide.md"),
        "FILE": str(folder / "cases.jsonl"),
        "PAGE.html": str(folder / "page.html"),
        "FOLDER": str(benchmark),
        "data": str(folder / "data"),
    }


@pytest.mark.parametrize("command", ours(), ids=" ".join)
def test_command_of_the_readme_runs(command: list[str], places: dict[str, str]) -> None:
    program, *arguments = [places.get(word, word) for word in command]
    module = {"ml-career-assistant": ["-m", "assistant.cli"], "python": []}[program]
    done = subprocess.run(
        [sys.executable, *module, *arguments],
        input="\n",
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "ASSISTANT_DATA_DIR": places["data"]},
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_every_make_command_exists_and_ci_runs_it() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {command[1] for command in COMMANDS if command[0] == "make"}
    assert named <= targets
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert {target for target in named - BY_HAND if f"make {target}" not in script} == {"evals"}
    assert "python -m evals --quiet" in script  # what `make evals` does, with a report


def test_doors_that_stay_open_are_tested_where_the_table_says() -> None:
    assert all((ROOT / test).is_file() for test in RUN_ELSEWHERE.values())
    assert all(list(command) in COMMANDS for command in RUN_ELSEWHERE)
