"""Read ods: each cell holds its value and, beside it, the text that it is shown as."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from pipeline.language import filled
from pipeline.reader.files.archive import protected
from pipeline.reader.files.raw import SHOWN_ERROR, Merged
from pipeline.reader.limits import COLUMNS_MAX, ROWS_MAX
from pipeline.reader.workbooks.gathering import (
    MERGED_ROWS,
    Gathering,
    Sheet,
    too_long,
    too_wide,
)
from pipeline.reader.workbooks.markup import DEPTH_MAX, parse, safe_parser, too_deep, walk
from pipeline.reader.workbooks.parts import Package
from pipeline.reader.workbooks.protocol import Block, SheetNote
from pipeline.reader.workbooks.shown.codes import NotKnown
from pipeline.reader.workbooks.shown.figures import NUMBER, SURE_MAX, held
from pipeline.reader.workbooks.shown.formats import Cell, faulty, told
from pipeline.reader.workbooks.shown.moments import iso_moment, iso_span

CONTENT = "content.xml"
_STYLES = "styles.xml"
_MANIFEST = "META-INF/manifest.xml"
_SPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT, _STYLE = (
    f"{_SPACE}{name}:1.0 " for name in ("office", "table", "text", "style")
)
_DATA = f"{_SPACE}datastyle:1.0 "
_ERROR_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"

_TABLES = (
    f"{_OFFICE}document-content",
    f"{_OFFICE}body",
    f"{_OFFICE}spreadsheet",
)
_ROWS_AROUND = frozenset(
    f"{_TABLE}{name}" for name in ("table-row-group", "table-header-rows", "table-rows")
)
_CELLS = frozenset({f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"})
_WITHIN_TEXT = frozenset(f"{_TEXT}{name}" for name in ("span", "a", "meta", "ruby", "ruby-base"))
_REPEATED_MAX = 1 << 31
_BLANKS = re.compile(r"[ \t\r\n]+")
_BLANKS_MAX = 1_000
_GROUPED = re.compile(r"[\s,'\u00a0\u202f]")
_BRACKETED = re.compile(r"\((.+)\)")
_FRACTION = re.compile(r"(-?)(?:([0-9]+) +)?([0-9]+) */ *([1-9][0-9]*)")
_FRACTION_OFF_MAX = 0.06
"""Half of what lies between two ninths, the finest that one digit below the line can tell."""

_CLOCK = re.compile("[:：时時点點]")


@dataclass(slots=True)
class _Looks:
    """What styles say of cells: by a style's name, its data style, and what kind that is."""

    data_of: dict[str, str] = field(default_factory=dict)
    bare: set[str] = field(default_factory=set)
    elapsed: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    _data: str = ""
    _style: str = ""

    def visit(self, path: tuple[str, ...], attributes: Mapping[str, str]) -> None:
        """Take up an element of a part's styles."""
        name = path[-1] if " " in path[-1] else f"{_OFFICE}{path[-1]}"
        named = attributes.get(f"{_STYLE}name", "")
        if name == f"{_STYLE}style":
            self._data = ""
            self.data_of[named] = attributes.get(f"{_STYLE}data-style-name", "")
            self._style = named
        elif name == f"{_STYLE}table-properties":
            if attributes.get(f"{_TABLE}display") == "false":
                self.hidden.add(self._style)
        elif name.startswith(_DATA):
            self._visit_data(name.removeprefix(_DATA), named, attributes)

    def _visit_data(self, tag: str, named: str, attributes: Mapping[str, str]) -> None:
        if tag.endswith("-style"):
            self._data = named
            if tag == "number-style":
                self.bare.add(named)
            if attributes.get(f"{_DATA}truncate-on-overflow") == "false":
                self.elapsed.add(named)
        elif tag in {"text", "embedded-text"}:
            self.bare.discard(self._data)

    def is_bare(self, style: str) -> bool:
        """Tell whether numbers of a style are shown as such."""
        data = self.data_of.get(style, "") if style else ""
        return not data or data in self.bare

    def is_elapsed(self, style: str) -> bool:
        """Tell whether times of a style go on beyond 24 hours."""
        return self.data_of.get(style, "") in self.elapsed


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that stands so many times from a line on, which counts from 1."""

    line: int
    count: int
    cells: Sequence[str]
    notes: Sequence[tuple[int, Cell]]


@dataclass(slots=True)
class _Table:
    """A sheet as it was read; wide where cells lie beyond the columns that are read."""

    name: str
    hidden: bool
    rows: list[_Row] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    wide: bool = False
    seen: int = 0


class Ods:
    """An OpenDocument spreadsheet."""

    form = "ods"

    def __init__(self, package: Package) -> None:
        """Read all of its sheets. Raises SourceDamaged."""
        self._where = package.where
        _refuse_locked(package)
        looks = _Looks()
        if package.has(_STYLES):
            walk(package.pieces(_STYLES), self._where, looks.visit)
        reading = _Reading(self._where, looks)
        reading.through(package.pieces(CONTENT))
        self._tables = reading.tables
        self.sheets = tuple(SheetNote(one.name, one.hidden) for one in self._tables)

    def read(self, sheet: int, block_rows: int) -> Sheet:
        table = self._tables[sheet]
        where = filled("sheet {table} of {where}", table=table.name, where=self._where)
        if table.wide:
            raise too_wide(where)
        last = table.rows[-1] if table.rows else None
        if last is not None and last.line + last.count - 1 > ROWS_MAX:
            raise too_long(where)
        return Sheet(tuple(table.merged), _blocks(table, Gathering(where, block_rows)))


def _blocks(table: _Table, gathering: Gathering) -> Iterator[Block]:
    for row in table.rows:
        for line in range(row.line, row.line + row.count):
            gathering.add(line, list(row.cells), row.notes)
            yield from gathering.blocks(final=False)
    yield from gathering.blocks(final=True)
    gathering.close(table.seen)


def _refuse_locked(package: Package) -> None:
    def visit(path: tuple[str, ...], _attributes: Mapping[str, str]) -> None:
        if path[-1].endswith("encryption-data"):
            raise protected(package.where)

    if package.has(_MANIFEST):
        walk(package.pieces(_MANIFEST), package.where, visit)


class _Reading:
    """A document's XML, element by element."""

    def __init__(self, where: str, looks: _Looks) -> None:
        self.tables: list[_Table] = []
        self._where = where
        self._looks = looks
        self._parser = safe_parser(where)
        self._path: list[str] = []
        self._table: _Table | None = None
        self._next_line = 1
        self._row_count = 1
        self._cells: list[str] = []
        self._notes: list[tuple[int, Cell]] = []
        self._column = 0
        self._cell: dict[str, str] | None = None
        self._paragraphs: list[_Paragraph] = []
        self._skipping = 0

    def through(self, pieces: Iterable[bytes]) -> None:
        """Read the document to its end."""
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        parse(self._parser, pieces, self._where)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        path = self._path
        if len(path) > DEPTH_MAX:
            raise too_deep(self._where)
        path.append(name)
        if self._skipping:
            self._skipping += 1
        elif self._cell is not None:
            self._start_within_cell(name, attributes)
        elif name in _CELLS and self._is_in_row():
            self._cell = attributes
            self._paragraphs = []
        elif name == f"{_TABLE}table-row" and self._is_in_table():
            self._row_count = _count(attributes, "rows")
            self._cells, self._notes, self._column = [], [], 0
        elif name == f"{_TABLE}table" and tuple(path[:-1]) == _TABLES:
            self._begin_table(attributes)
        elif len(path) > 1 and path[1] == f"{_OFFICE}automatic-styles":
            self._looks.visit((name,), attributes)

    def _is_in_table(self) -> bool:
        around = self._path[len(_TABLES) + 1 : -1]
        return self._table is not None and set(around) <= _ROWS_AROUND

    def _is_in_row(self) -> bool:
        path = self._path
        return (
            self._table is not None
            and path[-2] == f"{_TABLE}table-row"
            and set(path[len(_TABLES) + 1 : -2]) <= _ROWS_AROUND
        )

    def _begin_table(self, attributes: Mapping[str, str]) -> None:
        hidden = attributes.get(f"{_TABLE}style-name", "") in self._looks.hidden
        self._table = _Table(attributes.get(f"{_TABLE}name", ""), hidden)
        self.tables.append(self._table)
        self._next_line = 1

    def _start_within_cell(self, name: str, attributes: Mapping[str, str]) -> None:
        inside = self._path[-2]
        if name == f"{_TEXT}p" and inside in _CELLS:
            self._paragraphs.append(_Paragraph())
        elif not self._paragraphs or inside in _CELLS:
            self._skipping = 1
        elif name == f"{_TEXT}s":
            self._paragraphs[-1].add(" " * min(_count(attributes, "", f"{_TEXT}c"), _BLANKS_MAX))
        elif name == f"{_TEXT}tab":
            self._paragraphs[-1].add("\t")
        elif name == f"{_TEXT}line-break":
            self._paragraphs[-1].add("\n")
        elif name not in _WITHIN_TEXT:
            self._skipping = 1

    def _characters(self, text: str) -> None:
        if self._paragraphs and not self._skipping and self._path[-1] not in _CELLS:
            self._paragraphs[-1].add_raw(text)

    def _end(self, name: str) -> None:
        self._path.pop()
        if self._skipping:
            self._skipping -= 1
        elif self._cell is not None:
            if name in _CELLS:
                self._end_cell(self._cell)
                self._cell = None
        elif name == f"{_TABLE}table-row" and self._table is not None:
            if set(self._path[len(_TABLES) + 1 :]) <= _ROWS_AROUND:
                self._end_row(self._table)
        elif name == f"{_TABLE}table" and tuple(self._path) == _TABLES:
            self._table = None

    def _end_row(self, table: _Table) -> None:
        line, count = self._next_line, self._row_count
        self._next_line += count
        if not self._cells:
            return
        cells = len(self._cells) - self._cells.count("")
        table.seen += cells * count
        # One row more than are read is enough to be refused.
        table.rows.append(_Row(line, min(count, ROWS_MAX + 1), self._cells, self._notes))

    def _end_cell(self, attributes: Mapping[str, str]) -> None:
        table = self._table
        if table is None:
            return
        shown = "\n".join(one.text for one in self._paragraphs) if self._paragraphs else None
        self._paragraphs = []
        count = _count(attributes, "columns")
        column = self._column
        self._column += count
        self._note_merged(table, attributes, column)
        cell = _shown(attributes, shown, self._looks)
        if not cell.text and cell.held is None and cell.fault is None:
            return
        if self._column > COLUMNS_MAX:
            table.wide = True
            return
        self._cells.extend([""] * (column - len(self._cells)))
        self._cells.extend([cell.text] * count)
        if cell.held is not None or cell.fault is not None:
            self._notes.extend((at, cell) for at in range(column, column + count))

    def _note_merged(self, table: _Table, cell: Mapping[str, str], column: int) -> None:
        rows = _count(cell, "", f"{_TABLE}number-rows-spanned")
        columns = _count(cell, "", f"{_TABLE}number-columns-spanned")
        top = self._next_line - 1
        if (rows > 1 or columns > 1) and top < MERGED_ROWS:
            table.merged.append((top, column, top + rows - 1, column + columns - 1))


