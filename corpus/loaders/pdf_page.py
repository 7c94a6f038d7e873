"""One page of a PDF to lines: the words that a reader sees, where they stand, and in which size."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from corpus.loaders.blocks import one_line
from corpus.loaders.characters import clean
from corpus.loaders.pdf_layout import Line
from corpus.loaders.pdf_paint import FAINTEST, NOT_PAINTED, SEEN, UNSEEN, Paint, place, scale

if TYPE_CHECKING:
    from pypdf import PageObject

# A scanned page may bear a painted stamp or number; its recognised text is this many times longer (a guess).
_STAMP = 5
# Text, its place (x, y), effective size, and whether it is bold.
_Piece = tuple[str, float, float, float, bool]


class Page:
    """The lines of one page, in the order of its content."""

    def __init__(self, page: PageObject, number: int, off: frozenset[Any]) -> None:
        self.page, self.number, self.off = page, number, off
        self.pieces: list[_Piece] = []
        self.hidden = 0
        self.undrawn = 0

    def lines(self) -> tuple[list[Line], int]:
        """The lines that a reader sees, and how many characters are hidden beside them."""
        dropped, painted = self._read(allow_unpainted=False)
        seen, recognised = _length(self.pieces), dropped[NOT_PAINTED]
        if recognised and (not seen or (painted and seen * _STAMP < recognised)):
            # The unpainted text over a scanned page is what was recognised on it: the only words there are.
            dropped, _ = self._read(allow_unpainted=True)
        if self.drawn and not _length(self.pieces):
            self.undrawn = self.drawn
        lines = list(self._lines(self.pieces))
        unknown = [line for line in lines if line.text.count("\ufffd") * 2 > len("".join(line.text.split()))]
        self.undrawn += sum(len("".join(line.text.split())) for line in unknown)
        lines = [line for line in lines if line not in unknown]
        if _is_code("".join(piece[0] for piece in self.pieces), self.unmapped):
            self.undrawn, lines, self.hidden = max(1, self.drawn), [], 0
        return lines, self.hidden + dropped[NOT_PAINTED] + dropped[UNSEEN]

    def _read(self, *, allow_unpainted: bool) -> tuple[Counter[int], bool]:
        """Read the page into `pieces`; how many characters of each kind were left out, and whether it is painted."""
        self.pieces = []
        self.drawn = 0
        self.unmapped = 0
        dropped: Counter[int] = Counter()
        resources = _resources(self.page)
        media, crop = (
            tuple(float(edge) for edge in (box.left, box.bottom, box.right, box.top))
            for box in (self.page.mediabox, self.page.cropbox)
        )
        left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
        shown = (left, bottom, min(media[2], crop[2]), min(media[3], crop[3]))
        if not (shown[0] < shown[2] and shown[1] < shown[3]):
            shown = (-1e9, -1e9, 1e9, 1e9)  # of no size: viewers take a sheet of paper, and so nothing is off it
        paint = Paint(shown, _faint_states(resources), _names_off(resources, self.off))

        def before(operator: bytes, operands: Any, matrix: Any, text_matrix: Any) -> None:
            if operator not in (b"Tj", b"TJ", b"'", b'"'):
                paint.follow(operator, operands, matrix)
                return
            length = _shown(operands)
            kind = paint.kind_of_words(matrix, text_matrix)
            if kind == SEEN or (kind == NOT_PAINTED and allow_unpainted):
                self.drawn += length
            elif operands:
                # pypdf joins what is shown piece by piece, so what is not seen is taken out before it comes to that.
                dropped[kind] += length
                operands[-1] = type(operands[-1])() if isinstance(operands[-1], list) else _nothing()

        self.page.extract_text(visitor_text=self._text, visitor_operand_before=before)
        return dropped, paint.painted

    def _text(self, text: str, matrix: Any, text_matrix: Any, font: Any, size: Any) -> None:
        if not text:
            return
        x, y = place(matrix, float(text_matrix[4]), float(text_matrix[5]))
        effective = abs(float(size or 0)) * scale(matrix, text_matrix)
        if font and font.get("/Subtype") == "/Type0" and "/ToUnicode" not in font:
            encoding = font.get("/Encoding")
            self.unmapped += len(text) if encoding in ("/Identity-H", "/Identity-V") else 0
        base = str(font.get("/BaseFont", "")) if font else ""
        bold = bool(re.search(r"bold|black|heavy|semibold|demi", base, re.I))
        self.pieces.append((text, x, y, effective, bold))

    def _lines(self, pieces: Sequence[_Piece]) -> Iterator[Line]:
        words: list[tuple[str, float, float, float, bool]] = []
        for text, x, y, size, bold in pieces:
            for position, part in enumerate(text.split("\n")):
                if position:
                    yield from self._line(words)
                    words = []
                words.append((part, x, y, size, bold))
        yield from self._line(words)

    def _line(self, words: Sequence[tuple[str, float, float, float, bool]]) -> Iterator[Line]:
        text, hidden = clean("".join(part for part, *_ in words))
        self.hidden += hidden
        text = one_line(text)
        filled = [word for word in words if word[0].strip()]
        if not text or not filled:
            return
        sizes: Counter[tuple[float, bool]] = Counter()
        for part, _x, _y, size, bold in filled:
            sizes[round(size * 2) / 2, bold] += len(part.strip())
        (size, bold), _ = sizes.most_common(1)[0]
        yield Line(text, self.number, min(word[1] for word in filled), filled[0][2], size, bold)


def _is_code(text: str, unmapped: int) -> bool:
    """Are these the numbers of a font's glyphs, taken for letters? `unmapped` of them are of fonts without a table.

    A font without a table of letters is read as if its numbers were Unicode. Often they count the letters of the font
    from one on, which gives controls, or from the blank on, which gives "%HHV QHHG VXQ" for "Bees need sun".
    """
    text = "".join(text.split())
    if unmapped < len(text) / 2 or not text:
        return False
    ordinary = sum(letter.isalpha() and not letter.isupper() for letter in text)
    return ordinary < 0.3 * len(text)


def _shown(operands: Any) -> int:
    """How many characters an operator shows; for letters of two bytes half the bytes."""
    last = operands[-1] if operands else ""
    strings = last if isinstance(last, list) else [last]
    texts = [string for string in strings if isinstance(string, (str, bytes))]
    return sum(
        len(text.replace(b" ", b"")) // (2 if b"\0" in text else 1)
        if isinstance(text, bytes)
        else len("".join(text.split()))
        for text in texts
    )


def _nothing() -> Any:
    from pypdf.generic import TextStringObject

    return TextStringObject("")


def _resources(page: PageObject) -> list[Any]:
    """The resources of a page and of the forms on it."""
    found: list[Any] = []
    try:
        own: Any = page["/Resources"].get_object()
        found.append(own)
        for form in list(own.get("/XObject", {}).get_object().values())[:50]:
            below = form.get_object().get("/Resources")
            if below is not None:
                found.append(below.get_object())
    except Exception:  # noqa: BLE001 - damaged resources name no states and no layers
        return found
    return found


def _faint_states(resources: Sequence[Any]) -> dict[str, bool]:
    """The names of graphic states that set an opacity, and whether words are all but transparent in them."""
    found: dict[str, bool] = {}
    for each in resources:
        try:
            for name, state in each.get("/ExtGState", {}).get_object().items():
                opacity = state.get_object().get("/ca")
                if opacity is not None:
                    found[str(name)] = float(opacity) < FAINTEST
        except Exception:  # noqa: BLE001 - a damaged state sets nothing
            continue
    return found


def _names_off(resources: Sequence[Any], off: frozenset[Any]) -> frozenset[str]:
    """The names of marked content on layers that are switched off."""
    found: set[str] = set()
    for each in resources if off else ():
        try:
            for name in each.get("/Properties", {}).get_object():
                entry = each["/Properties"].get_object().raw_get(name)
                groups = [entry, *(entry.get_object().get("/OCGs") or [])] if hasattr(entry, "idnum") else []
                if any(getattr(group, "idnum", None) in off for group in groups):
                    found.add(str(name))
        except Exception:  # noqa: BLE001 - damaged marks hide nothing
            continue
    return frozenset(found)


def _length(pieces: Sequence[_Piece]) -> int:
    return sum(len("".join(piece[0].split())) for piece in pieces)
