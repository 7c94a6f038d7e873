"""The wheel carries everything, and works away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the built wheel was installed, without its dependencies."""
    source, wheels, target = (tmp_path_factory.mktemp(name) for name in ("source", "wheels", "target"))
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():  # git also lists what is deleted and not yet committed
            copy = source / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((ROOT / name).read_bytes())
    pip = [sys.executable, "-m", "pip", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(source)], check=True)
    (wheel,) = wheels.glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(target), str(wheel)], check=True)
    return target


def run_installed(installed: Path, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, cwd=cwd, env=environment, check=False, timeout=240
    )


def test_an_installed_wheel_answers_from_the_guides_it_carries(installed: Path, tmp_path: Path) -> None:
    code = "import assistant, corpus, index, evals, app; print(assistant.__file__)"
    assert str(installed) in run_installed(installed, "-c", code, cwd=tmp_path).stdout
    done = run_installed(
        installed, "-m", "assistant.cli", "ask", "What is Docker used for?", "--data-dir", "data", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "container" in done.stdout


def test_an_installed_wheel_carries_the_eval_cases(installed: Path) -> None:
    assert list((installed / "evals").rglob("*.jsonl"))
    assert (installed / "evals" / "floors.toml").is_file()


def test_every_dependency_is_pinned_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(line for lines in project["optional-dependencies"].values() for line in lines),
    ]
    lock = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower()
    for requirement in wanted:
        name = requirement.replace("[", ">").split(">")[0].split("<")[0].split("=")[0].strip().lower()
        if name not in {"torch", "ml-career-assistant"}:
            assert f"\n{name}==" in f"\n{lock}", f"{name} is not in constraints.txt: run `make lock`"
    pins = [line for line in lock.splitlines() if "==" in line]
    assert len(pins) > 100
    assert all(line.endswith("\\") for line in pins)  # the hashes follow
