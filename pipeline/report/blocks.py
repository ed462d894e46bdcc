"""What a report is made of, whatever draws it: sections of sentences, tables, facts and tiles."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.language import Text
from pipeline.report.figures.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Num:
    """A number in a table; figure names it for programs that read the page."""

    value: int | str
    figure: str | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a whole, drawn in a tone."""

    part: int
    whole: int
    tone: str


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and what stands below it: text, wide, code, count, share, mark or bar.

    earlier is a number of an earlier run; aside, a number for which only the page has room.
    """

    title: Text | str
    kind: str = "text"


Cell = Text | str | Num | Bar | float
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, the first of which names its row. A grid stays wide, and is scrolled."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    grid: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that stands out in a tone, or a remark. A tile of the page may say it already."""

    text: Text | str
    tone: str = ""
    figure: str | None = None
    in_tiles: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what they are."""

    facts: Sequence[tuple[Text, Text | str]]


@dataclass(frozen=True, slots=True)
class Tile:
    """A large number with its name above and a remark below."""

    figure: str
    name: Text
    count: int
    tone: str
    below: Text | str


Block = Table | Sentence | Facts | Timeline


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it."""

    key: str
    title: Text
    blocks: Sequence[Block]
