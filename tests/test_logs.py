"""Logs: one JSON object a line, with a request id, and no question unless it is asked for."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from assistant import Assistant, logs
from assistant.errors import SettingsError

QUESTION = "What is Docker used for?"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    before = {name: list(logging.getLogger(name).handlers) for name in logs.OURS}
    written = io.StringIO()
    logs.configure("INFO", stream=written)
    yield written
    for name, handlers in before.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = handlers, True
        logger.setLevel(logging.NOTSET)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_answer_is_one_line_without_the_question(assistant: Assistant, stream: io.StringIO) -> None:
    assistant.ask(QUESTION)
    (entry,) = lines(stream)
    assert (entry["message"], entry["abstained"], entry["reader"]) == ("answered", False, "extractive")
    assert QUESTION not in stream.getvalue()


def test_questions_are_logged_if_asked_for(assistant: Assistant, stream: io.StringIO) -> None:
    talkative = Assistant(assistant.index, assistant._reader, settings=replace(assistant.settings, log_questions=True))
    talkative.ask(QUESTION)
    assert lines(stream)[0]["question"] == QUESTION


def test_each_request_has_its_id_and_the_callers_is_kept(assistant: Assistant, stream: io.StringIO) -> None:
    assistant.ask(QUESTION)
    asyncio.run(assistant.aask(QUESTION))
    with logs.request("from-the-page"):
        assistant.ask(QUESTION)
    ids = [entry["request"] for entry in lines(stream)]
    assert len(set(ids)) == 3
    assert ids[2] == "from-the-page"
    assert logs.request_id() == ""


def test_a_log_line_holds_no_control_characters(stream: io.StringIO) -> None:
    logging.getLogger("assistant.test").warning("a\x1b[31m\nb %s", "\u2028")
    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()


def test_an_unknown_level_is_named() -> None:
    with pytest.raises(SettingsError, match="LOUD"):
        logs.configure("LOUD")
