"""Write what a spreadsheet holds so that it can stand in a campaign file."""

import re

from pipeline.core.phones import mask
from pipeline.core.text import escaped, one_line
from pipeline.core.values import dated

_BREAKS = re.compile(r"[\t\n\r]+")
_DIGITS_OF_A_NUMBER = 7
"""No shorter number needs hiding."""


def quoted(text: str) -> str:
    """Write a text as TOML does, between double quotes."""
    text = _BREAKS.sub(" ", text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped(text)}"'


def shown(cell: str) -> str:
    """Return a cell as a person may see it: dates as they are, long numbers hidden."""
    text = one_line(cell).strip()
    if is_date(text):
        return text
    digits = re.sub(r"\D", "", text)
    return mask(digits) if len(digits) >= _DIGITS_OF_A_NUMBER else text


def is_date(text: str) -> bool:
    """Tell whether a cell is a day of this century or the last, with or without a time."""
    year = dated(text, "%Y")
    return year is not None and year[:2] in {"19", "20"}
