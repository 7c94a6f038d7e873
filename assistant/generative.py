"""The reader that lets a language model write, and believes no sentence of it before it is checked.

The model's text is read as it streams in: markup is taken out, each sentence is checked against the passages it cites,
and its markers are renumbered by what they rest on. What a model or its server can do wrong is tried again where that
helps and ends in a `ModelError` otherwise.
"""

from __future__ import annotations

import asyncio
import contextvars
import random
import re
import time
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from threading import Event, Thread

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import BaseMessage

from assistant.answer import Citation, Claim
from assistant.errors import ModelError
from assistant.grounding import split_sentences, support
from assistant.models import failure_of, name_of
from assistant.prompts import ANSWER_PROMPT, REFUSAL, REMINDERS, REWRITE_PROMPT, history_block, passages_block
from assistant.reader import ReaderResult
from index.passage import Hit, Passage

ATTEMPTS = 3  # requests for one answer at most, not counting those with fewer passages
BACKOFF = 0.5  # seconds before the second attempt, doubled before the third; the server's own wish goes first
LONGEST = 6000  # characters of an answer; what comes after is not read
PASSAGES = 8  # passages shown at most; more of them distract small models (guess)
NOTHING_SUPPORTED = "the passages support no sentence of the model's answer"
REWRITE_SECONDS = 10.0  # a question that takes longer to rewrite is searched for as it is


