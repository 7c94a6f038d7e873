"""The command line, run as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=240,
        check=False,
    )


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = str(tmp_path_factory.mktemp("cli"))
    done = run("sync", "--data-dir", folder)
    assert done.returncode == 0, done.stderr
    assert "2 guides:" in done.stdout
    return folder


def test_ask_prints_the_answer_and_its_sources(indexed: str) -> None:
    done = run("ask", "What is Docker used for?", "--data-dir", indexed)
    assert done.returncode == 0, done.stderr
    assert "container" in done.stdout
    assert "[1] " in done.stdout


def test_ask_json_is_a_saved_answer(indexed: str) -> None:
    from assistant import Answer

    done = run("ask", "--json", "What is Docker used for?", "--data-dir", indexed)
    answer = Answer.from_dict(json.loads(done.stdout))
    assert answer.question == "What is Docker used for?"
    assert answer.citations


def test_chat_answers_follow_ups_until_an_empty_line(indexed: str) -> None:
    done = run("chat", "--data-dir", indexed, stdin="What is Docker used for in MLOps?\nand kubernetes?\n\n")
    assert done.returncode == 0
    assert "orchestrat" in done.stdout.lower()


def test_sync_names_what_it_could_not_read_and_indexes_the_rest(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Bread is baked for forty minutes in a hot oven.\n")
    (tmp_path / "empty.md").write_text("")
    done = run("sync", str(tmp_path), "--data-dir", str(tmp_path / ".index"))
    assert done.returncode == 1
    assert "empty.md" in done.stderr
    assert "1 guides: 1 passages added" in done.stdout


def test_an_empty_question_is_a_message_and_not_a_traceback(indexed: str) -> None:
    done = run("ask", " ", "--data-dir", indexed)
    assert done.returncode == 1
    assert "The question is empty" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_not_there_is_a_message(tmp_path: Path) -> None:
    done = run("sync", str(tmp_path / "nowhere"), "--data-dir", str(tmp_path / "data"))
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_reports_a_sound_set_up(indexed: str) -> None:
    done = run("doctor", "--data-dir", indexed)
    assert done.returncode == 0, done.stdout
    assert "BAD" not in done.stdout
    assert "extractive reader" in done.stdout


def test_doctor_names_the_mend_for_a_model_without_a_key(indexed: str) -> None:
    done = run("doctor", "--data-dir", indexed, "--llm", "openai:gpt-none", OPENAI_API_KEY="")
    assert done.returncode == 1
    assert "OPENAI_API_KEY" in done.stdout


def test_help_needs_no_heavy_import() -> None:
    code = "import sys, assistant.cli; assistant.cli._parser(); print('numpy' in sys.modules, 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["False", "False"]
