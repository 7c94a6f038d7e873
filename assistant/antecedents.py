"""What a follow-up points back at: "it", "one", "the second one", "the design part", a level."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.placing import with_article
from assistant.plain_words import PAY, level_after
from assistant.topics import Phrase, phrases
from assistant.utterance import (
    ARTICLES,
    AUXILIARY,
    CONDITION,
    DEPENDENT,
    EMPTY,
    LEAD,
    PRONOUN,
    Turn,
    is_complete,
    possible_antecedents,
    unless_bare,
)

_REPORTED = re.compile(  # "my uncle says I should …": it is not the uncle that is asked about next
    r"^(?:(?:my|a|the|our) )?\w+(?: \w+)? (?:says?|said|thinks?|reckons?|claims?|told me|keeps? (?:saying|telling me))"
    r"(?: that)? ",
    re.IGNORECASE,
)
_ABOUT_IT = re.compile(  # "and maths, how much of that": the clause is about what stands before it
    rf"^(?P<thing>[^,?]{{2,40}})[,?] (?P<clause>(?:(?:{AUXILIARY}|what|which|who|where|when|why|how)\b)[^?]*\??)$",
    re.IGNORECASE,
)
_PARTS = re.compile(r"^(?:which|what) (?:bits?|parts?|ones?|kinds?|topics?)\b\W*$", re.IGNORECASE)
_YEARS_ON = re.compile(
    r"^(?:after|with|once) (?:i have |i've got )?"
    r"(?P<years>\w+\+?(?: \w+){0,2}?) (?:more )?(?:years?|yrs?)\b[^?]*\??$"
    r"|^(?:the |at the )?(?P<top>top|highest|most senior)(?: (?:ones?|levels?|end|people))?\W*$",
    re.IGNORECASE,
)
# "One" that stands for a thing said before: "and if I don't have one?"
_INDEFINITE = re.compile(
    r"\b(?:have|has|had|got|get|need|want|find|build|make|write|join) (?P<one>one)\b(?! \w)",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"\b(?:more|less|higher|lower|better|worse|different|same|enough|else)\b", re.IGNORECASE)
_NAMED_PART = re.compile(r"\bthe (?:\w+ ){1,2}(?:part|round|section|stage|bit)s?$", re.IGNORECASE)
_BECOMING = re.compile(r"\bbecom(?:e|ing)\s+(?:an?\s+)?$", re.IGNORECASE)  # "it" is the way there
_ORDINALS = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "last": -1, "final": -1}
_ORDINAL = re.compile(rf"\bthe ({'|'.join(_ORDINALS)})(?: (?:one|book|item|option|step|kind|type|part|skill))?\b", re.I)
_PAID_FOR = re.compile(r"\bpay(?:s|ing)? (?:for|an?|the)\b", re.IGNORECASE)
_ANY_LEVEL = re.compile(
    r"\b(?:(?:entry|mid|junior|senior)[- ]levels?|juniors?|seniors?|beginners?|freshers?|starting|new grads?)\b",
    re.IGNORECASE,
)
_LOW = re.compile(r"\b(?:entry|junior|beginner|starting out|starter|fresher|new|graduate)\b", re.IGNORECASE)
_HIGH = re.compile(r"\b(?:senior|lead|principal|experienced|expert|staff)\b", re.IGNORECASE)


def between_levels(question: str, turns: Sequence[Turn]) -> str | None:
    """What lies between a low and a high level that were asked about: the mid level."""
    if not re.search(r"\b(?:in[- ]?between|middle|between (?:them|those|these))\b", question, re.IGNORECASE):
        return None
    recent = turns[-2:]
    for turn in recent:
        for pattern in (_HIGH, _LOW):
            if pattern.search(turn.question) and any(
                (_LOW if pattern is _HIGH else _HIGH).search(other.question) for other in recent
            ):
                level = pattern.search(turn.question)
                assert level is not None
                whole = re.compile(rf"{re.escape(level.group())}(?:[- ]level)?\b", re.IGNORECASE)
                return whole.sub("mid-level", turn.question, count=1)
    return None


def of_thing_named(question: str) -> str | None:
    """What is asked of a thing named just before: "maths, how much of that?", "stats? which bits"."""
    match = _ABOUT_IT.match(question.strip())
    if not match or PRONOUN.search(match["thing"]):
        return None
    clause, thing = match["clause"], match["thing"].strip()
    if not _is_thing(thing):
        return None
    ones = re.match(r"(?:which|what) ones?\s+(?=\w)", clause, re.IGNORECASE)
    if ones:
        return f"Which {thing} {clause[ones.end() :]}"
    if _PARTS.match(clause):
        return f"{clause.rstrip(' ?.!')} of {thing}?"
    pronoun = PRONOUN.search(EMPTY.sub(unless_bare, clause))
    if (
        not pronoun
        or pronoun.lastgroup in {"own", "place"}
        or re.match(r"\s+(?:one|kind|way)", clause[pronoun.end() :])
    ):
        return None
    return f"{clause[: pronoun.start()]}{thing}{clause[pronoun.end() :]}"


def _is_thing(text: str) -> bool:
    """Whether a text is one noun phrase and nothing else: not "in Scotland", nor "if I add cream"."""
    found = phrases(text)
    if len(found) != 1 or found[0].preposition or found[0].end != len(text) or DEPENDENT.match(text):
        return False
    before = text[: found[0].start].strip().lower()
    return before in {"", *ARTICLES} and not re.match(r"(?:if|unless|once|after|when|while|just|wait)\b", text, re.I)


def other_level(question: str, previous: Turn) -> str | None:
    """The earlier question on pay, asked for the level that is meant: "and after a few years?", "and the top one?"."""
    years = _YEARS_ON.match(question)
    level = "" if not years else "senior" if years["top"] else level_after(years["years"])
    old = _ANY_LEVEL.search(previous.question)
    if (
        not level
        or not old
        or _PAID_FOR.search(previous.question)
        or not re.search(rf"\b{PAY}\b", previous.question, re.IGNORECASE)
    ):
        return None
    alone = re.fullmatch(r"(?:junior|senior|beginner|fresher)s", old[0], re.IGNORECASE)
    level = f"{level} people" if alone else level
    before = with_article(previous.question[: old.start()], level, plural=bool(alone))
    return f"{before}{level}{previous.question[old.end() :]}"


def resolve_ordinal(question: str, turns: Sequence[Turn]) -> str | None:
    """The question with "the second one" replaced by the second thing that the last answer with a list names."""
    match = _ORDINAL.search(question)
    if not match:
        return None
    place = _ORDINALS[match.group(1).lower()]
    items = next((items for turn in reversed(turns) if (items := _items(turn.answer))), [])
    if not items or place >= len(items):
        return None
    name = re.split(r"[:.;(]|,(?! and)|\s[-–]\s|\s(?=by\s+[A-Z])", items[place])[0].strip(" “”\"'")
    if not 0 < len(name.split()) <= 8:
        return None
    return f"{question[: match.start()]}{name}{question[match.end() :]}"


def _items(answer: str) -> list[str]:
    """What an answer lists: its list items, else what follows the first colon ("three parts: a, b and c")."""
    answer = re.sub(r"\s*\[\d+\]|\*\*", "", answer)
    items: list[str] = re.findall(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+(.+)$", answer, re.MULTILINE)
    if items:
        return items
    listed = re.search(r"\w: ([^:.\n]+? (?:and|or) [^:.,\n]+)\.", answer)
    return [item for item in re.split(r",\s*(?:and |or )?|\s+(?:and|or)\s+", listed[1]) if item] if listed else []


def resolve_pronoun(question: str, turns: Sequence[Turn]) -> str | None:
    """The question with its pronoun replaced by the one phrase it can stand for."""
    masked = EMPTY.sub(unless_bare, question)
    pronouns = list(PRONOUN.finditer(masked))
    if len({pronoun.group().lower() for pronoun in pronouns}) != 1 or _COMPARED.search(question):
        return None
    pronoun = pronouns[0]
    if possible_antecedents(masked[: pronoun.start()]):
        return None
    kind = pronoun.lastgroup
    if kind in {"person", "place"}:
        return None
    determiner = (
        kind in {"single", "plural"}
        and re.match(r"\s+[a-z]+", question[pronoun.end() :])
        and pronoun.group().lower() in {"that", "this", "those", "these"}
    )
    if determiner or pronoun.group().lower() in {"that", "this"}:
        return None
    plural = _is_plural(pronoun)
    # What was just said, if that names anything; else what the subject began with.
    own = turns[-1].own
    about_it = any(_is_plural(match) == plural for match in PRONOUN.finditer(EMPTY.sub(unless_bare, own)))
    last = "" if about_it or is_complete(own) else LEAD.sub("", own)
    said = [phrase for phrase in _meant(last, plural) if not phrase.preposition]
    candidates = said or _meant(subject_of(turns), plural)
    if len(candidates) != 1:
        return None
    phrase = candidates[0]
    name = phrase.text
    if not plural and name.islower() and phrase.determiner in {"a", "an", "the", "which", "what", "my", "one"}:
        name = f"the {name}"
    if kind == "own":
        name += "'" if plural else "'s"
    return f"{question[: pronoun.start()]}{name}{question[pronoun.end() :]}"


def _is_plural(pronoun: re.Match[str]) -> bool:
    return pronoun.group().lower() in {"they", "them", "their", "those", "these"}


def _meant(earlier: str, plural: bool) -> list[Phrase]:
    """The phrases of an earlier question that "it" or "they" may stand for."""
    candidates = [
        phrase
        for phrase in phrases(earlier)
        if (phrase.plural == plural or _is_name(phrase))
        and can_be_meant(phrase)
        and not _BECOMING.search(earlier[: phrase.start])
    ]
    if len(candidates) > 1:  # "Should I put my portfolio on GitHub?" is about the portfolio
        candidates = [phrase for phrase in candidates if phrase.preposition not in {"on", "in", "at", "to", "as"}]
    return candidates


def resolve_one(question: str, turns: Sequence[Turn]) -> str | None:
    """The question with "one" replaced by the thing that was spoken of as "a …".

    None where there are several such things, and where the question names a thing itself or has other pronouns.
    """
    one = _INDEFINITE.search(question)
    if not one or phrases(question[: one.start()]) or PRONOUN.search(question):
        return None
    earlier = subject_of(turns)
    things = [
        phrase
        for phrase in phrases(earlier)
        if phrase.determiner in {"a", "an"} and not phrase.plural and not phrase.preposition and can_be_meant(phrase)
    ]
    if len(things) != 1 or _BECOMING.search(earlier[: things[0].start]):
        return None
    thing = f"{things[0].determiner} {things[0].text}"
    found = f"{question[: one.start('one')]}{thing}{question[one.end('one') :]}"
    return join(earlier, found) if CONDITION.match(question) else found


def resolve_part(question: str, turns: Sequence[Turn]) -> str | None:
    """A question about "the design part" with what it is a part of."""
    text = question.rstrip(" ?.!")
    if not _NAMED_PART.search(text) or PRONOUN.search(text):
        return None
    wholes = [
        phrase.text
        for phrase in phrases(subject_of(turns))
        if phrase.determiner not in {"which", "what", "many", "much"}
    ]
    return f"{text} of {max(wholes, key=len)}?" if wholes else None


def _is_name(phrase: Phrase) -> bool:
    """Whether it is one capitalised word, whose last letter tells no number: "Kubernetes"."""
    return phrase.text[:1].isupper() and " " not in phrase.text


def can_be_meant(phrase: Phrase) -> bool:
    return len(phrase.text) > 2 and not re.search(
        r"\b(?:us|years?|months?|time|way|shape|place|salary range|company|job)$", phrase.text, re.IGNORECASE
    )


def subject_of(turns: Sequence[Turn]) -> str:
    """What a clause leans on: the question that began the subject, without what was asked about it in between."""
    return _REPORTED.sub("", re.split(r"(?<=[?.!])\s+", turns[-1].question.strip())[0])


def join(previous: str, question: str) -> str:
    """The earlier question, then the new one."""
    before = previous.strip()
    if not before.endswith(("?", ".", "!")):
        before += "?"
    # Two questions back is enough: a chain of fragments would otherwise grow without end.
    sentences = re.split(r"(?<=[?.!])\s+", before)
    said = LEAD.sub("", question).strip() or question.strip()
    return f"{' '.join(sentences[-2:])} {said[:1].upper()}{said[1:]}"
