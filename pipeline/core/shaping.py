"""Shape a value as the campaign asks, before it is judged: pure, one text at a time."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.core.value_kinds import text_chars


class Spaces(StrEnum):
    """What becomes of white space and line breaks inside a value."""

    KEEP = "keep"
    SINGLE = "single"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a campaign asks for a column's values.

    default is sent where the cell is empty; None rejects the row. truncate_chars of 0 cuts
    nothing. date_format is empty where dates stay as they are.
    """

    default: str | None = None
    spaces: Spaces = Spaces.KEEP
    truncate_chars: int = 0
    date_format: str = ""


def squeezed(text: str, spaces: Spaces) -> str:
    """Make each stretch of white space one space, or nothing."""
    return _SPACE.sub(" " if spaces is Spaces.SINGLE else "", text)


def truncated(text: str, chars: int) -> str:
    """Cut a text to a number of characters, and no character in two."""
    if text_chars(text) <= chars:
        return text
    cut = text[:chars]
    while text_chars(cut) > chars:
        cut = cut[:-1]
    return cut.rstrip()


def plain_amount(text: str) -> str:
    """Write an amount such as ￥1,234.50 as 1234.50; any other text stays as it is."""
    found = _SHOWN_AMOUNT.fullmatch(text)
    if found is None:
        return text
    return re.sub("[,，]", "", found[1]) + (found[2] or "").strip()


def dated(text: str, date_format: str) -> str | None:
    """Write a date or time in a format; None where the text is none, or lacks what is asked."""
    found = _MOMENT.fullmatch(text) or _COMPACT.fullmatch(text)
    if found is None or not text:
        return None
    parts = {name: int(number or 0) for name, number in found.groupdict().items()}
    if not parts["year"] and _needs_date(date_format):
        return None
    try:
        moment = datetime(  # noqa: DTZ001 -- a cell knows no zone
            parts["year"] or 1,
            parts["month"] or 1,
            parts["day"] or 1,
            parts.get("hour", 0),
            parts.get("minute", 0),
            parts.get("second", 0),
        )
    except ValueError:
        return None
    return _DIRECTIVE.sub(lambda directive: _written(moment, directive[0]), date_format)


def unknown_directive(date_format: str) -> str:
    """Return the first directive of a format that is not known, empty where all are."""
    return next((one for one in _DIRECTIVE.findall(date_format) if one not in _WRITTEN), "")


_SPACE = re.compile(r"\s+")
_SHOWN_AMOUNT = re.compile(
    r"(?:[¥￥$€£] ?)?((?:[0-9]{1,3}(?:[,，][0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)( ?[元圆])?"
)
_CLOCK = r"(?P<hour>[0-9]{1,2})(?::|点)(?P<minute>[0-9]{2})(?:分|:(?P<second>[0-9]{2}))?"
_MOMENT = re.compile(
    r"(?:(?P<year>[0-9]{4})[-/.年](?P<month>[0-9]{1,2})[-/.月](?P<day>[0-9]{1,2})日?)?"
    rf"(?:(?:^|[ T]){_CLOCK})?"
)
_COMPACT = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_DIRECTIVE = re.compile(r"%-?.?", re.DOTALL)
_WRITTEN = {
    "%Y": "{0.year:04}",
    "%m": "{0.month:02}",
    "%d": "{0.day:02}",
    "%H": "{0.hour:02}",
    "%M": "{0.minute:02}",
    "%S": "{0.second:02}",
    "%-m": "{0.month}",
    "%-d": "{0.day}",
    "%-H": "{0.hour}",
    "%%": "%",
}
"""Written out here, for what strftime makes of Chinese text is up to the machine's locale."""


def _needs_date(date_format: str) -> bool:
    return bool({"%Y", "%m", "%d", "%-m", "%-d"} & set(_DIRECTIVE.findall(date_format)))


def _written(moment: datetime, directive: str) -> str:
    return _WRITTEN[directive].format(moment)
