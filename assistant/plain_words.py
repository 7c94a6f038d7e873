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
        (r"(?:respected )?sir|ma['’]?am|kindly|(?<!\w )please", ""),
        (r"(?:mles|ml engineers|ml engs|ml devs)", "machine learning engineers"),
        (r"(?:mle|ml engineer|ml eng|ml dev)", "machine learning engineer"),
        (r"ml", "machine learning"),
        (r"cnns?", "convolutional neural networks (CNNs)"),
        (r"rnns?", "recurrent neural networks (RNNs)"),
        (r"nlp", "natural language processing (NLP)"),
        (r"k8s", "Kubernetes"),
        (r"oop", "object-oriented programming"),
        (r"(?:swe|sde)", "software engineer"),
        (r"(?:newbies?|freshers?|rookies?|noobs?|newcomers?|new grads?)", "beginner"),
        (r"juniors?(?! role| position| job)(?:'s)?", "junior entry-level"),
        (r"(?:(?:someone|somebody|people|those|just|only) )*starting out", "entry-level"),
        (r"(?:pay ?che(?:ck|que)s?|pay ?packets?|ctc|wages?|remuneration|compensation)", "salary"),
        (r"(?:cvs?|résumés?)", "resume"),
        (r"(?:uni|varsity)", "university"),
        (r"maths", "mathematics"),
        (r"perks?", "benefits"),
        (r"(?:ph\.?d\.?|doctorate)", "PhD (advanced degree)"),
        (r"(?:post-?grad(?:uate)?|postgraduation|masters|m\.?tech|msc)", "master's (advanced degree)"),
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
        (r"rounds?", "rounds (parts)"),
        (r"duties", "duties (responsibilities)"),
        (r"(?:btech|b\.tech|bsc|b\.sc|undergrad(?:uate)?)", "bachelor's degree"),
    )
)
PAY = r"(?:salar(?:y|ies)|sallary|pay|paid|earn(?:s|ed|ing|ings)?|wages?|income|ctc|compensation)"
_OF_PAY = re.compile(
    rf"\b{PAY}\b|\b(?:take home|ask for|on offer|band|bracket)\b|[$€£₹]\s?\d|\b\d+\s?k\b"
    r"|\b(?:what|how much)\b.*\bmak(?:e|ing)\b(?! (?:an?|the|my|it|sure|me)\b)",
    re.IGNORECASE,
)
_NOVICE = re.compile(
    r"\bbeginners?(?:'s)?(?! (?:\w+ ){0,2}(?:courses?|books?|projects?|class(?:es)?|tutorials?))\b", re.I
)
_EXPERIENCE = re.compile(
    r"\b(?P<years>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|a few|several)\+?\s*(?:years?|yrs?)"
    r"(?: (?:of|as|in|into|behind|exp|experience|working|on the job|doing)\b|['’](?: \w+)? experience\b|$|,|\.)",
    re.IGNORECASE,
)
LEVELLED = re.compile(r"\b(?:entry|mid|junior|senior|starting|lead|principal)\b", re.IGNORECASE)
_LEVELS = (("entry-level", 1), ("mid-level", 5), ("senior", 99))  # years up to which one counts as such; a guess
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
    """The question with abbreviations and spoken words put in the words that guides use: better to search with."""
    for pattern, words in (*_PLAIN_WORDS, (BRIEF, "")):
        question = pattern.sub(words, question)
    if _OF_PAY.search(question):
        question = _NOVICE.sub("entry-level", question)
    level = level_of(question)
    question = f"{question} ({level})" if level else question
    question = _OUR.sub(r"\1", _IZE.sub(r"\1z", question))
    return " ".join(question.split()).lstrip(" ,:;-") or question


def level_of(question: str) -> str:
    """The level that the years of experience amount to that a question on pay speaks of; "" where it has none."""
    years = _EXPERIENCE.search(question) if _OF_PAY.search(question) else None
    if not years or LEVELLED.search(question):
        return ""
    word = years["years"].lower()
    count = NUMBER_WORDS.get(word) or (int(word) if word.isdigit() else 3)
    return next(level for level, most in _LEVELS if count <= most)
