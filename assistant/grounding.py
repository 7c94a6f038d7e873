"""Does the cited text bear a claim out, and where: a check that needs no model and takes about a millisecond.

The base is stemmed token recall: how much of what the claim says is in the evidence. Recall alone cannot see a
changed number, a swapped name, a lost "not" or an added "always"; for each of these there is a guard. A guard lowers
the score when it is sure and keeps silent otherwise, so that on text of any kind the recall decides.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import Stemmer

# Raw recall is spread between these two by a logistic curve (fitted: python -m evals grounding --fit, development split).
_MIDPOINT = 0.62
_STEEPNESS = 12.0
THRESHOLD = 0.5  # of the calibrated score: at the midpoint a claim is as likely supported as not

_SPANS = 3  # sentences quoted for one claim at most
_SPAN_GAIN = 0.12  # share of the claim that a further sentence must add to be quoted too (guess)


@dataclass(frozen=True)
class Support:
    """How far evidence bears a claim out.

    Attributes:
        score: In [0, 1]; from `THRESHOLD` up the claim counts as supported.
        supported: Whether it does.
        spans: The sentences that bear it out, best first: (index in the evidence, start, end) in characters.
        doubts: Which guards fired: "number", "name", "role", "negation", "quantifier", "recall".
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
        without: Names of guards to leave out, as in `GUARDS` (for measuring what each one earns).

    Returns:
        A score in [0, 1], higher is better, with the spans of the best supporting sentences.
    """
    if isinstance(evidence, str):
        evidence = (evidence,)
    sentence = _read_claim(claim)
    if not sentence.terms:
        return Support(0.0, False, (), ("recall",))
    sentences = [
        _Sentence(text_index, parsed) for text_index, text in enumerate(evidence) for parsed in _read_evidence(text)
    ]
    known = _Known(sentences, [_parse(heading) for heading in headings])
    cover = _cover(sentence, sentences, known)
    near = _recall(sentence, known.terms_of([found.parsed for found in cover]))
    anywhere = _recall(sentence, known.everything)
    raw = 0.5 * near + 0.5 * anywhere
    doubts = []
    case = _Case(sentence, cover, sentences, known, near)
    for name, guard in GUARDS.items():
        if name not in without:
            factor = guard(case)
            if factor < 1:
                raw *= factor
                doubts.append(name)
    score = _calibrated(raw)
    supported = score >= THRESHOLD
    if not supported and not doubts:
        doubts.append("recall")
    spans = tuple((found.text_index, found.parsed.start, found.parsed.end) for found in cover)
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


# --- Reading text -----------------------------------------------------------------------------------------------------

_BOUNDARY = re.compile(
    r"(?P<stop>[.!?…]+[\"'”’)\]]*)(?=\s+[\"'“‘(\[]*[A-Z0-9À-ÞЀ-Я\-*•])\s+"
    r"|(?P<cjk>(?<=[。！？]))\s*"
    r"|\s*\n(?=\s*(?:[-*•–]|\d+[.)]|#+)\s)\s*"
    r"|\s*\n\s*\n\s*"
    r"|(?<=[:.!?])\s*\n\s*"
)
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|Dr|Mr|Mrs|Ms|Prof|St|No|Fig|approx|[A-Z]|U\.S|Ph\.D))\.$|(?:^|\n)\s*\d+\.$")


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    stretch = text[start:end]
    lead = re.match(r"(?:\s|[-*•–#>]+\s|\d{1,2}[.)]\s)*", stretch)
    start += lead.end() if lead else 0
    return start, max(start, start + len(text[start:end].rstrip()))


@dataclass(frozen=True, slots=True)
class _Term:
    """A content word, name or number: `key` is what is compared, `sign` is -1 for the negative pole of a pair."""

    key: str
    surface: str
    position: int
    name: bool = False
    value: float | None = None
    unit: str = ""
    sign: int = 1
    negated: bool = False
    approximate: bool = False

    @property
    def polarity(self) -> int:
        return -self.sign if self.negated else self.sign


@dataclass(frozen=True)
class _Parsed:
    """A sentence: its terms, the small words that matter, and where it stands in its text."""

    text: str
    start: int
    end: int
    terms: tuple[_Term, ...]
    words: frozenset[str]
    segments: tuple[tuple[_Term, ...], ...]
    negative: bool
    keys: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True)
class _Sentence:
    text_index: int
    parsed: _Parsed


_TOKEN = re.compile(
    r"(?P<number>(?P<money>[$€£]\s?)?(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<scale>\s?(?:k|K|m|M|bn|B)(?![\w])|\s(?:thousand|million|billion|trillion)\b)?(?P<percent>\s?%|\s?per\s?cent\b)?"
    r"(?:st|nd|rd|th|s)?(?![\w]))"
    r"|(?P<cjk>[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])"
    r"|(?P<word>[^\W_]+(?:['’][^\W\d_]+)?(?:\+\+|\#)?)"
    r"|(?P<stop>[,;:()—]|\s[–-]\s)"
)
_MARKER = re.compile(r"\[\s*\d+(?:\s*[,;–-]\s*\d+)*\s*\]|【[^】]*】")
_SCALE = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "b": 1e9, "billion": 1e9, "trillion": 1e12}
_NUMBER_WORDS = dict(
    zip(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty".split(),
        range(2, 21),
        strict=True,
    )
) | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12}
_MONTHS = {"year": 12.0, "month": 1.0, "week": 12 / 52, "day": 12 / 365, "hour": 12 / 8760}
_MONEY_WORDS = {"dollar", "usd", "euro", "pound"}
_APPROXIMATE = {"about", "around", "approximately", "nearly", "almost", "roughly", "circa", "some", "over", "approx"}

_STOPWORDS = frozenset(
    """a an the this that these those and or but if then else so as of at by for from in into on onto to with within
    about above after again against among around because before below between both during each either further here how
    i me my we our us you your yours he him his she her it its they them their theirs who whom whose which what when
    where why while is am are was were be been being do does did doing done have has had having will would shall should
    can could may might must ought let there out up down off over under than too very just also only own same such not
    no nor never without all any every many most some more less much few other another one ones yes however therefore
    thus moreover additionally furthermore overall e.g i.e etc via per it's that's they're you're don't doesn't isn't
    aren't won't can't cannot didn't wasn't weren't haven't hasn't shouldn't couldn't wouldn't i'm you'll they'll always
    often usually sometimes typically generally commonly s t re ve ll d like well still even though although since until
    upon whether hence both summary conclusion according mentioned states stated says guide guides passage text source
    document"""
    .split()
)  # fmt: skip
_NEGATORS = frozenset(
    "not no never without neither nor none nobody nothing cannot lack lacks lacking unable rarely seldom hardly barely fails "
    "fail".split()
)
_SOFT_NEGATORS = frozenset("little limited minimal few".split())
_NOT_NEGATING = re.compile(
    r"\b(?:not (?:only|just|merely|simply|limited to|to mention)|no (?:doubt|matter|longer than)|why not|if not|or not)\b",
    re.IGNORECASE,
)

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
help aid assist support facilitate useful beneficial helpful benefit valuable
important crucial essential vital key critical significant fundamental
several multiple various numerous diverse
large big huge substantial
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

# Pairs of opposite words: left pole, right pole. Both share a key and differ in sign.
_OPPOSITES = """
necessary mandatory required compulsory obligatory needed necessity | optional unnecessary voluntary
increase rise grow growing growth surge raise climb | decrease fall decline drop shrink reduce reduction lower
high higher highest | low lower lowest
large larger bigger largest | small smaller smallest
quick quicker faster fast | slow slower slowly
long longer longest lengthen | short shorter shortest shorten
before | after
possible | impossible
easy easier simple simpler simplest | difficult harder hard complex tough
success succeed successful | failure unsuccessful
strong stronger | weak weaker
early earlier | late later
cheap cheaper | expensive costly
broad broader wider | narrow narrower
supervised | unsupervised
structured | unstructured
paid | unpaid
senior | junior
theoretical | practical
local | remote
accept | reject
win | lose
positive | negative
internal | external
maximum | minimum
advantage | disadvantage
same identical | different
safe | unsafe dangerous
legal | illegal
likely | unlikely
include | exclude
encourage encouraged | discourage discouraged
public | private
""".strip()

_UNIVERSAL = {
    "all": "all", "every": "all", "everyone": "all", "everybody": "all", "everything": "all", "always": "always",
    "never": "never", "only": "only", "solely": "only", "exclusively": "only", "must": "must", "guarantee": "certain",
    "guarantees": "certain", "guaranteed": "certain", "certainly": "certain", "definitely": "certain",
    "none": "none", "nobody": "none", "entirely": "wholly", "completely": "wholly", "invariably": "always",
    "whenever": "always", "most": "most",
}  # fmt: skip
_HEDGES = frozenset(
    "many some often can may might could usually sometimes typically generally most commonly likely frequently several "
    "optional consider tends tend mainly partly arguably about approximately varies depends depending helpful beneficial "
    "useful recommended".split()
)
_BOUND_ABOVE = re.compile(r"\b(?:at most|no more than|not more than|maximum of|never more than|capped at|cannot exceed)\b", re.I)
_BOUND_OPEN = re.compile(r"\b(?:or (?:more|higher|above|longer|beyond)|and (?:up|more|above)|upwards|at least|plus)\b|\d\+", re.I)
_RELATION = re.compile(
    r"\b(?:(?:subset|part|subfield|branch|type|form|kind|component|subdivision|superset) of|than|instead of|rather than|"
    r"replaces?|includes?|before|after|derived from|based on|built on)\b",
    re.IGNORECASE,
)

_stem = Stemmer.Stemmer("english")


def _stem_of(word: str) -> str:
    word = re.sub(r"[’']s?$", "", word.lower())
    word = re.sub(r"isation(s?)$", r"ization\1", word)
    word = re.sub(r"is(e[sdr]?|ing)$", r"iz\1", word) if len(word) > 6 else word
    word = re.sub(r"(?<=[a-z]{3})our(?=s?$|ed$|ing$|able$)", "or", word)
    return str(_stem.stemWord(word))


def _groups() -> tuple[dict[str, str], dict[str, tuple[str, int]]]:
    poles: dict[str, tuple[str, int]] = {}
    for line in _OPPOSITES.splitlines():
        left, right = line.split("|")
        key = "±" + left.split()[0]
        for sign, words in ((1, left), (-1, right)):
            for word in words.split():
                poles.setdefault(word, (key, sign))
    synonyms: dict[str, str] = {}
    for line in _SYNONYMS.splitlines():
        words = line.split()
        for word in words:
            synonyms.setdefault(_stem_of(word), "~" + words[0])
    return synonyms, poles


_SYNONYM_OF, _POLE_OF = _groups()


@lru_cache(maxsize=512)
def _read_evidence(text: str) -> tuple[_Parsed, ...]:
    return tuple(_parse(text[start:end], start) for start, end in split_sentences(text))


def _read_claim(claim: str) -> _Parsed:
    return _parse(_MARKER.sub(" ", claim).strip())


@lru_cache(maxsize=4096)
def _parse(text: str, offset: int = 0) -> _Parsed:
    ignored = [match.span() for match in _NOT_NEGATING.finditer(text)]
    terms: list[_Term] = []
    segments: list[list[_Term]] = [[]]
    words: set[str] = set()
    negate = 0  # how many further content words a negator reaches
    negative = False
    approximate = False
    initial = True
    parenthesis = False
    for match in _TOKEN.finditer(text):
        token = match.group()
        if match.group("stop"):
            if token.strip() == "(":
                parenthesis = True
                continue
            if token.strip() == ")":
                parenthesis = False
            if not parenthesis:
                segments.append([])
            negate = 0
            initial = token.strip() == ":"
            continue
        term: _Term | None = None
        if match.group("number"):
            term = _number_term(match, approximate)
        elif match.group("cjk"):
            term = _Term(token, token, match.start())
        else:
            lower = token.lower().replace("’", "'")
            words.add(lower)
            if lower in _NEGATORS or lower.endswith("n't"):
                if not any(start <= match.start() < end for start, end in ignored):
                    negate, negative = 2, True
            elif lower in _SOFT_NEGATORS:
                negative = True
            elif lower in ("but", "while", "whereas", "although", "though", "however", "yet"):
                negate = 0
                segments.append([])
            approximate = lower in _APPROXIMATE or (approximate and lower in ("than", "to"))
            if lower in _NUMBER_WORDS:
                term = _Term(f"#{_NUMBER_WORDS[lower]}", token, match.start(), value=float(_NUMBER_WORDS[lower]))
            elif lower in _POLE_OF and lower not in ("before", "after", "like"):
                key, sign = _POLE_OF[lower]
                term = _Term(key, token, match.start(), sign=sign)
            elif lower not in _STOPWORDS or (token.isupper() and len(token) > 1):
                term = _Term(_key(token), token, match.start(), name=_is_name(token, initial))
        if match.group("number"):
            approximate = False
        initial = False
        if term is None:
            continue
        if negate:
            term = _replace(term, negated=True)
            negate -= 1
        terms.append(term)
        segments[-1].append(term)
    found = _with_units(terms)
    lookup = {term.position: term for term in found}
    return _Parsed(
        text=text,
        start=offset,
        end=offset + len(text),
        terms=tuple(found),
        words=frozenset(words),
        segments=tuple(tuple(lookup[term.position] for term in segment) for segment in segments if segment),
        negative=negative,
        keys=frozenset(term.key for term in found),
    )


def _replace(term: _Term, *, negated: bool | None = None, value: float | None = None, unit: str | None = None) -> _Term:
    return _Term(
        term.key if value is None else f"#{value:g}",
        term.surface,
        term.position,
        term.name,
        term.value if value is None else value,
        term.unit if unit is None else unit,
        term.sign,
        term.negated if negated is None else negated,
        term.approximate,
    )


def _number_term(match: re.Match[str], approximate: bool) -> _Term:
    value = float(match.group("digits").replace(",", ""))
    scale = (match.group("scale") or "").strip()
    value *= _SCALE.get(scale.lower(), 1.0)
    unit = "money" if match.group("money") else "percent" if match.group("percent") else ""
    return _Term(f"#{value:g}", match.group(), match.start(), value=value, unit=unit, approximate=approximate)


def _with_units(terms: list[_Term]) -> list[_Term]:
    """Numbers with the unit that follows them; in `3-4 years` and `$70-120k` the first takes the unit of the second."""
    found = list(terms)
    for at in range(len(found) - 1, -1, -1):
        term = found[at]
        if term.value is None or at + 1 >= len(found):
            continue
        following = found[at + 1]
        stem = _stem_of(following.surface)
        if following.value is not None and following.position - term.position - len(term.surface) <= 5:
            value = term.value
            if following.unit == "money" and value < 1000 <= following.value and following.surface.lower().rstrip().endswith("k"):
                value *= 1000
            found[at] = _replace(term, unit=term.unit or following.unit, value=value)
        elif not term.unit and stem in _MONTHS:
            found[at] = _replace(term, unit=stem)
        elif not term.unit and stem in _MONEY_WORDS:
            found[at] = _replace(term, unit="money")
    return found


def _key(token: str) -> str:
    stem = _stem_of(token)
    return _SYNONYM_OF.get(stem, stem)


def _is_name(token: str, initial: bool) -> bool:
    if any(letter.isupper() for letter in token[1:]) or (any(map(str.isdigit, token)) and token[0].isalpha()):
        return True
    return token[0].isupper() and not initial and len(token) > 1


# --- Recall -----------------------------------------------------------------------------------------------------------


class _Known:
    """What the evidence holds, ready to be asked about."""

    def __init__(self, sentences: Sequence[_Sentence], headings: Sequence[_Parsed]) -> None:
        self.headings = headings
        self.everything = self.terms_of([sentence.parsed for sentence in sentences])
        self.initials = _initials([sentence.parsed for sentence in sentences] + list(headings))

    def terms_of(self, parsed: Iterable[_Parsed]) -> _Terms:
        return _Terms([term for sentence in (*parsed, *self.headings) for term in sentence.terms], self)


class _Terms:
    """Terms of some sentences: `match` says how far one of the claim's terms is among them, in [0, 1]."""

    def __init__(self, terms: Sequence[_Term], known: _Known) -> None:
        self.keys = {term.key for term in terms}
        self.numbers = [term for term in terms if term.value is not None]
        self.surfaces = {term.surface.lower() for term in terms}
        self.prefixes = {key[:5] for key in self.keys if len(key) >= 6 and key[0] not in "~±#"}
        self.known = known

    def match(self, term: _Term) -> float:
        if term.value is not None:
            return float(any(_same_number(term, number) for number in self.numbers))
        if term.key in self.keys:
            return 1.0
        if term.surface.isupper() and term.surface.lower() in self.known.initials:
            return 1.0
        if len(term.key) >= 6 and term.key[:5] in self.prefixes:
            return 0.8
        return 0.0


