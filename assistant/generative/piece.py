"""A sentence, list item or heading of the model's text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.generative.markup import plain


@dataclass(frozen=True)
class Piece:
    """A sentence, list item or heading of the model's text, without markup and markers."""

    gap: str  # what separates it from the piece before
    lead: str  # "- ", "1. ", "## "
    body: str  # Markdown
    cited: tuple[int, ...]  # numbers of passages, as the model gave them
    strange: int  # markers that name no passage

    @property
    def text(self) -> str:
        return plain(self.body)

    @property
    def opens(self) -> bool:
        """Whether it only announces what follows."""
        return not self.cited and (self.lead.startswith("#") or self.text.endswith(":"))

    @property
    def refuses(self) -> bool:
        return not self.cited and bool(_REFUSAL.search(self.text))


LEAD = re.compile(r"\s*(?:(?:#{1,6}|[-*•–>]|\d{1,2}[.)])\s+)*")
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
