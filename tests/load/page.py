"""Many people asking the page at once: `python -m tests.load.page --users 50`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = (
    "How long does it take to become a machine learning engineer?",
    "Which cloud platforms should you know?",
    "Do I need a degree?",
    "what is docker for",
    "Which Python libraries come first?",
    "What is the capital of Mongolia?",
    "How do I build a portfolio project?",
    "Which books should you read?",
    "What does a machine learning engineer do?",
    "How is a model evaluated?",
)


@dataclass(frozen=True)
class Outcome:
    """What the askers saw; times in seconds, sorted."""

    taken: tuple[float, ...]
    failures: tuple[str, ...]
    health: tuple[float, ...]

    def at(self, share: float) -> float:
        """The time within which this share of the questions was answered (nearest rank)."""
        return self.taken[max(0, -(-int(len(self.taken) * share * 1000) // 1000) - 1)]

    def __str__(self) -> str:
        return (
            f"{len(self.taken)} answered, {len(self.failures)} failed; half within {self.at(0.5):.2f} s, "
            f"95% within {self.at(0.95):.2f} s, the last after {self.taken[-1]:.2f} s; "
            f"meanwhile the page itself answered within {max(self.health, default=0):.2f} s"
        )


async def ask_at_once(address: str, users: int, *, rounds: int = 1) -> Outcome:
    """Let so many people, each with a browser of their own, ask at the same moment, several times over."""
    limits = httpx.Limits(max_connections=users + 5, max_keepalive_connections=users + 5)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        cookies = []
        for _ in range(users):
            client.cookies.clear()
            cookies.append((await client.get("/api/page")).headers["set-cookie"].partition(";")[0])
        client.cookies.clear()
        taken: list[float] = []
        failures: list[str] = []
        health: list[float] = []
        for turn in range(rounds):
            done = asyncio.Event()
            watching = asyncio.create_task(_watch(client, done, health))
            asked = [
                _ask(client, cookie, QUESTIONS[(number + turn) % len(QUESTIONS)])
                for number, cookie in enumerate(cookies)
            ]
            for seconds, problem in await asyncio.gather(*asked):
                taken.append(seconds)
                if problem:
                    failures.append(problem)
            done.set()
            await watching
    return Outcome(tuple(sorted(taken)), tuple(failures), tuple(sorted(health)))


async def _ask(client: httpx.AsyncClient, cookie: str, question: str) -> tuple[float, str]:
    started = time.perf_counter()
    try:
        reply = await client.post("/api/ask", json={"question": question}, headers={"cookie": cookie})
        last = json.loads(reply.text.splitlines()[-1])
        problem = "" if last.get("type") == "answer" else str(last)
    except (httpx.HTTPError, ValueError, IndexError) as error:
        problem = repr(error)
    return time.perf_counter() - started, problem


async def _watch(client: httpx.AsyncClient, done: asyncio.Event, health: list[float]) -> None:
    while not done.is_set():
        started = time.perf_counter()
        await client.get("/api/status")
        health.append(time.perf_counter() - started)
        await asyncio.sleep(0.1)


@contextmanager
def page_process(data_dir: Path, *, port: int = 7941) -> Iterator[str]:
    """The address of a page in a process of its own, ready to answer."""
    environment = {**os.environ, "ASSISTANT_DATA_DIR": str(data_dir), "ASSISTANT_PORT": str(port)}
    code = "import app; app.serve()"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1200):
            try:
                if httpx.get(f"{address}/health").json()["phase"] == "ready":
                    break
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the load and print what was seen; the exit code is 1 if it was too slow or anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50, help="people who ask at the same moment (default 50)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each of them asks (default 3)")
    parser.add_argument("--address", help="a page that is running; default: one is started")
    parser.add_argument("--within", type=float, default=2.0, help="seconds allowed for 95%% (default 2)")
    arguments = parser.parse_args(argv)
    if arguments.address:
        outcome = asyncio.run(ask_at_once(arguments.address, arguments.users, rounds=arguments.rounds))
    else:
        with tempfile.TemporaryDirectory() as folder, page_process(Path(folder)) as address:
            outcome = asyncio.run(ask_at_once(address, arguments.users, rounds=arguments.rounds))
    print(outcome)
    for problem in sorted(set(outcome.failures)):
        print(f"  {problem}")
    return 0 if not outcome.failures and outcome.at(0.95) < arguments.within else 1


if __name__ == "__main__":
    raise SystemExit(main())
