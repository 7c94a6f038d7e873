"""The page about evals says what the code does."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from evals.__main__ import SUBCOMMANDS, main
from evals.answers import build_parser, metrics_table
from evals.cases import Case, load_cases
from evals.metrics import METRICS

PAGE = (Path(__file__).parent.parent / "docs" / "evals.md").read_text(encoding="utf-8")


def test_table_of_metrics_is_the_codes(capsys: pytest.CaptureFixture[str]) -> None:
    between = re.search(r"<!-- metrics: begin[^>]*-->\n(.*)<!-- metrics: end -->", PAGE, re.DOTALL)
    assert between is not None
    assert between[1] == metrics_table(), "run `python -m evals metrics` and put its table between the marks"
    assert main(["metrics"]) == 0
    assert capsys.readouterr().out == metrics_table()


def test_example_case_is_one() -> None:
    example = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    assert Case.model_validate(json.loads(example[1])).word_limit == 120


def test_example_floors_are_floors() -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    assert {metric for table in tomllib.loads(example[1]).values() for metric in table} <= set(METRICS)


def test_fields_of_a_case_are_told() -> None:
    told = set(re.findall(r"`(\w+)`", PAGE))
    assert set(Case.model_fields) <= told


def test_number_of_our_cases_is_told() -> None:
    assert f"{len(load_cases())} of them" in PAGE


def test_commands_and_options_that_are_told_exist() -> None:
    for command in re.findall(r"python -m evals ([a-z]+)", PAGE):
        assert command in SUBCOMMANDS, command
    known = build_parser().format_help()
    for line in re.findall(r"^\$ python -m evals( --.*)$", PAGE, re.MULTILINE):
        for option in re.findall(r"(?<= )--[a-z-]+", line):
            assert option in known, option
