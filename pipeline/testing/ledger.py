"""A ledger in memory, which behaves as the real one does and can be told to fail."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import assert_never

from pipeline.core.books import Books, chunk_state
from pipeline.core.errors import KoosendError, LedgerUnwritable, RunHeld, UsageError
from pipeline.core.lifecycle import State
from pipeline.core.model import Chunk, Recipients, Rejection, Route, RunId, TaskName
from pipeline.core.outcome import Fact, Outcome, Standing, of_state
from pipeline.core.screening import rejected_outcome
from pipeline.ports import (
    AttemptRecord,
    CanaryRecord,
    OutcomeBlock,
    Question,
    Rejects,
    RunPlan,
    RunRecord,
    RunWriter,
    Submission,
)
from pipeline.testing.ledger_reporting import MemoryReporting
from pipeline.testing.ledger_retention import MemoryRetention
from pipeline.testing.ledger_routing import (
    MemoryRouting,
    add_submission,
    explained,
    positions_of,
)
from pipeline.testing.ledger_run import MemoryRun, append_facts
from pipeline.testing.ledger_screening import MemoryScreening
from pipeline.testing.ledger_writer import MemoryRunWriter

BLOCK_ROWS = 5000


class MemoryLedger(MemoryReporting, MemoryScreening, MemoryRetention):
    """Fake Ledger.

    writes counts the transactions. fail_from is the number of the first transaction, from 1, that
    raises LedgerUnwritable, as do all after it; None means that none fails.
    """

    def __init__(self) -> None:
        """Start empty."""
        MemoryReporting.__init__(self, self._count_write, self.add_suppressions, self._is_attempted)
        self.writes = 0
        self.fail_from: int | None = None
        self._runs: dict[RunId, MemoryRun] = {}
        MemoryScreening.__init__(self, self._count_write, self._runs)
        MemoryRouting.__init__(self, self._count_write, self._runs)
        self._ceilings: dict[str, float] = {}
        self._evidence_numbers = itertools.count(1)

    def run(self, run: RunId) -> RunRecord | None:
        """Look a run up."""
        found = self._runs.get(run)
        return found.record() if found else None

    def runs(self, campaign: str | None = None) -> tuple[RunRecord, ...]:
        """List runs, the latest first."""
        records = [r.record() for r in reversed(self._runs.values())]
        records.sort(key=lambda r: r.plan.planned_at, reverse=True)
        return tuple(r for r in records if campaign in (None, r.plan.campaign))

    def plan(self, plan: RunPlan, items: Iterable[Chunk | Rejects]) -> RunRecord:
        """Record a run, whole or not at all."""
        if plan.run in self._runs:
            raise RunHeld(f"run {plan.run} is planned already; start it again to go on with it")
        self._count_write()
        run = MemoryRun(plan)
        for item in items:
            match item:
                case Chunk():
                    self._add_chunk(run, item)
                case Rejects():
                    _add_rejects(run, item)
                case _:
                    assert_never(item)
        self._runs[plan.run] = run
        return run.record()

    def take(self, run: RunId) -> RunWriter:
        """Become the run's only writer."""
        found = self._of(run)
        if found.held:
            raise RunHeld(f"run {run} is held by another writer; wait for it and run again")
        self._count_write()
        found.held = True
        found.epoch += 1
        return MemoryRunWriter(
            found,
            found.epoch,
            self._count_write,
            self._ceilings.__setitem__,
            self._number,
            self.forget_run,
            self.suppressions_end,
            self.pushed_tasks,
        )

    def let_holders_die(self) -> None:
        """Act as if every process that holds a run had been killed."""
        for run in self._runs.values():
            run.held = False

    def submissions(
        self, run: RunId, states: frozenset[State] | None = None
    ) -> tuple[Submission, ...]:
        """List submissions in source order."""
        known = self._of(run).submissions
        return tuple(known[k] for k in sorted(known) if states is None or known[k].state in states)

    def attempts(self, run: RunId) -> tuple[AttemptRecord, ...]:
        """List every attempt of a run in source order."""
        records = self._of(run).attempts.values()
        return tuple(
            sorted(
                records,
                key=lambda r: (r.attempt.chunk, r.attempt.submission, r.attempt.attempt),
            )
        )

    def recipients(self, run: RunId, chunk: int) -> Recipients:
        """Read a chunk's recipients."""
        try:
            if self._of(run).purged_at is None:
                return self._of(run).chunks[chunk].recipients
            raise UsageError(f"the numbers of run {run} were purged")
        except KeyError:
            raise UsageError(f"run {run} has no chunk {chunk}") from None

    def questions(self, run: RunId) -> tuple[Question, ...]:
        """List the questions asked by name."""
        return tuple(self._of(run).questions)

    def facts(self, run: RunId, submission: Submission) -> Mapping[int, tuple[Fact, ...]]:
        """Collect all evidence of a submission by row."""
        found = self._of(run)
        key = (submission.chunk, submission.submission)
        known = found.submission(key)
        collected: dict[int, list[Fact]] = {}
        for said in found.evidence.get(key, {}).values():
            for row, facts in said.items():
                collected.setdefault(row, []).extend(facts)
        tasks = {known.task_id, *(one.task_id for one in self.makers(run, known))}
        planned = known.planned(found.chunks[known.chunk].recipients)
        row_of = dict(zip(planned.phones, planned.rows, strict=True))
        for receipt, task, news in self.news:
            if task in tasks and news.phone in row_of:
                fact = Fact(news.kind, news.code, news.at, f"receipt:{receipt}")
                collected.setdefault(row_of[news.phone], []).append(fact)
        return {row: tuple(collected[row]) for row in sorted(collected)}

    def link_life_s(self, run: RunId, submission: Submission) -> float | None:
        """Tell how long a submission's links live."""
        return self._of(run).link_life.get((submission.chunk, submission.submission))

    def books(self, run: RunId) -> Books:
        """Count."""
        found = self._of(run)
        outcomes = Counter(
            _standing(found, row).outcome for row in [*found.of_row, *found.rejected]
        )
        states: dict[int, set[State]] = {}
        for submission in found.submissions.values():
            states.setdefault(submission.chunk, set()).add(submission.state)
        sent = [one for one in found.submissions.values() if one.route is not Route.SKIP]
        return Books(
            rows=found.record().rows,
            outcomes=dict(outcomes),
            submissions=dict(Counter(one.state for one in sent)),
            chunks=dict(Counter(chunk_state(frozenset(s)) for s in states.values())),
            messages=sum(one.messages for one in sent if one.state is State.ACCEPTED),
        )

    def outcomes(self, run: RunId, after: int = -1) -> Iterator[OutcomeBlock]:
        """Read every row with its outcome, in blocks, of those after a row."""
        found = self._of(run)
        rows = sorted(row for row in (*found.of_row, *found.rejected) if row > after)
        for start in range(0, len(rows), BLOCK_ROWS):
            yield _block(found, rows[start : start + BLOCK_ROWS])

    def rejects(self, run: RunId) -> Iterator[Rejects]:
        """Read the rejected rows in source order."""
        found = self._of(run)
        headers = {r.sheet: r.header for r in reversed(found.rejects)}
        ordered = (found.rejected[row] for row in sorted(found.rejected))
        for sheet, rows in itertools.groupby(ordered, key=lambda row: row.sheet):
            yield Rejects(sheet, headers[sheet], tuple(rows))

    def rejected_reasons(self, run: RunId) -> Mapping[tuple[Outcome, str], int]:
        """Count the rejected rows by outcome and reason."""
        rejected = self._of(run).rejected.values()
        return dict(Counter((_rejected(r.reason).outcome, str(r.reason)) for r in rejected))

    def canary(self, run: RunId) -> tuple[CanaryRecord, ...]:
        """List what was decided after a run's first recipients."""
        return tuple(self._of(run).canary)

    def ceiling(self, account: str) -> float | None:
        """Recall the learned rate of an account."""
        return self._ceilings.get(account)

    def close(self) -> None:
        """Keep everything, so that the same object can stand for the reopened file."""
        self.let_holders_die()

    def _of(self, run: RunId) -> MemoryRun:
        try:
            return self._runs[run]
        except KeyError:
            raise UsageError(f"there is no run {run}") from None

    def _add_chunk(self, run: MemoryRun, chunk: Chunk) -> None:
        if chunk.chunk in run.chunks:
            raise KoosendError(f"chunk {chunk.chunk} was planned twice")
        carried = [at for planned in chunk.submissions for at in positions_of(planned)]
        n = len(chunk.recipients)
        tiled = sorted(carried) == list(range(n))
        if not (n and tiled and len(chunk.lines) == len(chunk.sheets) == n):
            raise KoosendError(f"the submissions of chunk {chunk.chunk} do not match its rows")
        for planned in chunk.submissions:
            key, positions = add_submission(run, chunk.chunk, planned, run.plan.planned_at)
            for at in positions:
                _add_row(run, chunk.recipients.rows[at])
                run.of_row[chunk.recipients.rows[at]] = (key, at)
            append_facts(run, (key, "capabilities"), explained(chunk, positions), self._number)
        run.chunks[chunk.chunk] = chunk

    def _number(self) -> int:
        return next(self._evidence_numbers)

    def _is_attempted(self, name: TaskName) -> bool:
        return any(name in run.attempts for run in self._runs.values())

    def _count_write(self) -> None:
        self.writes += 1
        if self.fail_from is not None and self.writes >= self.fail_from:
            raise LedgerUnwritable("the ledger cannot record: it was told to fail")


