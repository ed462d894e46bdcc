"""Find days that a spreadsheet wrote as numbers: 46356 for 2026-11-30."""

import re
from collections import Counter
from dataclasses import dataclass

from pipeline.core.values import dated
from pipeline.reader.rows.joined import JoinedColumn

_DAY_NUMBER = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")
# Values, a NUL before and behind each, that begin as a date does: few of them are looked at.
_MAY_BE_DATES = re.compile(r"(?<![^\0])[0-9]{4}(?:[-/.年][^\0]*+|[0-9]{4})(?![^\0])")
_OF_DATES = frozenset("-/.年")
_DIGITS_OF_A_DATE = len("20261130")


@dataclass(slots=True)
class DateTally:
    """Counts a column's values, over all of its blocks, and how many of them are dates."""

    values: int = 0
    dates: int = 0

    def day_numbers(self, column: JoinedColumn) -> list[int]:
        """Take a column's next values; return the places of day numbers among them.

        Five digits are a day number where at least half of the values, so far, are dates: in a
        column of points a date is the mistake.
        """
        self.values += len(column.values) - column.empty
        if _may_hold_dates(column):
            counted = Counter(_MAY_BE_DATES.findall(column.text))
            self.dates += sum(times for text, times in counted.items() if _is_date(text))
        if not self.dates or 2 * self.dates < self.values:
            return []
        return [at for at, text in enumerate(column.values) if _DAY_NUMBER.fullmatch(text)]


def _may_hold_dates(column: JoinedColumn) -> bool:
    return not _OF_DATES.isdisjoint(column.characters) or column.has_length(_DIGITS_OF_A_DATE)


def _is_date(text: str) -> bool:
    return dated(text, "%Y") is not None
