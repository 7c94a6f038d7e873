"""Does the cited text bear a claim out, and where: a check that needs no model and takes about a millisecond.

The base is stemmed token recall: how much of what the claim says is in the evidence, and how much of each of its
clauses is in one sentence of it. Recall cannot see a changed number, a swapped name, a lost "not" or an added
"always"; for each of these there is a guard. A guard lowers the score when it is sure and keeps silent otherwise, so
that on text of any kind the recall decides.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from importlib import resources
from itertools import pairwise, takewhile

import Stemmer

THRESHOLD = 0.5  # of the calibrated score: from here up a claim is as likely as not to be supported

# A logistic curve spreads the recall, after guards, over [0, 1]. Its midpoint was fitted on the development split of
# our own claims (macro-F1 there is flat within a point from .64 to .69), its steepness is a guess.
_MIDPOINT = 0.65
_STEEPNESS = 12.0
_BINDING = 0.5  # weight of the recall by clause, against the recall anywhere (fitted likewise; flat from .3 to .8)

_LONGEST = 2000  # characters of a claim that are read; a sentence has some 150
_SPANS = 3  # sentences quoted for one claim at most
_SPAN_GAIN = 0.12  # share of the claim that a further sentence must add to be quoted too (guess)


@dataclass(frozen=True)
class Support:
    """How far evidence bears a claim out.

    Attributes:
        score: In [0, 1]; from `THRESHOLD` up the claim counts as supported.
        supported: Whether it does.
        spans: The sentences that bear it out, best first: (index in the evidence, start, end) in characters.
        doubts: Which guards fired (see `GUARDS`); "recall" where there was too little of the claim without any.
    """

    score: float
    supported: bool
    spans: tuple[tuple[int, int, int], ...] = ()
    doubts: tuple[str, ...] = ()


def support(
    claim: str,
    evidence: Sequence[str],
    *,
    headings: Sequence[str] = (),
    without: Sequence[str] = (),
) -> Support:
    """How far the evidence bears the claim out, and which sentences do.

    Args:
        claim: One sentence or list item; citation markers in it are ignored.
        evidence: The cited texts.
        headings: Titles and headings the evidence stands under; they count as known, and are never quoted.
        without: Names of guards to leave out, as in `GUARDS` (to measure what each one earns).

    Returns:
        A score in [0, 1], higher is better, with the spans of the best supporting sentences.
    """
    texts = (evidence,) if isinstance(evidence, str) else evidence
    case = _Case(
        _parse(_MARKER.sub(" ", claim[:_LONGEST]).strip()),
        [_Sentence(index, *found) for index, text in enumerate(texts) for found in _read(text)],
        [_parse(heading) for heading in headings],
    )
    if not case.whole or not case.sentences:
        return Support(0.0, False, (), ("recall",))
    score = (1 - _BINDING) * case.recall_anywhere + _BINDING * case.recall_by_clause
    doubts = []
    for name, guard in GUARDS.items():
        factor = 1.0 if name in without else guard(case)
        if factor < 1:
            score *= factor
            doubts.append(name)
    score = 1 / (1 + math.exp(-_STEEPNESS * (score - _MIDPOINT)))
    supported = score >= THRESHOLD
    if not supported and not doubts:
        doubts.append("recall")
    spans = tuple((found.text_index, found.parsed.start, found.parsed.end) for found in case.cover)
    return Support(round(score, 4), supported, spans, tuple(doubts))


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences and list items of a text begin and end, in characters, in order."""
    spans = []
    begin = 0
    for match in _BOUNDARY.finditer(text):
        end = match.end("stop") if match.group("stop") is not None else match.start()
        if match.group("stop") is not None and _ABBREVIATION.search(text[begin:end]):
            continue
        spans.append((begin, end))
        begin = match.end()
    spans.append((begin, len(text)))
    return [trimmed for trimmed in (_trim(text, start, end) for start, end in spans) if trimmed[0] < trimmed[1]]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Reading text

_BOUNDARY = re.compile(
    r"(?P<stop>[.!?…]+[\"'”’)\]*]*)(?=\s+[\"'“‘(\[*]*[A-Z0-9À-ÞЀ-Я\-•])\s+"
    r"|(?<=[。！？])\s*"
    r"|\s*\n(?=\s*(?:[-*•–]|\d+[.)]|#+)\s)\s*"
    r"|\s*\n\s*\n\s*"
    r"|(?<=[:.!?])\s*\n\s*"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|cf|Dr|Mr|Mrs|Ms|Prof|St|No|Fig|approx|[A-Z]|U\.S|Ph\.D)\.|(?:^|\n)\s*\d+\.)$"
)
_LEAD = re.compile(r"(?:\s|[-*•–#>]+\s|\d{1,2}[.)]\s)*")


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    lead = _LEAD.match(text, start, end)
    start = lead.end() if lead else start
    return start, max(start, start + len(text[start:end].rstrip()))


@dataclass(frozen=True, slots=True)
class _Term:
    """A content word, name or number.

    `key` is what is compared; the two poles of a pair of opposites share a key and differ in `sign`. `negated` says by
    what: "not" (a verb's negation), "without" (a noun's), or "".
    """

    key: str
    surface: str
    position: int
    weight: float = 1.0
    name: bool = False
    value: float | None = None
    unit: str = ""
    sign: int = 1
    negated: str = ""
    approximate: bool = False

    @property
    def polarity(self) -> int:
        return -self.sign if self.negated else self.sign


@dataclass(frozen=True)
class _Clause:
    """A stretch between commas, brackets and conjunctions."""

    terms: tuple[_Term, ...]
    negators: frozenset[str]
    finite: bool = False  # whether it has a verb or a gloss in brackets of its own, as far as can be told


