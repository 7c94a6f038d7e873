"""A follow-up to a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.asking import read_question
from assistant.plain_words import PAY, level_after
from assistant.question import understand
from assistant.topics import Phrase, content, phrases
from index.embedding import Vectors

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.chain import Assistant

Message = Mapping[str, str]
Embed = Callable[[Sequence[str]], Vectors]

TURNS = 8  # earlier turns read; people refer to the last few only
_APART = 0.08  # cosine taken from a phrase that only says where or of what ("in ML"); a guess
_LIKE = 0.2  # cosine from which a new term may take the place of an earlier one (development split of the follow-ups)

_COURTESY = re.compile(
    r"^(?:\s*(?:hi|hello|hey|hiya"
    r"|thanks|thank you|thx|ta|cheers|ok|okay|k|great|cool|nice|right|alright|hmm+|oh|ah|yes|yeah|yep|no|sure"
    r"|got it|i see|perfect|awesome|lovely|brilliant|good|well|sorry|please)\b(?: (?:so much|a lot|very much|then))?"
    r"[\s,.!;:-]*)+",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"^\W*(?:(?:that's|that is|thats|wow|interesting|makes sense|good to know|i see|fair enough|really|seriously|scary"
    r"|phew|damn|haha+|lol|sad|crazy|not bad|not much|sounds|done that|oh (?:god|no|my|dear|wow|nice|well))\b[^?]*"
    r"|[^?]*\b(?:you say|not bad|not much|good to know|makes sense)\W*(?:\w+\W*)?)$",
    re.IGNORECASE,
)
_TOLD = re.compile(  # said of oneself between questions: "I'm shy"
    r"^(?:i|i['’]?m|i['’]?ve|it['’]?s|my)\b(?!.*\b(?:what|which|how|who|why|where|when|can|should|do|does|is)\b)[^?]*$",
    re.IGNORECASE,
)
_NEW_SUBJECT = re.compile(
    r"^\W*(?:(?:ok|okay|thanks|right|well|so|and|now|actually)\W+)*"
    r"(?:(?:a |an )?(?:diff(?:erent)?|another|new|unrelated|separate) (?:question|topic|subject|thing|one)"
    r"|never ?mind|(?:forget|leave|drop|scratch) (?:that|it|this|about (?:that|it|this))"
    r"|(?:changing|change|switching|switch)(?: of| the)? (?:topic|subject|tack)s?|let's (?:change|switch)[^,:.]*"
    r"|something else|by the way|btw|on (?:a|an) (?:different|another|other) (?:note|topic)|moving on|next question"
    r"|(?:forget|leave|drop|enough (?:of|about)) (?:about )?(?:the )?\w+(?: \w+)?(?=\s*[.!;:,]))"
    r"(?: (?:though|then|now))?\s*[,:.;!?–-]*\s+(?=\S)",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^\s*(?:(?:and|but|so|or|also|plus|then|basically|actually|honestly)\b[\s,]*)+", re.IGNORECASE)
_WHAT_ABOUT = re.compile(
    r"^\s*(?:(?:and|but|so|or|ok|okay)\b[\s,]*)*(?:what|how|wat|whats|hows)(?:'s)? ?(?:about|abt|of)\s+", re.IGNORECASE
)
_AUXILIARY = (
    r"is|are|was|were|am|do|does|did|can|could|should|shall|will|would|may|might|must|has|have|had|isn't|aren't|don't"
    r"|doesn't|didn't|can't|couldn't|won't|wouldn't|shouldn't"
)
_CLAUSE = re.compile(
    r"^(?:what|wat|wht|which|who|whose|how)\b(?:\W+\w+){3,}|"
    rf"^(?:what|which|who|whose|where|when|why|how|whats|what's|who's|how's|where's)\b.*\b(?:{_AUXILIARY}|to)\b"
    rf"|^(?:{_AUXILIARY})\b \S+ \S+|^(?:what's|who's|where's|how's|whats)\b|^how to\b"
    r"|^(?:give|tell|name|list|show|explain|describe|compare|recommend|suggest|define)\b"
    rf"|\b(?:i|we|you|they|he|she|it|people|someone) (?:\w+ )?(?:{_AUXILIARY}|need|want|get|use)\b",
    re.IGNORECASE,
)
_DEPENDENT = re.compile(r"^(?:even|only|just|not|without|with|in|at|for|from|on|by|as|since|until)\b", re.IGNORECASE)
_SUBJECT = re.compile(rf"\b(?:{_AUXILIARY})\b.*\b(?:i|we|you|they|engineers?|the|a)\b", re.IGNORECASE)
_CONDITION = re.compile(r"(?:if|unless)\b", re.IGNORECASE)  # "and if I do a master's on top?"
_CONSEQUENCE = re.compile(
    rf",\s*(?:then\s+)?(?:{_AUXILIARY}|what|which|who|where|when|why|how)\b"
    rf"|\b(?:{_AUXILIARY})\s+(?:i|we|you|they|it|he|she|there|one|people|someone)\b|\b(?:what|which|how|why)\b",
    re.IGNORECASE,
)
_SUBORDINATE = re.compile(r"[,;.!?]|\b(?:if|when|once|after|before|because|while|and|so)\b", re.IGNORECASE)
_NOT_IN_PLACE = re.compile(
    r"(?:which|what|who|where|when|why|how|even|any|such|really|since|example|more)\b", re.IGNORECASE
)
_WHOLE = re.compile(rf"\bof\b|\s(?:{_AUXILIARY})\s", re.IGNORECASE)  # "a bootcamp is fine", "an example of …"
_JOINING = re.compile(r"\s*,?\s*(?:(?:and|or)\s+)?(?:an?\s+|the\s+)?", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|a|an|some)\s+", re.IGNORECASE)
_REPORTED = re.compile(  # "my uncle says I should …": it is not the uncle that is asked about next
    r"^(?:(?:my|a|the|our) )?\w+(?: \w+)? (?:says?|said|thinks?|reckons?|claims?|told me|keeps? (?:saying|telling me))"
    r"(?: that)? ",
    re.IGNORECASE,
)
_ABOUT_IT = re.compile(  # "and maths, how much of that": the clause is about what stands before it
    rf"^(?P<thing>[^,?]{{2,40}})[,?] (?P<clause>(?:(?:{_AUXILIARY}|what|which|who|where|when|why|how)\b)[^?]*\??)$",
    re.IGNORECASE,
)
_PARTS = re.compile(r"^(?:which|what) (?:bits?|parts?|ones?|kinds?|topics?)\b\W*$", re.IGNORECASE)
_YEARS_ON = re.compile(
    r"^(?:after|with|once|in) (?:i have |i've got )?"
    r"(?P<years>\w+\+?(?: \w+){0,2}?) (?:more )?(?:years?|yrs?)\b[^?]*\??$"
    r"|^(?:the |at the )?(?P<top>top|highest|most senior)(?: (?:ones?|levels?|end|people))?\W*$",
    re.IGNORECASE,
)
_OWNED = re.compile(r"(?:my|your|our|his|her|their)\b", re.IGNORECASE)
_LEVEL = re.compile(
    r"^(?:entry|mid|junior|senior|lead|principal|beginner|starting|supervised|unsupervised)(?:[- ]level)?\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?P<plural>they|them|those|these)\b|\b(?P<own>its|their)\b|\b(?P<single>it|that|this)\b"
    r"|\b(?P<person>he|she|him|her|his|hers)\b|\b(?P<place>there|here)\b",
    re.IGNORECASE,
)
# "It" that stands for nothing said before, "that" that opens a clause, "this job" and "there are".
_EMPTY = re.compile(
    r"\b(?:does|do|did|will|would|could|can|might|may|should|is|was)\s+it\s+(?:\w+\s+){0,3}?(?:to|that|if|for|when)\b(?=\s+\w)"
    r"|\bit\s+(?:is|was|takes?|'s)\s+(?:\w+\s+){0,2}?(?:to|that|if|for)\b|\bit's\s+(?:\w+\s+){0,2}?(?:to|that)\b"
    r"|\b(?:this|that)\s+(?:job|field|career|role|profession|guide|roadmap|playbook|subject|line)\b"
    r"|\b(?:is|are|was|were)\s+there\b|\bthere\s+(?:is|are|was|were)\b|\bthere's\b|\bmake it as\b"
    r"|\b\w{3,}(?<!\babout)(?<!\bis)(?<!\bdo)(?<!\bdoes)(?<!\bfor)(?<!\bwith)(?<!\bwas)\s+that\s+(?:is|are|can|will|matter|help|have|the|i|we|you|they|it)\b"
    r"|\bso that\b|\bhere (?:is|are)\b|\bhow long (?:do|does|did|would|will) it (?:\w+ )?take\W*$"
    r"|\b(?:do|does|did|will|would|can)\s+they\s+(?:\w+ly\s+)?(?:ask|test|want|look|expect|hire|check|care|grill|quiz)\b",
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
_ARTICLE_WORDS = "a an the my your our his her their this that these those which what any some each every one"
_ARTICLES = frozenset(_ARTICLE_WORDS.split())
_RELATIVE = re.compile(
    r"\b(?:the|that|this|these|those) (?:\w+ ){0,2}?(?:one|ones|part|parts|two|three|both|others?|first|second|third"
    r"|last|former|latter|same|rest|next|step|round|kind|type|practice|thing|platform|latter)\b"
    r"|\b(?:which|what) ones?\b|\bone of (?:them|those)\b|\bother (?:example|kind|one|option)s?\b|\bin between\b"
    r"|\b(?:afterwards|instead|either|otherwise|too|as well|then)\s*\W*$",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b(?:years?|yrs?|months?|weeks?|days?)$", re.IGNORECASE)
_THEN = re.compile(r"\bthen\W*$", re.IGNORECASE)
_ORDINALS = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "last": -1, "final": -1}
_ORDINAL = re.compile(rf"\bthe ({'|'.join(_ORDINALS)})(?: (?:one|book|item|option|step|kind|type|part|skill))?\b", re.I)
_ANY_LEVEL = re.compile(
    r"\b(?:(?:entry|mid|junior|senior)[- ]levels?|juniors?|seniors?|beginners?|freshers?|starting|new grads?)\b",
    re.IGNORECASE,
)
_LOW = re.compile(r"\b(?:entry|junior|beginner|starting out|starter|fresher|new|graduate)\b", re.IGNORECASE)
_HIGH = re.compile(r"\b(?:senior|lead|principal|experienced|expert|staff)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Turn:
    """What the user has asked so far, standing alone and in their own words, with what the assistant said to it."""

    question: str
    own: str = ""
    answer: str = ""


def standalone_question(question: str, history: Sequence[Message], *, embed: Embed | None = None) -> str:
    """The question with what it takes from the conversation put into words.

    A complete question comes back as it is, but for courtesies before it. A term in the place of an earlier one
    ("and Kubernetes?") is put into the earlier question; a pronoun is replaced by what it stands for, where one phrase
    fits; otherwise the earlier question goes before the new one.

    Args:
        question: As asked.
        history: Earlier messages, oldest first, each with `role` and `content`.
        embed: Texts to unit vectors, to find the term that a new one takes the place of.
    """
    turns: list[_Turn] = []
    for message in history[-2 * TURNS :]:
        role, text = message.get("role"), (message.get("content") or "").strip()
        if role == "user" and content(_COURTESY.sub("", text, count=1)) and not _only_said(text, turns):
            turns.append(_Turn(_stand_alone(text, turns, embed), text))
        elif role == "assistant" and turns:
            turns[-1] = replace(turns[-1], answer=text)
    return _stand_alone(question, turns, embed)


@dataclass
class Conversation:
    """Keeps the history for a caller who does not want to."""

    assistant: Assistant
    messages: tuple[dict[str, str], ...] = ()

    def ask(self, question: str) -> Answer:
        """The answer to a question in this conversation, which remembers both."""
        answer = self.assistant.ask(question, history=self.messages)
        self.remember(question, answer.text)
        return answer

    def remember(self, question: str, text: str) -> None:
        """Add a turn that was answered elsewhere."""
        self.messages += ({"role": "user", "content": question}, {"role": "assistant", "content": text})


def user_turns(turns: Iterable[str]) -> list[dict[str, str]]:
    """Messages of a user's earlier questions alone."""
    return [{"role": "user", "content": turn} for turn in turns]


