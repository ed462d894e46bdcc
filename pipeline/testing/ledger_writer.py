"""The writer half of the ledger in memory: its data, and the steps that change them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.core.answer import NewsKind
from pipeline.core.errors import KoosendError, Overtaken
from pipeline.core.lifecycle import SENDABLE, Event, IllegalStep, State, advance
from pipeline.core.model import Chunk, RejectedRow, TaskName
from pipeline.core.outcome import Fact, Standing
from pipeline.ports import (
    Attempt,
    AttemptRecord,
    Conclusion,
    Question,
    Rejects,
    RunPlan,
    RunRecord,
    Submission,
)

Key = tuple[int, int]
"""A submission within its run: chunk, submission."""


@dataclass(slots=True)
class MemoryRun:
    """Everything that is known of one run."""

    plan: RunPlan
    chunks: dict[int, Chunk] = field(default_factory=dict)
    rejects: list[Rejects] = field(default_factory=list)
    rejected: dict[int, RejectedRow] = field(default_factory=dict)
    submissions: dict[Key, Submission] = field(default_factory=dict)
    of_row: dict[int, tuple[Key, int]] = field(default_factory=dict)
    standings: dict[int, Standing] = field(default_factory=dict)
    attempts: dict[TaskName, AttemptRecord] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    evidence: dict[Key, dict[str, Mapping[int, tuple[Fact, ...]]]] = field(default_factory=dict)
    link_life: dict[Key, float] = field(default_factory=dict)
    epoch: int = 0
    started_at: float | None = None
    finished_at: float | None = None
    held: bool = False

    def record(self) -> RunRecord:
        """Return the run as the port shows it."""
        return RunRecord(
            plan=self.plan,
            rows=len(self.of_row) + len(self.rejected),
            recipients=len(self.of_row),
            chunks=len(self.chunks),
            epoch=self.epoch,
            started_at=self.started_at,
            finished_at=self.finished_at,
        )

    def submission(self, key: Key) -> Submission:
        """Look a submission up, or raise IllegalStep."""
        try:
            return self.submissions[key]
        except KeyError:
            raise IllegalStep(f"chunk {key[0]} has no submission {key[1]}") from None


@dataclass(slots=True)
class MemoryRunWriter:
    """Fake RunWriter. before_write is called once for every transaction and may raise."""

    run: MemoryRun
    epoch: int
    before_write: Callable[[], None]
    learn: Callable[[str, float], None]
    number: Callable[[], int]
    closed: bool = False

    def begin(self, attempts: Sequence[Attempt]) -> None:
        """Record the intents."""
        self._enter()
        changes = _Changes(self.run)
        for attempt in attempts:
            changes.begin(attempt)
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
            self._append((conclusion.chunk, conclusion.submission), "answer", facts)

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

    def add_evidence(
        self, submission: Submission, source: str, at: float, facts: Mapping[int, Sequence[Fact]]
    ) -> None:
        """Append facts by row."""
        del at
        self._enter()
        key = (submission.chunk, submission.submission)
        self.run.submission(key)
        self._must_hold(key, facts)
        self._append(key, source, facts)

    def settle(self, standings: Mapping[int, Standing]) -> None:
        """Record outcomes by row."""
        self._enter()
        if not standings.keys() <= self.run.of_row.keys():
            raise KoosendError("an outcome was given for a row that is no recipient of this run")
        self.run.standings.update(standings)

    def set_link_life(self, submission: Submission, seconds: float) -> None:
        """Record how long the links live."""
        self._enter()
        key = (submission.chunk, submission.submission)
        self.run.submission(key)
        self.run.link_life[key] = seconds

    def learn_ceiling(self, calls_per_s: float) -> None:
        """Remember the account's rate."""
        self._enter()
        self.learn(self.run.plan.account, calls_per_s)

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

    def _must_hold(self, key: Key, rows: Mapping[int, object]) -> None:
        if any(self.run.of_row.get(row, (None,))[0] != key for row in rows):
            raise KoosendError(f"evidence names a row outside chunk {key[0]} submission {key[1]}")

    def _append(self, key: Key, source: str, facts: Mapping[int, Sequence[Fact]]) -> None:
        said = {row: tuple(replace(f, evidence="") for f in of) for row, of in facts.items() if of}
        known = self.run.evidence.setdefault(key, {})
        if not said or any(
            n.startswith(f"{source}:") and _bare(s) == said for n, s in known.items()
        ):
            return
        name = f"{source}:{self.number()}"
        known[name] = {
            row: tuple(replace(f, evidence=name) for f in of) for row, of in said.items()
        }


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
        self.submissions[key] = _concluded(known, conclusion)
        name = known.task_name
        if name is not None and known.state in (State.IN_FLIGHT, State.IN_DOUBT):
            self._attempts[name] = AttemptRecord(
                self._run.attempts[name].attempt,
                conclusion.at,
                conclusion.event,
                conclusion.task_id,
                conclusion.code,
                conclusion.message,
                conclusion.note,
            )

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


def _bare(facts: Mapping[int, tuple[Fact, ...]]) -> dict[int, tuple[Fact, ...]]:
    return {row: tuple(replace(f, evidence="") for f in of) for row, of in facts.items()}
