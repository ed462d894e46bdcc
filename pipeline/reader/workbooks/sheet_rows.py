"""Read the rows of a sheet in XML, in one pass: each cell's place, type, style and value."""

import re
from collections.abc import Iterable, Iterator

from pipeline.language import Words, filled
from pipeline.reader.files.archive import unreadable
from pipeline.reader.workbooks.gathering import Gathering, put_cell, too_long
from pipeline.reader.workbooks.markup import DEPTH_MAX, feed, local, safe_parser, too_deep
from pipeline.reader.workbooks.plain_rows import PlainRows
from pipeline.reader.workbooks.protocol import Block
from pipeline.reader.workbooks.sheet_values import Values
from pipeline.reader.workbooks.shown.formats import Cell, told

_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,10})")
_ROW_DIGITS_MAX = 7
_DIGITS_MAX = 15
_STRINGS_DIGITS_MAX = 8


def column_at(letters: str) -> int:
    """Return a column's place from 0: 0 for A, 26 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


class SheetRows:
    """A sheet's XML, element by element.

    Rows in plain notation are cut out before: see PlainRows.
    """

    def __init__(self, gathering: Gathering, values: Values) -> None:
        """Start before the first row."""
        self._gathering = gathering
        self._values = values
        self._where = gathering.where
        self._parser = safe_parser(self._where)
        self._above: list[str] = []
        self._root = ""
        self._names: dict[str, str] = {}
        self._in_row = False
        self._seen = 0
        self._in_this_row = 0
        self._line = 0
        self._line_text = ""
        self._column = -1
        self._columns: dict[str, int] = {}
        self._row: list[str] = []
        self._notes: list[tuple[int, Cell]] = []
        self._attributes: dict[str, str] | None = None
        self._texts: list[str] | None = None
        self._pending: list[str] = []
        self._plain = PlainRows(self)
        self._known_styles: set[str] = set()
        self._plain_texts: set[str] = set()
        self._plain_numbers: set[str] = set()

    def blocks(self, pieces: Iterable[bytes]) -> Iterator[Block]:
        """Parse the sheet, and hand on its rows as they come. Raises SourceDamaged."""
        self._parser.StartElementHandler = self._start_around
        self._parser.EndElementHandler = self._end_around
        for piece in pieces:
            for part in self._plain.cut(piece):
                feed(self._parser, part, self._where)
            yield from self._gathering.blocks(final=False)
        for part in self._plain.rest():
            feed(self._parser, part, self._where)
        feed(self._parser, b"", self._where, final=True)
        yield from self._gathering.blocks(final=True)
        self._gathering.close(self._seen)

    def _start_around(self, name: str, _attributes: dict[str, str]) -> None:
        """Take up an element outside of the rows."""
        if not self._above:
            self._root = name.removesuffix("worksheet")
            if local(name) != "worksheet":
                raise unreadable(
                    self._where, filled("it is a {name} and no worksheet", name=told(local(name)))
                )
        if len(self._above) > DEPTH_MAX:
            raise too_deep(self._where)
        self._above.append(name)
        if name == f"{self._root}sheetData" and len(self._above) == 2:  # noqa: PLR2004 -- in the root
            self._begin_among_rows()

    def _end_around(self, _name: str) -> None:
        self._above.pop()

    def _begin_among_rows(self) -> None:
        tags = ("sheetData", "row", "c", "v", "t", "is", "f", "r")
        self._names = {f"{self._root}{tag}": tag for tag in tags}
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._pending.append

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        """Take up an element among the rows."""
        match self._names.get(name):
            case "c":
                if self._attributes is not None:
                    raise unreadable(self._where, Words("a cell lies within a cell"))
                self._attributes = attributes
                self._texts = None
            case "v" | "t":
                self._pending.clear()
            case "row":
                if self._in_row:
                    raise unreadable(self._where, Words("a row lies within a row"))
                self.begin_row(attributes.get("r", "").strip())
            case "is" | "f" | "r":
                pass
            case _:
                self._skip()

    def _end(self, name: str) -> None:
        match self._names[name]:
            case "v" | "t":
                if self._texts is None:
                    self._texts = []
                self._texts += self._pending
            case "c":
                self._end_cell()
            case "row":
                self.end_row()
            case "sheetData":
                self._above.pop()
                self._parser.StartElementHandler = self._start_around
                self._parser.EndElementHandler = self._end_around
                self._parser.CharacterDataHandler = None

    def is_between_rows(self) -> bool:
        """Tell whether rows may be taken from elsewhere: see Rows."""
        return self._parser.StartElementHandler == self._start and not self._in_row

    def _skip(self) -> None:
        """Pass over an element that tells nothing of the cell, and what lies in it."""
        parser = self._parser
        handlers = parser.StartElementHandler, parser.EndElementHandler
        depth = 1

        def start(_name: str, _attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > DEPTH_MAX:
                raise too_deep(self._where)

        def end(_name: str) -> None:
            nonlocal depth
            depth -= 1
            if not depth:
                parser.StartElementHandler, parser.EndElementHandler = handlers
                parser.CharacterDataHandler = self._pending.append

        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = None

    def begin_row(self, number: str) -> None:
        """Begin a row: see Rows."""
        self._in_row = True
        self._column = -1
        self._row, self._notes, self._in_this_row = [], [], 0
        if not number:
            self._line, self._line_text = self._line + 1, ""
            return
        if not (number.isascii() and number.isdecimal()):
            raise unreadable(self._where, filled("a row is numbered {number}", number=told(number)))
        if len(number.lstrip("0")) > _ROW_DIGITS_MAX:
            raise too_long(self._where)
        self._line = int(number)
        self._line_text = str(self._line)

    def end_row(self) -> None:
        """Hand the row on: see Rows."""
        self._in_row = False
        self._seen += self._in_this_row
        self._gathering.add(self._line, self._row, self._notes)

    def drop_row(self) -> None:
        """Forget the row that was begun: see Rows."""
        self._in_row = False

    def column_of(self, letters: str) -> int:
        """Return a column's place: see Rows."""
        found = self._columns.get(letters)
        if found is None:
            found = self._columns[letters] = column_at(letters)
        return found

    def _end_cell(self) -> None:
        """Put down a cell that the parser has come to the end of."""
        attributes = self._attributes or {}
        self._attributes = None
        if not self._in_row:
            raise unreadable(self._where, Words("a cell lies outside of the rows"))
        where = attributes.get("r")
        self._column = self._column + 1 if where is None else self._placed(where.strip())
        text = None if self._texts is None else "".join(self._texts)
        self.put(self._column, attributes.get("t", "n"), text, attributes.get("s", "0"))

    def put(self, column: int, kind: str, text: str | None, style: str) -> None:
        """Put down a cell: see Rows."""
        if not text:
            # Only a cell that must have a value says something without one.
            if kind == "e" or (kind == "s" and text is not None):
                self._put_other(column, kind, "", style)
            return
        if style in self._plain_texts:
            if kind == "inlineStr" and "_x" not in text:
                self._put_down(column, text)
                return
            if kind == "s" and len(text) <= _STRINGS_DIGITS_MAX and text.isdecimal():
                at = int(text)
                if at < len(self._values.shared):
                    self._put_down(column, self._values.shared[at])
                    return
        self._put_other(column, kind, text, style)

    def _put_other(self, column: int, kind: str, text: str, style: str) -> None:
        if kind == "n" and style in self._plain_numbers and _is_plain_number(text):
            self._put_down(column, text)
            return
        cell = self._values.cell(kind, text, style)
        if cell.held is not None or cell.fault is not None:
            self._notes.append((column, cell))
        self._put_down(column, cell.text)
        if style not in self._known_styles:
            self._known_styles.add(style)
            found = self._values.format_of(style)
            if found is not None and found.is_plain_text:
                self._plain_texts.add(style)
            if found is not None and found.is_plain:
                self._plain_numbers.add(style)

    def _put_down(self, column: int, text: str) -> None:
        if not text:
            return
        self._in_this_row += 1
        row = self._row
        if column == len(row):  # as nearly all do
            row.append(text)
        else:
            put_cell(row, column, text, (self._where, self._line))

    def _placed(self, where: str) -> int:
        """Return the column of a cell by its own place, which must be in its row."""
        found = _PLACE.fullmatch(where)
        if found is None:
            raise unreadable(self._where, filled("a cell is named {where}", where=told(where)))
        line = int(found[2])
        if not self._line_text and not self._row and line >= self._line:
            self._line, self._line_text = line, str(line)
        if line != self._line:
            raise unreadable(
                self._where,
                filled(
                    "the cell {where} stands in row {line}", where=told(where), line=str(self._line)
                ),
            )
        return self.column_of(found[1])


def _is_plain_number(text: str) -> bool:
    """Tell whether a number is written as it would be shown: by its digits alone."""
    return text.isdecimal() and text.isascii() and len(text) <= _DIGITS_MAX and text[0] != "0"
