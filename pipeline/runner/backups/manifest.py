"""What a backup holds: a list of its files, by which a damaged or foreign one is known."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pipeline.core.errors import SourceDamaged, SourceMissing
from pipeline.language import Words, filled, system_words
from pipeline.ledger.sqlite.files import LEDGER_NAME
from pipeline.settings.account import parsed

MANIFEST = "manifest.json"

_BYTES_MAX = 64 * 1024 * 1024
_NAMES = re.compile(r"ledger\.sqlite3|stores/[0-9a-f]{24}\.sqlite3|runs/[0-9A-Za-z-]{1,32}/intents")
_PIECE = 1024 * 1024


class HeldFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a backup: its name within it, its size and the SHA-256 of its content."""

    name: str
    bytes: int
    sha256: str


class HeldStore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The store of an account. folder is where [account] store put it, empty for the usual."""

    name: str
    account: str
    folder: str = ""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything about a backup.

    format is 1. koosend is the version that made it, at the time since 1970 in seconds, made the
    same in China's; state is the folder it was made of, identity the ledger's.
    """

    format: int
    koosend: str
    at: float
    made: str
    state: str
    identity: str
    runs: int
    files: tuple[HeldFile, ...]
    stores: tuple[HeldStore, ...]

    def text(self) -> bytes:
        """Return it as it is written."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


@dataclass(frozen=True, slots=True)
class FoundBackup:
    """A backup on disk, of which only its manifest was believed so far."""

    folder: Path
    manifest: Manifest

    def damaged(self, name: str, how: str) -> SourceDamaged:
        """Say which file is not what the manifest says."""
        return _damaged(self.folder, f"{name} {how}")

    def check_names(self) -> None:
        """Refuse a backup with a file too many. Raises SourceDamaged."""
        known = {held.name for held in self.manifest.files} | {MANIFEST}
        for name in _files_in(self.folder):
            if name not in known:
                raise self.damaged(name, Words("is not in its manifest"))


def find_backup(folder: Path) -> FoundBackup:
    """Read the manifest of a backup. Raises SourceMissing and SourceDamaged."""
    try:
        raw = _read(folder / MANIFEST)
    except FileNotFoundError:
        raise SourceMissing(
            filled(
                "there is no backup in {folder}: it has no {manifest}; name a folder that "
                "koosend backup made, which is one of those in its --to",
                folder=folder,
                manifest=MANIFEST,
            ),
            "KS6604",
        ) from None
    except OSError as error:
        raise SourceMissing(
            filled(
                "the backup {folder} cannot be read: {why}; make it readable",
                folder=folder,
                why=system_words(error),
            ),
            "KS6604",
        ) from None
    try:
        manifest = msgspec.json.decode(raw, type=Manifest)
    except msgspec.DecodeError:
        raise _damaged(folder, filled("{manifest} cannot be read", manifest=MANIFEST)) from None
    if manifest.format != 1:
        raise _damaged(
            folder,
            filled(
                "{manifest} is of a newer koosend ({koosend})",
                manifest=MANIFEST,
                koosend=manifest.koosend,
            ),
        )
    names = [held.name for held in manifest.files]
    accounts_fit = all(
        f"stores/{parsed(store.account).digest}.sqlite3" == store.name for store in manifest.stores
    )
    of_stores = {name for name in names if name.startswith("stores/")}
    if (
        not all(map(_NAMES.fullmatch, names))
        or names.count(LEDGER_NAME) != 1
        or len(set(names)) < len(names)
        or not accounts_fit
        or {store.name for store in manifest.stores} != of_stores
    ):
        raise _damaged(folder, filled("{manifest} names what no backup holds", manifest=MANIFEST))
    return FoundBackup(folder, manifest)


def held_file(folder: Path, name: str) -> HeldFile:
    """Read a file of a backup back and say what it holds. Raises OSError."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces(folder / name):
        digest.update(piece)
        size += len(piece)
    return HeldFile(name, size, digest.hexdigest())


def pieces(file: Path) -> Iterator[bytes]:
    """Read a plain file piece by piece; a link is not followed. Raises OSError."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with open(descriptor, "rb") as opened:  # noqa: PTH123 -- a descriptor, no path
        while piece := opened.read(_PIECE):
            yield piece


def write_new(file: Path, content: Iterable[bytes]) -> None:
    """Write a private file that is not there yet, down to the disk. Raises OSError."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(file, flags, 0o600), "wb") as opened:  # noqa: PTH123 -- a descriptor, no path
        opened.writelines(content)
        opened.flush()
        os.fsync(opened.fileno())


def _read(file: Path) -> bytes:
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with open(descriptor, "rb") as opened:  # noqa: PTH123 -- a descriptor, no path
        return opened.read(_BYTES_MAX)


def _files_in(folder: Path) -> Iterator[str]:
    for at, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(at) / name).is_symlink()]
        for name in sorted([*files, *links]):
            yield (Path(at) / name).relative_to(folder).as_posix()


def _damaged(folder: Path, how: str) -> SourceDamaged:
    return SourceDamaged(
        filled(
            "the backup {folder} is damaged or is none: {how}; nothing was put back: take "
            "another one",
            folder=folder,
            how=how,
        ),
        "KS6516",
    )
