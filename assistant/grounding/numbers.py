"""A number to a term, with its unit; and when two numbers are the same."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from assistant.grounding.terms import Term
from assistant.grounding.words import stem_of


def number_term(match: re.Match[str], approximate: bool) -> Term:
    scale = (match.group("scale") or "").strip().lower()
    value = float(match.group("digits").replace(",", "")) * _SCALE.get(scale, 1.0)
    unit = "money" if match.group("money") else "percent" if match.group("percent") else ""
    key = f"#{value:g}"
    return Term(key, match.group(), match.start(), weight=1.6, value=value, unit=unit, approximate=approximate)


def with_units(terms: list[Term]) -> list[Term]:
    """Numbers with the unit that follows them; in `3-4 years` and `$70-120k` the first takes the unit of the second."""
    found = list(terms)
    for at in range(len(found) - 2, -1, -1):
        term, following = found[at], found[at + 1]
        if term.value is None or term.unit in MONTHS:
            continue
        gap = following.position - term.position - len(term.surface)
        stem = stem_of(following.surface)
        if following.value is not None and gap <= 4:
            thousands = following.surface.rstrip().lower().endswith("k") and term.value < 1000
            value = term.value * (1000 if thousands else 1)
            found[at] = replace(term, key=f"#{value:g}", value=value, unit=term.unit or following.unit)
        elif not term.unit and (stem in MONTHS or stem in _MEASURES):
            found[at] = replace(term, unit=stem)
        elif not term.unit and stem in _MONEY_WORDS:
            found[at] = replace(term, unit="money")
    return found


def same_number(claimed: Term, found: Term) -> bool:
    a, b = claimed.value or 0.0, found.value or 0.0
    if claimed.unit in MONTHS and found.unit in MONTHS and claimed.unit != found.unit:
        return math.isclose(a * MONTHS[claimed.unit], b * MONTHS[found.unit], rel_tol=0.02)
    if claimed.unit and found.unit and claimed.unit != found.unit:
        return False
    if claimed.approximate and a >= 20:
        return math.isclose(a, b, rel_tol=0.05)
    if "." in claimed.surface and a >= 1000:
        return math.isclose(a, b, rel_tol=0.02)
    return math.isclose(a, b, rel_tol=1e-6)


def is_year(term: Term) -> bool:
    return bool(not term.unit and term.value and 1000 <= term.value <= 2100 and "," not in term.surface)


_SCALE = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "b": 1e9, "billion": 1e9, "trillion": 1e12}
MONTHS = {
    "centuri": 1200.0, "decad": 120.0, "year": 12.0, "month": 1.0, "week": 12 / 52, "day": 12 / 365, "hour": 12 / 8760,
    "minut": 12 / 8760 / 60,
}  # fmt: skip
_MEASURE_WORDS = """
metre meter foot feet inch centimetre millimetre kilometre mile yard gram kilogram tonne pound ounce litre millilitre
gallon acre hectare bar volt watt degree
"""
_MEASURES = {stem_of(word) for word in _MEASURE_WORDS.split()}
_MONEY_WORDS = {"dollar", "usd", "euro", "pound"}
