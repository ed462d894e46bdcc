"""Find the lines of a file that are worth a look: the first ones, and those unlike the others."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from pipeline.reader.files.candidates import BIG5, GB18030, UTF_8, Candidate

LOOKED_AT_MAX = 2_000
"""So many lines are weighed: the first ones beyond ASCII, and as many of those that are odd."""

_PIECE_BYTES = 1 << 20
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")

_ODD_UTF_8 = re.compile(rb"[\xc2-\xdf\xe0\xe1\xea-\xee]")
"""What begins characters that are not Chinese: where another encoding is valid by chance, these
come out."""

_NOT_ODD_UTF_8 = bytes(byte for byte in range(256) if not _ODD_UTF_8.match(bytes([byte])))

_PLAIN = {
    GB18030: re.compile(rb"[\x00-\x7f]*+(?:(?:[\xb0-\xf7\xa1\xa3][\xa1-\xfe])++[\x00-\x7f]*+)*+"),
    BIG5: re.compile(rb"[\x00-\x7f]*+(?:(?:[\xa4-\xc6\xa1][\x40-\x7e\xa1-\xfe])++[\x00-\x7f]*+)*+"),
}
"""A stretch of the characters that most texts hold: GB 2312, Big5's first plane."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line beyond ASCII. start: its offset in the file."""

    start: int
    content: bytes


def first_lines(file: BinaryIO) -> Iterator[Line]:
    """Yield the first lines beyond ASCII, wherever in the file they are."""
    return islice(_lines(file, _beyond_ascii), LOOKED_AT_MAX)


def odd_lines(file: BinaryIO, candidate: Candidate) -> Iterator[Line]:
    """Yield lines that are unlike what most texts in an encoding hold, from the whole file."""
    find = _odd_utf_8 if candidate is UTF_8 else _odd_in(_PLAIN[candidate])
    return islice(_lines(file, find), LOOKED_AT_MAX)


_Find = Callable[[bytes, int], int]
"""Return the place of the next thing looked for, from a line's start on; -1 where none is."""


def _lines(file: BinaryIO, find: _Find) -> Iterator[Line]:
    for offset, piece in _whole_lines(file):
        end_of_line = b"\n" if b"\n" in piece else b"\r"
        at = 0
        while at < len(piece) and (found := find(piece, at)) >= 0:
            start = max(piece.rfind(end_of_line, at, found) + 1, at)
            end = piece.find(end_of_line, found)
            end = len(piece) if end < 0 else end
            yield Line(offset + start, piece[start:end])
            at = end + 1


def _whole_lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    file.seek(0)
    offset, carried = 0, b""
    while piece := file.read(_PIECE_BYTES):
        whole = carried + piece
        end = (whole.rfind(b"\n") + 1) or (whole.rfind(b"\r") + 1) or len(whole)
        yield offset, whole[:end]
        offset, carried = offset + end, whole[end:]
    if carried:
        yield offset, carried


def _beyond_ascii(piece: bytes, at: int) -> int:
    if not at and piece.isascii():
        return -1
    found = _BEYOND_ASCII.search(piece, at)
    return found.start() if found else -1


def _odd_utf_8(piece: bytes, at: int) -> int:
    if not at and not piece.translate(None, _NOT_ODD_UTF_8):
        return -1
    found = _ODD_UTF_8.search(piece, at)
    return found.start() if found else -1


def _odd_in(plain: re.Pattern[bytes]) -> _Find:
    def find(piece: bytes, at: int) -> int:
        stretch = plain.match(piece, at)
        end = stretch.end() if stretch else at
        return end if end < len(piece) else -1

    return find
