"""Read delimited text as rows of texts.

A quotation mark that is never closed would swallow every row up to the next one, or to the end
of the file. So quoting is read strictly: a row whose quotation marks do not add up is broken,
it alone, and reading goes on in the line after it.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.core.errors import SourceDamaged
from pipeline.core.phones import is_mobile
from pipeline.language import filled
from pipeline.reader.files.header import clean_header, guess_header, header_at, plain_name
from pipeline.reader.files.raw import Gatherer, RawBlock, Row, is_blank

CELL_CHARS_MAX = 131_072
"""The csv module's own limit; a row with a longer cell is broken."""

OPEN_CHARS_MAX = 32_767
"""What a cell of a spreadsheet holds. A row over several lines that is longer is taken for one
whose quotation mark was never closed."""

LINE_CHARS_MAX = 4_000_000
_CUT_LINES = 2_000
"""Few rows at a time stay in the processor's cache, and leave the garbage collector idle."""

_PIECE_CHARS = 1 << 18
_BROKEN_MAX = 1_000
"""Rows broken over several lines: beyond, the file is no table, and reading on is slow."""

_DELIMITERS = ",;\t|，"
_BLANKS = " \t\u00a0\u3000"
_GUARD = '="'
_GUARDED = re.compile(r'\s*="((?:[^"]|"")*)"\s*')
"""A text as a formula, by which programs keep a spreadsheet from dropping its zeros: ="007"."""

