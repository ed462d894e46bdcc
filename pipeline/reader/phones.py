"""Make one number of the many ways in which people and spreadsheets write it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
import numpy.typing as npt

from pipeline.core.model import Rejection
from pipeline.core.numbers import MOBILE, dialled, home_number, names_several
from pipeline.reader.number_kinds import why_not_mobile

_DIGITS = 11
_POWERS = np.array([10**power for power in reversed(range(_DIGITS))], dtype=np.int64)
_ZERO, _NINE = ord("0"), ord("9")

_WHOLE_FLOAT = re.compile(r"(\+?[0-9]+)\.0*")
_THOUSANDS = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+)(?:\.0*)?")
_SCIENTIFIC = re.compile(r"([1-9])(?:[.,]([0-9]*))?[eE]\+?([0-9]{1,3})")


@dataclass(frozen=True, slots=True)
class PhoneColumn:
    """n cells of the phone column.

    texts and numbers have n entries: 11 digits as text and as a whole number; where rejected
    says why a cell is no number they are the cell as it stood and 0.
    repaired holds the positions whose cell was not 11 plain digits and now is.
    """

    texts: Sequence[str]
    numbers: npt.NDArray[np.int64]
    rejected: Mapping[int, Rejection]
    repaired: frozenset[int]


def normalise(text: str) -> str | Rejection:
    """Return the 11 digits that a cell stands for, or why it stands for none.

    Scientific notation counts only where the mantissa spells every digit: 1.3800138E+10 may have
    been any of a thousand numbers before a spreadsheet rounded it, so it is PHONE_ROUNDED.
    """
    if MOBILE.fullmatch(text):
        return text
    written = dialled(text)
    if not written:
        return Rejection.PHONE_EMPTY
    digits = _undone(written)
    if digits is None:
        return Rejection.PHONE_ROUNDED
    if number := home_number(digits):
        return number
    return Rejection.PHONE_SEVERAL if names_several(text) else why_not_mobile(digits, text)


def normalise_column(cells: Sequence[str]) -> PhoneColumn:
    """Normalise a whole column: 11 plain digits are judged all at once, the rest one by one."""
    count = len(cells)
    lengths = np.fromiter(map(len, cells), dtype=np.int64, count=count)
    eleven = lengths == _DIGITS
    numbers = np.zeros(count, dtype=np.int64)
    numbers[eleven] = _plain_numbers("".join(compress(cells, eleven.tolist())))
    odd: list[int] = np.flatnonzero(numbers == 0).tolist()
    if not odd:
        return PhoneColumn(cells, numbers, {}, frozenset())
    texts = list(cells)
    rejected: dict[int, Rejection] = {}
    for position in odd:
        found = normalise(texts[position])
        if isinstance(found, Rejection):
            rejected[position] = found
        else:
            texts[position] = found
            numbers[position] = int(found)
    return PhoneColumn(texts, numbers, rejected, frozenset(odd) - rejected.keys())


def _plain_numbers(joined: str) -> npt.NDArray[np.int64]:
    # UTF-32 has one word per character whatever stands in the cells, so the columns line up.
    words = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    table = words.reshape(-1, _DIGITS)
    plain = (
        ((table >= _ZERO) & (table <= _NINE)).all(axis=1)
        & (table[:, 0] == _ZERO + 1)
        & (table[:, 1] >= _ZERO + 3)
    )
    values = (table.astype(np.int64) - _ZERO) @ _POWERS
    return np.where(plain, values, 0)


def _undone(written: str) -> str | None:
    """Undo what a spreadsheet made of a number; None where it took digits away."""
    if whole := _WHOLE_FLOAT.fullmatch(written):
        return whole[1]
    if grouped := _THOUSANDS.fullmatch(written):
        return grouped[1].replace(",", "")
    if scientific := _SCIENTIFIC.fullmatch(written):
        return _spelled_out(*scientific.groups(default=""))
    return written


def _spelled_out(lead: str, fraction: str, exponent: str) -> str | None:
    places = int(exponent)
    if places > len(fraction) or fraction[places:].strip("0"):
        return None
    return lead + fraction[:places]
