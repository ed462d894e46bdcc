"""Change a run: each method one durable transaction, refused to a process that was overtaken."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace

from pipeline.core.answer import NewsKind
from pipeline.core.errors import KoosendError, Overtaken
from pipeline.core.lifecycle import Event, IllegalStep, State
from pipeline.core.model import RunId
from pipeline.core.outcome import Fact, Standing
from pipeline.language import Words, filled
from pipeline.ledger.erasing.book import erase_in_run
from pipeline.ledger.intents import IntentsFile
from pipeline.ledger.purge import purge_run
from pipeline.ledger.read import submissions_in
from pipeline.ledger.routes import add_links, continue_chunk, rows_of_submission, split
from pipeline.ledger.screening import Lists
from pipeline.ledger.sqlite.database import Database
from pipeline.ledger.sqlite.files import RunLock
from pipeline.ledger.sqlite.sql import disk_errors
from pipeline.ledger.steps import (
    SUPPRESSION,
    Steps,
    add_facts,
    facts_of,
    fresh_reasons,
    giving_up,
    key_of,
    leave_out,
    proved_standings,
    stored,
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
from pipeline.ports.erasing import ErasedPerson, Erasing, Traces

_UNANSWERED = "no answer was recorded"


class SqliteRunWriter:
    """The one process that may change a run, for as long as its epoch is the run's."""

    def __init__(
        self, database: Database, run: tuple[RunId, int], lock: RunLock, lists: Lists
    ) -> None:
        """Become the run's writer: start the next epoch. run is its id and its number."""
        self._database = database
        self._run, self._run_no = run
        self._lists = lists
        self._lock = lock
        self._intents = IntentsFile(lock.folder)
        self._closed = False
        with database.transaction():
            database.do("next_epoch", {"run_no": self._run_no})
            self._epoch = self._epoch_now()

    def withhold(self, withholding: Withholding) -> Submission:
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
        # What is held is let go once the intents are committed: the list cannot grow before.
        with ExitStack() as held, self._transaction():
            if listed_to is not None:
                held.enter_context(self._lists.closed_behind(listed_to))
            steps = Steps(self._database, self._run_no)
            for attempt in attempts:
                steps.begin(attempt)
            steps.write()
            if attempts:
                at = min(attempt.at for attempt in attempts)
                self._database.do("start_run", {"run_no": self._run_no, "at": at})
                with disk_errors(self._database.path):  # on disk before the commit that follows
                    self._intents.add(attempt.task_name for attempt in attempts)

    def conclude(self, conclusions: Sequence[Conclusion]) -> None:
        if any(conclusion.event is Event.WAS_SPLIT for conclusion in conclusions):
            raise IllegalStep("a submission is split together with its parts")
        with self._transaction():
            self._conclude(conclusions)

    def split(
        self, conclusion: Conclusion, parts: Sequence[Sequence[int]]
    ) -> tuple[Submission, ...]:
        if conclusion.event is not Event.WAS_SPLIT:
            raise IllegalStep(f"{conclusion.event} does not split a submission")
        with self._transaction():
            known = self._known(conclusion)
            self._conclude([conclusion])
            numbers = split(self._database, self._run_no, known, parts)
            return tuple(self._known(replace(known, submission=number)) for number in numbers)

    def sweep(self, at: float) -> int:
        with self._transaction():
            found = submissions_in(self._database, self._run_no, {State.IN_FLIGHT})
            lost = [
                Conclusion(left.chunk, left.submission, Event.WAS_LOST, at, message=_UNANSWERED)
                for left in found
            ]
            self._conclude(lost)
        return len(lost)

    def asked(self, questions: Sequence[Question]) -> None:
        with self._transaction():
            for question in questions:
                of_run = {"run_no": self._run_no, "task_name": question.task_name}
                ours = self._database.first("attempt_of_run", of_run) is not None
                if not ours and not question.calibrates:
                    raise KoosendError(
                        filled(
                            "no attempt of this run is named {task_name}",
                            task_name=question.task_name,
                        ),
                        "KS7002",
                    )
                self._database.do("add_question", of_run | asdict(question))

    def add_evidence(self, learned: Sequence[Learned]) -> None:
        with self._transaction():
            for news in learned:
                known = self._known(news.submission)
                self._add_facts(known, news.answers)
                if news.link_life_s is not None:
                    life = {"seconds": news.link_life_s}
                    self._database.do("set_link_life", self._key(known) | life)

    def continue_chunk(self, going: Continuation) -> None:
        with self._transaction():
            continue_chunk(self._database, self._run_no, going)

    def settle(self, standings: Mapping[int, Standing]) -> None:
        with self._transaction():
            changed = self._database.do_many("settle_row", self._settled(standings))
            if standings and changed != len(standings):
                raise KoosendError(
                    Words("an outcome was given for a row that is no recipient of this run"),
                    "KS7002",
                )

    def fold_to(self, receipt: int) -> None:
        with self._transaction():
            self._database.do("fold_to", {"run_no": self._run_no, "receipt": receipt})

    def decide_canary(self, record: CanaryRecord) -> None:
        with self._transaction():
            said = {"run_no": self._run_no, "at": record.at, "note": record.note}
            counts = asdict(record.count)
            self._database.do("add_canary", {**said, **counts, "verdict": record.verdict})

    def record_stop(self, kind: StopKind, at: float) -> None:
        with self._transaction():
            self._database.do("add_stop", {"run_no": self._run_no, "at": at, "kind": kind})

    def record_answerer(self, at: float, *, emulated: bool) -> None:
        with self._transaction():
            of = {"run_no": self._run_no, "emulated": emulated}
            self._database.do("add_answerer", of | {"at": at})

    def purge(self, at: float) -> Forgotten:
        with self._transaction():
            return purge_run(self._database, self._run_no, at)

    def erase(self, person: ErasedPerson, asked: Erasing) -> Traces:
        """Erase one person's rows of the run, and tell which; none that is still to be sent."""
        with self._transaction():
            return erase_in_run(self._database, self._run_no, person, asked)

    def unknown_intents(self) -> UnknownIntents:
        rows = self._database.all("attempt_names", {"run_no": self._run_no})
        known = {name for (name,) in rows}
        with disk_errors(self._database.path):
            writes = self._intents.writes()
        last = writes.pop() if writes else []
        earlier = [name for names in writes for name in names if name not in known]
        unknown = tuple(name for name in last if name not in known)
        return UnknownIntents(tuple(dict.fromkeys(earlier)), unknown)

    def settle_intents(self) -> None:
        with self._transaction(), disk_errors(self._database.path):
            self._intents.settle()

    def mark_restored(self, at: float | None) -> None:
        with self._transaction():
            self._database.do("mark_restored", {"run_no": self._run_no, "at": at})

    def finish(self, at: float) -> None:
        with self._transaction():
            self._database.do("finish_run", {"run_no": self._run_no, "at": at})

    def close(self) -> None:
        self._closed = True
        self._intents.close()
        self._lock.release()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._closed:
            raise Overtaken(filled("run {run} was given back; nothing more is sent", run=self._run))
        with self._database.transaction():
            if self._epoch_now() != self._epoch:
                raise Overtaken(
                    filled(
                        "run {run} was taken over by another process; this one sends nothing more",
                        run=self._run,
                    )
                )
            yield

    def _epoch_now(self) -> object:
        return self._database.value("epoch", {"run_no": self._run_no})

    def _key(self, of: Submission | Conclusion | Withholding) -> dict[str, object]:
        return key_of(self._run_no, of)

    def _known(self, of: Submission | Conclusion | Withholding) -> Submission:
        return stored(self._database, self._run_no, of)

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
        own = rows_of_submission(self._database, key)
        for said in answers:
            if not said.facts.keys() <= own:
                raise KoosendError(
                    filled(
                        "evidence names a row outside chunk {chunk} submission {submission}",
                        chunk=str(known.chunk),
                        submission=str(known.submission),
                    ),
                    "KS7002",
                )
            if any(said.facts.values()):
                add_facts(self._database, key, said)

    def _settled(self, standings: Mapping[int, Standing]) -> Iterator[tuple[object, ...]]:
        # SQLite's module binds a plain str twice as fast as an enum's member.
        for row in sorted(standings):
            end = standings[row]
            proof = (end.code, end.delivered_at, end.rendered_at, end.evidence)
            yield (str(end.outcome), str(end.reason), *proof, self._run_no, row)


def _facts_of(conclusion: Conclusion) -> dict[int, tuple[Fact, ...]]:
    """Say of each row what the answer said of it alone, or that it did not name it."""
    facts: dict[int, tuple[Fact, ...]] = {}
    for row in conclusion.unnamed:
        facts[row] = (Fact(NewsKind.NOT_NAMED, "", "", ""),)
    for row, code in (conclusion.refused or {}).items():
        facts[row] = (Fact(NewsKind.REFUSED, code, "", ""),)
    return facts
