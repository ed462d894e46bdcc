"""Fill empty cells from the row above, as they look where cells are merged downwards."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from pipeline.reader.files.header import Columns, plain_name
from pipeline.reader.files.raw import RawBlock
from pipeline.reader.rows.values import ValueRules


@dataclass(slots=True)
class FillDown:
    """Fill the columns of one sheet that a campaign asks it for, block by block.

    A row whose cells cannot be told apart may have begun another group: below it nothing is
    filled until the column holds a value again.
    """

    columns: Sequence[tuple[int, str]]
    _above: dict[int, str] = field(default_factory=dict)
    _faults_above: dict[int, str] = field(default_factory=dict)

    def fill(
        self, raw: RawBlock, blank: Collection[int], torn: Collection[int]
    ) -> tuple[RawBlock, dict[str, list[int]]]:
        """Return the block with its cells filled, and by column the rows where one was.

        blank: rows without any text, which stay so. torn: rows whose cells have no sure place.
        """
        if not self.columns:  # nearly every campaign
            return raw, {}
        columns = list(raw.columns)
        odd = {at: list(row) for at, row in raw.odd.items()}
        filled: dict[str, list[int]] = {}
        for position, name in self.columns:
            column = list(columns[position])
            filled[name] = self._filled(position, column, blank, torn)
            raw = self._with_faults(raw, position, filled[name])
            columns[position] = column
            for at in odd.keys() & set(filled[name]):
                odd[at][position] = column[at]
        return replace(raw, columns=columns, odd=odd), filled

    def _with_faults(self, raw: RawBlock, position: int, filled: Collection[int]) -> RawBlock:
        """Return the block with the faults of cells above told of those filled from them."""
        if raw.notes is None:
            return raw
        faults = dict(raw.notes.faults.get(position, {}))
        places = set(filled)
        above = self._faults_above.get(position)
        for at, cell in enumerate(raw.columns[position]):
            if at not in places:
                above = faults.get(at) if plain_name(cell) else above
            elif above is not None:
                faults[at] = above
        self._faults_above.pop(position, None)
        if above is not None:
            self._faults_above[position] = above
        notes = replace(raw.notes, faults={**raw.notes.faults, position: faults})
        return replace(raw, notes=notes)

    def _filled(
        self, position: int, column: list[str], blank: Collection[int], torn: Collection[int]
    ) -> list[int]:
        """Fill one column's cells in place; return the rows where one was empty."""
        above = self._above.get(position, "")
        places = []
        for at, cell in enumerate(column):
            if at in torn:
                above = ""
            elif at in blank:
                continue
            elif plain_name(cell):
                above = cell
            elif above:
                column[at] = above
                places.append(at)
        self._above[position] = above
        return places


def fill_down_of(columns: Columns, rules: ValueRules) -> FillDown:
    """Return what fills a sheet's columns."""
    places = zip(columns.fields, columns.field_names, strict=True)
    return FillDown([place for at, place in enumerate(places) if rules.of(at).shape.fill_down])
