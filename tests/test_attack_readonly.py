"""Folders that an ordinary user may not write or read: a message with what to do, an exit code, and no traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# What root has beyond an ordinary user where files are concerned; without it, modes are obeyed.
POWERS = "-dac_override,-dac_read_search,-fowner,-chown,-sys_admin"
PROGRAM = """
import contextlib, io, json, os, sys, time
from pathlib import Path
from assistant.cli import main
here = Path(sys.argv[1])
try:
    (here / "closed" / "probe").write_text("x")
except OSError:
    pass
else:
    raise SystemExit("modes are not obeyed here")
runs = {
    "sync to a closed folder": ["sync", str(here / "guides"), "--data-dir", str(here / "closed")],
    "sync below a closed folder": ["sync", str(here / "guides"), "--data-dir", str(here / "closed" / "new" / "deep")],
    "sync of what changed to a closed index": ["sync", str(here / "changed"), "--data-dir", str(here / "indexed")],
    "ask a closed index": ["ask", "How many jars does a hive need?", "--guides", str(here / "guides"),
                           "--data-dir", str(here / "indexed")],
    "sync of closed guides": ["sync", str(here / "guides"), "--data-dir", str(here / "open")],
    "sync of guides that may not be listed": ["sync", str(here / "unlisted"), "--data-dir", str(here / "open2")],
    "sync of a guide that may not be read": ["sync", str(here / "unread"), "--data-dir", str(here / "open3")],
    "doctor": ["doctor", "--guides", str(here / "guides"), "--data-dir", str(here / "closed")],
    "feedback": ["feedback", "export", "--data-dir", str(here / "closed")],
    "verify": ["verify", str(here / "unread" / "private.md"), "--guides", str(here / "guides"),
               "--data-dir", str(here / "open")],
}
found = {}
for name, arguments in runs.items():
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            code = main(arguments)
        except Exception as unforeseen:
            import traceback
            traceback.print_exc()
            code = f"{type(unforeseen).__name__}"
    found[name] = [code, out.getvalue(), error.getvalue()]
from assistant.settings import Settings
from assistant.web.backend import Backend
backend = Backend(str(here / "guides"), Settings(data_dir=str(here / "closed")))
backend.start()
while backend.status.phase == "starting":
    time.sleep(0.05)
found["page"] = [backend.status.phase, backend.status.message, ""]
backend.close()
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it wrote."""

    code: int | str
    out: str
    error: str


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    """What each command says, run by somebody for whom the modes of files hold."""
    here = tmp_path_factory.mktemp("readonly")
    prefix: list[str] = []
    if os.getuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root may write everywhere, and setpriv is not installed")
        prefix = ["setpriv", "--bounding-set", POWERS, "--inh-caps", POWERS]
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
            pytest.skip("root may write everywhere, and may not lay that power down here")
    for folder in ("guides", "changed", "unlisted", "unread", "closed"):
        (here / folder).mkdir()
        (here / folder / "hives.md").write_text("# Hives\n\nA hive needs three jars of syrup.\n")
    (here / "changed" / "hens.md").write_text("# Hens\n\nA hen needs grit.\n")
    (here / "unread" / "private.md").write_text("# Private\n\nNobody may read this.\n")
    from assistant.cli import main

    assert main(["sync", str(here / "guides"), "--data-dir", str(here / "indexed")]) == 0
    closed = [here / "guides", here / "closed", *(here / "indexed").rglob("*"), here / "indexed"]
    for path in closed:
        path.chmod(0o555 if path.is_dir() else 0o444)
    (here / "unlisted").chmod(0)
    (here / "unread" / "private.md").chmod(0)
    try:
        done = subprocess.run(
            [*prefix, sys.executable, "-c", PROGRAM, str(here)],
            capture_output=True, text=True, check=False, cwd=ROOT, timeout=240,
        )  # fmt: skip
    finally:
        for path in [*closed, here / "unlisted", here / "unread" / "private.md"]:
            path.chmod(0o755 if path.is_dir() else 0o644)
    if "modes are not obeyed" in done.stderr:
        pytest.skip("modes are not obeyed on this file system")
    assert done.returncode == 0, done.stderr
    return {name: Said(*each) for name, each in json.loads(done.stdout.splitlines()[-1]).items()}


def test_nothing_ends_in_a_traceback(said: dict[str, Said]) -> None:
    assert [name for name, each in said.items() if "Traceback" in each.error + each.out] == []
    assert [name for name, each in said.items() if each.code not in {0, 1, "broken"}] == []


@pytest.mark.parametrize(
    "name",
    [
        "sync to a closed folder",
        "sync below a closed folder",
        "sync of what changed to a closed index",
        "doctor",
        "feedback",
        "page",
    ],
)
def test_a_data_folder_that_may_not_be_written_is_said_with_what_to_do(name: str, said: dict[str, Said]) -> None:
    each = said[name]
    assert each.code in {1, "broken"}, each
    assert "ASSISTANT_DATA_DIR" in each.out + each.error


def test_a_closed_index_answers(said: dict[str, Said]) -> None:
    each = said["ask a closed index"]
    assert each.code == 0, each
    assert "three jars" in each.out


def test_guides_are_only_read(said: dict[str, Said]) -> None:
    assert said["sync of closed guides"].code == 0, said["sync of closed guides"]


@pytest.mark.parametrize("name", ["sync of guides that may not be listed", "sync of a guide that may not be read"])
def test_guides_that_may_not_be_read_are_named_with_what_to_do(name: str, said: dict[str, Said]) -> None:
    each = said[name]
    assert each.code == 1, each
    assert "you may not read it" in each.error
    assert "chmod" in each.error


def test_an_answer_that_may_not_be_read_is_said(said: dict[str, Said]) -> None:
    assert said["verify"].code == 1
    assert "private.md cannot be read" in said["verify"].error
