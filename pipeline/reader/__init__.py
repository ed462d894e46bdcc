"""STAGE 1: read a spreadsheet into recipients and rejected rows."""

from pipeline.reader.inspection import Inspection, SheetLook, inspect
from pipeline.reader.options import ReaderOptions
from pipeline.reader.phones import normalise
from pipeline.reader.reading import read
from pipeline.reader.source import fingerprint

__all__ = [
    "Inspection",
    "ReaderOptions",
    "SheetLook",
    "fingerprint",
    "inspect",
    "normalise",
    "read",
]