@dataclass(frozen=True)
class _Parsed:
    """A sentence: its terms by clause, its words, and where it stands in its text."""

    text: str
    start: int
    end: int
    clauses: tuple[_Clause, ...]
    words: frozenset[str]

    @cached_property
    def terms(self) -> tuple[_Term, ...]:
        return tuple(term for clause in self.clauses for term in clause.terms)

    @cached_property
    def units(self) -> tuple[tuple[_Term, ...], ...]:
        """Clauses that say something of a subject of their own, with the clauses that go on about it."""
        found: list[tuple[_Term, ...]] = []
        whole = False
        for clause in self.clauses:
            if found and not (whole and clause.finite and len(clause.terms) > 1):
                found[-1] += clause.terms
            else:
                found.append(clause.terms)
            whole = whole or clause.finite
        return tuple(found)

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(term.key for term in self.terms)

    @cached_property
    def numbers(self) -> tuple[_Term, ...]:
        return tuple(term for term in self.terms if term.value is not None)

    @cached_property
    def prefixes(self) -> frozenset[str]:
        return frozenset(key[:_PREFIX] for key in self.keys if len(key) > _PREFIX and key[0].isalpha())

    @cached_property
    def capitals(self) -> frozenset[str]:
        """Abbreviations that stand in it, in lower case and without a plural s."""
        return frozenset(found.lower() for found in re.findall(r"\b([A-Z]{2,5})s?\b", self.text))

    @cached_property
    def initials(self) -> frozenset[str]:
        """What its runs of words abbreviate to: nlp for natural language processing."""
        return frozenset(run for _, run in _runs(self.text))

    @cached_property
    def expansions(self) -> dict[int, list[str]]:
        """By position of a word, what the runs it belongs to abbreviate to."""
        found: dict[int, list[str]] = {}
        for positions, run in _runs(self.text):
            for position in positions:
                found.setdefault(position, []).append(run)
        return found


@dataclass(frozen=True)
class _Sentence:
    """A sentence of the evidence; `context` is the sentence it leans on (the lead of its list, or what "it" is)."""

    text_index: int
    parsed: _Parsed
    context: _Parsed | None


def _runs(text: str) -> Iterable[tuple[list[int], str]]:
    words = [(found.group()[0].lower(), found.start()) for found in re.finditer(r"[^\W\d_]+", text)]
    for size in (2, 3, 4):
        for at in range(len(words) - size + 1):
            run = words[at : at + size]
            yield [position for _, position in run], "".join(letter for letter, _ in run)


@lru_cache(maxsize=512)
def _read(text: str) -> tuple[tuple[_Parsed, _Parsed | None], ...]:
    found: list[tuple[_Parsed, _Parsed | None]] = []
    lead: _Parsed | None = None
    for start, end in split_sentences(text):
        parsed = _parse(text[start:end], start)
        listed = bool(re.search(r"(?:[-*•–]|\d[.)])\s*$", text[:start]))
        leaning = _PRONOUN.match(parsed.text)
        found.append((parsed, lead if listed else found[-1][0] if leaning and found else None))
        if parsed.text.endswith(":"):
            lead = parsed
    return tuple(found)


_PRONOUNS = _words("it its they their these this those he she his her both such all each")
_PRONOUN = re.compile(rf"(?:{'|'.join(sorted(_PRONOUNS))})\b", re.IGNORECASE)
_ELLIPSIS = re.compile(r"\s+(?:the\s+)?\S+\s+(for|with|in|on|as|by|to)\b")  # "A for this and B for that"
_TOKEN = re.compile(
    r"(?P<number>(?P<money>[$€£]\s?)?(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<scale>\s?(?:k|K|m|M|bn|B)(?![\w])|\s(?:thousand|million|billion|trillion)\b)?"
    r"(?P<percent>\s?%|\s?per\s?cent\b)?(?:st|nd|rd|th|s)?(?![\w]))"
    r"|(?P<ideograph>[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])"
    r"|(?P<word>[^\W_]+(?:['’][^\W\d_]+)?(?:\+\+|\#)?)"
    r"|(?P<stop>[,;:()—]|\s[–-]\s)"
)
_MARKER = re.compile(r"\[\s*\d+(?:\s*[,;–-]\s*\d+)*\s*\]|【[^】]*】")
_SPECIFIC = 0.9  # weight from which a word says what a claim is about (fitted; flat from .9 to 1.2)
_PREFIX = 5  # letters that two words share to count as kin: container, containerise

_SCALE = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "b": 1e9, "billion": 1e9, "trillion": 1e12}
_COUNTS = """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty"""
_NUMBER_WORDS = {word: float(value) for value, word in enumerate(_COUNTS.split(), start=2)} | {
    "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0, "ninety": 90.0,
}  # fmt: skip
_MONTHS = {"year": 12.0, "month": 1.0, "week": 12 / 52, "day": 12 / 365, "hour": 12 / 8760}
_MONEY_WORDS = {"dollar", "usd", "euro", "pound"}
_APPROXIMATE = {"about", "around", "approximately", "nearly", "almost", "roughly", "circa", "over"}

_STOPWORDS = _words(
    """a an the this that these those and or but if then else so as of at by for from in into on onto to with within
    about above after again against among around because before below between both during each either further here how
    i me my we our us you your yours he him his he's she her it its they them their theirs who whom whose which what
    when where why while is am are was were be been being do does did doing done have has had having will would shall
    should can could may might must ought let there out up down off over under than too very just also only own such
    not no nor never without all any every many most some more less much few other another one ones yes however
    therefore thus moreover additionally furthermore overall e.g i.e etc via per always often usually sometimes
    typically generally commonly frequently s t re ve ll d like well still even though although since until upon
    whether hence summary conclusion according mentioned states stated guide guides passage passages text source
    document rather instead sign signs don't doesn't isn't aren't won't can't cannot needn't"""
)
_VERB_NEGATORS = _words("not never cannot neither nor rarely seldom hardly barely")
_NOUN_NEGATORS = _words("no without none nobody nothing lack lacks lacking non fewer")
_SOFT_NEGATORS = _words("limited minimal little scarce")
_NOT_NEGATING = re.compile(
    r"\b(?:not (?:only|just|merely|simply|limited to|to mention|all|every|everyone|everybody|everything|always)"
    r"|no (?:doubt|matter|longer than)|why not|if not|or not|at least|at most|a few"
    r"|more or less|no more than|no less than)\b",
    re.IGNORECASE,
)
_NOT_ALL = re.compile(r"\bnot (?:only|all|every|everyone|everybody|always|entirely|just)\b", re.IGNORECASE)
_INSTEAD = re.compile(r"\b(?:rather than|instead of)\b", re.IGNORECASE)

