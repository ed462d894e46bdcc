"""Find the row that is a table's header, below titles and blank rows, and across merged cells."""

from collections.abc import Sequence
from itertools import islice

from pipeline.core.model import Rejection
from pipeline.reader.columns import clean_header, has_header, holds, numbered
from pipeline.reader.phones import normalise
from pipeline.reader.raw import Merged, RawBlock, Row, is_blank

HEADER_ROWS_MAX = 20
"""Among so many rows, from the first one with text, a header is looked for."""

PHONE_WORDS = ("手机", "电话", "号码", "mobile", "phone", "tel", "msisdn")
_PROOF_ROWS_MAX = 200
_TITLE_SHARE_MAX = 0.5


def header_at(rows: Sequence[Row], columns: Sequence[str]) -> int | None:
    """Return the position of the row that holds the columns, the phone column being the first.

    rows[0] has text. A row below the first one is a header only where no row above it holds a
    number; and where it holds the phone column alone, only if numbers stand below that name.
    None where there is no such row; 0 where the source has no header.
    """
    if not has_header(columns):
        return 0
    headers = [clean_header(row) for row in islice(rows, HEADER_ROWS_MAX)]
    phone = columns[0]
    first_holds = bool(headers) and holds(headers[0], phone)
    for at, header in enumerate(headers):
        if all(holds(header, name) for name in columns):
            return at if _titles_only(rows[:at]) else (0 if first_holds else None)
    if first_holds:
        return 0
    for at, header in enumerate(headers):
        if numbered(phone.strip()) is None and holds(header, phone):
            below = rows[at + 1 : at + 1 + _PROOF_ROWS_MAX]
            if _titles_only(rows[:at]) and _has_number(below, header.index(phone.strip())):
                return at
    return None


def guess_header(rows: Sequence[Row]) -> int:
    """Return the position of the row that looks like a header, 0 where none below the first does.

    Above it stand titles only: rows without a number, and with half as many cells at most.
    """
    for at, row in enumerate(islice(rows, HEADER_ROWS_MAX)):
        if _holds_number(row):
            return 0
        if any(word in cell.casefold() for cell in row for word in PHONE_WORDS):
            width = _filled(row)
            if all(_filled(above) <= _TITLE_SHARE_MAX * width for above in rows[:at]):
                return at
    return 0


def top_rows(block: RawBlock, merged: Sequence[Merged]) -> list[Row]:
    """Return a sheet's first rows, with the text of cells merged downwards in all of their rows."""
    rows: list[list[str]] = [list(block.row(at)) for at in range(min(len(block), _PROOF_ROWS_MAX))]
    above = block.first_line - 1
    for top, left, bottom, _ in merged:
        if not 0 <= top - above < HEADER_ROWS_MAX or left >= len(rows[0]):
            continue
        text = rows[top - above][left] if top - above < len(rows) else ""
        for at in range(top - above + 1, min(bottom - above + 1, HEADER_ROWS_MAX, len(rows))):
            rows[at][left] = rows[at][left] or text
    return list(rows)


def merged_width(line: int, merged: Sequence[Merged]) -> int:
    """Return how many columns the merged cells of a line reach over; lines count from 1."""
    return max(
        (right + 1 for top, _, bottom, right in merged if top < line <= bottom + 1), default=0
    )


def _titles_only(rows: Sequence[Row]) -> bool:
    return not any(_holds_number(row) for row in rows)


def _holds_number(row: Row) -> bool:
    return any(cell and not isinstance(normalise(cell), Rejection) for cell in row)


def _has_number(rows: Sequence[Row], at: int) -> bool:
    return any(
        at < len(row) and not isinstance(normalise(row[at]), Rejection)
        for row in rows
        if not is_blank(row)
    )


def _filled(row: Row) -> int:
    return sum(not is_blank((cell,)) for cell in row)
