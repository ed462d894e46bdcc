"""Choose where a workbook tells how its cells are shown: each form writes that in its own way."""

from typing import Protocol

from pipeline.reader.files.archive import Zip
from pipeline.reader.workbooks.formats.ods import OdsNotes
from pipeline.reader.workbooks.formats.xls import XlsNotes
from pipeline.reader.workbooks.formats.xlsb import XlsbNotes
from pipeline.reader.workbooks.formats.xlsx import CellNotes, Notebook
from pipeline.reader.workbooks.security import scan


class Notes(Protocol):
    """What a workbook tells of its cells that the workbook library does not hand on."""

    def of(self, sheet: str) -> CellNotes:
        """Return the notes of the sheet of that name."""


def notes_of(content: bytes, archive: Zip | None) -> Notes:
    """Look a workbook through, and take its notes. Raises SourceDamaged for a hostile one."""
    if archive is None:
        return XlsNotes(content)
    with_errors = scan(archive)
    if "content.xml" in archive.names:
        return OdsNotes(archive)
    if "xl/workbook.bin" in archive.names:
        return XlsbNotes(archive)
    return Notebook(archive, with_errors)