def _initials(sentences: Sequence[_Parsed]) -> set[str]:
    """What the evidence's runs of two to four words abbreviate to: natural language processing, nlp."""
    found = set()
    for sentence in sentences:
        letters = [word[0].lower() for word in re.findall(r"[^\W\d_]+", sentence.text)]
        for size in (2, 3, 4):
            for at in range(len(letters) - size + 1):
                run = "".join(letters[at : at + size])
                found.update((run, run + "s"))
    return found


def _same_number(claimed: _Term, found: _Term) -> bool:
    assert claimed.value is not None
    assert found.value is not None
    a, b = claimed.value, found.value
    if claimed.unit in _MONTHS and found.unit in _MONTHS and claimed.unit != found.unit:
        a, b = a * _MONTHS[claimed.unit], b * _MONTHS[found.unit]
        return math.isclose(a, b, rel_tol=0.02)
    if {claimed.unit, found.unit} == {"money", "percent"}:
        return False
    if claimed.approximate and a >= 20:
        return math.isclose(a, b, rel_tol=0.05)
    if "." in claimed.surface and a >= 1000:
        return math.isclose(a, b, rel_tol=0.02)
    return math.isclose(a, b, rel_tol=1e-6)


def _weight(term: _Term) -> float:
    return 1.5 if term.name or term.value is not None else 1.0


