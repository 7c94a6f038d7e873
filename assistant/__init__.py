"""Ask guides a question and get a short answer whose every sentence cites the passage it came from."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.answer import Answer, Citation, Claim
    from assistant.chain import Assistant
    from assistant.conversation import Conversation
    from assistant.grounding import Support, support
    from corpus.errors import AssistantError

_HOMES = {
    "Answer": "assistant.answer",
    "Assistant": "assistant.chain",
    "AssistantError": "corpus.errors",
    "Citation": "assistant.answer",
    "Claim": "assistant.answer",
    "Conversation": "assistant.conversation",
    "Support": "assistant.grounding",
    "support": "assistant.grounding",
}
__all__ = ["Answer", "Assistant", "AssistantError", "Citation", "Claim", "Conversation", "Support", "support"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that importing the package stays cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
