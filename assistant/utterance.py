"""What a message of a conversation is: a remark, a change of subject, a complete question or a part of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.asking import read_question
from assistant.topics import Phrase, content, phrases

COURTESY = re.compile(
    r"^(?:\s*(?:hi|hello|hey|hiya"
    r"|thanks|thank you|thx|ta|cheers|ok|okay|k|great|cool|nice|right|alright|hmm+|oh|ah|yes|yeah|yep|no|sure"
    r"|got it|i see|perfect|awesome|lovely|brilliant|good|well|sorry|please)\b(?: (?:so much|a lot|very much|then))?"
    r"[\s,.!;:-]*)+",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"^\W{0,5}(?:(?:that's|that is|thats|wow|interesting|makes sense|good to know|i see|not bad|done that)\b[^?]*"
    r"|(?:fair enough|scary|phew|damn|haha+|lol|sad|crazy|not much|sounds|oh (?:god|no|my|dear|wow|nice|well))\b"
    r"(?!.*\b(?:tell|explain|show|list|give|describe)\b)(?:\W{1,5}[\w'’]+){0,8}\W{0,5}"
    r"|(?:really|seriously)\W{0,5}"
    r"|[^?]{0,60}\b(?:you say|not bad|good to know|makes sense)\W{0,5}(?:\w+\W{0,5})?)$",
    re.IGNORECASE,
)
_TOLD = re.compile(  # said of oneself between questions: "I'm shy"
    r"^(?:i|i['’]?m|i['’]?ve|it['’]?s|my)\b(?!.*\b(?:what|which|how|who|why|where|when|can|should|do|does|is)\b)[^?]*$",
    re.IGNORECASE,
)
NEW_SUBJECT = re.compile(
    r"^\W*(?:(?:ok|okay|thanks|right|well|so|and|now|actually)\W+)*"
    r"(?:(?:a |an )?(?:diff(?:erent)?|another|new|unrelated|separate) (?:question|topic|subject|thing|one)"
    r"|never ?mind|(?:forget|leave|drop|scratch) (?:that|it|this|about (?:that|it|this))"
    r"|(?:changing|change|switching|switch)(?: of| the)? (?:topic|subject|tack)s?|let's (?:change|switch)[^,:.]*"
    r"|something else|by the way|btw|on (?:a|an) (?:different|another|other) (?:note|topic)|moving on|next question"
    r"|(?P<dropped>(?:forget|leave|drop|enough (?:of|about)) (?:about )?(?:the )?\w+(?: \w+)?(?=\s*[.!;:,])))"
    r"(?: (?:though|then|now))?\s*[,:.;!?–-]*\s+(?=\S)",
    re.IGNORECASE,
)
LEAD = re.compile(r"^\s*(?:(?:and|but|so|or|also|plus|then|now|basically|actually|honestly)\b[\s,]*)+", re.IGNORECASE)
WHAT_ABOUT = re.compile(
    r"^\s*(?:(?:and|but|so|or|ok|okay)\b[\s,]*)*(?:what|how|wat|whats|hows)(?:'s)? ?(?:about|abt|of)\s+", re.IGNORECASE
)
AUXILIARY = (
    r"is|are|was|were|am|do|does|did|can|could|should|shall|will|would|may|might|must|has|have|had|isn't|aren't|don't"
    r"|doesn't|didn't|can't|couldn't|won't|wouldn't|shouldn't"
)
CLAUSE = re.compile(
    r"^(?:what|wat|wht|which|who|whose|how)\b(?:\W+\w+){3,}|"
    rf"^(?:what|which|who|whose|where|when|why|how|whats|what's|who's|how's|where's)\b.*\b(?:{AUXILIARY}|to)\b"
    rf"|^(?:{AUXILIARY})\b \S+ \S+|^(?:what's|who's|where's|how's|whats)\b|^how to\b"
    r"|^(?:give|tell|name|list|show|explain|describe|compare|recommend|suggest|define)\b"
    rf"|\b(?:i|we|you|they|he|she|it|people|someone) (?:\w+ )?(?:{AUXILIARY}|need|want|get|use)\b",
    re.IGNORECASE,
)
DEPENDENT = re.compile(r"^(?:even|only|just|not|without|with|in|at|for|from|on|by|as|since|until)\b", re.IGNORECASE)
_SUBJECT = re.compile(rf"\b(?:{AUXILIARY})\b.*\b(?:i|we|you|they|engineers?|the|a)\b", re.IGNORECASE)
CONDITION = re.compile(r"(?:if|unless)\b", re.IGNORECASE)  # "and if I do a master's on top?"
CONSEQUENCE = re.compile(
    rf",\s*(?:then\s+)?(?:{AUXILIARY}|what|which|who|where|when|why|how)\b"
    rf"|\b(?:{AUXILIARY})\s+(?:i|we|you|they|it|he|she|there|one|people|someone)\b|\b(?:what|which|how|why)\b",
    re.IGNORECASE,
)
_SUBORDINATE = re.compile(r"[,;.!?]|\b(?:if|when|once|after|before|because|while|and|so)\b", re.IGNORECASE)
PRONOUN = re.compile(
    r"\b(?P<plural>they|them|those|these)\b|\b(?P<own>its|their)\b|\b(?P<single>it|that|this)\b"
    r"|\b(?P<person>he|she|him|her|his|hers)\b|\b(?P<place>there|here)\b",
    re.IGNORECASE,
)
# "It" that stands for nothing said before, "that" that opens a clause, "this job" and "there are".
EMPTY = re.compile(
    r"\b(?:does|do|did|will|would|could|can|might|may|should|is|was)\s+it\s+(?:\w+\s+){0,3}?(?:to|that|if|for|when)\b(?=\s+\w)"
    r"|\bit\s+(?:is|was|takes?|'s)\s+(?:\w+\s+){0,2}?(?:to|that|if|for)\b|\bit's\s+(?:\w+\s+){0,2}?(?:to|that)\b"
    r"|\b(?:this|that)\s+(?:job|field|career|role|profession|guide|roadmap|playbook|subject|line)\b"
    r"|\b(?:is|are|was|were)\s+there\b|\bthere\s+(?:is|are|was|were)\b|\bthere's\b|\bmake it as\b"
    r"|\b\w{3,}(?<!\babout)(?<!\bis)(?<!\bdo)(?<!\bdoes)(?<!\bfor)(?<!\bwith)(?<!\bwas)\s+that\s+(?:is|are|can|will|matter|help|have|the|i|we|you|they|it)\b"
    r"|\bso that\b|\bhere (?:is|are)\b|\bhow long (?:do|does|did|would|will) it (?:\w+ )?take\W*$"
    r"|\b(?:do|does|did|will|would|can)\s+they\s+(?:\w+ly\s+)?(?:ask|test|want|look|expect|hire|check|care|grill|quiz)\b",
    re.IGNORECASE,
)
_ARTICLE_WORDS = "a an the my your our his her their this that these those which what any some each every one"
ARTICLES = frozenset(_ARTICLE_WORDS.split())
_RELATIVE = re.compile(
    r"\b(?:the|that|this|these|those) (?:\w+ ){0,2}?(?:one|ones|part|parts|two|three|both|others?|first|second|third"
    r"|last|former|latter|same|rest|next|step|round|kind|type|practice|thing|platform|latter)\b"
    r"|\b(?:which|what) ones?\b|\bone of (?:them|those)\b|\bother (?:example|kind|one|option)s?\b|\bin between\b"
    r"|\b(?:afterwards|instead|either|otherwise|too|as well|then)\s*\W*$",
    re.IGNORECASE,
)
_THEN = re.compile(r"\bthen\W*$", re.IGNORECASE)


@dataclass(frozen=True)
class Turn:
    """What the user has asked so far, standing alone and in their own words, with what the assistant said to it."""

    question: str
    own: str = ""
    answer: str = ""


def is_only_said(text: str, turns: Sequence[Turn]) -> bool:
    """Whether nothing is asked, and nothing named that could be asked about next."""
    if _REMARK.match(text):
        return True
    told = without_courtesy(text)
    return bool(turns and _TOLD.match(told)) and not any(
        phrase.preposition or phrase.determiner in ARTICLES for phrase in phrases(told)
    )


def without_courtesy(text: str) -> str:
    """The text without thanks and the like before it."""
    rest = COURTESY.sub("", text, count=1).strip()
    return rest or text.strip()


def is_complete(question: str) -> bool:
    """Whether a question says all it needs."""
    text = question.strip()
    if read_question(text).instruction:
        return True
    stripped = EMPTY.sub(unless_bare, text)
    pronoun = PRONOUN.search(stripped)
    if pronoun and not possible_antecedents(stripped[: pronoun.start()]):
        return False
    if _RELATIVE.search(text) and len(content(_RELATIVE.sub(" ", text))) < (3 if _THEN.search(text) else 4):
        return False
    if DEPENDENT.match(text) and not _SUBJECT.search(text):
        return False
    if CONDITION.match(text) and not CONSEQUENCE.search(text):
        return False
    named = content(text)
    if not named:
        return False
    if not CLAUSE.search(text):
        return len(named) >= 4  # "senior ml engineer us salary" is a question; "and the libraries?" is not
    return len(named) >= 2 or bool(phrases(text))


def unless_bare(match: re.Match[str]) -> str:
    """Nothing for an "it" that stands for nothing; the match itself where nothing follows for it to announce.

    "Is it hard to become an engineer?" speaks of no earlier thing, "is it hard to learn?" does.
    """
    opens = re.search(r"\bit\b(?!.*\btakes?\b).*\bto$", match.group(), re.IGNORECASE)
    return match.group() if opens and not phrases(match.string[match.end() :]) else " " * len(match.group())


def possible_antecedents(before: str) -> list[Phrase]:
    """The phrases before a pronoun that it may stand for: with an article, a plural or a name."""
    found = [
        phrase
        for phrase in phrases(before)
        if phrase.determiner in ARTICLES or phrase.plural or phrase.text[:1].isupper()
    ]
    asked = re.match(r"\W*(?:which|what|whose|how (?:many|much|long|often))\b", before, re.IGNORECASE)
    if asked and found and not _SUBORDINATE.search(before):
        # "How many projects should it have?": what is asked for is not what "it" stands for.
        return [] if len(found) == 1 or re.search(r"\bof\b", before) else found[1:]
    return found
