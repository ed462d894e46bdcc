"""Fill report.xlsx: a summary on top, then the lists that somebody works through."""

import io
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Self

from pipeline.core.outcome import Outcome
from pipeline.core.routing import CARD_CHANNELS
from pipeline.language import Text, Words, filled, spoken
from pipeline.ports import RunRecord, Submission
from pipeline.report.figures.figures import Figures
from pipeline.report.figures.frames import (
    OUTCOME_COLUMNS,
    REJECT_COLUMNS,
    RejectLayout,
    local_time,
)
from pipeline.report.figures.table import Table
from pipeline.report.figures.tally import attention_rows
from pipeline.report.options import ReportOptions
from pipeline.report.texts import words
from pipeline.report.texts.outcomes import OUTCOMES, reason_text
from pipeline.report.texts.safe import safe_cell
from pipeline.report.xlsx.codes import SpokenCodes
from pipeline.report.xlsx.rows import Content, save_with_rows
from pipeline.report.xlsx.sheets import (
    NUMBER,
    PHONE,
    Column,
    ListSheet,
    Sheet,
    discard,
    new_workbook,
)
from pipeline.report.xlsx.summary import WIDTHS, write_summary

_PHONE_WIDTH = 16
_TASK_ID_WIDTH = 38
_TIME_WIDTH = 26
_REASON_AT = REJECT_COLUMNS.index("koosend_reason") - len(REJECT_COLUMNS)
_CHINESE = 6
"""How much broader a heading is than its letters are many, since Chinese ones take two places."""
_WIDTHS = {
    "sheet": 12,
    "phone": _PHONE_WIDTH,
    "outcome": 14,
    "reason": 26,
    "channel": 11,
    "task_name": 23,
    "task_id": _TASK_ID_WIDTH,
    "code": 14,
}
_LOOKS = {"phone": PHONE, "row": NUMBER, "koosend_row": NUMBER}
_ALL_COLUMNS = [
    Column(name, _TIME_WIDTH if name.endswith("_at") else _WIDTHS.get(name, 9), _LOOKS.get(name))
    for name in OUTCOME_COLUMNS
]

_PLACE = (
    *(Column(Words("Sheet"), 12), Column(Words("Row"), 9, NUMBER)),
    Column(Words("Phone"), _PHONE_WIDTH, PHONE),
)
_CODE = (Column(words.CODE, 14), Column(Words("What the code says"), 36))
_TASK_NAME = Column(Words("Task name"), 23)
_TASK_ID = Column(Words("Task id"), _TASK_ID_WIDTH)
_ATTENTION_COLUMNS = (
    *(*_PLACE, Column(words.OUTCOME, 15), Column(words.WHY, 44), *_CODE),
    *(Column(words.TO_DO, 76), _TASK_NAME, _TASK_ID),
)
_FALLBACK_COLUMNS = (
    *(*_PLACE, Column(words.WHY, 56), *_CODE),
    *(Column(Words("Delivered at"), _TIME_WIDTH), _TASK_ID),
)
_TASK_COLUMNS = (
    *(Column(Words("Chunk"), 9, NUMBER), Column(Words("Submission"), 12, NUMBER)),
    *(_TASK_NAME, _TASK_ID, Column(words.REQUEST_STATE, 18)),
    *(Column(words.RECIPIENTS, 12, NUMBER), Column(Words("Attempts"), 10, NUMBER)),
    *(Column(Words("Sent at"), _TIME_WIDTH), Column(Words("Answer known at"), _TIME_WIDTH)),
    *(Column(words.CODE, 16), Column(Words("Message"), 60)),
)