# Words that say the same, by group; the first names the group. General words only: names have no synonyms.
_SYNONYMS = """
salary pay wage earnings earn compensation income remuneration paid
job role position post career employment occupation
employer company firm organisation organization business
begin start starting beginner commence initiate
learn study studying education educational
get obtain gain acquire achieve attain
show demonstrate display prove showcase proof evidence
build create develop construct make produce creation design
use utilise utilize employ apply leverage application applied
aid assist support facilitate
several multiple various numerous diverse
quick fast rapid swift quickly rapidly
difficult hard tough challenging demanding
teach instruct train training
enhance improve better improvement enhancement strengthen boost
understand grasp comprehend understanding comprehension
method technique approach way
picture image photo
forecast predict prediction
choose select pick selection choice
collect gather collection acquire
watch monitor monitoring track observe
clean cleaning cleanse tidy
team group
worker employee staff
client customer
speech voice audio
programming coding code program
maths mathematics math mathematical
statistics statistical stats
region area location place
city metropolitan urban town
depend vary hinge depending varies dependent
duration length time
roughly approximately about
include contain comprise consist cover
maintain upkeep maintenance
resume cv
wellknown famous popular renowned
university college
keep retain continue stay
expert specialist professional expertise
tool software
cheap affordable inexpensive
buy purchase
house home
car vehicle automobile
physician doctor
movie film
country nation
child kid
begin launch
finish end complete conclude
allow enable permit let
need require requirement prerequisite
topic subject
goal aim objective purpose
task duty responsibility responsible duties
answer reply respond response
problem issue
result outcome
example instance
""".strip()


# Pairs of opposites: one pole | the other. Inflected forms follow by stem.
_OPPOSITES = """
necessary mandatory required requirement compulsory obligatory need necessity prerequisite must | optional negotiable
increase rise grow growth surge raise climb soar accelerate | decrease fall decline drop shrink reduce reduction
high higher highest | low lower lowest
large larger bigger largest big vast huge | small smaller smallest tiny
quick quicker quickly fast faster speed | slow slower slowly
long longer longest lengthen | short shorter shortest shorten
above | below
more most many plenty | less least few fewer
possible | impossible
easy easier easily simple simpler | difficult harder hard complex tough challenging
success succeed successful | failure unsuccessful fail
strong stronger | weak weaker
early earlier | late later
cheap cheaper | expensive
broad broader wider | narrow narrower
same identical | different differ difference
allow enable permit let | prevent forbid prohibit
supervised | unsupervised
structured | unstructured
senior | junior
local | remote
accept | reject
win | lose
positive | negative
internal | external
maximum | minimum
advantage | disadvantage
safe | unsafe dangerous
legal | illegal
likely probable | unlikely improbable
include | exclude
public | private
promising | hopeless
common popular frequent widespread | uncommon rare unpopular
useful helpful beneficial valuable help benefit | useless worthless unhelpful harm hinder
important crucial essential vital key critical significant fundamental | unimportant irrelevant trivial insignificant
continue proceed | stop cease
interesting stimulating | boring dull
correct right accurate | incorrect wrong inaccurate
true | false
together | alone
improve better | worsen worse
""".strip()

# Said often and of anything: half the weight of a word that says what it is about (guess).
_COMMON = _words(
    """able add allow aim appear available base become begin belong best better bring call carry case cause certain
    choose clear come consider consist contain continue count deal demand depend describe differ direct easy effect
    enable end ensure especially exist expect explain fact find first follow form full function general get give go
    good great grow handle happen help high hold idea important include increase involve keep kind know large last lead
    let level like likely long look main make mainly matter mean move much necessary need new number offer part
    particular particularly people person perform play point possible present probably process produce provide put
    range reach real reason receive relate relevant remain require result right rise role run say see seem serve set
    several show similar simple simply small someone something special specific start step suit support sure take
    tend thing time together truly try turn type typical understand usual value various want way whole wide work
    worth year thank arguably yearly annually annual roughly approximately plus besides thanks order able
    aspiring"""
)

_UNIVERSALS = {
    "all": "all", "every": "all", "everyone": "all", "everybody": "all", "everything": "all", "everywhere": "all",
    "each": "all", "both": "all", "always": "always", "invariably": "always", "whenever": "always", "never": "never",
    "only": "only", "solely": "only", "exclusively": "only", "alone": "only", "sole": "only",
    "guarantee": "certain", "guarantees": "certain", "guaranteed": "certain", "certainly": "certain",
    "definitely": "certain", "entirely": "wholly", "completely": "wholly", "none": "never", "nobody": "never",
}  # fmt: skip
_HEDGES = _words(
    """many some often can may might could usually sometimes typically generally most commonly likely frequently several
    optional consider tends tend mainly partly arguably about approximately varies depends depending helpful beneficial
    useful recommended common such"""
)
_BOUND_ABOVE = re.compile(
    r"\b(?:at most|(?:no|not|never) more than|maximum of|capped at|cannot exceed|exactly)\b", re.I
)
_BOUND_OPEN = re.compile(
    r"\b(?:or (?:more|higher|above|longer|beyond)|and (?:up|more|above)|upwards|at least)\b|\d\+", re.I
)
_RELATION = re.compile(
    r"\b(?:(?:subset|part|subfield|branch|type|form|kind|component|subdivision) of|than|before|after|derived from|"
    r"based on|built on)\b",
    re.IGNORECASE,
)
_IRREGULARS = """
sing sang sung | write wrote written | make made | build built | teach taught | lead led | grow grew grown |
hold held | keep kept | leave left | win won | begin began begun | choose chose chosen | draw drew drawn |
give gave given | know knew known | lose lost | meet met | pay paid | run ran | send sent | sell sold |
speak spoke spoken | spend spent | stand stood | take took taken | think thought | tell told |
understand understood | wear wore worn | buy bought | bring brought | catch caught | fall fell fallen |
feel felt | get got gotten | hear heard | rise rose risen | see saw seen | shoot shot | show shown |
fight fought | fly flew flown | become became | come came | go went gone | say said | find found |
eat ate eaten | drive drove driven | break broke broken | child children | man men | woman women |
analyze analyse analysis analyses
"""
_IRREGULAR = {form: forms.split()[0] for forms in _IRREGULARS.split("|") for form in forms.split()[1:]}

