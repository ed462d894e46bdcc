"""Change a run: each method one durable transaction, refused to a process that was overtaken."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from pipeline.core.answer import NewsKind
from pipeline.core.canary import CanaryCount, Verdict
from pipeline.core.errors import KoosendError, Outdated, Overtaken
from pipeline.core.lifecycle import Event, IllegalStep, State
from pipeline.core.model import RunId
from pipeline.core.outcome import Fact, Standing
from pipeline.ledger.codec import pack_facts, submission_of
from pipeline.ledger.intents import IntentsFile
from pipeline.ledger.purge import purge_run
from pipeline.ledger.routes import add_links, continue_chunk, split
from pipeline.ledger.screening import suppressions_end
from pipeline.ledger.sqlite.database import Database
from pipeline.ledger.sqlite.files import RunLock
from pipeline.ledger.sqlite.sql import told
from pipeline.ledger.steps import (
    SUPPRESSION,
    Steps,
    facts_of,
    fresh_reasons,
    giving_up,
    leave_out,
    proved_standings,
)
from pipeline.ports import (
    Answered,
    Attempt,
    CanaryRecord,
    Conclusion,
    Continuation,
    Forgotten,
    Learned,
    Question,
    StopKind,
    Submission,
    UnknownIntents,
    Withholding,
)


def add_canary(database: Database, run_no: int, record: CanaryRecord) -> None:
    """Append a decision."""
    said = {"run_no": run_no, "at": record.at, "verdict": record.verdict, "note": record.note}
    database.do("add_canary", said | asdict(record.count))


def read_canary(database: Database, run_no: int) -> tuple[CanaryRecord, ...]:
    """List a run's decisions, the latest last."""
    rows: Any = database.all("canary", {"run_no": run_no})
    return tuple(
        CanaryRecord(at, Verdict(verdict), CanaryCount(*counts), note)
        for at, verdict, *counts, note in rows
    )


_UNANSWERED = "no answer was recorded"


