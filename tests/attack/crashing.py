"""Syncs to be killed: `python -m tests.attack.crashing FOLDER` forks one for each line that it reads.

A fork costs milliseconds where a start costs seconds of imports, so that a hundred kills can be tried. A line is the
number of the library to sync to, the seconds after which the sync is killed, and the most bytes that a file may grow
to; "-" for neither.
"""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from corpus.document import Document, Section
from corpus.errors import AssistantError
from index.embedding import Vectors
from index.passage_index import PassageIndex
from index.sync import sync_documents

ANIMALS = ("bees", "hens", "goats", "ducks", "sheep", "geese", "pigs", "trout", "llamas", "quails")


class QuickEmbedder:
    """Vectors of words, by their digests: no model, and good enough to find a text by its words."""

    name = "words-by-digest"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, 64) float32, unit rows."""
        vectors = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in text.lower().split():
                digest = hashlib.sha256(word.strip(".,?").encode()).digest()
                row[digest[0] % 64] += 1 if digest[1] % 2 else -1
            row[0] += 0.01
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def library(number: int, size: int = 30) -> list[Document]:
    """The documents of a library; the next one has a third of them changed, one more, and one less."""
    documents = []
    for place in range(number, number + size):
        animal = ANIMALS[place % len(ANIMALS)]
        edition = number // 3 if place % 3 == number % 3 else 0
        sections = tuple(
            Section(
                (f"Chapter {chapter}",),
                f"In field {place} the {animal} of chapter {chapter} eat {place + chapter} kilograms a day. " * 12
                + f"Edition {edition}.",
            )
            for chapter in range(4)
        )
        documents.append(Document(id=f"{place}.md", title=f"Field {place}", source="", sections=sections))
    return documents


def sync(folder: Path, number: int) -> None:
    """Bring the index in a folder to a library."""
    with PassageIndex.open(folder, embedder=QuickEmbedder()) as index:
        sync_documents(index, library(number))


def main() -> None:
    """Fork a sync for each line and say how it ended."""
    import chromadb  # noqa: F401 - so that the forks need not

    folder = Path(sys.argv[1])
    print("ready", flush=True)
    for line in sys.stdin:
        number, seconds, most = line.split()
        child = os.fork()
        if child == 0:
            _run(folder, int(number), 0 if most == "-" else int(most))
        if seconds != "-":
            time.sleep(float(seconds))
            os.kill(child, signal.SIGKILL)  # if it has ended, its id is still its own: it was not waited for yet
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(folder: Path, number: int, most: int) -> None:
    code = 3
    try:
        if most:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
        sync(folder, number)
        code = 0
    except BaseException as error:  # noqa: BLE001 - the fork's outermost door
        if most:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        if isinstance(error, AssistantError):
            code = 1
            print(error, file=sys.stderr, flush=True)
        else:
            traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
