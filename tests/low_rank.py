"""Matrices of low rank beside a model's own (LoRA; Hu et al. 2021), for the scripts that fine-tune an encoder."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Item = TypeVar("Item")


class LowRank(nn.Module):
    """A linear layer with a matrix of low rank beside its own."""

    def __init__(self, layer: nn.Linear, rank: int) -> None:
        super().__init__()
        self.layer = layer
        self.right = nn.Parameter(torch.randn(rank, layer.in_features) / math.sqrt(layer.in_features))
        self.left = nn.Parameter(torch.zeros(layer.out_features, rank))

    def forward(self, value: Tensor) -> Tensor:
        """The layer's output, and what the matrix adds to it."""
        result: Tensor = self.layer(value) + (value @ self.right.T) @ self.left.T
        return result


def put_beside(encoder: nn.Module, rank: int, *, first: int = 0) -> dict[str, LowRank]:
    """Put a matrix beside each linear layer of a BERT, from its layer `first` on; the layers by their names."""
    changed: dict[str, LowRank] = {}
    for name, layer in list(encoder.named_modules()):
        place = re.search(r"encoder\.layer\.(\d+)", name)
        if isinstance(layer, nn.Linear) and place and int(place.group(1)) >= first:
            above, _, last = name.rpartition(".")
            changed[name] = LowRank(layer, rank)
            setattr(encoder.get_submodule(above), last, changed[name])
    return changed


def factors(changed: Mapping[str, LowRank]) -> dict[str, NDArray[Any]]:
    """What was learnt, in half precision, under the names that `index.bert.read_changes` knows."""
    return {
        f"{name}.weight/{side}": getattr(layer, side).detach().numpy().astype(np.float16)
        for name, layer in changed.items()
        for side in ("left", "right")
    }


def batches(items: Sequence[Item], size: int, length: Callable[[Item], int]) -> Iterator[list[Item]]:
    """All items once, in any order, those of like length together."""
    shuffled = random.sample(items, len(items))
    found = []
    for start in range(0, len(shuffled), 16 * size):
        chunk = sorted(shuffled[start : start + 16 * size], key=length)
        found += [chunk[place : place + size] for place in range(0, len(chunk), size)]
    random.shuffle(found)
    yield from found


class Learning:
    """Steps of AdamW, with a rate that rises at first and falls to nothing."""

    def __init__(self, groups: Sequence[dict[str, Any]], *, steps: int, rising: int) -> None:
        self.learnt = [parameter for group in groups for parameter in group["params"]]
        self.optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: min(1, (step + 1) / rising) * max(0.02, 1 - step / max(1, steps))
        )

    def step(self, loss: Tensor) -> float:
        """Move against a loss, and give it as a number."""
        self.optimizer.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.learnt, 1.0)
        self.optimizer.step()
        self.schedule.step()
        return float(loss.detach())
