"""The facts that stand above a text between two lines of three dashes."""

from __future__ import annotations

import re

from corpus.loaders.blocks import Scalar, one_line

_FENCED = re.compile(r"\A\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_PAIR = re.compile(r"([A-Za-z][\w .-]{0,60}?)\s*:(?:\s+(.*))?")
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def split_front_matter(text: str) -> tuple[dict[str, Scalar], str]:
    """The scalars of the front matter by lower-case name, and the text below it.

    Only `name: value` lines count, and `[a, b]` or indented `- a` lists, which become "a, b". That is not YAML but
    what front matter holds, and it leaves nothing to attack (no anchors, no tags).
    """
    fenced = _FENCED.match(text)
    if not fenced:
        return {}, text
    facts: dict[str, Scalar] = {}
    lists: dict[str, list[str]] = {}
    name = ""
    for line in fenced[1].split("\n"):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line.startswith((" ", "\t", "- ")):
            if name and line.lstrip().startswith("- "):
                lists.setdefault(name, []).append(_unquoted(line.lstrip()[2:]))
            elif name and isinstance(facts.get(name), str):
                facts[name] = one_line(f"{facts[name]} {_unquoted(line)}")
            continue
        pair = _PAIR.fullmatch(line.rstrip())
        if not pair:
            return {}, text  # a thematic break at the top of an ordinary text
        name = pair[1].strip().casefold().replace(" ", "_")
        value = (pair[2] or "").strip()
        facts[name] = "" if value in ("|", ">", "|-", ">-") else _scalar(value)
    facts.update({name: ", ".join(values) for name, values in lists.items()})
    return {name: value for name, value in facts.items() if value != ""}, text[fenced.end() :]


def _scalar(value: str) -> Scalar:
    if value[:1] in ("'", '"'):
        return _unquoted(value)
    value = re.sub(r"\s+#.*", "", value)
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(_unquoted(part) for part in value[1:-1].split(",") if part.strip())
    if value.casefold() in _WORDS:
        return _WORDS[value.casefold()]
    if re.fullmatch(r"[-+]?\d{1,15}", value):
        return int(value)
    if re.fullmatch(r"[-+]?\d{1,15}\.\d{1,15}", value):
        return float(value)
    return value


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value
