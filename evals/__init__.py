"""Measures the assistant: cases, metrics, and the reports people read.

`run_evals` asks an assistant every case and gives a `Report`; `METRICS` says what is measured and how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.cases import Case as Case
    from evals.metrics import METRICS as METRICS
    from evals.run import run_evals as run_evals

__all__ = ["METRICS", "Case", "run_evals"]

_HOMES = {"Case": "evals.cases", "METRICS": "evals.metrics", "run_evals": "evals.run"}


def __getattr__(name: str) -> Any:
    # On first use: `python -m evals --help` must not wait for pydantic and numpy.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
