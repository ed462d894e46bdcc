"""Parse one workbook, or unpack one archive, in a process of its own with limits.

python -m pipeline.reader.workbooks.worker DESCRIPTOR LIFE NAME MEMORY_BYTES CPU_S: the file is open
under that descriptor; commands come on standard input, answers leave on standard output. The
process ends when the parent, which holds the other end of the pipe LIFE, has ended.
"""

import hashlib
import sys
from collections.abc import Callable, Iterator

import msgspec

from pipeline.core.errors import SourceDamaged
from pipeline.reader.files.archive import GZIP, Zip, gunzipped, packed_spreadsheet
from pipeline.reader.limits import FILE_BYTES_MAX
from pipeline.reader.workbooks.confinement import confine, end_with, limit
from pipeline.reader.workbooks.formats.detect import Workbook, open_workbook
from pipeline.reader.workbooks.protocol import (
    MESSAGE_BYTES_MAX,
    OUT_OF_MEMORY,
    PREFIX,
    Answer,
    Begun,
    Block,
    Command,
    End,
    First,
    Opened,
    Packed,
    Piece,
    Ready,
    Refused,
    Rest,
)

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)


def main() -> int:
    """Serve the parent until it asks for nothing more."""
    descriptor, life, where, memory_bytes, cpu_s = sys.argv[1:]
    end_with(int(life))
    limit(int(memory_bytes), int(cpu_s))
    try:
        _say(Ready(is_confined=confine()))
        _serve(int(descriptor), where)
    except SourceDamaged as refused:
        _say(Refused(str(refused)))
    except MemoryError:
        return OUT_OF_MEMORY
    except BrokenPipeError:
        sys.stdout = None
    return 0


def _serve(descriptor: int, where: str) -> None:
    with open(descriptor, "rb", closefd=False) as file:
        file.seek(0)
        content = file.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise SourceDamaged(
            f"{where} is larger than {FILE_BYTES_MAX >> 20} MB, which no list of recipients in a "
            "workbook or an archive needs: split it, or save the table as CSV"
        )
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
    _say(Opened(sha256, book.form, book.sheets))
    _answer(book)


def _hand_over(sha256: str, pieces: Iterator[bytes]) -> None:
    _say(Packed(sha256))
    for piece in pieces:
        _say(Piece(piece))
    _say(End())


def _answer(book: Workbook) -> None:
    blocks: Iterator[Block] = iter(())
    for command in _commands():
        match command:
            case First(sheet, rows):
                begun = book.read(sheet, rows)
                blocks = begun.blocks
                _say(Begun(begun.merged))
                _say(next(blocks, End()))
            case Rest():
                for block in blocks:
                    _say(block)
                _say(End())


def _commands() -> Iterator[Command]:
    read: Callable[[int], bytes] = sys.stdin.buffer.read
    while prefix := read(PREFIX.size):
        (length,) = PREFIX.unpack(prefix)
        yield _decoder.decode(read(length))


def _say(answer: Answer) -> None:
    message = _encoder.encode(answer)
    if len(message) > MESSAGE_BYTES_MAX:
        raise SourceDamaged("a stretch of the workbook holds too much text: save it as CSV")
    out = sys.stdout.buffer
    out.write(PREFIX.pack(len(message)))
    out.write(message)
    out.flush()


if __name__ == "__main__":
    sys.exit(main())