def _expanded(claim: _Parsed, terms: _Terms) -> dict[int, float]:
    """Matches of the claim's terms by position, those of a spelt-out abbreviation among them."""
    matches = {term.position: terms.match(term) for term in claim.terms}
    spans = [(found.group().lower(), found.start()) for found in re.finditer(r"[^\W\d_]+", claim.text)]
    for size in (2, 3, 4):
        for at in range(len(spans) - size + 1):
            run = "".join(word[0] for word, _ in spans[at : at + size])
            if run in terms.surfaces or run + "s" in terms.surfaces:
                for _, position in spans[at : at + size]:
                    if position in matches:
                        matches[position] = 1.0
    return matches


def _recall(claim: _Parsed, terms: _Terms) -> float:
    matches = _expanded(claim, terms)
    whole = sum(_weight(term) for term in claim.terms)
    return sum(_weight(term) * matches[term.position] for term in claim.terms) / whole


def _cover(claim: _Parsed, sentences: Sequence[_Sentence], known: _Known) -> list[_Sentence]:
    """The few sentences that hold most of the claim, chosen greedily, best first."""
    chosen: list[_Sentence] = []
    missing = {term.position: _weight(term) for term in claim.terms}
    whole = sum(missing.values())
    matches = [_expanded(claim, _Terms(sentence.parsed.terms, known)) for sentence in sentences]
    while len(chosen) < _SPANS and missing:
        gains = [sum(weight * found[position] for position, weight in missing.items()) for found in matches]
        # Of two sentences that hold as much, the shorter says it more exactly.
        best = max(range(len(gains)), key=lambda at: (round(gains[at], 6), -len(sentences[at].parsed.terms)), default=-1)
        if best < 0 or gains[best] <= 0 or (chosen and gains[best] / whole < _SPAN_GAIN):
            break
        chosen.append(sentences[best])
        missing = {position: weight for position, weight in missing.items() if matches[best][position] < 0.5}
    return chosen


