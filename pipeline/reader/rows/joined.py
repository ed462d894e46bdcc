"""A block's column as one text: it is searched once where each of its values would be."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.core.templates import SEPARATOR

_SURROGATES = slice(0xD800, 0xE000)
_SEPARATOR_UNIT = ord(SEPARATOR)


class JoinedColumn:
    """A column's n values, and what a look at all of them at once tells.

    text: SEPARATOR before the first value and behind each of them. is_sure: no value holds one
    itself. characters: each that occurs in the values, once. lengths: of each value, in UTF-16
    units, as an array of n; empty where is_sure is false.
    """

    __slots__ = ("characters", "is_sure", "lengths", "text", "values")

    def __init__(self, values: Sequence[str]) -> None:
        """Join the values, and look."""
        self.values = values
        self.text = SEPARATOR.join(("", *values, ""))
        units = np.frombuffer(self.text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
        ends = np.flatnonzero(units == _SEPARATOR_UNIT)
        self.is_sure = len(ends) == len(values) + 1
        self.lengths = np.diff(ends) - 1 if self.is_sure else ends[:0]
        self.characters = self._characters(units)

    def _characters(self, units: npt.NDArray[np.uint16]) -> str:
        found = np.bincount(units)
        found[_SEPARATOR_UNIT] -= len(self.values) + 1
        if found[_SURROGATES].any():
            return "".join(set("".join(self.values)))
        return "".join(map(chr, np.flatnonzero(found).tolist()))

    def has_length(self, length: int) -> bool:
        """Tell whether a value may have just so many UTF-16 units."""
        return not self.is_sure or bool((self.lengths == length).any())

    @property
    def empty(self) -> int:
        """Count the empty values."""
        if self.is_sure:
            return int((self.lengths == 0).sum())
        return sum(not value for value in self.values)
