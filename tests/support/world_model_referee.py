"""Hold a run's ledger against what the provider knows: what must be true after every step."""

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from pipeline.core.lifecycle import ASSUMED_SENT, BY_POLICY, SENDABLE, TABLE, Event, State
from pipeline.core.model import Channel, Message, Route, RunId, TaskName
from pipeline.core.outcome import Carrier, Fact, Outcome, fold
from pipeline.core.screening import SuppressionReason
from pipeline.ports import AccountStore, Ledger, Submission, Suppression
from pipeline.reconciler.doubts.policy import DoubtOptions
from tests.support.world_model_provider import Provider, delivered, rendered

Key = tuple[int, int]


class TakenTwice(AssertionError):
    """A number got its message twice and nobody asked for that."""


class Lost(AssertionError):
    """A row was neither taken nor explained."""


@dataclass(slots=True)
class Referee:
    """Judge one run. Only duplicates count unless strict.

    pardoned holds the names that a person released: their numbers may be taken once more.
    """

    run: RunId
    message: Message
    ledger: Ledger
    provider: Provider
    store: AccountStore
    strict: bool = True
    pardoned: set[TaskName] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)
    _paused_at: int | None = None
    _proved: dict[Key, int] = field(default_factory=dict)
    _seen: dict[Key, Submission] = field(default_factory=dict)
    _intended: dict[str, set[TaskName]] = field(default_factory=dict)

    def opts_out(self, phone: str, at: float) -> None:
        """Let somebody want nothing more: what is intended already is past holding back."""
        self.ledger.screening.suppress([Suppression(phone, SuppressionReason.OPT_OUT, at)])
        known = {record.attempt.task_name for record in self.ledger.attempts(self.run)}
        self._intended.setdefault(phone, known)

    def saw_proof(self, names: Collection[TaskName]) -> None:
        """Take notice of receipts that bear names, whoever works on the run."""
        made = [record.attempt for record in self.ledger.attempts(self.run)]
        for key in {
            (attempt.chunk, attempt.submission) for attempt in made if attempt.task_name in names
        }:
            count = sum((attempt.chunk, attempt.submission) == key for attempt in made)
            self._proved.setdefault(key, count)

    def saw_word(self, *, paused: bool) -> None:
        """Take notice of a pause, once what was let through has left, or of its end."""
        if not paused:
            self._paused_at = None
        elif self._paused_at is None:
            self._paused_at = len(self.ledger.attempts(self.run))

    def saw_arrival(self, name: TaskName) -> None:
        """Judge a request at the moment when it reaches the provider."""
        known = {record.attempt.task_name for record in self.ledger.attempts(self.run)}
        if name not in known:
            self.violations.append(f"{name} left before its intent was on disk")
        if self.provider.arrived[name]:
            self.violations.append(f"{name} was sent again under the same name")

    def saw_commit(self, epoch: int) -> None:
        """Judge a write at the moment when it was committed, by the epoch of its process."""
        record = self.ledger.run(self.run)
        if record is None or record.epoch != epoch:
            self.violations.append(f"a process of epoch {epoch} wrote although it was overtaken")

    def judge(self) -> None:
        """Raise for whatever is not as it must be."""
        self._judge_numbers()
        self._judge_opt_outs()
        if not self.strict:
            return
        assert not self.violations, self.violations
        made = len(self.ledger.attempts(self.run))
        assert self._paused_at in {None, made}, "an intent was recorded while the run was paused"
        names: dict[Key, list[TaskName]] = {}
        for record in self.ledger.attempts(self.run):
            at = (record.attempt.chunk, record.attempt.submission)
            names.setdefault(at, []).append(record.attempt.task_name)
        for submission in self.ledger.submissions(self.run):
            key = (submission.chunk, submission.submission)
            most = self._proved.get(key, submission.attempts)
            assert submission.attempts <= most, (
                f"{key} was attempted again although a receipt proved it"
            )
            self._judge_state(submission, names.get(key, []))
            self._judge_step(submission, self._seen.get(key, submission))
            self._seen[key] = submission
        self._judge_books()
        self._judge_reached(at_end=False)

    def judge_end(self, *, holds: bool) -> None:
        """Raise unless every row was taken once, or it is explained why not.

        holds says that a person wants to decide about what was not found.
        """
        self.judge()
        self._judge_reached(at_end=True)
        for submission in self.ledger.submissions(self.run):
            taken = submission.task_name in self.provider.taken
            ends = (State.ACCEPTED, State.REFUSED, State.ABANDONED, State.SPLIT)
            explained = submission.state in ends
            may_be_held = self._misses if taken else holds or self._cannot_be_proved(submission)
            if not (explained or (submission.state is State.IN_DOUBT and may_be_held)):
                place = f"{submission.chunk}/{submission.submission}"
                raise Lost(f"{place} is {submission.state} at the end, taken {taken}")
        self._judge_outcomes()

    @property
    def _misses(self) -> bool:
        """Tell whether the list errs: then a name that was taken may never be found."""
        return self.provider.manners.lists_err

    def _cannot_be_proved(self, doubt: Submission) -> bool:
        """Tell whether a person must decide on what was not taken.

        So where the list missed a name that it should have shown, where no name that was taken is
        as old, or where a policy has released the submission as often as it may. And where an
        attempt before it was taken although somebody released it: receipts speak of its people.
        """
        if self._was_taken_before(doubt):
            return True
        if self.store.listing(self.message.channel).missed_at is not None:
            return self._misses
        attempts = self.ledger.attempts(self.run)
        key = (doubt.chunk, doubt.submission)
        meant = {record.attempt.task_name: record.attempt.at for record in attempts}
        releases = sum(
            (record.attempt.chunk, record.attempt.submission) == key
            and record.event is Event.WAS_RELEASED
            and record.note.startswith(BY_POLICY)
            for record in attempts
        )
        accepted = self.ledger.submissions(self.run, frozenset({State.ACCEPTED}))
        at = doubt.task_name and meant[doubt.task_name]
        older = any(
            submission.task_name and at and meant[submission.task_name] <= at
            for submission in accepted
        )
        return not older or releases + 1 >= DoubtOptions().attempts_max

    def _was_taken_before(self, doubt: Submission) -> bool:
        key = (doubt.chunk, doubt.submission)
        return any(
            (record.attempt.chunk, record.attempt.submission) == key
            and record.attempt.task_name in self.provider.taken
            for record in self.ledger.attempts(self.run)
        )

    def _judge_numbers(self) -> None:
        allowed = Counter(self._phones_of(self.pardoned))
        for phone, times in self.provider.times_taken().items():
            if times > 1 + allowed[phone]:
                raise TakenTwice(f"{phone} was taken {times} times")

    def _phones_of(self, names: set[TaskName]) -> Iterator[str]:
        for name in names & self.provider.taken.keys():
            yield from self.provider.taken[name].phones

    def _judge_reached(self, *, at_end: bool) -> None:
        """Hold whom a later list would leave out against whom the provider took.

        Who was taken, and did not fail to get it, is left out at every moment, unless a person said
        of the request that it was not; at the end nobody else is, but whoever may have been taken
        for all that is known.
        """
        reached = {
            self.ledger.recipients(self.run, found.chunk).phones[at]
            for found in self.ledger.people.reached(self.run)
            for at in found.positions
        }
        taken = self.provider.times_taken()
        denied = set(self._phones_of(self.pardoned))
        again = {phone for phone in taken.keys() - reached - denied if delivered(phone)}
        assert not again, f"a later list would be sent to {again} again"
        if at_end:
            never = reached - taken.keys() - self._perhaps_taken()
            assert not never, f"a later list would leave {never} out, whom nobody sent to"

    def _perhaps_taken(self) -> set[str]:
        """Return the numbers of requests that are in doubt, or that a person counted as taken.

        And those of whom nothing was ever heard: that a task was taken without them stands in its
        answer, which may be lost, and in lists, which may err.
        """
        open_now = {
            phone
            for known in self.ledger.submissions(self.run)
            if known.state is State.IN_DOUBT or known.code == ASSUMED_SENT
            for phone in known.part(self.ledger.recipients(self.run, known.chunk)).phones
        }
        return open_now | (self._silent() if self._misses else set())

    def _silent(self) -> set[str]:
        return {
            phone
            for block in self.ledger.outcomes(self.run)
            for phone, standing in zip(block.phones, block.standings, strict=True)
            if standing.outcome is Outcome.EXPIRED
        }

    def _judge_opt_outs(self) -> None:
        for phone, intended in self._intended.items():
            for name in self.provider.taken.keys() - intended:
                assert phone not in self.provider.taken[name].phones, f"{phone} had opted out"

    def _judge_state(self, submission: Submission, names: Iterable[TaskName]) -> None:
        taken = [name for name in names if name in self.provider.taken]
        if submission.state in SENDABLE:
            wrong = set(taken) - self.pardoned
            assert not wrong, f"{wrong} can be sent again although it was taken"
        elif submission.state is State.ACCEPTED:
            tasks = {
                self.provider.taken[name].task for name in taken if name == submission.task_name
            }
            assert tasks == {submission.task_id}, (
                f"{submission.task_name} counts as taken and was not"
            )
        elif submission.state in (State.REFUSED, State.SPLIT):
            assert submission.task_name not in taken, (
                f"{submission.task_name} counts as refused and was taken"
            )

    @staticmethod
    def _judge_step(now: Submission, before: Submission) -> None:
        assert now.state in _REACHABLE[before.state], f"{before.state} became {now.state}"
        assert now.attempts >= before.attempts
        if before.state is State.ACCEPTED:
            assert (now.attempts, now.task_id) == (before.attempts, before.task_id)

    def _judge_books(self) -> None:
        books, record = self.ledger.books(self.run), self.ledger.run(self.run)
        assert record is not None
        rows = [row for block in self.ledger.outcomes(self.run) for row in block.rows]
        assert rows == list(range(record.rows)), "not every row has one outcome"
        assert books.balance, "the books do not balance"
        assert books.rows == record.rows

    def judge_folds(self) -> None:
        """Raise if the order or the repetition of evidence makes a difference."""
        for submission in self.ledger.submissions(self.run, frozenset({State.ACCEPTED})):
            for facts in self.ledger.facts(self.run, submission).values():
                self._judge_fold(facts)

    def _judge_fold(self, facts: tuple[Fact, ...]) -> None:
        channel = self.message.channel
        for expired, silent in itertools.product((False, True), repeat=2):
            straight = fold(
                Carrier(Route.MAIN, channel), facts, link_expired=expired, silent=silent
            )
            again = fold(
                Carrier(Route.MAIN, channel),
                facts[::-1] + facts,
                link_expired=expired,
                silent=silent,
            )
            assert straight == again, "the fold depends on order or repetition"

    def _judge_outcomes(self) -> None:
        """Compare outcomes with what the provider knows to have happened."""
        for block in self.ledger.outcomes(self.run):
            for phone, standing, at in zip(
                block.phones, block.standings, block.submissions, strict=True
            ):
                submission = block.table[at]
                if submission.state is not State.ACCEPTED or submission.task_name is None:
                    continue
                if standing.outcome is Outcome.SUPPRESSED:
                    assert phone in self._intended, f"{phone} did not opt out"
                    assert phone not in self.provider.taken[submission.task_name].phones
                    continue
                truth = {true_outcome(self.message.channel, phone)}
                if phone in self.provider.taken[submission.task_name].left_out:
                    # Only the answer names who was left out: where it was lost, silence is all.
                    truth = {Outcome.REFUSED, Outcome.EXPIRED}
                if self._misses:
                    # The pass that would have told may have met a list that left the task out.
                    truth |= {Outcome.SUBMITTED}
                said = standing.outcome
                assert said in truth, f"{phone} is {said}, which in truth is {truth}"


def true_outcome(channel: Channel, phone: str) -> Outcome:
    """Tell what becomes of a number that was taken, once its link has expired."""
    if not delivered(phone):
        return Outcome.UNDELIVERED
    if channel is Channel.AIM_BASIC:
        return Outcome.VIDEO
    return Outcome.CARD if rendered(phone) else Outcome.FALLBACK_SMS


def _closure() -> dict[State, set[State]]:
    reachable = {state: {state, *steps.values()} for state, steps in TABLE.items()}
    for _ in TABLE:
        for state, onward in reachable.items():
            reachable[state] = set().union(*(reachable[step] for step in onward))
    return reachable


_REACHABLE = _closure()
