"""Which lines of a scraped page are not the guide: advertisements, captions, teasers, sharing widgets."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.loaders.blocks import same_words

# A line this long or longer says something of its own (words); a guess from the two scraped guides.
_SHORT = 14
# How often a line must stand in a text before it can be a caption and not a refrain.
_REPEATS = 3
# How many lines at the top may hold a byline, and how far a related link stands from the widget before it.
_TOP = 8
_NEAR = 6

_SENTENCE_END = re.compile(r"[.!?…。！？।؟][\"'”’)\]]*$")

_AD = re.compile(
    r"(?:\d{2,4}\s*[x×*]\s*\d{2,4}\s*(?:px)?\s*(?:ads?|banners?|advert\w*)?|\W*(?:advertisements?|advertorial|ads?|"
    r"sponsored(?: content| links?| post)?|promoted(?: content)?|ads? by \w+|report (?:this )?ad)\W*)",
    re.I,
)
_READING_TIME = re.compile(
    r"(?:(?:est(?:imated|\.)?\s+)?read(?:ing)?\s*time\s*[:–-]?\s*)?(?:about |~)?\d{1,3}\s*[–-]?\s*min(?:ute)?s?\.?"
    r"(?:\s*(?:read(?:ing)?(?: time)?|to read))|read(?:ing)?\s*time\s*[:–-]?\s*\d{1,3}\s*min(?:ute)?s?\.?",
    re.I,
)
_CALL = (
    r"(?:click|tap) (?:here|below|the link|on the link)(?: (?:now|to \w+(?: \w+){0,3}|for \w+(?: \w+){0,3}))?"
    r"|read (?:more|full (?:story|article|post)|the full (?:story|article|post))|continue reading|view (?:all|more)"
    r"|see (?:all|more)(?: posts?)?|show more|load more|learn more|find out more|apply now|download now|join now"
    r"|sign up(?: now| here| today)?|buy now|shop now|get started now"
)
# "More Post – Click Here", "Read more »"; a full sentence ("Click here to open the file.") is an instruction.
_TEASER_END = re.compile(rf"(?:.*[\s–—:|>-])?(?:{_CALL})\s*[»›>→….!\]\)]*", re.I)
_TEASER_START = re.compile(
    r"(?:also read|read also|must read|read next|up next|see also this|you (?:may|might) (?:also )?(?:like|enjoy|be"
    r" interested)|related (?:posts?|articles?|stories|links?|topics?|reading)|recommended (?:for you|posts?|articles?|"
    r"stories)|more (?:from|posts?|stories|articles)\b|popular posts?|recent posts?|latest posts?|trending(?: now)?|"
    r"don[’']t miss)\b.*",
    re.I,
)
_NETWORK = (
    r"(?:facebook|twitter|x|linkedin|whatsapp|telegram|pinterest|reddit|instagram|tumblr|e-?mail|youtube|messenger|"
    r"copy link|print|pocket|flipboard|threads|bluesky|mastodon|tiktok|snapchat|vk|line|sms)"
)
_WIDGET = re.compile(
    rf"share(?: (?:this|the|on|via|to|with|it|now|your)\b.*)?|share\s*:.*|sharing is caring.*|tweet(?: this)?|pin (?:it|this)|"
    rf"(?:leave|add|post|write) (?:a |your )?(?:comment|reply|review)s?|(?:no|\d+) (?:comments?|replies|shares?|views?|likes?)|"
    rf"comments?(?: \(\d+\)| off| are closed)|cancel reply|log ?in to (?:comment|reply|leave a comment)|"
    rf"(?:previous|next|prev|older|newer) (?:article|post|story|page|entries)s?\b.*|skip to (?:main )?(?:content|navigation)|"
    rf"(?:back|scroll) to top|subscribe(?: (?:now|today|to|for|here)\b.*)?|follow us\b.*|like us on\b.*|join (?:us on|our "
    rf"(?:whatsapp|telegram|facebook|newsletter|channel|mailing))\b.*|sign up (?:for|to) (?:our|the) .*|newsletter|"
    rf"(?:we use|this (?:site|website) uses) cookies\b.*|accept (?:all )?cookies|accept all|cookie (?:policy|settings|preferences)|"
    rf"privacy policy|terms (?:of (?:use|service)|and conditions|& conditions)|all rights reserved\W*|"
    rf"(?:©|\(c\)|copyright ©?)\s*\d{{4}}\b.{{0,60}}|powered by \w+(?: \w+)?|toggle (?:navigation|menu)|main menu|search(?: for)?(?: ?:|…)|"
    rf"(?:font )?(?:re)?size[: ]+a+|listen to this (?:article|post)|save (?:for later|this (?:article|post))|"
    rf"was this (?:article|page|post) helpful\b.*|rate this (?:article|post|page)|(?:posted|filed|tagged) (?:in|under|with)\b.*|"
    rf"{_NETWORK}(?:\s*[|,•·/]?\s*{_NETWORK})+",
    re.I,
)
_SOURCE = re.compile(
    r"(?:source|via|link|url|originally (?:published|posted|appeared) (?:at|on|in)|retrieved from|(?:article )?source url)"
    r"\s*[:–-]?\s*<?(https?://[^\s<>\"]+?)>?[.,]?",
    re.I,
)
_BYLINE = re.compile(r"(?:written |posted |published )?by:?\s+([^\d:;,.!?]{3,40})", re.I)
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
        listed: Positions of list items: a list of links is noise as others are, but a repeated item is not a caption.
    """
    drop = {position for position, line in enumerate(lines) if _is_chrome(line)}
    source = ""
    for position, line in enumerate(lines):
        if match := _SOURCE.fullmatch(line.strip()):
            source = source or match[1]
            drop.add(position)
    drop |= _captions(lines, listed)
    author, top = _top_matter(lines, drop)
    drop |= top
    drop |= _tail(lines, drop)
    return Noise(frozenset(drop), source, author)


