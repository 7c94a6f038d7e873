"""Which lines of a scraped page are not the guide: advertisements, captions, teasers, sharing widgets."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# A line of more words than this says something of its own; a guess from the two scraped guides.
_SHORT = 14
_SHORT_CHARACTERS = 200
# How often a line must stand in a text before it can be a caption and not a refrain.
_REPEATS = 3
# How many lines at the top may hold a byline, how far down related links reach, how near to a widget they stand.
_TOP, _BOTTOM, _NEAR = 8, 40, 6
# From how many lines the main script of a text is told.
_SAMPLE = 400

_SENTENCE_END = re.compile(r"[.!?…。！？।؟][\"'”’)\]]*$")


def _any_of(*patterns: str) -> re.Pattern[str]:
    """A pattern that a whole line may match, in any case."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I)


_AD = _any_of(
    r"\d{2,4}\s*[x×*]\s*\d{2,4}\s*(?:px)?\s*(?:ads?|banners?|advert\w*)?",
    r"\W*(?:advertisements?|advertorial|ads?|report (?:this )?ad|ads? by \w+)\W*",
    r"\W*(?:sponsored|promoted)(?: content| links?| posts?)?\W*",
)
_READING_TIME = _any_of(
    r"(?:about |~)?\d{1,3}\s*[–-]?\s*min(?:ute)?s?\.?\s*(?:read(?:ing)?(?: time)?|to read)",
    r"(?:est(?:imated|\.)?\s+)?read(?:ing)?\s*time\s*[:–-]?\s*(?:about |~)?\d{1,3}\s*min(?:ute)?s?\.?(?: read)?",
)
_CALL = "|".join(
    (
        r"(?:click|tap) (?:here|below|(?:on )?the link)(?: (?:now|(?:to|for) \w+(?: \w+){0,3}))?",
        r"read (?:more|(?:the )?full (?:story|article|post))|continue reading",
        r"view (?:all|more)|see (?:all|more)(?: posts?)?|show more|load more|learn more|find out more",
        r"(?:apply|download|join|buy|shop|sign up|register|subscribe)(?: now| here| today)",
    )
)
# "More Post – Click Here", "Read more »"; a full sentence ("Click here to open the file.") is an instruction.
_TEASER_END = _any_of(rf"(?:.*[\s–—:|>-])?(?:{_CALL})\s*[»›>→….!\]\)]*")
_POSTS = r"(?:posts?|articles?|stories|story|links?|news|videos?)"
_TEASER_START = _any_of(
    r"(?:also read|read also|must read|read next|up next|see this too|don[’']t miss)\b.*",
    r"you (?:may|might) (?:also )?(?:like|enjoy|be interested)\b.*",
    rf"(?:related|recommended|popular|recent|latest|trending|more) {_POSTS}\b.*|recommended for you|trending now",
    r"more (?:from|on|in|by) (?:this|the same|our)\b.*",
)
_NETWORK = (
    r"(?:facebook|twitter|x|linkedin|whatsapp|telegram|pinterest|reddit|instagram|tumblr|e-?mail|youtube|messenger|"
    r"copy link|print|pocket|flipboard|threads|bluesky|mastodon|tiktok|snapchat|vk|line|sms)"
)
_PIECE = r"(?:article|post|story|page|guide|entry|blog|video|job|news)"
_WIDGET = _any_of(
    rf"share(?: now| it|\s*:.*)?|share (?:this|the)(?: {_PIECE})?(?: (?:on|with|via)\b.*)?",
    rf"share (?:on|via) {_NETWORK}",
    rf"sharing is caring\W*|tweet(?: this| it)?|pin (?:it|this)|{_NETWORK}(?:\s*[|,•·/]?\s*{_NETWORK})+",
    r"(?:leave|add|post|write) (?:a |your )?(?:comment|reply|review)s?|cancel reply",
    r"comments?(?: \(\d+\)| off| are closed)",
    r"(?:no|\d+) (?:comments?|replies|shares?|views?|likes?)|log ?in to (?:comment|reply|leave a comment)",
    rf"(?:previous|next|prev|older|newer) {_PIECE}s?(?:\s*[:–—»›→-].*)?|(?:older|newer) (?:posts|entries)",
    r"skip to (?:main )?(?:content|navigation)|(?:back|scroll|go) to top|toggle (?:navigation|menu)|main menu",
    r"subscribe(?: now| today| to (?:our|the|my)\b.*)?|newsletter|sign up (?:for|to) our\b.*",
    r"(?:follow|like|find) us(?: on\b.*)?|join us on\b.*",
    r"join our (?:whatsapp|telegram|facebook|newsletter|channel|group|community)\b.*",
    r"accept (?:all )?(?:cookies)?|cookie (?:policy|settings|preferences)|privacy policy|terms (?:of|and|&) \w+",
    rf"powered by \w+(?: \w+)?|listen to this {_PIECE}|save (?:for later|this \w+)|rate this \w+",
    r"was this (?:\w+ )?helpful\b.*|(?:posted|filed) (?:in|under)\b.*|search(?: for)?\s*[:…]",
)
# These are noise as sentences too.
_NOTICE = _any_of(
    r"(?:we use|this (?:site|website) uses) cookies\b.*",
    r"(?:©|\(c\)|copyright)\s*©?\s*\d{4}\b.{0,60}|.{0,60}\ball rights reserved\W*",
)
# A line of a table of contents: dots that lead to a page number.
_LEADERS = re.compile(r".*(?:\.{4,}|(?:\s\.){4,}|…{2,})\s*(?:\d{1,4}|[ivxlc]{1,6})(?:\s\d{1,4})?")
_SOURCE = _any_of(
    r"(?:(?:article )?source(?: url)?|via|link|url|retrieved from|originally (?:published|posted|appeared) (?:at|on))"
    r"\s*[:–-]?\s*<?(https?://[^\s<>\"]+?)>?[.,]?"
)
_BYLINE = _any_of(r"(?:written |posted |published )?by:?\s+([^\d:;,.!?]{3,40})")
_SLUG = re.compile(r"@?[a-z][a-z0-9_.-]{2,29}")


