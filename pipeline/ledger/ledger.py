"""Offer the Ledger port on the SQLite file of a state folder."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.core.errors import KoosendError, UsageError
from pipeline.core.lifecycle import State
from pipeline.core.model import Chunk, Recipients, RunId
from pipeline.core.outcome import Books, Fact, Outcome
from pipeline.ledger.codec import attempt_of, question_of, run_of, submission_of
from pipeline.ledger.plan import plan_run
from pipeline.ledger.purge import RetentionLedger
from pipeline.ledger.read import (
    RecipientReader,
    ReportingLedger,
    read_books,
    read_facts,
    read_outcomes,
    read_rejects,
)
from pipeline.ledger.receipts import ReceiptLedger
from pipeline.ledger.routes import RoutingLedger
from pipeline.ledger.screening import PeopleLedger, ScreeningLedger
from pipeline.ledger.sqlite.database import Database
from pipeline.ledger.sqlite.files import RunLock
from pipeline.ledger.sqlite.sql import told
from pipeline.ledger.writer import SqliteRunWriter, read_canary
from pipeline.ports import (
    AttemptRecord,
    CanaryRecord,
    OutcomeBlock,
    Question,
    Rejects,
    RunPlan,
    RunRecord,
    StopKind,
    Submission,
)

BUSY_TIMEOUT_S = 30.0


class SqliteLedger:
    """The ledger of one state folder. One process may open it several times, others too."""

    def __init__(self, state_folder: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        """Open <state_folder>/ledger.sqlite3, or create it, readable by its owner only.

        busy_timeout_s is how long to wait for another process's transaction. Raises
        LedgerUnwritable where the folder cannot hold a ledger.
        """
        self._folder = state_folder
        self._writers: list[SqliteRunWriter] = []
        self._keep_in(Database(state_folder, busy_timeout_s))

    def _keep_in(self, database: Database) -> None:
        """Let all parts of the ledger work on that database."""
        self._database = database
        self.receipts = ReceiptLedger(database)
        self.screening = ScreeningLedger(database)
        self.routes = RoutingLedger(database)
        self.reporting = ReportingLedger(database)
        self.people = PeopleLedger(database)
        self.retention = RetentionLedger(database)
        self._recipients = RecipientReader(database)

    def run(self, run: RunId) -> RunRecord | None:
        """Look a run up."""
        row = self._database.one("run", {"run": run})
        return None if row is None else run_of(row)

    def runs(self, campaign: str | None = None) -> tuple[RunRecord, ...]:
        """List runs, the latest first; of one campaign by its name, or all."""
        return tuple(map(run_of, self._database.all("runs", {"campaign": campaign})))

    def runs_of(self, source_sha256: str) -> tuple[RunRecord, ...]:
        """List the runs of a source of that content, the latest first."""
        return tuple(map(run_of, self._database.all("runs_of_source", {"sha256": source_sha256})))

    def identity(self) -> str:
        """Tell which ledger this is: made when its file was, and never changed."""
        row: Any = self._database.one("identity")
        return str(row[0])

    def plan(self, plan: RunPlan, items: Iterable[Chunk | Rejects]) -> RunRecord:
        """Record a run with all its rows, whole or not at all.

        Raises RunHeld where the run is planned already. Another process's writes wait until it
        is done.
        """
        plan_run(self._database, plan, items)
        record = self.run(plan.run)
        if record is None:
            raise KoosendError(f"run {plan.run} was planned and is not there")
        return record

    def take(self, run: RunId) -> SqliteRunWriter:
        """Become the run's only writer. Raises RunHeld while another process is."""
        run_no = self._no(run)
        with told(self._database.path):
            lock = RunLock(self._folder, run)
        try:
            writer = SqliteRunWriter(self._database, run, run_no, lock)
        except BaseException:
            lock.release()
            raise
        self._writers.append(writer)
        return writer

    def submissions(
        self, run: RunId, states: frozenset[State] | None = None
    ) -> tuple[Submission, ...]:
        """List submissions in source order; all, or those in the given states."""
        run_no = self._no(run)
        if states is None:
            return tuple(map(submission_of, self._database.all("submissions", {"run_no": run_no})))
        found = [
            submission_of(row)
            for state in states
            for row in self._database.all(
                "submissions_in_state", {"run_no": run_no, "state": state}
            )
        ]
        return tuple(sorted(found, key=lambda s: (s.chunk, s.submission)))

    def attempts(self, run: RunId) -> tuple[AttemptRecord, ...]:
        """List every attempt of a run, in source order, each submission's first to last."""
        rows = self._database.all("attempts", {"run_no": self._no(run)})
        return tuple(map(attempt_of, rows))

    def releases(self, run: RunId) -> Mapping[tuple[int, int], int]:
        """Count by chunk and submission how often a policy, no person, had a doubt sent again."""
        rows: Any = self._database.all("releases", {"run_no": self._no(run)})
        return {(chunk, submission): count for chunk, submission, count in rows}

    def recipients(self, run: RunId, chunk: int) -> Recipients:
        """Read a chunk's recipients. Raises UsageError where they are unknown or forgotten."""
        found = self._recipients.read(self._no(run), chunk)
        if found is None:
            raise UsageError(f"run {run} has no chunk {chunk}, or its numbers were purged")
        return found

    def questions(self, run: RunId) -> tuple[Question, ...]:
        """List the questions asked by name, in order."""
        rows = self._database.all("questions", {"run_no": self._no(run)})
        return tuple(map(question_of, rows))

    def facts(self, run: RunId, submission: Submission) -> Mapping[int, tuple[Fact, ...]]:
        """Collect all evidence of a submission by row: questions' answers and receipts."""
        return read_facts(self._database, self._no(run), submission, self._recipients)

    def link_life_s(self, run: RunId, submission: Submission) -> float | None:
        """Tell how long a submission's links live, where that is known."""
        key = {"chunk": submission.chunk, "submission": submission.submission}
        row: Any = self._database.one("link_life", key | {"run_no": self._no(run)})
        return None if row is None else row[0]

    def books(self, run: RunId) -> Books:
        """Count."""
        run_no = self._no(run)
        with self._database.snapshot():
            return read_books(self._database, run_no)

    def outcomes(self, run: RunId, after: int = -1) -> Iterator[OutcomeBlock]:
        """Read every row of a run with its outcome, in source order, in blocks, after a row.

        Each block is as of one moment; later blocks may know more.
        """
        return read_outcomes(self._database, (self._no(run), after), self._recipients)

    def rejects(self, run: RunId) -> Iterator[Rejects]:
        """Read the rejected rows as they stood in the file, in source order."""
        return read_rejects(self._database, self._no(run))

    def rejected_reasons(self, run: RunId) -> Mapping[tuple[Outcome, str], int]:
        """Count the rejected rows by outcome and reason."""
        rows: Any = self._database.all("rejected_reasons", {"run_no": self._no(run)})
        return {(Outcome(outcome), reason): count for outcome, reason, count in rows}

    def stop(self, run: RunId) -> StopKind | None:
        """Return why a person left a run as it is; None where nobody did."""
        row: Any = self._database.one("latest_stop", {"run_no": self._no(run)})
        kind = None if row is None else StopKind(row[0])
        return None if kind is StopKind.GONE_ON else kind

    def canary(self, run: RunId) -> tuple[CanaryRecord, ...]:
        """List what was decided after a run's first recipients, the latest last."""
        return read_canary(self._database, self._no(run))

    def close(self) -> None:
        """Give back every run that was taken here, and release the file."""
        for writer in self._writers:
            writer.close()
        self._database.close()

    def _no(self, run: RunId) -> int:
        row: Any = self._database.one("run_no", {"run": run})
        if row is None:
            raise UsageError(f"there is no run {run} in {self._database.path}")
        return int(row[0])
