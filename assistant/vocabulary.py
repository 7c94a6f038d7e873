"""Which words the guides use, and how common a word is in English at large."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache

_WORD = re.compile(r"[^\W\d_][\w+#]*(?:[.'’/&-][^\W_][\w+#]*)*|[$€£]?\d[\d,.]*(?:[a-z%°+]+)?|[€£$%]", re.IGNORECASE)
# Function words, and verbs and nouns that carry a question without being what it is about.
_CARRIERS_WORDS = """
    happen happens happened include includes included says said yaar yar bhai bro dude
    a an the this that these those some any each every all both either neither no not nor none such same other
    another i me my mine we us our you your yours he him his she her hers it its they them their theirs one ones
    someone somebody anyone anybody everyone everybody something anything everything nothing there here am is are
    was were be been being do does did doing done have has had having will would shall should can could may might
    must ought cannot can't don't doesn't didn't won't isn't aren't wasn't haven't hasn't i'm i've i'd i'll you're
    it's that's what's who's there's let's of in on at by for from to into onto with without within about over under
    between among through during before after above below against toward towards upon per than as like via off out
    up down around across along and or but if so because since while although though whether until unless then else
    when where why how what which who whom whose whatever whichever very too quite just only also even still yet
    already again really actually basically simply maybe perhaps ever never always usually often sometimes much many
    more most less least few fewer several lot lots bit kind kinds sort sorts type types thing things stuff way ways
    etc please kindly sir madam hi hello hey ok okay thanks thank tell say says said know knows give gives given get
    gets getting got go goes going make makes made want wants need needs needed use uses used using help helps take
    takes taken come comes mean means meant call called name named list show let put look seem ask asked question
    answer guide guides guide's explain describe mention mentioned wonder does'nt dont doesnt cant im ive whats wat
    plz pls lol yo well now first next later today right correct true vs versus exactly typically generally normally
    likely possible good bad better best worth nice great fine ok important
"""
_CARRIERS = frozenset(_CARRIERS_WORDS.split())
# Countries, large cities, peoples and currencies, so that a place counts as one in lower case as well.
_PLACE_WORDS = """
afghanistan albania algeria argentina armenia australia austria azerbaijan bahrain bangladesh belarus belgium
bolivia bosnia botswana brazil britain bulgaria cambodia cameroon canada chile china colombia croatia cuba cyprus
czechia denmark dubai ecuador egypt england estonia ethiopia eu europe finland france georgia germany ghana greece
guatemala hungary iceland india indonesia iran iraq ireland israel italy jamaica japan jordan kazakhstan kenya korea
kuwait latvia lebanon libya lithuania luxembourg malaysia malta mexico moldova mongolia morocco myanmar namibia
nepal netherlands nigeria norway oman pakistan palestine panama paraguay peru philippines poland portugal qatar
romania russia rwanda saudi scotland senegal serbia singapore slovakia slovenia somalia spain sudan sweden
switzerland syria taiwan tanzania thailand tunisia turkey uganda uae uk ukraine uruguay usa uzbekistan venezuela
vietnam wales yemen zambia zimbabwe africa asia scandinavia amsterdam athens atlanta auckland austin bangalore
bengaluru bangkok barcelona beijing berlin birmingham bombay boston bristol brussels bucharest budapest cairo
calcutta california chennai chicago cologne copenhagen dallas delhi denver detroit dhaka dublin edinburgh florida
frankfurt geneva glasgow gurgaon gurugram hamburg helsinki hongkong houston hyderabad istanbul jaipur jakarta
johannesburg karachi kolkata kyiv lagos lahore leeds lisbon london lucknow lyon madrid manchester manila melbourne
miami milan montreal moscow mumbai munich nairobi noida ohio oslo ottawa paris philadelphia prague pune rome
sacramento seattle seoul shanghai stockholm sydney texas tokyo toronto vancouver vienna warsaw zurich
australian british canadian chinese dutch european french german indian irish italian japanese spanish swiss aud cad
chf eur euro euros gbp inr lakh lakhs lpa pounds rupees sgd sterling yen yuan
"""
_PLACES = frozenset(_PLACE_WORDS.split())
_COMPARED = re.compile(
    r"^(small|large|fast|cheap|high|low|hard|long|short|old|new|quick|wide|broad|great|tough|strong|young|late|deep|rich)"
    r"e?(?:r|st)$"
)  # the stemmer keeps "smaller" apart from "small"
_DOTTED = re.compile(r"(?:[a-z]{1,2}\.)+[a-z]{1,2}\.?")  # "Ph.D.", "U.S."
_RUN = re.compile(r"[a-z]+(?: [a-z]+)+")
_FUNCTION_WORDS = """
    a an the this that these of in on at by for from to into with and or but if so as is are was were be it its he
    she they we you i my your their our not no do does can will may more most than then there which who what when
    how
