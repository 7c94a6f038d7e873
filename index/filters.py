"""`where=`: Chroma's filters on metadata, applied to columns of values in one step for all passages."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arrays import Array
from index.errors import PassageIndexError

Where = Mapping[str, Any]
Value = str | int | float | bool
Mask = NDArray[np.bool_]
COMPARISONS = ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin")
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}


class Column:
    """One field of passages: its distinct values, and (n,) int32 which of them each passage has, -1 for none."""

    def __init__(self, values: Sequence[Value], codes: Array) -> None:
        self.values = values
        self.codes = codes
        self._numbers = {_key(value): number for number, value in enumerate(values)}
        self._floats: Array | None = None

    def mask(self, comparison: str, wanted: Any) -> Mask:
        """(n,) which passages the condition lets through; one without the field only passes `$ne` and `$nin`."""
        if comparison in {"$eq", "$in"}:
            return self._among([wanted] if comparison == "$eq" else wanted)
        if comparison in {"$ne", "$nin"}:
            return ~self._among([wanted] if comparison == "$ne" else wanted)
        if isinstance(wanted, (str, bool)):
            fits = np.fromiter((_compares(value, comparison, wanted) for value in self.values), bool, len(self.values))
            return self._taken(fits)
        return self._taken(_COMPARE[comparison](self._as_numbers(), wanted))

    def _as_numbers(self) -> Array:
        if self._floats is None:
            numbers = [float("nan") if isinstance(value, (str, bool)) else value for value in self.values]
            self._floats = np.array(numbers, dtype=np.float64)
        return self._floats

    def _among(self, wanted: Sequence[Value]) -> Mask:
        numbers = [self._numbers[_key(value)] for value in wanted if _key(value) in self._numbers]
        if len(numbers) == 1:
            return np.asarray(self.codes == numbers[0])
        fits = np.zeros(len(self.values), dtype=bool)
        fits[numbers] = True
        return self._taken(fits)

    def _taken(self, fits: Mask) -> Mask:
        return np.asarray(np.append(fits, False)[self.codes])  # -1 takes the last, which is False


def column_of(values: Sequence[Value | None]) -> tuple[list[Value], Array]:
    """The distinct values of a field, and which of them each passage has."""
    known: dict[tuple[str, Value], int] = {}
    codes = [-1 if value is None else known.setdefault(_key(value), len(known)) for value in values]
    distinct: dict[int, Value] = {}
    for value, code in zip(values, codes, strict=True):
        if value is not None:
            distinct.setdefault(code, value)
    return [distinct[number] for number in range(len(known))], np.array(codes, dtype=np.int32)


def where_mask(where: Where, column: Callable[[str], Column | None], size: int) -> Mask:
    """(size,) which passages a filter lets through.

    Args:
        where: `{"course": "x"}`, `{"year": {"$gte": 2024}}`, `{"$and": [...]}`, `{"$or": [...]}`; several fields in
            one object must all hold.
        column: A field to its column, or None where no passage has it.
        size: How many passages there are.

    Raises:
        PassageIndexError: If the filter is not of this form.
    """
    mask = np.ones(size, dtype=bool)
    for field, condition in _items(where):
        if field in {"$and", "$or"}:
            if not isinstance(condition, Sequence) or isinstance(condition, str) or not condition:
                raise _refusal(f"{field} takes a list of filters, not {condition!r}")
            masks = [where_mask(part, column, size) for part in condition]
            mask &= np.logical_and.reduce(masks) if field == "$and" else np.logical_or.reduce(masks)
            continue
        if field.startswith("$"):
            raise _refusal(f"{field} is not known here")
        found = column(field) or Column([], np.full(size, -1, dtype=np.int32))
        for comparison, wanted in _conditions(field, condition):
            mask &= found.mask(comparison, wanted)
    return mask


def _conditions(field: str, condition: Any) -> list[tuple[str, Any]]:
    if not isinstance(condition, Mapping):
        condition = {"$eq": condition}
    for comparison, wanted in _items(condition):
        if comparison not in COMPARISONS:
            raise _refusal(f"{comparison!r} for {field!r} is not an operator")
        listed = comparison in {"$in", "$nin"}
        if listed and (isinstance(wanted, str) or not isinstance(wanted, Sequence)):
            raise _refusal(f"{comparison} takes a list, not {wanted!r}")
        for value in wanted if listed else [wanted]:
            if not isinstance(value, (str, int, float, bool)):
                raise _refusal(f"{field!r} cannot be compared with {value!r}")
    return list(condition.items())


def _items(where: Any) -> list[tuple[str, Any]]:
    if not isinstance(where, Mapping) or not all(isinstance(key, str) for key in where):
        raise _refusal(f"{where!r} is not an object of fields")
    if not where:
        raise _refusal("it is empty")
    return list(where.items())


def _refusal(what: str) -> PassageIndexError:
    return PassageIndexError(
        f"The filter cannot be applied: {what}. It has the form "
        '{"field": value}, {"field": {"$gte": value}} or {"$and": [filter, ...]}; the operators are '
        f"{', '.join(COMPARISONS)}, $and and $or."
    )


def _compares(value: Value, comparison: str, wanted: str | bool) -> bool:
    return type(value) is type(wanted) and bool(_COMPARE[comparison](value, wanted))


def _key(value: Value) -> tuple[str, Value]:
    """Numbers are equal across int and float; True is not 1, and a nan is itself."""
    if isinstance(value, bool):
        return "bool", value
    if isinstance(value, str):
        return "str", value
    return ("nan", 0) if isinstance(value, float) and math.isnan(value) else ("number", value)
