"""Write a run with all its rows in one transaction, in row order, with bounded memory."""

from collections.abc import Iterable
from dataclasses import asdict
from itertools import repeat
from typing import assert_never

from pipeline.core.errors import KoosendError, RunHeld
from pipeline.core.model import Chunk, RejectedRow
from pipeline.core.screening import rejected_outcome
from pipeline.language import filled
from pipeline.ledger.codec import pack_json, pack_personal, pack_texts, storable
from pipeline.ledger.routes import add_submissions, explain, positions_of
from pipeline.ledger.sqlite.database import Database
from pipeline.ports import Rejects, RunPlan


def plan_run(database: Database, plan: RunPlan, items: Iterable[Chunk | Rejects]) -> None:
    """Record the run whole or not at all, whatever the iterator raises."""
    with database.transaction():
        if database.first("run_no", {"run": plan.run}) is not None or _is_planned(database, plan):
            raise RunHeld(
                filled(
                    "run {run} is planned already; start it again to go on with it", run=plan.run
                )
            )
        parameters = asdict(plan) | {
            "message": pack_json(plan.message),
            "templates": pack_json(plan.templates),
        }
        run_no = database.insert("add_run", parameters)
        planning = _Planning(database, run_no, plan.planned_at)
        for item in items:
            match item:
                case Chunk():
                    planning.add_chunk(item)
                case Rejects():
                    planning.add_rejects(item)
                case _:
                    assert_never(item)
        planning.finish()
    database.shrink()


def _is_planned(database: Database, plan: RunPlan) -> bool:
    """Tell whether another process has planned the same run, under whatever label."""
    if plan.nth is None:
        return False
    same = (plan.source_sha256, plan.meaning, plan.account)
    return int(database.value("count_runs_alike", same)) > plan.nth


class _Planning:
    def __init__(self, database: Database, run_no: int, at: float) -> None:
        self._database = database
        self._run_no = run_no
        self._at = at
        self._sheets: dict[str, int] = {}
        self._headed: set[int] = set()
        self._rejected = 0
        self._recipients = 0
        self._chunks = 0

    def add_chunk(self, chunk: Chunk) -> None:
        recipients, rows = chunk.recipients, chunk.recipients.rows
        submission_of = _tiling(chunk)
        place = (self._run_no, chunk.chunk)
        of = {"run_no": self._run_no, "chunk": chunk.chunk}
        size = {"first_row": rows[0], "last_row": rows[-1], "recipients": len(rows)}
        self._database.do("add_chunk", of | size)
        add_submissions(self._database, place, rows, chunk.submissions)
        for sheet in dict.fromkeys(chunk.sheets):
            self._sheet(sheet)
        self._database.do_many(
            "add_row",
            zip(
                repeat(self._run_no, len(rows)),
                rows,
                map(self._sheets.__getitem__, chunk.sheets),
                chunk.lines,
                repeat(chunk.chunk, len(rows)),
                submission_of,
                strict=True,
            ),
        )
        self._database.do("add_personal", of | {"blob": pack_personal(recipients)})
        if chunk.people is not None:
            people = chunk.people
            digests = (people.scheme, people.numbers, people.messages)
            self._database.do("add_people", (self._run_no, chunk.chunk, *digests))
        explain(self._database, place, chunk, self._at)
        self._recipients += len(recipients)
        self._chunks += 1

    def add_rejects(self, rejects: Rejects) -> None:
        sheet_no = self._sheet(rejects.sheet)
        if sheet_no not in self._headed:
            self._headed.add(sheet_no)
            header = pack_texts(rejects.header)
            self._database.do(
                "set_header", {"run_no": self._run_no, "sheet_no": sheet_no, "header": header}
            )
        place = (self._run_no, sheet_no)
        rows = (
            (*place, row.row, row.line, rejected_outcome(row.reason), row.reason)
            for row in rejects.rows
        )
        self._database.do_many("add_rejected_row", rows)
        self._database.do_many("add_rejected", (self._details(row) for row in rejects.rows))
        self._rejected += len(rejects.rows)

    def finish(self) -> None:
        counts = {
            "run_no": self._run_no,
            "rows": self._recipients + self._rejected,
            "recipients": self._recipients,
            "chunks": self._chunks,
        }
        self._database.do("count_run", counts)

    def _sheet(self, sheet: str) -> int:
        if sheet not in self._sheets:
            sheet_no = len(self._sheets)
            self._sheets[sheet] = sheet_no
            self._database.do(
                "add_sheet",
                {"run_no": self._run_no, "sheet_no": sheet_no, "sheet": storable(sheet)},
            )
        return self._sheets[sheet]

    def _details(self, row: RejectedRow) -> tuple[object, ...]:
        return (
            self._run_no,
            row.row,
            row.reason,
            storable(row.column),
            storable(row.phone),
            row.of_row,
            row.of_line,
            pack_texts(row.cells),
            storable(row.detail),
        )


def _tiling(chunk: Chunk) -> list[int]:
    """Return the submission of each recipient, or raise where one has none or two."""
    wrong = KoosendError(
        filled("the submissions of chunk {chunk} do not match its rows", chunk=str(chunk.chunk)),
        "KS7002",
    )
    numbers = [-1] * len(chunk.recipients)
    for planned in chunk.submissions:
        for at in positions_of(planned):
            if not 0 <= at < len(numbers) or numbers[at] != -1:
                raise wrong
            numbers[at] = planned.submission
    whole = len(numbers) == len(chunk.lines) == len(chunk.sheets)
    if not numbers or not whole or -1 in numbers:
        raise wrong
    return numbers