"""
_FUNCTION = frozenset(_FUNCTION_WORDS.split())
_FOREIGN_WORDS = 2  # as many unknown ones make a question foreign; one may be a name (guess)
_SPLIT = re.compile(r"[/&.'’-]")
# Names for the same thing, one group a line, whatever a guide is about: a guide that says "salary" answers what is
# asked about pay. The field's own abbreviations are in question.py.
_NAMES_ALIKE = """
usa u.s america american united
uk u.k britain british
university college uni varsity
benefit perk
salary pay paid wage income earn earning paycheck ctc remuneration compensation package
employer boss company firm recruiter
job gig role position work career employment profession occupation
beginner newbie fresher novice newcomer entry-level junior rookie
repository repo
resume cv
industry sector
website site platform
mathematics maths
statistics stats
difficult hard tough challenging
prepare prep
colleague teammate coworker peer
app application
documentation doc document
library lib
certificate certification
rise grow increase
degrade drop decline fall
part component
write wrote written author
buy bought purchase
teach taught
step stage phase
doctorate phd ph.d
undergraduate bachelor bachelors
cost price fee charge
begin start
city town
"""
# British to American, on the end of a word; tried on every word alike, so that both sides meet.
_SPELLINGS = (
    ("isation", "ization"),
    ("ise", "ize"),
    ("ised", "ized"),
    ("ises", "izes"),
    ("ising", "izing"),
    ("yse", "yze"),
    ("ysed", "yzed"),
    ("our", "or"),
    ("ours", "ors"),
    ("oured", "ored"),
    ("ouring", "oring"),
    ("oural", "oral"),
    ("ourite", "orite"),
    ("ourable", "orable"),
    ("elling", "eling"),
    ("elled", "eled"),
    ("programme", "program"),
    ("programmes", "programs"),
    ("licence", "license"),
    ("practise", "practice"),
    ("practising", "practicing"),
    ("maths", "math"),
    ("centre", "center"),
    ("grey", "gray"),
    ("cheque", "check"),
    ("tyre", "tire"),
    ("tyres", "tires"),
)


@dataclass(frozen=True)
class Vocabulary:
    """The words of a set of passages.

    Attributes:
        passages: How many passages were read.
        frequency: In how many of them a stem occurs.
        initials: Acronyms that the passages spell out ("ml" where they say "machine learning").
    """

    passages: int = 0
    frequency: Counter[str] = field(default_factory=Counter)
    initials: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Vocabulary:
        """The vocabulary of texts."""
        frequency: Counter[str] = Counter()
        spelled: Counter[tuple[str, str]] = Counter()
        count = 0
        for text in texts:
            count += 1
            tokens = words(text)
            frequency.update({stem(part) for word in tokens for part in parts(word)})
            spelled.update(_initials(text))
        return cls(count, frequency, frozenset(letters for (letters, _), n in spelled.items() if n > 1))

    def holds(self, word: str) -> bool:
        """Whether the passages use the word, in any inflection or spelling, or spell the acronym out."""
        return any(form in self.frequency for form in forms(word)) or word.lower() in self.initials

    def rarity(self, word: str) -> float:
        """Inverse document frequency, scaled to [0, 1]; 1 for a word that is not there."""
        found = max((self.frequency[form] for form in forms(word)), default=0)
        if not found:
            return 0.0 if word.lower() in self.initials else 1.0
        return math.log((self.passages + 1) / (found + 0.5)) / math.log((self.passages + 1) / 0.5)


def words(text: str) -> list[str]:
    """The words and numbers of a text, as written."""
    return [match.group() for match in _WORD.finditer(text)]


def sentence_starts(text: str) -> list[bool]:
    """For each of the words of a text, whether it opens a sentence."""
    starts = []
    last = 0
    for match in _WORD.finditer(text):
        starts.append(not last or bool(re.search(r"[.!?;:\n]\W*$", text[last : match.start()])))
        last = match.end()
    return starts


def parts(word: str) -> list[str]:
    """A word and, where it is joined with a hyphen or slash, what it is joined from."""
    if _DOTTED.fullmatch(word.lower()):
        return [word]
    pieces = [piece for piece in _SPLIT.split(word) if len(piece) > 1]
    return [word, *pieces] if len(pieces) > 1 or (pieces and pieces[0] != word) else [word]


def is_carrier(word: str) -> bool:
    """Whether a word carries a question without being what it is about ("which", "should", "tell")."""
    return word.lower().replace("’", "'") in _CARRIERS


def is_place(word: str) -> bool:
    """Whether a word names a country, a large city, a people or a currency."""
    return word.lower() in _PLACES


@lru_cache(maxsize=20_000)
def forms(word: str) -> frozenset[str]:
    """The stems under which a text may speak of the word: its own, its parts' and those of its common other names."""
    own = frozenset(stem(part) for part in parts(word))
    return own.union(*(_alike().get(form, ()) for form in own))


