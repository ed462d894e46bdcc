"""Say what a report should be like."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.report.texts import Language

ROWS_MAX = 100_000


def _unknown(code: str) -> str:
    """Know no code."""
    del code
    return ""


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How a report is written.

    rows_max limits each list of the workbook; the .csv files are always whole. code_meaning
    explains the provider's codes. written_at is epoch seconds.
    """

    language: Language = Language.EN
    rows_max: int = ROWS_MAX
    code_meaning: Callable[[str], str] = _unknown
    written_at: float | None = None
