"""Read a rejected.csv that comes back mended: take off what was added to make it safe to open."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline.core.formulas import GUARD, unguarded
from pipeline.reader.columns import Columns
from pipeline.reader.raw import RawBlock, Row


def without_guards(blocks: Iterable[RawBlock]) -> Iterator[RawBlock]:
    """Yield the blocks with every cell as it stood in the source."""
    for block in blocks:
        yield replace(
            block,
            columns=[_column(column) for column in block.columns],
            odd={at: _column(row) for at, row in block.odd.items()},
        )


def without_places(block: RawBlock, columns: Columns) -> RawBlock:
    """Drop the row of names such as #1 that a source without a header was given."""
    named = not columns.header and block.columns[columns.phone][0].strip() == columns.phone_name
    return block.after(1) if named else block


def _column(cells: Row) -> Row:
    return [unguarded(cell) if cell[:1] == GUARD else cell for cell in cells]
