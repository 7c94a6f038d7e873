"""Parsing in a process of its own, which can be killed: one worker, kept for the next file."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from corpus.errors import DocumentTooLarge, UnreadableDocument
from corpus.loaders.limits import Limits
from corpus.loaders.parsing import Parsed, base_name
from corpus.loaders.worker import parsed_from_json, receive, send


class Worker:
    """A process that parses one file at a time. Safe to share between threads; started at the first file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def parse(self, format: str, data: bytes, path: str, limits: Limits) -> Parsed:
        """As `parsing.parse`, in the worker.

        Raises:
            DocumentTooLarge: It took longer than `limits.seconds`, or more memory than allowed.
            UnreadableDocument: The file made the parser crash.
            DocumentError: As the loader says.
        """
        header: dict[str, object] = {"format": format, "name": base_name(path), "limits": asdict(limits)}
        with self._lock:
            reply = self._ask(header, data, path, limits)
        return parsed_from_json(reply, path)

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._stop()

    def _ask(self, header: dict[str, object], data: bytes, path: str, limits: Limits) -> dict[str, object]:
        fresh = self._process is None or self._process.poll() is not None
        process = self._start() if fresh else self._process
        assert process is not None
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            process.kill()

        timer = threading.Timer(limits.seconds, expire)
        timer.daemon = True
        timer.start()
        try:
            message = self._exchange(process, header, data)
        except BaseException:
            self._stop()  # interrupted between question and reply: the next reply would be the wrong one
            raise
        finally:
            timer.cancel()
        if message is None:
            code = process.wait()
            self._stop()
            if expired.is_set():
                raise DocumentTooLarge(
                    path, f"parsing it took more than {limits.seconds:g} s", "Split it into parts, or save its text."
                )
            if not fresh:
                # It may have ended before this file came: for being idle, or killed by the system for want of memory.
                return self._ask(header, data, path, limits)
            raise UnreadableDocument(
                path,
                f"it makes the parser crash (exit status {code})",
                "Open it in the program that made it, save it anew, and load that.",
            )
        reply, _ = message
        if reply.get("restart"):
            self._stop()
        return reply

    def _exchange(
        self, process: subprocess.Popen[bytes], header: dict[str, object], data: bytes
    ) -> tuple[dict[str, object], bytes] | None:
        requests, replies = _pipes(process)
        try:
            send(requests, header, data)
            return receive(replies)
        except (BrokenPipeError, ConnectionResetError):
            return None

    def _start(self) -> subprocess.Popen[bytes]:
        self._stop()
        root = str(Path(__file__).resolve().parents[2])
        # Nothing of our own environment, which may hold keys.
        environment = {
            "PATH": os.defpath,
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": os.pathsep.join([root, *(entry for entry in sys.path if entry)]),
            "PYTHONHASHSEED": "0",
        }
        # Not multiprocessing: its spawn runs the caller's main module again, and its fork copies the caller's threads.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "corpus.loaders.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # an interrupt at the terminal is for us to pass on
        )
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in _pipes(process):
            with contextlib.suppress(OSError):
                stream.close()


def _pipes(process: subprocess.Popen[bytes]) -> tuple[BinaryIO, BinaryIO]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout  # type: ignore[return-value]