def _stand_alone(question: str, turns: Sequence[_Turn], embed: Embed | None) -> str:
    if not turns:
        return question
    moved = _NEW_SUBJECT.match(question)
    if moved:
        return question[moved.end() :].strip()
    asked = _courteous(question)
    about = _WHAT_ABOUT.match(asked)
    bare = asked[about.end() :] if about else _LEAD.sub("", asked)
    bare = bare.strip() or asked
    previous = turns[-1]
    leads = bare != asked
    if not about and _complete(bare) and (not leads or _CLAUSE.search(bare) or _CONSEQUENCE.search(bare)):
        return question if bare == asked == question.strip() else bare
    if about or leads:
        of_thing = _of_thing_named(bare)
        if of_thing:
            return _joined(_context(turns), of_thing)
    between = _between(bare, turns) or _years_on(bare, previous)
    if between:
        return between
    ordinal = _named_by_ordinal(bare, turns)
    if ordinal:
        return ordinal
    indefinite = _one_meant(bare, turns)
    if indefinite:
        return indefinite
    if about or not (_CLAUSE.search(bare) or (_CONDITION.match(bare) and _CONSEQUENCE.search(bare))):
        placed = _in_place(bare, previous, embed, about=bool(about))
        if not placed and about and _is_new(bare, previous.question, embed):
            return asked
        return placed or _joined(previous.question, asked)
    resolved = _resolved(bare, turns) or _part_of(asked, turns)
    if not resolved and _asks_another_figure(bare, _context(turns)):
        return bare
    return resolved or _joined(_context(turns), asked)


