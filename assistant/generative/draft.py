"""The model's text of one attempt, checked sentence by sentence as it comes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from langchain_core.messages import BaseMessage

from assistant.answer import Citation, Claim
from assistant.generative.markers import MARKER, numbers_in
from assistant.generative.markup import STILL_THINKING, THINKING, without_markup
from assistant.generative.orders import evidence_of
from assistant.generative.piece import LEAD, Piece
from assistant.generative.sentences import sentence_end
from assistant.grounding import split_sentences, support
from assistant.prompts import REFUSAL
from assistant.reader import ReaderResult
from index.passage import Passage

LONGEST = 6000  # characters of an answer; what comes after is not read
NOTHING_SUPPORTED = "the passages support no sentence of the model's answer"


class Draft:
    """The model's text of one attempt, checked sentence by sentence as it comes."""

    def __init__(self, passages: Sequence[Passage], drop_unsupported: bool) -> None:
        self._passages = passages
        self._evidence = [evidence_of(passage) for passage in passages]
        self._drop = drop_unsupported
        self._raw = ""  # received and not yet read
        self._gap = ""
        self._ahead = ""  # of the sentence being received, what was shown already
        self._parts: list[str] = []
        self._waiting: list[Piece] = []  # announcements whose matter has not come yet
        self._said: Counter[str] = Counter()
        self._claims: list[Claim] = []
        self._citations: list[Citation] = []
        self._removed = 0
        self._dropped = 0
        self._checked_for_loops = 0
        self._notes: list[str] = []
        self.refused = False
        self.complete = False
        self.written = ""
        self.usage: dict[str, int] = {}
        self._finish = ""

    @property
    def broken(self) -> bool:
        """Whether the text stops in the middle of a sentence, and nobody said that it was finished.

        A connection that breaks off between two events of a stream looks to the client like one that was closed.
        """
        return not self.complete and not self._finish and not re.search(r"[.!?:…。！？\])】\"”*`]\s*$", self.written)

    def feed(self, chunk: BaseMessage) -> str:
        """Take in what came; what can be shown of it comes back."""
        used = getattr(chunk, "usage_metadata", None)
        if used:
            self.usage = {name: used[name] for name in ("input_tokens", "output_tokens") if name in used}
        details = chunk.response_metadata
        self._finish = str(
            details.get("finish_reason") or details.get("stop_reason") or details.get("done_reason") or self._finish
        )
        self._raw += chunk.text
        self.written += chunk.text
        if len(self.written) - self._checked_for_loops > 200:
            self._checked_for_loops = len(self.written)
            if loop := _LOOP.search(self.written[-800:]):
                self._stop("The model repeated itself; the repetition was cut.")
                self._raw = re.sub(rf"(?:{re.escape(loop.group(1))}){{2,}}\Z", lambda _: loop.group(1), self._raw)
        if len(self.written) > LONGEST:
            self._stop("The answer was too long and was cut.")
        return "" if self.complete else self._take(final=False)

    def end(self) -> str:
        """The rest that can be shown, once everything came."""
        shown = self._take(final=True)
        for piece in self._waiting:
            shown += self._put(piece, self._judged(piece))
        self._waiting = []
        return shown

    def result(self) -> ReaderResult:
        """What the text came to."""
        good = [claim for claim in self._claims if claim.supported]
        notes = list(self._notes)
        if self._finish in ("length", "max_tokens", "MAX_TOKENS"):
            notes.append("The answer reached the model's limit of length and may be cut.")
        if self._removed:
            notes.append(f"{_count(self._removed, 'citation')} named no passage and {_were(self._removed)} removed.")
        if self._dropped:
            notes.append(
                f"{_count(self._dropped, 'sentence')} {_were(self._dropped)} left out: the passages do not support "
                f"{'them' if self._dropped > 1 else 'it'}."
            )
        if any(evidence != passage.text for evidence, passage in zip(self._evidence, self._passages, strict=True)):
            notes.append("A passage holds instructions to a language model; they were kept from it.")
        if not good and (self.refused or self._drop or not self._claims):
            reason = (
                "the model found no answer in the passages"
                if self.refused or not (self._claims or self._dropped)
                else NOTHING_SUPPORTED
            )
            return ReaderResult(
                REFUSAL, abstained=True, reason=reason, notes=tuple(notes), removed_markers=self._removed
            )
        bad = len(self._claims) - len(good)
        if bad:
            notes.append(f"{bad} of {_count(len(self._claims), 'sentence')} not borne out by the passages.")
        return ReaderResult(
            text="".join(self._parts).strip(),
            claims=tuple(self._claims),
            citations=tuple(self._citations),
            confidence=sum(claim.support or 0.0 for claim in self._claims) / len(self._claims),
            notes=tuple(notes),
            removed_markers=self._removed,
        )

    def _stop(self, note: str) -> None:
        if not self.complete:
            self._notes.append(note)
        self.complete = True

    def _take(self, *, final: bool) -> str:
        shown = ""
        self._raw = THINKING.sub("", self._raw)
        if not final and STILL_THINKING.search(self._raw):
            return ""
        while (end := sentence_end(self._raw, final=final)) is not None:
            raw, self._raw = self._raw[:end], self._raw[end:]
            shown += self._read(raw)
            gap = re.match(r"\s*", self._raw)
            space = gap.group() if gap else ""
            self._raw = self._raw[len(space) :]
            self._gap = "\n\n" if space.count("\n") > 1 else "\n" if "\n" in space else " " if self._parts else ""
        if not final and not self._drop and not self._waiting:
            shown += self._show_ahead()
        return shown

    def _show_ahead(self) -> str:
        """Of the sentence being received, the whole words before anything that may turn out to be markup."""
        held = _HELD.search(self._raw)
        sure = self._raw[: held.start()] if held else self._raw
        sure = sure[: max(sure.rfind(" "), sure.rfind("\n"), 0)].rstrip()
        if not re.search(r"\w", sure) or re.fullmatch(r"\s*\d{1,2}[.)]?", sure):
            return ""
        piece = self._piece(sure)
        text = piece.gap + piece.lead + piece.body
        if not text.startswith(self._ahead):
            return ""
        new, self._ahead = text[len(self._ahead) :], text
        return new

    def _read(self, raw: str) -> str:
        piece = self._piece(raw)
        if not piece.body:
            return ""
        self._removed += piece.strange
        if piece.refuses:
            self.refused = True
            return self._place(piece, "")
        if piece.opens:
            self._waiting.append(piece)
            return ""
        self._said[piece.text.lower()] += 1
        if self._said[piece.text.lower()] > 2 and len(piece.text.split()) > 2:
            self._stop("The model repeated itself; the repetition was cut.")
            self._raw = ""
            return ""
        claim, quotes = self._judged(piece)
        shown = ""
        for opening in self._waiting:
            # What announces something true is no claim of its own; what announces nonsense is.
            shown += self._place(opening, "") if claim.supported else self._put(opening, self._judged(opening))
        self._waiting = []
        return shown + self._put(piece, (claim, quotes))

    def _piece(self, raw: str) -> Piece:
        text = without_markup(raw)
        lead = LEAD.match(text)
        head = lead.group() if lead else ""
        body = text[len(head) :]
        cited: list[int] = []
        strange = 0
        for marker in MARKER.finditer(body):
            numbers = numbers_in(marker.group())
            known = [number for number in numbers if 1 <= number <= len(self._passages)]
            if marker.group().startswith("(") and len(known) < max(1, len(numbers)):
                continue  # a number in brackets, not a citation
            cited += known
            strange += max(1, len(numbers)) - len(known)
        body = MARKER.sub(lambda found: self._unmarked(found.group()), body)
        body = re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"[ \t]{2,}|\s*\n\s*", " ", body)).strip()
        head = re.sub(r"[*•–]\s+$", "- ", head.strip(" \t\n") + " ") if head.strip() else ""
        return Piece(self._gap, head, body, tuple(dict.fromkeys(cited)), strange)

    def _unmarked(self, marker: str) -> str:
        numbers = numbers_in(marker)
        text = marker.startswith("(") and not all(1 <= number <= len(self._passages) for number in numbers)
        return marker if text else ""

    def _judged(self, piece: Piece) -> tuple[Claim, list[tuple[Passage, int, int]]]:
        """The claim that a piece makes, and the quotes it rests on; its citations are numbered later."""
        if piece.cited:
            return self._checked(piece, [number - 1 for number in piece.cited])
        # A sentence without a citation gets one if a single passage bears it out: citations are computed, not trusted.
        found = [self._checked(piece, [index]) for index in range(len(self._passages))]
        best = max(found, key=lambda judged: judged[0].support or 0.0, default=(Claim(piece.text, (), False, 0.0), []))
        return best if best[0].supported else (replace(best[0], support=best[0].support), [])

    def _checked(self, piece: Piece, indices: Sequence[int]) -> tuple[Claim, list[tuple[Passage, int, int]]]:
        passages = [self._passages[index] for index in indices]
        headings = list(dict.fromkeys(part for passage in passages for part in (passage.title, *passage.section)))
        verdict = support(_OPENING.sub("", piece.text), [self._evidence[index] for index in indices], headings=headings)
        spans = [(passages[at], start, end) for at, start, end in verdict.spans]
        if not verdict.supported:
            # What an unsupported sentence points to is shown all the same, so that its reader can see for himself.
            silent = [passage for passage in passages if all(passage is not quoted for quoted, _, _ in spans)]
            spans += [(passage, *split_sentences(passage.text)[0]) for passage in silent if passage.text.strip()]
        return Claim(piece.text, (), verdict.supported, verdict.score), spans

    def _put(self, piece: Piece, judged: tuple[Claim, list[tuple[Passage, int, int]]]) -> str:
        claim, quotes = judged
        if self._drop and not claim.supported:
            self._dropped += 1
            return ""
        numbers = tuple(dict.fromkeys(self._number(*quote) for quote in quotes))
        self._claims.append(replace(claim, citations=numbers))
        return self._place(piece, "".join(f"[{number}]" for number in numbers))

    def _place(self, piece: Piece, markers: str) -> str:
        gap = piece.gap if self._parts else ""
        text = gap + piece.lead + piece.body + (f" {markers}" if markers else "")
        self._parts.append(text)
        ahead, self._ahead = self._ahead, ""
        return text.removeprefix(ahead)

    def _number(self, passage: Passage, start: int, end: int) -> int:
        for citation in self._citations:
            if (citation.passage.id, citation.start, citation.end) == (passage.id, start, end):
                return citation.number
        number = len(self._citations) + 1
        self._citations.append(Citation(number, passage.text[start:end], start, end, passage))
        return number


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


_LOOP = re.compile(r"(.{1,80}?)\1{3,}\Z(?<=.{120})", re.DOTALL)
_HELD = re.compile(  # what may yet turn out to be markup or a marker
    r"<[^>]*$|\[[^\]\n]{0,60}$|[\]!]\s*$|\]\([^)\n]*$|【[^】]*$"
    r"|\((?:passages? |sources? )?\d{0,2}(?:, ?\d{0,2})*\)?[.!?]?\s*$"
    r"|(?:^|\n)\s*(?:[`~]|\[[^\]\n]*\]:)[^\n]*$",
    re.IGNORECASE,
)
_OPENING = re.compile(r"^(?:yes|no|sure|certainly|absolutely|in short)[,.:!]\s+", re.IGNORECASE)
