"""What SECURITY.md and docs/operations.md promise is there."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from assistant.settings import Settings, variable

ROOT = Path(__file__).resolve().parents[1]


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = re.findall(r"`(tests/[\w*./-]+)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) > 20
    assert [name for name in named if not list(ROOT.glob(name))] == []


def test_every_setting_is_described_for_whoever_runs_it() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    settings = {variable(entry.name) for entry in fields(Settings)}
    named = set(re.findall(r"`((?:ASSISTANT|SLACK)_[A-Z_]+)`", text))
    assert named == settings


def test_the_limits_named_are_those_in_force() -> None:
    from assistant.library import GUIDES_AT_MOST
    from assistant.web.access import BODY_LIMIT
    from assistant.web.guides import AT_WORK, RECEIVING
    from corpus.loaders import Limits

    limits, settings = Limits(), Settings()
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert (limits.bytes, limits.pages, limits.characters) == (50_000_000, 2_000, 5_000_000)
    assert (limits.decompressed_bytes, limits.seconds, limits.memory_bytes) == (200_000_000, 30.0, 2_000_000_000)
    for figure in (
        f"{settings.question_limit:,} characters",
        f"{settings.requests_at_once}, more",
        f"{GUIDES_AT_MOST} |",
        f"| {AT_WORK}, {RECEIVING} |",
        f"| {BODY_LIMIT // 1_000_000} MB |",
    ):
        assert figure in text
    assert f"{settings.upload_limit_mb} MB" in text
    assert f"{settings.llm_deadline:.0f} s" in text