def _is_chrome(line: str) -> bool:
    text = line.strip().strip("•*-–—|»«[]→> ").strip()
    if not text or len(text.split()) > _SHORT:
        return False
    if _AD.fullmatch(text) or _READING_TIME.fullmatch(text) or _WIDGET.fullmatch(text):
        return True
    if text.endswith(".") and not text.endswith(".."):
        return False
    return bool(_TEASER_END.fullmatch(text) or (_TEASER_START.fullmatch(text) and not text.endswith((":", "?"))))


def _captions(lines: Sequence[str], listed: frozenset[int]) -> set[int]:
    """Every copy but the first of a short line that is repeated beside itself, or that repeats the first line."""
    words = [same_words(line) if len(line.split()) <= _SHORT else "" for line in lines]
    places: dict[str, list[int]] = {}
    for position, key in enumerate(words):
        if key and position not in listed and not lines[position].rstrip().endswith((".", ";", ",")):
            places.setdefault(key, []).append(position)
    first = next((key for key in words if key), "")
    drop: set[int] = set()
    for key, positions in places.items():
        if len(positions) < _REPEATS or len(key.split()) < 2:
            continue
        beside = any(later - earlier == 1 for earlier, later in zip(positions, positions[1:], strict=False))
        if beside or key == first:
            drop.update(positions[1:])
    return drop


def _top_matter(lines: Sequence[str], dropped: set[int]) -> tuple[str, set[int]]:
    """The author's name, and the positions of bylines and account names above the text."""
    author = ""
    drop: set[int] = set()
    top = range(min(_TOP, len(lines)))
    for position in top:
        line = lines[position].strip()
        if position and (match := _BYLINE.fullmatch(line)):
            author = author or match[1].strip()
            drop.add(position)
        beside_noise = position - 1 in dropped or position + 1 in dropped
        if beside_noise and position and _SLUG.fullmatch(line):
            drop.add(position)
    return author, drop


def _tail(lines: Sequence[str], dropped: set[int]) -> set[int]:
    """Links to other pages after the end: titles run together, often in another script, that end no sentence."""
    scripts = Counter(script for line in lines for script in [_script(line)] if script)
    if not scripts:
        return set()
    main = scripts.most_common(1)[0][0]
    drop: set[int] = set()
    for position in range(len(lines) - 1, max(-1, len(lines) - 40), -1):
        if position in dropped:
            continue
        line = lines[position].strip()
        if _SENTENCE_END.search(line) or line.endswith(":"):
            break
        after_widget = any(near in dropped for near in range(position - _NEAR, position) if near not in drop)
        foreign = _script(line) not in ("", main)
        if not ((foreign and (after_widget or len(line.split()) >= 8)) or (after_widget and _SLUG.fullmatch(line))):
            break
        drop.add(position)
    return drop


def _script(text: str) -> str:
    """The script of most letters in `text` ("LATIN", "DEVANAGARI"), or "" without letters."""
    counts = Counter(
        unicodedata.name(character, "").split(" ", 1)[0] for character in text[:2000] if character.isalpha()
    )
    return counts.most_common(1)[0][0] if counts else ""
