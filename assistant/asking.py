"""What a question asks: the part that asks, the words it turns on, and the kind of answer it wants."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.vocabulary import commonness, is_carrier, is_place, sentence_starts, words

_ASKING = re.compile(
    r"\?\s*[\"'”’)]*$"
    r"|^(?:\W*(?:so|and|but|ok|okay|now|then|also|well|hi|hey|hello|please|kindly|sir|madam|basically|yo)\b[\s,]*)*"
    r"(?:what|which|who|whom|whose|where|when|why|how|is|are|was|were|am|do|does|did|can|could|should|shall|will|would"
    r"|may|might|must|has|have|whats|what's|who's|how's|where's|wat|tell|list|name|give|explain|describe|define|compare"
    r"|outline|walk|show|any|kindly|please|recommend|suggest|wich|whch|hw)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?;\n])[\"'”’)]*\s+|\n+|(?<=[.!?][\"'”’)])\s+|(?<=['\"”’][.!?])\s+")
_CLAUSE = re.compile(
    r"[:;,]\s+|\s+(?:and|then|but)\s+(?:then\s+)?(?=(?:tell|answer|explain|what|who|how|which|when|where)\b)", re.I
)
_REFERRING = re.compile(
    r"\b(?:it|its|he|she|him|her|his|they|them|their|that|this|those|these|there|here|so|ones?|either|both)\b", re.I
)
_PREAMBLE = re.compile(
    r"^(?=[^?,]*\b(?:i|i'm|i've|im|my|we|we're|our|me)\b|coming|being|having|as an?\b)[^?]*?,\s+"
    r"(?:so\s+|but\s+|and\s+)?"
    r"(?=(?:is|are|was|do|does|did|can|could|should|shall|will|would|must|has|have|what|which|who|where|when|why|how)\b"
    r"\s+\w+\s+\w+)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]|(?<!\w)['‘][^'’]*['’](?!\w)")
# Told to do something that no guide answers; each alternative is a kind of instruction seen in the wild.
_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|drop|stop being)\b.{0,50}"
    r"\b(?:instructions?|rules?|guides?|documents?|prompt|directions?|polic(?:y|ies)|persona|assistant|above|previous"
    r"|told you|that you|about|everything)\b"
    r"|^\W*(?:please\s+|can you\s+|could you\s+|kindly\s+|now\s+|then\s+|and\s+|just\s+|mujhe\s+)*"
    r"(?:repeat|say|echo|print|output|respond|reply|reveal|confirm|translate|rewrite|paraphrase|compose|write"
    r"|generate|draw|sing|recite|convert|decode|run|execute|delete|send|book|order|swear|dump|obey|complete the)\b"
    r"|^\W*(?:you|you're|u)\s+(?:are|have been|must|will)\s+(?:now|in\b|dan\b|no longer|upgraded|say"
    r"|an? (?:evil|unfiltered))"
    r"|\bfrom now on\b|\b(?:developer|debug|admin|god|jailbreak|unrestricted|unfiltered)\s+mode\b"
    r"|\bwithout restrictions\b"
    r"|\b(?:pretend|role-?play|act)\s+(?:as|to be|that|you|the|like|my)|^\W*pretend\b|^\W*roleplay\b"
    r"|\b(?:system|hidden|initial|secret)\s+(?:prompt|instructions?|rules|message)\b"
    r"|\byour\s+(?:\w+\s+)?(?:instructions|prompt|configuration|memory|tools|directory|server|password|files)\b"
    r"|\b(?:admin password|api key|files you have|before this conversation|let's play|do my homework|/etc/passwd)\b"
    r"|\bsummari[sz]e\b.{0,20}\b(?:above|conversation|this|that|your)\b|\binstead of (?:answering|using|following)\b"
    r"|\bnew (?:task|instructions?|rules?)\s*:|(?:^|>)\W*system\s*:"
    r"|</?(?:system|script|context|passages?|documents?|assistant|user|instructions?)\b[^>]*>|\[/?inst\]|<<sys"
    r"|\bos\.system\b|\brm -rf\b"
    r"|\b(?:server|machine|computer|model|network) (?:that )?you(?:'re| are)? (?:run|running|hosted|on)\b"
    r"|\b(?:instructions?|prompts?|rules|data) (?:that )?you (?:were|have been) (?:given|told|trained|programmed)\b"
    r"|^\W*(?:just |simply |please |now |so )*(?:state|declare|announce|assert|swear|claim|insist)\b[^?]{0,40}\bthat\b"
    r"|^\W*(?:just |simply |please |now |so )*(?:pretend|(?:stop|quit) being)\b",
    re.IGNORECASE,
)

# What nobody asks of a guide: to become somebody else, to set the rules aside, to read markup as if it were the prompt.
# The rest of the above may be a question after all ("How do I get an API key?").
_OVERRIDING = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,50}"
    r"\b(?:instructions?|rules?|prompt|above|previous|told you|that you|everything)\b"
    r"|\bpretend (?:to be|that you|you)|\brole-?play\b|^\W*(?:please |now |and )*act as |^\W*you(?:'re| are) now\b"
    r"|\b(?:enable|activate|enter|engage)\b.{0,20}\b(?:developer|debug|admin|god|jailbreak|un\w+ed) mode\b"
    r"|\bfrom now on,? you\b|\bwithout restrictions\b|\binstead of answering\b"
    r"|\b(?:system|hidden|initial|secret) prompt\b|\byour (?:hidden|secret|initial) (?:rules|instructions|message)\b"
    r"|\b(?:hidden|secret|initial) (?:instructions|rules|messages?) (?:that )?you (?:were|have been) (?:given|told)\b"
    r"|\bserver (?:that )?you(?:'re| are)? (?:run|running|hosted)\b"
    r"|\byour (?:own )?(?:system prompt|source code|api key)\b"
    r"|^\W*(?:please )?(?:stop|quit) being\b"
    r"|\bnew (?:task|instructions?)\s*:|</?(?:system|context|passages?|documents?|assistant|user|instructions?)\b[^>]*>"
    r"|\[/?inst\]|<<sys",
    re.IGNORECASE,
)

# What the word before says about a word: no tagger is needed for questions, which are built alike.
_TRANSITIVE_WORDS = "need use learn know buy take get study recommend include offer require cover have has hire"
_VERBAL_WORDS = "i you we they he she it to can should will would could must may not do does did people"
_NOMINAL_WORDS = "a an the my your our any some this that which what of in at for with from on about by no per"
_TRANSITIVE = frozenset(_TRANSITIVE_WORDS.split())
_VERBAL = frozenset(_VERBAL_WORDS.split())
_NOMINAL = frozenset(_NOMINAL_WORDS.split())
_FIRST_PERSON = re.compile(r"i(?:'(?:m|ve|d|ll))?")

EXPECTATIONS: dict[str, re.Pattern[str]] = {
    "duration": re.compile(
        r"\bhow (?:long|soon|quickly)\b|\bhow (?:many|much)\b(?: \w+){0,2} (?:years?|months?|weeks?|days?|hours?"
        r"|minutes?|longer|time)\b|\b(?:what|which|length|duration) (?:is the )?(?:duration|length|notice period)\b"
    ),
    # What goes with a salary, or moves it, is no amount.
    "amount": re.compile(
        r"^(?!.*\b(?:perks?|benefits?|bonus(?:es)?|factors?|extras|affects?|depends?|influences?|determines?|besides?|var(?:y"
        r"|ies)|negotiat\w+|exact|why)\b).*(?:"
        r"\bhow many (?:dollars|euros|rupees|lakhs?|bucks)\b"
        r"|\bhow (?:much|expensive|cheap)\b.*\b(?:cost|pay|paid|earn|make|charge|get|worth|salary|price)"
        r"|\bhow much (?:is|are)\b|\bhow much do(?:es)?\b.*\bper\b|\b(?:earn|earns)\b"
        r"|\b(?:cost|costs|price|priced|fees?|tuition|salary|wages?|rate|stipend|budget|income|pay range|pay band)\b"
        r"|\bwhat (?:do|does|can|would|will|might)\b.*\b(?:pay|make)\b)",
        re.DOTALL,
    ),
    "count": re.compile(r"\bhow many\b(?! (?:dollars|euros|rupees|lakhs?|bucks)\b)|\b(?:number|amount) of\b"),
    "percentage": re.compile(
        r"\bpercent(?:age)?\b|%|\bwhat (?:share|proportion|fraction)\b"
        r"|\b(?:pass|acceptance|unemployment|success|interest) rate\b|\bgpa\b"
    ),
    "date": re.compile(r"\bwhen (?:was|were|is|did|does|do)\b|\bwhat (?:year|date|day|month|time)\b|\bwhich year\b"),
    "formula": re.compile(
        r"\b(?:formula|equation|derivative|theorem|prove|proof|calculated?|compute)\b"
        r"|\b(?:code|script|command|snippet)\b for"
        r"|\b(?:write|show) (?:me )?(?:the |a |an |some )?\w* ?(?:code|function|rule|script|query|\w+file|manifest)\b"
    ),
    "version": re.compile(r"\bversions?\b(?! control| of (?:the|a|my|your) )"),
    # "What accuracy is good enough", "how large should it be": a figure of no kind in particular.
    "level": re.compile(
        r"\bwhat [\w-]+(?: [\w-]+)? is (?:considered |an? |the )?"
        r"(?:good|enough|ok|acceptable|significant|safe)\b"
        r"|\bhow (?:large|big|small|old|high|low|tall|heavy|hot|warm|fast|deep|wide|strong|accurate|far) "
        r"(?:a |an |the |of |is|are|should|must|does|do|can|to)"
        r"|\b(?:minimum|maximum|min|max|pass mark|passing score|age limit|cut-?off)\b"
        r"|\b(?:marks|score|gpa|grade|accuracy)\b.*\b(?:need|required|enough|good)\b|\btoo (?:old|young|late)\b"
    ),
    "rhythm": re.compile(r"\bhow (?:often|frequently|regularly|many times)\b|\b(?:daily|weekly|monthly|yearly) or\b"),
    "name": re.compile(
        r"\b(?:which|what|best|top|recommend(?:ed)?|name(?: of| me)?|any|good|suggest|cheapest)\b(?: [\w-]+){0,2}? "
        r"(?:universit(?:y|ies)|colleges?|schools?|boot ?camps?|compan(?:y|ies)|startups?|employers?|tools?|courses?"
        r"|books?|author|websites?|sites?|platforms?|channels?|podcasts?|newsletters?|blogs?|competitions?|datasets?"
        r"|certifications?|certificates?|laptops?|gpus?|cit(?:y|ies)|countr(?:y|ies)|conferences?|brands?|shops?|boards?"
        r"|agenc(?:y|ies)|apps?|ides?|editors?|stores?)\b"
    ),
    "news": re.compile(
        r"\b(?:right now|currently|latest|today|this (?:year|month|week)|last date|deadline|upcoming|nowadays"
        r"|20(?:2[3-9]|3\d))\b"
    ),
    "choice": re.compile(
        r"\bwhich\b.*\b(?:best|better|should|recommend|faster|cheaper)\b|\b(?:better|cheaper|faster)\b"
        r"|\bor\b(?! more\b| less\b| not\b)|\bvs\.?\b|\bversus\b"
    ),
    "person": re.compile(r"\bwho\b(?! should| needs)|\bwhose\b|\bby whom\b"),
    "how-to": re.compile(r"\bhow (?:do|can|should|would|could|to|does one)\b|\bsteps?\b"),
    "definition": re.compile(
        r"^\W*(?:what(?:'s| is| are| does)|explain|define|describe|how does)\b|\bdifference between\b|\bwork\b$"
    ),
}


@dataclass(frozen=True)
class Term:
    """A word of the asking part that the question may turn on.

    Attributes:
        text: As written.
        position: Where it stands among the asking part's words, in [0, 1].
        capitalised: Whether a capital sets it apart.
        number: Whether it is a figure.
        placed: Whether "in", "at", "for" or "from" stands before it.
        asked: Whether it follows "which", "what" or "how many".
        commonness: log10 of its count in English; 0 for unknown words.
        slot: "noun", "object" (of needing, using, learning, …), "option" (of "A or B"), "verb" or "".
        place: Whether it names a place or a currency.
    """

    text: str
    position: float
    capitalised: bool
    number: bool
    placed: bool
    asked: bool
    commonness: float
    slot: str = ""
    place: bool = False


@dataclass(frozen=True)
class Asking:
    """What is asked.

    Attributes:
        text: The part of the question that asks.
        whole: The question without instructions to the assistant.
        instruction: Whether nothing is left but an instruction to the assistant.
        injected: Whether an instruction was left out.
        overriding: Whether nothing is left but an instruction that nobody gives who asks something of a guide.
        expects: The kinds of answer wanted, of `EXPECTATIONS`.
        terms: The words it turns on, in order.
    """

    text: str
    whole: str
    instruction: bool
    injected: bool
    expects: tuple[str, ...]
    terms: tuple[Term, ...]
    overriding: bool = False


def read_question(question: str) -> Asking:
    """What a question asks, once its story and any instructions to the assistant are set aside."""
    sentences = [sentence.strip() for sentence in _SENTENCE.split(question) if sentence.strip()]
    kept: list[str] = []
    dropped = False
    for sentence in sentences:
        if _INSTRUCTION.search(sentence):
            dropped = True
            kept += _answerable_clauses(sentence)
        else:
            kept.append(sentence)
    if dropped and not any(_ASKING.search(sentence) for sentence in kept):
        overriding = bool(_OVERRIDING.search(question))
        return Asking(question, question, True, True, (), terms_of(question), overriding)
    asking, turning = _asking_part(kept)
    lowered = asking.lower().replace("’", "'")
    expects = tuple(name for name, pattern in EXPECTATIONS.items() if pattern.search(lowered))
    if "duration" in expects:
        expects = tuple(name for name in expects if name != "count")
    # "Who was it written by?" leans on the sentence that was set aside.
    whole = question if dropped else " ".join(kept)
    return Asking(asking, whole, False, dropped, expects, terms_of(turning))


def terms_of(text: str) -> tuple[Term, ...]:
    """The content words of a text."""
    tokens = words(text)
    starting = sentence_starts(text)
    shouting = text.isupper() or text.istitle()
    found = []
    seen: set[str] = set()
    for number, token in enumerate(tokens):
        low = token.lower().replace("’", "'")
        name = not starting[number] and not shouting and token[0].isupper() and not _FIRST_PERSON.fullmatch(low)
        if low in seen or (is_carrier(low) and not name) or (len(token) < 2 and not name):
            continue
        seen.add(low)
        before = [earlier.lower() for earlier in tokens[max(0, number - 3) : number]]
        found.append(
            Term(
                text=token,
                position=number / max(1, len(tokens) - 1),
                # The first word of a sentence has its capital anyway.
                capitalised=not shouting and any(letter.isupper() for letter in token[1 if starting[number] else 0 :]),
                number=any(letter.isdigit() for letter in token),
                placed=bool(before) and before[-1] in {"in", "at", "for", "from"},
                asked=any(word in {"which", "what", "many", "much", "whch", "wich"} for word in before[-2:]),
                commonness=commonness(token),
                slot=_slot(tokens, number),
                place=is_place(token),
            )
        )
    return tuple(found)


def _slot(tokens: list[str], number: int) -> str:
    before = tokens[number - 1].lower() if number else ""
    after = tokens[number + 1].lower() if number + 1 < len(tokens) else ""
    if before in {"or", "vs", "versus", "than"} or after in {"or", "vs", "versus"}:
        return "option"
    if before in _TRANSITIVE:
        return "object"
    if before in _VERBAL:
        return "verb"
    return "noun" if before in _NOMINAL else ""


def _answerable_clauses(sentence: str) -> list[str]:
    """The questions inside a sentence that begins as an instruction ("answer in one line: what is …?")."""
    unquoted = _QUOTED.sub(" ", sentence)
    clauses = [clause.strip() for clause in _CLAUSE.split(unquoted) if clause and clause.strip()]
    return [clause for clause in clauses[1:] if _ASKING.search(clause) and not _INSTRUCTION.search(clause)]


def _without_preamble(sentence: str) -> str:
    """The sentence without what the asker says of themselves before the question ("I live in …, should I …?")."""
    preamble = _PREAMBLE.match(sentence)
    if not preamble:
        return sentence
    rest = sentence[preamble.end() :]
    amount = EXPECTATIONS["amount"].search(rest.lower())  # a place said beforehand matters to what is paid there
    return sentence if amount or _REFERRING.search(rest) or len(terms_of(rest)) < 2 else rest


def _asking_part(sentences: list[str]) -> tuple[str, str]:
    """The part that asks, with what it refers to; and that of it whose words the question turns on."""
    if not sentences:
        return "", ""
    asking = [position for position, sentence in enumerate(sentences) if _ASKING.search(sentence)]
    if not asking:
        return " ".join(sentences), " ".join(sentences)
    last = asking[-1]
    chosen = turning = _without_preamble(sentences[last])
    # "Is he right?" says nothing by itself: take what it refers to as well.
    while last > 0 and len(terms_of(chosen)) < (2 if _REFERRING.search(chosen) else 1):
        last -= 1
        chosen = f"{sentences[last]} {chosen}"
        if not terms_of(turning):
            turning = chosen
    return chosen, turning
