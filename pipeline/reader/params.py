"""Take the values that a template's parameters need."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core.model import Rejection
from pipeline.reader.columns import INVISIBLE, Columns


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
    judge them.
    """
    rejected: dict[int, tuple[Rejection, str]] = {}
    values: list[list[str]] = []
    for position, name in zip(columns.fields, columns.field_names, strict=True):
        column = _stripped(cells[position])
        values.append(column)
        if name not in rules.may_be_empty and "" in column:
            for at, text in enumerate(column):
                if not text:
                    rejected.setdefault(at, (Rejection.VALUE_MISSING, name))
        if rules.chars_max is not None and max(map(len, column), default=0) > rules.chars_max:
            for at, text in enumerate(column):
                if len(text) > rules.chars_max:
                    rejected.setdefault(at, (Rejection.VALUE_TOO_LONG, name))
    return ValueColumns(tuple(values), rejected)


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
