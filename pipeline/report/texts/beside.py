"""What is written beside a row that is given back in the user's own workbook."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.core.outcome import Outcome, Standing
from pipeline.core.times import moment_in_china
from pipeline.ports import Submission
from pipeline.report.options import ReportOptions
from pipeline.report.texts.outcomes import OUTCOMES, mend_words, reason_words
from pipeline.report.texts.safe import XLSX_CELL_CHARS_MAX, safe_cell

HEADINGS = (
    "koosend_outcome",
    "koosend_why",
    "koosend_todo",
    "koosend_code",
    "koosend_delivered_at",
    "koosend_task_id",
)
"""What is added behind the sheet's own columns."""


@dataclass(slots=True)
class RowTexts:
    """The texts of rows, in the options' language, each safe to open."""

    options: ReportOptions
    _known: dict[tuple[Outcome, str, str], tuple[str, ...]] = field(default_factory=dict)

    def cells(self, standing: Standing, submission: Submission | None) -> tuple[str, ...]:
        """Return a row's new cells, in the order of HEADINGS."""
        key = (standing.outcome, standing.reason, standing.code)
        if key not in self._known:
            self._known[key] = tuple(self._explained(standing))
        task_id = submission.task_id if submission is not None else None
        times = (
            safe_cell(moment_in_china(standing.delivered_at), XLSX_CELL_CHARS_MAX),
            safe_cell(task_id or ""),
        )
        return (*self._known[key], *times)

    def _explained(self, standing: Standing) -> Iterator[str]:
        outcome, reason, code = standing.outcome, standing.reason, standing.code
        language = self.options.language
        why = reason_words(reason).of(language) or OUTCOMES[outcome].meaning.of(language)
        meaning = self.options.code_help(code).meaning.of(language)
        advice = self.options.advice_for(outcome, code).of(language)
        for text in (
            OUTCOMES[outcome].name.of(language),
            " ".join(filter(None, (why, meaning))),
            mend_words(reason).of(language) or advice,
            code,
        ):
            yield safe_cell(text, XLSX_CELL_CHARS_MAX)
