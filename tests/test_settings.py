"""Settings come from the environment, a `.env` file, or keywords, and bad ones are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.settings import Settings, settings_table

ROOT = Path(__file__).resolve().parents[1]


def test_environment_beats_file_and_keyword_beats_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("ASSISTANT_PORT=1111\nASSISTANT_HOST=file\nASSISTANT_LLM=openai:file\n")
    environment = {"ASSISTANT_PORT": "2222", "ASSISTANT_HOST": "environment"}
    settings = Settings.load(environment, port=3333)
    assert (settings.llm, settings.host, settings.port) == ("openai:file", "environment", 3333)


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("PORT", "many", "whole number"),
        ("DROP_UNSUPPORTED", "maybe", "true or false"),
        ("LLM_DEADLINE", "x", "a number"),
    ],
)
def test_a_value_of_the_wrong_type_is_named(name: str, value: str, wanted: str) -> None:
    with pytest.raises(SettingsError, match=f"ASSISTANT_{name}.*{wanted}"):
        Settings.load({f"ASSISTANT_{name}": value})


def test_an_unknown_keyword_is_refused() -> None:
    with pytest.raises(SettingsError, match="Unknown setting: colour"):
        Settings.load({}, colour="blue")


def test_the_readme_holds_the_table_of_settings() -> None:
    assert settings_table() in (ROOT / "README.md").read_text(encoding="utf-8")
