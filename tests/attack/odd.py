"""A strange document, and what must become of it."""

from __future__ import annotations

from dataclasses import dataclass

EITHER = ""  # indexed or refused with a reason; which of them is a matter of taste


@dataclass(frozen=True)
class Refused:
    """The document is refused, and the cause matches `why`, a regular expression."""

    why: str


Says = str | Refused


@dataclass(frozen=True)
class Odd:
    """A file's name and bytes; and the words that it must say, or why it must be refused, or `EITHER`."""

    name: str
    data: bytes
    outcome: Says


def refused(why: str) -> Refused:
    """Refused with a cause like this."""
    return Refused(why)
