"""What the page is doing while it gets ready, and what is wrong when it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Status:
    """How far the page is.

    Attributes:
        phase: "starting", "warming" (it answers, but not yet as fast as it will), "ready" or "broken".
        message: What it is doing, or what is wrong and what mends it.
        done: Steps done of `total`, while the guides are being indexed.
        total: Steps there are; 0 where they are not counted.
        warnings: What does not work although the page is ready: guides that cannot be read, a model that is missing.
    """

    phase: Literal["starting", "warming", "ready", "broken"]
    message: str = ""
    done: int = 0
    total: int = 0
    warnings: tuple[str, ...] = ()
