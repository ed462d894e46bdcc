"""How much a workbook or an archive may ask of the machine, and the words for it."""

from dataclasses import dataclass

FILE_BYTES_MAX = 100 << 20
UNZIPPED_BYTES_MAX = 1 << 30
RATIO_MAX = 100
"""Unzipped to zipped; spreadsheets have about 10."""

RATIO_FREE_BYTES = 16 << 20
"""What unzips to no more than that is harmless at any ratio."""

ENTRIES_MAX = 2_000
ROWS_MAX = 1_048_576
COLUMNS_MAX = 200
TEXT_COLUMNS_MAX = 1_000
"""Of a text file, which is read in pieces."""

AREA_TO_CELLS_MAX = 100
"""Cells between the outermost ones that hold something, for each one that does."""

AREA_FREE_CELLS = 2_000_000
"""So few cells are harmless however empty they are."""


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What the child process that parses a workbook may use.

    wait_s: how long one answer of it is waited for.
    """

    memory_bytes: int = 1536 << 20
    cpu_s: int = 120
    wait_s: float = 150.0