class ReportBook:
    """report.xlsx while it is being filled, row by row, in bounded memory; leave it in any case."""

    def __init__(self, run: RunRecord, options: ReportOptions, layout: RejectLayout) -> None:
        """Start all sheets; the summary is written last, when everything is counted."""
        self._run = run
        self._options = options
        self._codes = SpokenCodes(options.language, run.plan.message.channel)
        # Rows have few different reasons and codes: each is worked out once.
        self._name = cache(lambda outcome: self._say(OUTCOMES[Outcome(outcome)].name))
        self._outcome_meaning = cache(lambda outcome: self._say(OUTCOMES[Outcome(outcome)].meaning))
        self._why = cache(lambda reason: safe_cell(reason_text(reason, options.language)))
        self._meaning = cache(lambda code: safe_cell(self._say(options.code_help(code).meaning)))
        self._advice = cache(
            lambda outcome, code: self._say(options.advice_for(Outcome(outcome), code))
        )
        self._book = new_workbook()
        self._book.properties.title = safe_cell(
            ": ".join(filter(None, (options.marks.text, f"{run.plan.campaign} {run.plan.run}")))
        )
        self._book.properties.creator = "koosend"
        self._summary = Sheet(self._book, self._say(Words("Summary")), WIDTHS)
        self._attention = self._list(words.ATTENTION, _ATTENTION_COLUMNS)
        has_cards = run.plan.message.channel in CARD_CHANNELS
        self._fallback = self._list(words.FALLBACK, _FALLBACK_COLUMNS) if has_cards else None
        self._rejected = self._list(
            words.REJECTED, self._headed(_reject_columns(layout), REJECT_COLUMNS)
        )
        self._all = self._list(words.ALL_ROWS, self._headed(_ALL_COLUMNS, OUTCOME_COLUMNS))
        self._tasks = self._list(Words("Tasks"), _TASK_COLUMNS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        discard(self._book)
        for sheet in self._lists:
            sheet.rows_below.close()

    def add_outcomes(self, table: Table) -> None:
        """Take the rows of one outcome table to the lists they belong to."""
        _take(self._all, table, self._all_columns)
        _take(self._attention, attention_rows(table), self._attention_columns)
        if self._fallback is not None:
            seen_plain = table.where(("outcome",), {(Outcome.FALLBACK_SMS.value,)})
            _take(self._fallback, seen_plain, self._fallback_columns)

    def add_rejects(self, lines: Iterable[Sequence[Content]]) -> None:
        """Take rejected rows, laid out as in rejected.csv."""
        columns: list[Sequence[Content]] = list(zip(*lines, strict=True))
        if columns and self._codes.is_needed:
            columns[_REASON_AT] = [self._codes.reason(str(code)) for code in columns[_REASON_AT]]
        self._rejected.add(columns)

    def save(self, path: Path, figures: Figures) -> None:
        """Add the tasks and the summary, and write the file."""
        submissions = figures.submissions
        shown = submissions[: self._options.rows_max]
        self._tasks.add(list(zip(*map(self._task_row, shown), strict=True)))
        self._tasks.skip(len(submissions) - len(shown))
        self._end(self._attention, words.EMPTY_ATTENTION, "outcomes.csv")
        if self._fallback is not None:
            self._end(self._fallback, words.EMPTY_FALLBACK, "outcomes.csv")
        self._end(self._rejected, words.EMPTY_REJECTED, "rejected.csv")
        self._end(self._all, words.EMPTY, "outcomes.csv")
        self._end(self._tasks, words.EMPTY, "outcomes.csv")
        write_summary(self._summary, figures, self._options)
        for page in self._book.worksheets:
            if page.oddHeader is not None:
                page.oddHeader.center.text = self._options.marks.text  # of each printed page
        frame = io.BytesIO()
        self._book.save(frame)
        rows = {sheet.page.path.lstrip("/"): sheet.rows_below for sheet in self._lists}
        save_with_rows(frame, rows, path)

    @property
    def _lists(self) -> list[ListSheet]:
        lists = (self._attention, self._fallback, self._rejected, self._all, self._tasks)
        return [sheet for sheet in lists if sheet is not None]

    def _say(self, text: Text | str) -> str:
        return spoken(text, self._options.language)

    def _headed(self, columns: Sequence[Column], ours: Collection[str]) -> list[Column]:
        """Say headings of ours in the reader's language; the source's own stay as they are."""
        if not self._codes.is_needed:
            return list(columns)
        return [
            self._said(column, str(column.heading)) if column.heading in ours else column
            for column in columns
        ]

    def _said(self, column: Column, name: str) -> Column:
        said = self._codes.heading(name)
        return replace(column, heading=said, width=max(column.width, len(said) + _CHINESE))

    def _list(self, title: Text, columns: Sequence[Column]) -> ListSheet:
        said = [replace(column, heading=self._say(column.heading)) for column in columns]
        return ListSheet(self._book, self._say(title), said, self._options.rows_max)

    def _end(self, sheet: ListSheet, empty: Text, file: str) -> None:
        cut = filled(
            "Cut here: {shown} of {total} rows are shown. The whole list is in {file}.",
            shown=self._options.rows_max,
            total=sheet.total,
            file=file,
        )
        sheet.finish(self._say(empty), self._say(cut))

    def _all_columns(self, table: Table) -> list[Sequence[Content]]:
        return [self._codes.column(name, table[name]) for name in OUTCOME_COLUMNS]

    def _attention_columns(self, table: Table) -> list[Sequence[Content]]:
        outcomes, reasons, codes = map(table.texts, ("outcome", "reason", "code"))
        why = [
            self._why(reason) or self._outcome_meaning(outcome)
            for outcome, reason in zip(outcomes, reasons, strict=True)
        ]
        return [
            *map(table.texts, ("sheet", "row", "phone")),
            *(list(map(self._name, outcomes)), why),
            *(codes, list(map(self._meaning, codes)), list(map(self._advice, outcomes, codes))),
            *map(table.texts, ("task_name", "task_id")),
        ]

    def _fallback_columns(self, table: Table) -> list[Sequence[Content]]:
        codes = table.texts("code")
        return [
            *map(table.texts, ("sheet", "row", "phone")),
            list(map(self._why, table.texts("reason"))),
            *(codes, list(map(self._meaning, codes))),
            *map(table.texts, ("delivered_at", "task_id")),
        ]

    def _task_row(self, sent: Submission) -> Sequence[Content]:
        return (
            *(sent.chunk, sent.submission),
            *(safe_cell(sent.task_name or ""), safe_cell(sent.task_id or "")),
            self._say(words.STATES[sent.state]),
            *(sent.messages, sent.attempts),
            *(local_time(sent.attempted_at), local_time(sent.concluded_at)),
            *(safe_cell(sent.code), safe_cell(sent.message)),
        )


def _reject_columns(layout: RejectLayout) -> list[Column]:
    *others, mend = layout.columns
    return [*(Column(name, 18, _LOOKS.get(name)) for name in others), Column(mend, 116)]


def _take(
    sheet: ListSheet,
    table: Table,
    columns_of: Callable[[Table], Sequence[Sequence[Content]]],
) -> None:
    shown = table.first(sheet.room)
    if len(shown):
        sheet.add(columns_of(shown))
    sheet.skip(len(table) - len(shown))
