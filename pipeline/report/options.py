"""Say what a report should be like."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.report.texts import Language

ROWS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How a report is written.

    rows_max limits each list of the workbook; the .csv files are always whole. code_meanings
    explains the provider's codes. written_at is epoch seconds.
    """

    language: Language = Language.EN
    rows_max: int = ROWS_MAX
    code_meanings: Mapping[str, str] = field(default_factory=dict)
    written_at: float | None = None
