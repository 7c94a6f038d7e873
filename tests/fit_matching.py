"""Fine-tune the matcher's question encoder, and report how well it matches.

    python -m tests.fit_matching [--also FOLDER] [--new-facts] [--epochs N] [--write]

Reads tests/data/matching: `careers.jsonl` holds, for each fact of the shipped guides, questions that people ask of it,
the sentences that answer them, those that answer in part, and near questions that no sentence answers. Where the facts
stand in other texts, given by `--also`, their sentences are named by a digest. `unanswered.jsonl` holds questions on
anything else. `subjects.jsonl` and `professions.jsonl` are 152 small guides on other subjects, with the same. Sentences
are encoded by the model as it is, so that only the question's side learns: matrices of rank 16 beside each of the
model's (LoRA), a weight for each token, and the bar that an answer must reach, which is learnt from the questions
without one. One question in twelve is never learnt from: the report is on those, and the answerability judge is fitted
on them; with `--new-facts` it is on whole facts and small guides that were kept out. Under an hour on two
cores.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import math
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from torch.nn import functional

from assistant.matching import WEIGHTS
from assistant.plain_words import plain_words
from assistant.units import units_of
from corpus.loaders import load_guides
from index.embedding import DEFAULT_EMBEDDER, SentenceTransformerEmbedder, model_folder
from index.passage import Hit
from index.passage_index import PassageIndex
from index.sync import sync_documents
from tests.low_rank import Learning, batches, factors, put_beside

DATA = Path(__file__).parent / "data" / "matching"
RANK, RATE, BATCH, TOKENS = 16, 1e-3, 24, 96
HARD, RANDOM = 48, 16  # wrong sentences that a question is held against: the nearest, and any
VECTOR_SHARE = 0.3  # of the loss: the sentence vectors by themselves, for the search
SCALE = 10.0  # of scores, as `assistant.matching` has it
HELD_OUT = 12  # one question, fact or small guide in so many is kept from learning


@dataclass(frozen=True)
class Asked:
    """A question, with the sentences that answer it and those that are not held against it, by collection."""

    text: str
    answers: dict[str, list[int]]
    ignored: dict[str, list[int]]
    answerable: bool
    group: int
    held_out: bool = False


class Collection:
    """Sentences, encoded by the model as it is."""

    def __init__(self, sentences: Sequence[str], encode: Any) -> None:
        self.places = {sentence: place for place, sentence in enumerate(sentences)}
        found = [encode(sentences[start : start + 64]) for start in range(0, len(sentences), 64)]
        states = [states for batch in found for states in batch[1]]
        self.vectors = torch.cat([batch[0] for batch in found])
        self.tokens = torch.zeros(len(states), max(map(len, states)), self.vectors.shape[1])
        self.mask = torch.zeros(self.tokens.shape[:2], dtype=torch.bool)
        for place, state in enumerate(states):
            self.tokens[place, : len(state)] = functional.normalize(state, dim=-1)
            self.mask[place, : len(state)] = True


class QuestionModel(nn.Module):
    """The question encoder, the weights of tokens, and the bar."""

    def __init__(self, base: nn.Module, width: int) -> None:
        super().__init__()
        self.encoder = copy.deepcopy(base)
        self.changed = put_beside(self.encoder, RANK)
        self.token, self.bar = nn.Linear(width, 1), nn.Linear(width, 1)
        for head in (self.token, self.bar):
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)
        nn.init.constant_(self.bar.bias, 0.8)
        self.shares = nn.Parameter(torch.ones(2))

    def trained(self) -> Iterator[nn.Parameter]:
        """What is learnt."""
        for layer in self.changed.values():
            yield from (layer.left, layer.right)
        yield from (*self.token.parameters(), *self.bar.parameters())

    def score(self, vector: Tensor, states: Tensor, collection: Collection, places: Tensor) -> tuple[Tensor, Tensor]:
        """The scores of some sentences, and the bar, for a question's vector and token states."""
        weights = torch.softmax(self.token(states)[:, 0], 0)
        mask = collection.mask[places]
        longest = int(mask.sum(1).max())
        tokens, mask = collection.tokens[:, :longest][places], mask[:, :longest]
        likeness = tokens @ functional.normalize(states, dim=-1).T
        nearest = likeness.masked_fill(~mask[..., None], -1.0).amax(1)
        share, whole = self.shares
        scores = SCALE * (share * (collection.vectors[places] @ vector) + whole * (nearest @ weights))
        return scores, SCALE * self.bar(10 * vector)[0]


