"""What a page's drawing operators do to its words: in which colour, how large, and whether anybody sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

SEEN, NOT_PAINTED, UNSEEN = range(3)

# Smallest effective size (points), width (per cent) and opacity (0 to 1) that a person can read: guesses.
_READABLE, _NARROWEST, FAINTEST = 1.0, 5.0, 0.05
# A field of colour fills at least this share of the box around it; a hairline across the page is no ground for words.
_SOLID = 0.3
# How far (points) words may begin beside the page or beneath its edge and still be seen.
_LEFT, _NEAR = 50.0, 5.0

_Box = tuple[float, float, float, float]
_Point = tuple[float, float]


@dataclass(frozen=True)
class _State:
    """What `q` keeps and `Q` brings back."""

    invisible: bool = False
    white: bool = False
    faint: bool = False
    size: float = 0.0
    width: float = 100.0
    clip: _Box | None = None


@dataclass
class Paint:
    """Follows the operators of a page.

    Args:
        box: The part of the page that is shown: left, bottom, right, top, in points.
        faint: Names of graphic states in which words are all but transparent.
        off: Names of marked content that lies on a layer which is switched off.
    """

    box: _Box
    faint: Mapping[str, bool] = field(default_factory=dict)
    off: frozenset[str] = frozenset()
    painted: bool = False
    _state: _State = field(default_factory=_State)
    _stack: list[_State] = field(default_factory=list)
    _layers: list[bool] = field(default_factory=list)
    _path: list[list[_Point]] = field(default_factory=list)
    _clips: bool = False
    _dark: list[_Box] = field(default_factory=list)

    def follow(self, operator: bytes, operands: Sequence[Any], matrix: Sequence[Any]) -> None:
        """Take note of an operator that shows no words."""
        if operator == b"q":
            self._stack.append(self._state)
        elif operator == b"Q" and self._stack:
            self._state = self._stack.pop()
        elif operator == b"Tr" and operands:
            self._change(invisible=operands[0] in (3, 7))
        elif operator == b"Tf" and len(operands) > 1 and _is_number(operands[1]):
            self._change(size=float(operands[1]))
        elif operator == b"Tz" and operands and _is_number(operands[0]):
            self._change(width=float(operands[0]))
        elif operator == b"gs" and operands and str(operands[0]) in self.faint:
            self._change(faint=self.faint[str(operands[0])])
        elif operator in (b"BDC", b"BMC"):
            layer = len(operands) > 1 and str(operands[0]) == "/OC" and str(operands[1]) in self.off
            self._layers.append(layer)
        elif operator == b"EMC" and self._layers:
            self._layers.pop()
        elif operator in (b"g", b"rg", b"k", b"sc", b"scn"):
            numbers = [float(operand) for operand in operands if _is_number(operand)]
            blank = 0.0 if operator == b"k" or (operator in (b"sc", b"scn") and len(numbers) == 4) else 1.0
            # Nearly white is not told from white by the eye either.
            self._change(white=bool(numbers) and all(abs(number - blank) <= 0.05 for number in numbers))
        elif operator in _DRAWING:
            self._draw(operator, operands, matrix)
        elif operator in (b"W", b"W*"):
            self._clips = True
        elif operator in _PAINTING:
            self._finish(fills=operator in _FILLING)
        elif operator in (b"sh", b"Do"):
            self.painted = True
            if operator == b"sh":
                self._dark.append(self._state.clip or self.box)
            elif matrix_of(matrix):
                self._dark.append(_around([place(matrix, x, y) for x in (0.0, 1.0) for y in (0.0, 1.0)]))

    def kind_of_words(self, matrix: Sequence[Any], text_matrix: Sequence[Any]) -> int:
        """Whether words that are shown now are seen, not painted (as those recognised on a scan), or out of sight."""
        state = self._state
        if any(self._layers) or state.faint or abs(state.width) < _NARROWEST:
            return UNSEEN
        try:
            x, y = place(matrix, float(text_matrix[4]), float(text_matrix[5]))
            size = abs(state.size) * scale(matrix, text_matrix)
        except (TypeError, ValueError, IndexError, OverflowError):
            x, y, size = self.box[0], self.box[1], 0.0
        if 0 < size < _READABLE or not _within(self.box, x, y, left=_LEFT):
            return UNSEEN
        if state.clip is not None and not _within(state.clip, x, y + size / 4, left=_NEAR + size):
            return UNSEEN
        if state.invisible:
            return NOT_PAINTED
        # White words on a field of colour or a picture can be read, and nowhere else.
        grounds = (_within(dark, x, y + size / 4, left=_NEAR) for dark in self._dark)
        return UNSEEN if state.white and not any(grounds) else SEEN

    def _change(self, **what: Any) -> None:
        self._state = replace(self._state, **what)

    def _draw(self, operator: bytes, operands: Sequence[Any], matrix: Sequence[Any]) -> None:
        numbers = [float(operand) for operand in operands if _is_number(operand)]
        if operator == b"re" and len(numbers) == 4:
            x, y, width, height = numbers
            corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
            self._path.append([place(matrix, *corner) for corner in corners])
        elif operator == b"m" and len(numbers) == 2:
            self._path.append([place(matrix, *numbers)])
        elif len(numbers) >= 2 and self._path and len(self._path[-1]) < 1_000:
            self._path[-1].append(place(matrix, numbers[-2], numbers[-1]))

    def _finish(self, *, fills: bool) -> None:
        boxes = [(_around(shape), _area(shape)) for shape in self._path[:1_000] if len(shape) > 1]
        if fills and not self._state.white and not self._state.faint:
            # Thousands of small shapes are a drawing: it counts as one.
            solid = [b for b, area in boxes if area >= _SOLID * (b[2] - b[0]) * (b[3] - b[1])]
            self.painted = True
            if len(self._dark) < 2_000:
                self._dark += solid
        if self._clips and boxes:
            edges = [box for box, _ in boxes]
            whole = (
                min(e[0] for e in edges),
                min(e[1] for e in edges),
                max(e[2] for e in edges),
                max(e[3] for e in edges),
            )
            old = self._state.clip
            if old is not None:
                whole = (max(old[0], whole[0]), max(old[1], whole[1]), min(old[2], whole[2]), min(old[3], whole[3]))
            self._change(clip=whole)
        self._path, self._clips = [], False


_DRAWING = frozenset({b"re", b"m", b"l", b"c", b"v", b"y"})
_FILLING = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
_PAINTING = _FILLING | {b"S", b"s", b"n"}


def place(matrix: Sequence[Any], x: float, y: float) -> _Point:
    """Where a point of a form or a line of words lies on the page."""
    a, b, c, d, e, f = (float(number) for number in matrix)
    return x * a + y * c + e, x * b + y * d + f


def scale(matrix: Sequence[Any], text_matrix: Sequence[Any]) -> float:
    """How much taller letters become on the page."""
    a, b, c, d, _, _ = (float(number) for number in matrix)
    _, _, tc, td, _, _ = (float(number) for number in text_matrix)
    return float(((tc * a + td * c) ** 2 + (tc * b + td * d) ** 2) ** 0.5)


def matrix_of(matrix: Sequence[Any]) -> bool:
    """Is it a matrix at all?"""
    return len(matrix) == 6 and all(_is_number(number) for number in matrix)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and abs(value) < 1e30


def _within(box: _Box, x: float, y: float, *, left: float) -> bool:
    return box[0] - left <= x <= box[2] + _NEAR and box[1] - _NEAR <= y <= box[3] + _NEAR


def _around(points: Sequence[_Point]) -> _Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _area(points: Sequence[_Point]) -> float:
    following = [*points[1:], points[0]]
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(points, following, strict=True))) / 2
