"""Nothing leaves the machine: the main jobs run with every outside connection refused, and none is tried."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# An audit hook sees every connection and every look-up that Python code makes, in the libraries too.
WATCHED = """
import sys
tried = []
def watch(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        outside = isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost"))
    elif event == "socket.getaddrinfo":
        outside = str(arguments[0]) not in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "None")
    else:
        return
    if outside:
        tried.append(repr(arguments))
        raise ConnectionRefusedError("no outside connections in this test")
sys.addaudithook(watch)
"""
JOBS = {
    "sync, ask, follow up and abstain": """
from assistant import Assistant, Conversation
from assistant.settings import Settings
with Assistant.open(data_dir=DATA, settings=Settings()) as opened:
    conversation = Conversation(opened)
    for question in ("What is Docker used for?", "and kubernetes?", "What is the capital of Australia?"):
        assert conversation.ask(question).text
""",
    "the embedding model of record": """
from index.embedding import SentenceTransformerEmbedder
assert SentenceTransformerEmbedder().embed(["a question"]).shape == (1, 384)
""",
    "the page's parts": "import app, gradio",
    "an HTML guide full of addresses": """
from pathlib import Path
from corpus.loaders import load_document
page = Path(DATA).with_suffix(".html")
page.write_text('<html><head><link rel="stylesheet" href="http://tracker.example/a.css"></head>'
    '<body><h1>Bread</h1>'
    '<img src="http://tracker.example/b.png">'
    '<p>Bread bakes for forty minutes in a hot oven, they say.</p></body></html>')
assert "forty" in load_document(page).sections[0].text
""",
}


@pytest.mark.parametrize("job", JOBS)
def test_no_outside_connection_is_tried(job: str, tmp_path: Path) -> None:
    code = f"{WATCHED}\nDATA = {str(tmp_path / 'data')!r}\n{JOBS[job]}\nimport json; print(json.dumps(tried))"
    environment = {name: value for name, value in os.environ.items() if name not in TELEMETRY_SWITCHES}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []


TELEMETRY_SWITCHES = {
    "GRADIO_ANALYTICS_ENABLED",
    "HF_HUB_OFFLINE",
    "ANONYMIZED_TELEMETRY",
}  # ours to set, not the user's


def test_it_answers_on_a_machine_without_a_network(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if not unshare or subprocess.run([unshare, "--net", "--map-root-user", "true"], check=False).returncode:
        pytest.skip("a network namespace of our own is not to be had here")
    command = [unshare, "--net", "--map-root-user", sys.executable, "-m", "assistant.cli"]
    done = subprocess.run(
        [*command, "ask", "What is Docker used for?", "--data-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    assert "container" in done.stdout


def test_the_watch_would_see_an_attempt() -> None:
    attempt = "try: urllib.request.urlopen('http://outside.example')\nexcept OSError: pass"
    code = f"{WATCHED}\nimport urllib.request\n{attempt}\nprint(len(tried))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) >= 1
