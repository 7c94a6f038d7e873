"""The story, in LangChain runnables: make the question stand alone, retrieve, read, check, answer."""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any

from assistant import logs
from assistant.answer import Answer
from assistant.conversation import Message, standalone_question
from assistant.errors import ModelError, QuestionError
from assistant.extractive import ExtractiveReader
from assistant.matching import shared_matcher
from assistant.reader import Reader, ReaderResult, Rewriter
from assistant.retrieval import embeds_as_matched, passages_for
from assistant.settings import Settings, asks_for_langsmith, default_data_dir
from corpus.document import Document
from corpus.errors import DocumentError
from index.embedding import DEFAULT_EMBEDDER, Embedder, SentenceTransformerEmbedder
from index.passage import Hit
from index.passage_index import PassageIndex
from index.sync import Progress, SyncReport, sync_documents

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import Runnable, RunnableConfig

log = logging.getLogger(__name__)

Guides = str | Path | Sequence[str | Path]
Question = str | Mapping[str, Any]


@dataclass(frozen=True)
class _Turn:
    """A question on its way through the chain."""

    question: str
    history: tuple[Message, ...] = ()
    searched_for: str = ""
    hits: tuple[Hit, ...] = ()
    where: Mapping[str, Any] | None = None
    k: int | None = None
    started: float = 0.0
    timings: Mapping[str, float] = field(default_factory=dict)


