"""Fill a workbook as the parent asks for, once this process is confined."""

import msgspec

from pipeline.language import Words
from pipeline.reader.files.archive import Zip, unreadable
from pipeline.reader.workbooks.child import commands, say
from pipeline.reader.workbooks.protocol import End, Piece
from pipeline.report.xlsx.give_back import GivenBook, NoColumnsLeft
from pipeline.runner.giving.laid_out import refuse_hostile
from pipeline.runner.giving.protocol import (
    PIECE_BYTES,
    Command,
    Differs,
    Filled,
    Loaded,
    NoRoom,
    Rows,
    Save,
)

_decoder: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)


def fill(content: bytes, where: str) -> None:
    """Open the workbook, fill its rows, and hand it over. Raises SourceDamaged."""
    if not content.startswith(b"PK"):
        raise unreadable(where, Words("it is no .xlsx or .xlsm file, or has a password"))
    refuse_hostile(Zip(content, where))
    book = GivenBook(content, where)
    say(Loaded(book.lost))
    for command in commands(_decoder):
        match command:
            case Rows():
                say(_filled(book, command))
            case Save():
                _hand_over(book.saved())


def _filled(book: GivenBook, rows: Rows) -> Filled | Differs | NoRoom:
    try:
        sheet = book.sheet(rows.title, rows.lines[0])
    except NoColumnsLeft:
        return NoRoom()
    if sheet is None:
        return Filled(there=False)
    for line, phone in zip(rows.lines, rows.phones, strict=True):
        if phone and not sheet.shows(line, phone):
            return Differs(line)
    for line, cells in zip(rows.lines, rows.cells, strict=True):
        sheet.write(line, tuple(rows.texts[place] for place in cells))
    return Filled(there=True)


def _hand_over(content: memoryview) -> None:
    for at in range(0, len(content), PIECE_BYTES):
        say(Piece(bytes(content[at : at + PIECE_BYTES])))
    say(End())
