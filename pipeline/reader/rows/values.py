"""Take the values that a template's parameters need."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipeline.core.legible.judgement import objections as objections_to_texts
from pipeline.core.model import Adjustment, Rejection
from pipeline.core.values import (
    FieldRules,
    Shape,
    Spaces,
    ValueRule,
    dated,
    plain_amount,
    squeezed,
    truncated,
)
from pipeline.reader.files.header import INVISIBLE, Columns
from pipeline.reader.rows.day_numbers import DateTally
from pipeline.reader.rows.joined import JoinedColumn

_SPACE = re.compile(r"\s")
_SHOWN = re.compile("[,，¥￥$€£ ]")


@dataclass(slots=True)
class Shaped:
    """A column's values after shaping.

    wrong: positions of values that could not be shaped. adjusted: positions of those that were.
    """

    values: Sequence[str]
    wrong: dict[int, Rejection] = field(default_factory=dict)
    adjusted: dict[Adjustment, list[int]] = field(default_factory=dict)

    def change(self, adjustment: Adjustment, made: Callable[[str], str]) -> None:
        """Replace each value by what is made of it, and note those that were others before."""
        self.put(adjustment, [made(text) for text in self.values])

    def put(self, adjustment: Adjustment, values: list[str]) -> None:
        """Take new values, and note which ones are not as before."""
        pairs = enumerate(zip(self.values, values, strict=True))
        changed = [at for at, (old, new) in pairs if old != new]
        if changed:
            self.adjusted[adjustment] = changed
            self.values = values


def shape(values: Sequence[str], asked: FieldRules) -> Shaped:
    """Do to a column's values what the campaign asks, in the order that docs tell."""
    shaped = Shaped(values)
    wanted = asked.shape
    if wanted == Shape() and not asked.plain_amounts:
        return shaped
    if wanted.spaces is not Spaces.KEEP and _SPACE.search("".join(shaped.values)):
        shaped.change(Adjustment.SPACES, lambda text: squeezed(text, wanted.spaces))
    if wanted.date_format:
        _date(shaped, wanted.date_format)
    if asked.plain_amounts and _SHOWN.search("".join(shaped.values)):
        shaped.change(Adjustment.PLAIN_AMOUNT, plain_amount)
    longest = wanted.truncate_chars
    # A rare character counts as two, so that half as many may be too many.
    if longest and 2 * max(map(len, shaped.values), default=0) > longest:
        shaped.change(Adjustment.TRUNCATED, lambda text: truncated(text, longest))
    default = wanted.default
    if default is not None and "" in shaped.values:
        shaped.adjusted[Adjustment.DEFAULTED] = [
            at for at, text in enumerate(shaped.values) if not text
        ]
        shaped.values = [text or default for text in shaped.values]
    return shaped


def objections(column: JoinedColumn, asked: FieldRules) -> Iterator[tuple[int, Rejection]]:
    """Yield the positions of the values that break a rule, and which; some more than once."""
    for rule in asked.rules:
        for at in _to_be_looked_at(column, rule):
            why = rule.objection(column.values[at])
            if why is not None:
                yield at, why


def _to_be_looked_at(column: JoinedColumn, rule: ValueRule) -> Iterable[int]:
    if not column.is_sure:
        return range(len(column.values))
    lengths = column.lengths
    if len(lengths) and rule.all_right(column.characters, int(lengths.min()), int(lengths.max())):
        return ()
    return rule.unsure(column.text)


def _date(shaped: Shaped, date_format: str) -> None:
    written = {text: dated(text, date_format) for text in set(shaped.values)}
    shaped.wrong = {
        at: Rejection.VALUE_NOT_A_DATE
        for at, text in enumerate(shaped.values)
        if text and written[text] is None
    }
    shaped.put(Adjustment.DATED, [written[text] or text for text in shaped.values])


SHOWN_ERRORS = frozenset(
    re.findall(
        r"\S+",
        "#N/A #REF! #VALUE! #DIV/0! #NAME? #NULL! #NUM! #GETTING_DATA #SPILL! #CALC! #FIELD! "
        "#BLOCKED! #CONNECT! #UNKNOWN! #BUSY!",
    )
) | {f"{word}{number}" for word in ("Err:", "错误:", "错误：") for number in range(500, 600)}
"""What a spreadsheet shows where a formula has no value; Err:502 is LibreOffice's own."""