def _count(attributes: Mapping[str, str], what: str, name: str = "") -> int:
    """Return how often something stands there; once where nothing is said."""
    text = attributes.get(name or f"{_TABLE}number-{what}-repeated", "1").strip()
    if not (text.isascii() and text.isdecimal()):
        return 1
    return max(1, min(int(text[:12]), _REPEATED_MAX))


@dataclass(slots=True)
class _Paragraph:
    """A paragraph of a cell: stretches of blanks in the XML are one, and none at its ends."""

    _pieces: list[tuple[bool, str]] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Add what stands there as it is."""
        self._pieces.append((False, text))

    def add_raw(self, text: str) -> None:
        """Add text of the XML."""
        self._pieces.append((True, text))

    @property
    def text(self) -> str:
        """Return what is shown."""
        made: list[str] = []
        may_begin = False
        for raw, piece in self._pieces:
            plain = _BLANKS.sub(" ", piece) if raw else piece
            made.append(plain if may_begin or not raw else plain.lstrip(" "))
            may_begin = not (raw and plain.endswith(" "))
        text = "".join(made)
        return text.rstrip(" ") if self._pieces and self._pieces[-1][0] else text


def _shown(cell: Mapping[str, str], shown: str | None, looks: _Looks) -> Cell:
    """Return what a cell shows: its text, where its value does not say the same."""
    kind = cell.get(f"{_OFFICE}value-type", "")
    style = cell.get(f"{_TABLE}style-name", "")
    if cell.get(_ERROR_TYPE) == "error":
        return Cell((shown or "").strip() or "#UNKNOWN!", None, SHOWN_ERROR)
    try:
        match kind:
            case "" | "string":
                return Cell(cell.get(f"{_OFFICE}string-value", "") if shown is None else shown)
            case "float" | "percentage" | "currency":
                return _number(cell.get(f"{_OFFICE}value", ""), shown, kind, looks.is_bare(style))
            case "boolean":
                truth = {"true": "TRUE", "false": "FALSE"}
                return Cell(truth[cell.get(f"{_OFFICE}boolean-value", "")])
            case "date":
                return Cell(_day(cell.get(f"{_OFFICE}date-value", ""), shown))
            case "time":
                value = cell.get(f"{_OFFICE}time-value", "")
                return Cell(_time(value, elapsed=looks.is_elapsed(style)))
    except (NotKnown, KeyError):
        return faulty(shown or "", f"{kind} {shown or ''}")
    return faulty(shown or "", f"type {kind}")


def _day(value: str, shown: str | None) -> str:
    text = iso_moment(value)
    return text if shown is None or _CLOCK.search(shown) else text[:10]


def _time(value: str, *, elapsed: bool) -> str:
    text = iso_span(value)
    hours, _, rest = text.partition(":")
    if elapsed or text.startswith("-"):
        return text
    return f"{int(hours) % 24:02}:{rest}"


def _number(value: str, shown: str | None, kind: str, bare: bool) -> Cell:  # noqa: FBT001 -- said once
    if not NUMBER.fullmatch(value.strip()):
        return faulty(shown or "", f"{kind} {value}")
    number = float(value)
    plain = held(number)
    shown = None if shown is None else shown.strip()
    if shown is None and (kind != "float" or not bare):
        return Cell(plain, plain, told(f"{kind} {plain}"))
    if shown is not None and set(shown) == {"#"}:
        return Cell(plain, plain, told(shown))
    if shown is None or _says(shown, number):
        return Cell(plain) if abs(number) < SURE_MAX else Cell(plain, plain, plain)
    return Cell(shown, plain)


def _says(shown: str, number: float) -> bool:
    """Tell whether a text is a number, but for the places that it leaves out."""
    fraction = _FRACTION.fullmatch(shown)
    if fraction is not None:
        sign, whole, part, of = fraction.groups(default="0")
        size = int(whole) + int(part) / int(of)
        return abs((-size if sign == "-" else size) - number) <= _FRACTION_OFF_MAX
    return any(
        _is_near(text, number)
        for text in (_GROUPED.sub("", shown), shown.replace(".", "").replace(",", "."))
    )


def _is_near(text: str, number: float) -> bool:
    bracketed = _BRACKETED.fullmatch(text)
    text = f"-{bracketed[1]}" if bracketed else text
    if not NUMBER.fullmatch(text):
        return False
    try:
        said = Decimal(text)
    except InvalidOperation:
        return False
    exponent = said.as_tuple().exponent
    unit = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    return abs(said - Decimal(number)) <= unit / 2 + abs(said) * Decimal("1e-14")
