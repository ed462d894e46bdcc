"""Open a source, know what it is by its content, and notice when it changes."""

import codecs
import errno
import glob
import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from pipeline.core.errors import SourceDamaged, SourceMissing
from pipeline.language import Words, filled
from pipeline.reader.files.locks import is_left_by_a_program, open_note, opened_file

_HEAD_BYTES = 4096
_OF_THE_SYSTEM = ("/proc/", "/sys/")
"""What stands there passes for regular files."""

_PARSED = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b")
_NO_TABLES = (
    (b"%PDF", Words("a PDF document")),
    (b"BZh", Words("compressed (bzip2)")),
    (b"\xfd7zXZ\x00", Words("compressed (xz)")),
    (b"\x28\xb5\x2f\xfd", Words("compressed (zstd)")),
    (b"7z\xbc\xaf\x27\x1c", "compressed (7z)"),
    (b"Rar!", Words("compressed (rar)")),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3\x00", "a database"),
    (b"{\\rtf", Words("a text document (rtf)")),
    (b"\x09\x00\x04\x00", Words("a worksheet of Excel 2")),
    (b"\x09\x02\x06\x00", Words("a worksheet of Excel 3")),
    (b"\x09\x04\x06\x00", Words("a worksheet of Excel 4")),
    (b"\x09\x08\x08\x00", Words("a worksheet of Excel 5 without its workbook")),
    (b"\x00\x00\x02\x00", Words("a worksheet of Lotus 1-2-3")),
)
_BEFORE_A_WORKBOOK = codecs.BOM_UTF8 + b" \t\r\n"
"""What web servers and scripts put before a file by mistake."""

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
        raise SourceDamaged(filled("{file} is empty: it has 0 bytes", file=path.name), "KS6502")
    what = next((what for start, what in _NO_TABLES if head.startswith(start)), None)
    text = head.removeprefix(codecs.BOM_UTF8)
    if _WEB_PAGE.match(text):
        what = Words("a web page, whatever its name ends in")
    elif _XML.match(text):
        what = Words("an XML file, whatever its name ends in")
    if head.lstrip(_BEFORE_A_WORKBOOK).startswith(_PARSED):
        raise SourceDamaged(
            filled(
                "{file} is a workbook or an archive with blank characters before its "
                "beginning, which whatever handed it on put there: copy or download it "
                "again",
                file=path.name,
            ),
            "KS6504",
        )
    if what is not None:
        raise SourceDamaged(
            filled(
                "{file} is {what}: open it in the program it comes from and save the table "
                "as xlsx or CSV",
                file=path.name,
                what=what,
            ),
            "KS6509",
        )
    return True


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """Open a source for reading. Raises SourceMissing, and SourceDamaged for what is no file."""
    try:
        _refuse_no_file(path, path.stat().st_mode)
        # What was put in its place meanwhile, such as a pipe, must not make us wait.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise SourceMissing(
            filled("{path} is not there{path_2}", path=path, path_2=_of_nobody(path))
        ) from None
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.ELOOP:
            raise SourceDamaged(
                filled("{path} is a link that leads back to itself", path=path), "KS6515"
            ) from None
        raise SourceMissing(
            filled("{path} cannot be opened: {error}", path=path, error=_why(error)), "KS6602"
        ) from None
    with os.fdopen(descriptor, "rb") as file:
        _refuse_no_file(path, os.fstat(descriptor).st_mode)
        yield file


def _of_nobody(path: Path) -> str:
    """Say where a path was meant to begin in the home folder of somebody who is not known here."""
    user = next((part for part in path.parts if part.startswith("~")), "")
    return (
        filled("; {user} stands for the home folder of a user who is not known here", user=user)
        if user
        else ""
    )


def _refuse_no_file(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise SourceDamaged(
            filled("{path} is a folder: name the spreadsheet in it", path=path), "KS6515"
        )
    if not stat.S_ISREG(mode):
        raise SourceDamaged(
            filled("{path} is not a regular file, so it cannot be read twice", path=path), "KS6515"
        )
    if os.path.realpath(path).startswith(_OF_THE_SYSTEM):
        raise SourceDamaged(
            filled("{path} is no file on a disk but what the system tells of itself", path=path),
            "KS6515",
        )


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn a failing disk or share into SourceDamaged."""
    try:
        yield
    except OSError as error:
        raise SourceDamaged(
            filled("{path} cannot be read: {error}", path=path, error=_why(error))
        ) from None


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
        filled(
            "{path} was changed while it was being read: run again once it is written completely",
            path=path,
        ),
        "KS6510",
    )


def _why(error: OSError | ValueError) -> str:
    return (error.strerror or "unreadable") if isinstance(error, OSError) else str(error)


FILES_MAX = 1_000
_CHUNK_BYTES = 1 << 20
_LOCK_BYTES_MAX = 1_024
"""Microsoft Office's have 165 bytes, LibreOffice's one line."""


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

    What programs leave beside a file that they have open, or still write, fits no pattern.
    Raises SourceMissing where nothing fits the pattern, or where the path is such a leaving,
    SourceDamaged for too much.
    """
    if not glob.has_magic(str(path)) or _is_there(path):
        _refuse_lock(path)
        return (SourceFile(path, ""),)
    base = _fixed_part(path)
    names = glob.iglob(str(path))  # noqa: PTH207 -- Path.glob takes no absolute pattern
    fitting = sorted(name for name in names if _is_file(Path(name)))
    # Only a pattern that ends in .tmp itself asks for such files.
    found = [name for name in fitting if _is_meant(Path(name), path)]
    if not found:
        raise SourceMissing(
            filled("no file fits {path}{fitting}", path=path, fitting=_passed_over(fitting))
        )
    if len(found) > FILES_MAX:
        raise SourceDamaged(
            filled(
                "{found} files fit {path}, and at most {most} are read",
                found=str(len(found)),
                path=path,
                most=str(FILES_MAX),
            ),
            "KS6506",
        )
    return tuple(SourceFile(Path(name), Path(name).relative_to(base).as_posix()) for name in found)


def open_notes(path: Path) -> Iterator[str]:
    """Yield a sentence for each of a source's files that another program has open."""
    try:
        files = source_files(path)
    except (SourceDamaged, SourceMissing):
        return
    yield from filter(None, (open_note(file.path) for file in files))


def _is_meant(file: Path, pattern: Path) -> bool:
    if not is_left_by_a_program(file.name):
        return True
    return is_left_by_a_program(pattern.name) and not opened_file(file.name)


def _passed_over(names: Sequence[str]) -> str:
    if not names:
        return ""
    return filled(
        ", but for {name}, which a program keeps there while it works on a file: wait "
        "until it is done, or name the file itself",
        name=Path(names[0]).name,
    )


def _refuse_lock(path: Path) -> None:
    """Refuse a file that only says of another one that it is open.

    By its name alone, unless it holds more than such files ever do: a list may have any name.
    """
    opened_one = opened_file(path.name)
    if opened_one and _size_of(path) <= _LOCK_BYTES_MAX:
        raise SourceMissing(
            filled(
                "{path} is no list: a program keeps such a file while it has {opened_one} "
                "open; name {opened_one} itself, and save and close it there first",
                path=path,
                opened_one=opened_one,
            ),
            "KS6603",
        )


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


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


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
