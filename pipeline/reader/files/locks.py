"""Know by its name what programs leave beside a spreadsheet while they work on it.

Such a file holds no list, or half of one: a pattern passes it over.
"""

import re
from pathlib import Path

from pipeline.language import filled

_LOCKS = (
    re.compile(r"~\$(.+)"),  # Microsoft Office, WPS
    re.compile(r"\.~lock\.(.+)#"),  # LibreOffice
    re.compile(r"\.~(.+)"),  # WPS
    re.compile(r"\.#(.+)"),  # Emacs
    re.compile(r"\.(.+)\.sw[a-p]"),  # vim
)
_HALF_WRITTEN = re.compile(
    r"\.goutputstream-.*|~WR[A-Z][0-9]*\..*|~DF.*|.*\.(?:tmp|temp|part|partial|filepart|crdownload)",
    re.IGNORECASE,
)


def opened_file(name: str) -> str:
    """Return the name of the file that a lock file of that name says is open; empty for none."""
    found = (lock.fullmatch(name) for lock in _LOCKS)
    return next((match[1] for match in found if match), "")


def is_left_by_a_program(name: str) -> bool:
    """Tell whether a name is a lock file's, or that of a file which is still being written."""
    return bool(opened_file(name) or _HALF_WRITTEN.fullmatch(name))


def lock_beside(path: Path) -> str:
    """Return the name of the lock file that says that a file is open; empty where none does."""
    name = path.name
    for lock in (f"~${name}", f".~lock.{name}#", f".~{name}"):
        try:
            (path.parent / lock).lstat()
        except (OSError, ValueError):
            continue
        return lock
    return ""


def open_note(path: Path) -> str:
    """Say that a program has a file open; empty where none seems to."""
    lock = lock_beside(path)
    if not lock:
        return ""
    return filled(
        "{file} is open in another program ({lock} lies beside it): what is not saved "
        "there is not read",
        file=path.name,
        lock=lock,
    )