_stem = Stemmer.Stemmer("english")


@lru_cache(maxsize=20_000)
def _stem_of(word: str) -> str:
    word = re.sub(r"[’']s?$", "", word.lower())
    word = _IRREGULAR.get(word, word)
    word = re.sub(r"isation(s?)$", r"ization\1", word)
    word = re.sub(r"is(e[sdr]?|ing)$", r"iz\1", word) if len(word) > 6 else word
    word = re.sub(r"(?<=[a-z]{3})our(?=s?$|ed$|ing$|able$)", "or", word)
    return str(_stem.stemWord(word))


def _poles() -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for line in _OPPOSITES.splitlines():
        left, right = line.split("|")
        for sign, words in ((1, left), (-1, right)):
            for word in words.split():
                found.setdefault(word, ("±" + left.split()[0], sign))
                found.setdefault(_stem_of(word), ("±" + left.split()[0], sign))
    return found


_POLE_OF = _poles()
_SYNONYM_OF = {
    _stem_of(word): "~" + line.split()[0] for line in reversed(_SYNONYMS.splitlines()) for word in line.split()
}
_COMMON_STEMS = frozenset(_stem_of(word) for word in _COMMON)


@lru_cache(maxsize=8192)
def _parse(text: str, offset: int = 0) -> _Parsed:
    inert = [match.span() for match in _NOT_NEGATING.finditer(text)]
    instead = {match.start() for match in _INSTEAD.finditer(text)}
    clauses: list[tuple[list[_Term], set[str]]] = [([], set())]  # terms, and what else was seen
    words: set[str] = set()
    reach, negator = 0, ""  # how many further content words a negator reaches
    approximate = between = parenthesis = False
    initial = True

    def close() -> None:
        nonlocal reach
        reach = 0
        if clauses[-1][0]:
            clauses.append(([], set()))

    for match in _TOKEN.finditer(text):
        token = match.group()
        if match.group("stop"):
            if token == "(":
                parenthesis = True
                clauses[-1][1].add("finite")
            else:
                parenthesis = parenthesis and token != ")"
                if not parenthesis:
                    close()
            initial = token in ":("
            continue
        term: _Term | None = None
        if match.group("number"):
            term = _number(match, approximate)
            approximate = False
        elif match.group("ideograph"):
            term = _Term(token, token, match.start())
        else:
            lower = token.lower().replace("’", "'")
            words.add(lower)
            if lower in _FINITE:
                clauses[-1][1].add("finite")
            elif lower in _PRONOUNS and not clauses[-1][0]:
                clauses[-1][1].add("leaning")
            skipped = any(start <= match.start() < end for start, end in inert)
            if match.start() in instead:
                reach, negator = 1, "without"
            elif not skipped and (lower in _VERB_NEGATORS or lower.endswith("n't")):
                reach, negator = 2, "not"
                clauses[-1][1].add("not")
            elif not skipped and lower in _NOUN_NEGATORS:
                reach, negator = 2, "without"
                clauses[-1][1].add("without")
            elif lower in _SOFT_NEGATORS:
                clauses[-1][1].add("soft")
            elif lower in _CONJUNCTIONS or (lower == "and" and not between and _holds_amount(clauses[-1][0])):
                close()
            elif lower == "and" and (ellipsis := _ELLIPSIS.match(text, match.end())) and ellipsis.group(1) in words:
                close()
                clauses[-1][1].add("finite")
            between = lower == "between" or (between and lower not in ("and",))
            approximate = lower in _APPROXIMATE or (approximate and lower in ("than", "to"))
            if not skipped:
                term = _word(token, lower, match.start(), initial, text[match.end() : match.end() + 4])
        initial = False
        if term is None:
            continue
        if reach:
            term = replace(term, negated=negator)
            reach -= 1
        clauses[-1][0].append(term)
    terms = _with_units([term for found, _ in clauses for term in found])
    remaining = iter(terms)
    return _Parsed(
        text,
        offset,
        offset + len(text),
        tuple(
            _Clause(
                tuple(next(remaining) for _ in found),
                frozenset(seen & {"not", "without", "soft"}),
                "finite" in seen and "leaning" not in seen,
            )
            for found, seen in clauses
            if found
        ),
        frozenset(words),
    )


_FINITE = _words("is are was were has have had can could will would may might must should does do did")
_CONJUNCTIONS = _words("but while whereas although though however yet because so")


def _holds_amount(terms: Sequence[_Term]) -> bool:
    return any(term.value is not None for term in terms)


