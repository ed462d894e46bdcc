"""What the reader and its child process say to each other: framed msgpack, plain values only."""

import struct
from typing import Any, Final

import msgspec

MESSAGE_BYTES_MAX: Final = 256 << 20
PREFIX: Final = struct.Struct(">I")
"""Before each message: its length in bytes."""

OUT_OF_MEMORY: Final = 97
"""The exit code of a child that met its memory limit and lived to tell."""


class SheetNote(msgspec.Struct, frozen=True):
    """A sheet of cells in a workbook, not yet read."""

    name: str
    hidden: bool


class First(msgspec.Struct, frozen=True, tag=True):
    """Ask for a sheet's first block of at most that many rows; sheet is its place in Opened."""

    sheet: int
    rows: int


class Rest(msgspec.Struct, frozen=True, tag=True):
    """Ask for all other blocks of the sheet last begun."""


class Ready(msgspec.Struct, frozen=True, tag=True):
    """Say that the child has begun and keeps its limits.

    is_confined: whether the kernel refuses it whatever parsing does not need.
    """

    is_confined: bool


class Opened(msgspec.Struct, frozen=True, tag=True):
    """Describe a workbook; sha256 is of the file's content."""

    sha256: str
    format: str
    sheets: tuple[SheetNote, ...]


class Packed(msgspec.Struct, frozen=True, tag=True):
    """Say that the file is an archive of one spreadsheet; pieces of it follow."""

    sha256: str


class Piece(msgspec.Struct, frozen=True, tag=True):
    """Hand over the next bytes of a packed file."""

    content: bytes


class Begun(msgspec.Struct, frozen=True, tag=True):
    """Describe a sheet: merged cells among its first rows as (top, left, bottom, right) from 0."""

    merged: tuple[tuple[int, int, int, int], ...]


class Block(msgspec.Struct, frozen=True, tag=True):
    """Hand over rows that follow each other, by columns; first_line counts from 1.

    held, faults: by column and place in the block, from 0, the numbers as their cells hold them
    where a format shows something else, and why cells cannot be believed.
    """

    first_line: int
    columns: list[list[str]]
    held: dict[int, dict[int, str]]
    faults: dict[int, dict[int, str]]


class End(msgspec.Struct, frozen=True, tag=True):
    """Say that no more blocks or pieces follow."""


class Refused(msgspec.Struct, frozen=True, tag=True):
    """Say in a sentence why the file cannot be read: a text, packed, and the error's code."""

    sentence: Any
    code: str


Command = First | Rest
Answer = Ready | Opened | Packed | Piece | Begun | Block | End | Refused
