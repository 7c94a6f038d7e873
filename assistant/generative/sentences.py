"""Where a sentence of a growing text ends, its markers included."""

from __future__ import annotations

import re

from assistant.generative.markers import MARKER


def sentence_end(raw: str, *, final: bool) -> int | None:
    """Where the first sentence ends, its markers included; None if that cannot be told before more comes."""
    start = len(raw) - len(raw.lstrip())
    for stop in _STOP.finditer(raw, start):
        end = stop.end()
        if not stop.group():
            if raw[start:end].strip():
                return end
            continue
        if _NO_STOP.search(raw[start : stop.start() + 1]):
            continue
        markers = _MARKERS_AFTER.match(raw, end)
        end = markers.end() if markers else end
        after = raw[end:]
        if not after.strip():
            if final or "\n" in after:
                return end
            return None
        following = after.lstrip(" \t")
        if not final and re.match(r"[\[【(][^\]】)]*$", following):
            return None
        if stop.group() in "。！？" or (after[0].isspace() and not following[0].islower()):
            return end
        if after[0] == "." or not after[0].isspace():
            continue
    return len(raw) if final and raw.strip() else None


_STOP = re.compile(r"[.!?…]+[\"'”’)*_]*|[。！？]|(?=\n)")
_NO_STOP = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|cf|Dr|Mr|Mrs|Ms|Prof|St|No|Fig|approx|[A-Z]|U\.S|Ph\.D)\.|(?:^|\n)\s*\d{1,2}\."
    r"|^\s*(?:yes|no|sure|certainly|absolutely|in short)[.!])$",
    re.IGNORECASE,
)
_MARKERS_AFTER = re.compile(rf"(?:{MARKER.pattern})*", re.IGNORECASE)
