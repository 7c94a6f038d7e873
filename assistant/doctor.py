"""What is set up, what is wrong, and the command that mends it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from assistant.chain import index_folder, open_index
from assistant.settings import Settings
from corpus.errors import AssistantError

PACKAGES = ("langchain", "chromadb", "sentence-transformers", "gradio", "pypdf", "torch", "onnxruntime")
MINIMUM_FREE = 500 * 2**20  # bytes; an index of the shipped guides takes a few MB, the exported model 90 MB


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `mend` is empty where nothing is wrong."""

    subject: str
    state: str
    mend: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.mend

    def __str__(self) -> str:
        line = f"{'ok ' if self.ok else 'BAD'} {self.subject}: {self.state}"
        return line if self.ok else f"{line}\n      → {self.mend}"


def diagnose(settings: Settings, *, guides: Sequence[str | Path] | None = None) -> list[Finding]:
    """What was found, in the order in which things depend on each other. Nothing is changed."""
    findings = [_python(), *_packages()]
    checks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("data folder", lambda: _folder(settings, guides)),
        ("guides", lambda: _guides(guides)),
        ("index", lambda: _index(settings, guides)),
        ("language model", lambda: _model(settings)),
    ]
    for subject, check in checks:
        try:
            findings += list(check())
        except AssistantError as error:
            findings.append(Finding(subject, "does not work", str(error)))
    return findings


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", version, "" if sys.version_info >= (3, 11) else "Install Python 3.11 or newer.")


def _packages() -> Iterator[Finding]:
    for name in ("ml-career-assistant", *PACKAGES):
        try:
            yield Finding(name, metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Finding(name, "not installed", "Run `make setup`, or `pip install ml-career-assistant`.")


def _folder(settings: Settings, guides: Sequence[str | Path] | None) -> Iterator[Finding]:
    import shutil

    folder = index_folder(guides, settings)
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(existing, os.W_OK):
        yield Finding("data folder", f"{folder} cannot be written", "Set ASSISTANT_DATA_DIR to a folder of your own.")
        return
    free = shutil.disk_usage(existing).free
    mend = "" if free > MINIMUM_FREE else "Free some space, or set ASSISTANT_DATA_DIR to another disk."
    yield Finding("data folder", f"{folder}, {free / 2**30:.1f} GiB free", mend)


def _guides(guides: Sequence[str | Path] | None) -> Iterator[Finding]:
    from corpus.loaders import load_guides

    loaded = load_guides(guides)
    for document in loaded.documents:
        yield Finding("guide", f"{document.title} ({len(document.sections)} sections)")
    for failure in loaded.failures:
        yield Finding("guide", failure.cause, str(failure))


def _index(settings: Settings, guides: Sequence[str | Path] | None) -> Iterator[Finding]:
    folder = index_folder(guides, settings)
    if not folder.exists() and settings.chroma_url is None:
        yield Finding("index", f"none yet in {folder}; it is made at the first question")
        return
    index = open_index(folder, settings)
    try:
        yield Finding("index", f"{len(index)} passages in {folder}")
        yield Finding("embedder", index.embedder.name)
    finally:
        index.close()


def _model(settings: Settings) -> Iterator[Finding]:
    if settings.llm is None and settings.llm_base_url is None:
        yield Finding("language model", "none set; the extractive reader answers (set ASSISTANT_LLM to change that)")
        return
    from assistant.models import check_chat_model, name_of, open_chat_model

    model = open_chat_model(settings.llm or "", base_url=settings.llm_base_url)
    check_chat_model(model)
    yield Finding("language model", f"{settings.llm or name_of(model)} answers")
