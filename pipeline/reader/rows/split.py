"""Turn raw rows into what the pipeline works on: recipients and rejected rows."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress

import numpy as np
import numpy.typing as npt

from pipeline.core.errors import SourceDamaged
from pipeline.core.model import Adjustment, Recipients, RejectedRow, Rejection, RowBlock
from pipeline.core.screening import SCREENED, Duplicates, folded
from pipeline.language import filled
from pipeline.reader.files.header import Columns
from pipeline.reader.files.raw import RawBlock, is_blank
from pipeline.reader.phones import PhoneColumn, normalise_column
from pipeline.reader.rows.cells import Doubt, beside, not_known, shown_errors
from pipeline.reader.rows.day_numbers import DateTally
from pipeline.reader.rows.digests import Digested, PeopleScheme
from pipeline.reader.rows.duplicates import (
    ROWS_MAX,
    TOO_OFTEN,
    ColumnsAt,
    LinesOfRows,
    Taken,
    TakenContents,
    TakenNumbers,
)
from pipeline.reader.rows.fill_down import fill_down_of
from pipeline.reader.rows.screening import Screen, ValuesOf, Whole
from pipeline.reader.rows.values import ValueRules, take_values

_Reason = tuple[Rejection, str]
_FirstRow = tuple[int, int] | tuple[None, None]

_OF_THE_NUMBER = frozenset({Rejection.DUPLICATE_NUMBER, *SCREENED})
"""Why a row is left out whose number is good."""


@dataclass(slots=True)
class RowSorter:
    """Split rows in sendable and rejected, over all sheets of a source.

    A number belongs to the first row that can be sent to: a row that is rejected for another
    reason does not make a later one a duplicate.
    rows counts the data rows so far: the next one's ordinal. leaves_out holds, for each of the
    columns that are looked at and not sent, the values, folded, that leave a row out. people, where
    given, digests those who can be sent to: they are screened by that, and recorded with it.
    """

    rules: ValueRules
    screen: Screen | None = None
    duplicates: Duplicates = Duplicates.NUMBER
    leaves_out: Sequence[Collection[str]] = ()
    people: PeopleScheme | None = None
    rows: int = 0
    _tallies: dict[int, DateTally] = field(default_factory=dict)
    _taken: Taken = field(init=False)
    _lines: LinesOfRows = field(default_factory=LinesOfRows)

    def __post_init__(self) -> None:
        """Start with no number taken."""
        by_number = self.duplicates is Duplicates.NUMBER
        self._taken = TakenNumbers() if by_number else TakenContents()

    def sort(self, sheet: str, columns: Columns, blocks: Iterable[RawBlock]) -> Iterator[RowBlock]:
        """Sort the data rows of one sheet; its header is no longer among them."""
        down = fill_down_of(columns, self.rules)
        for block in blocks:
            if not len(block):
                continue
            raw = block.as_held(columns.phone)
            phones = normalise_column(raw.columns[columns.phone])
            blank = _blank_rows(raw, phones)
            torn = _torn_rows(raw, columns.width) if down.columns else ()
            whole, filled = down.fill(raw, blank, torn)
            if len(blank) < len(raw):
                yield self._sorted(_Judged(sheet, columns, whole, phones, blank, filled))

    def _sorted(self, judged: "_Judged") -> RowBlock:
        raw, phones = judged.raw, judged.phones
        values = take_values(raw.columns, judged.columns, self.rules, self._tallies)
        blame = judged.blame(values.rejected)
        adjusted = {**judged.adjusted, **values.adjusted}
        rows, lines = self._numbered(judged)
        able = self._able(judged, values.values, blame)
        good = self._screened(judged, able, blame)
        again = self._taken.take(phones.numbers[good], rows[good], _picked(values.values, good))
        firsts: dict[int, _FirstRow] = {}
        for at, row in again.items():
            known = row != TOO_OFTEN
            why = Rejection.DUPLICATE_NUMBER if known else Rejection.NUMBER_TOO_OFTEN
            blame[int(good[at])] = (why, judged.columns.phone_name)
            firsts[int(good[at])] = (row, self._lines.of(row)) if known else (None, None)
        good = _all_but(len(raw), (blame, judged.blank))
        picked = _mask(len(raw), good)
        kept = able.kept(good)
        return RowBlock(
            sheet=judged.sheet,
            header=judged.columns.header,
            recipients=Recipients(rows[good].tolist(), kept.phones, kept.values),
            lines=lines[good].tolist(),
            rejected=tuple(
                judged.rejected_row(at, int(rows[at]), blame[at], firsts.get(at, (None, None)))
                for at in sorted(blame)
            ),
            repaired=len(phones.repaired - blame.keys()),
            adjusted={
                what: count
                for what, places in adjusted.items()
                if (count := int(picked[places].sum()))
            },
            people=self.people.recorded(kept.people) if self.people and kept.people else None,
        )

    def _able(
        self, judged: "_Judged", values: Sequence[Sequence[str]], blame: dict[int, _Reason]
    ) -> "_Able":
        """Return those that could be sent to, and blame whom a cell leaves out."""
        count = len(judged.raw)
        for at, name in judged.said_to_leave_out(self.leaves_out):
            if at not in blame and at not in judged.blank:
                blame[at] = (Rejection.SAID_IN_COLUMN, name)
        able = _all_but(count, (blame, judged.blank))
        flags = _mask(count, able).tolist()
        phones, *columns = (
            list(compress(cells, flags)) for cells in (judged.phones.texts, *values)
        )
        people = self.people.both(phones, columns) if self.people else None
        return _Able(able, phones, tuple(columns), people)

    def _screened(self, judged: "_Judged", able: "_Able", blame: dict[int, _Reason]) -> Whole:
        """Return the positions of those that may be sent to, and blame the others.

        A row that is screened out does not make a later one of its number a duplicate.
        """
        if self.screen is None:
            return able.at
        values_of = ValuesOf(able.values, able.people)
        found = self.screen(judged.phones.numbers[able.at], values_of)
        if not found:
            return able.at
        for at, (reason, detail) in found.items():
            blame[int(able.at[at])] = (reason, judged.columns.phone_name)
            judged.details[int(able.at[at])] = detail
        return _all_but(len(judged.raw), (blame, judged.blank))

    def _numbered(self, judged: "_Judged") -> tuple[Whole, Whole]:
        """Return the rows' ordinals and lines; a blank row's ordinal means nothing."""
        raw = judged.raw
        present = np.ones(len(raw), dtype=bool)
        present[list(judged.blank)] = False
        lines = np.arange(raw.first_line, raw.first_line + len(raw), dtype=np.int64)
        rows = self.rows - 1 + np.cumsum(present)
        self._lines.add(self.rows, lines[present])
        self.rows += len(raw) - len(judged.blank)
        if self.rows > ROWS_MAX:
            raise SourceDamaged(
                filled("the source has more than {most} rows: split it", most=str(ROWS_MAX)),
                "KS6506",
            )
        return rows, lines


@dataclass(frozen=True, slots=True)
class _Judged:
    """A block of a sheet with what its phone column tells.

    filled: by column, the rows where a cell has the value of the row above.
    """

    sheet: str
    columns: Columns
    raw: RawBlock
    phones: PhoneColumn
    blank: frozenset[int]
    filled: Mapping[str, list[int]]
    details: dict[int, str] = field(default_factory=dict)

    def blame(self, values: Mapping[int, _Reason]) -> dict[int, _Reason]:
        """Say what is wrong with each row, the most telling reason where there are several."""
        blame = dict(values)
        self._doubt(blame, shown_errors(self.raw, self.columns))
        for at, why in self.phones.rejected.items():
            blame[at] = (why, self.columns.phone_name)
        self._doubt(blame, not_known(self.raw, self.columns))
        for at in _ragged_rows(self.raw, self.columns.width):
            blame[at] = (Rejection.ROW_RAGGED, "")
            if self.raw.notes is not None:
                blame[at] = (Rejection.TEXT_BESIDE_TABLE, "")
                self.details[at] = beside(self.raw, at, self.columns.width)
        for at in self.blank:
            blame.pop(at, None)
        return blame

    def _doubt(self, blame: dict[int, _Reason], found: Iterable[Doubt]) -> None:
        for at, reason, column, detail in found:
            blame[at] = (reason, column)
            if detail:
                self.details[at] = detail

    @property
    def adjusted(self) -> dict[tuple[str, Adjustment], list[int]]:
        """Return what was done before the values were taken."""
        return {(name, Adjustment.FILLED_DOWN): at for name, at in self.filled.items()}

    def said_to_leave_out(self, values: Sequence[Collection[str]]) -> Iterator[tuple[int, str]]:
        """Yield the positions of rows that a cell leaves out, with its column's name."""
        for column, wanted in zip(self.columns.others, values, strict=True):
            cells = self.raw.columns[column]
            header = self.columns.header
            name = header[column] if column < len(header) else f"#{column + 1}"
            found = {cell for cell in set(cells) if folded(cell) in wanted}
            if found:
                yield from ((at, name) for at, cell in enumerate(cells) if cell in found)

    def rejected_row(self, at: int, row: int, reason: _Reason, first: _FirstRow) -> RejectedRow:
        """Build the record of the row at a position; row is its ordinal."""
        of_row, of_line = first
        cell = self.raw.columns[self.columns.phone][at]
        return RejectedRow(
            row=row,
            sheet=self.sheet,
            line=self.raw.first_line + at,
            reason=reason[0],
            column=reason[1],
            phone=self.phones.texts[at] if reason[0] in _OF_THE_NUMBER else cell,
            cells=self.raw.row(at),
            of_row=of_row,
            of_line=of_line,
            detail=self.details.get(at, ""),
        )


