"""Open a source, know what it is by its content, and notice when it changes."""

import codecs
import errno
import glob
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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


def is_text(file: BinaryIO, path: Path) -> bool:
    """Tell by how a source begins, whatever its name ends in, that it is a text with a table.

    Otherwise it is a workbook, or an archive of one spreadsheet: for the child process to tell.
    Raises SourceDamaged for what is no table.
    """
    with reading(path):
        head = file.read(_HEAD_BYTES)
        file.seek(0)
    if head.startswith(_PARSED):
        return False
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
    return True


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

    def refuse_changed(self, path: Path) -> None:
        """Raise SourceDamaged where the file was changed since the watch began."""
        if self._now() != self._before:
            raise changed(path)

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


FILES_MAX = 1_000
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source; label is empty where the source is that file alone."""

    path: Path
    label: str

    def sheet(self, name: str) -> str:
        """Name a sheet of it, so that a row is known: file.csv, file.xlsx!Sheet1."""
        return "!".join(filter(None, (self.label, name)))


def source_files(path: Path) -> tuple[SourceFile, ...]:
    """List a source's files, by name. A path that is there as it stands is no pattern.

    Raises SourceMissing where nothing fits the pattern, SourceDamaged for too much.
    """
    if not glob.has_magic(str(path)) or _is_there(path):
        return (SourceFile(path, ""),)
    base = _fixed_part(path)
    names = glob.iglob(str(path))  # noqa: PTH207 -- Path.glob takes no absolute pattern
    found = sorted(name for name in names if _is_file(Path(name)))
    if not found:
        raise SourceMissing(f"no file fits {path}")
    if len(found) > FILES_MAX:
        raise SourceDamaged(f"{len(found)} files fit {path}, and at most {FILES_MAX} are read")
    return tuple(SourceFile(Path(name), Path(name).relative_to(base).as_posix()) for name in found)


def fingerprint(path: Path) -> tuple[str, int]:
    """Return the SHA-256 of a source's content, in hex, and its bytes.

    For a pattern it is that of all its files' names and fingerprints.
    """
    seal = Seal(path, "")
    size = 0
    for file in source_files(path):
        sha256, file_bytes = _fingerprint_of_file(file.path)
        seal.add(file, sha256)
        size += file_bytes
    return seal.sha256, size


@dataclass(slots=True)
class Seal:
    """Prove that what was read is what the fingerprint was taken of; expected may be empty."""

    path: Path
    expected: str
    _files: list[tuple[SourceFile, str]] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        """Return the fingerprint of the files so far."""
        if len(self._files) == 1 and not self._files[0][0].label:
            return self._files[0][1]
        lines = "".join(f"{sha256} {file.label}\n" for file, sha256 in self._files)
        return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()

    def add(self, file: SourceFile, sha256: str) -> None:
        """Take note of a file's content. Raises SourceDamaged where it is not as expected."""
        self._files.append((file, sha256))
        if not file.label:
            self.close()

    def close(self) -> None:
        """Raise SourceDamaged where the files together are not as expected."""
        if self.expected and self.sha256 != self.expected:
            raise changed(self.path)


def _fingerprint_of_file(path: Path) -> tuple[str, int]:
    with opened(path) as file, reading(path):
        counted = Fingerprinted(file)
        while counted.read(_CHUNK_BYTES):
            pass
        return counted.sha256, counted.bytes_read


def _fixed_part(path: Path) -> Path:
    base = path
    while glob.has_magic(str(base)):
        base = base.parent
    return base


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (OSError, ValueError):
        return False
    return True


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False
