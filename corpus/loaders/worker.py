"""The process in which risky files are parsed: `python -m corpus.loaders.worker`.

It reads requests from standard input and writes replies to standard output, each a JSON header and bytes, with their
lengths in front. It ends when its input does.
"""

from __future__ import annotations

import json
import os
import select
import struct
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import BinaryIO

from corpus import errors
from corpus.document import Section
from corpus.loaders.limits import Limits
from corpus.loaders.parsing import Parsed, parse

# Lengths of the JSON header and of the bytes after it.
_FRAME = struct.Struct("!IQ")
# How long an idle worker waits for the next file, in seconds, before it gives its memory back.
_IDLE = 60


def send(stream: BinaryIO, header: Mapping[str, object], data: bytes = b"") -> None:
    """Write one message."""
    encoded = json.dumps(header).encode("ascii")
    stream.write(_FRAME.pack(len(encoded), len(data)) + encoded)
    stream.write(data)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, object], bytes] | None:
    """Read one message; None if the other side is gone."""
    frame = stream.read(_FRAME.size)
    if len(frame) < _FRAME.size:
        return None
    header_length, length = _FRAME.unpack(frame)
    encoded, data = stream.read(header_length), stream.read(length)
    if len(encoded) < header_length or len(data) < length:
        return None
    return json.loads(encoded), data


def parsed_to_json(parsed: Parsed) -> dict[str, object]:
    """A message's form of what was parsed."""
    return {"ok": asdict(parsed)}


def parsed_from_json(reply: dict[str, object], path: str) -> Parsed:
    """What the reply holds; raises the DocumentError that it names."""
    if "error" in reply:
        kind = getattr(errors, str(reply["error"]), errors.UnreadableDocument)
        raise kind(path, str(reply["cause"]), str(reply["mend"]))
    ok = reply["ok"]
    assert isinstance(ok, dict)
    sections = tuple(
        Section(
            headings=tuple(section["headings"]),
            text=section["text"],
            page=section["page"],
            page_starts=tuple((offset, page) for offset, page in section["page_starts"]),
        )
        for section in ok["sections"]
    )
    return Parsed(ok["title"], ok["source"], sections, ok["metadata"])


def _reply(request: dict[str, object], data: bytes) -> dict[str, object]:
    name = str(request["name"])
    limits = Limits(**request["limits"])  # type: ignore[arg-type]
    try:
        return parsed_to_json(parse(str(request["format"]), data, name, limits))
    except errors.DocumentError as error:
        # After an allocation failed the process may be crippled, so it ends with the reply.
        spent = isinstance(error.__cause__, MemoryError)
        return {"error": type(error).__name__, "cause": error.cause, "mend": error.mend, "restart": spent}


def _limit_memory(limit: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass  # Windows has no such limit, and macOS refuses it


def main() -> None:
    """Answer requests until the input ends."""
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What a library prints must not end up among the replies.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    limited = False
    while True:
        if os.name == "posix" and not select.select([requests], [], [], _IDLE)[0]:
            return
        message = receive(requests)
        if message is None:
            return
        request, data = message
        if not limited:
            _limit_memory(int(request["limits"]["memory_bytes"]))  # type: ignore[index]
            limited = True
        reply = _reply(request, data)
        send(replies, reply)
        if reply.get("restart"):
            return


if __name__ == "__main__":
    main()
