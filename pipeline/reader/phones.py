"""Make one number of the many ways in which people and spreadsheets write it."""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from types import ModuleType

import numpy as np
import numpy.typing as npt

from pipeline.core.model import Rejection
from pipeline.core.phones import MOBILE, dialled, home_number, names_several, spelled_with_letters

_MOBILE_DIGITS = 11
_NUMBER_DIGITS = range(7, 14)
_FOREIGN_DIGITS = range(8, 16)
_EXTENDED_CHARACTERS_MAX = 40

_DIGITS_ONLY = re.compile(r"\+?[0-9]+")
_HOME_PREFIX = re.compile(r"^(?:\+(?:00)?86|0086)")
_LOCAL_LANDLINE = re.compile(r"[2-8][0-9]{6,7}")
_SERVICE = re.compile(r"(?:1[0-2]|9[56])[0-9]{1,4}|95[0-9]{5,6}|106[0-9]{5,17}")
_NEIGHBOUR = re.compile(r"(?:852|853|886)[0-9]{8,9}")
_EXTENSION = re.compile(r"(?<=[0-9])(?:-|转|分机|#|ext\.?|x)+[0-9]{1,6}$", re.IGNORECASE)
_NO_DIGITS = re.compile(r"[^0-9+]")


def why_not_mobile(digits: str, cell: str) -> Rejection:
    """Return why no message can go to what a cell holds; digits is it as it would be dialled."""
    if not _DIGITS_ONLY.fullmatch(digits):
        if spelled_with_letters(cell):
            return Rejection.PHONE_LETTERS
        return _with_extension(cell) or Rejection.PHONE_NOT_A_NUMBER
    home = _HOME_PREFIX.sub("", digits)
    abroad = home.removeprefix("+").removeprefix("00")
    if abroad != home and len(abroad) in _FOREIGN_DIGITS:
        return Rejection.PHONE_FOREIGN
    return _kind(home) or _with_extension(cell) or _by_length(home)


def _kind(home: str) -> Rejection | None:
    if _SERVICE.fullmatch(home):
        return Rejection.PHONE_SERVICE
    if _LOCAL_LANDLINE.fullmatch(home):
        return Rejection.PHONE_LANDLINE
    if not home.isdigit() or len(home) not in _NUMBER_DIGITS:
        return None
    if _NEIGHBOUR.fullmatch(home) and _is_valid_abroad(home):
        return Rejection.PHONE_FOREIGN
    return _kind_in_the_plan(home.removeprefix("0")) or (
        _kind_in_the_plan(home[2:].removeprefix("0")) if home.startswith("86") else None
    )


def _kind_in_the_plan(national: str) -> Rejection | None:
    """Look a number without its leading 0 up in China's numbering plan.

    Whether a mobile number has been given out yet is not asked: the plan in a library is older
    than the newest segments, and KooMessage knows.
    """
    numbers = _numbers()
    kind = numbers.number_type(numbers.PhoneNumber(country_code=86, national_number=int(national)))
    types = numbers.PhoneNumberType
    if kind in {types.FIXED_LINE, types.VOIP}:
        return Rejection.PHONE_LANDLINE
    if kind in {types.TOLL_FREE, types.PREMIUM_RATE, types.SHARED_COST, types.UAN}:
        return Rejection.PHONE_SERVICE
    return None


def _is_valid_abroad(digits: str) -> bool:
    numbers = _numbers()
    code, national = int(digits[:3]), int(digits[3:])
    number = numbers.PhoneNumber(country_code=code, national_number=national)
    return bool(numbers.is_valid_number(number))


def _with_extension(cell: str) -> Rejection | None:
    """Judge a number by what stands before its extension, as in 0571-85012345-801."""
    whole = "".join(cell[: _EXTENDED_CHARACTERS_MAX + 1].split())
    number = _EXTENSION.sub("", whole)
    if number == whole or len(cell) > _EXTENDED_CHARACTERS_MAX:
        return None
    return _kind(_HOME_PREFIX.sub("", _NO_DIGITS.sub("", number)))


def _by_length(home: str) -> Rejection:
    if len(home) < _MOBILE_DIGITS:
        return Rejection.PHONE_TOO_SHORT
    return Rejection.PHONE_TOO_LONG if len(home) > _MOBILE_DIGITS else Rejection.PHONE_NOT_MOBILE


@functools.cache
def _numbers() -> ModuleType:
    # Most lists have no odd number, and then the library is not loaded at all.
    import phonenumbers  # noqa: PLC0415 -- see above

    return phonenumbers


_DIGITS = 11
_POWERS = np.array([10**power for power in reversed(range(_DIGITS))], dtype=np.int64)
_ZERO, _NINE = ord("0"), ord("9")
_LOWEST, _HIGHEST = 13_000_000_000, 19_999_999_999

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


def numbers_of(phones: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return n phone numbers of 11 plain digits each as n whole numbers."""
    return _values_of("".join(phones))


def _values_of(digits: str) -> npt.NDArray[np.int64]:
    table = np.frombuffer(digits.encode("ascii"), dtype=np.uint8).reshape(-1, _DIGITS)
    return (table.astype(np.int64) - _ZERO) @ _POWERS


def _plain_numbers(joined: str) -> npt.NDArray[np.int64]:
    if joined.isascii() and joined.encode().isdigit():
        values = _values_of(joined)
        return np.where((values >= _LOWEST) & (values <= _HIGHEST), values, 0)
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
