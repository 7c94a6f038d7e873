"""Citation markers in the many forms that models write them."""

from __future__ import annotations

import re

MARKER = re.compile(
    r"\s*\[\^?(?:passages?|sources?|docs?|documents?|refs?|references?|citations?|guides?)?[ #:]*\d{1,4}"
    r"(?:\s*(?:,|;|–|-|and|&)\s*(?:passage |source )?\^?\d{1,4})*\]"
    r"|\s*【[^】\n]{0,40}】"
    r"|\s*\((?:passages? |sources? )?\d{1,2}(?:, ?\d{1,2})*\)(?=[.!?…]*\s*$)",
    re.IGNORECASE,
)


def numbers_in(marker: str) -> list[int]:
    if "†" in marker:
        marker = marker.split("†")[0]
    found: list[int] = []
    for first, last in re.findall(r"(\d+)(?:\s*[–-]\s*(\d+))?", marker):
        end = int(last) if last and int(first) < int(last) <= int(first) + 10 else int(first)
        found += range(int(first), end + 1)
    return found