def _add_rejects(run: MemoryRun, rejects: Rejects) -> None:
    run.rejects.append(rejects)
    for row in rejects.rows:
        _add_row(run, row.row)
        run.rejected[row.row] = replace(row, sheet=rejects.sheet)


def _add_row(run: MemoryRun, row: int) -> None:
    if row in run.of_row or row in run.rejected:
        raise KoosendError(f"row {row} was planned twice")


def _standing(run: MemoryRun, row: int) -> Standing:
    if row in run.rejected:
        return _rejected(run.rejected[row].reason)
    if row in run.standings:
        return run.standings[row]
    submission = run.submissions[run.of_row[row][0]]
    outcome = of_state(submission.state, submission.route)
    match submission.state:
        case State.REFUSED:
            proof = f"attempt:{submission.task_name}"
            return Standing(outcome, code=submission.code, evidence=proof)
        case State.ABANDONED:
            return Standing(outcome, reason=submission.code)
        case _:
            return Standing(outcome)


def _rejected(reason: Rejection) -> Standing:
    return Standing(rejected_outcome(reason), reason=str(reason), evidence="source")


def _block(run: MemoryRun, rows: list[int]) -> OutcomeBlock:
    table: dict[tuple[int, int], int] = {}
    sheets, lines, phones, submissions = [], [], [], []
    for row in rows:
        if row in run.rejected:
            rejected = run.rejected[row]
            place = (rejected.sheet, rejected.line, rejected.phone, -1)
        else:
            key, position = run.of_row[row]
            chunk = run.chunks[key[0]]
            index = table.setdefault(key, len(table))
            phone = chunk.recipients.phones[position]
            place = (chunk.sheets[position], chunk.lines[position], phone, index)
        sheets.append(place[0])
        lines.append(place[1])
        phones.append(place[2])
        submissions.append(place[3])
    standings = [_standing(run, row) for row in rows]
    known = [run.submissions[key] for key in table]
    return OutcomeBlock(rows, sheets, lines, phones, standings, submissions, known)
