"""Make one number of the many ways in which people and spreadsheets write it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, compress

import numpy as np
import numpy.typing as npt

from pipeline.core.model import Rejection

_DIGITS = 11
_DIGITS_OF_A_NUMBER = 7
_FOREIGN_DIGITS = range(8, 16)
_POWERS = np.array([10**power for power in reversed(range(_DIGITS))], dtype=np.int64)
_ZERO, _NINE = ord("0"), ord("9")

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SEVERAL_RUN_TOGETHER = re.compile(r"(?:(?:\+?86|0086)?1[3-9][0-9]{9}){2,}")
_BETWEEN_NUMBERS = re.compile(r"[/,;|&\\、或和]")
_WHOLE_FLOAT = re.compile(r"(\+?[0-9]+)\.0*")
_SCIENTIFIC = re.compile(r"([1-9])(?:[.,]([0-9]*))?[eE]\+?([0-9]{1,3})")
_DIALLED = re.compile(r"\+?[0-9]+")
_HOME = re.compile(r"(?:\+(?:00)?86|0086|86)?0?(1[3-9][0-9]{9})")

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u061c\u180e\ufeff")) | dict.fromkeys(
    chain(range(0x200B, 0x2010), range(0x202A, 0x202F), range(0x2060, 0x2070))
)
_PUNCTUATION = dict.fromkeys(
    (*map(ord, "-()'\"`‘’“”´＇＂"), *range(0x2010, 0x2016), 0x2212, 0xFE63, 0xFF0D, 0xFF08, 0xFF09)
)
_CLEAN = {**_FULL_WIDTH, **_INVISIBLE, **_PUNCTUATION, 0xFF0C: ord(","), 0xFF1B: ord(";")}


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

    A leading 0, as once dialled before a mobile number, is taken off like +86. Scientific
    notation counts only where the mantissa spells every digit: 1.3800138E+10 may have been any
    of a thousand numbers before a spreadsheet rounded it, so it is PHONE_ROUNDED.
    """
    if _MOBILE.fullmatch(text):
        return text
    dialled = "".join(text.translate(_CLEAN).split())
    if not dialled:
        return Rejection.PHONE_EMPTY
    if _names_several(dialled):
        return Rejection.PHONE_SEVERAL
    if whole := _WHOLE_FLOAT.fullmatch(dialled):
        dialled = whole[1]
    elif scientific := _SCIENTIFIC.fullmatch(dialled):
        exact = _spelled_out(*scientific.groups(default=""))
        if exact is None:
            return Rejection.PHONE_ROUNDED
        dialled = exact
    if home := _HOME.fullmatch(dialled):
        return home[1]
    return _why_not(dialled)


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


def _names_several(dialled: str) -> bool:
    if _SEVERAL_RUN_TOGETHER.fullmatch(dialled):
        return True
    parts = _BETWEEN_NUMBERS.split(dialled)
    return sum(_digits_in(part) >= _DIGITS_OF_A_NUMBER for part in parts) > 1


def _digits_in(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _spelled_out(lead: str, fraction: str, exponent: str) -> str | None:
    places = int(exponent)
    if places > len(fraction) or fraction[places:].strip("0"):
        return None
    return lead + fraction[:places]


def _why_not(dialled: str) -> Rejection:
    if not _DIALLED.fullmatch(dialled):
        return Rejection.PHONE_NOT_A_NUMBER
    home = re.sub(r"^(?:\+86|0086)", "", dialled)
    digits = home.removeprefix("+").removeprefix("00")
    if digits != home and len(digits) in _FOREIGN_DIGITS:
        return Rejection.PHONE_FOREIGN
    if len(home) < _DIGITS:
        return Rejection.PHONE_TOO_SHORT
    if len(home) > _DIGITS:
        return Rejection.PHONE_TOO_LONG
    return Rejection.PHONE_NOT_MOBILE