def _word(token: str, lower: str, position: int, initial: bool, following: str) -> _Term | None:
    if lower in _NUMBER_WORDS:
        return _Term(f"#{_NUMBER_WORDS[lower]:g}", token, position, weight=1.3, value=_NUMBER_WORDS[lower])
    if lower in ("have", "has", "had") and following.startswith(" to "):
        lower = "must"
    stem = _stem_of(lower)
    pole = _POLE_OF.get(lower) or _POLE_OF.get(stem)
    name = _is_name(token, initial)
    if pole and not name:
        weightless = lower in _STOPWORDS
        return _Term(pole[0], token, position, weight=0.0 if weightless else _weight(token, stem), sign=pole[1])
    if lower in _STOPWORDS and not (token.isupper() and len(token) > 1):
        return None
    return _Term(_SYNONYM_OF.get(stem, stem), token, position, weight=_weight(token, stem, name), name=name)


def _is_name(token: str, initial: bool) -> bool:
    if any(letter.isupper() for letter in token[1:]) or token[-1] in "+#":
        return True
    if any(map(str.isdigit, token)):
        return token[0].isalpha()
    return token[0].isupper() and not initial and token not in ("A", "I")


def _weight(token: str, stem: str, name: bool = False) -> float:
    """How much of a claim a word is: rare words say what it is about, common ones only that something is said."""
    if name:
        return 1.6
    if stem in _COMMON_STEMS or (len(token) > 5 and token.lower().endswith("ly")):
        return 0.5
    rarity = 6.5 - math.log10(max(_frequencies().get(stem, 1), 1))  # 0 for "skill", -2 for "work", 0 for "topology"
    return min(1.6, max(0.6, 1.6 + 0.45 * rarity))


@lru_cache(maxsize=1)
def _frequencies() -> dict[str, int]:
    """How often English writes the words of each stem, from the word list that symspellpy brings (Google Books)."""
    listed = resources.files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    words, counts = zip(*(line.split() for line in listed.splitlines()), strict=True)
    found: dict[str, int] = {}
    for stem, count in zip(_stem.stemWords(words), counts, strict=True):
        found[stem] = found.get(stem, 0) + int(count)
    return found


def _number(match: re.Match[str], approximate: bool) -> _Term:
    scale = (match.group("scale") or "").strip().lower()
    value = float(match.group("digits").replace(",", "")) * _SCALE.get(scale, 1.0)
    unit = "money" if match.group("money") else "percent" if match.group("percent") else ""
    key = f"#{value:g}"
    return _Term(key, match.group(), match.start(), weight=1.6, value=value, unit=unit, approximate=approximate)


def _with_units(terms: list[_Term]) -> list[_Term]:
    """Numbers with the unit that follows them; in `3-4 years` and `$70-120k` the first takes the unit of the second."""
    found = list(terms)
    for at in range(len(found) - 2, -1, -1):
        term, following = found[at], found[at + 1]
        if term.value is None or term.unit in _MONTHS:
            continue
        gap = following.position - term.position - len(term.surface)
        stem = _stem_of(following.surface)
        if following.value is not None and gap <= 4:
            thousands = following.surface.rstrip().lower().endswith("k") and term.value < 1000
            value = term.value * (1000 if thousands else 1)
            found[at] = replace(term, key=f"#{value:g}", value=value, unit=term.unit or following.unit)
        elif not term.unit and stem in _MONTHS:
            found[at] = replace(term, unit=stem)
        elif not term.unit and stem in _MONEY_WORDS:
            found[at] = replace(term, unit="money")
    return found


# Recall


class _Case:
    """A claim, its evidence and how they match: what the guards look at."""

    def __init__(self, claim: _Parsed, sentences: Sequence[_Sentence], headings: Sequence[_Parsed]) -> None:
        self.claim = claim
        self.sentences = sentences
        self.headings = headings
        self.whole = sum(term.weight for term in claim.terms)
        self._headed = self._matches(headings)
        self.matches = [self._matches([sentence.parsed]) for sentence in sentences]
        self.in_context = [
            self._joined(found, self._headed, self._matches([sentence.context] if sentence.context else []))
            for found, sentence in zip(self.matches, sentences, strict=True)
        ]
        self.anywhere = self._joined(self._headed, *self.matches)

    def _matches(self, texts: Sequence[_Parsed]) -> list[float]:
        return [max((_match(self.claim, term, text) for text in texts), default=0.0) for term in self.claim.terms]

    def _joined(self, *matches: Sequence[float]) -> list[float]:
        return [max(found) for found in zip(*matches, strict=True)]

    @property
    def recall_anywhere(self) -> float:
        found = zip(self.claim.terms, self.anywhere, strict=True)
        return sum(term.weight * match for term, match in found) / self.whole

    @cached_property
    def recall_by_clause(self) -> float:
        """How much of each clause of the claim stands in one sentence of the evidence."""
        total = 0.0
        for first, last in self.stretches:
            total += max(
                sum(self.claim.terms[at].weight * found[at] for at in range(first, last)) for found in self.in_context
            )
        return total / self.whole

    @cached_property
    def stretches(self) -> list[tuple[int, int]]:
        """The claim's clauses as ranges of its terms; one of a single word belongs to the clause before it."""
        found: list[tuple[int, int]] = []
        at = 0
        for clause in self.claim.clauses:
            size = len(clause.terms)
            if found and (size < 2 or found[-1][1] - found[-1][0] < 2):
                found[-1] = (found[-1][0], at + size)
            else:
                found.append((at, at + size))
            at += size
        return found

    @cached_property
    def cover(self) -> list[_Sentence]:
        """The few sentences that hold most of the claim, chosen greedily, best first."""
        chosen: list[_Sentence] = []
        missing = {at: term.weight for at, term in enumerate(self.claim.terms)}
        while len(chosen) < _SPANS and missing:
            gains = [sum(weight * found[at] for at, weight in missing.items()) for found in self.matches]
            # Of two sentences that hold as much, the shorter says it more exactly.
            best = max(range(len(gains)), key=lambda at: (round(gains[at], 6), -len(self.sentences[at].parsed.terms)))
            if gains[best] <= 0 or (chosen and gains[best] / self.whole < _SPAN_GAIN):
                break
            chosen.append(self.sentences[best])
            missing = {at: weight for at, weight in missing.items() if self.matches[best][at] < 0.5}
        return chosen

    @cached_property
    def cover_words(self) -> frozenset[str]:
        return frozenset(word for found in self.cover for word in found.parsed.words)


