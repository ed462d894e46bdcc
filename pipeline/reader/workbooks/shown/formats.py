"""Show a cell's value as its format does, where the value alone would say something else.

A number is written as it is held where the format only writes that number in another way: 0.00,
#,##0, 00000, 0.00E+00. Otherwise what is shown is written: 12.5%, ￥1,234.50, 免费. A day is always
2026-11-30, a time of day 08:05:00, a span of hours 30:00:01.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from pipeline.reader.workbooks.shown.codes import Kind, NotKnown, Section, sections_of
from pipeline.reader.workbooks.shown.figures import (
    SURE_MAX,
    Pattern,
    exact,
    held,
    is_bare,
    pattern_of,
)
from pipeline.reader.workbooks.shown.moments import moment, span

_MOMENTS = "yyyy/m/d h:mm:ss"
BUILT_IN: Mapping[int, str] = MappingProxyType(
    {
        0: "General",
        1: "0",
        2: "0.00",
        3: "#,##0",
        4: "#,##0.00",
        9: "0%",
        10: "0.00%",
        11: "0.00E+00",
        12: "# ?/?",
        13: "# ??/??",
        14: "m/d/yyyy",
        15: "d-mmm-yy",
        16: "d-mmm",
        17: "mmm-yy",
        18: "h:mm AM/PM",
        19: "h:mm:ss AM/PM",
        20: "h:mm",
        21: "h:mm:ss",
        22: "m/d/yyyy h:mm",
        **dict.fromkeys((*range(27, 32), 36, *range(50, 55), 57, 58), "yyyy/m/d"),
        **dict.fromkeys((32, 33), "h:mm:ss"),
        # Days in one East Asian language, times of day in another: the number itself tells.
        **dict.fromkeys((34, 35, 55, 56), _MOMENTS),
        37: "#,##0_);(#,##0)",
        38: "#,##0_);[Red](#,##0)",
        39: "#,##0.00_);(#,##0.00)",
        40: "#,##0.00_);[Red](#,##0.00)",
        41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)',
        43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
        45: "mm:ss",
        46: "[h]:mm:ss",
        47: "mm:ss.0",
        48: "##0.0E+0",
        49: "@",
    }
)
"""The formats that a workbook names by their number alone.