def encode(model: nn.Module, tokenizer: Any, texts: Sequence[str]) -> tuple[Tensor, list[Tensor]]:
    """(n, dim) unit vectors, and each text's token states without the first and the last."""
    entry = tokenizer(list(texts), padding=True, truncation=True, max_length=TOKENS, return_tensors="pt")
    states = model(**entry).last_hidden_state.float()
    mask = entry["attention_mask"]
    vectors = functional.normalize((states * mask[..., None]).sum(1), dim=-1)
    return vectors, [row[1 : int(length) - 1] for row, length in zip(states, mask.sum(1), strict=True)]


def is_held_out(question: str) -> bool:
    """Whether a question is never learnt from."""
    return int(hashlib.sha256(question.encode()).hexdigest(), 16) % HELD_OUT == 0


def sentences_of(place: str | None) -> list[str]:
    """The sentences of guides, each in its context, as the reader cuts them."""
    embedder = SentenceTransformerEmbedder()
    with tempfile.TemporaryDirectory() as folder, closing(PassageIndex.open(folder, embedder=embedder)) as index:
        sync_documents(index, load_guides(place).documents)
        units = units_of([Hit(passage, 0.0) for passage in index.passages()])
    return list(dict.fromkeys(unit.in_context for unit in units))


def read(also: str | None, encoder: Any) -> tuple[dict[str, Collection], list[Asked]]:
    """The sentences and the questions, in plain words every other time, as the reader puts them."""
    collections = {"guides": Collection(sentences_of(None), encoder)}
    if also:
        collections["elsewhere"] = Collection(sentences_of(also), encoder)
    digests = {
        hashlib.sha256(sentence.encode()).hexdigest()[:12]: place
        for sentence, place in (collections["elsewhere"].places.items() if also else ())
    }
    asked: list[Asked] = []
    for group, line in enumerate((DATA / "careers.jsonl").read_text("utf-8").splitlines()):
        fact = json.loads(line)
        known = collections["guides"].places
        found = {
            key: {
                "guides": [known[sentence] for sentence in fact[key] if sentence in known],
                "elsewhere": [digests[digest] for digest in fact[f"{key}_elsewhere"] if digest in digests],
            }
            for key in ("answers", "partly")
        }
        answers = {name: places for name, places in found["answers"].items() if places}
        asked += [Asked(text, answers, found["partly"], True, group) for text in fact["questions"] if answers]
        nothing: dict[str, list[int]] = {name: [] for name in collections}
        asked += [Asked(text, nothing, {}, False, group) for text in fact["unanswered"]]
    for line in (DATA / "unanswered.jsonl").read_text("utf-8").splitlines():
        asked.append(Asked(json.loads(line)["question"], {name: [] for name in collections}, {}, False, -1))
    for name in ("subjects", "professions"):
        guides = [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines()]
        sentences = [
            f"{section['heading']} {sentence}"
            for guide in guides
            for section in guide["sections"]
            for sentence in section["sentences"]
        ]
        collections[name] = Collection(sentences, encoder)
        for group, guide in enumerate(guides):
            for question in guide["questions"]:
                texts = [guide["sections"][section] for section, _ in question["answers"]]
                places = [
                    collections[name].places[f"{text['heading']} {text['sentences'][place]}"]
                    for text, (_, place) in zip(texts, question["answers"], strict=True)
                ]
                asked.append(Asked(question["question"], {name: places}, {}, True, group))
            asked += [Asked(text, {name: []}, {}, False, group) for text in guide["unanswered"]]
    return collections, [
        replace(one, text=plain_words(one.text) if number % 2 else one.text, held_out=is_held_out(one.text))
        for number, one in enumerate(asked)
    ]


def loss_of(model: QuestionModel, vector: Tensor, states: Tensor, one: Asked, collections: Any) -> Tensor:
    """How unlikely the answers are among wrong sentences and the bar; the bar alone for a question without one."""
    total = torch.zeros(())
    for name, answers in one.answers.items():
        collection = collections[name]
        size = len(collection.vectors)
        hard = torch.topk(collection.vectors @ vector.detach(), min(size, HARD)).indices.tolist()
        kept = {*answers, *one.ignored.get(name, ())}
        wrong = [place for place in dict.fromkeys([*hard, *random.sample(range(size), RANDOM)]) if place not in kept]
        places = torch.tensor([*answers, *wrong])
        scores, bar = model.score(vector, states, collection, places)
        every = torch.logsumexp(torch.cat([scores, bar[None]]), 0)
        if one.answerable:
            cosines = 2 * SCALE * (collection.vectors[places] @ vector)
            alone = torch.logsumexp(cosines, 0) - torch.logsumexp(cosines[: len(answers)], 0)
            total = total + every - torch.logsumexp(scores[: len(answers)], 0) + VECTOR_SHARE * alone
        else:
            total = total + every - bar
    return total / len(one.answers)