def _match(claim: _Parsed, term: _Term, text: _Parsed) -> float:
    """How far a text holds one term of the claim, in [0, 1]."""
    if term.value is not None:
        return float(any(_same_number(term, number) for number in text.numbers))
    if term.key in text.keys:
        return 1.0
    if term.surface[:2].isupper() and term.surface.rstrip("s").lower() in text.initials:
        return 1.0
    if text.capitals and not text.capitals.isdisjoint(claim.expansions.get(term.position, ())):
        return 1.0
    if len(term.key) > _PREFIX and term.key[:_PREFIX] in text.prefixes:
        return 0.8
    return 0.0


def _same_number(claimed: _Term, found: _Term) -> bool:
    a, b = claimed.value or 0.0, found.value or 0.0
    if claimed.unit in _MONTHS and found.unit in _MONTHS and claimed.unit != found.unit:
        return math.isclose(a * _MONTHS[claimed.unit], b * _MONTHS[found.unit], rel_tol=0.02)
    if {claimed.unit, found.unit} == {"money", "percent"}:
        return False
    if claimed.approximate and a >= 20 and not float(a / 10).is_integer():
        return math.isclose(a, b, rel_tol=0.05)
    if "." in claimed.surface and a >= 1000:
        return math.isclose(a, b, rel_tol=0.02)
    return math.isclose(a, b, rel_tol=1e-6)


# Guards: each returns a factor, 1 where it has nothing to say


def _guard_number(case: _Case) -> float:
    """A number that the evidence lacks, has in another unit, or says of something else."""
    factor = 1.0
    for term, match in zip(case.claim.terms, case.anywhere, strict=True):
        if term.value is None or match:
            continue
        if term.surface.lower() not in _NUMBER_WORDS or term.unit:
            return 0.5
        factor = min(factor, _counted(case, term))
    cover_text = " ".join(found.parsed.text for found in case.cover)
    if _BOUND_ABOVE.search(case.claim.text) and _BOUND_OPEN.search(cover_text) and not _BOUND_ABOVE.search(cover_text):
        return min(factor, 0.6)
    return min(factor, 0.6 if _number_of_another(case) else 1.0)


def _counted(case: _Case, number: _Term) -> float:
    """A count in words may sum up a list: "two uses" of what is used "in robotics and in playing games"."""
    stated = [found for sentence in case.sentences for found in sentence.parsed.numbers if not found.unit]
    if stated:
        return 0.5
    return 1.0 if number.value == 2 else 0.75


def _number_of_another(case: _Case) -> bool:
    """Whether an amount stands in the evidence beside another subject than the claim's.

    "Entry level: $70,000. Mid level: $100,000." does not bear out "Mid-level pay is $70,000".
    """
    headed = {key for heading in case.headings for key in heading.keys}
    cells = [(cell, sentence.parsed) for sentence in case.sentences for cell in _cells(sentence.parsed)]
    for claimed in _cells(case.claim):
        amounts = [term for term in claimed if term.unit]
        if not amounts:
            continue
        subject = {term.key for term in claimed if term.value is None}
        holders: list[tuple[set[str], _Parsed]] = []
        rivals: list[tuple[set[str], _Parsed]] = []
        for cell, sentence in cells:
            keys = {term.key for term in cell if term.value is None}
            if all(any(_same_number(amount, term) for term in cell if term.value is not None) for amount in amounts):
                holders.append((keys, sentence))
            elif any(term.unit == amounts[0].unit for term in cell):
                rivals.append((keys, sentence))
        if holders and all(
            any(
                subject & rival - headed - (holder if sentence is other else holder | sentence.keys)
                and holder - subject - rival
                and (sentence is other or len(subject & rival) > len(subject & (holder | sentence.keys)))
                for rival, other in rivals
            )
            for holder, sentence in holders
        ):
            return True
    return False


def _cells(parsed: _Parsed) -> list[list[_Term]]:
    """A sentence cut so that each piece holds one amount or range with the words that belong to it."""
    cells: list[list[_Term]] = []
    pending: list[_Term] = []
    for clause in parsed.clauses:
        pending += clause.terms
        if _holds_amount(clause.terms):
            cells.append(pending)
            pending = []
    if pending and cells:
        cells[-1] += pending
    return cells


def _guard_name(case: _Case) -> float:
    """A name or technical term that the evidence does not hold, where it holds the rest."""
    names = [(term, match) for term, match in zip(case.claim.terms, case.anywhere, strict=True) if term.name]
    if len(names) > 3 and len(names) > 0.7 * len(case.claim.terms):
        return 1.0  # written in title case: capitals say nothing
    known = [*case.headings, *(sentence.parsed for sentence in case.sentences)]
    missing = [term for term, match in names if match < 0.5 and not any(_derived(term, text) for text in known)]
    return 0.8 if missing else 1.0


def _guard_substitute(case: _Case) -> float:
    """A word that the evidence lacks in the very place of another: "law" for "mathematics", the rest word for word."""
    anywhere = dict(zip((term.position for term in case.claim.terms), case.anywhere, strict=True))
    for terms in case.claim.units:
        keys = [term.key for term in terms]
        for sentence in case.cover:
            for unit in sentence.parsed.units:
                matcher = SequenceMatcher(None, keys, [term.key for term in unit], autojunk=False)
                if sum(block.size for block in matcher.get_matching_blocks()) < 2:
                    continue
                for kind, first, last, start, end in matcher.get_opcodes():
                    if kind != "replace":
                        continue
                    new = [term for term in terms[first:last] if anywhere[term.position] < 0.5]
                    old = [term for term in unit[start:end] if term.key not in case.claim.keys]
                    if (
                        len(new) == last - first
                        and old
                        and all(t.weight >= _SPECIFIC for t in new)
                        and any(t.weight > 0.5 for t in old)
                    ):
                        return 0.85
    return 1.0


