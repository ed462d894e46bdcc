"""Offer the Ledger port on the SQLite file of a state folder."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from pipeline.core.canary import CanaryCount, Verdict
from pipeline.core.errors import KoosendError, UsageError
from pipeline.core.lifecycle import State
from pipeline.core.model import Chunk, Recipients, RunId
from pipeline.core.outcome import Books, Fact
from pipeline.language import filled
from pipeline.ledger.account import SqliteAccountStore
from pipeline.ledger.codec import attempt_of, question_of, run_of, submission_of
from pipeline.ledger.erasing.book import ErasureBook
from pipeline.ledger.nightly.notices import NoticeLedger
from pipeline.ledger.plan import plan_run
from pipeline.ledger.purge import RetentionLedger
from pipeline.ledger.read import (
    RecipientReader,
    ReportingLedger,
    read_books,
    read_facts,
    read_outcomes,
    read_rejects,
    submissions_in,
)
from pipeline.ledger.receipts import ReceiptLedger
from pipeline.ledger.routes import RoutingLedger
from pipeline.ledger.screening import Lists, PeopleLedger, ScreeningLedger, SuppressionList
from pipeline.ledger.sqlite.database import Database, Row
from pipeline.ledger.sqlite.files import LEDGER_NAME, RunLock
from pipeline.ledger.sqlite.sql import disk_errors
from pipeline.ledger.steps import key_of
from pipeline.ledger.writer import SqliteRunWriter
from pipeline.ports import (
    AttemptRecord,
    CanaryRecord,
    ControlKind,
    ControlRecord,
    OutcomeBlock,
    OwnClaim,
    Question,
    Rejects,
    RunPlan,
    RunRecord,
    StopKind,
    StorePlace,
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
        self._stores: dict[str, SqliteAccountStore] = {}
        self._keep_in(Database(state_folder, busy_timeout_s))

    def _keep_in(self, database: Database) -> None:
        """Let all parts of the ledger work on that database."""
        self._database = database
        self.own_list = SuppressionList(database)
        self._lists = Lists(self.own_list)
        self.receipts = ReceiptLedger(database, self._lists)
        self.screening = ScreeningLedger(database, self._lists)
        self.routes = RoutingLedger(database)
        self.reporting = ReportingLedger(database)
        self.people = PeopleLedger(database)
        self.retention = RetentionLedger(database)
        self.erasures = ErasureBook(database)
        self.notices = NoticeLedger(database)
        self._recipients = RecipientReader(database)

    def run(self, run: RunId) -> RunRecord | None:
        row = self._database.first("run", {"run": run})
        return None if row is None else self._record(row)

    def runs(self, campaign: str | None = None) -> tuple[RunRecord, ...]:
        return tuple(map(self._record, self._database.all("runs", {"campaign": campaign})))

    def runs_of(self, source_sha256: str) -> tuple[RunRecord, ...]:
        rows = self._database.all("runs_of_source", {"sha256": source_sha256})
        return tuple(map(self._record, rows))

    def _record(self, row: Row) -> RunRecord:
        return run_of(row, str(self._folder))

    def identity(self) -> str:
        return str(self._database.value("identity"))

    def inode(self) -> int:
        with disk_errors(self._database.path):
            return self._database.path.stat().st_ino

    def claims(self) -> tuple[OwnClaim, ...]:
        return tuple(OwnClaim(*row) for row in self._database.all("own_claims"))

    def keep_claim(self, claim: OwnClaim) -> None:
        with self._database.transaction():
            self._database.do("keep_own_claim", asdict(claim))

    def put_back(self, at: float) -> None:
        with self._database.transaction():
            self._database.do("put_back", {"at": at})
            self._database.do("mark_unfinished_restored", {"at": at})

    def put_back_at(self) -> float | None:
        at: float | None = self._database.value("put_back_at")
        return at

    def end_put_back(self) -> None:
        with self._database.transaction():
            self._database.do("end_put_back")

    def share_list(self, place: StorePlace, *, counts: bool = True) -> None:
        if place.account not in self._stores:
            store = SqliteAccountStore(place.folder, place.digest, place.account)
            self._stores[place.account] = store
            self._join_others(store)
        found = self._stores[place.account].suppressions
        self._lists.share(place.account, found, self.identity(), counts=counts)

    def plan(self, plan: RunPlan, items: Iterable[Chunk | Rejects]) -> RunRecord:
        """Record a run with all its rows, whole or not at all.

        Raises RunHeld where the run is planned already. Another process's writes wait until it
        is done.
        """
        plan_run(self._database, plan, items)
        record = self.run(plan.run)
        if record is None:
            raise KoosendError(
                filled("run {run} was planned and is not there", run=plan.run), "KS7002"
            )
        return record

    def take(self, run: RunId) -> SqliteRunWriter:
        run_no = self._no(run)
        with disk_errors(self._database.path):
            lock = RunLock(self._folder, run)
        try:
            writer = SqliteRunWriter(self._database, (run, run_no), lock, self._lists)
        except BaseException:
            lock.release()
            raise
        self._writers.append(writer)
        return writer

    def submissions(
        self, run: RunId, states: frozenset[State] | None = None
    ) -> tuple[Submission, ...]:
        if states is None:
            return tuple(map(submission_of, self._of_run("submissions", run)))
        return tuple(submissions_in(self._database, self._no(run), states))

    def attempts(self, run: RunId) -> tuple[AttemptRecord, ...]:
        return tuple(map(attempt_of, self._of_run("attempts", run)))

    def releases(self, run: RunId) -> Mapping[tuple[int, int], int]:
        rows = self._of_run("releases", run)
        return {(chunk, submission): count for chunk, submission, count in rows}

    def recipients(self, run: RunId, chunk: int) -> Recipients:
        """Read a chunk's recipients. Raises UsageError where they are unknown or forgotten."""
        found = self._recipients.read(self._no(run), chunk)
        if found is None:
            raise UsageError(
                filled(
                    "run {run} has no chunk {chunk}, or its numbers were purged",
                    run=run,
                    chunk=str(chunk),
                ),
                "KS0212",
            )
        return found

    def questions(self, run: RunId) -> tuple[Question, ...]:
        return tuple(map(question_of, self._of_run("questions", run)))

    def facts(self, run: RunId, submission: Submission) -> Mapping[int, tuple[Fact, ...]]:
        return read_facts(self._database, self._no(run), submission, self._recipients)

    def link_life_s(self, run: RunId, submission: Submission) -> float | None:
        key = key_of(self._no(run), submission)
        life_s: float | None = self._database.value("link_life", key)
        return life_s

    def books(self, run: RunId) -> Books:
        run_no = self._no(run)
        with self._database.snapshot():
            return read_books(self._database, run_no)

    def outcomes(self, run: RunId, after: int = -1) -> Iterator[OutcomeBlock]:
        """Read every row of a run with its outcome, in source order, in blocks, after a row.

        Each block is as of one moment; later blocks may know more.
        """
        return read_outcomes(self._database, (self._no(run), after), self._recipients)

    def rejects(self, run: RunId) -> Iterator[Rejects]:
        return read_rejects(self._database, self._no(run))

    def stop(self, run: RunId) -> StopKind | None:
        found = self._of_run("latest_stop", run)
        kind = StopKind(found[0][0]) if found else StopKind.GONE_ON
        return None if kind is StopKind.GONE_ON else kind

    def controls(self, run: RunId) -> tuple[ControlRecord, ...]:
        return tuple(
            ControlRecord(at, ControlKind(kind), who, why, messages_per_s)
            for at, kind, who, why, messages_per_s in self._of_run("controls", run)
        )

    def record_control(self, run: RunId, record: ControlRecord) -> None:
        of_run = {"run_no": self._no(run)}
        with self._database.transaction():
            self._database.do("add_control", of_run | asdict(record))
            if record.kind is ControlKind.RESUME:
                self._database.do("take_back_stop", of_run | {"at": record.at})

    def canary(self, run: RunId) -> tuple[CanaryRecord, ...]:
        return tuple(
            CanaryRecord(at, Verdict(verdict), CanaryCount(*counts), note)
            for at, verdict, *counts, note in self._of_run("canary", run)
        )

    def close(self) -> None:
        """Give back every run that was taken here, and release the file."""
        for writer in self._writers:
            writer.close()
        for store in self._stores.values():
            store.close()
        self._database.close()

    def _join_others(self, store: SqliteAccountStore) -> None:
        """Join the lists of other ledgers that sent by the account before they shared one."""
        own = self.identity()
        for known in store.ledgers():
            folder = Path(known.folder)
            if known.identity == own or store.suppressions.has_joined(known.identity):
                continue
            if (folder / LEDGER_NAME).is_file():
                with closing(SqliteLedger(folder)) as other:
                    store.suppressions.join(other.own_list, other.identity())

    def _of_run(self, name: str, run: RunId) -> list[Row]:
        return self._database.all(name, {"run_no": self._no(run)})

    def _no(self, run: RunId) -> int:
        run_no: int | None = self._database.value("run_no", {"run": run})
        if run_no is None:
            raise UsageError(
                filled("there is no run {run} in {path}", run=run, path=self._database.path),
                "KS0210",
            )
        return run_no
