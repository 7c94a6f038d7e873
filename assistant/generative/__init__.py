"""The reader that lets a language model write, and believes no sentence of it before it is checked.

The model's text is read as it streams in: markup is taken out, each sentence is checked against the passages it cites,
and its markers are renumbered by what they rest on. What a model or its server can do wrong is tried again where that
helps and ends in a `ModelError` otherwise.

    reader → attempts (when to ask again) → draft (one answer) → sentences, markup, markers → assistant.grounding
"""

from __future__ import annotations

from assistant.generative.draft import NOTHING_SUPPORTED
from assistant.generative.reader import GenerativeReader
from assistant.generative.rewriting import arewrite_with_model, rewrite_with_model

__all__ = ["NOTHING_SUPPORTED", "GenerativeReader", "arewrite_with_model", "rewrite_with_model"]