@dataclass(frozen=True, slots=True)
class _Able:
    """Those of a block's rows that could be sent to: where they stand in it, and what they hold."""

    at: Whole
    phones: Sequence[str]
    values: tuple[Sequence[str], ...]
    people: Digested | None

    def kept(self, good: Whole) -> "_Able":
        """Return those that stand at some of these positions."""
        places = np.searchsorted(self.at, good)
        others = np.flatnonzero(~_mask(len(self.at), places)).tolist()
        phones, *columns = (_without(cells, others) for cells in (self.phones, *self.values))
        people = self.people.pick(places) if self.people else None
        return _Able(good, phones, tuple(columns), people)


def _picked(values: Sequence[Sequence[str]], good: Whole) -> ColumnsAt:
    return lambda: [[column[at] for at in good.tolist()] for column in values]


def _blank_rows(raw: RawBlock, phones: PhoneColumn) -> frozenset[int]:
    return frozenset(
        at
        for at, why in phones.rejected.items()
        if why is Rejection.PHONE_EMPTY and at not in raw.broken and is_blank(raw.row(at))
    )


def _ragged_rows(raw: RawBlock, width: int) -> set[int]:
    """Find the rows with fewer cells than the header, or with text beyond it."""
    ragged = _torn_rows(raw, width)
    for column in raw.columns[width:]:
        if any(column):
            ragged.update(at for at, cell in enumerate(column) if not is_blank((cell,)))
    return ragged


def _torn_rows(raw: RawBlock, width: int) -> set[int]:
    """Find the rows whose cells have no sure place; those of a workbook always have one."""
    odd = raw.odd.items()
    torn = {at for at, row in odd if len(row) < width or not is_blank(row[width:])}
    return torn | raw.broken


def _without(cells: Sequence[str], places: Sequence[int]) -> list[str]:
    """Return the cells without those at some places, which are few as a rule."""
    kept: list[str] = []
    start = 0
    for at in places:
        kept += cells[start:at]
        start = at + 1
    kept += cells[start:]
    return kept


def _mask(count: int, positions: Whole) -> npt.NDArray[np.bool_]:
    mask = np.zeros(count, dtype=bool)
    mask[positions] = True
    return mask


def _all_but(count: int, positions: Iterable[Iterable[int]]) -> Whole:
    mask = np.ones(count, dtype=bool)
    for some in positions:
        mask[list(some)] = False
    return np.flatnonzero(mask)
