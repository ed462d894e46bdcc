"""Say what a workbook tells of the cells of rows, besides their texts."""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.core.model import Rejection
from pipeline.reader.files.header import Columns
from pipeline.reader.files.raw import SHOWN_ERROR, RawBlock, cell_name, is_blank


class Doubt(NamedTuple):
    """Why the row at a place of a block is rejected: the reason, the column, and the cell."""

    at: int
    reason: Rejection
    column: str
    detail: str


def shown_errors(raw: RawBlock, columns: Columns) -> Iterator[Doubt]:
    """Find the errors in the columns that are sent, however they are spelled."""
    for place, name in zip(columns.fields, columns.field_names, strict=True):
        for at, why in _faults(raw, place):
            if why == SHOWN_ERROR:
                yield Doubt(at, Rejection.VALUE_MISSING, name, "")


def not_known(raw: RawBlock, columns: Columns) -> Iterator[Doubt]:
    """Find the cells in the columns that are looked at of which it is not known what they show.

    A number of the phone column is known however it is shown.
    """
    header = columns.header
    used = {place: header[place] if place < len(header) else "" for place in columns.others}
    used.update(zip(columns.fields, columns.field_names, strict=True))
    held = raw.notes.held.get(columns.phone, {}) if raw.notes is not None else {}
    for at, why in _faults(raw, columns.phone):
        if why != SHOWN_ERROR and at not in held:
            yield _doubt(raw, columns.phone, columns.phone_name, (at, why))
    for place, name in used.items():
        for at, why in _faults(raw, place):
            if why != SHOWN_ERROR:
                yield _doubt(raw, place, name, (at, why))


def beside(raw: RawBlock, at: int, width: int) -> str:
    """Name the first cell of a row that holds text beyond the table's last column."""
    columns = enumerate(raw.columns[width:], start=width)
    found = next(place for place, column in columns if not is_blank((column[at],)))
    return cell_name(found, raw.first_line + at)


def _faults(raw: RawBlock, place: int) -> Iterator[tuple[int, str]]:
    if raw.notes is not None:
        yield from raw.notes.faults.get(place, {}).items()


def _doubt(raw: RawBlock, place: int, name: str, fault: tuple[int, str]) -> Doubt:
    at, why = fault
    cell = cell_name(place, raw.first_line + at)
    return Doubt(at, Rejection.CELL_NOT_KNOWN, name, f"{cell}: {why}")
