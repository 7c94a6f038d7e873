"""Questions that can be asked of the guides at hand: by a newcomer, and after an answer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, zip_longest

from assistant.answer import Answer
from corpus.document import Document

EXAMPLES = 6
SUGGESTIONS = 3


def example_questions(documents: Sequence[Document]) -> list[str]:
    """A few questions that the guides answer, taken in turn from each guide."""
    own = [document for document in documents if document.id.startswith("own/")]
    rest = [document for document in documents if not document.id.startswith("own/")]
    found = (questions for document in (*own[::-1], *rest) if (questions := _questions(document)))
    columns = list(islice(found, 3))
    mixed = [question for row in zip_longest(*columns) for question in row if question]
    return list(dict.fromkeys(mixed))[:EXAMPLES]


def next_questions(answer: Answer) -> list[str]:
    """What can be asked next: the reader's suggestions, or else the questions that head the passages near by."""
    if answer.suggestions:
        return list(answer.suggestions)
    known = [answer.question, answer.searched_for]
    known += [heading for citation in answer.citations for heading in citation.passage.section[-1:]]
    taken = {_plain(text) for text in known}
    headings = [heading for hit in answer.hits for heading in hit.passage.section[-1:]]
    asked = [heading for heading in dict.fromkeys(headings) if heading.endswith("?") and ":" not in heading]
    return [heading for heading in asked if _plain(heading) not in taken][:SUGGESTIONS]


def _plain(text: str) -> str:
    return " ".join(text.casefold().rstrip("?").split())


def _questions(document: Document) -> list[str]:
    """Headings that are questions, the widest first; a guide without any is asked about its sections."""
    sections = sorted((section for section in document.sections if section.headings), key=lambda s: len(s.headings))
    headings = [section.headings[-1].strip() for section in sections]
    asked = [
        heading for heading in headings if heading.endswith("?") and 15 <= len(heading) <= 75 and ":" not in heading
    ]
    if not asked:
        titled = [
            heading for heading in dict.fromkeys(headings) if 4 <= len(heading) <= 50 and heading != document.title
        ]
        asked = [f"What does the guide say about “{heading}”?" for heading in titled]
    return asked[:EXAMPLES]
