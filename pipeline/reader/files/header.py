"""Find the row that is a table's header, below titles and blank rows, and across merged cells."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import Rejection
from pipeline.core.text import brief
from pipeline.language import filled
from pipeline.reader.files.raw import Merged, RawBlock, Row, is_blank
from pipeline.reader.phones import normalise

_NUMBERED = re.compile(r"#([1-9][0-9]{0,4})")
_LISTED_CHARS_MAX = 160
_NAME_CHARS_MAX = 30
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
"""Marks without width that cling to copied cells."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand in a sheet: header is empty where it has none, width in cells.

    others are columns that are looked at and not sent.
    """

    header: tuple[str, ...]
    width: int
    phone: int
    phone_name: str
    fields: tuple[int, ...]
    field_names: tuple[str, ...]
    others: tuple[int, ...] = ()


def numbered(name: str) -> int | None:
    """Return the position that a name like #3 stands for, from 0, or None for a header's text."""
    match = _NUMBERED.fullmatch(name)
    return int(match[1]) - 1 if match else None


def has_header(names: Sequence[str]) -> bool:
    """Tell whether a source has a header: it has none where every column is named as #n."""
    return any(numbered(name.strip()) is None for name in names)


def plain_name(text: str) -> str:
    """Return a column's name as it is compared, in the header as in a campaign.

    Without white space around or invisible marks; a line break inside, or any other stretch of
    white space, counts as one blank.
    """
    return " ".join(text.strip().strip(INVISIBLE).split())