def _only_said(text: str, turns: Sequence[_Turn]) -> bool:
    """Whether nothing is asked, and no subject begun."""
    return bool(_REMARK.match(text)) or bool(turns and _TOLD.match(_courteous(text)))


def _courteous(text: str) -> str:
    """The text without thanks and the like before it."""
    rest = _COURTESY.sub("", text, count=1).strip()
    return rest or text.strip()


def _complete(question: str) -> bool:
    """Whether a question says all it needs."""
    text = question.strip()
    if read_question(text).instruction:
        return True
    stripped = _EMPTY.sub(_unless_bare, text)
    pronoun = _PRONOUN.search(stripped)
    if pronoun and not _antecedents(stripped[: pronoun.start()]):
        return False
    if _RELATIVE.search(text) and len(content(_RELATIVE.sub(" ", text))) < (2 if _THEN.search(text) else 4):
        return False
    if _DEPENDENT.match(text) and not _SUBJECT.search(text):
        return False
    if _CONDITION.match(text) and not _CONSEQUENCE.search(text):
        return False
    named = content(text)
    if not named:
        return False
    if not _CLAUSE.search(text):
        return len(named) >= 4  # "senior ml engineer us salary" is a question; "and the libraries?" is not
    return len(named) >= 2 or bool(phrases(text))


