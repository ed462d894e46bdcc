"""Read a workbook back as somebody who opens it does."""

from pathlib import Path

from openpyxl import load_workbook


def sheet_texts(file: Path, sheet: str) -> list[str]:
    """Return every text on a sheet, row by row."""
    rows = load_workbook(file)[sheet].iter_rows(values_only=True)
    return [cell for row in rows for cell in row if isinstance(cell, str)]
