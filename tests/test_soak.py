"""A short soak: `python -m tests.soak --minutes 60` is the long one."""

from __future__ import annotations

from pathlib import Path

from tests.soak.soak import soak


def test_mixed_use_grows_nothing_and_answers_rightly(tmp_path: Path) -> None:
    outcome = soak(tmp_path, seconds=20)
    assert outcome.problems() == []
    assert min(outcome.counts[what] for what in ("asked", "uploads", "syncs")) >= 1
