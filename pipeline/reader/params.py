"""Take the values that a template's parameters need."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.core.model import Rejection
from pipeline.reader.columns import INVISIBLE, Columns

SHOWN_ERRORS = frozenset(
    re.findall(
        r"\S+",
        "#N/A #REF! #VALUE! #DIV/0! #NAME? #NULL! #NUM! #GETTING_DATA #SPILL! #CALC! #FIELD! "
        "#BLOCKED! #CONNECT! #UNKNOWN! #BUSY!",
    )
)
"""What a spreadsheet shows where a formula has no value."""


@dataclass(frozen=True, slots=True)
class ValueColumns:
    """One list of n values per wanted field; rejected maps a position to reason and column."""

    values: tuple[list[str], ...]
    rejected: dict[int, tuple[Rejection, str]]


@dataclass(frozen=True, slots=True)
class ValueRules:
    """What a value must be: not empty, but in the columns named; not longer than chars_max."""

    may_be_empty: frozenset[str] = frozenset()
    chars_max: int | None = None


def take_values(
    cells: Sequence[Sequence[str]], columns: Columns, rules: ValueRules
) -> ValueColumns:
    """Take the wanted ones of a block's columns.

    Values lose white space and invisible marks around them, and nothing else, before the rules
    judge them. A formula's error, as a spreadsheet writes it into a CSV, is no value.
    """
    rejected: dict[int, tuple[Rejection, str]] = {}
    values: list[list[str]] = []
    for position, name in zip(columns.fields, columns.field_names, strict=True):
        column = _stripped(cells[position])
        values.append(column)
        for why, positions in _judged(column, rules, may_be_empty=name in rules.may_be_empty):
            for at in positions:
                rejected.setdefault(at, (why, name))
    return ValueColumns(tuple(values), rejected)


def _judged(
    column: Sequence[str], rules: ValueRules, *, may_be_empty: bool
) -> Iterator[tuple[Rejection, list[int]]]:
    yield Rejection.VALUE_MISSING, _errors(column)
    if not may_be_empty and "" in column:
        yield Rejection.VALUE_MISSING, [at for at, text in enumerate(column) if not text]
    longest = rules.chars_max
    if longest is not None and max(map(len, column), default=0) > longest:
        yield (
            Rejection.VALUE_TOO_LONG,
            [at for at, text in enumerate(column) if len(text) > longest],
        )


def _errors(column: Sequence[str]) -> list[int]:
    """Find what a spreadsheet wrote instead of a value: #N/A, #REF! and their like."""
    if "#" not in "".join(column):
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
