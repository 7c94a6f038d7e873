"""`python -m tests.soak --minutes 60`: exits with 1 if memory, handles or threads grew, or an answer was wrong."""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.soak.soak import soak


def main() -> int:
    """Run the soak and print what was measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = soak(Path(folder), seconds=arguments.minutes * 60, show=partial(print, flush=True))
    for problem in outcome.problems():
        print(f"BAD {problem}")
    return 1 if outcome.problems() else 0


if __name__ == "__main__":
    sys.exit(main())