def _derived(term: _Term, text: _Parsed) -> bool:
    """Whether another form of a name is there: French for France."""
    return len(term.key) >= 4 and any(key.startswith(term.key[:4]) for key in text.keys)


def _guard_role(case: _Case) -> float:
    """What the evidence says of one thing, said of another; or a relation turned round."""
    return 0.6 if _relation_reversed(case) or _subject_swapped(case) else 1.0


def _relation_reversed(case: _Case) -> bool:
    claimed = _sides(case.claim)
    if claimed is None:
        return False
    for found in case.cover:
        sides = _sides(found.parsed)
        if sides is None or sides[0] != claimed[0]:
            continue
        straight = len(claimed[1] & sides[1]) + len(claimed[2] & sides[2])
        crossed = len(claimed[1] & sides[2]) + len(claimed[2] & sides[1])
        if claimed[3] == sides[3] and crossed > straight and claimed[1] & sides[2] and claimed[2] & sides[1]:
            return True
        if claimed[3] != sides[3] and straight > crossed and claimed[1] & sides[1] and claimed[2] & sides[2]:
            return True
    return False


def _sides(parsed: _Parsed) -> tuple[str, set[str], set[str], int] | None:
    """(relation, what stands left of it, what right of it, its sign), if the sentence states a relation."""
    found = _RELATION.search(parsed.text)
    if found is None:
        return None
    relation = found.group().lower()
    left = {term.key for term in parsed.terms if term.position < found.start() and term.key[0] != "±"}
    right = {term.key for term in parsed.terms if term.position >= found.end() and term.key[0] != "±"}
    common = left & right
    compared = [term.polarity for term in parsed.terms if term.key[0] == "±"] if relation == "than" else []
    sign = -1 if relation == "after" else math.prod(compared)
    kind = "order" if relation in ("before", "after") else "part" if relation.endswith(" of") else relation
    return kind, left - common, right - common, sign


def _subject_swapped(case: _Case) -> bool:
    """Whether what says the rest of a clause says it of another subject, while this subject stands elsewhere."""
    units = [
        (unit, {term.key for term in unit}, index == 0 and _PRONOUN.match(sentence.parsed.text))
        for sentence in case.sentences
        if sentence.parsed.text[-1:] in ".!?:)"  # not a title
        for index, unit in enumerate(sentence.parsed.units)
    ]
    known: set[str] = set().union(*(unit for _, unit, _ in units))
    names = {term.key for unit, _, _ in units for term in unit if term.name}
    if _PREPOSITION.match(case.claim.text):  # "In 2007, Reilly starred in …": what comes first is no subject
        return _setting_swapped(case)
    for terms in case.claim.units:
        keys = {term.key for term in terms}
        heads = [term for term in terms[:2] if term.value is None and term.weight > 0.5]
        apart = len(heads) == 2 and heads[1].position > heads[0].position + len(heads[0].surface) + 1
        if apart or (len(heads) == 2 and heads[0].key in names and heads[1].surface.islower()):
            heads.pop()
        if heads and heads[0].surface[0].isupper():  # the whole of a name: John C. Reilly
            heads += list(takewhile(lambda term: term.name, terms[len(heads) : 5]))
        rest = [term for term in terms if term not in heads and term.weight]
        if not heads or heads[0] is not terms[0] or not rest or any(head.key not in known for head in heads):
            continue
        said = [sum(term.weight for term in rest if term.key in unit) for _, unit, _ in units]
        most = max(said)
        if most < 0.6 * sum(term.weight for term in rest):
            continue
        saying = [unit for unit, amount in zip(units, said, strict=True) if amount > most - 0.25]
        own: set[str] = set().union(*(unit for _, unit, _ in units if heads[0].key in unit))
        own -= set().union(*(unit for _, unit, _ in saying))
        if any(term.key in own for term in rest if term.weight >= _SPECIFIC):
            continue  # one sentence says it of two subjects: "Docker handles containers and Kubernetes orchestration"
        if any(leaning or not _speaks_of_another(unit, keys) for unit, _, leaning in saying):
            continue
        held = [head for head in heads if any(head.key in unit for _, unit, _ in saying)]
        named = heads[0].surface[0].isupper() and len(heads) > 2  # of whom the last name is enough
        if (
            not held
            or (2 * len(held) < len(heads) and not named)
            or (
                len(heads) == 2
                and len(held) == 1
                and _modified_otherwise(heads, held[0], [unit for unit, _, _ in saying])
            )
        ):
            lost = next(head for head in heads if head not in held)
            if any(lost.key == term.key for unit, _, _ in units for term in unit[:3]):
                return True
    return False


_PREPOSITION = re.compile(
    r"(?:in|for|with|at|on|by|to|from|as|after|before|under|over|during|if|when)\b", re.IGNORECASE
)


def _setting_swapped(case: _Case) -> bool:
    """Whether the evidence says it of another setting: "In healthcare, …", and not "In finance, …"."""
    setting, *rest = case.claim.terms
    whole = sum(term.weight for term in rest)
    for sentence in case.sentences:
        other = sentence.parsed
        said = sum(term.weight for term in rest if term.key in other.keys)
        if whole and said > 0.8 * whole and _PREPOSITION.match(other.text):
            return other.terms[0].key not in case.claim.keys and setting.key not in other.keys
    return False


def _speaks_of_another(unit: Sequence[_Term], keys: set[str]) -> bool:
    """Whether a clause opens with words that the claim lacks, or names a name that it lacks."""
    return not {term.key for term in unit[:2]} <= keys or any(term.name and term.key not in keys for term in unit)


