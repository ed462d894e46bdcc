"""Look at a source that nothing is known of yet: what it is, and where its numbers stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, assert_never

import pandas as pd

from pipeline.core.phones import is_mobile
from pipeline.reader.column_looks import ColumnLook, looks_of, merged_down
from pipeline.reader.content import Book, Text, content_of, lay_out, text_blocks
from pipeline.reader.files.header import PHONE_WORDS, clean_header, guess_header, top_rows
from pipeline.reader.files.raw import Merged, RawBlock, Row, is_blank
from pipeline.reader.files.source import source_files
from pipeline.reader.limits import SandboxLimits
from pipeline.reader.phones import normalise_column

_LOOKED_AT_ROWS = 1_001
_SHOWN_ROWS = 10
_PHONE_SHARE_MIN = 0.5


@dataclass(frozen=True, slots=True)
class SheetLook:
    """A sheet at first sight; name is empty for a text file.

    header: empty where the first row is a recipient already. first_rows: at most 10 data rows.
    phone: the column that holds the numbers, by header or as #3; empty where none seems to.
    phone_share: how many of the cells looked at are numbers, 0 to 1.
    header_line: the line that was taken as header, from 1; 0 where none was.
    columns: every column, in order, the phone column among them.
    """

    name: str
    hidden: bool
    header: tuple[str, ...]
    first_rows: tuple[tuple[str, ...], ...]
    phone: str
    phone_share: float
    header_line: int = 0
    columns: tuple[ColumnLook, ...] = ()


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a source is.

    format: csv, tsv, txt, xlsx, xlsm, xlsb, xls or ods, by content. encoding, evidence and
    delimiter are empty for a workbook. sheets: those with any text.
    """

    format: str
    encoding: str
    evidence: str
    delimiter: str
    sheets: tuple[SheetLook, ...]

    @property
    def best(self) -> SheetLook | None:
        """Return the visible sheet that most likely lists the recipients."""
        seen = [sheet for sheet in self.sheets if not sheet.hidden] or list(self.sheets)
        return max(seen, key=lambda sheet: (bool(sheet.phone), sheet.phone_share), default=None)


def inspect(path: Path, encoding: str = "auto", limits: SandboxLimits | None = None) -> Inspection:
    """Look at a source, of several files at the first one.

    Raises SourceMissing, SourceDamaged, and CampaignInvalid (encoding).
    """
    file = source_files(path)[0]
    with content_of(file.path, limits or SandboxLimits()) as content:
        match content:
            case Text():
                return _text(content.file, file.path, encoding)
            case Book():
                return _workbook(content)
            case other:
                assert_never(other)


def _text(file: BinaryIO, path: Path, encoding: str) -> Inspection:
    layout = lay_out(file, path, encoding, ())
    file.seek(0)
    first = next(text_blocks(file, layout, _LOOKED_AT_ROWS, path), None)
    delimiter = layout.dialect.delimiter
    if first is not None and len(first.columns) == 1:
        form, delimiter = "txt", ""
    else:
        form = "tsv" if delimiter == "\t" else "csv"
    sheets = (_look("", first, (), (), hidden=False),) if first is not None else ()
    return Inspection(form, layout.encoding.name, layout.encoding.evidence, delimiter, sheets)


def _workbook(book: Book) -> Inspection:
    looks = []
    for note in book.sheets:
        sheet = book.read(note, _LOOKED_AT_ROWS)
        first = next(sheet.blocks, None)
        if first is not None:
            rows = top_rows(first, sheet.merged)
            looks.append(_look(note.name, first, rows, sheet.merged, hidden=note.hidden))
    return Inspection(book.format, "", "", "", tuple(looks))


def _look(
    name: str, block: RawBlock, rows: Sequence[Row], merged: Sequence[Merged], *, hidden: bool
) -> SheetLook:
    """Look at a sheet's first block; rows are its first ones with merged cells filled, or none."""
    held = [block.as_held(at).columns[at] for at in range(len(block.columns))]
    table = pd.DataFrame({at: list(column) for at, column in enumerate(held)}, dtype=str)
    at_row = guess_header(rows) if rows else 0
    top = rows[at_row] if rows else block.row(0)
    with_header = not any(is_mobile(found) for found in normalise_column(top).texts)
    header = clean_header(top) if with_header else ()
    start = at_row + 1 if with_header else 0
    at, share = _phone_column(table.iloc[start:], header)
    phone = "" if at is None else _name_of(at, header)
    width = len(header) or len(block.columns)
    data = (block.row(at)[:width] for at in range(start, len(block)))
    filled = [row for row in data if not is_blank(row)]
    line = block.first_line + at_row if with_header else 0
    columns = looks_of(
        [_name_of(at, header) for at in range(width)],
        filled,
        merged_down(merged, line),
        knows=bool(merged),
    )
    shown = tuple(filled[:_SHOWN_ROWS])
    return SheetLook(name, hidden, header, shown, phone, share, line, columns)


def _phone_column(data: pd.DataFrame, header: Sequence[str]) -> tuple[int | None, float]:
    """Choose the column with most numbers; between equals, the one with the telling name."""
    shares = [_phone_share(data[column]) for column in data.columns]
    telling = [
        at < len(header) and any(word in header[at].casefold() for word in PHONE_WORDS)
        for at in range(len(shares))
    ]
    best = max(range(len(shares)), key=lambda at: (round(shares[at], 1), telling[at], shares[at]))
    if shares[best] >= _PHONE_SHARE_MIN:
        return best, shares[best]
    named = next((at for at, tells in enumerate(telling) if tells), None)
    return (None, 0.0) if named is None else (named, shares[named])


def _phone_share(column: "pd.Series[str]") -> float:
    filled = column[column.str.strip().ne("")]
    if filled.empty:
        return 0.0
    found = normalise_column(filled.tolist())
    return 1.0 - len(found.rejected) / len(filled)


def _name_of(at: int, header: Sequence[str]) -> str:
    if at < len(header) and header[at] and header.count(header[at]) == 1:
        return header[at]
    return f"#{at + 1}"