def _calibrated(raw: float) -> float:
    return 1 / (1 + math.exp(-_STEEPNESS * (raw - _MIDPOINT)))


# --- Guards -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Case:
    claim: _Parsed
    cover: Sequence[_Sentence]
    sentences: Sequence[_Sentence]
    known: _Known
    near: float

    @property
    def best(self) -> _Parsed | None:
        return self.cover[0].parsed if self.cover else None


def _guard_number(case: _Case) -> float:
    """A number that the evidence lacks, has in another unit, or says of something else."""
    numbers = [term for term in case.claim.terms if term.value is not None]
    if not numbers:
        return 1.0
    if any(not case.known.everything.match(number) for number in numbers):
        return 0.5
    cover_text = " ".join(found.parsed.text for found in case.cover)
    if _BOUND_ABOVE.search(case.claim.text) and _BOUND_OPEN.search(cover_text) and not _BOUND_ABOVE.search(cover_text):
        return 0.6
    return 0.6 if _number_of_another(case) else 1.0


def _number_of_another(case: _Case) -> bool:
    """Whether an amount stands in the evidence beside another subject than the claim's.

    "Entry level: $70,000. Mid level: $100,000." does not bear out "Mid-level pay is $70,000".
    """
    cells = [cell for sentence in case.sentences for cell in _cells(sentence.parsed)]
    heading_keys = {key for heading in case.known.headings for key in heading.keys}
    for claimed in _cells(case.claim):
        amounts = [term for term in claimed if term.unit]
        if not amounts:
            continue
        subject = {term.key for term in claimed if term.value is None}
        holders, rivals = [], []
        for cell in cells:
            values = [term for term in cell if term.value is not None]
            keys = {term.key for term in cell}
            if all(any(_same_number(amount, value) for value in values) for amount in amounts):
                holders.append(keys | heading_keys)
            elif any(value.unit == amounts[0].unit for value in values):
                rivals.append(keys)
        if not holders or not rivals:
            continue
        holder = max(holders, key=lambda keys: len(subject & keys))
        rival = max(rivals, key=lambda keys: len(subject & keys))
        if len(subject & rival) > len(subject & holder) and subject & rival - holder:
            return True
    return False