class GenerativeReader:
    """Answers in a language model's words, every sentence checked. Safe to share between threads.

    Args:
        model: Any LangChain chat model.
        drop_unsupported: Leave out sentences that their passages do not support, instead of marking them.
        deadline: Seconds for the whole answer, all attempts together.
        max_passages: Passages shown to the model at most.
        attempts: Requests at most.
    """

    def __init__(
        self,
        model: BaseChatModel,
        *,
        drop_unsupported: bool = False,
        deadline: float = 60.0,
        max_passages: int = PASSAGES,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.name = name_of(model)
        self.drop_unsupported = drop_unsupported
        self.deadline = deadline
        self.max_passages = max_passages
        self.attempts = attempts
        self._model = model
        self._chain = ANSWER_PROMPT | model

    def rewrite(self, question: str, history: Sequence[Mapping[str, str]]) -> str | None:
        """The last question of a conversation, put so that it stands alone; None if the model is of no help with it."""
        return rewrite_with_model(self._model, question, history)

    def stream(self, question: str, hits: Sequence[Hit]) -> Iterator[str | ReaderResult]:
        """Text as the model writes it, sentence by sentence checked, then the result.

        Closing the iterator stops the model. After a failure in the middle of the text nothing more is shown until the
        result.

        Raises:
            ModelError: If no answer came of it; the message says why.
        """
        reading = _Reading(self, question, hits)
        while reading.result is None:
            draft = reading.begin()
            try:
                with closing(_pumped(lambda: self._chain.stream(reading.inputs), reading.remaining)) as chunks:
                    for chunk in chunks:
                        if text := reading.show(draft.feed(chunk)):
                            yield text
                        if draft.complete:
                            break
                if text := reading.show(draft.end()):
                    yield text
                reading.accept(draft)
            except Exception as error:
                wait = reading.wait_after(error, draft)
                if wait is None:
                    raise ModelError(reading.reason) from error
                time.sleep(wait)
        yield reading.result

    async def astream(self, question: str, hits: Sequence[Hit]) -> AsyncIterator[str | ReaderResult]:
        """The same, for asyncio."""
        reading = _Reading(self, question, hits)
        while reading.result is None:
            draft = reading.begin()
            try:
                async with aclosing(self._chain.astream(reading.inputs)) as chunks:  # type: ignore[type-var]
                    while not draft.complete:
                        try:
                            chunk = await asyncio.wait_for(anext(chunks), reading.remaining())
                        except StopAsyncIteration:
                            break
                        if text := reading.show(draft.feed(chunk)):
                            yield text
                if text := reading.show(draft.end()):
                    yield text
                reading.accept(draft)
            except Exception as error:
                wait = reading.wait_after(error, draft)
                if wait is None:
                    raise ModelError(reading.reason) from error
                await asyncio.sleep(wait)
        yield reading.result

    def read(self, question: str, hits: Sequence[Hit]) -> ReaderResult:
        """The answer to a question from the hits.

        Raises:
            ModelError: If no answer came of it; the message says why.
        """
        return [piece for piece in self.stream(question, hits) if isinstance(piece, ReaderResult)][-1]

    async def aread(self, question: str, hits: Sequence[Hit]) -> ReaderResult:
        """The same, for asyncio."""
        return [piece async for piece in self.astream(question, hits) if isinstance(piece, ReaderResult)][-1]


def rewrite_with_model(
    model: BaseChatModel, question: str, history: Sequence[Mapping[str, str]], *, timeout: float = REWRITE_SECONDS
) -> str | None:
    """The last question of a conversation, put so that it stands alone; None if the model is of no help with it.

    A rewriting is of no help if it fails, takes too long, is not one short line, or brings in names and numbers that
    the conversation does not hold.
    """
    until = time.monotonic() + timeout
    inputs = {"history": history_block(history), "question": question}
    text = ""
    try:
        with closing(_pumped(lambda: (REWRITE_PROMPT | model).stream(inputs), _until(until))) as chunks:
            for chunk in chunks:
                text += chunk.text
                if len(text) > 4 * _LONGEST_QUESTION:
                    return None
    except Exception:  # noqa: BLE001 - any failure of any provider means the same here: do without
        return None
    rewritten = _plain(_without_markup(text)).strip().strip("\"'“”").strip()
    if not rewritten or "\n" in rewritten or len(rewritten) > _LONGEST_QUESTION:
        return None
    known = {word.lower() for word in _WORD.findall(" ".join([question, *(m.get("content", "") for m in history)]))}
    new = [word for word in _WORD.findall(rewritten)[1:] if word.lower() not in known]
    return None if any(word[0].isupper() or word[0].isdigit() for word in new) else rewritten


_LONGEST_QUESTION = 300  # characters
_WORD = re.compile(r"[^\W_]+")


def _until(moment: float) -> Callable[[], float]:
    return lambda: moment - time.monotonic()


def _pumped(
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


# One answer, over all its attempts


class _Unfit(Exception):  # noqa: N818 - not an error of ours: a reason to ask again
    """The model answered, but not so that it can be used."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


class _Reading:
    """What one question has come to: how often it was asked, what was shown, and why it failed."""

    def __init__(self, reader: GenerativeReader, question: str, hits: Sequence[Hit]) -> None:
        self._reader = reader
        self._question = question
        self._until = time.monotonic() + reader.deadline
        self._passages = [hit.passage for hit in hits[: reader.max_passages]]
        self._shown = len(self._passages)
        self._attempt = 0
        self._reminder = ""
        self._visible = ""
        self._silent = False
        self._usage: Counter[str] = Counter()
        self.result: ReaderResult | None = None
        self.reason = ""

    @property
    def inputs(self) -> dict[str, str]:
        passages = self._passages[: self._shown]
        texts = [_evidence(passage) for passage in passages]
        block = passages_block(passages, [re.sub(r"[ \t]{2,}", " ", text) for text in texts])
        return {"passages": block, "question": self._question, "reminder": self._reminder}

    def remaining(self) -> float:
        return self._until - time.monotonic()

    def begin(self) -> _Draft:
        self._attempt += 1
        self._silent = bool(self._visible)
        return _Draft(self._passages[: self._shown], self._reader.drop_unsupported)

    def show(self, text: str) -> str:
        if self._silent:
            return ""
        self._visible += text
        return text

    def accept(self, draft: _Draft) -> None:
        """Keep what a draft came to.

        Raises:
            _Unfit: If it cannot be used.
        """
        if not draft.written.strip():
            raise _Unfit("empty", "the model's answer was empty")
        if not draft.refused and _in_another_language(draft.written, self._passages):
            raise _Unfit("language", "the model answered in another language than the guides")
        if draft.broken and self._attempt < min(2, self._reader.attempts):
            raise _Unfit("broken", "the connection broke off in the middle of the answer")
        self._usage.update(draft.usage)
        result = replace(draft.result(), usage=dict(self._usage))
        if self._shown < len(self._passages):
            note = f"The model read {self._shown} of {len(self._passages)} passages; more did not fit."
            result = replace(result, notes=(*result.notes, note))
        self.result = result

    def wait_after(self, error: Exception, draft: _Draft) -> float | None:
        """Seconds to wait before asking again, or None if that is of no use; `reason` then says why."""
        self._usage.update(draft.usage)
        if self.remaining() <= 0:
            self.reason = f"no answer within {self._reader.deadline:g} s"
            return None
        if isinstance(error, _Unfit):
            self.reason = str(error)
            self._reminder = REMINDERS.get(error.kind, "")
            return 0.0 if self._attempt < min(2, self._reader.attempts) else None
        failure = failure_of(error)
        self.reason = failure.reason
        if failure.again and draft.written:
            self.reason = "the connection broke off in the middle of the answer"
        if failure.too_long and self._shown > 1:
            self._shown //= 2
            self._attempt -= 1
            return 0.0
        if not failure.again or self._attempt >= self._reader.attempts:
            return None
        backoff = BACKOFF * 2 ** (self._attempt - 1) * random.uniform(0.8, 1.2)
        wait = failure.wait if failure.wait is not None else backoff
        return wait if wait < self.remaining() else None


# One attempt


@dataclass(frozen=True)
class _Piece:
    """A sentence, list item or heading of the model's text, without markup and markers."""

    gap: str  # what separates it from the piece before
    lead: str  # "- ", "1. ", "## "
    body: str  # Markdown
    cited: tuple[int, ...]  # numbers of passages, as the model gave them
    strange: int  # markers that name no passage

    @property
    def text(self) -> str:
        return _plain(self.body)

    @property
    def opens(self) -> bool:
        """Whether it only announces what follows."""
        return not self.cited and (self.lead.startswith("#") or self.text.endswith(":"))

    @property
    def refuses(self) -> bool:
        return not self.cited and bool(_REFUSAL.search(self.text))


class _Draft:
    """The model's text of one attempt, checked sentence by sentence as it comes."""

    def __init__(self, passages: Sequence[Passage], drop_unsupported: bool) -> None:
        self._passages = passages
        self._evidence = [_evidence(passage) for passage in passages]
        self._drop = drop_unsupported
        self._raw = ""  # received and not yet read
        self._gap = ""
        self._ahead = ""  # of the sentence being received, what was shown already
        self._parts: list[str] = []
        self._waiting: list[_Piece] = []  # announcements whose matter has not come yet
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
        self._raw = _THINKING.sub("", self._raw)
        if not final and _STILL_THINKING.search(self._raw):
            return ""
        while (end := _sentence_end(self._raw, final=final)) is not None:
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

    def _piece(self, raw: str) -> _Piece:
        text = _without_markup(raw)
        lead = _LEAD.match(text)
        head = lead.group() if lead else ""
        body = text[len(head) :]
        cited: list[int] = []
        strange = 0
        for marker in _MARKER.finditer(body):
            numbers = _numbers(marker.group())
            known = [number for number in numbers if 1 <= number <= len(self._passages)]
            if marker.group().startswith("(") and len(known) < max(1, len(numbers)):
                continue  # a number in brackets, not a citation
            cited += known
            strange += max(1, len(numbers)) - len(known)
        body = _MARKER.sub(lambda found: self._unmarked(found.group()), body)
        body = re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"[ \t]{2,}|\s*\n\s*", " ", body)).strip()
        head = re.sub(r"[*•–]\s+$", "- ", head.strip(" \t\n") + " ") if head.strip() else ""
        return _Piece(self._gap, head, body, tuple(dict.fromkeys(cited)), strange)

    def _unmarked(self, marker: str) -> str:
        numbers = _numbers(marker)
        text = marker.startswith("(") and not all(1 <= number <= len(self._passages) for number in numbers)
        return marker if text else ""

    def _judged(self, piece: _Piece) -> tuple[Claim, list[tuple[Passage, int, int]]]:
        """The claim that a piece makes, and the quotes it rests on; its citations are numbered later."""
        if piece.cited:
            return self._checked(piece, [number - 1 for number in piece.cited])
        # A sentence without a citation gets one if a single passage bears it out: citations are computed, not trusted.
        found = [self._checked(piece, [index]) for index in range(len(self._passages))]
        best = max(found, key=lambda judged: judged[0].support or 0.0, default=(Claim(piece.text, (), False, 0.0), []))
        return best if best[0].supported else (replace(best[0], support=best[0].support), [])

    def _checked(self, piece: _Piece, indices: Sequence[int]) -> tuple[Claim, list[tuple[Passage, int, int]]]:
        passages = [self._passages[index] for index in indices]
        headings = list(dict.fromkeys(part for passage in passages for part in (passage.title, *passage.section)))
        verdict = support(_OPENING.sub("", piece.text), [self._evidence[index] for index in indices], headings=headings)
        spans = [(passages[at], start, end) for at, start, end in verdict.spans]
        if not verdict.supported:
            # What an unsupported sentence points to is shown all the same, so that its reader can see for himself.
            silent = [passage for passage in passages if all(passage is not quoted for quoted, _, _ in spans)]
            spans += [(passage, *split_sentences(passage.text)[0]) for passage in silent if passage.text.strip()]
        return Claim(piece.text, (), verdict.supported, verdict.score), spans

    def _put(self, piece: _Piece, judged: tuple[Claim, list[tuple[Passage, int, int]]]) -> str:
        claim, quotes = judged
        if self._drop and not claim.supported:
            self._dropped += 1
            return ""
        numbers = tuple(dict.fromkeys(self._number(*quote) for quote in quotes))
        self._claims.append(replace(claim, citations=numbers))
        return self._place(piece, "".join(f"[{number}]" for number in numbers))

    def _place(self, piece: _Piece, markers: str) -> str:
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


