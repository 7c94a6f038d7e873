"""A line of plain text, and the marks at its beginning that tell list items and numbered headings."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Longest heading, in words and characters; the two scraped guides, whose longest has 11 and 67, leave room.
HEADING_WORDS = 14
HEADING_CHARACTERS = 110

BULLET = re.compile(r"([•◦▪▫‣⁃∙●○■□◆◇➢➤►▶→✓✔✗★☆·*+–—\uf0b7\uf0a7-])\s+(?=\S)|(o)\s{1,3}(?=[A-Z])")
NUMBER = re.compile(
    r"(?P<label>step|chapter|part|section|phase|week|day|month|unit|module|lesson|question|tip|rule|level|stage|appendix|"
    r"article|act|scene|book|q)?(?(label)\s*#?)(?P<number>\d{1,3}(?:\.\d{1,3}){0,4}|(?(label)[IVXLC]{1,6}|(?!)))"
    r"(?P<end>[.):]\)?|\s+[–—-](?=\s)|(?(label)(?=\s|$)|(?=\s+[A-Z])))(?:\s+|$)",
    re.I,
)
ITEM_NUMBER = re.compile(r"\(?(\d{1,3})[.)]\s+(?=\S)")
_LETTERED = re.compile(r"\(?(?:[a-z]|[ivx]{1,4})[.)]\s+(?=\S)", re.I)
# "## Skills" as in Markdown, or "== Skills ==" as in a wiki.
_MARKED_HEADING = re.compile(
    r"(?P<marks>#{1,6})\s+(?P<words>[^\s#].*?)\s*#*|(?P<wiki>(?:= ?){1,6})\s*(?P<name>[^\s=][^=]*?)\s*(?:= ?){1,6}"
)
MAIL_HEADER = re.compile(
    r"(From|To|Cc|Bcc|Subject|Date|Sent|Reply-To|Message-ID|Received|X-[\w-]+|MIME-Version|Content-[\w-]+):\s*(.*)"
)
# How a line of a log begins: with a date or time.
LOG = re.compile(r"\W?(?:\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|\d\d/\w{2,3}/\d{2,4}|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d)")
DATE = re.compile(
    r"\W*(?:\w+,?\s+)?(?:\d{1,2}(?:st|nd|rd|th)?\s+\w+\s+\d{4}|\w+\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|[\d./:-]+)\W*"
)
ADDRESS = re.compile(r"https?://|www\.|\S@\S+\.\w")

_SMALL_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    a an the of and or nor but for to in on at by as is are be do does did can with without from into about over than vs
    via per i you your my our it its this that these those if not no so up out how what when where who why which
    de la le les des du et en el los las y del der die das und von zu al di da e o
    """,
    )
)


@dataclass(frozen=True)
class Line:
    """One line with words: its indent in blanks, its text without it, and whether a blank line stands above."""

    indent: int
    text: str
    gap: bool


def marked_heading(text: str) -> tuple[int, str] | None:
    """The rank and words of a heading that carries marks of its own ("## Skills", "== Skills =="), or None."""
    match = _MARKED_HEADING.fullmatch(text) if text[0] in "#=" and len(text) <= 3 * HEADING_CHARACTERS else None
    if match is None:
        return None
    if match["marks"]:
        return len(match["marks"]), match["words"]
    return match["wiki"].count("="), match["name"]


def is_item(text: str) -> bool:
    """Does the line begin as a list item does, with a bullet, a number or a letter?"""
    return bool(BULLET.match(text) or ITEM_NUMBER.match(text) or _LETTERED.match(text))


def opens(text: str) -> bool:
    """Does the text begin as a heading may: with no small letter?"""
    first = next((character for character in text if character.isalnum()), "")
    return bool(first) and not first.islower()


def capitalised(text: str) -> float:
    """The share of words, small ones aside, that begin with a capital; 1 for scripts that have none."""
    words = [word for word in re.findall(r"[^\W_][\w’'-]*", text) if word.casefold() not in _SMALL_WORDS]
    cased = [word for word in words if word[0].lower() != word[0].upper()]
    return sum(word[0].isupper() for word in cased) / len(cased) if cased else 1.0


def is_short(text: str) -> bool:
    """Is the line short enough for a heading, and no sentence?"""
    if len(text) > HEADING_CHARACTERS or len(text.split()) > HEADING_WORDS + 2:
        return False
    words = re.sub(r"^\S+\s", "", text)  # without the number
    if re.fullmatch(r"[^.]+\.", words) and len(words.split()) <= 6 and capitalised(words) > 0.9:
        return True  # "3. Distribution Obligations."
    return not re.search(r"[^.][.;,]$", text) and ". " not in words