def _cells(parsed: _Parsed) -> list[tuple[_Term, ...]]:
    """A sentence cut so that each piece holds one amount or range with the words that belong to it."""
    cells: list[tuple[_Term, ...]] = []
    pending: tuple[_Term, ...] = ()
    for segment in parsed.segments:
        pending += segment
        if any(term.value is not None for term in segment):
            cells.append(pending)
            pending = ()
    if pending and cells:
        cells[-1] += pending
    return cells


def _guard_name(case: _Case) -> float:
    """A name or technical term that the evidence does not hold."""
    names = [term for term in case.claim.terms if term.name]
    if len(names) > 0.7 * len(case.claim.terms) and len(names) > 3:
        return 1.0  # written in title case: capitals say nothing
    matches = _expanded(case.claim, case.known.everything)
    missing = [term for term in names if matches[term.position] < 0.5 and not _near_name(term, case.known.everything)]
    return 0.7 if missing else 1.0


def _near_name(term: _Term, terms: _Terms) -> bool:
    """Whether a derived form is there: French for France, Keras' for Keras."""
    return len(term.key) >= 4 and any(key[:4] == term.key[:4] for key in terms.keys)


def _guard_role(case: _Case) -> float:
    """What the evidence says of one name, said of another; or a relation turned round."""
    if _relation_reversed(case) or _predicate_of_another(case):
        return 0.6
    return 1.0


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
        both = claimed[1] & sides[2] and claimed[2] & sides[1]
        if both and crossed > straight and claimed[3] == sides[3]:
            return True
    return False


