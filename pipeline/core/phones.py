"""Read a cell of the phone column as a person would, and hide numbers wherever they stand."""

import re
from collections.abc import Collection
from itertools import chain

from pipeline.language import altered

MOBILE = re.compile(r"1[3-9][0-9]{9}")
"""A mainland mobile number, 11 digits."""

MOBILE_DIGITS = 11

_HOME = re.compile(r"(?:\+(?:00)?86|0086|86)?0?(1[3-9][0-9]{9})")
_RUN_TOGETHER = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_BETWEEN_NUMBERS = re.compile(r"[/,;|&\\、或和]")
_STANDING_ALONE = re.compile(r"(?<![0-9])(?:\+?86|0086)?(1[3-9][0-9]{9})(?![0-9])")
_DIGITS_OF_A_NUMBER = 7

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u061c\u180e\ufeff")) | dict.fromkeys(
    chain(range(0x200B, 0x2010), range(0x202A, 0x202F), range(0x2060, 0x2070))
)
_PUNCTUATION = dict.fromkeys(
    (*map(ord, "-()'\"`‘’“”´＇＂"), *range(0x2010, 0x2016), 0x2212, 0xFE63, 0xFF0D, 0xFF08, 0xFF09)
)
_SPACED = {**_FULL_WIDTH, **_INVISIBLE, **_PUNCTUATION, 0xFF0C: ord(","), 0xFF1B: ord(";")}
# Latin, Cyrillic and Greek O, and the Chinese zero, are typed and scanned for 0; l, I and i for 1.
_LOOK_ALIKE = str.maketrans("OoОоΟο〇○lIi", "00000000111")


def dialled(cell: str) -> str:
    """Return a cell without white space and what only parts digits; full-width becomes ASCII."""
    return "".join(cell.translate(_SPACED).split())


def home_number(text: str) -> str | None:
    """Return the 11 digits of a mainland mobile number that is written as it may be dialled.

    A leading 0, as once dialled before a mobile number, is taken off like +86.
    """
    found = _HOME.fullmatch(text)
    return found[1] if found else None


def names_several(cell: str) -> bool:
    """Tell whether a cell, which is no one number, holds more than one of any kind."""
    if len(cell) < 2 * _DIGITS_OF_A_NUMBER:
        return False
    text = dialled(cell)
    if sum(len(found[0]) for found in _RUN_TOGETHER.finditer(text)) == len(text) > 0:
        return True
    return any(
        sum(_digits_in(part) >= _DIGITS_OF_A_NUMBER for part in parts) > 1
        for parts in (_BETWEEN_NUMBERS.split(text), cell.translate(_SPACED).split())
    )


def likely_number(cell: str) -> str | None:
    """Return the number that somebody probably meant who typed letters for digits, or more text.

    It is never sent to unasked: whoever owns the list decides.
    """
    text = dialled(cell)
    meant = home_number(text.translate(_LOOK_ALIKE))
    if meant is not None:
        return meant
    found = set(_STANDING_ALONE.findall(text))
    return found.pop() if len(found) == 1 else None


def spelled_with_letters(cell: str) -> bool:
    """Tell whether a cell is a number but for letters that look like digits."""
    text = dialled(cell)
    return home_number(text) is None and home_number(text.translate(_LOOK_ALIKE)) is not None


def mobiles_in(cell: str) -> tuple[str, ...]:
    """Return the mainland mobile numbers that a cell holds, in order, each once."""
    spaced = cell.translate(_SPACED)
    parts = chain.from_iterable(_BETWEEN_NUMBERS.split(part) for part in (spaced, dialled(cell)))
    found = (match[1] for part in parts for match in _RUN_TOGETHER.finditer(part))
    return tuple(dict.fromkeys(found))


def _digits_in(text: str) -> int:
    return sum(character.isdigit() for character in text)


# What `dialled` takes out; blanks are spelled, for a set that is all characters is looked up fast.
_BLANKS = filter(str.isspace, map(chr, range(0x3001)))
_PARTING = re.escape("".join(chain(_BLANKS, map(chr, chain(_INVISIBLE, _PUNCTUATION)))))
_GAP = f"[{_PARTING}]*+"
_BETWEEN_GROUPS = f"[{_PARTING}./_．·・]*+"
_POINT = f"{_GAP}(?:[.,．，]{_GAP})?+"
_ZERO, _ONE, _THREE_TO_NINE, _SIX, _EIGHT = "[0０]", "[1１]", "[3-9３-９]", "[6６]", "[8８]"

