"""Look at a source that nothing is known of yet: what it is, and where its numbers stand."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, assert_never

import pandas as pd

from pipeline.core.model import is_mobile
from pipeline.reader.columns import clean_header
from pipeline.reader.phones import normalise_column
from pipeline.reader.raw import RawBlock, is_blank
from pipeline.reader.source import Kind, kind_of, opened, reading
from pipeline.reader.text import lay_out, text_blocks
from pipeline.reader.workbook import Workbook

_LOOKED_AT_ROWS = 1_001
_SHOWN_ROWS = 10
_PHONE_SHARE_MIN = 0.5
_PHONE_WORDS = ("手机", "电话", "号码", "mobile", "phone", "tel", "msisdn")


@dataclass(frozen=True, slots=True)
class SheetLook:
    """A sheet at first sight; name is empty for a text file.

    header: empty where the first row is a recipient already. first_rows: at most 10 data rows.
    phone: the column that holds the numbers, by header or as #3; empty where none seems to.
    phone_share: how many of the cells looked at are numbers, 0 to 1.
    """

    name: str
    hidden: bool
    header: tuple[str, ...]
    first_rows: tuple[tuple[str, ...], ...]
    phone: str
    phone_share: float


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


def inspect(path: Path, encoding: str = "auto") -> Inspection:
    """Look at a source. Raises SourceMissing, SourceDamaged, and CampaignInvalid (encoding)."""
    with opened(path) as file:
        match kind_of(file, path):
            case Kind.TEXT:
                return _text(file, path, encoding)
            case Kind.WORKBOOK:
                return _workbook(file, path)
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
    sheets = (_look("", first, hidden=False),) if first is not None else ()
    return Inspection(form, layout.encoding.name, layout.encoding.evidence, delimiter, sheets)


def _workbook(file: BinaryIO, path: Path) -> Inspection:
    with reading(path):
        content = file.read()
    book = Workbook(content, path.name)
    looks = []
    for note in book.sheets:
        first = next(book.read(note, _LOOKED_AT_ROWS).blocks, None)
        if first is not None:
            looks.append(_look(note.name, first, hidden=note.hidden))
    return Inspection(_workbook_format(content), "", "", "", tuple(looks))


def _workbook_format(content: bytes) -> str:
    if not content.startswith(b"PK"):
        return "xls"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return "xlsx"  # the workbook library is the more tolerant of the two, and could open it
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" in names:
        return "ods"
    return "xlsm" if "xl/vbaProject.bin" in names else "xlsx"


def _look(name: str, block: RawBlock, *, hidden: bool) -> SheetLook:
    table = pd.DataFrame({at: list(column) for at, column in enumerate(block.columns)}, dtype=str)
    top = block.row(0)
    with_header = not any(is_mobile(found) for found in normalise_column(top).texts)
    header = clean_header(top) if with_header else ()
    data = table.iloc[1:] if with_header else table
    at, share = _phone_column(data, header)
    phone = "" if at is None else _name_of(at, header)
    start = 1 if with_header else 0
    width = len(header) or len(block.columns)
    rows = (block.row(at)[:width] for at in range(start, len(block)))
    shown = tuple(islice((row for row in rows if not is_blank(row)), _SHOWN_ROWS))
    return SheetLook(name, hidden, header, shown, phone, share)


def _phone_column(data: pd.DataFrame, header: Sequence[str]) -> tuple[int | None, float]:
    """Choose the column with most numbers; between equals, the one with the telling name."""
    shares = [_phone_share(data[column]) for column in data.columns]
    told = [
        at < len(header) and any(word in header[at].casefold() for word in _PHONE_WORDS)
        for at in range(len(shares))
    ]
    best = max(range(len(shares)), key=lambda at: (round(shares[at], 1), told[at], shares[at]))
    if shares[best] >= _PHONE_SHARE_MIN:
        return best, shares[best]
    named = next((at for at, tells in enumerate(told) if tells), None)
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
