"""Parse one workbook, or unpack one archive, in a process of its own with limits."""

import hashlib
import sys
from collections.abc import Iterator

import msgspec

from pipeline.reader.files.archive import GZIP, Zip, gunzipped, packed_spreadsheet
from pipeline.reader.workbooks.child import commands, say, serve
from pipeline.reader.workbooks.formats.detect import Workbook, open_workbook
from pipeline.reader.workbooks.protocol import (
    Begun,
    Block,
    Command,
    End,
    First,
    Opened,
    Packed,
    Piece,
    Rest,
)

_decoder: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)


def main() -> int:
    """Serve the parent until it asks for nothing more."""
    return serve(_serve)


def _serve(content: bytes, where: str) -> None:
    sha256 = hashlib.sha256(content).hexdigest()
    if content.startswith(GZIP):
        _hand_over(sha256, gunzipped(content, where))
        return
    archive = Zip(content, where) if content.startswith(b"PK") else None
    if archive is not None:
        packed = packed_spreadsheet(archive)
        if packed is not None:
            _hand_over(sha256, archive.inflated(packed))
            return
    book = open_workbook(content, archive, where)
    say(Opened(sha256, book.form, book.sheets))
    _answer(book)


def _hand_over(sha256: str, pieces: Iterator[bytes]) -> None:
    say(Packed(sha256))
    for piece in pieces:
        say(Piece(piece))
    say(End())


def _answer(book: Workbook) -> None:
    blocks: Iterator[Block] = iter(())
    for command in commands(_decoder):
        match command:
            case First(sheet, rows):
                begun = book.read(sheet, rows)
                blocks = begun.blocks
                say(Begun(begun.merged))
                say(next(blocks, End()))
            case Rest():
                for block in blocks:
                    say(block)
                say(End())


if __name__ == "__main__":
    sys.exit(main())