def _modified_otherwise(heads: Sequence[_Term], held: _Term, units: Iterable[Sequence[_Term]]) -> bool:
    """Whether "deep learning" is said, but of "machine learning": the same noun after another word."""
    if held is not heads[1]:
        return False
    return all(
        any(
            term.key == held.key
            and before.key != heads[0].key
            and term.position - before.position <= len(before.surface) + 1
            for before, term in pairwise(unit)
        )
        for unit in units
    )


def _guard_negation(case: _Case) -> float:
    """Said with the opposite polarity: "mandatory" of what is "not mandatory", "lower" of what is "higher"."""
    if case.recall_anywhere < 0.5:
        return 1.0
    for at, term in enumerate(case.claim.terms):
        if _opposed(case, term, at):
            return 0.5
    negated = any("not" in clause.negators for clause in case.claim.clauses)
    if (
        negated
        and case.recall_by_clause > 0.5
        and not any(_sounds_negative(found.parsed) for found in case.sentences if found.parsed.keys & case.claim.keys)
    ):
        return 0.75
    return 1.0


def _sounds_negative(parsed: _Parsed) -> bool:
    return (
        any(clause.negators for clause in parsed.clauses)
        or any(term.polarity < 0 for term in parsed.terms)
        or not parsed.words.isdisjoint(_NEGATIVE_WORDS)
    )


_NEGATIVE_WORDS = _words(
    """no not never only rather instead unlike except beyond refuse refused avoid stop ban banned prohibit deny denied
    miss missing free differ differs wrong false myth contrary despite ceased end ended little limited just"""
)


def _opposed(case: _Case, term: _Term, at: int) -> bool:
    holders = [index for index, sentence in enumerate(case.sentences) if term.key in sentence.parsed.keys]
    if not holders:
        return False
    if len({own.polarity for own in case.claim.terms if own.key == term.key}) > 1:
        return False  # "to use the box … why it is not using it"
    others = [other for other in range(len(case.claim.terms)) if other != at]
    shared = {
        index: sum(case.claim.terms[other].weight * case.in_context[index][other] for other in others)
        for index in holders
    }
    most = max(shared.values())
    if most < 0.3 * sum(case.claim.terms[other].weight for other in others):
        return False
    nearest = [case.sentences[index].parsed for index in holders if shared[index] > most - 0.25]
    found = [
        (clause, own) for parsed in nearest for clause in parsed.clauses for own in clause.terms if own.key == term.key
    ]
    if term.key[0] == "±":
        if _NOT_ALL.search(case.claim.text):
            return False
        return all(own.polarity != term.polarity for _, own in found)
    if term.negated == "not":
        return not any(own.negated or "not" in clause.negators for clause, own in found)
    if term.negated == "without":
        return not any(own.negated or clause.negators for clause, own in found)
    if any(clause.negators for clause in case.claim.clauses):
        return False
    heads = [clause.terms.index(own) for clause, own in found if own.negated]
    return bool(found) and len(heads) == len(found) and all(_heads_negation(clause, own) for clause, own in found)


def _heads_negation(clause: _Clause, term: _Term) -> bool:
    """Whether it is the first word that a negator reaches: "mandatory" in "not mandatory for an engineer"."""
    return next(own for own in clause.terms if own.negated) is term


def _guard_quantifier(case: _Case) -> float:
    """ "All", "always", "only", "guarantees" where the evidence says less."""
    claimed = {_UNIVERSALS[word] for word in case.claim.words if word in _UNIVERSALS and word not in ("each", "both")}
    if _NOT_ALL.search(case.claim.text):
        return 1.0
    if not claimed - {_UNIVERSALS[word] for word in case.cover_words if word in _UNIVERSALS}:
        return 1.0
    if "only" in claimed or case.cover_words & _HEDGES:
        return 0.6
    return 0.8


def _guard_salad(case: _Case) -> float:
    """The right words in no order: a passage's vocabulary without its statements, as a broken model writes it."""
    if _UNGRAMMATICAL.search(case.claim.text):
        return 0.5
    places: dict[str, list[int]] = {}
    place = 0
    for sentence in case.sentences:
        for term in sentence.parsed.terms:
            places.setdefault(term.key, []).append(place)
            place += 1
        place += _NEIGHBOURS + 1
    keys = [term.key for term in case.claim.terms if term.weight and term.key in places]
    pairs = list(pairwise(keys))
    if len(pairs) < 3:
        return 1.0
    near = sum(
        one != other and any(abs(a - b) <= _NEIGHBOURS for a in places[one] for b in places[other])
        for one, other in pairs
    )
    return 0.6 if near <= _SCATTERED * len(pairs) else 1.0


# Words that stand side by side in a claim do so in its evidence: at most this many places apart, and no smaller share
# of the pairs than this (no supported claim of ours has less; most of ten words drawn at random from a passage do).
_NEIGHBOURS = 2
_SCATTERED = 0.3
_UNGRAMMATICAL = re.compile(
    r"\b(?:the|a|an|its|their|your|every)\s+(?:of|to|in|and|or|for|is|are|the|a|an|with|by|from|that|be|was|were|as|at|on|"
    r"but|if|it|you|they|we|has|have|can|may)\b"
    r"|\b(?:of|to|with|from|for|into|by|at)\s+(?:of|is|are|was|were|and|or|but|has|have|does|can|may|than)\b"
    r"|\b(?:and|or|but)\s+(?:and|or|but|of|than)\b|\b(?:is|are|was|were)\s+(?:is|are|was|were|of|has|have|does|do)\b"
    r"|\b(?:can|may|will|must|should)\s+(?:is|are|the|of|and|or|has|can|may)\b"
    r"|\b(?:the|a|an|of|and|or|than)\W*$|\b(?!that|had)([a-z]+)\s+\1\b"
)

GUARDS: dict[str, Callable[[_Case], float]] = {
    "number": _guard_number,
    "name": _guard_name,
    "substitute": _guard_substitute,
    "role": _guard_role,
    "negation": _guard_negation,
    "quantifier": _guard_quantifier,
    "salad": _guard_salad,
}