def _sides(parsed: _Parsed) -> tuple[str, set[str], set[str], int] | None:
    """(relation, what stands left of it, right of it, sign of the comparison), if the sentence holds one relation."""
    found = _RELATION.search(parsed.text)
    if found is None:
        return None
    left = {term.key for term in parsed.terms if term.position < found.start() and term.key[0] != "±"}
    right = {term.key for term in parsed.terms if term.position >= found.end() and term.key[0] != "±"}
    sign = math.prod(term.polarity for term in parsed.terms if term.key[0] == "±")
    common = left & right
    return found.group().lower().rstrip("s"), left - common, right - common, sign


def _predicate_of_another(case: _Case) -> bool:
    names_known = {term.key for sentence in case.sentences for term in sentence.parsed.terms if term.name}
    units = [unit for sentence in case.sentences for unit in _attached(sentence.parsed, names_known)]
    for names, predicate in _attached(case.claim, names_known):
        for name in names & names_known:
            said = predicate - names_known
            beside = [words for owners, words in units if name in owners]
            elsewhere = [words for owners, words in units if owners and name not in owners and not owners & names]
            if not said or not beside:
                continue
            own = max(len(said & words) for words in beside)
            other = max((len(said & words) for words in elsewhere), default=0)
            if own == 0 and other > 0:
                return True
    return False