class SqliteRunWriter:
    """The one process that may change a run, for as long as its epoch is the run's."""

    def __init__(self, database: Database, run: RunId, run_no: int, lock: RunLock) -> None:
        """Become the run's writer: start the next epoch."""
        self._database = database
        self._run = run
        self._run_no = run_no
        self._lock = lock
        self._intents = IntentsFile(lock.folder)
        self._closed = False
        with database.transaction():
            database.do("next_epoch", {"run_no": run_no})
            self._epoch = self._epoch_now()

    def withhold(self, withholding: Withholding) -> Submission:
        """Leave rows out of a submission for good, and return it as it is then."""
        with self._transaction():
            known = self._known(withholding)
            fresh = fresh_reasons(known, withholding)
            if not fresh:
                return known
            key = self._key(known)
            self._add_facts(known, [Answered(SUPPRESSION, withholding.at, facts_of(fresh))])
            left = replace(known, withheld=tuple(sorted({*known.withheld, *fresh})))
            leave_out(self._database, key, left)
            settled = proved_standings(self._database, key, fresh)
            self._database.do_many("settle_row", self._settled(settled))
            if not left.carried:
                self._conclude([giving_up(left, withholding)])
            return self._known(withholding)

    def begin(self, attempts: Sequence[Attempt], listed_to: int | None = None) -> None:
        """Record the intents; on return they are on disk."""
        with self._transaction():
            if listed_to is not None and suppressions_end(self._database) > listed_to:
                raise Outdated("the suppression list has grown since it was looked at")
            steps = Steps(self._database, self._run_no)
            for attempt in attempts:
                steps.begin(attempt)
            steps.write()
            if attempts:
                at = min(attempt.at for attempt in attempts)
                self._database.do("start_run", {"run_no": self._run_no, "at": at})
                with told(self._database.path):  # on disk before the commit that follows
                    self._intents.add(attempt.task_name for attempt in attempts)

    def conclude(self, conclusions: Sequence[Conclusion]) -> None:
        """Record what became known."""
        if any(conclusion.event is Event.WAS_SPLIT for conclusion in conclusions):
            raise IllegalStep("a submission is split together with its parts")
        with self._transaction():
            self._conclude(conclusions)

    def split(
        self, conclusion: Conclusion, parts: Sequence[Sequence[int]]
    ) -> tuple[Submission, ...]:
        """Conclude that a request was too large, and plan its parts in its place."""
        if conclusion.event is not Event.WAS_SPLIT:
            raise IllegalStep(f"{conclusion.event} does not split a submission")
        with self._transaction():
            known = self._known(conclusion)
            self._conclude([conclusion])
            numbers = split(self._database, self._key(known), known, parts)
            return tuple(self._known(replace(known, submission=number)) for number in numbers)

    def sweep(self, at: float) -> int:
        """Put every submission found in flight in doubt, and count them."""
        with self._transaction():
            found = self._database.all(
                "submissions_in_state", {"run_no": self._run_no, "state": State.IN_FLIGHT}
            )
            self._conclude(
                [
                    Conclusion(one.chunk, one.submission, Event.WAS_LOST, at, message=_UNANSWERED)
                    for one in map(submission_of, found)
                ]
            )
        return len(found)

    def asked(self, questions: Sequence[Question]) -> None:
        """Record questions by name and their answers."""
        with self._transaction():
            for question in questions:
                of_run = {"run_no": self._run_no, "task_name": question.task_name}
                ours = self._database.one("attempt_of_run", of_run) is not None
                if not ours and not question.calibrates:
                    raise KoosendError(f"no attempt of this run is named {question.task_name}")
                self._database.do(
                    "add_question",
                    of_run
                    | {
                        "at": question.at,
                        "found": question.found,
                        "answer": question.answer,
                        "calibrates": question.calibrates,
                        "round": question.round,
                        "meant_at": question.meant_at,
                    },
                )

    def add_evidence(self, learned: Sequence[Learned]) -> None:
        """Append facts by row, and how long links live."""
        with self._transaction():
            for one in learned:
                known = self._known(one.submission)
                self._add_facts(known, one.answers)
                if one.link_life_s is not None:
                    life = {"seconds": one.link_life_s}
                    self._database.do("set_link_life", self._key(known) | life)

    def continue_chunk(self, going: Continuation) -> None:
        """Plan what a chunk goes on with once its links are made."""
        with self._transaction():
            continue_chunk(self._database, self._run_no, going)

    def settle(self, standings: Mapping[int, Standing]) -> None:
        """Record outcomes by row, instead of what was recorded before."""
        with self._transaction():
            changed = self._database.do_many("settle_row", self._settled(standings))
            if standings and changed != len(standings):
                raise KoosendError(
                    "an outcome was given for a row that is no recipient of this run"
                )

    def decide_canary(self, record: CanaryRecord) -> None:
        """Record what was decided once the first recipients' messages were known."""
        with self._transaction():
            add_canary(self._database, self._run_no, record)

    def record_stop(self, kind: StopKind, at: float) -> None:
        """Record that a person left the run with rows that were not sent, or took that back."""
        with self._transaction():
            self._database.do("add_stop", {"run_no": self._run_no, "at": at, "kind": kind})

    def purge(self, at: float) -> Forgotten:
        """Forget the run's numbers, values and links, and what was pushed about its tasks."""
        with self._transaction():
            return purge_run(self._database, self._run_no, at)

    def unknown_intents(self) -> UnknownIntents:
        """List names that were about to leave and that this ledger does not know."""
        rows = self._database.all("attempt_names", {"run_no": self._run_no})
        known = {name for (name,) in rows}
        with told(self._database.path):
            writes = self._intents.writes()
        last = writes.pop() if writes else []
        earlier = [name for names in writes for name in names if name not in known]
        unknown = tuple(name for name in last if name not in known)
        return UnknownIntents(tuple(dict.fromkeys(earlier)), unknown)

    def settle_intents(self) -> None:
        """Note that all names that were about to leave were asked for."""
        with self._transaction(), told(self._database.path):
            self._intents.settle()

    def mark_restored(self, at: float | None) -> None:
        """Record since when this ledger is known to be older than what was sent; None: no more."""
        with self._transaction():
            self._database.do("mark_restored", {"run_no": self._run_no, "at": at})

    def finish(self, at: float) -> None:
        """Record that nothing is left to submit."""
        with self._transaction():
            self._database.do("finish_run", {"run_no": self._run_no, "at": at})

    def close(self) -> None:
        """Give the run back."""
        self._closed = True
        self._intents.close()
        self._lock.release()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._closed:
            raise Overtaken(f"run {self._run} was given back; nothing more is sent")
        with self._database.transaction():
            if self._epoch_now() != self._epoch:
                raise Overtaken(
                    f"run {self._run} was taken over by another process; this one sends nothing "
                    "more"
                )
            yield

    def _epoch_now(self) -> object:
        row = self._database.one("epoch", {"run_no": self._run_no})
        return row and row[0]

    def _key(self, of: Submission | Conclusion | Withholding) -> dict[str, object]:
        return {"run_no": self._run_no, "chunk": of.chunk, "submission": of.submission}

    def _known(self, of: Submission | Conclusion | Withholding) -> Submission:
        row = self._database.one("submission", self._key(of))
        if row is None:
            raise IllegalStep(f"chunk {of.chunk} has no submission {of.submission}")
        return submission_of(row)

    def _conclude(self, conclusions: Sequence[Conclusion]) -> None:
        steps = Steps(self._database, self._run_no)
        for conclusion in conclusions:
            steps.conclude(conclusion)
        steps.write()
        for conclusion in conclusions:
            add_links(self._database, self._run_no, conclusion)
            facts = _facts_of(conclusion)
            if facts:
                said = Answered("answer", conclusion.at, facts)
                self._add_facts(self._known(conclusion), [said])

    def _add_facts(self, known: Submission, answers: Sequence[Answered]) -> None:
        key = self._key(known)
        own = self._rows_of(key)
        for said in answers:
            if not said.facts.keys() <= own:
                raise KoosendError(
                    f"evidence names a row outside chunk {known.chunk} submission"
                    f" {known.submission}"
                )
            if any(said.facts.values()):
                text, digest = pack_facts(said.facts)
                told = {"source": said.source, "at": said.at, "digest": digest, "facts": text}
                self._database.do("add_evidence", key | told)

    def _rows_of(self, key: Mapping[str, object]) -> set[object]:
        span = self._database.one("submission_span", key)
        if span is None:
            return set()
        between = {"first_row": span[0], "last_row": span[1]}
        return {row for (row,) in self._database.all("rows_of_submission", {**key, **between})}

    def _settled(self, standings: Mapping[int, Standing]) -> Iterator[tuple[object, ...]]:
        # SQLite's module binds a plain str twice as fast as an enum's member.
        for row in sorted(standings):
            standing = standings[row]
            yield (
                str(standing.outcome),
                str(standing.reason),
                standing.code,
                standing.delivered_at,
                standing.rendered_at,
                standing.evidence,
                self._run_no,
                row,
            )


def _facts_of(conclusion: Conclusion) -> dict[int, tuple[Fact, ...]]:
    """Say of each row what the answer said of it alone, or that it did not name it."""
    facts: dict[int, tuple[Fact, ...]] = {}
    for row in conclusion.unnamed:
        facts[row] = (Fact(NewsKind.NOT_NAMED, "", "", ""),)
    for row, code in (conclusion.refused or {}).items():
        facts[row] = (Fact(NewsKind.REFUSED, code, "", ""),)
    return facts
