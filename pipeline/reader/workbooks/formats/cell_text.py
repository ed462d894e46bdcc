"""Show a number as its cell's format does, where the bare number would say something else.

These are percentages (0.125 is shown as 12.5%) and amounts of money (￥1,234.50). All other
formats are left out: a number is then written as it is.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TypeVar, assert_never

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"'
    r"|\\(?P<escaped>.)"
    r"|\[\$(?P<symbol>[^\]-]*)(?:-[^\]]*)?\]"
    r"|\[(?P<bracket>[^\]]*)\]"
    r"|[_*](?P<space>.)"
    r"|(?P<digits>[#0?][#0?,]*(?:\.[#0?]*)?|\.[#0?]+)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_SECTION = re.compile(r'((?:"[^"]*"|\\.|\[[^\]]*\]|[^;])*)(?:;|$)', re.DOTALL)
_COLOUR = re.compile(r"[A-Za-z]+[0-9]*")
MONEY = "¥￥$€£元圆₩₹₽"
_PLAIN = " -+()~" + MONEY
_DIGITS_MAX = 15
_PLACES_MAX = 15
_CONTEXT = Context(prec=40, rounding=ROUND_HALF_UP)
_UNITS = tuple(Decimal(1).scaleb(-places) for places in range(_PLACES_MAX + 1))


@dataclass(frozen=True, slots=True)
class Section:
    """What stands around a number, and how it is written."""

    before: str
    after: str
    whole_min: int
    places_min: int
    places_max: int
    grouped: bool
    percent: bool

    def shown(self, size: Decimal) -> str:
        """Write a number that is not negative."""
        number = size.scaleb(2, _CONTEXT) if self.percent else size
        rounded = number.quantize(_UNITS[self.places_max], context=_CONTEXT)
        whole, _, places = f"{rounded:f}".partition(".")
        places = places[: self.places_min] + places[self.places_min :].rstrip("0")
        whole = whole.lstrip("0").rjust(self.whole_min, "0")
        if self.grouped:
            whole = f"{int(whole or 0):,}"
        return f"{self.before}{whole}{'.' if places else ''}{places}{self.after}".strip()


@dataclass(frozen=True, slots=True)
class Display:
    """A cell's format. minus is None where negative numbers have a sign before the first form."""

    plus: Section
    minus: Section | None

    def shown(self, value: float) -> str | None:
        """Show a number; None for one that has too many digits to be shown."""
        if value != value or abs(value) >= 10**_DIGITS_MAX:  # noqa: PLR0124 -- tells a NaN
            return None
        exact = Decimal(f"{value:.15g}")
        if exact >= 0:
            return self.plus.shown(exact)
        if self.minus is not None:
            return self.minus.shown(-exact)
        return f"-{self.plus.shown(-exact)}"


def display_of(code: str) -> Display | None:
    """Read a format's code; None where it is none of a percentage or of money, or too intricate."""
    sections = [found[1] for found in _SECTION.finditer(code)]
    plus = _section(sections[0])
    if plus is None or not (plus.percent or set(plus.before + plus.after) & set(MONEY)):
        return None
    minus = _section(sections[1]) if len(sections) > 1 and sections[1] else None
    return Display(plus, minus)


Number = TypeVar("Number", int, str)
"""How a format is numbered in a workbook."""


def displays_of(codes: Mapping[Number, str], used: Sequence[Number]) -> Mapping[int, Display]:
    """Return by style which ones are of percentages or money; used holds each style's format."""
    known = {number: display_of(codes[number]) for number in set(used) & codes.keys()}
    found = ((style, known.get(number)) for style, number in enumerate(used))
    return {style: display for style, display in found if display is not None}


def _section(code: str) -> Section | None:
    around = ["", ""]
    digits = ""
    percent = False
    for kind, text in _tokens(code):
        match kind:
            case "digits" if not digits:
                digits = text
            case "text":
                around[bool(digits)] += text
            case "percent":
                percent = True
                around[bool(digits)] += "%"
            case "nothing":
                pass
            case _:
                return None
    whole, _, places = digits.partition(".")
    if not digits or whole.endswith(",") or len(places) > _PLACES_MAX:
        return None
    before, after = around
    return Section(
        before, after, whole.count("0"), places.count("0"), len(places), "," in whole, percent
    )


def _tokens(code: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of what a section is made of; "unknown" ends all understanding."""
    for found in _TOKEN.finditer(code):
        kind = found.lastgroup or ""
        text = found[kind]
        if kind in {"quoted", "escaped", "symbol"}:
            yield "text", text
        elif kind == "digits":
            yield kind, text
        elif kind == "space" or (kind == "bracket" and _COLOUR.fullmatch(text)):
            yield "nothing", ""
        elif text == "%":
            yield "percent", ""
        else:
            yield "text" if kind == "other" and text in _PLAIN else "unknown", text


Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

_WHOLE_MAX = 1e15
"""Excel keeps 15 digits; what a larger number ended in is lost."""


def column_texts(column: Sequence[Cell]) -> list[str]:
    """Return the texts of a column's cells."""
    return [
        cell if type(cell) is str else _number(cell) if type(cell) is float else cell_text(cell)
        for cell in column
    ]


def cell_text(cell: Cell) -> str:
    """Return a cell's text: whole numbers without a point, dates as 2026-11-30, TRUE or FALSE."""
    match cell:
        case str():
            return cell
        case bool():
            return str(cell).upper()
        case int() | float():
            return _number(cell)
        case dt.datetime():
            return _moment(cell)
        case dt.date():
            return cell.isoformat()
        case dt.time():
            return cell.isoformat(timespec="seconds")
        case dt.timedelta():
            return _span(cell)
        case _:
            assert_never(cell)


def _number(cell: float) -> str:
    if isinstance(cell, int):
        return str(cell)
    if cell.is_integer() and abs(cell) < _WHOLE_MAX:
        return str(int(cell))
    return f"{cell:.15g}"


def _moment(cell: dt.datetime) -> str:
    if cell.time() == dt.time():
        return cell.date().isoformat()
    return cell.isoformat(sep=" ", timespec="seconds")


def _span(cell: dt.timedelta) -> str:
    seconds = round(cell.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
