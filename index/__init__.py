"""Passages: cut, embedded, kept and found."""

from __future__ import annotations

from index.passage import Hit, Passage
from index.passage_index import PassageIndex

__all__ = ["Hit", "Passage", "PassageIndex"]
