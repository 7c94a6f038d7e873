"""The command `python -m evals`: measure, compare, and look after the cases.

Exit status: 0 if every floor held, 1 if one fell short, 2 if the measurement could not be made.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from importlib import import_module

from corpus.errors import AssistantError

COULD_NOT_RUN = 2

SUBCOMMANDS = {
    "retrieval": ("evals.retrieval", "measure search alone on a public benchmark"),
    "grounding": ("evals.grounding", "measure the support check on labelled claims"),
    "compare": ("evals.compare", "two runs, metric by metric and case by case"),
    "report": ("evals.answers", "show a saved run again"),
    "check": ("evals.check", "find mistakes in cases"),
    "new": ("evals.draft", "draft cases from feedback or at the prompt"),
    "metrics": ("evals.answers", "print what every metric means"),
    "schema": ("evals.check", "print the JSON schema of a case"),
}
"""What each subcommand is called, where its `main` (or `main_NAME`) lives, and what it does."""


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status of the command."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    name = arguments[0] if arguments and arguments[0] in SUBCOMMANDS else ""
    module = SUBCOMMANDS[name][0] if name else "evals.answers"
    try:
        home = import_module(module)
        status: int = getattr(home, f"main_{name}", home.main)(arguments[1:] if name else arguments)
        return status
    except AssistantError as error:
        print(f"error: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    except Exception:
        # Left alone, a traceback ends with status 1, which would say that a floor was missed.
        logging.getLogger("evals").exception("the measurement broke")
    return COULD_NOT_RUN


if __name__ == "__main__":
    sys.exit(main())