class Assistant:
    """Answers questions from guides. Safe to share between threads and asyncio tasks."""

    def __init__(
        self,
        index: PassageIndex,
        reader: Reader,
        *,
        settings: Settings,
        documents: Sequence[Document] = (),
        failures: Sequence[DocumentError] = (),
        report: SyncReport | None = None,
    ) -> None:
        self.index = index
        self.documents = tuple(documents)
        self.failures = tuple(failures)
        self.report = report or SyncReport()
        self._fingerprints = {document.id: document.fingerprint for document in documents}
        self.settings = settings
        self._reader = reader
        self._extractive = reader if isinstance(reader, ExtractiveReader) else _open_extractive(index)

    @classmethod
    def open(
        cls,
        guides: Guides | None = None,
        data_dir: str | Path | None = None,
        llm: str | BaseChatModel | None = None,
        *,
        settings: Settings | None = None,
        progress: Progress | None = None,
        rebuild: bool = False,
        allow_removal: bool = False,
    ) -> Assistant:
        """An assistant over guides, whose index is brought up to date first.

        Args:
            guides: A file, a folder, or several; None for the guides that ship.
            data_dir: Where the index lies; None for a place in the per-user data folder that depends on the guides.
            llm: None for the extractive reader; `provider:model`; or a LangChain chat model.
            settings: Everything else; None reads the environment.
            progress: Called with (passages embedded, passages to embed).
            rebuild: Embed and write everything anew.
            allow_removal: Let all or most of the guides go at once, which else is taken for an unmounted disk.

        Raises:
            AssistantError: If no guide can be read, or the index or the model cannot be opened.
        """
        from corpus.loaders import load_guides

        settings = settings or Settings.load()
        embedder = open_embedder(settings)
        embedder.load_ahead()
        shared_matcher().load_ahead()
        loaded = load_guides(guides)
        folder = Path(data_dir) if data_dir is not None else index_folder(guides, settings)
        if not loaded.documents and loaded.failures and not allow_removal:
            raise loaded.failures[0]
        index = open_index(folder, settings, embedder=embedder, rebuild=rebuild)
        report = sync_documents(
            index,
            loaded.documents,
            keep=() if allow_removal else loaded.unread,
            progress=progress,
            allow_removal=allow_removal,
            rebuild=rebuild,
        )
        return cls(
            index,
            _open_reader(llm, index, settings),
            settings=settings,
            documents=loaded.documents,
            failures=loaded.failures,
            report=report,
        )

    def ask(
        self,
        question: str,
        history: Sequence[Message] = (),
        *,
        k: int | None = None,
        where: Mapping[str, Any] | None = None,
    ) -> Answer:
        """The answer to a question.

        Args:
            question: In plain words.
            history: Earlier messages, oldest first: `{"role": "user" | "assistant", "content": …}`.
            k: How many passages are read; None for the setting.
            where: Which passages may be read: a filter on their metadata, as `PassageIndex.search` takes it.

        Raises:
            QuestionError: If the question is empty or too long.
        """
        return [piece for piece in self.stream(question, history, k=k, where=where) if isinstance(piece, Answer)][-1]

    async def aask(
        self,
        question: str,
        history: Sequence[Message] = (),
        *,
        k: int | None = None,
        where: Mapping[str, Any] | None = None,
    ) -> Answer:
        """`ask`, for asyncio."""
        pieces = self.astream(question, history, k=k, where=where)
        return [piece async for piece in pieces if isinstance(piece, Answer)][-1]

    def stream(
        self,
        question: str,
        history: Sequence[Message] = (),
        *,
        k: int | None = None,
        where: Mapping[str, Any] | None = None,
        config: RunnableConfig | None = None,
    ) -> Iterator[str | Answer]:
        """Pieces of the answer's text as they come, then the `Answer`, whose text is the final one.

        Args:
            question: In plain words.
            history: Earlier messages, oldest first.
            k: How many passages are read; None for the setting.
            where: Which passages may be read: a filter on their metadata.
            config: What LangChain passes to runnables: callbacks, tags, metadata.
        """
        with logs.request():
            turn = self._turn(question, history, k=k, where=where)
            if config is not None or _is_traced():
                yield from self._chain.stream(turn, config)
            else:  # the same steps without importing LangChain, which takes half a second
                yield from self._read(iter([self._retrieve(self._understand(turn))]))

    async def astream(
        self,
        question: str,
        history: Sequence[Message] = (),
        *,
        k: int | None = None,
        where: Mapping[str, Any] | None = None,
        config: RunnableConfig | None = None,
    ) -> AsyncIterator[str | Answer]:
        """`stream`, for asyncio."""
        with logs.request():
            async for piece in self._chain.astream(self._turn(question, history, k=k, where=where), config):
                yield piece

    def as_runnable(self) -> Runnable[Question, Any]:
        """The whole as a LangChain Runnable, for tracing, batches, LangGraph.

        It takes a question, or `{"question": …, "history": […]}`; `invoke` gives the `Answer`, `stream` pieces of its
        text and then the `Answer`.
        """
        from assistant.runnable import AssistantRunnable

        return AssistantRunnable(self)

    def using(self, llm: str | BaseChatModel | None) -> Assistant:
        """An assistant over the same index, whose answers a model writes, or, for None, the extractive reader.

        Raises:
            ModelError: If the model is not set up.
        """
        if llm is None:
            reader: Reader = self._extractive
        else:
            reader = _open_reader(llm, self.index, self.settings)
        return Assistant(
            self.index,
            reader,
            settings=self.settings,
            documents=self.documents,
            failures=self.failures,
            report=self.report,
        )

    def over(self, index: PassageIndex, documents: Sequence[Document]) -> Assistant:
        """An assistant with the same settings over another index, in the guides' own words until `using` is called."""
        return Assistant(index, _open_extractive(index), settings=self.settings, documents=documents)

    def close(self) -> None:
        """Let go of the index."""
        self.index.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def _chain(self) -> Runnable[_Turn, str | Answer]:
        from langchain_core.runnables import RunnableGenerator, RunnableLambda

        return (
            RunnableLambda(self._understand, self._aunderstand).with_config(run_name="understand")
            | RunnableLambda(self._retrieve).with_config(run_name="retrieve")
            | RunnableGenerator(self._read, self._aread).with_config(run_name="read")
        )

    def _turn(
        self, question: str, history: Sequence[Message], *, k: int | None, where: Mapping[str, Any] | None
    ) -> _Turn:
        text = question.strip()
        if not text:
            raise QuestionError("The question is empty. Ask in a few words, such as “How long does it take?”.")
        if len(text) > self.settings.question_limit:
            raise QuestionError(
                f"The question has {len(text):,} characters; at most {self.settings.question_limit:,} are read. "
                "Shorten it."
            )
        return _Turn(text, tuple(history), k=k, where=where, started=perf_counter())

    def _understand(self, turn: _Turn) -> _Turn:
        started = perf_counter()
        question = self.index.correct(turn.question)
        rewritten = None
        if turn.history and isinstance(self._reader, Rewriter):
            rewritten = self._reader.rewrite(question, turn.history)
        return self._understood(turn, question, rewritten, started)

    async def _aunderstand(self, turn: _Turn) -> _Turn:
        started = perf_counter()
        question = await asyncio.to_thread(self.index.correct, turn.question)
        rewritten = None
        if turn.history and isinstance(self._reader, Rewriter):
            rewritten = await self._reader.arewrite(question, turn.history)
        return await asyncio.to_thread(self._understood, turn, question, rewritten, started)

    def _understood(self, turn: _Turn, question: str, rewritten: str | None, started: float) -> _Turn:
        searched_for = rewritten or standalone_question(question, self._spelled(turn.history), embed=self.index.embed)
        return replace(turn, searched_for=searched_for, timings={"rewrite": perf_counter() - started})

    def _spelled(self, history: Sequence[Message]) -> list[Message]:
        """A conversation with the user's typing errors put right, as they were when it was answered."""
        return [
            {**message, "content": self.index.correct(message.get("content") or "")}
            if message.get("role") == "user"
            else message
            for message in history
        ]

    def _retrieve(self, turn: _Turn) -> _Turn:
        started = perf_counter()
        k = turn.k or self.settings.passages
        hits = passages_for(turn.searched_for, self.index, shared_matcher(), k=k, where=turn.where)
        return replace(turn, hits=hits, timings={**turn.timings, "retrieve": perf_counter() - started})

    def _read(self, turns: Iterator[_Turn]) -> Iterator[str | Answer]:
        for turn in turns:
            started = perf_counter()
            try:
                for piece in self._reader.stream(turn.searched_for, turn.hits):
                    yield piece if isinstance(piece, str) else self._answer(turn, piece, self._reader, started)
            except ModelError as error:
                yield self._fallback(turn, error, started)

    async def _aread(self, turns: AsyncIterator[_Turn]) -> AsyncIterator[str | Answer]:
        async for turn in turns:
            started = perf_counter()
            try:
                async for piece in self._reader.astream(turn.searched_for, turn.hits):
                    yield piece if isinstance(piece, str) else self._answer(turn, piece, self._reader, started)
            except ModelError as error:
                yield await asyncio.to_thread(self._fallback, turn, error, started)

    def _fallback(self, turn: _Turn, error: ModelError, started: float) -> Answer:
        result = self._extractive.read(turn.searched_for, turn.hits)
        note = f"The language model gave no answer ({error}); these are the guides' own words."
        return self._answer(turn, replace(result, notes=(*result.notes, note)), self._extractive, started)

    def _offer(self, turn: _Turn, result: ReaderResult) -> ReaderResult:
        """The model's result, or, where nothing of it was borne out, the guides' own words below an abstention."""
        from assistant.generative import NOTHING_SUPPORTED

        if not result.abstained or result.reason != NOTHING_SUPPORTED:
            return result
        offered = self._extractive.read(turn.searched_for, turn.hits)
        if offered.abstained:
            return result
        text = f"The guides do not bear out what the language model wrote. In their own words:\n\n{offered.text}"
        return replace(
            result, text=text, claims=offered.claims, citations=offered.citations, suggestions=offered.suggestions
        )

    def _answer(self, turn: _Turn, result: ReaderResult, reader: Reader, started: float) -> Answer:
        if reader is not self._extractive:
            result = self._offer(turn, result)
        now = perf_counter()
        cited = dict.fromkeys(citation.passage.document for citation in result.citations)
        asked = {"question": turn.question} if self.settings.log_questions else {}
        outcome = {"abstained": result.abstained, "citations": len(result.citations), "notes": len(result.notes)}
        log.info("answered", extra={**asked, **outcome, "reader": reader.name, "seconds": round(now - turn.started, 4)})
        return Answer(
            question=turn.question,
            text=result.text,
            claims=result.claims,
            citations=result.citations,
            hits=turn.hits,
            abstained=result.abstained,
            reason=result.reason,
            searched_for=turn.searched_for,
            confidence=result.confidence,
            suggestions=result.suggestions,
            notes=result.notes,
            removed_markers=result.removed_markers,
            reader=reader.name,
            timings={**turn.timings, "read": now - started, "total": now - turn.started},
            usage=result.usage,
            guides={id: self._fingerprints.get(id, "") for id in cited},
        )


