"""A model's stream read on a thread of its own, so that a silent server cannot outlast the deadline."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from queue import Empty, SimpleQueue
from threading import Event, Thread

from langchain_core.messages import BaseMessage


def pumped(
    open_stream: Callable[[], Iterator[BaseMessage]], remaining: Callable[[], float]
) -> Generator[BaseMessage, None, None]:
    """The chunks of a stream that is read on a thread of its own, so that a silent server cannot outlast the deadline.

    Raises:
        TimeoutError: If the time is up before the stream ends.
    """
    inbox: SimpleQueue[BaseMessage | BaseException | None] = SimpleQueue()
    stopped = Event()

    def pump() -> None:
        try:
            with closing(open_stream()) as chunks:  # type: ignore[type-var]
                for chunk in chunks:
                    if stopped.is_set():
                        return
                    inbox.put(chunk)
            inbox.put(None)
        except BaseException as error:  # noqa: BLE001 - raised again where the chunks are read
            inbox.put(error)

    Thread(target=contextvars.copy_context().run, args=(pump,), name="chat-model", daemon=True).start()
    try:
        while True:
            try:
                chunk = inbox.get(timeout=max(0.0, remaining()))
            except Empty:
                raise TimeoutError("the deadline is over") from None
            if chunk is None:
                return
            if isinstance(chunk, BaseException):
                raise chunk
            yield chunk
    finally:
        stopped.set()
