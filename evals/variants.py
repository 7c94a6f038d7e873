"""An assistant as it is, and the same with another side of search or another passage size: what a matrix compares.

These two are decisions of the project and no settings of it, so they are changed here, through the public methods of
the index, and nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from evals.errors import EvalError

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.settings import Settings
    from index import PassageIndex
    from index.passage import Hit

SEARCH_MODES = ("hybrid", "dense", "lexical")

VARIANTS = ("search", "passage_size")
"""What can be varied beside the settings: the side of search, and the characters of a passage."""


def open_assistant(
    values: Mapping[str, str],
    *,
    guides: list[str] | None,
    data_dir: str | Path,
) -> Assistant:
    """An assistant with settings and variants by name.

    Raises:
        EvalError: If a name is neither a setting nor a variant, or a variant has no such value.
    """
    from assistant import Assistant

    own = {name: values[name] for name in VARIANTS if name in values}
    settings = load_settings({name: value for name, value in values.items() if name not in own})
    assistant = Assistant.open(guides=guides, data_dir=data_dir, llm=settings.llm, settings=settings)
    if "passage_size" in own:
        _cut_again(assistant, own["passage_size"])
    if "search" in own:
        _search_in(assistant, own["search"])
    return assistant


def load_settings(values: Mapping[str, str]) -> Settings:
    """The settings of the environment, with these over them, parsed and checked as anywhere else.

    Raises:
        EvalError: If there is no such setting.
        SettingsError: If a value is not of its setting's type.
    """
    from assistant.settings import Settings, variable

    known = [entry.name for entry in fields(Settings)]
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise EvalError(f"no setting is called {', '.join(unknown)}. There are: {', '.join((*VARIANTS, *known))}.")
    return Settings.load({**os.environ, **{variable(name): value for name, value in values.items()}})


def _cut_again(assistant: Assistant, size: str) -> None:
    from index.chunking import chunk_document

    if not size.isdigit() or int(size) < 1:
        raise EvalError(f"passage_size is {size!r}, expected a number of characters, such as 900")
    index = assistant.index
    index.remove([passage.id for passage in index.passages()])
    index.add(
        [passage for document in assistant.documents for passage in chunk_document(document, characters=int(size))]
    )


def _search_in(assistant: Assistant, mode: str) -> None:
    if mode not in SEARCH_MODES:
        raise EvalError(f"search is {mode!r}, expected one of {', '.join(SEARCH_MODES)}")
    assistant.index = cast("PassageIndex", _OneSided(assistant.index, mode))


class _OneSided:
    """An index that is always searched in one mode, and is the index itself in everything else."""

    def __init__(self, index: PassageIndex, mode: str) -> None:
        self._index = index
        self._mode = mode

    def search(self, question: str, **options: Any) -> list[Hit]:
        return self._index.search(question, **{**options, "mode": self._mode})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)
