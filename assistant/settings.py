"""The only reader of the environment: `ASSISTANT_…` variables, then a `.env` file, then the defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from assistant.errors import SettingsError


def _setting(default: Any, doc: str) -> Any:
    return field(default=default, metadata={"doc": doc})


def _address(doc: str) -> Any:
    return field(default=None, repr=False, metadata={"doc": doc})  # may hold a password


def _secret(doc: str, *, variable: str = "") -> Any:
    return field(default=None, repr=False, metadata={"doc": doc, "variable": variable})


@dataclass(frozen=True)
class Settings:
    """Every setting, with its default. The table in the README is made from this class."""

    llm: str | None = _setting(None, "The language model, as `provider:model`; unset: the extractive reader.")
    llm_base_url: str | None = _address("Address of an OpenAI-compatible server.")
    guides: str | None = _setting(None, "Files and folders with guides, set apart by the system's path separator.")
    data_dir: str | None = _setting(None, "Folder for the index and the store; unset: the user's data folder.")
    embedder: str | None = _setting(None, "A sentence-transformers model; unset: all-MiniLM-L6-v2 as packaged.")
    chroma_url: str | None = _address("Address of a Chroma server to keep the passages on.")
    passages: int = _setting(12, "Passages read for an answer.")
    question_limit: int = _setting(2000, "The most characters a question may have.")
    drop_unsupported: bool = _setting(False, "Leave out claims that the cited passages do not support.")
    llm_deadline: float = _setting(60.0, "Seconds a language model may take for an answer.")
    store: str | None = _address("SQLAlchemy URL for conversations and feedback; unset: SQLite in the data folder.")
    host: str = _setting("127.0.0.1", "Address the page listens on.")
    port: int = _setting(7860, "Port the page listens on.")
    hosts: str | None = _setting(None, "Names, beside this machine's own, under which the page may be asked for.")
    auth: str | None = _secret("Who may use the page: `user:password`, several set apart by commas; unset: everyone.")
    llms: str | None = _setting(None, "More language models to choose from on the page, set apart by commas.")
    read_only: bool = _setting(False, "Whether the page refuses guides of its users' own.")
    upload_limit_mb: int = _setting(20, "The most megabytes a guide dropped on the page may have.")
    requests_at_once: int = _setting(64, "Questions the page answers at once; more are asked to wait.")
    slack_bot_token: str | None = _secret("The Slack bot's token, `xoxb-…`.", variable="SLACK_BOT_TOKEN")
    slack_app_token: str | None = _secret(
        "The Slack app's token for Socket Mode, `xapp-…`.", variable="SLACK_APP_TOKEN"
    )
    slack_signing_secret: str | None = _secret(
        "Slack's signing secret, for HTTP mode instead of Socket Mode.", variable="SLACK_SIGNING_SECRET"
    )
    slack_port: int = _setting(3000, "Port that HTTP mode listens on for Slack.")
    log_questions: bool = _setting(False, "Whether questions are written to the log, at level INFO.")
    log_level: str = _setting("WARNING", "DEBUG, INFO, WARNING or ERROR.")

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """Settings from the environment and a `.env` file in the working folder; overrides that are not None win.

        Raises:
            SettingsError: If a value is not of its setting's type, or an override is not a setting.
        """
        settings, problem = cls.load_usable(environment, **overrides)
        if problem is not None:
            raise problem
        return settings

    @classmethod
    def load_usable(
        cls, environment: Mapping[str, str] | None = None, **overrides: Any
    ) -> tuple[Settings, SettingsError | None]:
        """What `load` gives but for settings that cannot be used, and what is wrong with the first of those.

        Raises:
            SettingsError: If an override is not a setting.
        """
        values = {**_dotenv(Path(".env")), **(os.environ if environment is None else environment)}
        known = {entry.name: entry for entry in fields(cls)}
        found: dict[str, Any] = {}
        problem = None
        for name, entry in known.items():
            raw = values.get(variable(name), "").strip()
            try:
                if raw:
                    found[name] = _parse(entry, raw)
            except SettingsError as error:
                problem = problem or error
        unknown = set(overrides) - set(known)
        if unknown:
            raise SettingsError(
                f"Unknown setting: {', '.join(sorted(unknown))}. There are: {', '.join(sorted(known))}."
            )
        found.update({name: value for name, value in overrides.items() if value is not None})
        return replace(cls(), **found), problem

    def guide_paths(self) -> list[str | Path] | None:
        """The guides set, or None for those that ship."""
        return [part for part in self.guides.split(os.pathsep) if part] if self.guides else None

    def store_address(self) -> str | Path:
        """Where conversations and feedback are kept: a SQLAlchemy URL, or a folder for SQLite."""
        return self.store or (Path(self.data_dir) if self.data_dir else default_data_dir())


def variable(name: str) -> str:
    """The environment variable of a setting."""
    (entry,) = (entry for entry in fields(Settings) if entry.name == name)
    return str(entry.metadata.get("variable")) if entry.metadata.get("variable") else f"ASSISTANT_{name.upper()}"


def settings_table() -> str:
    """The settings as a Markdown table, for the README."""
    rows = ["| Variable | Default | Meaning |", "| --- | --- | --- |"]
    for entry in fields(Settings):
        default = "" if entry.default is None else f"`{entry.default}`"
        rows.append(f"| `{variable(entry.name)}` | {default} | {entry.metadata['doc']} |")
    return "\n".join(rows)


def default_data_dir() -> Path:
    """The per-user folder for the index and the store."""
    import platformdirs

    return Path(platformdirs.user_data_dir("ml-career-assistant", appauthor=False))


def asks_for_langsmith() -> bool:
    """Whether the environment has LangChain, which reads it itself, send traces to LangSmith."""
    switches = (f"{name}_TRACING{version}" for name in ("LANGSMITH", "LANGCHAIN") for version in ("", "_V2"))
    return any(os.environ.get(switch) for switch in switches)


def _parse(entry: Field[Any], raw: str) -> Any:
    kind = str(entry.type)
    try:
        if kind == "bool":
            if raw.lower() not in {"1", "0", "true", "false", "yes", "no", "on", "off"}:
                raise ValueError(raw)
            return raw.lower() in {"1", "true", "yes", "on"}
        if kind == "int":
            return int(raw)
        if kind == "float":
            return float(raw)
    except ValueError:
        wanted = {"bool": "true or false", "int": "a whole number", "float": "a number"}[kind]
        raise SettingsError(f"{variable(entry.name)} is {raw!r}; it takes {wanted}.") from None
    return raw


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    return {key: value for key, value in dotenv_values(path).items() if value is not None}
