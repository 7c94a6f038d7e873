"""A question in the words that guides use: abbreviations, spoken words, British spellings, years of experience."""

from __future__ import annotations

import re

# What people write, and the words that guides use for it: abbreviations of the field, spoken, British and Indian
# English. The embedder knows "machine learning engineer" and not "MLE", "salary" and not "CTC".
_PLAIN_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})\b(?!['’]\w)", re.IGNORECASE), words)
    for pattern, words in (
        (r"(?:explain |tell me )?like i['’]?(?:m| am) (?:five|5)|eli5|lol|ugh|tbh|be (?:straight|honest) with me", ""),
        (r"outta", "out of"),
        (r"gonna", "going to"),
        (r"wanna", "want to"),
        (r"gotta", "have to"),
        (r"(?:respected )?sir(?! (?-i:[A-Z]))|ma['’]?am|kindly|(?<!\w )please|yaar|yar|bhai|bro|dude", ""),
        (r"(?:mles|ml engineers|ml engs|ml devs)", "machine learning engineers"),
        (r"(?:mle|ml engineer|ml eng|ml dev)", "machine learning engineer"),
        (r"(?<!\d)(?<!\d )ml", "machine learning"),
        (r"cnns?", "convolutional neural networks (CNNs)"),
        (r"rnns?", "recurrent neural networks (RNNs)"),
        (r"nlp", "natural language processing (NLP)"),
        (r"k8s", "Kubernetes"),
        (r"oop", "object-oriented programming"),
        (r"(?:swe|sde)", "software engineer"),
        (r"(?:newbie|fresher|rookie|noob|newcomer|new grad)((?:s|['’]s)?)", r"beginner\1"),
        (r"juniors?(?! role| position| job)(?:'s)?", "junior entry-level"),
        (
            r"(?:pay ?che(?:ck|que)s?|pay ?packets?|ctc|wages?|remuneration"
            r"|(?<!['’] )compensation(?! (?:for|if|when|from|claim)))",
            "salary",
        ),
        (r"(?:cvs?|résumés?)", "resume"),
        (r"(?:uni|varsity)", "university"),
        (r"maths", "mathematics"),
        (r"perks?", "benefits"),
        (r"(?:ph\.?d\.?|doctorate)", "PhD (advanced degree)"),
        (
            r"(?:post-?grad(?:uate)?|postgraduation|(?<!old )(?<!past )masters|m\.?tech|msc)",
            "master's (advanced degree)",
        ),
        (r"(?:which|what) (?:\w+ )?(?:branch|stream|major)(?: of (?:study|engineering))?", "which degree subject"),
        (
            r"(?:dropped out of|never went to|did(?:n['’]t| not) (?:go to|finish)|skipped|quit|without(?: going to)?)"
            r" (?:uni|varsity|university|college|school)",
            "without a degree",
        ),
        (r"(?:job market|job prospects|career prospects|job opportunities|hiring like)", "career outlook and demand"),
        (r"(?:drop-?outs?|no[- ]degree)", "without a degree"),
        (
            r"(?:gone|going|go|turned|got|getting|become|became) (?:rubbish|bad|wrong|worse|off|stale|downhill)",
            "degraded, performance degrades",
        ),
        (r"(?:growing|heavy|high|more|rising) (?:load|traffic|demand)s?(?! for)", "high traffic and scalability"),
        (r"ambitious", "complex"),
        (r"(?<=senior )(?:range|band|bracket)", "salary range"),
        (r"(?<=level )(?:range|band|bracket)", "salary range"),
        (r"(?-i:devs)", "developers"),
        (r"(?-i:dev)", "developer"),
        (r"for nowt", "for free"),
        (r"nowt", "nothing"),
        (r"owt", "anything"),
        (r"summat", "something"),
        (r"skint", "without money"),
        (r"rounds?", "rounds (parts)"),
        (r"duties", "duties (responsibilities)"),
        (r"(?:btech|b\.tech|bsc|b\.sc|undergrad(?:uate)?)", "bachelor's degree"),
    )
)
PAY = r"(?:salar(?:y|ies)|sallary|pay|paid|earn(?:s|ed|ing|ings)?|wages?|income|ctc|compensation)"
_PAID = (  # "what can I make": neither what flour is for nor what makes sure of something
    rf"\b{PAY}\b|\btake home\b"
    r"|\b(?:what|how much(?: money)?) (?:do|does|did|can|could|will|would|should|might)\b(?: \S+){1,5} mak(?:e|ing)\b"
    r"(?! (?:an?|the|my|it|sure|me)\b)"
)
_OF_PAY = re.compile(rf"{_PAID}|\b(?:on offer|band|bracket)\b|[$€£₹]\s?\d|\b\d+\s?k\b", re.IGNORECASE)
_NOVICE = re.compile(
    r"\bbeginners?(?:['’]s)?(?! (?:\w+ ){0,2}(?:courses?|books?|projects?|class(?:es)?|tutorials?))\b", re.IGNORECASE
)
_STARTING = re.compile(r"\b(?:(?:someone|somebody|people|those|just|only) )*starting out\b", re.IGNORECASE)
# Years at work, not those of a course or since some year.
_EXPERIENCE = re.compile(
    r"\b(?<![.,])(?P<years>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|a few|several)\+?\s*"
    r"(?:years?|yrs?)['’]?(?: of)?(?: \w+){0,3}? ?"
    r"(?:\b(?:experience|exp|work(?:ing)?|behind me|under (?:my|the|her|his) belt|on the job)\b"
    r"|\bin the (?:job|trade|field|industry)\b"
    r"|\bas an? )",
    re.IGNORECASE,
)
_NOT_AT_WORK = re.compile(
    r"\b(?:university|uni|college|school|study|studies|training|apprenticeship|degree|course)\b"
    r"|\b(?:but|and) (?:none|no|nothing|not)\b|\bno experience\b",
    re.IGNORECASE,
)
_OF_LEVEL = re.compile(
    rf"{_PAID}|\bwhat (?:can|could|should) i ask for\b|\bwhat(?: would|['’]d) (?:i|he|she|they|we) be on\b",
    re.IGNORECASE,
)
_LEVELLED = re.compile(r"\b(?:entry|mid|junior|senior|starting|principal|lead (?:\w+ )?(?:engineer|role))\b", re.I)
_BAND = re.compile(r"(?:\b(?:pay|salary|wage) |(?<=\bthe ))(?:band|bracket)(s?)\b", re.IGNORECASE)
_LEVELS = (("entry-level", 1), ("mid-level", 5), ("senior", 99))  # years up to which one counts as such; a guess
_MANY = {"a": 1, "a couple of": 2, "a few": 3, "several": 5, "some": 5, "many": 15, "fifteen": 15, "twenty": 20}
ADDED_LEVEL = re.compile(rf" \((?:{'|'.join(level for level, _ in _LEVELS)})\)$")
# British spellings, which guides and the embedder's model know less: "behavioural", "optimisation".
_IZE = re.compile(
    r"\b((?:optim|organ|special|visual|real|recogn|summar|general|minim|maxim|regular|normal|standard|custom|initial"
    r"|token|container|author|util|emphas|priorit|memor|parallel|categor|personal)i)s(?=(?:e|es|ed|er|ers|ing|ations?)\b)",
    re.IGNORECASE,
)
_OUR = re.compile(r"\b((?:behavi|col|fav|lab|neighb|hon)o)u(?=r)", re.IGNORECASE)
BRIEF = re.compile(
    r"\b(?:in|with|as) (?:a|one|1|a single|just one) (?:short )?(?:sentence|line|phrase|word)\b|\bone[- ]liner\b",
    re.IGNORECASE,
)
NUMBER_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}


