"""Check a saved answer against the guides of today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.answer import Answer, Citation
from assistant.grounding import support
from corpus.document import Document
from index.passage import Passage


class Verdict(StrEnum):
    """What became of a quote or a claim."""

    HOLDS = "holds"  # the quote stands where it stood; the claim is supported
    MOVED = "moved"  # the quote is still in the guide, in another place
    STALE = "stale"  # the guide changed, or is gone, and with it the quote
    FALSE = "false"  # the quote was never there, or never supported the claim


@dataclass(frozen=True)
class Finding:
    """The verdict on one quote or claim, with its reason in words."""

    subject: str
    verdict: Verdict
    reason: str


def verify(answer: Answer, documents: Sequence[Document]) -> list[Finding]:
    """A finding for every citation and then for every claim of an answer.

    A quote that is not in its guide is stale if the guide's fingerprint is no longer the one the answer was made from,
    and false if it still is.
    """
    guides = {document.id: document for document in documents}
    findings = [_citation(citation, answer, guides.get(citation.passage.document)) for citation in answer.citations]
    verdicts = {citation.number: finding.verdict for citation, finding in zip(answer.citations, findings, strict=True)}
    quotes = {citation.number: citation for citation in answer.citations}
    for claim in answer.claims:
        cited = [number for number in claim.citations if number in quotes]
        subject = f"claim: {claim.text}"
        if len(cited) < len(claim.citations) or not cited:
            findings.append(Finding(subject, Verdict.FALSE, "it cites nothing that the answer lists"))
        elif Verdict.FALSE in {verdicts[number] for number in cited}:
            findings.append(Finding(subject, Verdict.FALSE, "it rests on a false quote"))
        elif Verdict.STALE in {verdicts[number] for number in cited}:
            findings.append(Finding(subject, Verdict.STALE, "it rests on a stale quote"))
        elif _supported(claim.text, [quotes[number].passage for number in cited]):
            findings.append(Finding(subject, Verdict.HOLDS, "the quoted passages support it"))
        else:
            findings.append(Finding(subject, Verdict.FALSE, "the quoted passages do not support it"))
    return findings


def _supported(claim: str, passages: Sequence[Passage]) -> bool:
    headings = [heading for passage in passages for heading in (passage.title, *passage.section)]
    return support(claim, [passage.text for passage in passages], headings=headings).supported


def _citation(citation: Citation, answer: Answer, guide: Document | None) -> Finding:
    subject, passage = f"[{citation.number}]", citation.passage
    if not citation.quote or citation.quote != passage.text[citation.start : citation.end]:
        return Finding(subject, Verdict.FALSE, "the quote is not what its passage says at that place")
    if guide is None:
        return Finding(subject, Verdict.STALE, f"the guide “{passage.title or passage.document}” is gone")
    for section in guide.sections:
        if section.headings == passage.section and section.text[passage.start : passage.end] == passage.text:
            return Finding(subject, Verdict.HOLDS, "the quote stands where it stood")
    if any(citation.quote in section.text for section in guide.sections):
        return Finding(subject, Verdict.MOVED, "the quote stands elsewhere in the guide")
    if guide.fingerprint == answer.guides.get(passage.document):
        return Finding(subject, Verdict.FALSE, "the guide is unchanged and does not hold the quote")
    return Finding(subject, Verdict.STALE, "the guide changed and no longer holds the quote")