_ERROR_SIGNS = ("#", "Err:", "错误")
_OF_ERRORS = frozenset("#:误")
_UNSEEN = frozenset(INVISIBLE)


@dataclass(frozen=True, slots=True)
class ValueColumns:
    """One list of n values per wanted field; rejected maps a position to reason and column.

    adjusted: by column and what was done, the positions it was done to.
    """

    values: tuple[Sequence[str], ...]
    rejected: dict[int, tuple[Rejection, str]]
    adjusted: dict[tuple[str, Adjustment], list[int]]


@dataclass(frozen=True, slots=True)
class ValueRules:
    """What a value must be: not empty, but in the columns named, and as its field's rules say.

    fields: in the order of the wanted columns; empty where nothing more is asked.
    """

    may_be_empty: frozenset[str] = frozenset()
    fields: tuple[FieldRules, ...] = ()

    def without_fill_down(self) -> "ValueRules":
        """Return the same rules, but that an empty cell stays so."""
        fields = [replace(one, shape=replace(one.shape, fill_down=False)) for one in self.fields]
        return replace(self, fields=tuple(fields))

    def of(self, at: int) -> FieldRules:
        """Return the rules of the field at a place."""
        return self.fields[at] if self.fields else FieldRules()


def take_values(
    cells: Sequence[Sequence[str]],
    columns: Columns,
    rules: ValueRules,
    tallies: dict[int, DateTally],
) -> ValueColumns:
    """Take the wanted ones of a block's columns.

    Values lose white space and invisible marks around them, and are shaped as the campaign asks,
    before the rules judge them. A formula's error, as a spreadsheet writes it into a CSV, is no
    value. tallies: by the field's place, what is known of the column from the blocks before.
    """
    taken = ValueColumns((), {}, {})
    values: list[Sequence[str]] = []
    for at, (position, name) in enumerate(zip(columns.fields, columns.field_names, strict=True)):
        asked = rules.of(at)
        column = _stripped(JoinedColumn(cells[position]))
        errors = _errors(column)
        shaped = shape(column.values, asked)
        values.append(shaped.values)
        is_as_before = shaped.values is column.values
        shaped_column = column if is_as_before else JoinedColumn(shaped.values)
        _reject(taken, name, ((place, Rejection.VALUE_MISSING) for place in errors))
        _reject(taken, name, shaped.wrong.items())
        if asked.rules and not asked.shape.date_format:
            # As they stood: what was cut or squeezed may no longer show what it was.
            unfit = objections_to_texts(column.values, column.text, column.characters)
            _reject(taken, name, unfit)
            day_numbers = tallies.setdefault(at, DateTally()).day_numbers(column)
            _reject(taken, name, ((place, Rejection.VALUE_DAY_NUMBER) for place in day_numbers))
        if name not in rules.may_be_empty and asked.shape.default is None:
            _reject(taken, name, _missing(shaped_column))
        _reject(taken, name, objections(shaped_column, asked))
        for what, places in shaped.adjusted.items():
            taken.adjusted[name, what] = places
    return ValueColumns(tuple(values), taken.rejected, taken.adjusted)


def _reject(taken: ValueColumns, name: str, found: Iterable[tuple[int, Rejection]]) -> None:
    for at, why in found:
        taken.rejected.setdefault(at, (why, name))


def _missing(column: JoinedColumn) -> Iterator[tuple[int, Rejection]]:
    if column.empty:
        empty = (at for at, text in enumerate(column.values) if not text)
        yield from ((at, Rejection.VALUE_MISSING) for at in empty)


def _errors(column: JoinedColumn) -> list[int]:
    """Find what a spreadsheet wrote instead of a value: #N/A, #REF! and their like."""
    if _OF_ERRORS.isdisjoint(column.characters):
        return []
    if not any(sign in column.text for sign in _ERROR_SIGNS):
        return []
    return [at for at, text in enumerate(column.values) if text in SHOWN_ERRORS]


def _stripped(column: JoinedColumn) -> JoinedColumn:
    """Take white space and invisible marks away from around each value."""
    marked = not _UNSEEN.isdisjoint(column.characters)
    if not marked and not _SPACE.search(column.characters):
        return column
    stripped = list(map(_without_marks if marked else str.strip, column.values))
    return column if stripped == column.values else JoinedColumn(stripped)


def _without_marks(text: str) -> str:
    while (bare := text.strip(INVISIBLE).strip()) != text:
        text = bare
    return text
