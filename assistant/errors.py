"""What can go wrong while answering. The whole tree is drawn in `corpus.errors`."""

from __future__ import annotations

from corpus.errors import AssistantError


class QuestionError(AssistantError):
    """A question that cannot be asked: empty, or longer than the limit."""


class ModelError(AssistantError):
    """A language model is not set up, cannot be reached, or failed to answer."""


class SettingsError(AssistantError):
    """A setting has a value that cannot be used."""


class StoreError(AssistantError):
    """The store of conversations and feedback cannot be opened, read or written."""


__all__ = ["AssistantError", "ModelError", "QuestionError", "SettingsError", "StoreError"]
