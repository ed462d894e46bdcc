"""Tell whether `koosend serve` takes a state folder's receipts already, and where."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import LedgerUnwritable, WorkLeft
from pipeline.language import filled, system_words

LOCK_FILE = "serve.lock"
SERVICE_LOG = "serve.jsonl"

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_BYTES_MAX = 4096
_TRIES = 20
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Attended:
    """Where a service listens. address is its receipts' address where its secret was made up."""

    place: str
    address: str


class Attendance:
    """This process's hold on the service of a state folder."""

    def __init__(self, file: int) -> None:
        """Hold the open, locked file."""
        self._file = file

    def tell(self, attended: Attended) -> None:
        """Say where it listens, to runs that begin later."""
        text = json.dumps({"place": attended.place, "address": attended.address}).encode()
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, text, 0)


@contextmanager
def attending(state: Path) -> Iterator[Attendance]:
    """Be the only service of a state folder. Raises WorkLeft while another process is."""
    try:
        file = os.open(state / LOCK_FILE, _FLAGS, 0o600)
    except OSError as error:
        raise LedgerUnwritable(
            filled(
                "the service's lock in {state} cannot be opened ({why})",
                state=state,
                why=system_words(error),
            ),
            "KS7411",
        ) from None
    try:
        if not _locked(file):
            raise WorkLeft(
                filled("another koosend serve already takes the receipts of {state}", state=state),
                "KS7514",
            )
        os.ftruncate(file, 0)
        yield Attendance(file)
    finally:
        os.close(file)


def attended(state: Path) -> Attended | None:
    """Look whether a service takes the receipts of a state folder."""
    try:
        file = os.open(state / LOCK_FILE, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _attended(os.pread(file, _BYTES_MAX, 0))
    finally:
        os.close(file)
    return None


def _locked(file: int) -> bool:
    """Lock it for good; a run that only looks holds it for as long as a look takes."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(_LOOK_S)
        else:
            return True
    return False


def _attended(text: bytes) -> Attended | None:
    try:
        said = json.loads(text)
        return Attended(str(said["place"]), str(said["address"]))
    except (ValueError, LookupError, TypeError):
        return None  # it has not begun to listen yet
