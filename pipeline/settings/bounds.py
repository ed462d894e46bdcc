"""Kinds of values that keys of the campaign file have, each with what its key must be or do.

The description of a bound goes on where "the key x.y must" ends: it is the sentence that an
operator reads. A value of another type is refused before its bounds are looked at.
"""

import os
import re
from typing import Annotated

from msgspec import Meta

from pipeline.core.text import HIDDEN
from pipeline.language import Text, Words, filled, marked

_MOST = 1_000_000_000
"""More of anything is a slip; and what is reckoned from it stays a date, and a number that fits."""

_NAME_BYTES_MAX = 255
_PATH_BYTES_MAX = 4000
"""Of Linux, less what is put below a state folder."""


def path_slip(text: str) -> Text:
    """Say why no file can have a path; empty where one can."""
    if "\0" in text:
        return Words("a path cannot hold the character NUL")
    parts = text.encode(errors="surrogateescape").split(b"/")
    if max(map(len, parts)) > _NAME_BYTES_MAX or len(text.encode()) > _PATH_BYTES_MAX:
        return filled(
            "a path has at most {path} bytes, and each name in it {name}",
            path=str(_PATH_BYTES_MAX),
            name=str(_NAME_BYTES_MAX),
        )
    return Text()


class FilePath(str):
    """A path relative to the campaign file, absolute once it is read; empty where none is given."""

    __slots__ = ()


def at_home(path: str) -> str:
    """Return a path as a shell reads it: `~` is the user's home, `~name` that of another."""
    return os.path.expanduser(path)  # noqa: PTH111 -- leaves the ~ of nobody as it stands


_SAYS = "says"


def says(text: Text) -> dict[str, Text]:
    """Keep with the bounds of a key how they are said, after "the key ... must"."""
    return {_SAYS: text}


def said_of(bounds: Meta) -> Text:
    """Return how bounds are said; empty where nothing is."""
    text = (bounds.extra or {}).get(_SAYS)
    return text if isinstance(text, Text) else Text()


def within(low: float, high: float, more: str = "") -> Meta:
    """Return the bounds of a number; more is its unit, or whatever else is to be said."""
    return Meta(
        ge=low,
        le=high,
        extra=says(
            filled("be {low} to {high}{more}", low=str(low), high=str(high), more=Words(more))
        ),
    )


def at_least(low: float, what: str) -> Meta:
    """Return the lower bound of a number, which must not be NaN nor more than a billion."""
    return Meta(
        ge=low,
        le=_MOST,
        extra=says(filled("be {what}, at most {most}", what=Words(what), most=str(_MOST))),
    )


Whole = Annotated[
    int,
    Meta(
        ge=-_MOST,
        le=_MOST,
        extra=says(filled("be a whole number, at most {most}", most=str(_MOST))),
    ),
]
"""Any whole number that a person may mean: what it must be is said elsewhere."""

Count = Annotated[int, at_least(0, marked("0 or more"))]
Amount = Annotated[float, at_least(0, marked("0 or more"))]
Yuan = Annotated[float, at_least(0, marked("0 or more yuan"))]
Share = Annotated[
    float, Meta(gt=0, le=1, extra=says(Words("be above 0 and at most 1; 1 is no bound")))
]
AccountId = Annotated[
    str,
    Meta(pattern=r"^[0-9A-Za-z-]{0,100}\Z", extra=says(Words("be an id of letters and digits"))),
]
"""The provider's id of an account, as its console shows it; empty where none is given."""

Name = Annotated[
    str,
    Meta(
        pattern=rf"^(?=.*\S)[^\t\n\r{HIDDEN}]*\Z",
        max_length=64,
        extra=says(Words("have 1 to 64 characters on one line, none of them invisible")),
    ),
]
"""Stands in crontabs, logs and reports: a line break in it would begin a line of its own."""

Template = Annotated[
    str, Meta(pattern=r"^[0-9]{9}\Z", extra=says(Words("be the template's number, 9 digits")))
]

_VARIABLE = Words("be the name of an environment variable, not the secret itself")
Variable = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\Z", extra=says(_VARIABLE))]
OptionalVariable = Annotated[
    str, Meta(pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?\Z", extra=says(_VARIABLE))
]

_USUAL_VARIABLE = re.compile(r"[A-Z][A-Z0-9]{0,20}(?:_[A-Z0-9]{1,20}){1,6}")


def variable_shown(name: str) -> str:
    """Return the name of a variable as a sentence may quote it.

    A key, a token or a password may stand in its place by mistake, and would pass for a name: only
    words in capitals that are joined by _ are shown.
    """
    if _USUAL_VARIABLE.fullmatch(name):
        return name
    return Words(
        "*** (not shown: it may be the secret itself in place of a name such as KOOSEND_SK)"
    )