@dataclass(frozen=True)
class Noise:
    """What was found among the lines: the positions to leave out, and what they told about the guide."""

    positions: frozenset[int]
    source: str = ""
    author: str = ""


def find_noise(lines: Sequence[str], listed: frozenset[int] = frozenset()) -> Noise:
    """The lines that are not part of the guide, by rules that no single page was the model for.

    Args:
        lines: The non-empty lines or blocks, in order.
        listed: Positions of list items: a teaser among them is noise too, but an item that recurs is no caption.
    """
    drop = {position for position, line in enumerate(lines) if _is_chrome(line)}
    source = ""
    for position, line in enumerate(lines):
        if len(line) < 2000 and (match := _SOURCE.fullmatch(line.strip())):
            source = source or match[1]
            drop.add(position)
    drop |= _captions(lines, listed)
    author, top = _top_matter(lines, drop)
    drop |= top
    drop |= _tail(lines, drop)
    return Noise(frozenset(drop), source, author)


def is_contents_line(line: str) -> bool:
    """Is the line one of a table of contents, with dots that lead to a page number?"""
    return len(line) <= _SHORT_CHARACTERS and bool(_LEADERS.fullmatch(line.strip()))


def _is_chrome(line: str) -> bool:
    text = line.strip().strip("•*-–—|»«[]→> ").strip()
    if is_contents_line(text):
        return True
    if not text or len(text) > _SHORT_CHARACTERS or len(text.split()) > _SHORT:
        return False
    if _AD.fullmatch(text) or _READING_TIME.fullmatch(text) or _NOTICE.fullmatch(text):
        return True
    if text.endswith(".") and not text.endswith(".."):
        return False  # "Share your projects on GitHub." is advice
    if _WIDGET.fullmatch(text) or _TEASER_END.fullmatch(text):
        return True
    return bool(_TEASER_START.fullmatch(text)) and not text.endswith("?")


def _captions(lines: Sequence[str], listed: frozenset[int]) -> set[int]:
    """Every copy but the first of a short line that is repeated beside itself, or that repeats the first line."""
    words = [_caption(line) for line in lines]
    places: dict[str, list[int]] = {}
    for position, key in enumerate(words):
        if key and position not in listed and not lines[position].rstrip().endswith((".", ";", ",")):
            places.setdefault(key, []).append(position)
    first = next((key for key in words if key), "")
    drop: set[int] = set()
    for key, positions in places.items():
        if len(positions) < _REPEATS or len(key.split()) < 2:
            continue
        if key == first or any(later - earlier == 1 for earlier, later in itertools.pairwise(positions)):
            drop.update(positions[1:])
    return drop


def _caption(line: str) -> str:
    """What the copies of a caption have in common: all but case, blanks and the marks at its end."""
    if len(line) > _SHORT_CHARACTERS or len(line.split()) > _SHORT:
        return ""
    return " ".join(line.casefold().split()).rstrip(" :?!.–—-")


def _top_matter(lines: Sequence[str], dropped: set[int]) -> tuple[str, set[int]]:
    """The author's name, and the positions of bylines and account names above the text."""
    author = ""
    drop: set[int] = set()
    for position in range(1, min(_TOP, len(lines))):
        line = lines[position].strip()
        if match := _BYLINE.fullmatch(line):
            author = author or match[1].strip()
            drop.add(position)
        elif _SLUG.fullmatch(line) and (position - 1 in dropped or position + 1 in dropped):
            drop.add(position)
    return author, drop


def _tail(lines: Sequence[str], dropped: set[int]) -> set[int]:
    """Links to other pages after the end: titles run together, often in another script, that end no sentence."""
    step = max(1, len(lines) // _SAMPLE)
    scripts = Counter(script for line in lines[::step] for script in [_script(line)] if script)
    if not scripts:
        return set()
    main = scripts.most_common(1)[0][0]
    drop: set[int] = set()
    for position in range(len(lines) - 1, max(0, len(lines) - _BOTTOM), -1):
        if position in dropped:
            continue
        line = lines[position].strip()
        if _SENTENCE_END.search(line) or line.endswith(":"):
            break
        after_widget = any(near in dropped for near in range(position - _NEAR, position))
        foreign = _script(line) not in ("", main)
        if not ((foreign and (after_widget or len(line.split()) >= 8)) or (after_widget and _SLUG.fullmatch(line))):
            break
        drop.add(position)
    return drop


def _script(text: str) -> str:
    """The script of most letters in `text` ("LATIN", "DEVANAGARI"), or "" without letters."""
    counts = Counter(
        unicodedata.name(character, "").split(" ", 1)[0] for character in text[:300] if character.isalpha()
    )
    return counts.most_common(1)[0][0] if counts else ""
