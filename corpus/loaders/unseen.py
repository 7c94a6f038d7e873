"""Which elements of a web page nobody sees: by their own style, and by the style sheets that the page brings along."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

# Smallest size (CSS pixels) that a person can read, and how far (pixels) off the page a text is out of sight: guesses.
_READABLE, _FAR = 2.0, 500.0
# How much two colours (0 to 255 each of red, green, blue) may differ and still not be told apart by the eye; a guess.
_ALIKE = 12
# Rules of a page's own style sheets that are looked at; more are those of a framework, which hides no words of a guide.
_RULES = 5_000

_COLOURS = {
    "white": (255, 255, 255),
    "snow": (255, 250, 250),
    "black": (0, 0, 0),
    "red": (255, 0, 0),
    "gray": (128,) * 3,
}
_UNITS = {
    "": 1.0,
    "px": 1.0,
    "pt": 1.33,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
    "%": 0.16,
    "vw": 13.0,
    "vh": 8.0,
    "in": 96.0,
}
_UNITS |= {"cm": 38.0, "mm": 3.8, "pc": 16.0, "ch": 8.0}
_WHITE = (255, 255, 255)
_Colour = tuple[int, ...]


def declarations(style: str) -> dict[str, str]:
    """Property → value of a style attribute or of a rule's body, in lower case, as a browser reads them."""
    style = re.sub(r"/\*.*?(?:\*/|\Z)", "", style, flags=re.S)
    style = re.sub(r"\\([0-9a-fA-F]{1,6})\s?", lambda code: chr(min(int(code[1], 16), 0x10FFFF)), style)
    found = {}
    for declaration in style.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip().casefold()] = " ".join(value.replace("!important", "").split()).casefold()
    return found


def hides(style: Mapping[str, str], *, background: _Colour | None = _WHITE) -> bool:
    """Does a style take an element's words out of sight? `background` is what shows behind it; None is unknown."""
    get = style.get
    if get("display") == "none" or get("visibility") in ("hidden", "collapse") or get("content-visibility") == "hidden":
        return True
    opacity = _number(get("opacity", ""))
    if opacity is not None and opacity < 0.1:
        return True
    size = _length(get("font-size", ""))
    if size is not None and size < _READABLE:
        return True
    for name in ("left", "top", "right", "bottom", "text-indent", "margin-left", "margin-top"):
        if (_length(get(name, "")) or 0.0) < -_FAR:
            return True
    if re.search(r"scale[xy]?\(\s*0?\.?0*\s*[,)]|translate[xy]?\(\s*-\d{4,}", get("transform", "")):
        return True
    if re.search(r"rect\(\s*(?:0|1px)|inset\(\s*(?:[5-9]\d|100)%|circle\(\s*0", get("clip", "") + get("clip-path", "")):
        return True
    boxes = [_length(get(name, "")) for name in ("width", "height", "max-width", "max-height")]
    if "hidden" in get("overflow", "") and any(box is not None and box <= 1 for box in boxes):
        return True
    ink = get("-webkit-text-fill-color", get("color", ""))
    colour = _colour(ink)
    if ink == "transparent" or (re.fullmatch(r"(?:rgb|hsl)a?\(.*[,/]\s*0?\.?0*%?\s*\)", ink) and ink.count(",") != 2):
        return True
    return colour is not None and background is not None and _alike(colour, background)


def background_of(style: Mapping[str, str], attribute: str | None, around: _Colour | None) -> _Colour | None:
    """The colour behind an element's words: its own, or that of what is around it; None where it is not known."""
    given = style.get("background-color") or style.get("background") or attribute
    if given is None or given in ("none", "inherit", "initial", "transparent"):
        return around
    return _colour(given.casefold())


