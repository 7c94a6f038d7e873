"""What the user gets: an answer, its claims, and the quotes they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from index.passage import Hit, Passage

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True)
class Citation:
    """A verbatim quote from a passage.

    Attributes:
        number: The marker that stands for it in the answer's text, 1-based, by first appearance.
        quote: `passage.text[start:end]`, to the letter.
        start: Offset of the quote in the passage's text, in characters.
        end: Offset after its last character.
        passage: The passage quoted.
    """

    number: int
    quote: str
    start: int
    end: int
    passage: Passage


@dataclass(frozen=True)
class Claim:
    """One sentence or list item of an answer, checked against what it cites.

    Attributes:
        text: The claim without markers.
        citations: Numbers of the citations it rests on; () where it cites nothing.
        supported: Whether the cited text bears it out.
        support: How far, in [0, 1]; None where nothing could be checked.
    """

    text: str
    citations: tuple[int, ...] = ()
    supported: bool = True
    support: float | None = None


@dataclass(frozen=True)
class Answer:
    """An answer with everything a front end shows.

    Attributes:
        question: As asked.
        text: Markdown with `[1]` markers; what is read.
        claims: The sentences and list items of the text, in order.
        citations: What the markers stand for, in order of their numbers.
        hits: What retrieval found, best first.
        abstained: Whether the guides do not say.
        reason: Why it abstained, or why a model's answer was replaced; "" otherwise.
        searched_for: The question that stands alone, after follow-ups and spelling were resolved.
        confidence: That the guides answer the question, in [0, 1]; None where it was not measured.
        suggestions: Questions that the guides can answer, to ask next.
        notes: What the reader of the answer should know (markers removed, fallback taken, …).
        removed_markers: How many markers named no passage and were taken out.
        reader: What wrote it: "extractive", or the model's name.
        timings: Seconds by stage (`rewrite`, `retrieve`, `read`, `check`, `total`).
        usage: Tokens by direction (`input_tokens`, `output_tokens`) where a model reports them.
        guides: Fingerprints of the cited guides as they were, by document id; what `verify` tells stale from false by.
    """

    question: str
    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    abstained: bool = False
    reason: str = ""
    searched_for: str = ""
    confidence: float | None = None
    suggestions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    removed_markers: int = 0
    reader: str = "extractive"
    timings: Mapping[str, float] = field(default_factory=dict)
    usage: Mapping[str, int] = field(default_factory=dict)
    guides: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain JSON values; `from_dict` is its inverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Answer:
        """The answer that `to_dict` wrote.

        Raises:
            ValueError: If a field is missing or unknown, or of another type.
        """
        unknown = set(data) - {entry.name for entry in fields(cls)} if isinstance(data, Mapping) else set()
        if unknown:
            raise ValueError(f"not a saved answer: it has the unknown field {min(map(repr, unknown))}")
        try:
            return _answers().validate_python(data)
        except ValueError as error:  # pydantic's is one, and it lists every field of every type tried
            problems: list[Any] = getattr(error, "errors", list)()
            place = ".".join(str(part) for part in problems[0]["loc"]) if problems else ""
            cause = f"{place or 'it'}: {problems[0]['msg']}" if problems else str(error)
            raise ValueError(f"not a saved answer: {cause}") from error


@cache
def _answers() -> TypeAdapter[Answer]:
    from pydantic import TypeAdapter

    return TypeAdapter(Answer)
