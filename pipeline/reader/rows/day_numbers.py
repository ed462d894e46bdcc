"""Find days that a spreadsheet wrote as numbers: 46356 for 2026-11-30."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core.values import dated

_DAY_NUMBER = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")
# Values, a NUL before and behind each, that begin as a date does: few of them are looked at.
_MAY_BE_DATES = re.compile(r"(?<![^\0])[0-9]{4}(?:[-/.年][^\0]*+|[0-9]{4})(?![^\0])")


@dataclass(slots=True)
class DateTally:
    """Counts a column's values, over all of its blocks, and how many of them are dates."""

    values: int = 0
    dates: int = 0

    def day_numbers(self, values: Sequence[str]) -> list[int]:
        """Take a column's next values; return the places of day numbers among them.

        Five digits are a day number where at least half of the values, so far, are dates: in a
        column of points a date is the mistake.
        """
        self.values += len(values) - values.count("")
        counted = Counter(_MAY_BE_DATES.findall("\0".join(values)))
        self.dates += sum(times for text, times in counted.items() if _is_date(text))
        if not self.dates or 2 * self.dates < self.values:
            return []
        return [at for at, text in enumerate(values) if _DAY_NUMBER.fullmatch(text)]


def _is_date(text: str) -> bool:
    return dated(text, "%Y") is not None
