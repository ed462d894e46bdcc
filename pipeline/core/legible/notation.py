"""Values as programs write them for each other, which nobody would say to a person."""

import re

from pipeline.core.templates import SEPARATOR

_NOTHING = r"-?nan%?|NaN%?|None|NaT|<NA>|null|NULL|\\N|undefined|\[object Object\]|[+-]?inf%?"
_FLOAT = r"[+-]?[0-9](?:\.[0-9]+)?[eE][+-][0-9]{2,3}"
_JAVA_FLOAT = r"-?[1-9]\.[0-9]+E(?:[1-9][0-9]|-[0-9]{1,3})"
_CLOCK = r"[0-9]{2}:[0-9]{2}"
_ZONE = r"(?:Z|[+-][0-9]{2}:?[0-9]{2})"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT = (
    rf"{_DAY}T{_CLOCK}(?::[0-9]{{2}}(?:[.,][0-9]+)?)?{_ZONE}?"
    rf"|{_DAY} {_CLOCK}(?::[0-9]{{2}})?(?:\.[0-9]+{_ZONE}?|{_ZONE})"
)
_NAMED_MOMENT = (
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{2} "
    rf"(?:[0-9]{{4}} )?{_CLOCK}:[0-9]{{2}} \S.*"
)
_PERCENT = r"[+-]?\.? ?[%％]"
_MACHINE = re.compile(
    f"{_NOTHING}|{_FLOAT}|{_JAVA_FLOAT}|{_MOMENT}|{_NAMED_MOMENT}|{_PERCENT}", re.ASCII
)
_DIGITS_EXACT = 15
_DECIMAL = re.compile(r"-?([0-9]+)\.([0-9]+)")
_NEARLY = re.compile(r"(?:0{6}|9{6})[0-9]{1,3}\Z")

# A value is none that holds none of these characters.
_TELLING = frozenset("nNbeE:%％.")
# Nor is a value of a column that holds none of these as one text, "|" standing around each value.
_SIGNS = tuple(
    sign.replace("|", SEPARATOR)
    for sign in (
        *("|nan", "|-nan", "|NaN", "|None", "|NaT", "|<NA>", "|null", "|NULL", r"|\N"),
        *("|undefined", "|[object", "|inf", "-inf", "+inf", "e+", "e-", "E+", "E-"),
        *(place + percent for place in ("|", " ", "+", "-", ".") for percent in ("%", "％")),
    )
)
_ROUNDED = ("000000", "999999")
_RARER_SIGNS = re.compile(rf"[0-9]E[0-9]{{2}}|{_DAY}[T ]|[A-Z][a-z]{{2}} [0-9]{{2}} [0-9]")


def is_machine_notation(text: str) -> bool:
    """Tell whether a text is a value as a program writes it: 6.22e+15, NaN, None, ...T00:00:00Z.

    1E5 is none: so are articles named. Nor are words that are also names, such as Nan or Null.
    """
    return _MACHINE.fullmatch(text) is not None or _is_inexact(text)


def may_be_machine_notation(joined: str, characters: str) -> bool:
    """Tell, faster, whether any of some values may be.

    joined: the values, SEPARATOR around each. characters: all that occur in them.
    """
    if _TELLING.isdisjoint(characters):
        return False
    known = {*characters, SEPARATOR}
    return (
        any(sign in joined for sign in _SIGNS if known.issuperset(sign))
        or ("." in known and any(digits in joined for digits in _ROUNDED))
        or (not known.isdisjoint("E:") and _RARER_SIGNS.search(joined) is not None)
    )


def _is_inexact(text: str) -> bool:
    """Tell whether a number shows how computers round: 12.299999999999999."""
    found = _DECIMAL.fullmatch(text)
    return (
        found is not None
        and _NEARLY.search(found[2]) is not None
        and len((found[1] + found[2]).lstrip("0")) > _DIGITS_EXACT
    )