def plain_words(question: str) -> str:
    """The question with abbreviations and spoken words put in the words that guides use: better to search with.

    Where pay is asked for and years at work are named, the level that they amount to is added at the end.
    """
    for pattern, words in (*_PLAIN_WORDS, (BRIEF, "")):
        question = pattern.sub(words, question)
    if re.search(_PAID, question, re.IGNORECASE) and not re.search(r"\bpay(?:ing)? for\b", question, re.IGNORECASE):
        question = _BAND.sub(r"salary range\1", question)
    if _OF_PAY.search(question):
        question = _STARTING.sub("entry-level", _NOVICE.sub("entry-level", question))
    level = _level_of(question)
    question = _OUR.sub(r"\1", _IZE.sub(r"\1z", question))
    question = " ".join(question.split()).lstrip(" ,:;-") or question
    return f"{question} ({level})" if level else question


def _level_of(question: str) -> str:
    """The level that the years at work amount to that a question on pay speaks of; "" where it has none."""
    years = _EXPERIENCE.search(question)
    if not years or not _OF_LEVEL.search(question):
        return ""
    if _LEVELLED.search(question) or _NOT_AT_WORK.search(question):
        return ""
    return level_after(years["years"])


def level_after(years: str) -> str:
    """The level that so many years at work amount to ("a few", "12"); "" where that is no number."""
    word = years.lower().removesuffix("+")
    count = int(word) if word.isdecimal() and len(word) <= 2 else {**NUMBER_WORDS, **_MANY}.get(word)
    return "" if count is None else next(level for level, most in _LEVELS if count <= most)
