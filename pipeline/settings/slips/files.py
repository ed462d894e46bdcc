"""Tell what was named instead of a campaign file, or a campaign file instead of a spreadsheet."""

import tomllib
from pathlib import Path

from pipeline.core.errors import UsageError
from pipeline.language import filled
from pipeline.reader.files.locks import opened_file

BYTES_MAX = 1 << 20
"""No campaign file is longer."""

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b")
_SPREADSHEETS = frozenset(
    (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".zip", ".gz", ".et")
)
_SECTIONS = frozenset({"campaign", "source", "message"})


def instead_of_campaign(file: Path, data: bytes) -> str:
    """Say what a file is that cannot be read as a campaign; empty where that is not clear.

    data: how the file begins.
    """
    if opened := opened_file(file.name):
        return filled(
            "is what a program keeps beside {opened} while it is open: name {opened} itself",
            opened=opened,
        )
    if b"[campaign]" in data:
        return ""
    if data.startswith(_WORKBOOKS) or file.suffix.lower() in _SPREADSHEETS:
        return filled(
            "is a spreadsheet and no campaign file; koosend init {file} proposes a campaign for it",
            file=file.name,
        )
    return ""


def refuse_campaign(spreadsheet: Path) -> None:
    """Raise UsageError where a campaign file was named as the spreadsheet to look at."""
    if spreadsheet.suffix.lower() == ".toml" or _is_campaign(spreadsheet):
        raise UsageError(
            filled(
                "{spreadsheet} is a campaign file, and init proposes one: name the "
                "spreadsheet with the numbers, or go on with: koosend check {spreadsheet}",
                spreadsheet=spreadsheet,
            ),
            "KS0208",
        )


def _is_campaign(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            data = stream.read(BYTES_MAX + 1)
        table = tomllib.loads(data.decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return False
    return len(data) <= BYTES_MAX and bool(_SECTIONS & table.keys())
