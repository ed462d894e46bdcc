"""Know the files that a source's path stands for: one, or all that fit a pattern."""

import glob
import hashlib
import stat
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.core.errors import SourceDamaged, SourceMissing
from pipeline.reader.source import Fingerprinted, changed, opened, reading

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
