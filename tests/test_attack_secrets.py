"""Keys, tokens and passwords are in no log, message, report, saved answer or repr."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from assistant import logs
from assistant.chain import Assistant
from assistant.cli import main
from assistant.errors import ModelError
from assistant.models import ScriptedChatModel, open_chat_model
from assistant.settings import Settings
from assistant.web.access import Accounts
from corpus.errors import AssistantError

ROOT = Path(__file__).resolve().parents[1]
SECRETS = {
    "OPENAI_API_KEY": "sk-proj-Secret0aB1cD2eF3gH4iJ5kL6mN7oP8",
    "ANTHROPIC_API_KEY": "sk-ant-Secret1aB1cD2eF3gH4iJ5kL6mN7oP8",
    "SLACK_BOT_TOKEN": "xoxb-Secret2-1234567890-abcdefghij",
    "SLACK_APP_TOKEN": "xapp-Secret3-1234567890-abcdefghij",
    "SLACK_SIGNING_SECRET": "Secret4c0ffee0c0ffee0c0ffee0c0ffee0",
    "ASSISTANT_AUTH": "ann:Secret5Password",
    "ASSISTANT_STORE": "postgresql+psycopg://ann:Secret6Password@127.0.0.1:1/none",
    "ASSISTANT_CHROMA_URL": "http://Secret7Token@127.0.0.1:1",
    "ASSISTANT_LLM_BASE_URL": "http://ann:Secret8Password@127.0.0.1:1/v1",
}


def leaked(text: str) -> list[str]:
    """The variables whose secret part is in a text."""
    return [name for name, value in SECRETS.items() if _part(value) in text]


def _part(value: str) -> str:
    start = value.index("Secret")
    return value[start : start + 7]


@pytest.fixture
def secretive(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings from an environment full of secrets."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return Settings.load()


def test_settings_do_not_show_secrets(secretive: Settings) -> None:
    for shown in (repr(secretive), str(secretive), f"{secretive}"):
        assert leaked(shown) == []
    assert secretive.auth == SECRETS["ASSISTANT_AUTH"]
    assert {entry.name for entry in fields(Settings) if "token" in entry.name or "secret" in entry.name} == {
        entry.name for entry in fields(Settings) if not entry.repr and ("token" in entry.name or "secret" in entry.name)
    }


@pytest.mark.parametrize("without", ["", "ASSISTANT_CHROMA_URL", "ASSISTANT_LLM_BASE_URL"])
def test_doctor_shows_no_secret(
    without: str,
    secretive: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if without:
        monkeypatch.delenv(without)
    main(["doctor", "--data-dir", str(tmp_path)])
    said = capsys.readouterr()
    assert leaked(said.out + said.err) == []


@pytest.mark.parametrize("command", [["ask", "What is Docker?"], ["feedback", "export"], ["sync"]])
def test_what_cannot_be_reached_is_named_without_its_secret(
    command: list[str], secretive: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--data-dir", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert leaked(said.out + said.err) == []


def test_a_refused_key_shows_in_no_note_log_or_saved_answer(
    assistant: Assistant, secretive: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    key = SECRETS["OPENAI_API_KEY"]
    stream = io.StringIO()
    logs.configure("DEBUG", stream=stream)
    try:
        for said in (
            f"Incorrect API key provided: {key}",
            f"Authorization: Bearer {key}",
            f"https://ann:{key}@x/ is down",
        ):
            answer = assistant.using(ScriptedChatModel(replies=[ModelError(said), RuntimeError(said)])).ask(
                "What is Docker?"
            )
            assert leaked(json.dumps(answer.to_dict())) == []
        assert leaked(stream.getvalue()) == []
    finally:
        logs.configure("WARNING")
    assert leaked("".join(capsys.readouterr())) == []


def test_doctor_names_a_model_that_answers_without_its_address(
    secretive: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ScriptedChatModel(replies=["ready"])
    monkeypatch.setattr("assistant.models.open_chat_model", lambda name, base_url: model)
    main(["doctor", "--data-dir", str(tmp_path)])
    said = capsys.readouterr().out
    assert "scripted answers" in said
    assert "BAD index" in said  # its Chroma server cannot be reached
    assert leaked(said) == []


def test_a_model_does_not_show_its_key(secretive: Settings) -> None:
    pytest.importorskip("langchain_openai")
    model = open_chat_model("openai:gpt-4o-mini")
    assert leaked(repr(model) + str(model)) == []


def test_a_login_token_and_its_errors_hold_no_password() -> None:
    accounts = Accounts(SECRETS["ASSISTANT_AUTH"])
    assert leaked(accounts.token("ann") + repr(accounts)) == []
    with pytest.raises(AssistantError) as caught:
        Accounts("Secret5Password")
    assert leaked(str(caught.value)) == []


def test_a_page_that_cannot_start_logs_no_secret(tmp_path: Path) -> None:
    code = (
        "import app, logging, sys\n"
        "from assistant.settings import Settings\n"
        "from assistant import logs\n"
        "logs.configure('DEBUG')\n"
        "server = app.build_server(guides=None, settings=Settings.load())\n"
        "from fastapi.testclient import TestClient\n"
        "client = TestClient(server.config.app, base_url='http://127.0.0.1')\n"
        "with client:\n"
        "    for path in ('/', '/api/page', '/api/status', '/health', '/api/examples', '/config', '/nothing'):\n"
        "        for auth in (None, ('ann', 'Secret5Password')):\n"
        "            print(client.get(path, auth=auth, follow_redirects=False).text[:20000])\n"
    )
    environment = {**os.environ, **SECRETS, "ASSISTANT_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=tmp_path,
    )
    assert leaked(done.stdout + done.stderr) == []
    assert logging.getLogger("assistant")  # the names of the variables may be said, their values may not
