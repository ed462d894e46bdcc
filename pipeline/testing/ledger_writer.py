"""The writer half of the ledger in memory: its data, and the steps that change them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.core.answer import NewsKind
from pipeline.core.errors import KoosendError, Outdated, Overtaken
from pipeline.core.lifecycle import SENDABLE, Event, IllegalStep, State, advance
from pipeline.core.model import TaskName
from pipeline.core.outcome import Fact, Standing
from pipeline.ports import (
    Attempt,
    AttemptRecord,
    CanaryRecord,
    Conclusion,
    Continuation,
    Forgotten,
    Learned,
    Question,
    Submission,
    Withholding,
)
from pipeline.testing.ledger_routing import continue_chunk, explained
from pipeline.testing.ledger_run import Key, MemoryRun, append_facts
from pipeline.testing.ledger_withholding import (
    SUPPRESSION,
    giving_up,
    leave_out,
    settle_withheld,
    source_of,
)


@dataclass(slots=True)
class MemoryRunWriter:
    """Fake RunWriter. before_write is called once for every transaction and may raise."""

    run: MemoryRun
    epoch: int
    before_write: Callable[[], None]
    learn: Callable[[str, float], None]
    number: Callable[[], int]
    forget: Callable[[MemoryRun, float], Forgotten]
    listed: Callable[[], int]
    pushed_tasks: Callable[[Collection[TaskName]], Mapping[TaskName, object]]
    closed: bool = False

    def withhold(self, withholding: Withholding) -> Submission:
        """Leave rows out of a submission for good."""
        self._enter()
        known, facts = leave_out(self.run, withholding)
        key = (known.chunk, known.submission)
        self._must_hold(key, facts)
        self.run.submissions[key] = known
        self._append(key, SUPPRESSION, facts)
        settle_withheld(self.run, key)
        if not known.carried:
            changes = _Changes(self.run)
            changes.conclude(giving_up(known, withholding))
            changes.apply()
        return self.run.submissions[key]

    def begin(self, attempts: Sequence[Attempt], listed_to: int | None = None) -> None:
        """Record the intents."""
        self._enter()
        if listed_to is not None and self.listed() > listed_to:
            raise Outdated("the suppression list has grown since it was looked at")
        changes = _Changes(self.run)
        for attempt in attempts:
            changes.begin(attempt)
            if self._is_proved((attempt.chunk, attempt.submission)):
                raise Outdated("a receipt proves that an earlier attempt was taken")
        changes.apply()
        if attempts:
            self.run.finished_at = None
            if self.run.started_at is None:
                self.run.started_at = min(attempt.at for attempt in attempts)

    def conclude(self, conclusions: Sequence[Conclusion]) -> None:
        """Record what became known."""
        self._enter()
        changes = _Changes(self.run)
        for conclusion in conclusions:
            changes.conclude(conclusion)
            key = (conclusion.chunk, conclusion.submission)
            self._must_hold(key, conclusion.refused or {})
        if any(submission.state in SENDABLE for submission in changes.submissions.values()):
            self.run.finished_at = None
        changes.apply()
        for conclusion in conclusions:
            facts = {
                row: (Fact(NewsKind.REFUSED, code, "", ""),)
                for row, code in sorted((conclusion.refused or {}).items())
            }
            key = (conclusion.chunk, conclusion.submission)
            self._append(key, "answer", facts)
            if conclusion.links:
                self.run.links[key] = dict(conclusion.links)

    def sweep(self, at: float) -> int:
        """Put every submission found in flight in doubt."""
        self._enter()
        found = [k for k, s in self.run.submissions.items() if s.state is State.IN_FLIGHT]
        changes = _Changes(self.run)
        for key in found:
            changes.conclude(Conclusion(*key, Event.WAS_LOST, at, message="no answer was recorded"))
        changes.apply()
        return len(found)

    def asked(self, questions: Sequence[Question]) -> None:
        """Record questions by name."""
        self._enter()
        for question in questions:
            if question.task_name not in self.run.attempts:
                raise KoosendError(f"no attempt of this run is named {question.task_name}")
        self.run.questions.extend(questions)

    def add_evidence(self, learned: Sequence[Learned]) -> None:
        """Append facts by row, and how long links live; nothing of it unless all of it can be."""
        self._enter()
        for one in learned:
            key = (one.submission.chunk, one.submission.submission)
            self.run.submission(key)
            for said in one.answers:
                self._must_hold(key, said.facts)
        for one in learned:
            key = (one.submission.chunk, one.submission.submission)
            for said in one.answers:
                self._append(key, said.source, said.facts)
            if one.link_life_s is not None:
                self.run.link_life[key] = one.link_life_s

    def continue_chunk(self, going: Continuation) -> None:
        """Plan what a chunk goes on with."""
        self._enter()
        for key, positions in continue_chunk(self.run, going):
            facts = explained(going, positions)
            self._append(key, source_of(facts), facts)

    def settle(self, standings: Mapping[int, Standing]) -> None:
        """Record outcomes by row."""
        self._enter()
        if not standings.keys() <= self.run.of_row.keys():
            raise KoosendError("an outcome was given for a row that is no recipient of this run")
        self.run.standings.update(standings)

    def learn_ceiling(self, calls_per_s: float) -> None:
        """Remember the account's rate."""
        self._enter()
        self.learn(self.run.plan.account, calls_per_s)

    def decide_canary(self, record: CanaryRecord) -> None:
        """Record what was decided once the first recipients' messages were known."""
        self._enter()
        self.run.canary.append(record)

    def purge(self, at: float) -> Forgotten:
        """Forget the run's people."""
        self._enter()
        return self.forget(self.run, at)

    def finish(self, at: float) -> None:
        """Record that nothing is left to submit."""
        self._enter()
        self.run.finished_at = at

    def close(self) -> None:
        """Give the run back."""
        if not self.closed and self.run.epoch == self.epoch:
            self.run.held = False
        self.closed = True

    def _enter(self) -> None:
        if self.closed or self.run.epoch != self.epoch:
            raise Overtaken(f"run {self.run.plan.run} is no longer this process's to write")
        self.before_write()

    def _is_proved(self, key: Key) -> bool:
        if not self.run.submission(key).attempts:
            return False
        made = (record.attempt for record in self.run.attempts.values())
        names = [one.task_name for one in made if (one.chunk, one.submission) == key]
        return bool(self.pushed_tasks(names))

    def _must_hold(self, key: Key, rows: Mapping[int, object]) -> None:
        if any(self.run.of_row.get(row, (None,))[0] != key for row in rows):
            raise KoosendError(f"evidence names a row outside chunk {key[0]} submission {key[1]}")

    def _append(self, key: Key, source: str, facts: Mapping[int, Sequence[Fact]]) -> None:
        append_facts(self.run, (key, source), facts, self.number)


