"""Set `corpus/playbook.md` as the PDF guide that ships: `python -m corpus.build_playbook`.

The source stands outside `corpus/guides/`, so that the guide is indexed once. The same source gives the same bytes:
the dates are fixed and the streams are not compressed (zlib versions differ in what they write).
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from fpdf import FPDF
from markdown_it import MarkdownIt
from markdown_it.token import Token

SOURCE = Path(__file__).parent / "playbook.md"
TARGET = Path(__file__).parent / "guides" / "playbook.pdf"

_CREATED = datetime(2024, 1, 1, tzinfo=UTC)  # fixed, so that the bytes are; the source names the year only
_MARGIN = 24.0  # millimetres, left and right
_BULLET_WIDTH = 6.0  # millimetres from a list's marker to its text
_BODY = 11.0  # points
_LINE = 5.8  # millimetres from one line of body text to the next
_INK, _ACCENT, _QUIET = (33, 37, 41), (22, 78, 120), (110, 116, 122)
_HEADING_SIZES = {"h2": 14.5, "h3": 12.0}  # points
_OUTLINE_LEVELS = {"h2": 0, "h3": 1}


def read_source(path: Path = SOURCE) -> tuple[dict[str, str], str]:
    """The front matter's fields and the Markdown below it."""
    opening, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    if opening:
        raise ValueError(f"{path.name} opens with {opening[:40]!r}, not with a line of three dashes")
    fields = (line.partition(": ") for line in front.splitlines())
    return {name: value for name, _, value in fields}, body


def build_playbook(target: Path = TARGET, *, source: Path = SOURCE) -> Path:
    """Where the PDF was written."""
    fields, body = read_source(source)
    page = _Playbook(fields)
    page.title_block()
    page.blocks(MarkdownIt().parse(body))
    page.output(str(target))
    return target


class _Playbook(FPDF):
    """An A4 page of headings, paragraphs and lists, none of them broken across pages."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(format="A4")
        self.fields = fields
        self.core_fonts_encoding = "windows-1252"  # latin-1 has no bullet
        self.set_compression(False)
        self.set_creation_date(_CREATED)
        self.set_producer("fpdf2")
        self.set_creator("corpus/build_playbook.py")
        self.set_title(fields["title"])
        self.set_author(fields["author"])
        self.set_subject(f"Source: {fields['source']} ({fields['year']})")
        self.set_keywords(f"source: {fields['source']}, year: {fields['year']}")
        self.set_lang("en-US")
        self.set_margins(_MARGIN, 26, _MARGIN)
        self.set_auto_page_break(True, margin=24)
        self.add_page(label_style="D")

    def header(self) -> None:
        if self.page_no() == 1:
            return
        self.set_y(13)
        self._pen(9, color=_QUIET)
        self.cell(0, 5, self.fields["short_title"], align="R")
        self.set_draw_color(*_QUIET)
        self.set_line_width(0.1)
        self.line(_MARGIN, 19, self.w - _MARGIN, 19)
        self.set_y(self.t_margin)

    def footer(self) -> None:
        self.set_y(-16)
        self._pen(9, color=_QUIET)
        self.cell(0, 5, f"Page {self.page_no()}", align="C")

    def title_block(self) -> None:
        title, subtitle = self.fields["title"].split(": ", 1)
        self.set_fill_color(*_ACCENT)
        self.rect(_MARGIN, 26, 26, 1.6, style="F")
        self.set_y(33)
        self._pen(25, "B", _ACCENT)
        self.multi_cell(0, 11, title, align="L", new_x="LMARGIN", new_y="NEXT")
        self._pen(14, color=_INK)
        self.multi_cell(0, 7, subtitle, align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(3)
        self._pen(9.5, color=_QUIET)
        self.multi_cell(0, 5, f"{self.fields['year']}  |  {self.fields['source']}", new_x="LMARGIN", new_y="NEXT")
        self.ln(3)

    def blocks(self, tokens: list[Token]) -> None:
        """Set the blocks in order; each asks for room enough to stand on one page."""
        lists: list[int | None] = []  # the next number of each open list, None where it has bullets
        for number, token in enumerate(tokens):
            if token.type in ("bullet_list_open", "ordered_list_open"):
                lists.append(1 if token.type.startswith("ordered") else None)
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                lists.pop()
                self.ln(1.5)
            elif token.type == "inline" and tokens[number - 1].type == "heading_open":
                self._heading(tokens[number - 1].tag, token.content, keep_with=_opening(tokens[number + 1 :]))
            elif token.type == "inline" and lists:
                next_number = lists[-1]
                self._item("\u2022" if next_number is None else f"{next_number}.", token.content)
                lists[-1] = None if next_number is None else next_number + 1
            elif token.type == "inline":
                self._paragraph(token.content)

    def _heading(self, tag: str, text: str, *, keep_with: list[str]) -> None:
        top = tag == "h2"
        self._pen(_HEADING_SIZES[tag], "B", _ACCENT if top else _INK)
        if self.get_string_width(text) > self.epw:
            raise ValueError(f"the heading {text!r} does not fit on one line; shorten it in {SOURCE.name}")
        above, below = (6.0, 8.8) if top else (2.5, 7.8)
        self._pen(_BODY)
        if self.will_page_break(above + below + sum(self._height(block, self.epw) + 2 for block in keep_with)):
            self.add_page()
        elif self.get_y() > self.t_margin + 1:
            self.ln(above)
        self.start_section(text, level=_OUTLINE_LEVELS[tag])
        self._pen(_HEADING_SIZES[tag], "B", _ACCENT if top else _INK)
        self.cell(0, 8 if top else 7, text, new_x="LMARGIN", new_y="NEXT")
        self.ln(0.8)

    def _paragraph(self, text: str) -> None:
        self._pen(_BODY)
        self._room_for(text, self.epw)
        self.multi_cell(0, _LINE, text, align="L", markdown=True, new_x="LMARGIN", new_y="NEXT")
        self.ln(2)

    def _item(self, marker: str, text: str) -> None:
        self._pen(_BODY)
        width = self.epw - _BULLET_WIDTH
        self._room_for(text, width)
        self.cell(_BULLET_WIDTH, _LINE, marker)
        self.multi_cell(width, _LINE, text, align="L", markdown=True, new_x="LMARGIN", new_y="NEXT")
        self.ln(0.9)

    def _room_for(self, text: str, width: float) -> None:
        if self.will_page_break(self._height(text, width)):
            self.add_page()
            self._pen(_BODY)

    def _height(self, text: str, width: float) -> float:
        lines = self.multi_cell(width, _LINE, text, align="L", markdown=True, dry_run=True, output="LINES")
        assert isinstance(lines, list)  # what output="LINES" returns
        return len(lines) * _LINE

    def _pen(self, size: float, style: str = "", color: tuple[int, int, int] = _INK) -> None:
        self.set_font("Helvetica", style, size)
        self.set_text_color(*color)


def _opening(tokens: list[Token]) -> list[str]:
    """The blocks that a heading must not be parted from: the first one, and the first item after a lead-in."""
    first, *rest = [token.content for token in tokens if token.type == "inline"]
    return [first, *rest[:1]] if first.endswith(":") else [first]


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    print(f"wrote {build_playbook()}")