def is_foreign(text: str, vocabulary: Vocabulary) -> bool:
    """Whether most words of a text are known neither to English nor to the guides."""
    known = unknown = 0
    for word in words(text):
        if len(word) > 2 and word.isalpha() and not word.isupper():  # short ones are alike in many languages
            strange = not commonness(word) and not vocabulary.holds(word)
            unknown += strange
            known += not strange
    return unknown >= _FOREIGN_WORDS and unknown >= known


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The English stem of a word, alike for British and American spelling."""
    word = word.lower().replace("’", "'").removesuffix("'s").removesuffix("'")
    word = _COMPARED.sub(r"\1", word)
    if _DOTTED.fullmatch(word):
        word = word.replace(".", "")
    if word.endswith("s") and not set(word[:-1]) & set("aeiouy"):
        return word[:-1]  # "CNNs": the stemmer wants a vowel before it takes an s off
    for british, american in _SPELLINGS:
        if word.endswith(british) and len(word) > len(british) + (2 if len(british) < 5 else -1):
            word = word[: -len(british)] + american
            break
    return str(_stemmer().stemWord(word))


def commonness(word: str) -> float:
    """How common a word is in English, log10 of a count: about 4 for rare words, 10 for "the", 0 for unknown ones."""
    count = _english().get(word.lower()) or _english().get(re.sub(r"['’]s$|s$", "", word.lower()), 0)
    return math.log10(count) if count else 0.0


def _initials(text: str) -> Iterable[tuple[str, str]]:
    """Acronyms that a text spells out, each with the words it stands for: ("ml", "machine learning")."""
    for run in _RUN.findall(text.lower()):
        tokens = run.split()
        for length in (2, 3, 4):
            for start in range(len(tokens) - length + 1):
                phrase = tokens[start : start + length]
                if not _FUNCTION & set(phrase):
                    yield "".join(word[0] for word in phrase), " ".join(phrase)


@cache
def _alike() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _NAMES_ALIKE.strip().splitlines():
        group = frozenset(stem(word) for word in line.split())
        for name in group:
            found[name] = found.get(name, frozenset()) | group
    return found


@cache
def _stemmer():  # type: ignore[no-untyped-def]
    import Stemmer

    return Stemmer.Stemmer("english")


@cache
def _english() -> dict[str, int]:
    """Word counts that come with the spelling corrector (symspellpy), read once, in about 0.1 s."""
    from importlib.resources import files

    text = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    return {word: int(count) for word, count in (line.split() for line in text.splitlines() if line.strip())}
