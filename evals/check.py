"""`python -m evals check`: mistakes in cases, found before they cost anyone an afternoon."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

from corpus.document import Document
from evals.cases import KINDS, Case, ExpectedSection, case_schema, load_cases
from evals.matching import normalise, normalise_fact
from evals.ranking import holds
from index.passage import Passage

NEAR_IDENTICAL = 0.9
"""Likeness of two questions, as share of matching characters, from which they ask the same (a guess, by eye)."""

SAYS_LITTLE = 0.4
"""Share of all sections that hold a fact from which almost any answer would, too (a guess)."""

_POLARITY = re.compile(r"(yes|no)\b")


@dataclass(frozen=True)
class Finding:
    """A mistake in a case.

    Attributes:
        case: Its id; of two, joined with " and ".
        what: "duplicate", "leak", "unreachable", "contradiction", "trivial" or "unknown kind".
        detail: In words.
    """

    case: str
    what: str
    detail: str


def main(argv: Sequence[str]) -> int:
    """0 if nothing was found, 1 otherwise."""
    parser = argparse.ArgumentParser(
        prog="python -m evals check",
        description="Find duplicates, expectations that no guide can meet, and questions that leak between splits.",
    )
    parser.add_argument("cases", nargs="*", metavar="PATH", help="files or folders of cases; else ours")
    parser.add_argument("--guides", nargs="+", metavar="PATH", help="files or folders; else the guides that ship")
    options = parser.parse_args(argv)

    from corpus.loaders import load_guides

    cases = load_cases(*options.cases)
    findings = check_cases(cases, load_guides(options.guides).documents)
    for finding in findings:
        print(f"{finding.case}: {finding.what}: {finding.detail}")
    print(f"{len(cases)} cases, {len(findings)} findings")
    return 1 if findings else 0


def main_schema(argv: Sequence[str]) -> int:
    """Print the JSON schema of one line of a file of cases."""
    argparse.ArgumentParser(prog="python -m evals schema", description="Print the JSON schema of a case.").parse_args(
        argv
    )
    print(json.dumps(case_schema(), indent=2))
    return 0


def check_cases(cases: Sequence[Case], documents: Sequence[Document]) -> tuple[Finding, ...]:
    """What is wrong with the cases, given the guides that they are asked of."""
    sections = [
        normalise(" ".join((*section.headings, section.text)))
        for document in documents
        for section in document.sections
    ]
    alone = (finding for case in cases for finding in _alone(case, documents, sections))
    return (*_twice(cases), *alone)


def _twice(cases: Sequence[Case]) -> Iterator[Finding]:
    asked = [(case, normalise(" / ".join((*case.history, case.question)))) for case in cases]
    for (first, one), (second, other) in combinations(asked, 2):
        if not _near_identical(one, other):
            continue
        what = "leak" if first.split != second.split and first.split and second.split else "duplicate"
        detail = f"{first.question!r} and {second.question!r} ask the same"
        if what == "leak":
            detail += f", one in {first.split} and one in {second.split}"
        yield Finding(f"{first.id} and {second.id}", what, detail)


def _near_identical(one: str, other: str) -> bool:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    # The quick ratios are upper bounds: most pairs end there.
    return (
        matcher.real_quick_ratio() >= NEAR_IDENTICAL
        and matcher.quick_ratio() >= NEAR_IDENTICAL
        and matcher.ratio() >= NEAR_IDENTICAL
    )


def _alone(case: Case, documents: Sequence[Document], sections: Sequence[str]) -> Iterator[Finding]:
    if case.kind not in KINDS:
        yield Finding(case.id, "unknown kind", f"{case.kind!r} is scored like a fact; known: {', '.join(KINDS)}")
    if case.answerable and not case.must:
        yield Finding(case.id, "trivial", "answerable, and `must` is empty: any answer passes")
    if not case.answerable and (case.must or case.expected):
        yield Finding(case.id, "contradiction", "not answerable, and yet `must` or `expected` says what to answer")
    for any_of in case.must:
        facts = [normalise_fact(fact) for fact in any_of]
        both = set(facts) & {normalise_fact(fact) for fact in case.must_not}
        if both:
            yield Finding(case.id, "contradiction", f"{sorted(both)} must and must not occur")
        held = sum(any(fact in section for fact in facts) for section in sections)
        if not held and not any(_POLARITY.match(fact) for fact in facts):
            yield Finding(case.id, "unreachable", f"no guide holds {' or '.join(map(repr, any_of))}")
        if sections and held > SAYS_LITTLE * len(sections):
            share = f"{held} of {len(sections)} sections"
            yield Finding(case.id, "trivial", f"{share} hold {' or '.join(map(repr, any_of))}")
    if not case.answerable:
        for fact in case.must_not:
            if any(normalise_fact(fact) in section for section in sections):
                yield Finding(case.id, "contradiction", f"{fact!r} is forbidden, but a guide says it")
    for place in case.expected:
        if not any(_exists(place, document) for document in documents):
            yield Finding(case.id, "unreachable", f"no guide has {place.document!r} > {place.section!r}")


def _exists(place: ExpectedSection, document: Document) -> bool:
    return any(
        holds(place, Passage(id="", text="", title=document.title, section=section.headings, document=document.id))
        for section in document.sections
    )
