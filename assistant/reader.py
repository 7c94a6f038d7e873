"""What every reader does: turn a question and hits into claims with citations."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from assistant.answer import Citation, Claim
from index.passage import Hit


@dataclass(frozen=True)
class ReaderResult:
    """What a reader made of the hits; the chain adds the rest of an `Answer`.

    The fields mean what they mean on `Answer`.
    """

    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    abstained: bool = False
    reason: str = ""
    confidence: float | None = None
    suggestions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    removed_markers: int = 0
    usage: Mapping[str, int] = field(default_factory=dict)


class Reader(Protocol):
    """Reads hits for an answer to a question.

    `stream` yields text as it comes and, last, the result; the result's text is the final one and may differ from
    the pieces (markers renumbered, markup removed).
    """

    name: str

    def stream(self, question: str, hits: Sequence[Hit]) -> Iterator[str | ReaderResult]:
        """Text as it comes, then a `ReaderResult`."""
        ...

    def astream(self, question: str, hits: Sequence[Hit]) -> AsyncIterator[str | ReaderResult]:
        """The same, for asyncio."""
        ...


@runtime_checkable
class Rewriter(Protocol):
    """A reader that can also put the last question of a conversation so that it stands alone."""

    def rewrite(self, question: str, history: Sequence[Mapping[str, str]]) -> str | None:
        """The question, or None if the reader is of no help with it."""
        ...

    async def arewrite(self, question: str, history: Sequence[Mapping[str, str]]) -> str | None:
        """The same, for asyncio."""
        ...
