"""A plan of an answer: a comparison, a list or a few sentences, before it is put in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.comparison import guide_by_guide, side_by_side
from assistant.lists import list_of_headings, whole_list
from assistant.outline import Guides
from assistant.question import Asked
from assistant.ranking import Embed, Scores
from assistant.selection import Line, best_sentences
from assistant.units import Unit


def plan(asked: Asked, units: Sequence[Unit], scores: Scores, embed: Embed, guides: Guides | None = None) -> list[Line]:
    """The lines of an answer, in the order to say them; [] only where there is nothing to say.

    Args:
        asked: What is asked for.
        units: What can be said.
        scores: How well each unit answers.
        embed: Texts to unit vectors.
        guides: What surrounds the units; None where only the hits are known.
    """
    best = [int(i) for i in np.argsort(-scores, kind="stable") if not units[i].announces or units[i].kind == "lead-in"]
    if not best:
        return []
    guides = guides or Guides()
    return (
        guide_by_guide(asked, units, best)
        or side_by_side(asked, units, scores, best, embed)
        or list_of_headings(asked, units, best, embed, guides)
        or whole_list(asked, units, scores, best, guides)
        or best_sentences(asked, units, scores, best, embed)
    )
