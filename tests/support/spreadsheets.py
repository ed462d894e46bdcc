"""Write small sources and read them whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import odf.opendocument
import odf.table
import odf.text
import openpyxl

from pipeline.core.model import RejectedRow, Rejection
from pipeline.reader.options import ReaderOptions
from pipeline.reader.reading import read

HEADER = "手机号,姓名\n"
PLAIN = "13800138000"

Sheets = Mapping[str, Sequence[Sequence[object]]]


@dataclass(slots=True)
class Seen:
    """All that read() said of a source. sent holds (row, line, phone, *values)."""

    sent: list[tuple[int | str, ...]] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    repaired: int = 0

    @property
    def phones(self) -> list[str]:
        """List the numbers that can be sent to, in order."""
        return [str(row[2]) for row in self.sent]

    @property
    def reasons(self) -> list[tuple[int, Rejection]]:
        """List line and reason of the rejected rows."""
        return [(row.line, row.reason) for row in self.rejected]


def text_file(folder: Path, text: str | bytes, name: str = "source.csv") -> Path:
    """Write a text file; a str in UTF-8, with the line ends as they are."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def ods_file(folder: Path, *rows: tuple[Sequence[str], int, int]) -> Path:
    """Write an ods: of each row its texts, and how often the row and each of its cells repeat."""
    book = odf.opendocument.OpenDocumentSpreadsheet()
    table = odf.table.Table(name="S")
    for texts, lines, columns in rows:
        line = odf.table.TableRow(numberrowsrepeated=lines)
        for text in texts:
            cell = odf.table.TableCell(valuetype="string", numbercolumnsrepeated=columns)
            cell.addElement(odf.text.P(text=text))
            line.addElement(cell)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    path = folder / "source.ods"
    book.save(str(path))
    return path


def xlsx_file(folder: Path, sheets: Sheets) -> Path:
    """Write a workbook with these rows from A1 on."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for at, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                sheet.cell(at, column).value = value
    path = folder / "source.xlsx"
    book.save(path)
    return path


def options_for(path: Path, fields: tuple[str, ...] = ("姓名",)) -> ReaderOptions:
    """Ask for the column 手机号 and the given fields."""
    return ReaderOptions(path, phone="手机号", fields=fields)


def seen(options: ReaderOptions) -> Seen:
    """Read a source to its end."""
    found = Seen()
    for block in read(options):
        some = block.recipients
        found.sent += zip(some.rows, block.lines, some.phones, *some.values, strict=True)
        found.rejected += block.rejected
        found.repaired += block.repaired
        found.sheets.append(block.sheet)
    return found
