"""Write the rows of long sheets as they come, and put them into the workbook at its end.

A library that makes an object of each cell takes ten times as long for a hundred thousand rows.
The workbook's frame, its styles, charts and headers are the library's; only rows are written here.
"""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from typing import IO

from openpyxl.utils import get_column_letter

from pipeline.report.texts.safe import XLSX_CELL_CHARS_MAX, safe_cell

Content = str | float | None
"""What a cell can hold."""

_PARTING = b"</sheetData>"
_SIGNS = ("&", "<", ">", "_x")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""What a spreadsheet takes for a character by its number: _x000D_ (ECMA-376, ST_Xstring)."""


class RowStream:
    """Rows of one sheet in a temporary file. styles: of each column, as the workbook knows it."""

    def __init__(self, styles: Sequence[int], first: int) -> None:
        """Begin with the row of that number."""
        self._starts = [
            (get_column_letter(at), f' s="{style}"' if style else "")
            for at, style in enumerate(styles, start=1)
        ]
        self._next = first
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- it lives as long as the sheet

    def add(self, columns: Sequence[Sequence[Content]]) -> None:
        """Write n rows, given as columns of n cells each. Texts must be safe to open already."""
        count = len(columns[0]) if columns else 0
        if not count:
            return
        numbers = list(map(str, range(self._next, self._next + count)))
        cells = [
            _cells(letter, style, numbers, column)
            for (letter, style), column in zip(self._starts, columns, strict=True)
        ]
        rows = map("".join, zip(*cells, strict=True))
        lines = [
            f'<row r="{number}">{row}</row>' for number, row in zip(numbers, rows, strict=True)
        ]
        self._file.write("".join(lines).encode())
        self._next += count

    def add_note(self, text: str, style: int) -> None:
        """Write a row of a single cell."""
        (cell,) = _cells("A", f' s="{style}"', [str(self._next)], [text])
        self._file.write(f'<row r="{self._next}">{cell}</row>'.encode())
        self._next += 1

    def copy_to(self, target: IO[bytes]) -> None:
        """Write all rows there."""
        self._file.seek(0)
        shutil.copyfileobj(self._file, target, 1 << 20)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def save_with_rows(
    frame: IO[bytes], rows: Mapping[str, RowStream], target: Path | IO[bytes]
) -> None:
    """Write a workbook whose frame is given, with rows behind those of some of its parts.

    rows: by the part's name in the archive.
    """
    with (
        zipfile.ZipFile(frame) as given,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as made,
    ):
        for part in given.infolist():
            content = given.read(part)
            if part.filename not in rows:
                made.writestr(part.filename, content)
                continue
            before, parting, behind = content.rpartition(_PARTING)
            with made.open(part.filename, "w", force_zip64=True) as sheet:
                sheet.write(before)
                rows[part.filename].copy_to(sheet)
                sheet.write(parting + behind)


def _cells(
    letter: str, style: str, numbers: Sequence[str], column: Sequence[Content]
) -> Sequence[str]:
    kinds = set(map(type, column))
    if kinds <= {str}:
        return _texts(letter, style, numbers, column)  # type: ignore[arg-type]  # as just seen
    one: Callable[..., Sequence[str]] = _texts
    return [
        one(letter, style, (number,), (cell,))[0]
        if isinstance(cell, str)
        else ""
        if cell is None
        else f'<c r="{letter}{number}"{style}><v>{cell}</v></c>'
        for number, cell in zip(numbers, column, strict=True)
    ]


def _texts(letter: str, style: str, numbers: Sequence[str], column: Sequence[str]) -> Sequence[str]:
    joined = "".join(column)
    if not joined:
        return list(repeat("", len(column)))  # a cell that is left out costs nothing
    if max(map(len, column)) * 2 > XLSX_CELL_CHARS_MAX:
        column = [safe_cell(cell, XLSX_CELL_CHARS_MAX) for cell in column]
    is_plain = joined.isprintable()  # then it holds no control, and no space but a blank
    if not is_plain or any(sign in joined for sign in _SIGNS):
        column = list(map(_escaped, column))
    start = f'<c r="{letter}'
    keep = "" if is_plain and " " not in joined else ' xml:space="preserve"'
    middle, end = f'"{style} t="inlineStr"><is><t{keep}>', "</t></is></c>"
    return [
        f"{start}{number}{middle}{cell}{end}" if cell else ""
        for number, cell in zip(numbers, column, strict=True)
    ]


def _escaped(text: str) -> str:
    text = _NO_XML.sub("\ufffd", _ESCAPED.sub("_x005F_", text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
