"""Take the values that a template's parameters need."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.core.parameters import FieldRules
from pipeline.core.rejection import Adjustment, Rejection
from pipeline.reader.columns import INVISIBLE, Columns
from pipeline.reader.values import objections, shape

SHOWN_ERRORS = frozenset(
    re.findall(
        r"\S+",
        "#N/A #REF! #VALUE! #DIV/0! #NAME? #NULL! #NUM! #GETTING_DATA #SPILL! #CALC! #FIELD! "
        "#BLOCKED! #CONNECT! #UNKNOWN! #BUSY!",
    )
) | {f"{word}{number}" for word in ("Err:", "错误:", "错误：") for number in range(500, 600)}
"""What a spreadsheet shows where a formula has no value; Err:502 is LibreOffice's own."""

_ERROR_SIGNS = ("#", "Err:", "错误")


@dataclass(frozen=True, slots=True)
class ValueColumns:
    """One list of n values per wanted field; rejected maps a position to reason and column.

    adjusted: by column and what was done, the positions it was done to.
    """

    values: tuple[list[str], ...]
    rejected: dict[int, tuple[Rejection, str]]
    adjusted: dict[tuple[str, Adjustment], list[int]]


@dataclass(frozen=True, slots=True)
class ValueRules:
    """What a value must be: not empty, but in the columns named, and as its field's rules say.

    fields: in the order of the wanted columns; empty where nothing more is asked.
    """

    may_be_empty: frozenset[str] = frozenset()
    fields: tuple[FieldRules, ...] = ()

    def of(self, at: int) -> FieldRules:
        """Return the rules of the field at a place."""
        return self.fields[at] if self.fields else FieldRules()


def take_values(
    cells: Sequence[Sequence[str]], columns: Columns, rules: ValueRules
) -> ValueColumns:
    """Take the wanted ones of a block's columns.

    Values lose white space and invisible marks around them, and are shaped as the campaign asks,
    before the rules judge them. A formula's error, as a spreadsheet writes it into a CSV, is no
    value.
    """
    taken = ValueColumns((), {}, {})
    values: list[list[str]] = []
    for at, (position, name) in enumerate(zip(columns.fields, columns.field_names, strict=True)):
        asked = rules.of(at)
        column = _stripped(cells[position])
        errors = _errors(column)
        shaped = shape(column, asked)
        values.append(shaped.values)
        _reject(taken, name, ((place, Rejection.VALUE_MISSING) for place in errors))
        _reject(taken, name, shaped.wrong.items())
        if name not in rules.may_be_empty and asked.shape.default is None:
            _reject(taken, name, _missing(shaped.values))
        _reject(taken, name, objections(shaped.values, asked))
        for what, places in shaped.adjusted.items():
            taken.adjusted[name, what] = places
    return ValueColumns(tuple(values), taken.rejected, taken.adjusted)


def _reject(taken: ValueColumns, name: str, found: Iterable[tuple[int, Rejection]]) -> None:
    for at, why in found:
        taken.rejected.setdefault(at, (why, name))


def _missing(column: Sequence[str]) -> Iterator[tuple[int, Rejection]]:
    if "" in column:
        yield from ((at, Rejection.VALUE_MISSING) for at, text in enumerate(column) if not text)


def _errors(column: Sequence[str]) -> list[int]:
    """Find what a spreadsheet wrote instead of a value: #N/A, #REF! and their like."""
    joined = "".join(column)
    if not any(sign in joined for sign in _ERROR_SIGNS):
        return []
    return [at for at, text in enumerate(column) if text in SHOWN_ERRORS]


def _stripped(column: Sequence[str]) -> list[str]:
    stripped = list(map(str.strip, column))
    joined = "".join(stripped)
    # Nearly every column is free of them, and a few searches in one text are next to nothing.
    if joined.isascii() or not any(mark in joined for mark in INVISIBLE):
        return stripped
    return [_without_marks(text) for text in stripped]


def _without_marks(text: str) -> str:
    while (bare := text.strip(INVISIBLE).strip()) != text:
        text = bare
    return text
