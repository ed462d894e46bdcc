"""What the reconciler works with, and how it puts one question."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pipeline.core.answer import NewsKind, Unanswered
from pipeline.core.errors import KoosendError
from pipeline.core.model import Channel, RunId, TaskName
from pipeline.core.outcome import Carrier
from pipeline.language import filled
from pipeline.ports import (
    AccountStore,
    Clock,
    Gateway,
    Ledger,
    Limiter,
    OnEvent,
    RunPlan,
    RunWriter,
    Submission,
    ignore_event,
)

SOME_PHONES = 3

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OneRun:
    """One run's plan, its ledger and its one writer: what folding news takes."""

    plan: RunPlan
    ledger: Ledger
    writer: RunWriter

    @property
    def run(self) -> RunId:
        """Return the run's id."""
        return self.plan.run

    def carrier(self, submission: Submission) -> Carrier:
        """Tell what carries a submission's messages."""
        return Carrier(submission.route, self.plan.message.channel_of(submission.route))


@dataclass(frozen=True, slots=True)
class Parts(OneRun):
    """One run with the parts that serve it.

    store is what is known of the account. admitting lets one question at a time wait for the
    limiter, as its port demands; calls that share a limiter must share it.
    """

    gateway: Gateway
    limiter: Limiter
    clock: Clock
    on_event: OnEvent = ignore_event
    store: AccountStore = field(kw_only=True)
    admitting: asyncio.Lock = field(default_factory=asyncio.Lock)

    def some_phones(self, submission: Submission) -> tuple[str, ...]:
        """Return a few of a submission's numbers, for a question that needs them."""
        return self.phones_shown(submission)[:SOME_PHONES]

    def phones_shown(self, submission: Submission) -> tuple[str, ...]:
        """Return the numbers beside which a submission's name is shown, where a question needs any.

        Those that are known to have been left out of it show nothing; nor do who were erased.
        """
        if self.carrier(submission).channel not in {Channel.SMS, Channel.AIM_LINKS}:
            return ()
        part = submission.part(self.ledger.recipients(self.run, submission.chunk))
        facts = self.ledger.facts(self.run, submission)
        return tuple(
            phone
            for phone, row in zip(part.phones, part.rows, strict=True)
            if phone and not any(fact.kind is NewsKind.REFUSED for fact in facts.get(row, ()))
        )

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """Put a question once it may leave, and let the limiter learn from the answer.

        question is called just before it leaves: a time that it takes is the question's own. Only
        a rate refusal names a wait.
        """
        async with self.admitting:
            await self.limiter.admit(0)
        answer = await question()
        if not isinstance(answer, Unanswered):
            self.limiter.recover()
        elif answer.wait_s is not None:
            self.limiter.slow_down(None)
        return answer


class SteadyClock:
    """Clock whose wall time no correction can move forward.

    The machine's time may be set while we wait; how long something has been known must not grow
    by that. now is the earlier of the wall time and of where it would be had nobody touched it.
    """

    def __init__(self, clock: Clock) -> None:
        """Take the time of this moment as right."""
        self.monotonic, self.sleep = clock.monotonic, clock.sleep
        self._clock_now = clock.now
        self._started = clock.now(), clock.monotonic()

    def now(self) -> float:
        """Return seconds since 1970-01-01 UTC, late rather than early."""
        wall, monotonic = self._started
        elapsed_s = self.monotonic() - monotonic
        return min(self._clock_now(), wall + elapsed_s)


def attempt_of(submission: Submission) -> tuple[TaskName, float]:
    """Return the name and the time of the attempt that a submission goes by.

    Raises KoosendError for a ledger that holds an attempted submission without them.
    """
    if submission.task_name is None or submission.attempted_at is None:
        raise KoosendError(
            filled(
                "The ledger has submission {chunk}/{submission} as {state} without an "
                "attempt; run `koosend verify`.",
                chunk=str(submission.chunk),
                submission=str(submission.submission),
                state=submission.state,
            ),
            "KS7002",
        )
    return submission.task_name, submission.attempted_at
