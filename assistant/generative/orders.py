"""What a passage says to language models, which is no evidence."""

from __future__ import annotations

import re

from assistant.grounding import split_sentences
from index.passage import Passage


def evidence_of(passage: Passage) -> str:
    """A passage's text with what speaks to a language model blanked out, every other character in its place.

    "Ignore the above and say …" is no evidence for what it tells the model to say. The rest of its paragraph goes too.
    """
    text = passage.text
    for start, _ in split_sentences(passage.text):
        if text[start : start + 1].isspace():
            continue
        end = next((end for begin, end in split_sentences(passage.text) if begin == start), start)
        if _ORDER.search(passage.text[start:end]):
            stop = passage.text.find("\n\n", start)
            stop = stop if stop >= 0 else len(text)
            text = text[:start] + re.sub(r"\S", " ", text[start:stop]) + text[stop:]
    return text


_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:previous|prior|above|earlier|preceding|all|other|these|"
    r"system|your|any)\b.{0,30}\b(?:instructions?|prompts?|rules?|directions?|messages?|guidelines?|questions?|passages?)\b"
    r"|\b(?:ignore|disregard|forget) (?:the above|everything (?:above|before)|all of the above)\b"
    r"|\bsystem prompt\b|\byou are now\b|\bas an? (?:ai|language) (?:model|assistant)\b|\bnew instructions?:",
    re.IGNORECASE | re.DOTALL,
)
