"""Whether the nearest sentences bear a claim out, by a model that reads both together.

all-MiniLM-L6-v2 with changes of low rank (LoRA; Hu et al. 2021) and a linear layer over the vector of the pair, learnt
from claims that people wrote and labelled (`python -m tests.fit_entailment`).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.grounding.likeness import Likeness, in_full
from assistant.grounding.matching import Case
from index.embedding import Vectors, default_folder

if TYPE_CHECKING:
    from index.bert import BertEncoder

WEIGHTS = Path(__file__).parent.with_name("entailment.npz")
SCALE = 10.0  # of vectors of unit length before the linear layer, so that it learns about as fast as the encoder
_READ = 3  # sentences that a claim is read with at most, and
_WORDS = 40  # the words from which on no further one is added (guesses; both keep a claim at some 60 tokens)


def entailment(case: Case, like: Likeness) -> float:
    """The logit that the claim is borne out by the sentences nearest to it; 0 is undecided.

    Raises:
        EmbedderError: If the model cannot be loaded.
    """
    return _judged(*pair_of(case, like))


def pair_of(case: Case, like: Likeness) -> tuple[str, str]:
    """The claim, and the one to three sentences that are nearest by words and by meaning, in their order."""
    held = {
        at: sum(term.weight * match for term, match in zip(case.claim.terms, case.matches[at], strict=True))
        for at in like.cosines
    }
    nearest = sorted(like.cosines, key=lambda at: -like.cosines[at] - held[at] / case.whole)
    chosen: list[int] = []
    words = 0
    for at in nearest[:_READ]:
        if len(chosen) > 1 and words >= _WORDS:
            break
        chosen.append(at)
        words += len(case.sentences[at].parsed.text.split())
    return in_full(case), " ".join(case.sentences[at].parsed.text for at in sorted(chosen))


@lru_cache(maxsize=2_000)
def _judged(claim: str, sentences: str) -> float:
    encoder, head, bias = _model()
    (vector,) = encoder.encode([(claim, sentences)])
    return float(SCALE * (vector @ head) + bias)


@lru_cache(maxsize=1)
def _model() -> tuple[BertEncoder, Vectors, float]:
    from index.bert import BertEncoder, read_changes

    changes, head = read_changes(WEIGHTS)
    encoder = BertEncoder(default_folder(), threads=1, changes=changes, eight_bit=True)
    return encoder, head["head"], float(head["head.bias"][0])
