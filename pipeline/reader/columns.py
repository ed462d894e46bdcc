"""Find the columns that a campaign names in the header that a sheet has."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import Rejection
from pipeline.reader.phones import normalise
from pipeline.reader.raw import Row

_NUMBERED = re.compile(r"#([1-9][0-9]{0,4})")
_SHOWN_MAX = 30
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
"""Marks without width that cling to copied cells."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand in a sheet: header is empty where it has none, width in cells."""

    header: tuple[str, ...]
    width: int
    phone: int
    phone_name: str
    fields: tuple[int, ...]
    field_names: tuple[str, ...]


def numbered(name: str) -> int | None:
    """Return the position that a name like #3 stands for, from 0, or None for a header's text."""
    match = _NUMBERED.fullmatch(name)
    return int(match[1]) - 1 if match else None


def has_header(names: Sequence[str]) -> bool:
    """Tell whether a source has a header: it has none where every column is named as #n."""
    return any(numbered(name.strip()) is None for name in names)


def clean_header(row: Row) -> tuple[str, ...]:
    """Return the header's texts as compared: without white space around, or invisible marks."""
    cells = [cell.strip().strip(INVISIBLE).strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def holds(header: Sequence[str], name: str) -> bool:
    """Tell whether a header has a column of that name or number."""
    wanted = name.strip()
    place = numbered(wanted)
    return wanted in header or (place is not None and place < len(header))


def bind(
    first_row: Row, phone: str, fields: tuple[str, ...], where: str, width_min: int = 0
) -> Columns:
    """Find the columns, in the first row where it is a header, else by number.

    where names the file and sheet for the sentence. width_min: a header whose last cells are
    merged reaches over more columns than it has texts. Raises CampaignInvalid for a column that is
    not there or is there twice.
    """
    with_header = has_header((phone, *fields))
    header = clean_header(first_row) if with_header else ()
    width = max(len(header), width_min) if with_header else len(first_row)
    positions = [_position(name, header, width, where) for name in (phone, *fields)]
    return Columns(header, width, positions[0], phone, tuple(positions[1:]), fields)


def not_there(name: str, header: Sequence[str], where: str) -> CampaignInvalid:
    """Say that a column is not there, which one may be meant, and which there are."""
    shown = [text for text in header if text]
    if any(not isinstance(normalise(text), Rejection) for text in shown):
        return CampaignInvalid(
            f"there is no column {name} in {where}, which seems to have no header: its first row "
            "holds a number. Name the columns by their places, such as #1"
        )
    by_folded = {text.casefold(): text for text in reversed(shown)}
    near = difflib.get_close_matches(name.strip().casefold(), by_folded, n=1, cutoff=0.5)
    meant = f"; did you mean {by_folded[near[0]]}?" if near else ";"
    there = ", ".join(shown[:_SHOWN_MAX]) + (", ..." if len(shown) > _SHOWN_MAX else "")
    return CampaignInvalid(f"there is no column {name} in {where}{meant} it has: {there}")


def _position(name: str, header: tuple[str, ...], width: int, where: str) -> int:
    wanted = name.strip()
    count = header.count(wanted)
    if wanted and count > 1:
        raise CampaignInvalid(
            f"the column {wanted} stands {count} times in {where}: rename one, or name it by its "
            f"place, such as #{header.index(wanted) + 1}"
        )
    if wanted and count:
        return header.index(wanted)
    place = numbered(wanted)
    if place is None:
        raise not_there(name, header, where)
    if place >= width:
        raise CampaignInvalid(f"there is no column {wanted} in {where}: it has {width} columns")
    return place