def _is_traced() -> bool:
    """Whether LangChain's tracers or callbacks may be listening: it is imported already, or LangSmith is asked for."""
    return "langchain_core.callbacks.manager" in sys.modules or asks_for_langsmith()


def _open_extractive(index: PassageIndex) -> ExtractiveReader:
    embed = shared_matcher().sharing(index.embed) if embeds_as_matched(index) else index.embed
    return ExtractiveReader(embed, passages=index.passages)


def _open_reader(llm: str | BaseChatModel | None, index: PassageIndex, settings: Settings) -> Reader:
    if llm is None and settings.llm is None and settings.llm_base_url is None:
        return _open_extractive(index)
    from assistant.generative import GenerativeReader
    from assistant.models import open_chat_model

    model = open_chat_model(llm or settings.llm or "", base_url=settings.llm_base_url)
    return GenerativeReader(model, drop_unsupported=settings.drop_unsupported, deadline=settings.llm_deadline)


def open_embedder(settings: Settings) -> SentenceTransformerEmbedder:
    """The embedder of the settings."""
    return SentenceTransformerEmbedder(settings.embedder or DEFAULT_EMBEDDER)


def open_index(
    folder: Path, settings: Settings, *, embedder: Embedder | None = None, rebuild: bool = False
) -> PassageIndex:
    """The index in a folder, or on the Chroma server of the settings, by their embedder.

    Args:
        folder: Where it lies; with a server, its name sets its collection apart from those of other guides.
        settings: `embedder` and `chroma_url`.
        embedder: The one of the settings, if it is open already.
        rebuild: Remove what is there first, whatever state it is in.
    """
    embedder = embedder or open_embedder(settings)
    url = settings.chroma_url
    name = re.sub(r"[^A-Za-z0-9]+", "-", folder.name).strip("-")
    collection = f"ml-career-assistant-{name or 'guides'}" if url else "passages"
    if rebuild:
        PassageIndex.reset(folder, chroma_url=url, collection=collection)
    return PassageIndex.open(folder, embedder=embedder, chroma_url=url, collection=collection)


def index_folder(guides: Guides | None, settings: Settings) -> Path:
    """Where the index of these guides lies: one folder for those that ship, one for each other choice."""
    from index.embedding import fingerprint

    root = Path(settings.data_dir) if settings.data_dir else default_data_dir()
    if guides is None:
        return root / "guides"
    paths = [guides] if isinstance(guides, (str, Path)) else list(guides)
    return root / f"guides-{fingerprint(*sorted(str(Path(path).resolve()) for path in paths))}"