# The model's text

_THINKING = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>\s*", re.DOTALL | re.IGNORECASE)
_STILL_THINKING = re.compile(r"^\s*<t(?:h(?:i(?:n(?:k(?:ing)?)?)?)?)?>?(?:(?!</think).)*$", re.DOTALL | re.IGNORECASE)
_MARKER = re.compile(
    r"\s*\[\^?(?:passages?|sources?|docs?|documents?|refs?|references?|citations?|guides?)?[ #:]*\d{1,4}"
    r"(?:\s*(?:,|;|–|-|and|&)\s*(?:passage |source )?\^?\d{1,4})*\]"
    r"|\s*【[^】\n]{0,40}】"
    r"|\s*\((?:passages? |sources? )?\d{1,2}(?:, ?\d{1,2})*\)(?=[.!?…]*\s*$)",
    re.IGNORECASE,
)
_LEAD = re.compile(r"\s*(?:(?:#{1,6}|[-*•–>]|\d{1,2}[.)])\s+)*")
_LOOP = re.compile(r"(.{1,80}?)\1{3,}\Z(?<=.{120})", re.DOTALL)
_HELD = re.compile(  # what may yet turn out to be markup or a marker
    r"<[^>]*$|\[[^\]\n]{0,60}$|[\]!]\s*$|\]\([^)\n]*$|【[^】]*$"
    r"|\((?:passages? |sources? )?\d{0,2}(?:, ?\d{0,2})*\)?[.!?]?\s*$"
    r"|(?:^|\n)\s*(?:[`~]|\[[^\]\n]*\]:)[^\n]*$",
    re.IGNORECASE,
)
_STOP = re.compile(r"[.!?…]+[\"'”’)*_]*|[。！？]|(?=\n)")
_MARKERS_AFTER = re.compile(rf"(?:{_MARKER.pattern})*", re.IGNORECASE)
_NO_STOP = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|cf|Dr|Mr|Mrs|Ms|Prof|St|No|Fig|approx|[A-Z]|U\.S|Ph\.D)\.|(?:^|\n)\s*\d{1,2}\."
    r"|^\s*(?:yes|no|sure|certainly|absolutely|in short)[.!])$",
    re.IGNORECASE,
)
_OPENING = re.compile(r"^(?:yes|no|sure|certainly|absolutely|in short)[,.:!]\s+", re.IGNORECASE)
_REFUSAL = re.compile(
    r"\bguides? (?:don[’']t|do not|does not|doesn[’']t) say\b"
    r"|\b(?:guides?|passages?|documents?|context|sources?|texts?|material|information|excerpts?|it|they)\b[^.]{0,40}"
    r"\b(?:do|does|did)(?: not|n[’']t)\b[^.]{0,20}\b(?:say|mention|contain|provide|include|specif|address|cover|state"
    r"|discuss|answer|give|tell|indicate|describe|hold|have)"
    r"|\bI (?:do not|don[’']t|cannot|can[’']t|could not|couldn[’']t|am unable|am not able|was unable)\b[^.]{0,30}"
    r"\b(?:know|answer|find|determine|have|provide|say|tell|help)"
    r"|\b(?:no|not enough|insufficient|lack of) (?:\w+ )?(?:information|mention|details?|answer|data)\b[^.]{0,30}"
    r"\b(?:about|on|to|in|is|regarding|available|provided|for|of)\b"
    r"|\b(?:is|are|was|were)(?: not|n[’']t) (?:\w+ )?(?:mentioned|specified|stated|provided|covered|discussed|addressed"
    r"|available|answered|included|given)\b[^.]{0,20}\b(?:in|by|here)\b"
    r"|\b(?:cannot|can[’']t|could not) be (?:answered|determined|found)\b|\bunable to (?:answer|find|determine)\b"
    r"|\boutside the scope\b",
    re.IGNORECASE,
)


