"""What the page works with: the store, the guides and the models, opened while the page is already there."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError, ModelError, QuestionError, SettingsError
from assistant.settings import Settings, default_data_dir
from assistant.web.status import Status

if TYPE_CHECKING:
    from assistant.chain import Assistant, Guides
    from assistant.library import GuideLibrary
    from assistant.store import Store

EXTRACTIVE = ""  # stands for the guides' own words where a model is named
WARM_UP = 10.0  # seconds at most; the guides that ship take about 5
READING = 2  # guides that are read and indexed at the same time
THREADS = 16  # for the store, files and indexes; more than the cores, because most of it waits for a disk
_log = logging.getLogger(__name__)


class Backend:
    """Opens everything on a thread of its own, and says how far it is.

    Args:
        guides: As `Assistant.open` takes them.
        settings: Everything else.
        llm: A LangChain chat model to answer with in place of the one in the settings.
        problem: What is known to be wrong before anything is opened.
    """

    def __init__(
        self, guides: Guides | None, settings: Settings, *, llm: Any = None, problem: Exception | None = None
    ) -> None:
        self.settings = settings
        self.status = Status("starting", "Starting…")
        self._guides = guides
        self._llm = llm
        self._problem = problem
        self._store: Store | None = None
        self._library: GuideLibrary | None = None
        self._settled = Event()
        self._opening = False
        self._closed = False
        self._opener: Thread | None = None
        self._using: dict[tuple[int, str], Assistant] = {}
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="page")
        self._slow_threads = ThreadPoolExecutor(READING, thread_name_prefix="page-guides")

    @property
    def data_dir(self) -> Path:
        """The folder for everything the page keeps."""
        return Path(self.settings.data_dir) if self.settings.data_dir else default_data_dir()

    @property
    def models(self) -> list[str]:
        """The models to choose from, the default first; "" stands for the guides' own words."""
        return list(self._models)

    @property
    def _models(self) -> dict[str, Any]:
        """What `Assistant.using` takes, by the name shown."""
        found: dict[str, Any] = {}
        if self._llm is not None:
            found[str(getattr(self._llm, "model_name", None) or type(self._llm).__name__)] = self._llm
        elif self.settings.llm or self.settings.llm_base_url:
            found[self.settings.llm or "the model of the local server"] = self.settings.llm or ""
        for name in (self.settings.llms or "").split(","):
            if name.strip():
                found.setdefault(name.strip(), name.strip())
        return {**found, EXTRACTIVE: None}

    @property
    def store(self) -> Store:
        """The store.

        Raises:
            AssistantError: If it is not open.
        """
        if self._store is None:
            raise AssistantError(self.status.message or "The page is not ready yet.")
        return self._store

    @property
    def library(self) -> GuideLibrary:
        """The guides.

        Raises:
            AssistantError: If they are not open.
        """
        if self._library is None:
            raise AssistantError(self.status.message or "The page is not ready yet.")
        return self._library

    def start(self) -> None:
        """Open everything, on a thread, for the first time or, after a failure, again."""
        with self._lock:
            if self._opening or self.status.phase == "ready":
                return
            self._opening = True
            self._settled.clear()
            self.status = Status("starting", "Opening the store…")
        self._opener = Thread(target=self._open, name="page-start", daemon=True)
        self._opener.start()

    async def settled(self) -> None:
        """Return once everything is open.

        Raises:
            AssistantError: If it could not be opened.
        """
        while not self._settled.is_set():
            await asyncio.sleep(0.05)
        if self.status.phase == "broken":
            raise AssistantError(self.status.message)

    async def run(self, function: Any, *arguments: Any, **named: Any) -> Any:
        """The result of a blocking call, made on one of the page's threads."""
        loop = asyncio.get_running_loop()
        context = copy_context()  # the request's id goes along
        return await loop.run_in_executor(self._threads, lambda: context.run(function, *arguments, **named))

    def submit(self, function: Any, *arguments: Any) -> None:
        """Run something slow beside the page's work, and log it if it fails."""
        self._slow_threads.submit(function, *arguments).add_done_callback(_log_failure)

    def assistant(self, owner: str, model: str) -> Assistant:
        """What answers an owner, with a model's words or the guides' own.

        Raises:
            ModelError: If the model is not one of those set up.
        """
        assistant = self.library.assistant(owner)
        models = self._models
        if model not in models:
            raise ModelError(f"The model {model!r} is not set up here. Choose one of the list under “Settings”.")
        key = (id(assistant.index), model)
        with self._lock:
            found = self._using.get(key)
        if found is None or found.index is not assistant.index or found.documents is not assistant.documents:
            found = assistant.using(models[model])
            with self._lock:
                self._using[key] = found
                while len(self._using) > 64:  # owners with guides of their own, times models
                    del self._using[next(iter(self._using))]
        return found

    def check_question(self, question: str) -> None:
        """Refuse an overlong question before it waits for its turn.

        Raises:
            QuestionError: If it is too long.
        """
        if len(question) > self.settings.question_limit:
            raise QuestionError(
                f"The question has {len(question):,} characters; at most {self.settings.question_limit:,} are read. "
                "Shorten it."
            )

    def close(self) -> None:
        """Let go of everything."""
        self._closed = True
        if self._opener is not None:
            self._opener.join(5)  # a thread that is cut off inside the embedder aborts the process
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._slow_threads.shutdown(wait=False, cancel_futures=True)
        if self._library is not None:
            self._library.close()
        if self._store is not None:
            self._store.close()

    def _open(self) -> None:
        try:
            if self._problem is not None:
                raise SettingsError(f"{self._problem} Mend it, and start the page again.")
            self._open_everything()
        except AssistantError as error:
            _log.warning("The page is not ready: %s", error)
            self.status = Status("broken", str(error))
        except Exception as error:  # noqa: BLE001 - the outermost door: shown on the page, with the traceback in the log
            _log.exception("The page is not ready")
            self.status = Status("broken", f"Something went wrong: {type(error).__name__}: {error}. The log says more.")
        finally:
            self._opening = False
            self._settled.set()

    def _open_everything(self) -> None:
        from assistant.store import Store

        if self._store is None:
            self._store = Store.open(self.settings.store or self.data_dir)
        self.status = Status("starting", "Reading the guides…")
        from assistant.chain import Assistant
        from assistant.library import GuideLibrary

        shared = Assistant.open(
            self._guides, settings=replace(self.settings, llm=None, llm_base_url=None), progress=self._progress
        )
        self.status = Status("starting", "Opening the index…")
        warnings = [str(failure) for failure in shared.failures]
        shared.settings = self.settings
        self._library = GuideLibrary(shared, self.data_dir / "uploads", guides=self._guides)
        for model in self.models:
            try:
                self.assistant("", model)
            except (ModelError, ImportError) as error:
                warnings.append(f"The language model {model} is not available: {error}")
        shared.index.search("warm up", k=1)
        self.status = Status("warming", warnings=tuple(warnings))
        self._settled.set()
        self._warm_up(shared.using(None))
        self.status = Status("ready", warnings=tuple(warnings))

    def _warm_up(self, assistant: Assistant) -> None:
        """Ask what the headings of the guides ask, so that the vectors of their sentences are at hand for people."""
        end = monotonic() + WARM_UP
        for heading in dict.fromkeys(s.headings[-1] for d in assistant.documents for s in d.sections if s.headings):
            if monotonic() > end or self._closed:
                return
            with suppress(AssistantError):
                assistant.ask(heading[: self.settings.question_limit])

    def _progress(self, done: int, total: int) -> None:
        self.status = Status("starting", "Indexing the guides…", done, total)


def _log_failure(done: Future[Any]) -> None:
    if not done.cancelled() and done.exception() is not None:
        _log.error("Work in the background failed", exc_info=done.exception())
