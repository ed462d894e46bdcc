"""Find days that a spreadsheet wrote as numbers: 46356 for 2026-11-30."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core.values import dated

_DAY_NUMBER = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")
_YEAR_SIGN = re.compile(r"(?:19|20)[0-9]{2}[-/.年0-9]")


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
        if _YEAR_SIGN.search(" ".join(values)) is not None:
            counted = Counter(values)
            self.dates += sum(times for text, times in counted.items() if _is_date(text))
        if not self.dates or 2 * self.dates < self.values:
            return []
        return [at for at, text in enumerate(values) if _DAY_NUMBER.fullmatch(text)]


def _is_date(text: str) -> bool:
    return bool(text) and dated(text, "%Y") is not None
