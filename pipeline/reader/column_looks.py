"""Look at columns that nothing is known of yet: which count rows, and which are merged."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from pipeline.reader.files.header import plain_name
from pipeline.reader.files.raw import Merged

_COUNTS = re.compile(r"(?:序号|编号|序|行号|№|#|(?:no|nr|num)\.?|id|index)", re.IGNORECASE)
_PROOF_ROWS_MIN = 3
_EMPTY_SHARE_MIN = 0.5
_FILLED_MIN = 2


class Down(StrEnum):
    """Whether cells of a column are merged downwards; LIKELY where the file cannot tell."""

    NO = "no"
    LIKELY = "likely"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """A column at first sight.

    name: as a campaign names it, by header or as #3. is_running_number: it counts the rows, and
    says nothing of anybody.
    """

    name: str
    is_running_number: bool = False
    merged: Down = Down.NO


def looks_of(
    names: Sequence[str], rows: Sequence[Sequence[str]], merged: Collection[int], *, knows: bool
) -> tuple[ColumnLook, ...]:
    """Look at each column of some rows with text.

    merged: positions of columns with cells merged downwards. knows: such cells would be in it.
    """
    found = []
    for at, name in enumerate(names):
        cells = [plain_name(row[at]) if at < len(row) else "" for row in rows]
        likely = Down.LIKELY if not knows and _seems_merged(cells) else Down.NO
        down = Down.YES if at in merged else likely
        found.append(ColumnLook(name, _counts_up(name, cells), down))
    return tuple(found)


def merged_down(merged: Sequence[Merged], header_line: int) -> frozenset[int]:
    """Return the positions of columns with cells merged downwards, below the header."""
    return frozenset(left for top, left, bottom, _ in merged if top >= header_line and bottom > top)


def _counts_up(name: str, cells: Sequence[str]) -> bool:
    """Tell whether a column counts its rows: from 1 by one, or in any steps by a telling name."""
    texts = [cell for cell in cells if cell]
    if not texts or not all(text.isascii() and text.isdigit() for text in texts):
        return False
    steps = [after - before for before, after in pairwise(map(int, texts))]
    if _COUNTS.fullmatch(name) and all(step > 0 for step in steps):
        return True
    by_one = len(texts) >= _PROOF_ROWS_MIN and all(step == 1 for step in steps)
    return by_one and int(texts[0]) in {0, 1}


def _seems_merged(cells: Sequence[str]) -> bool:
    """Tell whether a column has its values in the first rows of groups alone."""
    filled = sum(map(bool, cells))
    if filled < _FILLED_MIN or not cells[0]:
        return False
    return len(cells) - filled >= _EMPTY_SHARE_MIN * len(cells)
