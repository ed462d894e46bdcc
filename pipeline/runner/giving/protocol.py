"""What the process that fills a workbook and its parent say to each other: plain values only."""

from typing import Final

import msgspec

from pipeline.reader.workbooks.protocol import End, Piece, Ready, Refused

PIECE_BYTES: Final = 1 << 20


class Rows(msgspec.Struct, frozen=True, tag=True):
    """Ask to fill rows of one sheet.

    phones are the numbers that the lines must show, "" where none need be looked for. Each of
    cells is a row's new cells, as places in texts, in which each text stands once.
    """

    title: str
    lines: list[int]
    phones: list[str]
    texts: list[str]
    cells: list[tuple[int, ...]]


class Save(msgspec.Struct, frozen=True, tag=True):
    """Ask for the workbook as it is now."""


class Loaded(msgspec.Struct, frozen=True, tag=True):
    """Say that the workbook is open, and what of it cannot be kept."""

    lost: tuple[str, ...]


class Filled(msgspec.Struct, frozen=True, tag=True):
    """Say that the rows are filled; there is False where the workbook has no such sheet."""

    there: bool


class Differs(msgspec.Struct, frozen=True, tag=True):
    """Say that a line does not show its number, so that nothing of the rows was filled."""

    line: int


class NoRoom(msgspec.Struct, frozen=True, tag=True):
    """Say that the sheet has no columns left."""


Command = Rows | Save
Answer = Ready | Loaded | Filled | Differs | NoRoom | Piece | End | Refused