def _attached(parsed: _Parsed, names_known: set[str]) -> list[tuple[set[str], set[str]]]:
    """Clauses as (names in it, other words in it); a clause of names only joins the next, one without names the last."""
    found: list[tuple[set[str], set[str]]] = []
    waiting: set[str] = set()
    for segment in parsed.segments:
        names = {term.key for term in segment if term.key in names_known}
        words = {term.key for term in segment if term.key not in names_known and term.value is None}
        if names and not words:
            waiting |= names
            if found:
                found[-1] = (found[-1][0] | names, found[-1][1])
            continue
        if not names and found:
            found[-1] = (found[-1][0] | waiting, found[-1][1] | words)
        else:
            found.append((names | waiting, words))
        waiting = set()
    if waiting and not found:
        found.append((waiting, set()))
    return found


def _guard_negation(case: _Case) -> float:
    """Said with the opposite polarity: "mandatory" of what is "not mandatory", "lower" of what is "higher"."""
    best = case.best
    if best is None or case.near < 0.5:
        return 1.0
    for term in case.claim.terms:
        signs = _polarities(term, case)
        if not signs or term.polarity in signs:
            continue
        if term.key[0] == "±" and (len({case.claim.negative, *(found.parsed.negative for found in case.cover)}) == 1 or term.negated):
            return 0.55
        if term.key[0] != "±" and case.claim.negative != any(found.parsed.negative for found in case.cover):
            return 0.55
        if term.key[0] == "±" and case.claim.negative != best.negative:
            return 0.55
    return 1.0


def _polarities(term: _Term, case: _Case) -> set[int]:
    return {found.polarity for sentence in case.cover for found in sentence.parsed.terms if found.key == term.key}


def _guard_quantifier(case: _Case) -> float:
    """ "All", "always", "only", "must", "guarantees" where the evidence says less."""
    classes = {_UNIVERSAL[word] for word in case.claim.words if word in _UNIVERSAL}
    if not classes or not case.cover:
        return 1.0
    found = {word for sentence in case.cover for word in sentence.parsed.words}
    unmet = classes - {_UNIVERSAL[word] for word in found if word in _UNIVERSAL}
    if "must" in unmet and any(key == "±necessary" or key == "~need" for s in case.cover for key in s.parsed.keys):
        unmet.discard("must")
    if not unmet:
        return 1.0
    if unmet == {"most"} and "all" in {_UNIVERSAL.get(word) for word in found}:
        return 1.0
    return 0.65 if found & _HEDGES else 0.9


GUARDS: dict[str, Callable[[_Case], float]] = {
    "number": _guard_number,
    "name": _guard_name,
    "role": _guard_role,
    "negation": _guard_negation,
    "quantifier": _guard_quantifier,
}
