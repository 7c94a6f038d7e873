"""Bytes to characters, and characters to those that a reader can see."""

from __future__ import annotations

import codecs
import re
import unicodedata

from corpus.errors import UnreadableDocument

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# Nothing to do for text made of these alone: most text, and the test is fast.
_PLAIN = re.compile(r"[\n\x20-\x7e\xa1-\xac\xae-\xff‘’“”–—•…€]*", re.ASCII)

_LINE_BREAKS = re.compile(r"\r\n?|[\x85\u2028\u2029\x0b]")
_BLANKS = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")

# Presentation forms, which fonts use and readers do not type: Latin ligatures, Arabic shapes, Kangxi radicals.
# NFKC on the rest would turn "½" into "1⁄2" and "10²" into "102".
_PRESENTATION_FORMS = re.compile(r"[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufdff\ufe70-\ufefc\u2e80-\u2fdf]+")

# Marks that honest text holds and that quotes are better without: soft hyphens, direction marks, emoji variants.
_UNCOUNTED = re.compile(r"[\u00ad\u200e\u200f\u061c\ufe00-\ufe0f](?![\ufe00-\ufe0f])|^\ufeff")

# What hides text or reorders it on the screen: zero-width characters, overrides of direction, annotation marks,
# Hangul and braille fillers, variation selectors in a row, tags, controls (terminal escapes among them).
_HIDDEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

# What a terminal obeys and a reader never sees: colours, titles, the clipboard. Without the escape alone, "[31m" would
# stay and be quoted. Text switched to "concealed" goes with its switch.
_CONCEALED = re.compile(r"\x1b\[(?:0;)?8m[^\x1b]*")
_ESCAPE = re.compile(
    r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b[\]P_^X][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)|\x1b[ -/]{0,4}[0-~]"
)
# A letter struck twice is bold, and one struck over a line is underlined, in what manuals print to a file.
_STRUCK = re.compile(r"[^\n\x08]\x08")

# A joiner shapes Persian, Indic scripts and emoji; between other characters it only hides.
_JOINER = re.compile(r"[\u200c\u200d]")


def decode(data: bytes, name: str) -> str:
    """The text that `data` spells: by its byte order mark, as UTF-8, or as what charset-normalizer makes of it.

    Raises:
        UnreadableDocument: The bytes are not text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding if encoding == "utf-8" else encoding + _endian(mark), "replace")
    if guessed := _utf16_without_mark(data):
        return data.decode(guessed, "replace")
    if re.search(rb"\x1b\$[@B]", data[:20_000]) and data.isascii():
        return data.decode("iso2022_jp", "replace")
    if b"\0" in data:
        raise UnreadableDocument(
            name, "it holds binary data, not text", "Save it as .txt, .md, .html, .pdf or .docx and load that."
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # One broken byte in a long file, or an end cut off, is damage and not another encoding.
        if data[: error.start].isascii() is False or len(data) - error.start < 4:
            text = data.decode("utf-8", "replace")
            if text.count("\ufffd") <= 1 + len(text) // 1000:
                return text
    import charset_normalizer

    sample = data[:200_000]  # bytes; enough to tell, and the time grows with the length
    best = charset_normalizer.from_bytes(sample).best()
    if best is None:
        raise UnreadableDocument(
            name, "its bytes are not text in any known encoding", "Save it as UTF-8 text and load that."
        )
    return data.decode(best.encoding, "replace")


def _endian(mark: bytes) -> str:
    return "-le" if mark[0] == 0xFF else "-be"


def _utf16_without_mark(data: bytes) -> str | None:
    sample = data[:4000]
    if len(sample) < 8:
        return None
    even, odd = sample[0::2].count(0) / len(sample[0::2]), sample[1::2].count(0) / len(sample[1::2])
    # Western text in UTF-16 has a zero in nearly every other byte, and never in the ones between.
    if odd > 0.7 and even < 0.05:
        return "utf-16-le"
    if even > 0.7 and odd < 0.05:
        return "utf-16-be"
    # Other scripts have few zeros: in their blanks and line breaks, which turned around would be odd characters.
    sample = sample[: len(sample) // 2 * 2]
    if even + odd > 0:
        for encoding, blank in (("utf-16-le", 1), ("utf-16-be", 0)):
            others = sum(sample[n : n + 2] in (b"\x20\0", b"\x0a\0", b"\0\x20", b"\0\x0a") and sample[n + blank] != 0
                         for n in range(0, len(sample), 2))  # fmt: skip
            if not others and _reads_as_text(sample, encoding):
                return encoding
    return None


def _reads_as_text(sample: bytes, encoding: str) -> bool:
    """Are these bytes letters, marks and blanks in an encoding, of the few scripts that a text is written in?"""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 3:  # half a pair at the end of the sample is no fault
            return False
        text = sample[: error.start].decode(encoding)
    kinds = [unicodedata.category(character) for character in text]
    sound = sum(kind[0] in "LMNPZS" or text[place] in "\t\r\n" for place, kind in enumerate(kinds))
    blanks = sum(character in " \t\r\n" for character in text)
    rows = {ord(character) >> 8 for character in text if character.isalpha()}
    ideographs = sum("\u3000" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7a3" for character in text)
    return sound > 0.97 * len(text) and blanks > 0 and (len(rows) <= 6 or ideographs > 0.6 * len(text))


def clean(text: str) -> tuple[str, int]:
    """`text` as a reader sees it, and how many hidden characters were taken out.

    Line breaks become "\\n", odd blanks become blanks, presentation forms (the "ﬁ" ligature) become letters, lone
    surrogates become U+FFFD, and the result is in Unicode's composed form (NFC). Form feeds and tabs stay.
    """
    if _PLAIN.fullmatch(text):
        return text, 0
    text = _LINE_BREAKS.sub("\n", text)
    text = _BLANKS.sub(" ", text)
    text = _SURROGATES.sub("\ufffd", text)
    text = _PRESENTATION_FORMS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = _UNCOUNTED.sub("", text)
    text, escapes, concealed = _without_escapes(text)
    text, hidden = _HIDDEN.subn("", text)
    hidden += escapes + concealed
    kept: list[str] = []
    last = 0
    for match in _JOINER.finditer(text):
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        if not (_joins(before) and _joins(after)):
            kept.append(text[last : match.start()])
            last = match.end()
            hidden += 1
    text = "".join([*kept, text[last:]])
    return unicodedata.normalize("NFC", text), hidden


def _without_escapes(text: str) -> tuple[str, int, int]:
    """The text without orders to a terminal, how many there were, and how many characters they concealed."""
    if "\x1b" not in text and "\x08" not in text:
        return text, 0, 0
    concealed = sum(len(match[0]) for match in _CONCEALED.finditer(text))
    text, escapes = _ESCAPE.subn("", _CONCEALED.sub("", text))
    return _STRUCK.sub("", text), escapes, concealed


def _joins(character: str) -> bool:
    """Does a joiner beside this character change how it looks?"""
    if not character:
        return False
    code = ord(character)
    return 0x0600 <= code <= 0x1CFF or code == 0x2640 or code == 0x2642 or 0x2190 <= code <= 0x2BFF or code >= 0x1F000
