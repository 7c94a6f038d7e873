"""Imports run one way: corpus ← index ← assistant ← the doors, and importing a package does nothing heavy."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {
    "corpus": {"corpus"},
    "index": {"corpus", "index"},
    "assistant": {"corpus", "index", "assistant"},
    "evals": {"corpus", "index", "assistant", "evals"},
    "app": {"corpus", "index", "assistant", "app"},
}
OURS = set(ALLOWED)
LEAVES = {"assistant.cli", "assistant.slack"}  # doors: nothing imports them
READ_THE_ENVIRONMENT = {
    "assistant/settings.py",
    "assistant/models.py",  # whether a provider's own key is set, to name it in a message
    "evals/variants.py",  # hands it to Settings.load, with the variant's settings over it
    "app.py",  # only writes there: telemetry off before Gradio loads
}
MAY_OPEN_THE_PAGE = ROOT / "assistant" / "cli.py"


def modules() -> list[Path]:
    packages = ("corpus", "index", "assistant", "evals")
    return [ROOT / "app.py", *(path for package in packages for path in (ROOT / package).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_left(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0].removesuffix(".py")
    allowed = ALLOWED[package] | ({"app", "evals"} if path == MAY_OPEN_THE_PAGE else set())
    wrong = {name for name in imported(path) if name.split(".")[0] in OURS - allowed}
    assert not wrong, f"{path.name} imports {sorted(wrong)}"


def test_nothing_imports_the_doors() -> None:
    for path in modules():
        package = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        if package not in LEAVES | {"assistant.__main__"}:
            allowed = {"assistant.slack"} if path == MAY_OPEN_THE_PAGE else set()
            assert not imported(path) & (LEAVES - allowed), path


@pytest.mark.parametrize("package", ["corpus", "index", "assistant", "evals"])
def test_importing_a_package_loads_nothing_heavy(package: str) -> None:
    heavy = "('torch', 'gradio', 'chromadb', 'transformers')"
    code = f"import sys, {package}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_only_settings_reads_the_environment() -> None:
    readers = set()
    for path in modules():
        names = imported(path)
        source = path.read_text(encoding="utf-8")
        if "os" in names and ("os.environ" in source or "os.getenv" in source):
            readers |= {path.relative_to(ROOT).as_posix()}
    assert "assistant/settings.py" in readers
    assert readers <= READ_THE_ENVIRONMENT


def test_one_file_knows_chroma() -> None:
    index = (ROOT / "index").rglob("*.py")
    assert {path.name for path in index if any(name.split(".")[0] == "chromadb" for name in imported(path))} == {
        "store.py"
    }


def test_a_question_is_answered_without_langchain_unless_somebody_listens(tmp_path: Path) -> None:
    (tmp_path / "guide.md").write_text("# Docker\n\nDocker packs an application into a container.\n")
    code = (
        "import os, sys; from assistant import Assistant\n"
        "with Assistant.open('guide.md', data_dir='data') as assistant:\n"
        "    for asked in ('', 'false'):\n"
        "        os.environ['LANGSMITH_TRACING'] = asked\n"
        "        print(assistant.ask('What does Docker do?').text, 'langchain_core' in sys.modules)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
    )
    quick, traced = done.stdout.strip().splitlines()
    assert quick.endswith("False")
    assert traced == quick.replace("False", "True")