def _unless_bare(match: re.Match[str]) -> str:
    """Nothing for an "it" that stands for nothing; the match itself where nothing follows for it to announce.

    "Is it hard to become an engineer?" speaks of no earlier thing, "is it hard to learn?" does.
    """
    opens = re.search(r"\bit\b(?!.*\btakes?\b).*\bto$", match.group(), re.IGNORECASE)
    return match.group() if opens and not phrases(match.string[match.end() :]) else " " * len(match.group())


def _antecedents(before: str) -> list[Phrase]:
    """The phrases before a pronoun that it may stand for: with an article, a plural or a name."""
    found = [
        phrase
        for phrase in phrases(before)
        if phrase.determiner in _ARTICLES or phrase.plural or phrase.text[:1].isupper()
    ]
    asked = re.match(r"\W*(?:which|what|whose|how (?:many|much|long|often))\b", before, re.IGNORECASE)
    if asked and found and not _SUBORDINATE.search(before):
        # "How many projects should it have?": what is asked for is not what "it" stands for.
        return [] if len(found) == 1 or re.search(r"\bof\b", before) else found[1:]
    return found


def _between(question: str, turns: Sequence[_Turn]) -> str | None:
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


def _of_thing_named(question: str) -> str | None:
    """What is asked of a thing named just before: "maths, how much of that?", "stats? which bits"."""
    match = _ABOUT_IT.match(question.strip())
    if not match or _PRONOUN.search(match["thing"]):
        return None
    clause, thing = match["clause"], match["thing"].strip()
    if _PARTS.match(clause):
        return f"{clause.rstrip(' ?.!')} of {thing}?"
    pronoun = _PRONOUN.search(_EMPTY.sub(_unless_bare, clause))
    if (
        not pronoun
        or pronoun.lastgroup in {"own", "place"}
        or re.match(r"\s+(?:one|kind|way)", clause[pronoun.end() :])
    ):
        return None
    return f"{clause[: pronoun.start()]}{thing}{clause[pronoun.end() :]}"