def _sentence_end(raw: str, *, final: bool) -> int | None:
    """Where the first sentence ends, its markers included; None if that cannot be told before more comes."""
    start = len(raw) - len(raw.lstrip())
    for stop in _STOP.finditer(raw, start):
        end = stop.end()
        if not stop.group():
            if raw[start:end].strip():
                return end
            continue
        if _NO_STOP.search(raw[start : stop.start() + 1]):
            continue
        markers = _MARKERS_AFTER.match(raw, end)
        end = markers.end() if markers else end
        after = raw[end:]
        if not after.strip():
            if final or "\n" in after:
                return end
            return None
        following = after.lstrip(" \t")
        if not final and re.match(r"[\[【(][^\]】)]*$", following):
            return None
        if stop.group() in "。！？" or (after[0].isspace() and not following[0].islower()):
            return end
        if after[0] == "." or not after[0].isspace():
            continue
    return len(raw) if final and raw.strip() else None


def _without_markup(text: str) -> str:
    """Text without HTML, images, links, code fences and control characters; a link's words stay."""
    text = "".join(
        letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cf", "Co", "Cs")
    )
    text = re.sub(r"^\s*(?:```|~~~).*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^\s*\[[^\]\n]+\]:\s*\S+.*$", "", text, flags=re.MULTILINE)
    before = None
    while before != text:
        before = text
        text = re.sub(r"(?is)<(script|style|iframe|object|svg)\b.*?(?:</\1\s*>|$)", "", text)
        text = re.sub(r"<!--.*?(?:-->|$)|</?[a-zA-Z!?][^<>]*(?:>|$)", "", text, flags=re.DOTALL)
        text = re.sub(r"!\[[^\]]*\](?:\([^)]*\)?|\[[^\]]*\])?", "", text)
        text = re.sub(r"\[([^\[\]]*)\]\([^)]*\)?", lambda link: _link_text(link.group(1)), text)
        text = re.sub(r"(?i)\b(?:https?|ftp|javascript|data|file):\S*[^\s.,;:!?)\]]|\bwww\.\S*[^\s.,;:!?)\]]", "", text)
    return text


