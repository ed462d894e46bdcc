"""[message.values]: what a campaign asks for the values of a column."""

import difflib
from collections.abc import Mapping

from msgspec import Struct

from pipeline.core.values import Shape, Spaces, unknown_directive


class ValueKeys(Struct, forbid_unknown_fields=True):
    """[message.values."column"]."""

    default: str | None = None
    spaces: Spaces = Spaces.KEEP
    truncate_chars: int = 0
    date_format: str = ""


def shapes_of(keys: Mapping[str, ValueKeys]) -> Mapping[str, Shape]:
    """Return what is asked for each column, by its name."""
    return {
        name: Shape(one.default, one.spaces, one.truncate_chars, one.date_format)
        for name, one in keys.items()
    }


def mistake_in(shapes: Mapping[str, Shape], fields: tuple[str, ...]) -> str | None:
    """Say what is wrong with the section, if anything is; fields are the columns that are sent."""
    for name, shape in shapes.items():
        key = f'message.values."{name}"'
        if name not in fields:
            near = difflib.get_close_matches(name, fields, n=1, cutoff=0.5)
            meant = f"; did you mean {near[0]}?" if near else "; remove it, or name it in params"
            return f"the section {key} names a column whose values are not sent{meant}"
        if shape.truncate_chars < 0:
            return f"the key {key}.truncate_chars must be 0 (cut nothing) or more"
        wrong = unknown_directive(shape.date_format)
        if wrong:
            return (
                f"the key {key}.date_format has {wrong}, which is not known; use %Y %m %d %H %M "
                "%S, without a leading zero %-m %-d %-H, and %% for a percent sign"
            )
    return None
