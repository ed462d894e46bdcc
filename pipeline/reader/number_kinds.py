"""Say what kind of number it is that is no mainland mobile number."""

import functools
import re
from types import ModuleType

from pipeline.core.model import Rejection
from pipeline.core.numbers import spelled_with_letters

_DIGITS = 11
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
    if len(home) < _DIGITS:
        return Rejection.PHONE_TOO_SHORT
    return Rejection.PHONE_TOO_LONG if len(home) > _DIGITS else Rejection.PHONE_NOT_MOBILE


@functools.cache
def _numbers() -> ModuleType:
    # Most lists have no odd number, and then the library is not loaded at all.
    import phonenumbers  # noqa: PLC0415 -- see above

    return phonenumbers
