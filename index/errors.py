"""What can go wrong with an index. The whole tree is drawn in `corpus.errors`."""

from __future__ import annotations

from corpus.errors import AssistantError


class PassageIndexError(AssistantError):
    """The index cannot be opened, read or changed."""


class EmbedderError(AssistantError):
    """The embedding model cannot be loaded or used."""
