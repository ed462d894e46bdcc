"""What every process that holds a stranger's workbook begins with, and how it speaks.

python -m MODULE DESCRIPTOR LIFE NAME MEMORY_BYTES CPU_S: the file is open under that descriptor;
commands come on standard input, answers leave on standard output. The process ends when the
parent, which holds the other end of the pipe LIFE, has ended.
"""

import sys
from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec

from pipeline.core.errors import SourceDamaged
from pipeline.language import Words, filled, packed
from pipeline.reader.limits import FILE_BYTES_MAX
from pipeline.reader.workbooks.confinement import confine, end_with, limit
from pipeline.reader.workbooks.protocol import (
    MESSAGE_BYTES_MAX,
    OUT_OF_MEMORY,
    PREFIX,
    Ready,
    Refused,
)

Command = TypeVar("Command")

_encoder = msgspec.msgpack.Encoder()


def serve(work: Callable[[bytes, str], None]) -> int:
    """Give up what is not needed, then work on the file's content under its name."""
    descriptor, life, where, memory_bytes, cpu_s = sys.argv[1:]
    end_with(int(life))
    limit(int(memory_bytes), int(cpu_s))
    try:
        say(Ready(is_confined=confine()))
        work(_content(int(descriptor), where), where)
    except SourceDamaged as refused:
        say(Refused(packed(refused.text), refused.code))
    except MemoryError:
        return OUT_OF_MEMORY
    except BrokenPipeError:
        sys.stdout = None
    return 0


def _content(descriptor: int, where: str) -> bytes:
    with open(descriptor, "rb", closefd=False) as file:
        file.seek(0)
        content = file.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise SourceDamaged(
            filled(
                "{where} is larger than {most} MB, which no list of recipients in a "
                "workbook or an archive needs: split it, or save the table as CSV",
                where=where,
                most=str(FILE_BYTES_MAX >> 20),
            ),
            "KS6506",
        )
    return content


def commands(decoder: "msgspec.msgpack.Decoder[Command]") -> Iterator[Command]:
    """Yield what the parent asks for, until it asks for nothing more."""
    read: Callable[[int], bytes] = sys.stdin.buffer.read
    while prefix := read(PREFIX.size):
        (length,) = PREFIX.unpack(prefix)
        yield decoder.decode(read(length))


def say(answer: msgspec.Struct) -> None:
    """Send an answer. Raises SourceDamaged for one that is larger than the parent takes."""
    message = _encoder.encode(answer)
    if len(message) > MESSAGE_BYTES_MAX:
        raise SourceDamaged(
            Words("a stretch of the workbook holds too much text: save it as CSV"), "KS6506"
        )
    out = sys.stdout.buffer
    out.write(PREFIX.pack(len(message)))
    out.write(message)
    out.flush()
