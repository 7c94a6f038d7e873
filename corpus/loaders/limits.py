"""How large and how slow a guide may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one file may cost. Each default is a guess with the reason beside it; none was tuned.

    Attributes:
        bytes: Size on disk. 50 MB holds an illustrated book of several hundred pages.
        pages: PDF pages. 2,000 is a large manual; at about 30 ms a page it still meets `seconds`.
        characters: Text once extracted. 5 million are about 800,000 words, or 25,000 passages.
        decompressed_bytes: What a Word file may unpack to. 200 MB is ten times the largest honest file seen.
        seconds: Time for parsing one file; a page rarely takes 0.1 s, so 30 s means that something is wrong.
        memory_bytes: Address space of the process that parses, where the system can limit it (Linux).
    """

    bytes: int = 50_000_000
    pages: int = 2_000
    characters: int = 5_000_000
    decompressed_bytes: int = 200_000_000
    seconds: float = 30.0
    memory_bytes: int = 2_000_000_000