5 to 8, 42 and 44 are missing: they are amounts in the currency of whoever opens the workbook.
"""

_TEXT_SECTION = 3
_TOLD_CHARS_MAX = 60


class Cell(NamedTuple):
    """A cell of a sheet.

    text: what is shown, or held where that says the same. held: the number as it is held, where
    text is something else. fault: why the text cannot be believed; SHOWN_ERROR where it is an
    error that the spreadsheet shows.
    """

    text: str
    held: str | None = None
    fault: str | None = None


def faulty(text: str, why: str) -> Cell:
    """Return a cell of which it is not known what it shows; it is never empty."""
    return Cell(text or "#UNKNOWN!", None, told(why))


def told(text: str) -> str:
    """Shorten what a file says, for a sentence."""
    kept = "".join(one if one.isprintable() else "?" for one in text[: _TOLD_CHARS_MAX + 1])
    return kept if len(kept) <= _TOLD_CHARS_MAX else f"{kept[:_TOLD_CHARS_MAX]}…"


@dataclass(slots=True)
class CellFormat:
    """The format of some cells, read from its code.

    is_plain: numbers are written as they are held. is_plain_text: so are texts.
    later_epoch: days count from 1904.
    """

    code: str
    later_epoch: bool = False
    is_plain: bool = field(init=False, default=False)
    is_plain_text: bool = field(init=False, default=True)
    _sections: tuple[Section, ...] = field(init=False, default=())
    _patterns: tuple[Pattern | None, ...] = field(init=False, default=())
    _bare: tuple[tuple[bool, bool], ...] = field(init=False, default=())
    _not_known: str = field(init=False, default="")

    def __post_init__(self) -> None:
        """Read the code; what is not known of it is told of each cell that has it."""
        try:
            self._sections = sections_of(self.code)
            self._patterns = tuple(
                pattern_of(one) if one.kind is Kind.NUMBER else None for one in self._sections
            )
            self._bare = tuple(map(_bareness, self._sections, self._patterns))
            self._check()
        except NotKnown:
            self._not_known = told(self.code)
            self.is_plain_text = not set(";@") & set(self.code)
            return
        one = self._sections[0]
        alone = len(self._numeric) == 1 and one.condition is None
        self.is_plain = alone and self._is_plain(one)
        self.is_plain_text = self._text_section is None

    def number(self, value: float) -> Cell:
        """Show a number."""
        bare = held(value)
        if self._not_known:
            return Cell(bare, bare, self._not_known)
        try:
            shown = None if self.is_plain else self._shown(value)
        except NotKnown:
            return Cell(bare, bare, told(f"{bare} {self.code}"))
        if shown is None:
            return Cell(bare) if abs(value) < SURE_MAX else Cell(bare, bare, bare)
        return Cell(shown, bare)

    def words(self, text: str) -> Cell:
        """Show a text."""
        if self._not_known and not self.is_plain_text:
            return Cell(text, None, self._not_known)
        section = self._text_section
        if section is None:
            return Cell(text)
        pieces = (text if token.kind == "at" else token.text for token in section.tokens)
        shown = "".join(pieces).strip()
        return Cell(text) if shown == text.strip() else Cell(shown, text)

    @property
    def _numeric(self) -> tuple[Section, ...]:
        """Return the sections for numbers: a last one with an @ is for texts."""
        last = self._sections[-1]
        if len(self._sections) > _TEXT_SECTION or (
            len(self._sections) > 1 and last.kind is Kind.TEXT
        ):
            return self._sections[:-1]
        return self._sections

    @property
    def _text_section(self) -> Section | None:
        """Return the section for texts where it makes something else of them."""
        last = self._sections[-1] if self._sections else None
        if last is None or not (last.kind is Kind.TEXT or (len(self._sections) > _TEXT_SECTION)):
            return None
        if last.kind is Kind.TEXT and all(
            token.kind == "at" or not token.text.strip() for token in last.tokens
        ):
            return None
        return last

    def _check(self) -> None:
        """Refuse what programs read in several ways. Raises NotKnown."""
        numeric = self._numeric
        inner = self._sections[: len(self._sections) - 1]
        if any(section.kind is Kind.TEXT for section in inner):
            raise NotKnown(self.code)
        conditions = [section.condition is not None for section in numeric]
        if any(conditions) and conditions not in _CONDITIONS:
            raise NotKnown(self.code)
        if len(self._sections) > _TEXT_SECTION and self._sections[-1].kind not in {
            Kind.TEXT,
            Kind.WORDS,
        }:
            raise NotKnown(self.code)

    def _is_plain(self, section: Section) -> bool:
        if section.kind is Kind.WRITING:
            return True
        if section.kind is Kind.NUMBER:
            return self._bare[self._sections.index(section)][False]
        return section.kind in {Kind.GENERAL, Kind.TEXT} and _is_empty_around(section)

    def _shown(self, value: float) -> str | None:
        """Write a number as it is shown; None where that is the number as it is held."""
        at, without_sign = self._chosen(value)
        section = self._sections[at]
        match section.kind:
            case Kind.MOMENT:
                return moment(
                    value,
                    later_epoch=self.later_epoch,
                    has_date=section.has_date,
                    has_time=section.has_time,
                )
            case Kind.SPAN:
                return span(value)
            case Kind.WRITING:
                return None
            case Kind.WORDS:
                sign = "-" if value < 0 and not without_sign and section.tokens else ""
                return f"{sign}{_joined(section)}".strip()
            case _:
                return self._figure(section, at, value, without_sign=without_sign)

    def _chosen(self, value: float) -> tuple[int, bool]:
        """Return which section a number has, and whether its sign is left to that section."""
        numeric = self._numeric
        if any(section.condition is not None for section in numeric):
            if value < 0:
                raise NotKnown("a sign under a condition")
            for at, section in enumerate(numeric):
                if section.condition is None or section.condition.holds(value):
                    return at, False
            raise NotKnown("no section")
        if value < 0 and len(numeric) > 1:
            return 1, True
        return (2, False) if value == 0 and len(numeric) > 2 else (0, False)  # noqa: PLR2004 -- the third is for zero

    def _figure(self, section: Section, at: int, value: float, *, without_sign: bool) -> str | None:
        if section.kind is not Kind.NUMBER:
            if without_sign:
                raise NotKnown("General without a sign")
            if _is_empty_around(section):
                return None
            if abs(value) >= SURE_MAX:
                raise NotKnown("digits")
            bare = {"general": held(abs(value)), "at": held(abs(value))}
            text = "".join(bare.get(token.kind, token.text) for token in section.tokens).strip()
            return f"-{text}" if value < 0 else text
        pattern = self._patterns[at]
        if pattern is None or abs(value) >= SURE_MAX:
            raise NotKnown("digits")
        if self._bare[at][without_sign]:
            return None
        if without_sign and section.is_coloured and self._bare[at][False]:
            raise NotKnown("a sign that only a colour tells")
        size = abs(exact(value))
        text = pattern.shown(size).strip()
        return f"-{text}" if value < 0 and not without_sign and not pattern.is_zero(size) else text


_CONDITIONS = ([True], [True, False], [True, True], [True, True, False], [True, True, True])


def _bareness(section: Section, pattern: Pattern | None) -> tuple[bool, bool]:
    """Tell whether a section only writes a number otherwise: any one, and one without its sign."""
    if pattern is None:
        return False, False
    return is_bare(section, pattern, negative=False), is_bare(section, pattern, negative=True)


def _is_empty_around(section: Section) -> bool:
    texts = [one.text for one in section.tokens if one.kind not in {"general", "at"}]
    return not "".join(texts).strip()


def _joined(section: Section) -> str:
    return "".join(token.text for token in section.tokens)


@dataclass(slots=True)
class Styles:
    """The formats of a workbook's cells, by style.

    used: of each style its format's number, None where it is not known. codes: the formats that
    the workbook spells out.
    """

    used: list[int | None] = field(default_factory=lambda: [0])
    codes: Mapping[int, str] = field(default_factory=dict)
    later_epoch: bool = False
    _read: dict[int, CellFormat] = field(default_factory=dict)
    _by_code: dict[str, CellFormat] = field(default_factory=dict)

    def of(self, style: int) -> CellFormat | None:
        """Return a style's format, None where the workbook does not say what it is."""
        found = self._read.get(style)
        if found is not None:
            return found
        number = self.used[style] if 0 <= style < len(self.used) else None
        code = None if number is None else self.codes.get(number, BUILT_IN.get(number))
        if code is None:
            return None
        made = self._by_code.get(code)
        if made is None:
            made = self._by_code[code] = CellFormat(code, self.later_epoch)
        self._read[style] = made
        return made


def shown_words(text: str, found: CellFormat | None, style: object) -> Cell:
    """Show a text by its format; None where the style that the cell names is not known."""
    return Cell(text, None, told(f"style {style}")) if found is None else found.words(text)


def shown_number(value: float, found: CellFormat | None, style: object) -> Cell:
    """Show a number by its format; None where the style that the cell names is not known."""
    if not math.isfinite(value):
        return faulty("", f"number {value}")
    if found is not None:
        return found.number(value)
    shown = CellFormat("General").number(value).text
    return Cell(shown, shown, told(f"style {style}"))
