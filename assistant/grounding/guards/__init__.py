"""What recall cannot see. Each guard returns a factor on the score, 1 where it has nothing to say."""

from __future__ import annotations

from collections.abc import Callable

from assistant.grounding.guards.binding import guard_bound
from assistant.grounding.guards.comparison import guard_comparison
from assistant.grounding.guards.names import guard_name, guard_substitute
from assistant.grounding.guards.negation import guard_negation
from assistant.grounding.guards.numbers import guard_number
from assistant.grounding.guards.order import guard_order
from assistant.grounding.guards.quantifiers import guard_quantifier
from assistant.grounding.guards.roles import guard_role
from assistant.grounding.guards.salad import guard_salad
from assistant.grounding.guards.swap import guard_swap
from assistant.grounding.matching import Case

GUARDS: dict[str, Callable[[Case], float]] = {
    "number": guard_number,
    "name": guard_name,
    "substitute": guard_substitute,
    "swap": guard_swap,
    "role": guard_role,
    "order": guard_order,
    "comparison": guard_comparison,
    "bound": guard_bound,
    "negation": guard_negation,
    "quantifier": guard_quantifier,
    "salad": guard_salad,
}
