"""STAGE 1: read a spreadsheet into recipients and rejected rows.

The names are loaded when they are first asked for: the child process that parses workbooks lives
in this package too, and has no memory to spare for what it does not use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.reader.files.source import fingerprint
    from pipeline.reader.inspection import Inspection, SheetLook, inspect
    from pipeline.reader.number_list import read_numbers
    from pipeline.reader.options import ReaderOptions
    from pipeline.reader.phones import normalise
    from pipeline.reader.reading import read

__all__ = [
    "Inspection",
    "ReaderOptions",
    "SheetLook",
    "fingerprint",
    "inspect",
    "normalise",
    "read",
    "read_numbers",
]

_HOMES = {
    "Inspection": "inspection",
    "ReaderOptions": "options",
    "SheetLook": "inspection",
    "fingerprint": "files.source",
    "inspect": "inspection",
    "normalise": "phones",
    "read": "reading",
    "read_numbers": "number_list",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
