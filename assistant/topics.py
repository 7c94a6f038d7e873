"""What a question is about, in noun phrases, and what a follow-up leaves unsaid."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.vocabulary import is_carrier, words

_VERB_WORDS = """
add address affect answer apply are attend avoid be become becoming began begin belong bring build built buy change
choose clean collaborate collect come compare consist cost cover create deal define degrade demand depend deploy
deployed describe design detect deploying develop differ discuss do document earn earns enrol enroll enter evaluate
evaluated exist expect explain explore find finish focus follow gain get getting go grow growing handle happen happens
have help hire hosted host improve include involve join keep kept know last learn learning? let like list live look
maintain make manage master matter measure meet monitor monitored move mean need offer organise pace participate pay
pick play practise practice prepare prevent proceed process prove provide pursue put raise read recommend recommended
replace require required retrain retrained run say scale search see seek send separate serve set show skip solve speak
speed spend split start starting stay stop store study succeed suit support switch tackle tailor take talk teach tell
track train trained translate try tune tuned understand update use used using value vary visit want work write
written writing going doing making taking having being seeing pays gives helps needs makes wants works loses lose hurt
hurts hard easy difficult tough necessary useful important possible mandatory needed worthwhile free good popular
similar different expected enough worth relevant true long ready finished able sure fine okay enjoy contain contains
hold holds carry carries test tests tested check checks ask asks asked land landed lands apply applies count counts
complete completed end ends fail failed fit happen hear heard hope ignore judge lack leave led lead leads listen lost
meant mention mentioned name named order own owns pass passed plan point prefer produce promote provide reach receive
refer remain remember reply report rest return save sell seem seems share sit sound sounds stand stick store suggest
switch think touch turn turns wait walk watch wear win wonder worry exists rely involved proper stuck bother afford
expect expects sort sorts
"""
_VERBS = frozenset(_VERB_WORDS.split())
_BOUNDARY_WORDS = """
of in on at by for from to into with without within about over under between as than via
"""
_BOUNDARIES = frozenset(_BOUNDARY_WORDS.split())
_SINGULAR = frozenset({"statistics", "mathematics", "maths", "physics", "mlops", "news"})
_PUNCTUATED = re.compile(r"[,;:.!?()\"“”]|\s-\s|\s–\s")
# What follows an auxiliary and a pronoun is done, whatever the word: "how long do I boil eggs".
_DONE = re.compile(
    r"\b(?:do|does|did|can|could|should|shall|will|would|must|may|might) (?:i|you|we|they|he|she|it|one) (?P<verb>\w+)",
    re.I,
)
_PHRASE_WORD = re.compile(r"[^\W_][\w+#/&.'’-]*")


@dataclass(frozen=True)
class Phrase:
    """A noun phrase of a question: `text[start:end]`.

    Attributes:
        text: The phrase without its article.
        start: Offset of its first character in the question.
        end: Offset after its last one.
        preposition: The preposition before it, in lower case; "" if none.
        determiner: The article, possessive or "which" before it, in lower case; "" if none.
    """

    text: str
    start: int
    end: int
    preposition: str = ""
    determiner: str = ""

    @property
    def plural(self) -> bool:
        """Whether it looks like a plural."""
        last = self.text.split()[-1]
        return bool(re.search(r"[^s'’u]s$", last)) and last.lower() not in {
            "statistics",
            "mathematics",
            "maths",
            "mlops",
        }


def phrases(text: str) -> list[Phrase]:
    """The noun phrases of a question, in order: runs of words that are neither function words nor verbs."""
    found: list[Phrase] = []
    run: list[re.Match[str]] = []
    before: list[str] = []

    def close() -> None:
        if run:
            preposition = next((word for word in reversed(before[-2:]) if word in _BOUNDARIES), "")
            determiner = before[-1] if before and before[-1] not in _BOUNDARIES else ""
            start, end = run[0].start(), run[-1].end()
            phrase = text[start:end].rstrip(".'’-")
            found.append(Phrase(phrase, start, start + len(phrase), preposition, determiner))
            before.clear()
            run.clear()

    last = 0
    verbs = {match.start("verb") for match in _DONE.finditer(text)}
    for match in _PHRASE_WORD.finditer(text):
        if run and _PUNCTUATED.search(text[last : match.start()]):
            close()
        word = match.group().lower().rstrip(".'’-")
        named = match.start() > 0 and match.group()[0].isupper() and word not in {"i", "i'm", "i've", "i'd"}
        gerund = run and word == "learning"
        verb = word in _VERBS or match.start() in verbs
        if (is_carrier(word) and not named) or (verb and not named and not gerund):
            close()
            before.append(word)
        else:
            run.append(match)
        last = match.end()
    close()
    return found


def content(text: str) -> list[str]:
    """The words of a text that are not function words, in lower case."""
    return [word.lower() for word in words(text) if not is_carrier(word)]