_SEP_LINE = "sep="


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text file is cut.

    skip counts the lines before the table (Excel's sep= line), above the rows over its header.
    """

    delimiter: str
    skip: int = 0
    above: int = 0


def find_dialect(sample: str, wanted: Sequence[str]) -> Dialect:
    """Choose the delimiter, by the wanted column names and by how even the rows come out.

    sample is the beginning of the text; its last line may be cut off. wanted begins with the
    phone column; where nothing is wanted yet, the header is guessed.
    """
    lines = _lines_of(sample)
    first = lines[0].strip() if lines else ""
    whole = lines[:-1] if len(lines) > 1 else lines
    if first.lower().startswith(_SEP_LINE) and len(first) == len(_SEP_LINE) + 1:
        return Dialect(first[-1], 1, _tried(whole[1:], first[-1], wanted).above)
    if lines and lines[0].lower().rstrip("\r\n") == "sep=\t":
        return Dialect("\t", 1, _tried(whole[1:], "\t", wanted).above)
    tries = [(mark, _tried(whole, mark, wanted)) for mark in _DELIMITERS]
    mark, best = max(tries, key=lambda tried: tried[1].fitness)
    return Dialect(mark, 0, best.above)


def read_delimited(
    texts: Iterator[str], dialect: Dialect, block_rows: int, where: str
) -> Iterator[RawBlock]:
    """Cut a decoded text, given in pieces, into blocks of at most block_rows rows.

    Raises SourceDamaged for a text that is no table of rows.
    """
    gatherer = Gatherer(block_rows, where, dialect.above)
    cutter = _Cutter(dialect.delimiter, where, gatherer)
    skip = dialect.skip
    for text, final in _whole_lines(texts, where):
        if skip:
            cutter.cut(_lines_of(text)[skip:], final=final)
            skip = 0
        elif final or not cutter.cut_unquoted(text):
            lines = _lines_of(text)
            for start in range(0, len(lines), _CUT_LINES):
                cutter.cut(lines[start : start + _CUT_LINES], final=False)
            if final:
                cutter.cut([], final=True)
        yield from gatherer.blocks(final=final)


def _lines_of(text: str) -> list[str]:
    # Only \n, \r and \r\n end a line; str.splitlines knows others, which stand inside cells.
    return io.StringIO(text, newline="").readlines()


def _whole_lines(texts: Iterator[str], where: str) -> Iterator[tuple[str, bool]]:
    """Yield texts that end where a line ends, and last, with True, what is left."""
    carried = ""
    for text in texts:
        carried += text
        start = 0
        while end := _end_of_lines(carried, start, start + _PIECE_CHARS):
            yield carried[start:end], False
            start = end
        carried = carried[start:]
        if len(carried) > LINE_CHARS_MAX:
            raise SourceDamaged(
                filled(
                    "{where} has a line of more than {most} characters: it is no table of "
                    "recipients",
                    where=where,
                    most=str(LINE_CHARS_MAX),
                ),
                "KS6506",
            )
    yield carried, True


def _end_of_lines(text: str, start: int, stop: int) -> int:
    """Find the end of the last line that ends before stop; 0 where none does."""
    if len(text) - start < _PIECE_CHARS:
        return 0
    # A \r at the very end may be the first half of a \r\n.
    return (
        text.rfind("\n", start, stop) + 1
        or text.rfind("\r", start, stop - 1) + 1
        or text.find("\n", stop) + 1
        or text.find("\r", stop, len(text) - 1) + 1
    )


@dataclass(frozen=True, slots=True)
class _Tried:
    """What a delimiter makes of a sample: how many wanted names, how even, how wide."""

    above: int = 0
    fitness: tuple[int, float, int] = (0, 0.0, 0)


def _tried(lines: Sequence[str], delimiter: str, wanted: Sequence[str]) -> _Tried:
    try:
        every = _plain(list(csv.reader(lines, delimiter=delimiter)), lines)
    except csv.Error:
        return _Tried()
    start = next((at for at, row in enumerate(every) if not is_blank(row)), None)
    if start is None:
        return _Tried()
    found = header_at(every[start:], wanted) if wanted else guess_header(every[start:])
    above = start + found if found else 0
    rows = [row for row in every[above:] if any(row)]
    if not rows:
        return _Tried()
    header = clean_header(rows[0])
    named = sum(plain_name(name) in header for name in wanted)
    width = len(rows[0])
    even = sum(len(row) == width for row in rows) / len(rows)
    return _Tried(above, (named, even if width > 1 else 0.0, width))


@dataclass(slots=True)
class _Cutter:
    """Cut lines into rows."""

    delimiter: str
    where: str
    gatherer: Gatherer
    _open: list[str] = field(default_factory=list)
    _gone_wrong: int = 0

    def cut_unquoted(self, text: str) -> bool:
        """Cut whole lines all at once, if they are even and have no quotation marks."""
        width = self.gatherer.width
        if self._open or not width or '"' in text:
            return False
        text = text.replace("\r\n", "\n")
        if "\r" in text or _may_hold_a_long_cell(text):
            return False
        cells = text.replace("\n", f"{self.delimiter}\n{self.delimiter}").split(self.delimiter)
        cells.pop()
        ends = cells[width :: width + 1]
        # Every line end in its place, and as many of them as rows: each row has width cells.
        if len(ends) * (width + 1) != len(cells) or ends.count("\n") != len(ends):
            return False
        if text.count("\n") != len(ends):
            return False
        self.gatherer.add_columns([cells[at :: width + 1] for at in range(width)])
        return True

    def cut(self, lines: list[str], *, final: bool) -> None:
        """Cut lines; with final also those of a row that is not complete."""
        lines = self._open + lines
        self._open = []
        rows = self._rows_of(lines)
        if len(rows) != len(lines):
            lines = _unpadded(lines, self.delimiter)
            rows = self._rows_of(lines)
        if len(rows) == len(lines):
            self.gatherer.add(_plain(rows, lines))
            return
        start = 0
        while start < len(lines):
            start = self._cut_with_care(lines, start, final=final)

    def _rows_of(self, lines: list[str]) -> list[list[str]]:
        """Return one row for each line, or fewer where that is not what the lines are."""
        try:
            return list(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return []

    def _cut_with_care(self, lines: list[str], start: int, *, final: bool) -> int:
        """Cut row by row until the end or a broken row; return the line to go on with."""
        reader = csv.reader(lines[start:], delimiter=self.delimiter, strict=True)
        rows: list[list[str]] = []
        at = end = start
        sound = True
        try:
            for row in reader:
                end = start + reader.line_num
                sound = end - at == 1 or not self._swallows(row, lines[at:end])
                if not sound:
                    break
                rows.append(row)
                at = end
        except csv.Error:
            sound = False
            end = start + reader.line_num
        self.gatherer.add(_plain(rows, lines[start:end]))
        if sound:
            return len(lines)
        if not final and end == len(lines) and _chars_in(lines[at:]) <= OPEN_CHARS_MAX:
            self._open = lines[at:]
            return len(lines)
        self._break(lines[at], several=end - at > 1)
        return at + 1

    def _break(self, line: str, *, several: bool) -> None:
        self._gone_wrong += several
        if self._gone_wrong > _BROKEN_MAX:
            raise SourceDamaged(
                filled(
                    "in {where} more than {most} rows have quotation marks that are not "
                    "closed: save it again as CSV from the program that made it",
                    where=self.where,
                    most=str(_BROKEN_MAX),
                ),
                "KS6508",
            )
        # Without quoting the cells are told apart as far as they can be.
        self.gatherer.add_broken(line.rstrip("\r\n").split(self.delimiter))

    def _swallows(self, row: Row, lines: list[str]) -> bool:
        """Tell whether a row over several lines holds other rows.

        It does where it is longer than a cell can be, or where a line in a cell has a number as
        a cell of its own.
        """
        if _chars_in(lines) > OPEN_CHARS_MAX:
            return True
        for cell in row:
            for line in cell.splitlines()[1:]:
                parts = line.split(self.delimiter)
                if len(parts) == 1 < len(row):
                    continue
                if any(is_mobile(part.strip()) for part in parts):
                    return True
        return False


def _plain(rows: list[list[str]], lines: Sequence[str]) -> list[list[str]]:
    """Return the rows with the texts that stand there as formulas: see _GUARDED."""
    if not any(_GUARD in line for line in lines):
        return rows
    return [[_without_guard(cell) for cell in row] for row in rows]


def _without_guard(cell: str) -> str:
    guarded = _GUARDED.fullmatch(cell) if _GUARD in cell else None
    return guarded[1].replace('""', '"') if guarded else cell


def _unpadded(lines: list[str], delimiter: str) -> list[str]:
    """Take out the blanks between a closing quotation mark and the cell's end.

    A spreadsheet takes them for more of the cell, strict reading for a mistake.
    """
    text = "".join(lines)
    mark, blanks = re.escape(delimiter), re.escape(_BLANKS.replace(delimiter, ""))
    # Quoted cells without blanks match too, so that what stands in them is passed over.
    quoted = rf'(?:^|(?<=[{mark}\r\n]))("(?:[^"]|"")*+")[{blanks}]*+(?=[{mark}\r\n]|\Z)'
    return _lines_of(re.sub(quoted, r"\1", text))


def _chars_in(lines: list[str]) -> int:
    return sum(map(len, lines))


def _may_hold_a_long_cell(text: str) -> bool:
    step = CELL_CHARS_MAX // 2
    return any(text.find("\n", at, at + step) < 0 for at in range(0, len(text) - step, step))