def _years_on(question: str, previous: _Turn) -> str | None:
    """The earlier question on pay, asked for the level that is meant: "and after a few years?", "and the top one?"."""
    years = _YEARS_ON.match(question)
    level = "" if not years else "senior" if years["top"] else level_after(years["years"])
    old = _ANY_LEVEL.search(previous.question)
    if not level or not old or not re.search(rf"\b{PAY}\b", previous.question, re.IGNORECASE):
        return None
    return f"{_with_article(previous.question[: old.start()], level)}{level}{previous.question[old.end() :]}"


def _named_by_ordinal(question: str, turns: Sequence[_Turn]) -> str | None:
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


def _in_place(fragment: str, previous: _Turn, embed: Embed | None, *, about: bool) -> str | None:
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
    if _PRONOUN.search(text) or len(text.split()) > 6 or _WHOLE.search(text):
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
        before = _with_article(before, said, plural=Phrase(said, 0, len(said)).plural and not tail)
    return f"{before}{said}{tail}{question[end:]}?"


def _with_article(before: str, said: str, *, plural: bool = False) -> str:
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


def _asks_another_figure(question: str, earlier: str) -> bool:
    """Whether pay is asked for after a duration, or the like, and nothing was named that could be meant.

    "How long will it take me without a degree?", "and how much would that pay?": the earlier question would mislead.
    """
    asked, before = understand(question), understand(earlier)
    if not (asked.of_figures and before.of_figures) or asked.kinds[0] == before.kinds[0]:
        return False
    return not any(not phrase.preposition and _can_be_meant(phrase) for phrase in phrases(earlier))


def _is_new(fragment: str, question: str, embed: Embed | None) -> bool:
    """Whether what is asked about has nothing to do with the earlier question: Docker, after the books to read."""
    text = _ARTICLE.sub("", fragment.strip(" ?.!"))
    plain = content(text) and not _DEPENDENT.match(text) and not _PRONOUN.search(text) and not _NOT_IN_PLACE.match(text)
    if not plain or embed is None or len(text.split()) > 3 or _LEVEL.match(text):
        return False
    vectors = embed([text.lower(), *(phrase.text.lower() for phrase in phrases(question))])
    return bool((vectors[1:] @ vectors[0]).max(initial=0.0) < _LIKE)


