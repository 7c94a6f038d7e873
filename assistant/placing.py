"""The earlier question with a new term in the place of what it corresponds to."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.topics import Phrase, content, phrases
from assistant.utterance import AUXILIARY, DEPENDENT, PRONOUN, Turn
from index.embedding import Vectors

Embed = Callable[[Sequence[str]], Vectors]
_APART = 0.08  # cosine taken from a phrase that only says where or of what ("in ML"); a guess
_LIKE = 0.2  # cosine from which a new term may take the place of an earlier one (development split of the follow-ups)
_NOT_IN_PLACE = re.compile(
    r"(?:which|what|who|where|when|why|how|even|any|such|really|since|example|more)\b", re.IGNORECASE
)
_WHOLE = re.compile(rf"\bof\b|\s(?:{AUXILIARY})\s", re.IGNORECASE)  # "a bootcamp is fine", "an example of …"
_JOINING = re.compile(r"\s*,?\s*(?:(?:and|or)\s+)?(?:an?\s+|the\s+)?", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|a|an|some)\s+", re.IGNORECASE)
_OWNED = re.compile(r"(?:my|your|our|his|her|their)\b", re.IGNORECASE)
_LEVEL = re.compile(
    r"^(?:entry|mid|junior|senior|lead|principal|beginner|starting|supervised|unsupervised)(?:[- ]level)?\b",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b(?:years?|yrs?|months?|weeks?|days?)$", re.IGNORECASE)


def put_in_place(fragment: str, previous: Turn, embed: Embed | None, *, about: bool) -> str | None:
    """The earlier question with the fragment in the place of what it corresponds to."""
    question = previous.question.rstrip(" ?.!")
    text = fragment.strip(" ?.!")
    preposition = re.match(r"(without|with|in|at|for|from|on|by|as|after|before|if|when|during)\b", text, re.IGNORECASE)
    if preposition and not re.search(r"\b(?:which|what|whom)\b", text, re.IGNORECASE):
        word = preposition.group().lower()
        for phrase in phrases(question):
            if phrase.preposition == word and word in {"in", "at", "for", "from"} and len(text.split()) <= 4:
                start = question.lower().rfind(word, 0, phrase.start)
                if start >= 0:
                    return f"{question[:start]}{text}{question[_end_of_list(phrase, question) :]}?"
        return f"{question} {text}?"
    if preposition or _NOT_IN_PLACE.match(text):
        return None
    if PRONOUN.search(text) or len(text.split()) > 6 or _WHOLE.search(text):
        return None
    new = _ARTICLE.sub("", text)
    if not content(new):
        return None
    old = _counterpart(new, question, embed)
    if old is None:
        return None
    if old.determiner in {"which", "what", "any", "many", "much"}:
        return None  # "which privacy are there"
    start, end = old.start, _end_of_list(old, question)
    said = new
    if _OWNED.match(new) and old.determiner and _OWNED.match(old.determiner):  # "my cat", then "and my dog?"
        start = question.lower().rfind(old.determiner, 0, old.start)
    if re.match(r"(?:someone|somebody|people|one|anyone)\b", text, re.IGNORECASE) and old.determiner in {
        "a",
        "an",
        "the",
    }:
        start = question.lower().rfind(old.determiner, 0, old.start)
        said = text
    said = re.sub(r"\s+(?:ones?|engineers?)$", "", said) if _shares_head(said, old.text) else said
    tail = _rest_of(said, old.text)
    before = question[:start]
    if start == old.start:
        before = with_article(before, said, plural=Phrase(said, 0, len(said)).plural and not tail)
    return f"{before}{said}{tail}{question[end:]}?"


def with_article(before: str, said: str, *, plural: bool = False) -> str:
    """What stands before a phrase, its article fitted to what takes the phrase's place."""
    article = "" if plural else r"an\1" if said[:1].lower() in "aeiou" else r"a\1"
    return re.sub(r"\ban?(\s+)$", article, before, flags=re.IGNORECASE)


def _end_of_list(phrase: Phrase, question: str) -> int:
    """Where a phrase ends with those that "and" or "or" joins to it: "Boston and Seattle"."""
    end = phrase.end
    for other in phrases(question):
        if other.start > end and _JOINING.fullmatch(question, end, other.start):
            end = other.end
    return end


def _shares_head(new: str, old: str) -> bool:
    return bool(re.search(r"\bones?$", new)) and len(old.split()) > 1


def _rest_of(new: str, old: str) -> str:
    """What of the old phrase stays: "senior" for "entry-level" leaves "ML engineer" in place."""
    if _LEVEL.match(new) and _LEVEL.match(old) and len(new.split()) <= 2:
        rest = _LEVEL.sub("", old)
        return rest if rest.strip() and not new.lower().endswith(rest.strip().lower()) else ""
    if re.search(r"(?:^|[- ])level$", new) and len(old.split()) > 1:
        return " " + old.split(None, 1)[1] if not re.search(r"level$", old.split()[0]) else ""
    return ""


def _counterpart(new: str, question: str, embed: Embed | None) -> Phrase | None:
    """The phrase of the question that the new one takes the place of: the likest, if it is like at all."""
    candidates = [
        phrase
        for phrase in phrases(question)
        if phrase.text.lower() != new.lower() and (_TIME.search(new) or not _TIME.search(phrase.text))
    ]
    if not candidates:
        return None
    named = [phrase for phrase in candidates if phrase.text[:1].isupper() == new[:1].isupper()]
    if embed is None:
        return candidates[0] if len(candidates) == 1 else None
    vectors = embed([new.lower(), *(phrase.text.lower() for phrase in candidates)])
    likeness = vectors[1:] @ vectors[0]
    best = int((likeness - [_APART * bool(phrase.preposition) for phrase in candidates]).argmax())
    if float(likeness[best]) < _LIKE and not (len(candidates) == 1 and named and new[:1].isupper()):
        return None
    return candidates[best]


def is_new_term(fragment: str, question: str, embed: Embed | None) -> bool:
    """Whether what is asked about has nothing to do with the earlier question: Docker, after the books to read."""
    text = _ARTICLE.sub("", fragment.strip(" ?.!"))
    plain = content(text) and not DEPENDENT.match(text) and not PRONOUN.search(text) and not _NOT_IN_PLACE.match(text)
    if not plain or embed is None or len(text.split()) > 3 or _LEVEL.match(text):
        return False
    vectors = embed([text.lower(), *(phrase.text.lower() for phrase in phrases(question))])
    return bool((vectors[1:] @ vectors[0]).max(initial=0.0) < _LIKE)
