"""Tell a workbook's format, and where it tells how its cells are shown: each has its own way."""

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


def detected(content: bytes, archive: Zip | None) -> tuple[str, Notes]:
    """Look a workbook through; name its format by its parts, and take its notes.

    One that is no zip file is an xls. Raises SourceDamaged for a hostile one.
    """
    if archive is None:
        return "xls", XlsNotes(content)
    with_errors = scan(archive)
    names = archive.names
    if "xl/workbook.bin" in names:
        return "xlsb", XlsbNotes(archive)
    if "content.xml" in names:
        return "ods", OdsNotes(archive)
    form = "xlsm" if "xl/vbaProject.bin" in names else "xlsx"
    return form, Notebook(archive, with_errors)
