"""The examples in the documents run, and the schema is the one that answers have."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
from pydantic import TypeAdapter

from assistant.answer import Answer

if TYPE_CHECKING:
    from assistant import Assistant

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SCHEMA = ROOT / "docs" / "answer.schema.json"
FENCE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
EXAMPLES = [
    pytest.param(code, id=f"{page.name}-{number}")
    for page in PAGES
    for number, code in enumerate(FENCE.findall(page.read_text(encoding="utf-8")), start=1)
]


@pytest.fixture(scope="module")
def data_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("documents")


@pytest.mark.parametrize("code", EXAMPLES)
def test_example_runs(code: str, data_home: Path) -> None:
    prologue = f"import os; os.environ['ASSISTANT_DATA_DIR'] = {str(data_home)!r}\n"
    done = subprocess.run(
        [sys.executable, "-c", prologue + code], capture_output=True, text=True, cwd=data_home, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr


def test_the_published_schema_is_the_answers_own() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == TypeAdapter(Answer).json_schema(), (
        f"The form of a saved answer changed. If that is meant: {sys.executable} -m tests.test_docs"
    )


@pytest.mark.parametrize("question", ["What is MLOps?", "What is the capital of Australia?"])
def test_answers_satisfy_the_schema(assistant: Assistant, question: str) -> None:
    jsonschema.validate(
        json.loads(json.dumps(assistant.ask(question).to_dict())), json.loads(SCHEMA.read_text("utf-8"))
    )


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not broken


if __name__ == "__main__":
    SCHEMA.write_text(json.dumps(TypeAdapter(Answer).json_schema(), indent=2) + "\n", encoding="utf-8")
