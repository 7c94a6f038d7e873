"""How well a sentence answers a question, by a model: late interaction with a fine-tuned question encoder.

The cosine of two sentence vectors tells likeness, not whether one answers the other. Here every token of the question
is held against every token of the sentence, and the best match of each is summed with a weight that the model gives the
token (ColBERT; Khattab and Zaharia 2020). Sentences are encoded by all-MiniLM-L6-v2 as it is; questions by the same
model with changes of low rank (LoRA; Hu et al. 2021), which were learnt from questions that people ask and the
sentences that answer them (`python -m tests.fit_matching`). The model was also taught questions that no sentence
answers: from each question it tells how well a sentence must match to be an answer.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.beside import beside
from index.embedding import Vectors, default_encoder, default_folder

if TYPE_CHECKING:
    from index.bert import BertEncoder

WEIGHTS = Path(__file__).with_name("matching.npz")
REMEMBERED = 6_000  # sentences whose token states are kept: about 200 MB at 45 tokens
QUESTIONS = 500  # questions kept
Scores = NDArray[np.float64]
Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class Match:
    """How well sentences answer a question.

    Attributes:
        scores: (n,) float64, one for each sentence; higher is better.
        bar: What a sentence must reach to be more likely an answer than not.
    """

    scores: Scores
    bar: float

    @property
    def lead(self) -> float:
        """How far the best sentence stands above the bar; negative below it."""
        return float(self.scores.max(initial=-np.inf)) - self.bar


@dataclass(frozen=True)
class _Question:
    tokens: Vectors  # (tokens, dim), of unit length
    weights: NDArray[np.float32]  # (tokens,), of sum 1
    vector: Vectors  # (dim,), of unit length
    bar: float


class Matcher:
    """Matches questions with sentences. Safe to share between threads; models are loaded at the first call."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._encoders: tuple[BertEncoder, BertEncoder] | None = None
        self._head: dict[str, NDArray[np.float32]] = {}
        self._sentences: OrderedDict[str, tuple[NDArray[np.float16], Vectors]] = OrderedDict()
        self._questions: OrderedDict[str, _Question] = OrderedDict()

    def match(self, question: str, sentences: Sequence[str]) -> Match:
        """How well each of these sentences answers a question."""
        asked = self._question(question)
        if not sentences:
            return Match(np.zeros(0), asked.bar)
        known = self._known(sentences)
        states = [known[sentence] for sentence in sentences]
        tokens = np.concatenate([state for state, _ in states]).astype(np.float32)
        starts = np.cumsum([0, *(len(state) for state, _ in states[:-1])])
        nearest = np.maximum.reduceat(tokens @ asked.tokens.T, starts, axis=0)
        cosines = np.stack([vector for _, vector in states]) @ asked.vector
        share, whole = self._head["shares"]
        return Match(10.0 * (share * cosines + whole * (nearest @ asked.weights)).astype(np.float64), asked.bar)

    def vector(self, question: str) -> Vectors:
        """(dim,) float32 of unit length: the question by the fine-tuned encoder."""
        return self._question(question).vector

    def sharing(self, embed: Embed) -> Embed:
        """The same embedder, asked only for what this matcher has not encoded.

        Args:
            embed: Texts to (n, dim) vectors by the model that sentences are encoded by.
        """

        def shared(texts: Sequence[str]) -> Vectors:
            with self._lock:
                known = {text: self._sentences[text][1] for text in texts if text in self._sentences}
            missing = [text for text in dict.fromkeys(texts) if text not in known]
            if missing:
                known.update(zip(missing, embed(missing), strict=True))
            return np.stack([known[text] for text in texts])

        return shared

    def prepare(self, sentences: Sequence[str]) -> None:
        """Encode sentences ahead, so that first questions are answered as quickly as later ones."""
        self._known(sentences[:REMEMBERED])

    def load_ahead(self) -> None:
        """Begin to load the models on another thread; what is wrong with them is said when they are used."""
        beside(self._load)

    def _question(self, question: str) -> _Question:
        with self._lock:
            if question in self._questions:
                self._questions.move_to_end(question)
                return self._questions[question]
        encoder, _ = self._load()
        (vector,), (states,) = encoder.encode_tokens([question])
        if not len(states):
            states = vector[None]
        logits = states @ self._head["token"] + self._head["token.bias"]
        weights = np.exp(logits - logits.max())
        asked = _Question(
            _unit(states),
            (weights / weights.sum()).astype(np.float32),
            vector,
            10.0 * float(10.0 * vector @ self._head["bar"] + self._head["bar.bias"][0]),
        )
        with self._lock:
            self._questions[question] = asked
            while len(self._questions) > QUESTIONS:
                self._questions.popitem(last=False)
        return asked

    def _known(self, sentences: Sequence[str]) -> dict[str, tuple[NDArray[np.float16], Vectors]]:
        """The token states and the vector of each sentence."""
        found = {}
        with self._lock:
            for sentence in sentences:
                if sentence in self._sentences:
                    found[sentence] = self._sentences[sentence]
                    self._sentences.move_to_end(sentence)
        missing = [sentence for sentence in dict.fromkeys(sentences) if sentence not in found]
        if missing:
            _, encoder = self._load()
            vectors, states = encoder.encode_tokens(missing)
            for sentence, vector, state in zip(missing, vectors, states, strict=True):
                tokens = _unit(state if len(state) else vector[None]).astype(np.float16)
                found[sentence] = (tokens, vector)
            with self._lock:
                self._sentences.update((sentence, found[sentence]) for sentence in missing)
                while len(self._sentences) > REMEMBERED:
                    self._sentences.popitem(last=False)
        return found

    def _load(self) -> tuple[BertEncoder, BertEncoder]:
        """The encoder of questions and that of sentences."""
        with self._lock:
            if self._encoders is None:
                from index.bert import BertEncoder, read_changes

                changes, heads = read_changes(WEIGHTS)
                self._head = {name.removeprefix("head."): head for name, head in heads.items()}
                self._encoders = BertEncoder(default_folder(), changes=changes), default_encoder()
            return self._encoders


@lru_cache(maxsize=1)
def shared_matcher() -> Matcher:
    """The one matcher of this process."""
    return Matcher()


def _unit(states: Vectors) -> Vectors:
    lengths = np.linalg.norm(states, axis=1, keepdims=True).astype(np.float32)
    unit: Vectors = states / np.maximum(lengths, np.float32(1e-9))
    return unit
