"""Open a source, know what it is by its content, and notice when it changes."""

import codecs
import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from pipeline.core.errors import SourceDamaged, SourceMissing

_HEAD_BYTES = 4096
_PARSED = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b")
_NO_TABLES = (
    (b"%PDF", "a PDF document"),
    (b"BZh", "compressed (bzip2)"),
    (b"\xfd7zXZ\x00", "compressed (xz)"),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd)"),
    (b"7z\xbc\xaf\x27\x1c", "compressed (7z)"),
    (b"Rar!", "compressed (rar)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3\x00", "a database"),
    (b"{\\rtf", "a text document (rtf)"),
)
_WEB_PAGE = re.compile(rb"\s*<(?:!doctype html|html|head|table|meta)\b", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml\b")


class Kind(StrEnum):
    """How a source is to be read, whatever its name ends in."""

    TEXT = "text"
    PARSED = "parsed"
    """A workbook, or an archive of one spreadsheet: for the child process to tell."""


def kind_of(file: BinaryIO, path: Path) -> Kind:
    """Tell what a source is by how it begins. Raises SourceDamaged for what is no table."""
    with reading(path):
        head = file.read(_HEAD_BYTES)
        file.seek(0)
    if head.startswith(_PARSED):
        return Kind.PARSED
    if not head:
        raise SourceDamaged(f"{path.name} is empty: it has 0 bytes")
    what = next((what for start, what in _NO_TABLES if head.startswith(start)), None)
    text = head.removeprefix(codecs.BOM_UTF8)
    if _WEB_PAGE.match(text):
        what = "a web page, whatever its name ends in"
    elif _XML.match(text):
        what = "an XML file, whatever its name ends in"
    if what is not None:
        raise SourceDamaged(
            f"{path.name} is {what}: open it in the program it comes from and save the table as "
            "xlsx or CSV"
        )
    return Kind.TEXT


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a source for reading. Raises SourceMissing, and SourceDamaged for what is no file."""
    try:
        _refuse_no_file(path, path.stat().st_mode)
        # What was put in its place meanwhile, such as a pipe, must not make us wait.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise SourceMissing(f"{path} is not there") from None
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.ELOOP:
            raise SourceDamaged(f"{path} is a link that leads back to itself") from None
        raise SourceMissing(f"{path} cannot be opened: {_why(error)}") from None
    with os.fdopen(descriptor, "rb") as file:
        _refuse_no_file(path, os.fstat(descriptor).st_mode)
        yield file


def _refuse_no_file(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise SourceDamaged(f"{path} is a folder: name the spreadsheet in it")
    if not stat.S_ISREG(mode):
        raise SourceDamaged(f"{path} is not a regular file, so it cannot be read twice")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn a failing disk or share into SourceDamaged."""
    try:
        yield
    except OSError as error:
        raise SourceDamaged(f"{path} cannot be read: {_why(error)}") from None


class Fingerprinted:
    """A file that is fingerprinted while it is read through once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.bytes_read = 0

    def read(self, count: int) -> bytes:
        """Read on."""
        piece = self._file.read(count)
        self._hash.update(piece)
        self.bytes_read += len(piece)
        return piece

    @property
    def sha256(self) -> str:
        """Return the fingerprint of what was read so far, in hex."""
        return self._hash.hexdigest()


class Watch:
    """Notice that an open file is written to."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._before = self._now()

    def disturbed(self) -> bool:
        """Tell whether the file was changed since the watch began."""
        return self._now() != self._before

    def _now(self) -> tuple[int, int]:
        state = os.fstat(self._file.fileno())
        return state.st_size, state.st_mtime_ns


def changed(path: Path) -> SourceDamaged:
    """Say that a source was changed while it was being read."""
    return SourceDamaged(
        f"{path} was changed while it was being read: run again once it is written completely"
    )


def _why(error: OSError | ValueError) -> str:
    return (error.strerror or "unreadable") if isinstance(error, OSError) else str(error)