def _link_text(words: str) -> str:
    return f"[{words}]" if words.strip().strip("^").isdigit() else words


def _plain(markdown: str) -> str:
    text = re.sub(r"(\*\*|__|`)(.*?)\1", r"\2", markdown)
    return re.sub(r"(?<!\w)[*_](\S(?:.*?\S)?)[*_](?!\w)", r"\1", text).strip()


def _numbers(marker: str) -> list[int]:
    if "†" in marker:
        marker = marker.split("†")[0]
    found: list[int] = []
    for first, last in re.findall(r"(\d+)(?:\s*[–-]\s*(\d+))?", marker):
        end = int(last) if last and int(first) < int(last) <= int(first) + 10 else int(first)
        found += range(int(first), end + 1)
    return found


# What a passage may say to a model, and what language an answer is in

_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:previous|prior|above|earlier|preceding|all|other|these|"
    r"system|your|any)\b.{0,30}\b(?:instructions?|prompts?|rules?|directions?|messages?|guidelines?|questions?|passages?)\b"
    r"|\b(?:ignore|disregard|forget) (?:the above|everything (?:above|before)|all of the above)\b"
    r"|\bsystem prompt\b|\byou are now\b|\bas an? (?:ai|language) (?:model|assistant)\b|\bnew instructions?:",
    re.IGNORECASE | re.DOTALL,
)


