"""[message.values]: what a campaign asks for the values of a column."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from msgspec import Struct

from pipeline.core.model import Message
from pipeline.core.text import brief
from pipeline.core.values import Shape, Spaces, unknown_directive
from pipeline.language import Text, Words, filled
from pipeline.settings.bounds import Whole


class ValueKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """[message.values."column"]: the keys of a core Shape, which could not refuse unknown ones."""

    default: str | None = None
    spaces: Spaces = Spaces.KEEP
    truncate_chars: Whole = 0
    date_format: str = ""

    def shape(self) -> Shape:
        """Return what is asked for the column."""
        return Shape(self.default, self.spaces, self.truncate_chars, self.date_format)


def shapes_of(asked: Mapping[str, ValueKeys], fill_down: Collection[str]) -> dict[str, Shape]:
    """Return what is asked for each column, here and by [source] fill_down."""
    shapes = {column: keys.shape() for column, keys in asked.items()}
    for column in fill_down:
        shapes[column] = replace(shapes.get(column, Shape()), fill_down=True)
    return shapes


def fill_mistakes(fill_down: Collection[str], phone: str, message: Message) -> Iterator[Text]:
    """Yield what is wrong with [source] fill_down: a person's own cell is nobody else's."""
    own = {phone: "a number"}
    code = message.short_url.custom_code
    if code is not None and code.field is not None:
        own[message.fields[code.field]] = "a code"
    for name in fill_down:
        if name in own:
            yield (
                filled(
                    "the key source.fill_down names {name}, which holds {own} for each "
                    "person: remove it there",
                    name=brief(name),
                    own=own[name],
                )
            )


def mistakes(shapes: Mapping[str, Shape], fields: tuple[str, ...]) -> Iterator[Text]:
    """Yield what is wrong with the section; fields are the columns that are sent."""
    for name, shape in shapes.items():
        shown = brief(name)
        key = f'message.values."{shown}"'
        if name not in fields:
            near = difflib.get_close_matches(name, fields, n=1, cutoff=0.5)
            meant = (
                filled("; did you mean {near}?", near=brief(near[0]))
                if near
                else Words("; remove it, or name it in params")
            )
            where = (
                filled("key source.fill_down ({shown})", shown=shown)
                if shape.fill_down
                else f"section {key}"
            )
            yield filled(
                "the {where} names a column whose values are not sent{meant}",
                where=where,
                meant=meant,
            )
        if shape.truncate_chars < 0:
            yield filled("the key {key}.truncate_chars must be 0 (cut nothing) or more", key=key)
        wrong = unknown_directive(shape.date_format)
        if wrong:
            yield (
                filled(
                    "the key {key}.date_format has {wrong}, which is not known; use %Y %m "
                    "%d %H %M %S, without a leading zero %-m %-d %-H, and %% for a percent "
                    "sign",
                    key=key,
                    wrong=wrong,
                )
            )