# These are tried first, and kept: a task is named by them to the provider's support, or to us.
_KEPT = (
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|(?<![0-9A-Za-z])(?=[0-9]{0,7}[a-z])[0-9a-z]{8}-[0-9a-z]{7}-[0-9a-z]{2,3}(?![0-9A-Za-z])"
    r"|(?<!\d)20\d\d(?:([-/.])\d\d\1\d\d(?!\d)|年\d{1,2}月\d{1,2}日)"
)
_GROUPED = rf"({_ONE}{_THREE_TO_NINE}\d{_BETWEEN_GROUPS}\d{{4}}{_BETWEEN_GROUPS}\d{{4}})"
_PREFIX = (
    rf"(?<!\d)(?:(?:{_ZERO}{_POINT}{_ZERO}{_POINT})?+{_EIGHT}{_POINT}{_SIX}{_POINT})?+"
    rf"(?:{_ZERO}{_GAP})?+"
)
_SCIENTIFIC = f"(?=(?:{_GAP}{_ZERO})*+{_GAP}[eEｅＥ])"
_PARTED = rf"\d(?:{_GAP}\d){{8}}(?:(?!\d)|{_SCIENTIFIC})"
_THOUSANDS = rf"[,，](?:{_GAP}\d){{3}}(?:{_GAP}[,，](?:{_GAP}\d){{3}}){{2}}(?!\d)"
_POWER = rf"[.,．，]{_GAP}{_THREE_TO_NINE}(?:{_GAP}\d){{9}}{_SCIENTIFIC}"
_MOBILE_IN_TEXT = (
    rf"{_GROUPED}|{_PREFIX}"
    rf"({_ONE}{_GAP}(?:{_THREE_TO_NINE}{_GAP}(?:{_PARTED}|{_THOUSANDS})|{_POWER}))"
)
_IN_TEXT = re.compile(f"{_KEPT}|{_MOBILE_IN_TEXT}")
_IN_FOREIGN_TEXT = re.compile(rf"{_KEPT}|(\d{{11,}}+)|{_MOBILE_IN_TEXT}")


def is_mobile(phone: str) -> bool:
    """Tell whether a text is a mainland mobile number of 11 plain digits."""
    return MOBILE.fullmatch(phone) is not None


def mask(phone: str) -> str:
    """Return a number as it may appear in a log or on a screen: 130****0001."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= MOBILE_DIGITS else "****"


def mask_in(text: str, *, foreign: bool = False) -> str:
    """Return a text in which every mobile number is masked, and no task's name is.

    A number is hidden in every notation that a cell of the phone column is read in: its 11 digits,
    also full-width and behind +86, 0086 or 0, with whatever `dialled` takes out between any of
    them, and as a spreadsheet shows a number, with thousands separators or an exponent. Beyond
    that it is hidden with a point, stroke or slash between its groups, and within more digits.
    What stands between its digits goes. foreign says that somebody else wrote the text, who may
    hold any 11 digits or more for a number: those are hidden as well.

    The time that it takes grows with the text's length alone.
    """
    numbers = _IN_FOREIGN_TEXT if foreign else _IN_TEXT
    return altered(text, lambda said: numbers.sub(_hide, said))


def _hide(found: re.Match[str]) -> str:
    number = next(filter(None, found.groups()[1:]), "")
    if not number:
        return found[0]
    before = found[0].removesuffix(number)
    return before + mask("".join(character for character in number if character.isdigit()))


ERASED_NUMBER = "****"
"""What stands in a text for a number that was erased from it."""

_BARE = {**_SPACED, **dict.fromkeys(map(ord, "./_．·・,，"))}


def holds_any(text: str, phones: Collection[str]) -> bool:
    """Tell whether a text names one of some numbers, whatever stands between its digits.

    It rather says yes: digits of two numbers that stand together may spell a third.
    """
    bare = "".join(text.translate(_BARE).split())
    return any(phone in bare for phone in phones)


def without(text: str, phones: Collection[str]) -> str:
    """Return a text without some numbers, in whatever notation; other numbers stay.

    What names one in a way that is not known how to take it out is taken out whole.
    """
    if not holds_any(text, phones):
        return text
    left = _IN_TEXT.sub(lambda found: _unless_erased(found, phones), text)
    for phone in phones:
        left = left.replace(phone, ERASED_NUMBER)
    return "" if holds_any(left, phones) else left


def is_of_one(cell: str, phones: Collection[str]) -> bool:
    """Tell whether a cell of the phone column means one of some numbers, and nobody else's."""
    if likely_number(cell) in phones:
        return True
    return holds_any(cell, phones) and not frozenset(mobiles_in(without(cell, phones)))


def _unless_erased(found: re.Match[str], phones: Collection[str]) -> str:
    number = next(filter(None, found.groups()[1:]), "")
    digits = "".join(str(int(character)) for character in number if character.isdigit())
    return ERASED_NUMBER if digits[:MOBILE_DIGITS] in phones else found[0]