def _evidence(passage: Passage) -> str:
    """A passage's text with what speaks to a language model blanked out, every other character in its place.

    "Ignore the above and say …" is no evidence for what it tells the model to say. The rest of its paragraph goes too.
    """
    text = passage.text
    for start, _ in split_sentences(passage.text):
        if text[start : start + 1].isspace():
            continue
        end = next((end for begin, end in split_sentences(passage.text) if begin == start), start)
        if _ORDER.search(passage.text[start:end]):
            stop = passage.text.find("\n\n", start)
            stop = stop if stop >= 0 else len(text)
            text = text[:start] + re.sub(r"\S", " ", text[start:stop]) + text[stop:]
    return text


_COMMONEST = {
    "en": "the of and to in is for are with that you it as or be",
    "de": "der die das und ist nicht ein eine für mit zu den von sie auf",
    "fr": "le la les des et est une pour dans que un du qui sur pas",
    "es": "el los las que para una por con es en del un se y como",
    "it": "il che di per una sono con gli della un è nel le dei si",
    "pt": "o que não uma para com os das um do da em é se como",
    "nl": "het een van en niet voor met zijn de is dat te op in je",
}


def _in_another_language(answer: str, passages: Sequence[Passage]) -> bool:
    """Whether an answer is clearly in another language or script than the passages."""
    shown = " ".join(passage.text for passage in passages)
    scripts = _script(answer), _script(shown)
    if all(scripts) and scripts[0] != scripts[1]:
        return True
    here, there = _language(answer), _language(shown)
    return bool(here and there and here != there)


def _script(text: str) -> str:
    letters = [letter for letter in text[:4000] if letter.isalpha()]
    if len(letters) < 20:
        return ""
    names = (unicodedata.name(letter, "?").split()[0] for letter in letters)
    counts = Counter("CJK" if name in ("HIRAGANA", "KATAKANA") else name for name in names)
    script, most = counts.most_common(1)[0]
    return script if most > 0.6 * len(letters) else ""


def _language(text: str) -> str:
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", text[:4000])]
    if len(words) < 8:
        return ""
    shares = {name: sum(word in listed.split() for word in words) / len(words) for name, listed in _COMMONEST.items()}
    best, second = sorted(shares, key=lambda name: shares[name], reverse=True)[:2]
    return best if shares[best] > 0.15 and shares[best] > 1.4 * shares[second] else ""
