"""Tell a workbook's format by its content, and open it."""

from typing import Protocol

from pipeline.language import Words
from pipeline.reader.files.archive import Zip, unreadable
from pipeline.reader.workbooks.formats.ods import CONTENT, Ods
from pipeline.reader.workbooks.formats.xlsb import Xlsb
from pipeline.reader.workbooks.formats.xlsx import Xlsx
from pipeline.reader.workbooks.gathering import Sheet
from pipeline.reader.workbooks.parts import Package, one_link
from pipeline.reader.workbooks.protocol import SheetNote

_MAINS = ("xl/workbook.xml", "xl/workbook.bin")
"""Where the main part is, if a package does not say so."""


class Workbook(Protocol):
    """An open workbook. form is xlsx, xlsm, xlsb, xls or ods."""

    @property
    def form(self) -> str:
        """Name its format."""

    @property
    def sheets(self) -> tuple[SheetNote, ...]:
        """List its sheets of cells, in order."""

    def read(self, sheet: int, block_rows: int) -> Sheet:
        """Begin a sheet, by its place; its rows come as they are asked for.

        Raises SourceDamaged, then or while they come.
        """


def open_workbook(content: bytes, archive: Zip | None, where: str) -> Workbook:
    """Open a workbook that is wholly in memory; one that is no zip file is an xls.

    Raises SourceDamaged for what is none, and for a hostile one.
    """
    if archive is None:
        # Loaded for the few that need it.
        from pipeline.reader.workbooks.formats.xls import Xls  # noqa: PLC0415 -- see above

        return Xls(content, where)
    package = Package(archive)
    if package.has(CONTENT):
        return Ods(package)
    links = package.links("")
    book = one_link(links, "officeDocument", where) or next(filter(package.has, _MAINS), "")
    if not book:
        raise unreadable(where, Words("there is no workbook in it"))
    kind = package.type_of(book)
    if "binary" in kind or book.casefold().endswith(".bin"):
        return Xlsb(package, book)
    macros = any(link.kind == "vbaProject" for link in package.links(book).values())
    return Xlsx(package, book, "xlsm" if macros or "macroenabled" in kind else "xlsx")
