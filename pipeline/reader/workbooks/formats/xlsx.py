"""Read xlsx and xlsm: each cell's value, type, style and error in one pass through the XML."""

from collections.abc import Mapping

from pipeline.reader.workbooks.gathering import Gathering, Sheet
from pipeline.reader.workbooks.markup import unescaped, walk
from pipeline.reader.workbooks.merged_cells import merged_cells
from pipeline.reader.workbooks.parts import Link, Package, SheetParts, one_link
from pipeline.reader.workbooks.sheet_rows import SheetRows
from pipeline.reader.workbooks.sheet_values import SharedStrings, Values, is_true, whole
from pipeline.reader.workbooks.shown.formats import Styles


class Xlsx:
    """A workbook of XML parts."""

    def __init__(self, package: Package, book: str, form: str) -> None:
        """Read what sheets there are and how cells are shown; book names the main part."""
        self.form = form
        self._package = package
        self._links = package.links(book)
        self._later_epoch = False
        self._parts = SheetParts(package.where, self._links)
        walk(package.pieces(book), package.where, self._visit)
        self.sheets = self._parts.notes
        self._styles: Styles | None = None
        self._shared: list[str] = []

    def read(self, sheet: int, block_rows: int) -> Sheet:
        part, where = self._parts.part(sheet)
        if self._styles is None:
            self._styles = read_styles(self._package, self._links, later_epoch=self._later_epoch)
            strings = one_link(self._links, "sharedStrings", self._package.where)
            if strings:
                self._shared = SharedStrings(self._package.where).read(
                    self._package.pieces(strings)
                )
        merged = merged_cells(lambda: self._package.pieces(part), where)
        values = Values(self._styles, self._shared)
        rows = SheetRows(Gathering(where, block_rows), values)
        return Sheet(merged, rows.blocks(self._package.pieces(part)))

    def _visit(self, path: tuple[str, ...], attributes: Mapping[str, str]) -> None:
        if path == ("workbook", "workbookPr"):
            self._later_epoch = is_true(attributes.get("date1904", ""))
        elif path == ("workbook", "sheets", "sheet"):
            hidden = attributes.get("state", "visible") != "visible"
            name = unescaped(attributes.get("name", ""))
            self._parts.add(_link_id(attributes), name, hidden=hidden)


def _link_id(attributes: Mapping[str, str]) -> str:
    for name, text in attributes.items():
        if name.casefold().endswith("relationships id"):
            return text
    return attributes.get("id", "")


def read_styles(package: Package, links: Mapping[str, Link], *, later_epoch: bool) -> Styles:
    """Read the formats of a workbook's cells; where it tells of none, all are General."""
    styles = Styles(later_epoch=later_epoch)
    part = one_link(links, "styles", package.where)
    if not part:
        return styles
    codes: dict[int, str] = {}
    used: list[int | None] = []

    def visit(path: tuple[str, ...], attributes: Mapping[str, str]) -> None:
        if path == ("styleSheet", "numFmts", "numFmt"):
            number = whole(attributes.get("numFmtId", ""))
            if number is not None:
                codes[number] = attributes.get("formatCode", "")
        elif path == ("styleSheet", "cellXfs", "xf"):
            used.append(whole(attributes.get("numFmtId", "")))

    walk(package.pieces(part), package.where, visit)
    styles.codes = codes
    styles.used = used or [0]
    return styles
