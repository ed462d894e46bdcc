"""Lay tables out for a terminal: columns line up by the width that characters take there."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

_GAP = "  "
_WRAPPED_WIDTH_MIN = 12
_WIDE = frozenset({"W", "F"})
_NO_WIDTH = frozenset({"Mn", "Me", "Cf", "Cc"})
# A line may end behind each Chinese character; marks that close stay with what they close.
_OPENING, _CLOSING = "（“‘《「【", "，。；：、）”’》」】！？"
_CHINESE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_PIECE = re.compile(
    rf"[{_OPENING}]*(?:[{_CHINESE}]|[^{_CHINESE}{_OPENING}{_CLOSING}]+)?[{_CLOSING}]*"
)


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and how the cells below it stand.

    right puts them to the right, as figures stand. wraps lets a long cell go on in the next line
    where the table would be broader than it may be.
    """

    heading: str
    right: bool = False
    wraps: bool = False


def display_width(text: str) -> int:
    """Count the cells of a terminal that a text takes: a Chinese character takes two."""
    return sum(map(_width, text))


def fitted(text: str, width: int) -> str:
    """Cut a text off where it would be broader than a width."""
    return text if display_width(text) <= width else _head(text, width)


def table_lines(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int, rule: str = "-"
) -> list[str]:
    """Return a table's lines: the headings in one, a rule, then the rows, none ending in blanks.

    Only columns that wrap give way to the width; the others are never broken, so that a line of
    the table can be searched for. rule is the character of the line below the headings.
    """
    wanted = [
        max(display_width(text) for text in (column.heading, *(row[at] for row in rows)))
        for at, column in enumerate(columns)
    ]
    widths = _shared_out(columns, wanted, width)
    lines = [_line(columns, [column.heading for column in columns], widths)]
    lines.append(_GAP.join(rule * size for size in widths))
    for row in rows:
        broken = [wrapped(cell, size) for cell, size in zip(row, widths, strict=True)]
        lines += [_line(columns, parts, widths) for parts in zip_longest(*broken, fillvalue="")]
    return lines


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of at most a width: at a blank, or behind a Chinese character.

    A word that is broader is broken within.
    """
    lines: list[str] = []
    line = ""
    for gap, piece in _pieces(text):
        longer = f"{line}{gap}{piece}" if line else piece
        if display_width(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = piece
        while display_width(line) > width:
            head = _head(line, width) or line[:1]
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line] if line or not lines else lines


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield what no line break parts, each with what stands before it: a blank or nothing."""
    for word in text.split(" "):
        if word.isascii():
            yield " ", word
            continue
        gap = " "
        for piece in filter(None, _PIECE.findall(word)):
            yield gap, piece
            gap = ""


def _shared_out(columns: Sequence[Column], wanted: Sequence[int], width: int) -> list[int]:
    """Give each column what it wants; those that wrap share what the others leave."""
    widths = list(wanted)
    left = width - len(_GAP) * (len(columns) - 1)
    giving = [at for at, column in enumerate(columns) if column.wraps]
    left -= sum(size for at, size in enumerate(wanted) if at not in giving)
    # The narrow ones first: what they do not need goes to the broad ones. No heading is broken.
    for done, at in enumerate(sorted(giving, key=lambda at: wanted[at])):
        least = max(_WRAPPED_WIDTH_MIN, display_width(columns[at].heading))
        share = max(least, left // (len(giving) - done))
        widths[at] = min(wanted[at], share)
        left -= widths[at]
    return widths


def _line(columns: Sequence[Column], parts: Sequence[str], widths: Sequence[int]) -> str:
    cells = []
    for column, part, size in zip(columns, parts, widths, strict=True):
        blanks = " " * (size - display_width(part))
        cells.append(blanks + part if column.right else part + blanks)
    return _GAP.join(cells).rstrip()


def _head(text: str, width: int) -> str:
    taken = 0
    for at, character in enumerate(text):
        taken += _width(character)
        if taken > width:
            return text[:at]
    return text


def _width(character: str) -> int:
    if unicodedata.category(character) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1
