"""What a question asks for: the part that asks, the kind of answer it wants, how much of it, and of which things."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.plain_words import ADDED_LEVEL, BRIEF, NUMBER_WORDS, PAY, plain_words
from index.segmentation import sentences

# Words that carry no subject: a focus term is any other word. Function words, words of asking, and politeness.
_FUNCTION_WORDS = """
a about all also am an and any anyone anything are as ask at be because been before being best
better bit both but by call called can cannot come could day did do does doing done don else etc
even ever every exactly fine first for from get getting give go going good got guide guides had has
have having he hello help her here hey hi him his how however i if in into is isn it its itself just
keep kindly know let like ll lot made make many may maybe me mean might more most much must my
myself name need needed needs new next no nor not now of off ok okay on one only or other our out
over own part people per please pls possible put quite rather re really right said same say see
several shall she should since sir so some someone something sort such sure take talk tell than
thank thanks that the their them then there these they thing things think this those though through
to too two type types up us use used uses using usually ve very want was way we well were what when
where whether which while who whom whose why will with within without won would yes yet you your
yourself s t m d u ur plz
"""
STOP_WORDS = frozenset(_FUNCTION_WORDS.split())
ASKED_WORDS = 5  # the asking sentence of a shorter one stands alone from this many on; a guess
LONGEST = 500  # characters that a premise is looked for in
STORY_WORDS = 20  # a question longer than this, in several sentences, is a story with the question in it; measured

_ASKING = re.compile(
    r"\b(what|which|who|whose|whom|where|when|why|how|is|are|am|do|does|did|can|could|should|shall|will|would|has|have|"
    r"tell|name|list|explain|give|describe|suggest|recommend|kindly|please|compare)\b",
    re.IGNORECASE,
)
_OPENS = re.compile(r"(?:what|which|how|who|where|when|why)\b", re.IGNORECASE)
# "Is that what …?" points at the story told before.
_POINTING = re.compile(
    r"(?:so |and |but )?(?:(?:is|was|does|would) (?:that|this|it)\b"
    r"|(?:is|are|was) (?:he|she|they|my \w+) (?:right|wrong|correct|joking|serious|having|being|talking)\b"
    r"|(?:am i|are we) (?:kidding|fooling|wasting|mad|crazy|right|wrong|being)\b"
    r"|is there (?:anything|any truth|something) (?:to|in) (?:that|this|it)\b"
    r"|(?:is )?(?:true|right|fair|correct)\b)",
    re.IGNORECASE,
)
_TELLING = re.compile(  # a request that asks without a question mark
    r"\W*(?:and |then |so |now |please |kindly |just )*"
    r"(?:tell|name|list|explain|give|describe|suggest|recommend|compare|advise|guide)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\b(?:(?:name|list|give|tell)(?: me)?(?: the| any| just)?|top|just|only) "
    r"(?P<count>one|two|three|four|five|six|seven|eight|nine|\d)\b"
    r"|\b(?P<examples>one|two|three|four|five|\d) (?:\w+ )?(?:examples?|reasons?|ways?|tips?)\b",
    re.IGNORECASE,
)

_AUXILIARY = r"(?:is|are|am|was|do|does|did|can|could|should|shall|will|would|has|have|must|may|isn't|aren't|don't|doesn't|can't|won't|shouldn't)"  # noqa: E501
# The first pattern that matches names the kind: a question may fit several, and the more telling come first.
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "comparison",
            r"\bvs\.?\b|\bversus\b|\bcompar(?:e|ed|es|ing)\b"
            r"|\bcomparison(?: table| chart)? (?:of|between|with|to)\b|\bcomparison\W*$"
            r"|\bdiffer(?:s|ence|ences|ent from)?\b|\bdistinguish"
            r"|\b(?:more|less|better|higher|lower|bigger) .*\bthan\b|\bhow far apart\b|\bas against\b"
            r"|\b(?:hold|stack|measure|fare|do|good|bad)s?\b(?: \w+)? against\b"
            rf"|\b{PAY}\b.*\bagainst\b"
            r"|^(?-i:[A-Z])\S*(?: \S+)? against (?-i:[A-Z])\S*(?: \S+)?$"
            r"|\b(?:are|is|do|does) .* related(?: to\b|\W*$)"
            r"|\w and \w[^?.]{0,60}\b(?:what|how) (?:is|are|does|do) each\b"
            r"|\b(?:more|better|higher|lower|longer|harder|easier)\b(?! (?:about|on|for) ).*\bor\b",
        ),
        (
            "duration",
            r"\bhow (?:long|soon|quick(?:ly)?|fast)\b|\bhow much (?:longer|time|more time)\b"
            r"|\bhow many (?:years?|months?|weeks?|days?|hours?|yrs?)\b|\btime ?(?:line|frame)\b|\bduration\b",
        ),
        (
            "money",
            rf"\bhow much\b.*\b(?:{PAY}|money|make)\b"
            rf"|\b(?:{PAY}|money|make)\b.*\b(?:how much|range|figure|band|number)\b"
            r"|\b(?:what|whats|what's)\b(?!.*\b(?:on top of|besides|apart from|in addition to)\b)"
            r".{0,40}\b(?:salary|sallary|pay|wage|income|ctc)\b(?!.*\bdepend)"
            r"|\bwhat (?:do|does|can|could|would|will|might) .*\b(?:earn|make|get paid)\b"
            r"|\bwhat (?:should|can|could|would|will) .*\b(?:be (?:earning|paid)|take home)\b"
            r"|\b(?:salary|sallary|pay|wage) (?:range|band|scale|level)s?\b|\$\s?\d|\b\d+\s?k\b|\b(?:low|high)ball",
        ),
        ("number", r"\bhow (?:many|much)\b|\bwhat (?:percentage|percent|number|share|proportion)\b|\bnumber of\b"),
        ("reason", r"\bwhy\b|\bhow come\b|\bwhat(?:'s| is| are)? .*\b(?:reason|point|purpose|importance|benefit)\b"),
        ("person", r"\bwho(?:se|m)?\b(?! (?:should|can|could) )|\b(?:author|written by|wrote)\b"),
        (
            "steps",
            r"\bhow (?:do|does|can|could|should|would|to|did|am|might)\b"
            r"|(?<!by )\bsteps?\b(?! by step)|\broadmap\b|\bprocess of\b"
            r"|\bwhat should (?:i|we|one) do\b|\bwhere (?:do|should|can) i (?:start|begin)\b",
        ),
        ("name", r"\bwhat(?:'s| is| are)\b.* called\s*\?*$|\bnames? (?:of|for)\b|\bterm for\b"),
        ("place", r"\bwhere\b|\b(?:which|what) (?:site|website|platform|place|city|company)\b"),
        (
            "need",
            r"\b(?:need(?:ed)?|must|have to|required?|mandatory|compulsory|necessary|essential|prerequisites?)\b",
        ),
        (
            "yesno",
            r"^(?:\W*(?:so|and|but|then|ok|okay|well|hi|hey|hello|sir|also|please|pls|just|actually|really|honestly)\W+)*"
            + _AUXILIARY
            + r"\b|,\s*"
            + _AUXILIARY
            + r"\s+(?:i|it|that|they|you|one|there)\b|\bright\s*\?|\bor not\b|\b(?:is|isn't) it\b",
        ),
    )
)
_FIGURES = ("money", "duration", "number")
# What a figure depends on, or why there is none, is no figure; unless the figure is what is asked straight away.
_FACTORS = re.compile(
    r"\bdepend(?:s|ed|ing)? (?:up)?on\b|\b(?:up)?on what (?:does|do|did) .*\bdepend\b|\bfactors?\b"
    r"|\bwhat (?:determines?|affects?|influences?|decides?|changes?|drives?|moves?)\b(?! (?:is|are|was|were|do|does))",
    re.IGNORECASE,
)
_WHY = re.compile(r"\W*(?:but |and |so )?why\b", re.IGNORECASE)
_STRAIGHT = re.compile(
    r"^\W*(?:(?:and|so|but|ok|hi|hello)\W+)*"
    r"(?:how (?:much|many|long|soon)\b(?! it takes)|what(?:'s| is| are) the (?:\w+ )?(?:salary|pay|wage|duration)\b)",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"\bhow many\b|\b(?:what|which|the) number of\b", re.IGNORECASE)
_LEANING = re.compile(r"\b(?:it|its|this|that|they|them|those|these|he|she|ones?|about)\b", re.IGNORECASE)
_OF_NAMED = re.compile(r"(?:which|what) (?P<named>\w{3,})", re.IGNORECASE)
_NOT_NAMED = frozenset({"one", "ones", "about", "happened", "else", "then", "for", "the", "exactly"})
_BACK = re.compile(r"\b(?:they|them|those|these)\b", re.IGNORECASE)
_STATED = re.compile(  # not "the first two steps", nor "in five points"
    r"(?<!first )(?<!last )(?<!next )(?<!top )(?<!done )(?<!other )(?<!\bin )"
    r"\b(?P<count>two|three|four|five|six|seven|eight|nine|ten|\d{1,2}) (?:\w+ )?"
    r"(?:steps|stages|phases|parts|points|things)\b",
    re.IGNORECASE,
)
_SUPPOSES = re.compile(
    r"^(?:given|since|because|seeing|assuming|now) (?:that )?(?!when\b|of\b|name|how\b|what\b|which\b|where\b)\w+"
    r"|^considering (?:that )?(?!an? |the |my |that )\w+"
    r"|^as (?!an? |well |for |of |per |soon |long |far )\w+"
    r"|\bsays\b.*, so\b|(?:^|[.;,!] )(?:every(?:body|one)|people|they all) (?:says?|knows?|thinks?|reckons?|claims?)\b"
    r"|^(?:i|i've|we|we've) (?:heard|read that|been told|was told)\b"
    r"|^(?!i |i'|my |we |we'|our )[^?]*\b(?:never|only|nothing|always|everything|all)\b[^?]*"
    r", so (?:what|which|who|when|where|why|how)\b"
    r"|(?<!\bhe)(?<!\bshe)(?<!\bthey)(?<!\bthat)(?<!\bthis)(?<!\bit),? "
    r"(?:right|correct|isn't it|have i got that right)\s*\?"
    r"|, (?:is|are|do|does|did|was|were|will|would|can|should|has|have)n['’]?t (?:it|they|you|i|we|he|she|there)\s*\?",
    re.IGNORECASE,
)
_PREMISE = re.compile(
    r"^(?:given|since|because|seeing|assuming|now|considering|as)(?: that)? (?P<given>[^,?]{12,}), (?=\w)"
    r"|^(?:(?:everybody|everyone|people|they all) (?:says?|knows?|thinks?|reckons?|claims?)|(?:i've|i|we|we've) heard"
    r"|(?:i've|we've) read|i was told)(?: that)? (?P<said>[^?.;]{12,}?)(?:[.;] |, so )"
    r"|^(?P<told>(?!i |i'|my |we |our )[^?.;]*\b(?:never|only|nothing|always|all|nobody|no one)\b[^?.;]*?)"
    r"(?:[.;] |, (?:so |which )|, (?=(?:what|which|who|when|where|why|how)\b))",
    re.IGNORECASE,
)
_STEPS = re.compile(r"\b(?:steps?|stages?|phases?|action plan|road ?map (?:to|for))\b", re.IGNORECASE)
_LISTING = re.compile(
    r"\b(?:list|name|enumerate) (?:the|some|any|all|me|a few|two|three|four|five|six|\d)\b|^list\b|\bexamples\b"
    r"|\bsteps\b|\b(?:what|which) (?:all )?(?:are|were) (?:the|some|all|any|your|good|common)\b"
    r"|\b(?:kinds|types|sorts) of\b"
    r"|\bdepends? on\b|\bwhat all\b|\bbullet(?:s|ed| ?points?)?\b",
    re.IGNORECASE,
)
_AUXILIARIES = """
is are am was were do does did can could should shall will would has have had must may might i
helps takes makes gets needs comes goes means works pays counts matters sets happens wants looks gives keeps says tells
shows belongs follows begins starts stops decides drives moves lets brings leads allows adds costs teaches changes
"""
_ALSO_NOUN_WORDS = "costs works changes shows means needs matters counts looks starts stops"
_ALSO_NOUNS = frozenset(_ALSO_NOUN_WORDS.split())
_AFTER_NOUN_WORDS = "is are was were do does did can should will have has of by on in at for tonight"
_AFTER_NOUNS = frozenset(_AFTER_NOUN_WORDS.split())
_BREAKS = frozenset(_AUXILIARIES.split())  # where the thing asked for ends: "which tools | should I learn"
_ENDING_IN_S = """
this always perhaps besides previous various numerous as us its plus maths physics mathematics
"""
_NOT_PLURAL = frozenset(_ENDING_IN_S.split())
_ARTICLE = re.compile(
    r"^(?:(?:an?|the|is|are|does|do|in) )*"
    r"(?:(?:ordinary|normal|regular|plain|usual|standard|traditional|simple|just) (?=\w[\w'-]*\s+\w))*",
    re.IGNORECASE,
)
_ASKED_OF = re.compile(  # "what falls under supervised vs unsupervised"
    r"^(?:what|which|how|who|where|when|why)\b.*\b(?:is|are|of|under|about|for|with|does|do) (?=\w)", re.IGNORECASE
)
_SIDES = (
    re.compile(r"\bbetween (?P<a>.+?) and (?P<b>.+?)(?:[?.,;]|$)", re.IGNORECASE),
    re.compile(
        r"(?:^|\b(?:is|are|about|on|of) )(?P<a>[^,?.;]+?),? (?:vs\.?|versus) "
        r"(?P<b>[^,?.;:]+?)(?= [-–—] |[,?.;:]|$)",
        re.IGNORECASE,
    ),
    re.compile(
        r"\bhow (?:do|does|is|are|would) (?P<a>.+?) (?:compare[sd]?|differ(?:s|ent)?) (?:with|to|from|against) "
        r"(?P<b>.+?)(?:[?.,;]|$)",
        re.IGNORECASE,
    ),
    re.compile(r"\bcompare (?P<a>.+?) (?:and|with|to|against) (?P<b>.+?)(?:[?.,;]|$)", re.IGNORECASE),
    re.compile(r"\b(?:how|what) .*?\b(?P<a>\w+(?:[ -]\w+)?) and (?P<b>\w+(?:[ -]\w+)?) .*\bdiffer\b", re.IGNORECASE),
    re.compile(
        r"^(?P<a>[^,?.;:!]{1,60}?) and (?P<b>[^,?.;:!]{1,60}?)\W{1,5}(?:what|how) (?:is|are|does|do) each\b",
        re.IGNORECASE,
    ),
    re.compile(r"^(?P<a>[^,?.;:]+?) (?:as )?against (?P<b>[^,?.;:]+)", re.IGNORECASE),
    re.compile(r"[,:] (?P<a>(?:an? |the )?[\w'-]+(?: [\w'-]+)?) or (?P<b>(?:an? |the )?[\w' -]+)\??$", re.IGNORECASE),
    re.compile(r"\b(?P<a>[\w'-]+(?: [\w'-]+)?) (?:and|or) (?P<b>[\w'-]+(?: [\w'-]+)?)", re.IGNORECASE),
)


@dataclass(frozen=True)
class Asked:
    """What a question asks for.

    Attributes:
        text: The question in plain words.
        focus: The part of it that asks: all of a short question, the last asking sentence of a story.
        kinds: What is wanted, most telling first: "comparison", "duration", "money", "number", "reason", "person",
            "list", "steps", "name", "place", "need", "yesno"; () where nothing tells.
        sides: The two things compared, in the question's words; () for anything but a comparison.
        limit: The most sentences or items wanted; None where the question does not say.
    """

    text: str
    focus: str
    kinds: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    limit: int | None = None

    @property
    def count(self) -> int | None:
        """How many steps or parts it speaks of."""
        match = _STATED.search(self.focus)
        word = match["count"].lower() if match else ""
        return NUMBER_WORDS.get(word) or (int(word) if word.isdigit() else None)

    @property
    def of_steps(self) -> bool:
        """Whether it speaks of steps."""
        return speaks_of_steps(self.focus)

    @property
    def of_figures(self) -> bool:
        """Whether it asks first for an amount, a duration or a number."""
        return self.kinds[:1] in {(kind,) for kind in _FIGURES}

    @property
    def counts(self) -> bool:
        """Whether it asks how many there are."""
        return bool(_HOW_MANY.search(self.focus))

    @property
    def of_factors(self) -> bool:
        """Whether it asks what something depends on."""
        return bool(_FACTORS.search(self.focus)) and not _WHY.match(self.focus)

    @property
    def supposes(self) -> bool:
        """Whether it takes something for granted, which the guides may say otherwise."""
        return bool(_SUPPOSES.search(self.text))

    @property
    def premise(self) -> str:
        """What it takes for granted, where that is a clause of its own; "" otherwise."""
        match = _PREMISE.search(self.text[:LONGEST])
        return (match["given"] or match["said"] or match["told"]).strip() if match else ""

    def wants(self, *kinds: str) -> bool:
        """Whether any of these kinds of answer is wanted."""
        return any(kind in self.kinds for kind in kinds)


def understand(question: str) -> Asked:
    """What a question asks for."""
    text = " ".join(question.replace("’", "'").split())
    brief = bool(BRIEF.search(text))
    asking_part = focus_of(text)
    sides = _sides(asking_part)
    text, focus = plain_words(text), plain_words(asking_part)
    level = ADDED_LEVEL.search(text)
    focus = f"{focus}{level[0]}" if level and not focus.endswith(level[0]) else focus
    asking = [focus, *(focus[start:end] for start, end in sentences(focus)[1:])]
    kinds = tuple(kind for kind, pattern in _KINDS if any(map(pattern.search, asking)))
    if len(asking) > 1:  # what is asked last is what is asked: "How long does it take? How much would that pay?"
        last = {kind for kind, pattern in _KINDS if kind in _FIGURES and pattern.search(asking[-1])}
        kinds = tuple(sorted(kinds, key=lambda kind: kind not in last)) if last else kinds
    if "yesno" not in kinds:
        kinds = tuple(kind for kind in kinds if kind != "need")
    if (_FACTORS.search(focus) or _WHY.match(focus)) and not _STRAIGHT.match(focus):
        kinds = tuple(kind for kind in kinds if kind not in _FIGURES)
    if level and not kinds:
        kinds = ("money",)
    if _wants_several(focus):
        kinds = (*kinds, "list")
    counted = _COUNTED.search(focus) or _COUNTED.search(text)
    limit = None
    if brief:
        limit = 1
    elif counted:
        word = (counted["count"] or counted["examples"]).lower()
        limit = NUMBER_WORDS.get(word) or (int(word) if word.isdigit() else None)
    return Asked(text, focus, kinds, sides if "comparison" in kinds else (), limit)


def speaks_of_steps(text: str) -> bool:
    """Whether a text speaks of steps."""
    return bool(_STEPS.search(text))


def focus_of(question: str) -> str:
    """The part of a question that asks: the last asking sentence of a story, else the whole."""
    pieces = [question[start:end] for start, end in sentences(question)]
    if len(question.split()) <= STORY_WORDS:
        asking = [piece for piece in pieces if piece.endswith("?")]
        if len(asking) > 1 and asking[-1] == pieces[-1] and _asks_by_itself(asking[-1]):
            return asking[-1]
        told = len(asking) == 1 and pieces[-1] == asking[0] and _OPENS.match(asking[0]) and not _BACK.search(asking[0])
        return asking[0] if told and len(asking[0].split()) >= ASKED_WORDS else question
    for piece in reversed(pieces):
        if (piece.endswith("?") or _TELLING.match(piece)) and len(piece.split()) >= 3:
            return question if _POINTING.match(piece) else piece
    for piece in reversed(pieces):
        if _ASKING.search(piece) and len(piece.split()) >= 3:
            return piece
    return question


def _asks_by_itself(piece: str) -> bool:
    """Whether a question after another one says what it is about: "Which subjects should it be in?"."""
    named = _OF_NAMED.match(piece)
    if named and named["named"].lower() not in _BREAKS | _NOT_NAMED:
        return True
    long = len(piece.split()) >= ASKED_WORDS
    return long and bool(_OPENS.match(piece)) and not _POINTING.match(piece) and not _LEANING.search(piece)


def focus_terms(text: str) -> tuple[str, ...]:
    """The words that say what a text is about, in lower case, each once."""
    words = re.findall(r"[a-z0-9][a-z0-9+#]*(?:[./'-][a-z0-9]+)*", text.lower().replace("’", "'"))
    return tuple(dict.fromkeys(word for word in words if word.split("'")[0] not in STOP_WORDS))


def _wants_several(focus: str) -> bool:
    """Whether the thing asked for is named in the plural, or a list is asked for by name."""
    if _LISTING.search(focus):
        return True
    words = re.findall(r"[\w'/-]+", focus.lower())
    asking = {"what", "which", "wich", "any"}
    places = [i for i, word in enumerate(words) if word in asking and words[i - 1 : i] != ["without"]] or [-1]
    for place in places:
        for number, word in enumerate(words[place + 1 : place + 4], place + 2):
            follows = words[number] if number < len(words) else "is"
            if word in _BREAKS and not (word in _ALSO_NOUNS and follows in _AFTER_NOUNS):
                break
            if re.fullmatch(r"[a-z/-]{3,}[^su'\W]s|[a-z]+ies", word) and word not in _NOT_PLURAL:
                return True
    return False


def _sides(focus: str) -> tuple[str, ...]:
    for pattern in _SIDES:
        match = pattern.search(focus)
        if match and focus_terms(match["a"]) and focus_terms(match["b"]):
            first = _ASKED_OF.sub("", match["a"].strip())
            first = first if focus_terms(first) else match["a"].strip()
            return _ARTICLE.sub("", first), _ARTICLE.sub("", match["b"].strip())
    return ()
