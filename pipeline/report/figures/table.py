"""Hold rows as columns of cells, and write them as lines of a CSV."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

Cell = str | int

_MARKS = '",\r\n'
_QUOTED = re.compile(f"[{_MARKS}]")


@dataclass(frozen=True, slots=True)
class Table:
    """n rows: by name, a list of n cells for each column, every text of them safe to open."""

    columns: Mapping[str, Sequence[Cell]]

    def __len__(self) -> int:
        """Count the rows."""
        return len(next(iter(self.columns.values())))

    def __getitem__(self, name: str) -> Sequence[Cell]:
        """Return a column."""
        return self.columns[name]

    def texts(self, name: str) -> Sequence[str]:
        """Return a column of texts."""
        return self.columns[name]  # type: ignore[return-value]  # whoever asks knows the column

    def first(self, count: int) -> "Table":
        """Return the first rows."""
        return Table({name: cells[:count] for name, cells in self.columns.items()})

    def where(self, names: Sequence[str], wanted: Collection[tuple[Cell, ...]]) -> "Table":
        """Return the rows whose cells in some columns are one of the wanted combinations."""
        flags = [key in wanted for key in self.keys(names)]
        if not any(flags):
            return self.first(0)
        return Table({name: list(compress(cells, flags)) for name, cells in self.columns.items()})

    def keys(self, names: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
        """Yield for each row its cells in some columns."""
        return zip(*(self.columns[name] for name in names), strict=True)

    def lines(self) -> Iterator[tuple[Cell, ...]]:
        """Yield the rows."""
        return zip(*self.columns.values(), strict=True)

    def csv(self) -> str:
        """Write the rows as lines of a CSV, a cell in quotes where it must be."""
        columns = [_quoted(cells) for cells in self.columns.values()]
        return "".join([f"{line}\n" for line in map(",".join, zip(*columns, strict=True))])


def _quoted(cells: Sequence[Cell]) -> Sequence[str]:
    texts = list(map(str, cells))
    joined = "".join(texts)
    if not any(mark in joined for mark in _MARKS):
        return texts
    return ['"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text for text in texts]
