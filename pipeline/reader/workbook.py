"""Read workbooks (xlsx, xlsm, xlsb, xls, ods) as rows of texts.

A cell is known by its place, so rows never shift. Its text is what the cell holds and not how
the spreadsheet displays it: formats such as 00000 or 12% are not applied, formulas have the value
that was last computed, and a cell that shows an error has no text.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from pipeline.core.errors import CampaignInvalid, SourceDamaged
from pipeline.reader.cells import column_texts
from pipeline.reader.raw import Gatherer, RawBlock, RawSheet

_GATHER_ROWS = 2_000
"""Few rows at a time stay in the processor's cache, and leave the garbage collector idle."""

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL_BYTES = 1 << 17


@dataclass(frozen=True, slots=True)
class SheetNote:
    """A sheet of cells in a workbook, not yet read."""

    name: str
    hidden: bool


class Workbook:
    """A workbook whose whole content is in memory, so that nobody can change it meanwhile."""

    def __init__(self, content: bytes, where: str) -> None:
        self._where = where
        _refuse_early(content, where)
        with _understood(where):
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        self.sheets = tuple(
            SheetNote(sheet.name, sheet.visible is not SheetVisibleEnum.Visible)
            for sheet in self._book.sheets_metadata
            if sheet.typ is SheetTypeEnum.WorkSheet
        )

    def chosen(self, name: str | None) -> tuple[SheetNote, ...]:
        """Return the sheet of that name, or all. Raises CampaignInvalid where there is none."""
        if name is None:
            return self.sheets
        found = tuple(sheet for sheet in self.sheets if sheet.name.strip() == name.strip())
        if not found:
            there = ", ".join(sheet.name for sheet in self.sheets)
            raise CampaignInvalid(
                f"[source] sheet: {self._where} has no sheet {name}; it has: {there}"
            )
        return found

    def read(self, note: SheetNote, block_rows: int) -> RawSheet:
        """Open one sheet. Its rows come as they are asked for."""
        with _understood(self._where):
            sheet = self._book.get_sheet_by_name(note.name)
        return RawSheet(note.name, _blocks(sheet, block_rows, self._where))


def _blocks(sheet: CalamineSheet, block_rows: int, where: str) -> Iterator[RawBlock]:
    gatherer = Gatherer(block_rows)
    start = sheet.start
    # Rows come from the first line on, but without the columns that are empty on the left.
    left = start[1] if start else 0
    rows = sheet.iter_rows()
    while True:
        with _understood(where):
            some = list(islice(rows, _GATHER_ROWS))
        if not some:
            break
        columns = [column_texts(column) for column in zip(*some, strict=True)]
        _gather(gatherer, [[""] * len(some) for _ in range(left)] + columns)
        yield from gatherer.blocks(final=False)
    yield from gatherer.blocks(final=True)


def _gather(gatherer: Gatherer, columns: list[list[str]]) -> None:
    if gatherer.width:
        gatherer.add_columns(columns)
    else:
        gatherer.add(list(zip(*columns, strict=True)))


def _refuse_early(content: bytes, where: str) -> None:
    if content.startswith(b"PK"):
        if _ZIP_END not in content[-_ZIP_TAIL_BYTES:]:
            raise SourceDamaged(
                f"{where} is cut off: the end of the workbook is missing; copy it again once it "
                "is written completely"
            )
    elif _ENCRYPTED in content:
        raise SourceDamaged(_protected(where))


def _protected(where: str) -> str:
    return f"{where} is protected by a password: save it without one"


@contextmanager
def _understood(where: str) -> Iterator[None]:
    """Turn what the workbook library raises into SourceDamaged."""
    try:
        yield
    except PasswordError:
        raise SourceDamaged(_protected(where)) from None
    except (CalamineError, OSError, ValueError) as error:
        raise SourceDamaged(
            f"{where} is no workbook that can be read ({error}): open it in the spreadsheet "
            "program and save it again as xlsx"
        ) from None
    except BaseException as error:
        # A panic of the library's Rust code derives from BaseException, from a hidden class.
        if type(error).__name__ != "PanicException":
            raise
        raise SourceDamaged(f"{where} is a damaged workbook: save it again as xlsx") from None
