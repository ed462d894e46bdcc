"""Look through everything that a test run left: no whole number where none belongs, no secret."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

SECRETS = ("emulator-sk", "canarySK", "a-secret-key")
"""Keys that the tests sign with."""

_NUMBER = re.compile(rb"(?<![0-9A-Za-z_.%+/-])(?:\+?86)?1[3-9][0-9]{9}(?![0-9A-Za-z_])")
_LEDGER = "ledger.sqlite3"

_HOLDS_NUMBERS = re.compile(
    r".*\.sqlite3(-wal|-shm|-journal)?|outcomes(_all)?\.csv|rejected\.csv|links\.csv|.*\.xls[xmb]?"
    r"|.*\.ods|journal\.jsonl"
)
"""Ledgers, stores and results, and what the emulator noted as KooMessage would."""

_ANYWHERE = re.compile(r"events\.jsonl.*|.*\.log|.*\.html|.*\.prom|.*\.service|.*\.timer|crontab.*")
"""What koosend writes wherever it is told to."""

SAID = "said-{process}.log"


def note_what_was_said(folder: Path, arguments: list[str], said: str) -> None:
    """Keep what a command printed, for the sweep, unless it was asked for whole numbers."""
    beside = folder.parent / SAID.format(process=os.getpid())
    if "pytest-of-" in str(beside) and not ASKS_FOR_NUMBERS.intersection(arguments):
        with beside.open("a", encoding="utf-8") as file:
            called = next(filter(str.isalpha, arguments), "")  # the rest is the test's own
            file.write(f"$ koosend {called}\n{said}\n")


ASKS_FOR_NUMBERS = frozenset({"--unmask", "--help", "-h"})
"""A help shows a number that is nobody's."""


def found_in(root: Path) -> Iterator[str]:
    """Yield a line for each file below root that holds what it must not, masked itself."""
    for folder, _, names in os.walk(root):
        is_ours = _is_in_state(Path(folder), root)
        for name in names:
            file = Path(folder) / name
            if not file.is_file() or file.is_symlink():
                continue
            if is_ours or _ANYWHERE.fullmatch(name):
                yield from _found_in_file(file)


def _is_in_state(folder: Path, root: Path) -> bool:
    """Tell whether a folder is one that koosend keeps a ledger in, or lies below one."""
    while folder != root and root in folder.parents:
        if (folder / _LEDGER).exists():
            return True
        folder = folder.parent
    return False


def _found_in_file(file: Path) -> Iterator[str]:
    try:
        content = file.read_bytes()
    except OSError:
        return
    for secret in SECRETS:
        if secret.encode() in content:
            yield f"{file}: holds a secret key"
    if _HOLDS_NUMBERS.fullmatch(file.name):
        return
    number = _NUMBER.search(content)
    if number is not None:
        line = content.count(b"\n", 0, number.start()) + 1
        yield f"{file}, line {line}: holds a whole number"
