"""What can go wrong while measuring.

AssistantError
└── EvalError             the measurement could not be made (exit status 2)
    ├── CaseError         a file of cases cannot be read: names file and line
    └── BackendError      the assistant failed on a case: never a score of zero
"""

from __future__ import annotations

from corpus.errors import AssistantError


class EvalError(AssistantError):
    """The measurement could not be made."""


class CaseError(EvalError):
    """A file of cases cannot be read."""


class BackendError(EvalError):
    """The assistant failed on a case."""
