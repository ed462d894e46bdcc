"""Put the typed cells of a workbook into words."""

import datetime as dt
from collections.abc import Sequence
from typing import assert_never

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
