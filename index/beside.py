"""Work done beside the caller's own, on another core: numpy and onnxruntime let other threads run meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Result = TypeVar("Result")


def beside(work: Callable[[], Result]) -> Callable[[], Result]:
    """Begin some work on another thread, and return what waits for its result.

    What no thread has begun when the result is asked for is done by the one that asks: nothing waits in a queue, and
    with a single core the work is done when its result is asked for.
    """
    if cores() < 2:
        return work
    try:
        begun = _pool().submit(work)
    except RuntimeError:  # the interpreter is ending
        return work
    return lambda: work() if begun.cancel() else begun.result()


@cache
def cores() -> int:
    """How many cores this process may use."""
    available = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available else os.cpu_count() or 1


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(cores(), thread_name_prefix="beside")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # a fork has none of the threads