def _resolved(question: str, turns: Sequence[_Turn]) -> str | None:
    """The question with its pronoun replaced by the one phrase it can stand for."""
    masked = _EMPTY.sub(_unless_bare, question)
    pronouns = list(_PRONOUN.finditer(masked))
    if len({pronoun.group().lower() for pronoun in pronouns}) != 1 or _COMPARED.search(question):
        return None
    pronoun = pronouns[0]
    if _antecedents(masked[: pronoun.start()]):
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
    plural = pronoun.group().lower() in {"they", "them", "their", "those", "these"}
    # What was just said, if that names anything; else what the subject began with.
    last = "" if _complete(turns[-1].own) else _LEAD.sub("", turns[-1].own)
    said = [phrase for phrase in _meant(last, plural) if not phrase.preposition]
    candidates = said or _meant(_context(turns), plural)
    if len(candidates) != 1:
        return None
    phrase = candidates[0]
    name = phrase.text
    if not plural and name.islower() and phrase.determiner in {"a", "an", "the", "which", "what", "my", "one"}:
        name = f"the {name}"
    if kind == "own":
        name += "'" if plural else "'s"
    return f"{question[: pronoun.start()]}{name}{question[pronoun.end() :]}"


def _meant(earlier: str, plural: bool) -> list[Phrase]:
    """The phrases of an earlier question that "it" or "they" may stand for."""
    candidates = [
        phrase
        for phrase in phrases(earlier)
        if (phrase.plural == plural or _is_name(phrase))
        and _can_be_meant(phrase)
        and not _BECOMING.search(earlier[: phrase.start])
    ]
    if len(candidates) > 1:  # "Should I put my portfolio on GitHub?" is about the portfolio
        candidates = [phrase for phrase in candidates if phrase.preposition not in {"on", "in", "at", "to", "as"}]
    return candidates


def _one_meant(question: str, turns: Sequence[_Turn]) -> str | None:
    """The question with "one" replaced by the thing that was spoken of as "a …".

    None where there are several such things, and where the question names a thing itself or has other pronouns.
    """
    one = _INDEFINITE.search(question)
    if not one or phrases(question[: one.start()]) or _PRONOUN.search(question):
        return None
    earlier = _context(turns)
    things = [
        phrase
        for phrase in phrases(earlier)
        if phrase.determiner in {"a", "an"} and not phrase.plural and not phrase.preposition and _can_be_meant(phrase)
    ]
    if len(things) != 1 or _BECOMING.search(earlier[: things[0].start]):
        return None
    thing = f"{things[0].determiner} {things[0].text}"
    found = f"{question[: one.start('one')]}{thing}{question[one.end('one') :]}"
    return _joined(earlier, found) if _CONDITION.match(question) else found


def _part_of(question: str, turns: Sequence[_Turn]) -> str | None:
    """A question about "the design part" with what it is a part of."""
    text = question.rstrip(" ?.!")
    if not _NAMED_PART.search(text) or _PRONOUN.search(text):
        return None
    wholes = [
        phrase.text for phrase in phrases(_context(turns)) if phrase.determiner not in {"which", "what", "many", "much"}
    ]
    return f"{text} of {max(wholes, key=len)}?" if wholes else None


def _is_name(phrase: Phrase) -> bool:
    """Whether it is one capitalised word, whose last letter tells no number: "Kubernetes"."""
    return phrase.text[:1].isupper() and " " not in phrase.text


def _can_be_meant(phrase: Phrase) -> bool:
    return len(phrase.text) > 2 and not re.search(
        r"\b(?:us|years?|months?|time|way|shape|place|salary range|company|job)$", phrase.text, re.IGNORECASE
    )


def _context(turns: Sequence[_Turn]) -> str:
    """What a clause leans on: the question that began the subject, without what was asked about it in between."""
    return _REPORTED.sub("", re.split(r"(?<=[?.!])\s+", turns[-1].question.strip())[0])


def _joined(previous: str, question: str) -> str:
    """The earlier question, then the new one."""
    before = previous.strip()
    if not before.endswith(("?", ".", "!")):
        before += "?"
    # Two questions back is enough: a chain of fragments would otherwise grow without end.
    sentences = re.split(r"(?<=[?.!])\s+", before)
    said = _LEAD.sub("", question).strip() or question.strip()
    return f"{' '.join(sentences[-2:])} {said[:1].upper()}{said[1:]}"