@dataclass
class StyleSheets:
    """What the style sheets within a page say of its elements: rules of simple selectors, the strongest last."""

    _by_key: dict[str, list[tuple[tuple[int, int], Sequence[str], dict[str, str]]]] = field(default_factory=dict)

    @classmethod
    def of(cls, root: HtmlElement) -> StyleSheets:
        """Those of the page's `style` elements; rules for print, and ones that a pointer must wake, are passed over."""
        sheets = cls()
        for position, (selector, style) in enumerate(_rules("\n".join(e.text or "" for e in root.iter("style")))):
            if position >= _RULES:
                break
            for one in selector.split(","):
                parts = one.replace(">", " ").split()
                if not parts or re.search(r"[:+~]", one) or not all(_SIMPLE.fullmatch(part) for part in parts):
                    continue
                weight = (one.count("#") * 100 + one.count(".") * 10 + one.count("[") * 10 + len(parts), position)
                key = (re.findall(r"[#.][\w-]+", parts[-1]) or [re.split(r"[\[*]", parts[-1])[0].casefold()])[0]
                sheets._by_key.setdefault(key, []).append((weight, parts, style))
        return sheets

    def style(self, element: HtmlElement) -> dict[str, str]:
        """All that is said of an element, its own style attribute last."""
        found = []
        if self._by_key:
            keys = [str(element.tag), "", *(f".{name}" for name in (element.get("class") or "").split()[:20])]
            for key in [*keys, f"#{element.get('id') or ''}"]:
                for weight, parts, style in self._by_key.get(key, ()):
                    if _matches(element, parts):
                        found.append((weight, style))
        merged: dict[str, str] = {}
        for _, style in sorted(found, key=lambda pair: pair[0]):
            merged |= style
        own = element.get("style")
        return merged | declarations(own) if own else merged


_SIMPLE = re.compile(r"(?:[\w-]+|\*)?(?:[#.][\w-]+|\[[\w-]+(?:[~|^$*]?=[\"']?[^\]\"']*[\"']?)?\])*")


def _rules(sheet: str) -> Iterator[tuple[str, dict[str, str]]]:
    sheet = re.sub(r"/\*.*?(?:\*/|\Z)|<!--|-->", "", sheet, flags=re.S)
    sheet = re.sub(r"@(?:media\s+(?:screen|all)\s*)\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}", r"\1", sheet)
    sheet = re.sub(r"@[\w-]+[^{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})", "", sheet)
    for rule in re.finditer(r"([^{}]{1,2000})\{([^{}]*)\}", sheet):
        yield rule[1].strip(), declarations(rule[2])


def _matches(element: HtmlElement, parts: Sequence[str]) -> bool:
    """Does an element fit the last part, and ancestors of it, in order, the others?"""
    if not _fits(element, parts[-1]):
        return False
    waiting = list(parts[:-1])
    for depth, ancestor in enumerate(element.iterancestors()):
        if not waiting or depth > 100:
            break
        if _fits(ancestor, waiting[-1]):
            waiting.pop()
    return not waiting


def _fits(element: HtmlElement, simple: str) -> bool:
    tag = re.match(r"[\w-]+", simple)
    if tag and tag[0].casefold() != element.tag:
        return False
    classes = (element.get("class") or "").split()
    for mark, name in re.findall(r"([#.])([\w-]+)", re.sub(r"\[.*?\]", "", simple)):
        if (mark == "#" and element.get("id") != name) or (mark == "." and name not in classes):
            return False
    for name, sign, value in re.findall(r"\[([\w-]+)(?:([~|^$*]?=)[\"']?([^\]\"']*)[\"']?)?\]", simple):
        own = element.get(name)
        if own is None or (sign == "=" and own != value) or (sign not in ("", "=") and value not in own):
            return False
    return True


def _number(value: str) -> float | None:
    found = re.match(r"[+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})(?:e[+-]?\d)?", value)
    number = float(found[0]) if found else None
    return number / 100 if number is not None and value.endswith("%") else number


def _length(value: str) -> float | None:
    found = re.fullmatch(r"([+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})) ?([a-z]{0,4}|%)", value)
    return float(found[1]) * _UNITS.get(found[2], 1.0) if found else None


def _colour(value: str) -> _Colour | None:
    value = value.split(" url(")[0].strip()
    if digits := re.match(r"#([0-9a-f]{3,8})\b", value):
        code = digits[1]
        parts = [code[n] * 2 for n in range(3)] if len(code) < 6 else [code[n : n + 2] for n in (0, 2, 4)]
        return tuple(int(part, 16) for part in parts)
    if numbers := re.match(r"rgba?\(\s*([\d.]+%?)[\s,]+([\d.]+%?)[\s,]+([\d.]+%?)", value):
        shares = [
            float(n.rstrip("%")[:9] or 0) * (2.55 if n.endswith("%") else 1)
            for n in numbers.groups()
            if n.count(".") < 2
        ]
        return tuple(int(min(share, 255)) for share in shares) if len(shares) == 3 else None
    if light := re.match(r"hsla?\([^,\s]+[\s,]+[^,\s]+[\s,]+(100|99|9[6-8])(?:\.\d+)?%", value):
        return (int(int(light[1]) * 2.55),) * 3
    word = value.split(" ")[0]
    return _COLOURS.get(word)


def _alike(one: _Colour, other: _Colour) -> bool:
    return all(abs(a - b) <= _ALIKE for a, b in zip(one, other, strict=True))
