"""Logs a person can act on: one JSON object a line, with a request id from the page down to the model."""

from __future__ import annotations

import json
import logging
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import IO

from assistant.errors import SettingsError

_request: ContextVar[str] = ContextVar("request", default="")
OURS = ("assistant", "corpus", "index", "evals", "app")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure(level: str, *, stream: IO[str] | None = None) -> None:
    """Send our logs to a stream (standard error by default), from a level upwards.

    Raises:
        SettingsError: If there is no such level.
    """
    wanted = level.upper()
    if wanted not in LEVELS:
        raise SettingsError(f"ASSISTANT_LOG_LEVEL is {level!r}; it takes {', '.join(LEVELS)}.")
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    for name in OURS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(wanted)
        logger.propagate = False


@contextmanager
def request(id: str | None = None) -> Iterator[str]:
    """Everything logged inside carries this request id; a new one unless there is one already or it is given."""
    before = _request.get()
    _request.set(id or before or uuid.uuid4().hex[:12])
    try:
        yield _request.get()
    finally:
        _request.set(before)  # not reset(token): a generator may be closed in another context than it began in


def request_id() -> str:
    """The id of the request being served, or ""."""
    return _request.get()


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON; `extra=` fields become fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without control characters."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if _request.get():
            entry["request"] = _request.get()
        entry.update({name: value for name, value in vars(record).items() if name not in _STANDARD})
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=True, default=str)
