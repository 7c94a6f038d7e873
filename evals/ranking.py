"""Hits as a ranking of sections, and what ir_measures says of it.

Cases name sections, search finds passages. A section ranks where its best passage ranks; its later passages are
neither a gain nor a loss.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from evals.cases import Case, ExpectedSection
from evals.matching import missing_facts, normalise
from index.passage import Hit, Passage

MEASURES = {
    "hit@1": "Success@1",
    "hit@5": "Success@5",
    "recall@5": "R@5",
    "precision@5": "P@5",
    "MRR@10": "RR@10",
    "nDCG@10": "nDCG@10",
}
"""What each ranking metric is called by ir_measures (MacAvaney et al. 2022)."""


def rank_sections(case: Case, hits: Iterable[Hit]) -> tuple[str, ...]:
    """Section names, best first, each once; an expected section goes by the name that the case gives it."""
    names: list[str] = []
    for hit in hits:
        for passage in (hit.passage, *hit.duplicates):
            names += [name_expected(place) for place in case.expected if holds(place, passage)] or [section_of(passage)]
    return tuple(dict.fromkeys(names))


def ranking_scores(relevant: Iterable[str], ranking: Sequence[str]) -> Mapping[str, float]:
    """Every metric of `MEASURES` for one query."""
    return _calculate(frozenset(relevant), tuple(ranking))


def facts_found(case: Case, hits: Sequence[Hit], k: int) -> bool:
    """Whether the first k passages, with their headings, hold every fact of the case between them."""
    text = " ".join(" ".join((*hit.passage.section, hit.passage.text)) for hit in hits[:k])
    return not missing_facts(normalise(text), case.must)


def holds(place: ExpectedSection, passage: Passage) -> bool:
    """Whether the passage stands in the place that a case names."""
    document = normalise(place.document)
    of_guide = (
        document in (normalise(passage.document), normalise(PurePosixPath(passage.document).stem))
        or document in normalise(passage.title).split()
        or (" " in document and document in normalise(passage.title))
    )
    return of_guide and normalise(place.section) in normalise(" > ".join(passage.section))


def name_expected(place: ExpectedSection) -> str:
    """The name of an expected section in a ranking and in TREC files."""
    return f"{place.document}#{place.section}"


def section_of(passage: Passage) -> str:
    """The name of the section that a passage comes from."""
    return f"{passage.document or passage.title}#{' > '.join(passage.section)}"


@lru_cache(maxsize=4096)
def _calculate(relevant: frozenset[str], ranking: tuple[str, ...]) -> Mapping[str, float]:
    import ir_measures

    # Names could hold blanks, and ties would be broken by name: numbers and falling scores instead.
    numbers = {name: str(position) for position, name in enumerate(dict.fromkeys((*ranking, *sorted(relevant))))}
    qrels = [ir_measures.Qrel("q", numbers[name], 1) for name in sorted(relevant)]
    run = [ir_measures.ScoredDoc("q", numbers[name], -position) for position, name in enumerate(ranking)]
    if not run:
        return dict.fromkeys(MEASURES, 0.0)
    measures = [ir_measures.parse_measure(name) for name in MEASURES.values()]
    found = ir_measures.calc_aggregate(measures, qrels, run)
    return {name: float(found[measure]) for name, measure in zip(MEASURES, measures, strict=True)}
