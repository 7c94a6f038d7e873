"""Serving the page, asking it and giving it a guide: no connection leaves the machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.test_privacy import WATCHED

ROOT = Path(__file__).resolve().parents[1]
JOB = """
import threading, time, httpx
import app
from assistant.settings import Settings
server = app.build_server(guides=None, settings=Settings(data_dir=DATA))
listener = app._listen("127.0.0.1", 0)
thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
thread.start()
address = f"http://127.0.0.1:{listener.getsockname()[1]}"
while not server.started:
    time.sleep(0.05)
with httpx.Client(base_url=address, timeout=120) as person:
    for path in ("/", "/assets/main.js", "/api/page", "/config", "/gradio_api/info"):
        assert person.get(path).status_code == 200, path
    assert '"type": "answer"' in person.post("/api/ask", json={"question": "What is MLOps?"}).text
    bees = person.post("/api/guides", content=b"# Bees\\n\\nBees make honey.", headers={"x-file-name": "b.md"})
    assert bees.status_code == 202
    while not any(one["phase"] == "learnt" for one in person.get("/api/guides").json()["uploads"]):
        time.sleep(0.1)
    assert "honey" in person.post("/api/ask", json={"question": "What do bees make?"}).text
    event = person.post("/gradio_api/call/ask", json={"data": ["What is MLOps?", []]}).json()["event_id"]
    assert "complete" in person.get(f"/gradio_api/call/ask/{event}").text
server.should_exit = True
thread.join(20)
assert tried == [], tried
"""


def test_serving_the_page_tries_no_outside_connection(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GRADIO_", "HF_"))}
    environment["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(
        [sys.executable, "-c", f"DATA = {str(tmp_path)!r}\n{WATCHED}\n{JOB}"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
