"""Make text safe to open in a spreadsheet, whoever wrote it."""

from collections.abc import Sequence

from pipeline.core.text import TRIGGERS, guarded, visible

XLSX_CELL_CHARS_MAX = 32_767
"""UTF-16 units: what one cell of an .xlsx file can hold."""

_CUT_MARK = "…[cut]"
_MAYBE = frozenset(f" {TRIGGERS}")


def safe_cell(text: str, chars_max: int | None = None) -> str:
    """Return the text so that no spreadsheet takes it for a formula; the same for CSV and XLSX.

    Whatever would start one, at the beginning or where a file may be split, gets an apostrophe
    before it, except a phone number such as +8613800138000. Control characters go, lone surrogates
    become U+FFFD, every end of a line becomes LF (the csv module would leave a lone CR unquoted).
    Beyond chars_max (UTF-16 units) the text is cut, with a mark at its end.
    """
    text = guarded(visible(text))
    return text if chars_max is None else _cut(text, chars_max)


def safe_column(cells: Sequence[str]) -> list[str]:
    """Apply safe_cell to a column; quick for the cells that are plainly harmless."""
    joined = "".join(cells)
    if joined.isascii() and joined.isdecimal():
        return list(cells)
    return [cell if _is_plain(cell) else safe_cell(cell) for cell in cells]


def _is_plain(cell: str) -> bool:
    # A printable cell holds no control, surrogate or odd space, wherever they stand.
    return cell[:1] not in _MAYBE and ";" not in cell and "|" not in cell and cell.isprintable()


def _cut(text: str, chars_max: int) -> str:
    if len(text) * 2 <= chars_max:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= chars_max * 2:
        return text
    kept = units[: (chars_max - len(_CUT_MARK)) * 2]
    return kept.decode("utf-16-le", errors="ignore") + _CUT_MARK