def clean_header(row: Row) -> tuple[str, ...]:
    """Return the header's texts as compared: see plain_name."""
    cells = [plain_name(cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def holds(header: Sequence[str], name: str) -> bool:
    """Tell whether a header has a column of that name or number."""
    wanted = plain_name(name)
    place = numbered(wanted)
    return wanted in header or (place is not None and place < len(header))


def bind(
    first_row: Row, names: Sequence[str], sent: int, where: str, width_min: int = 0
) -> Columns:
    """Find the columns, in the first row where it is a header, else by number.

    names are those of the phone column, of so many columns that are sent, and of others that are
    looked at. where names the file and sheet for the sentence. width_min: a header whose last
    cells are merged reaches over more columns than it has texts. Raises CampaignInvalid for a
    column that is not there or is there twice.
    """
    with_header = has_header(names)
    header = clean_header(first_row) if with_header else ()
    width = max(len(header), width_min) if with_header else len(first_row)
    phone, *others = [_position(name, header, width, where) for name in names]
    fields = tuple(names[1 : sent + 1])
    return Columns(
        header, width, phone, names[0], tuple(others[:sent]), fields, tuple(others[sent:])
    )


def not_there(name: str, header: Sequence[str], where: str) -> CampaignInvalid:
    """Say that a column is not there, which one may be meant, and which there are."""
    shown = [text for text in header if text]
    if any(not isinstance(normalise(text), Rejection) for text in shown):
        return CampaignInvalid(
            filled(
                "there is no column {name} in {where}, which seems to have no header: its "
                "first row holds a number. Name the columns by their places, such as #1",
                name=brief(name),
                where=where,
            ),
            "KS7804",
        )
    by_folded = {text.casefold(): text for text in reversed(shown)}
    near = difflib.get_close_matches(plain_name(name).casefold(), by_folded, n=1, cutoff=0.5)
    meant = (
        filled("; did you mean {by_folded}?", by_folded=brief(by_folded[near[0]])) if near else ";"
    )
    return CampaignInvalid(
        filled(
            "there is no column {name} in {where}{meant} it has: {shown}",
            name=brief(name),
            where=where,
            meant=meant,
            shown=listed(shown),
        ),
        "KS7804",
    )


def listed(names: Sequence[str]) -> str:
    """Join names that a file holds, for a sentence: not more of them than people read."""
    names = [brief(name, _NAME_CHARS_MAX) for name in names]
    room = _LISTED_CHARS_MAX
    for at, name in enumerate(names):
        room -= len(name) + 2
        if room < 0:
            return ", ".join([*names[:at], "..."])
    return ", ".join(names)


def _position(name: str, header: tuple[str, ...], width: int, where: str) -> int:
    wanted = plain_name(name)
    count = header.count(wanted)
    if wanted and count > 1:
        raise CampaignInvalid(
            filled(
                "the column {wanted} stands {count} times in {where}: rename one, or name "
                "it by its place, such as #{wanted_2}",
                wanted=brief(wanted),
                count=str(count),
                where=where,
                wanted_2=str(header.index(wanted) + 1),
            ),
            "KS7804",
        )
    if wanted and count:
        return header.index(wanted)
    place = numbered(wanted)
    if place is None:
        raise not_there(name, header, where)
    if place >= width:
        raise CampaignInvalid(
            filled(
                "there is no column {wanted} in {where}: it has {width} columns",
                wanted=brief(wanted),
                where=where,
                width=str(width),
            ),
            "KS7804",
        )
    return place


HEADER_ROWS_MAX = 20
"""Among so many rows, from the first one with text, a header is looked for."""

PHONE_WORDS = ("手机", "电话", "号码", "mobile", "phone", "tel", "msisdn")
_PROOF_ROWS_MAX = 200
_TITLE_SHARE_MAX = 0.5


def header_at(rows: Sequence[Row], columns: Sequence[str]) -> int | None:
    """Return the position of the row that holds the columns, the phone column being the first.

    rows[0] has text. A row below the first one is a header only where no row above it holds a
    number in the phone column's place; and where it holds the phone column alone, only if numbers
    stand below that name. None where there is no such row; 0 where the source has no header.
    """
    if not has_header(columns):
        return 0
    headers = [clean_header(row) for row in islice(rows, HEADER_ROWS_MAX)]
    phone = columns[0]
    first_holds = bool(headers) and holds(headers[0], phone)
    for at, header in enumerate(headers):
        if all(holds(header, name) for name in columns):
            buried = _has_number(rows[:at], _place(header, phone))
            return at if not buried else (0 if first_holds else None)
    if first_holds:
        return 0
    for at, header in enumerate(headers):
        if numbered(phone.strip()) is None and holds(header, phone):
            place = _place(header, phone)
            below = rows[at + 1 : at + 1 + _PROOF_ROWS_MAX]
            if not _has_number(rows[:at], place) and _has_number(below, place):
                return at
    return None


def refuse_buried_header(
    rows: Sequence[Row], columns: Sequence[str], first_line: int, where: str
) -> None:
    """Raise CampaignInvalid where a row would be the header, but for a number above it.

    The rows above a header are not read, and that number may be a recipient. first_line: the line
    of rows[0].
    """
    for at, row in enumerate(islice(rows, HEADER_ROWS_MAX)):
        header = clean_header(row)
        if all(holds(header, name) for name in columns):
            place = _place(header, columns[0])
            above = next(up for up in range(at + 1) if _has_number(rows[up : up + 1], place))
            raise CampaignInvalid(
                filled(
                    "in {where} line {first_line} holds the columns, and line "
                    "{first_line_2} above it a phone number: delete what stands above line "
                    "{first_line}, or move the header above the first recipient",
                    where=where,
                    first_line=str(first_line + at),
                    first_line_2=str(first_line + above),
                ),
                "KS7804",
            )


def guess_header(rows: Sequence[Row]) -> int:
    """Return the position of the row that looks like a header, 0 where none below the first does.

    Above it stand titles only: rows with half as many cells at most, or with whom to call.
    """
    for at, row in enumerate(islice(rows, HEADER_ROWS_MAX)):
        if _holds_number(row):
            continue
        if _names_a_phone(row):
            width = _filled(row) * _TITLE_SHARE_MAX
            if all(_filled(above) <= width or _is_contact(above) for above in rows[:at]):
                return at
    return 0


def _names_a_phone(row: Row) -> bool:
    return any(word in cell.casefold() for cell in row for word in PHONE_WORDS)


def _is_contact(row: Row) -> bool:
    return _names_a_phone(row) and _holds_number(row)


def top_rows(block: RawBlock, merged: Sequence[Merged]) -> list[Row]:
    """Return a sheet's first rows, with the text of cells merged downwards in all of their rows.

    Phone numbers are as their cells hold them.
    """
    rows: list[list[str]] = [list(block.row(at)) for at in range(min(len(block), _PROOF_ROWS_MAX))]
    for column, at, number in block.numbers_held():
        if at < len(rows):
            rows[at][column] = number
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


def _place(header: Sequence[str], name: str) -> int:
    wanted = plain_name(name)
    place = numbered(wanted)
    return header.index(wanted) if wanted in header or place is None else place


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
