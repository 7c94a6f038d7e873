"""Fine-tune the pair encoder of the claim check, and report how well it tells claims that it has not seen.

    python -m tests.fit_entailment [--halves] [--write]

Reads the development claims of evals/claims; each is joined with the sentences of its evidence that come nearest to it.
Added are honest claims without the sentences that say them, and near copies of the evidence (`tests.near_copies`).
Learnt are matrices of rank 16 beside those of the upper four layers (LoRA), and one linear layer over the vector of
the pair. With `--halves`, half the passages are kept out, then the other half, and what the model says of their claims
is put into tests/data/entailment.json, from which `tests.fit_grounding` weighs it: a model's word on claims that it
learnt from would look better than it is. Five minutes for each half and ten for the whole on one core that is free.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from torch.nn import functional

from assistant.grounding.entailment import SCALE, WEIGHTS, pair_of
from assistant.grounding.likeness import likeness
from evals.selective import auroc
from index.embedding import DEFAULT_EMBEDDER, model_folder
from tests.fit_grounding import SCORES, Claim, claims, pair_key, read_case
from tests.low_rank import Learning, batches, factors, put_beside
from tests.near_copies import near_copies

RANK, RATE, BATCH, TOKENS, EPOCHS = 16, 1e-3, 32, 160, 3
FROZEN = 2  # of the six layers, which learn nothing: they know words, and a sixth of the time is saved
# What an example of each kind counts (guess), and how large a part of the kind is seen in an epoch.
SHARES = {"cut": 0.5, "copy": 0.6}
PARTS = {"cut": 0.6, "copy": 0.5}


@dataclass(frozen=True)
class Example:
    """A claim and the sentences that it is read with."""

    source: str
    pair: tuple[str, str]
    supported: bool
    fold: int
    key: str


class PairModel(nn.Module):
    """The encoder with its changes, and the linear layer over the vector of a pair."""

    def __init__(self) -> None:
        super().__init__()
        transformer = SentenceTransformer(str(model_folder(DEFAULT_EMBEDDER)), device="cpu")
        first: Any = transformer[0]
        self.encoder: Any = first.auto_model
        self.tokenizer: Any = transformer.tokenizer
        self.encoder.eval()  # no dropout: three epochs are too few to learn by heart, and it takes a fifth of the time
        for parameter in self.encoder.parameters():
            parameter.requires_grad_(False)
        self.changed = put_beside(self.encoder, RANK, first=FROZEN)
        self.head = nn.Linear(self.encoder.config.hidden_size, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def trained(self) -> list[nn.Parameter]:
        """What is learnt."""
        return [
            *self.head.parameters(),
            *(part for layer in self.changed.values() for part in (layer.left, layer.right)),
        ]

    def forward(self, pairs: Sequence[tuple[str, str]]) -> Tensor:
        """The logit of each claim."""
        left, right = zip(*pairs, strict=True)
        entry = self.tokenizer(
            list(left), list(right), padding=True, truncation=True, max_length=TOKENS, return_tensors="pt"
        )
        entry["token_type_ids"] = torch.zeros_like(entry["input_ids"])  # as `index.bert` has it
        with torch.autocast("cpu", torch.bfloat16):
            states = self.encoder(**entry).last_hidden_state.float()
        vectors = functional.normalize((states * entry["attention_mask"][..., None]).sum(1), dim=-1)
        logits: Tensor = self.head(SCALE * vectors)[:, 0]
        return logits


def examples() -> list[Example]:
    """The claims of all files, and those made from them."""
    found: list[Example] = []
    copied: set[tuple[str, ...]] = set()
    generator = random.Random(0)
    for claim in claims():
        found.append(_example(claim.source, claim))
        texts = claim.case.evidence
        if claim.source == "cut" or texts in copied:
            continue
        copied.add(texts)
        sentences = [sentence.parsed.text for sentence in read_case(claim.case).sentences]
        found += [
            _example("copy", Claim("copy", replace(claim.case, claim=copy, supported=supported), claim.fold))
            for copy, supported in near_copies(sentences, generator)
        ]
    return found


def _example(source: str, claim: Claim) -> Example:
    case = read_case(claim.case)
    return Example(source, pair_of(case, likeness(case)), claim.case.supported, claim.fold, pair_key(claim.case))


def learn(learnt: Sequence[Example]) -> PairModel:
    """A model that has learnt from examples, those of like length together."""
    random.seed(0)
    torch.manual_seed(0)
    model = PairModel()
    planned: list[list[Example]] = []
    for _ in range(EPOCHS):
        seen = [one for one in learnt if random.random() < PARTS.get(one.source, 1.0)]
        planned += batches(seen, BATCH, lambda one: sum(map(len, one.pair)))
    learning = Learning([{"params": model.trained(), "lr": RATE}], steps=len(planned), rising=30)
    running, started = 0.0, time.monotonic()
    for step, batch in enumerate(planned, 1):
        shares = torch.tensor([SHARES.get(one.source, 1.0) for one in batch])
        labels = torch.tensor([float(one.supported) for one in batch])
        logits = model([one.pair for one in batch])
        losses = functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
        running += learning.step((shares * losses).mean())
        if step % 25 == 0:
            took = time.monotonic() - started
            print(f"step {step} of {len(planned)}, loss {running / 25:.3f}, {took:.0f} s", flush=True)
            running = 0.0
    return model


def judge(model: PairModel, asked: Sequence[Example]) -> NDArray[np.float64]:
    """(n,) logits."""
    found = np.zeros(len(asked))
    order = sorted(range(len(asked)), key=lambda place: sum(map(len, asked[place].pair)))
    with torch.no_grad():
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            found[places] = model([asked[place].pair for place in places]).numpy()
    return found


def report(asked: Sequence[Example], logits: NDArray[np.float64]) -> None:
    """Print how many claims of each kind are told rightly, and how well they are ranked."""
    for source in dict.fromkeys(one.source for one in asked):
        picked = [(logit, one.supported) for one, logit in zip(asked, logits, strict=True) if one.source == source]
        right = sum((logit >= 0) == supported for logit, supported in picked) / len(picked)
        ranking = auroc([float(logit) for logit, _ in picked], [supported for _, supported in picked])
        print(
            f"{source:<8} {len(picked):>5} claims  right {100 * right:.1f}"
            + (f"  AUROC {100 * ranking:.1f}" if ranking is not None else ""),
            flush=True,
        )


def write(model: PairModel) -> None:
    """Put what was learnt where the claim check reads it."""
    stored = factors(model.changed)
    stored["head"] = model.head.weight.detach().numpy()[0]
    stored["head.bias"] = model.head.bias.detach().numpy()
    np.savez_compressed(WEIGHTS, **stored)


def main(argv: Sequence[str] | None = None) -> None:
    """Train, report, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--halves", action="store_true", help="keep out one half after the other, and judge it")
    parser.add_argument("--write", action="store_true", help="write the weights where the claim check reads them")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    every = examples()
    known: dict[str, float] = {}
    for half in range(2) if options.halves else ():
        held = [one for one in every if one.fold % 2 == half]
        logits = judge(learn([one for one in every if one.fold % 2 != half]), held)
        report(held, logits)
        judged = zip(held, logits, strict=True)
        known.update({one.key: round(float(logit), 3) for one, logit in judged if one.source != "copy"})
    if known:
        SCORES.write_text(json.dumps(known, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    if options.write:
        write(learn(every))


if __name__ == "__main__":
    main()
