"""How often the search finds for a follow-up what it finds for the question written out.

    python -m tests.measure_followups [--also PATH …]

Reads tests/data/followups.jsonl: follow-ups with the turns before them and the question that a person would have
written instead. Counted is how often the passage found first for that question is among the first five for the
follow-up as typed, after the question before it, and made to stand alone. The complete questions, which take nothing
from what was asked before, must come back as they are.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

from assistant.conversation import standalone_question, user_turns
from assistant.matching import shared_matcher
from assistant.retrieval import passages_for
from corpus.loaders import load_guides
from index.embedding import SentenceTransformerEmbedder
from index.passage_index import PassageIndex
from index.sync import sync_documents

DIALOGUES = Path(__file__).parent / "data" / "followups.jsonl"
FIRST = 5


def forms_of(dialogue: dict[str, Any], index: PassageIndex) -> dict[str, str]:
    """A follow-up as it can be searched for, by how."""
    question, history = dialogue["question"], dialogue["history"]
    return {
        "as typed": question,
        "after the earlier question": f"{history[-1]} {question}",
        "made to stand alone": standalone_question(question, user_turns(history), embed=index.embed),
    }


def measure(index: PassageIndex, dialogues: list[dict[str, Any]]) -> dict[tuple[str, str], list[bool]]:
    """Whether each follow-up finds what the question written out finds, by split and form."""

    def found(question: str, k: int) -> list[str]:
        return [hit.passage.id for hit in passages_for(question, index, shared_matcher(), k=k)]

    result: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for dialogue in dialogues:
        first = found(dialogue["standalone"], 1)
        for form, text in forms_of(dialogue, index).items():
            result[dialogue["split"], form].append(bool(first) and first[0] in found(text, FIRST))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--also", nargs="*", default=[], help="other texts on the same subject")
    options = parser.parse_args()
    dialogues = [json.loads(line) for line in DIALOGUES.read_text("utf-8").splitlines() if line.strip()]
    embedder = SentenceTransformerEmbedder()
    for place in (None, *options.also):
        with tempfile.TemporaryDirectory() as folder, closing(PassageIndex.open(folder, embedder=embedder)) as index:
            sync_documents(index, load_guides(place).documents)
            figures = measure(index, [dialogue for dialogue in dialogues if not dialogue["complete"]])
            for (split, form), hits in sorted(figures.items()):
                print(f"{place or 'guides'} | {split} | {form} | {sum(hits) / len(hits):.1%} of {len(hits)}")
            complete = [dialogue for dialogue in dialogues if dialogue["complete"]]
            kept = [
                dialogue["question"].endswith(forms_of(dialogue, index)["made to stand alone"]) for dialogue in complete
            ]
            print(f"{place or 'guides'} | complete ones left alone: {sum(kept)} of {len(kept)}")


if __name__ == "__main__":
    main()
