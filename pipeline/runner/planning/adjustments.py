"""Count what was done to a source's rows so that they can be sent: nothing is silent."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.core.model import Adjustment, RowBlock
from pipeline.language import Words, filled

_WORDS = {
    Adjustment.FILLED_DOWN: Words("empty cells filled from the row above"),
    Adjustment.DEFAULTED: Words("empty values filled with the default"),
    Adjustment.SPACES: Words("values had spaces taken out"),
    Adjustment.DATED: Words("dates written in the campaign's form"),
    Adjustment.PLAIN_AMOUNT: Words("amounts written without signs and separators"),
    Adjustment.TRUNCATED: Words("values cut to the campaign's length"),
}


@dataclass(slots=True)
class Adjusted:
    """Counts over the rows that can be sent.

    repaired: numbers that were written oddly. values: by column and what was done to its values.
    """

    repaired: int = 0
    values: Counter[tuple[str, Adjustment]] = field(default_factory=Counter)

    def counted(self, blocks: Iterator[RowBlock]) -> Iterator[RowBlock]:
        """Pass blocks through and add up what was done to their rows."""
        for block in blocks:
            self.repaired += block.repaired
            self.values.update(block.adjusted)
            yield block

    def sentences(self) -> Iterator[tuple[int, str]]:
        """Yield how many of each, and what was done, in words."""
        if self.repaired:
            yield self.repaired, Words("numbers were written oddly and are read as meant")
        for (column, how), count in self.values.items():
            yield count, filled("{words} in {column}", words=_WORDS[how], column=column)

    def as_json(self) -> dict[str, object]:
        """Return plain values for programs."""
        return {
            "repaired": self.repaired,
            "adjusted": {f"{column}: {how}": n for (column, how), n in self.values.items()},
        }