class _Changes:
    """What one transaction changes, apart from the run until all of it proved legal."""

    def __init__(self, run: MemoryRun) -> None:
        self._run = run
        self.submissions: dict[Key, Submission] = {}
        self._attempts: dict[TaskName, AttemptRecord] = {}

    def begin(self, attempt: Attempt) -> None:
        key = (attempt.chunk, attempt.submission)
        known = self._submission(key)
        begun = replace(
            known,
            state=advance(known.state, Event.ATTEMPTED),
            attempts=known.attempts + 1,
            task_name=attempt.task_name,
            attempted_at=attempt.at,
            concluded_at=None,
            code="",
            message="",
        )
        if attempt.task_name in self._run.attempts or attempt.task_name in self._attempts:
            raise IllegalStep(f"the task name {attempt.task_name} was used before")
        self.submissions[key] = begun
        self._attempts[attempt.task_name] = AttemptRecord(attempt, None, None, None, "", "", "")

    def conclude(self, conclusion: Conclusion) -> None:
        key = (conclusion.chunk, conclusion.submission)
        known = self._submission(key)
        concluded = _concluded(known, conclusion)
        if concluded is not known and conclusion.task_name is not None:
            concluded = self._named(concluded, conclusion.event, conclusion.task_name)
        self.submissions[key] = concluded
        name = concluded.task_name
        late = known.state is State.DEFERRED and conclusion.event is Event.WAS_FOUND
        if name is not None and (late or known.state in (State.IN_FLIGHT, State.IN_DOUBT)):
            self._attempts[name] = AttemptRecord(
                self._run.attempts[name].attempt,
                conclusion.at,
                conclusion.event,
                conclusion.task_id,
                conclusion.code,
                conclusion.message,
                conclusion.note,
            )

    def _named(self, concluded: Submission, event: Event, name: TaskName) -> Submission:
        """Let an earlier attempt be the one that a submission goes by."""
        known = self._run.attempts.get(name)
        made = None if known is None else known.attempt
        place = (concluded.chunk, concluded.submission)
        if made is None or (made.chunk, made.submission) != place or event is not Event.WAS_FOUND:
            raise IllegalStep(f"{name} is no attempt of this submission that could be found")
        return replace(concluded, task_name=name, attempted_at=made.at)

    def apply(self) -> None:
        self._run.submissions.update(self.submissions)
        self._run.attempts.update(self._attempts)

    def _submission(self, key: Key) -> Submission:
        return self.submissions.get(key) or self._run.submission(key)


def _concluded(submission: Submission, conclusion: Conclusion) -> Submission:
    """Apply one step, or raise IllegalStep."""
    if conclusion.event is Event.ATTEMPTED:
        raise IllegalStep("an attempt is begun, it is no conclusion")
    state = advance(submission.state, conclusion.event)
    if submission.state is State.ACCEPTED:
        return submission
    if state is State.ACCEPTED and not conclusion.task_id:
        raise IllegalStep("a submission cannot be accepted without a task id")
    return replace(
        submission,
        state=state,
        task_id=conclusion.task_id if state is State.ACCEPTED else None,
        concluded_at=conclusion.at,
        code=conclusion.code,
        message=conclusion.message,
    )