def train(model: QuestionModel, tokenizer: Any, asked: list[Asked], collections: Any, epochs: float) -> None:
    """Learn from questions, those of like length together."""
    groups = [{"params": list(model.trained()), "lr": RATE}, {"params": [model.shares], "lr": 5 * RATE}]
    steps = int(epochs * len(asked) / BATCH)
    learning = Learning(groups, steps=steps, rising=50)
    endless = chain.from_iterable(batches(asked, BATCH, lambda one: len(one.text)) for _ in count())
    running = 0.0
    for step, batch in enumerate(islice(endless, steps), 1):
        with torch.autocast("cpu", torch.bfloat16):
            vectors, states = encode(model.encoder, tokenizer, [one.text for one in batch])
        losses = [loss_of(model, *rest, collections) for rest in zip(vectors, states, batch, strict=True)]
        running += learning.step(torch.stack(losses).mean())
        if step % 50 == 0:
            print(f"step {step} of {steps}, loss {running / 50:.3f}", flush=True)
            running = 0.0


def report(model: QuestionModel, tokenizer: Any, asked: Sequence[Asked], collections: Any) -> None:
    """How often an answer is among the first 1, 3 and 5, and how well the lead over the bar tells that there is one."""
    found: dict[str, list[list[bool]]] = {}
    leads: dict[str, list[tuple[float, bool]]] = {}
    for one in asked:
        with torch.no_grad():
            (vector,), (states,) = encode(model.encoder, tokenizer, [one.text])
            for name, answers in one.answers.items():
                collection = collections[name]
                scores, bar = model.score(vector, states, collection, torch.arange(len(collection.vectors)))
                ignored = set(one.ignored.get(name, ())) - set(answers)
                order = [place for place in torch.argsort(-scores).tolist() if place not in ignored]
                if one.answerable:
                    found.setdefault(name, []).append([bool(set(answers) & set(order[:k])) for k in (1, 3, 5)])
                leads.setdefault(name, []).append((float(scores.max() - bar), one.answerable))
    for name, rows in found.items():
        right = np.array([lead for lead, answerable in leads[name] if answerable])
        wrong = np.array([lead for lead, answerable in leads[name] if not answerable])
        area = float((right[:, None] > wrong[None, :]).mean()) if len(wrong) else math.nan
        print(f"{name:12} of {len(rows)}: first 1, 3, 5 {np.mean(rows, axis=0).round(3)}, AUROC of the lead {area:.3f}")


def write(model: QuestionModel) -> None:
    """Put what was learnt where the matcher reads it."""
    stored = factors(model.changed)
    for name, head in (("token", model.token), ("bar", model.bar)):
        stored[f"head.{name}"] = head.weight.detach().numpy()[0]
        stored[f"head.{name}.bias"] = head.bias.detach().numpy()
    stored["head.shares"] = model.shares.detach().numpy()
    np.savez_compressed(WEIGHTS, **stored)


def main() -> None:
    """Train, report, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--also", metavar="FOLDER", help="the texts whose sentences are named by digests")
    parser.add_argument("--new-facts", action="store_true", help="report on facts and guides kept out as a whole")
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument("--write", action="store_true", help="write the weights where the matcher reads them")
    options = parser.parse_args()
    random.seed(0)
    torch.manual_seed(0)
    transformer = SentenceTransformer(str(model_folder(DEFAULT_EMBEDDER)), device="cpu")
    base: Any = transformer[0].auto_model
    base.eval()
    tokenizer = transformer.tokenizer
    for parameter in base.parameters():
        parameter.requires_grad_(False)

    def encoder(texts: Sequence[str]) -> tuple[Tensor, list[Tensor]]:
        with torch.no_grad():
            return encode(base, tokenizer, texts)

    collections, asked = read(options.also, encoder)
    kept_out = [one.group % HELD_OUT == 5 if options.new_facts else one.held_out for one in asked]
    model = QuestionModel(base, collections["guides"].vectors.shape[1])
    learnt = [one for one, out in zip(asked, kept_out, strict=True) if not out]
    train(model, tokenizer, learnt, collections, options.epochs)
    report(model, tokenizer, [one for one, out in zip(asked, kept_out, strict=True) if out], collections)
    if options.write:
        write(model)


if __name__ == "__main__":
    main()
