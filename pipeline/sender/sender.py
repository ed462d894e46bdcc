"""Send what a run has left to send: one task admits, many wait for answers."""

import asyncio
import functools
from dataclasses import replace

from pipeline.core.answer import Answer, Hindrance, Lost, Refused, Throttled
from pipeline.core.errors import (
    LedgerUnwritable,
    Outdated,
    Overtaken,
    Paused,
    WindowClosed,
    WorkLeft,
)
from pipeline.core.lifecycle import SENDABLE
from pipeline.core.model import Channel
from pipeline.core.names import task_name
from pipeline.language import text_of
from pipeline.ports import RunPlan, Withholding
from pipeline.sender.attempts import Attempter, Request
from pipeline.sender.budget import Budget
from pipeline.sender.circuit_breaker import CircuitBreaker
from pipeline.sender.events import EventEmitter
from pipeline.sender.late_receipts import Proof
from pipeline.sender.options import (
    Hooks,
    Progress,
    SenderOptions,
    SenderParts,
    SendResult,
    StopSignal,
)
from pipeline.sender.queue import Job, WorkQueue
from pipeline.sender.recorder import Recorder
from pipeline.sender.width import Width

_BY_LEDGER = (LedgerUnwritable, Overtaken)


class Sender:
    """Send one run, once.

    Each request goes the same way: a free place, a due submission, the body, the breaker, the
    pace, the user's leave; then its intent is put on disk and it leaves, all in a task of its
    own. A submission that was turned away goes back to the supply and gets a new name.
    """

    def __init__(
        self,
        plan: RunPlan,
        parts: SenderParts,
        options: SenderOptions | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        """Prepare; nothing is read or sent yet."""
        self._plan = plan
        self._parts = parts
        self._options = options or SenderOptions()
        self._hooks = hooks or Hooks()
        self._emitter = EventEmitter(self._hooks)
        self._clock = parts.clock
        self._recorder = Recorder(parts.writer, parts.clock)
        self._attempter = Attempter(parts, self._recorder, stale_s=self._options.stale_s)
        self._breaker = CircuitBreaker(self._options, parts.clock, parts.store)
        self._queue = WorkQueue(functools.partial(parts.ledger.recipients, plan.run))
        self._progress = Progress()
        self._proof = Proof(plan, parts, self._progress, self._emitter)
        self._budget = Budget(self._options.ceilings)
        self._width = Width(self._options.concurrency, self._options.width_at_start)
        self._change = asyncio.Event()
        self._workers: set[asyncio.Task[None]] = set()
        self._admitting: asyncio.Task[bool] | None = None
        self._stop = StopSignal()
        self._error: Exception | None = None
        self._set_aside = 0

    @property
    def progress(self) -> Progress:
        """Count what was done so far; also after run raised."""
        return replace(self._progress)

    async def run(self, stop: StopSignal) -> SendResult:
        """Attempt every sendable submission until none is left, or the run must stop.

        What leaves is accepted, refused or in doubt at the end; the rest stays sendable. Whatever
        stops the run, answers under way are awaited for drain_s. Raises LedgerUnwritable,
        Overtaken, ProviderUnavailable, CredentialsRefused, or WorkLeft.
        """
        started = self._clock.monotonic()
        found = self._parts.ledger.submissions(self._plan.run, SENDABLE)
        sendable = tuple(filter(self._options.among, found))
        self._progress.planned = len(sendable)
        self._progress.messages_planned = sum(submission.messages for submission in sendable)
        self._queue.add(sendable)
        self._breaker.start()
        self._stop = stop
        async with asyncio.TaskGroup() as group:
            complete = await self._supervise(group, stop)
        if self._error is not None:
            raise self._error
        seconds = self._clock.monotonic() - started
        return SendResult(self.progress, not complete, seconds, self._set_aside)

    async def _supervise(self, group: asyncio.TaskGroup, stop: StopSignal) -> bool:
        """Tell whether all that was sendable is answered."""
        admitting = self._admitting = group.create_task(self._admit_all(group))
        stopped = group.create_task(stop.draining())
        await asyncio.wait({admitting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        admitting.cancel()
        await asyncio.wait({admitting})
        await self._drain(group, stop)
        return not admitting.cancelled() and admitting.result()

    async def _drain(self, group: asyncio.TaskGroup, stop: StopSignal) -> None:
        """Await the answers under way, for drain_s or until a second request to stop."""
        enough = {
            group.create_task(self._clock.sleep(self._options.drain_s)),
            group.create_task(stop.cancelling()),
        }
        while waiting := {worker for worker in self._workers if not worker.done()}:
            await asyncio.wait(waiting | enough, return_when=asyncio.FIRST_COMPLETED)
            if any(task.done() for task in enough):
                break
        for task in self._workers | enough:
            task.cancel()

    async def _admit_all(self, group: asyncio.TaskGroup) -> bool:
        """Tell whether nothing is left to admit and all is answered."""
        try:
            while self._error is None and not self._stop.requests:
                if not await self._admit_next(group):
                    return True
        except Exception as error:  # noqa: BLE001  # raised by run, once answers were awaited
            self._halt(error)
        return False

    async def _admit_next(self, group: asyncio.TaskGroup) -> bool:
        """Let one more request leave; False once nothing is left and all is answered."""
        while self._progress.open >= self._width.now:
            await self._next_change()
        while True:
            job = await self._next_job()
            if job is None:
                return False
            request = await self._make_ready(job)
            if request is not None:
                break
            await asyncio.sleep(0)  # answers that came meanwhile are heard
        self._budget.reserve(job.submission)
        self._progress.start(request.prepared.messages)
        worker = group.create_task(self._attempt(request))
        self._workers.add(worker)
        worker.add_done_callback(functools.partial(self._end, request))
        return True

    async def _next_job(self) -> Job | None:
        while True:
            now = self._clock.monotonic()
            job = self._queue.take(now)
            if job is not None:
                return job
            due = self._queue.next_due()
            if due is not None:
                await self._clock.sleep(due - now)
            elif self._progress.open:
                await self._next_change()
            else:
                return None

    async def _make_ready(self, job: Job) -> Request | None:
        """Prepare a request and wait until it may leave; None where it would carry nobody.

        Who must be left out is asked again after the wait, and whether an earlier attempt was
        taken after all. What becomes known after that keeps the ledger from recording the intent.
        """
        if self._proof.settles(job) or self._is_set_aside(job):
            return None
        self._withhold(job)
        while job.submission.carried:
            request = self._prepare(job)
            await self._await_leave(request)
            if self._proof.settles(job):
                return None
            request.listed_to = self._parts.ledger.screening.suppressions_end()
            if not self._withhold(job):
                return request
        return None

    def _is_set_aside(self, job: Job) -> bool:
        """Leave a submission alone that has used up its names; the others go on."""
        if job.attempts < self._options.names_max:
            return False
        self._set_aside += 1
        self._emitter.set_aside(job.submission, job.attempts)
        return True

    def _withhold(self, job: Job) -> bool:
        """Leave out who must not be sent to, on disk; tell whether that changed anything."""
        submission = job.submission
        reasons = self._hooks.withheld(self._queue.recipients(submission))
        if not reasons:
            return False
        now = self._clock.now()
        withheld = Withholding(*submission.place, now, reasons)
        job.submission = self._parts.writer.withhold(withheld)
        self._progress.messages_withheld += submission.messages - job.submission.messages
        self._emitter.withheld(job.submission, len(reasons))
        return True

    def _prepare(self, job: Job) -> Request:
        submission, attempt = job.submission, job.attempts + 1
        name = task_name(self._plan.run, *submission.place, attempt)
        recipients = self._queue.recipients(submission)
        message = self._plan.message.by(submission.route)
        prepared = self._parts.gateway.prepare(message, name, recipients)
        return Request(job, attempt, prepared, recipients)

    async def _await_leave(self, request: Request) -> None:
        """Wait for budget, breaker and pace. Raises WorkLeft when it is time to stop."""
        while (too_much := self._budget.why_not(request.job.submission)) is not None:
            if not self._progress.open:
                raise WorkLeft(too_much, "KS7510")
            await self._next_change()
        await self._await_breaker()
        await self._parts.limiter.admit(request.prepared.messages)
        await self._await_breaker()
        why = self._hooks.may_send()
        if why is not None:
            raise WindowClosed(text_of(why))
        word = self._hooks.paused()
        if word is not None:
            raise Paused(text_of(word))

    async def _await_breaker(self) -> None:
        while True:
            rest = self._breaker.rest_s()
            if rest > 0.0:
                await self._clock.sleep(rest)
            elif self._breaker.probing and self._progress.open:
                await self._next_change()
            elif self._breaker.asks_first:
                await self._ask_first()
            else:
                return

    async def _ask_first(self) -> None:
        """Put a harmless question; raise what its answer ends the run with."""
        await self._parts.limiter.admit(0)
        answer = await self._parts.gateway.clock_ahead_s()
        paused_until = self._breaker.paused_until
        error = self._breaker.take_reply(answer)
        if error is not None:
            raise error
        self._tell_pause(paused_until)

    async def _next_change(self) -> None:
        self._change.clear()
        await self._change.wait()

    async def _attempt(self, request: Request) -> None:
        if self._stop.requests:
            return
        try:
            answer = await self._attempter.make(request)
            self._learn(request, answer)
        except Outdated:
            self._budget.release(request.job.submission)
            self._queue.put_back(request.job, self._clock.monotonic())
        except Exception as error:  # noqa: BLE001  # raised by run, once answers were awaited
            self._halt(error)
        except asyncio.CancelledError:
            if request.left_at is not None:
                self._progress.add(Lost("stopped"), request.prepared.messages)
            raise

    def _learn(self, request: Request, answer: Answer) -> None:
        """Let an answer have its effect on the counts, the pace, the breaker and the supply."""
        self._progress.add(answer, request.prepared.messages)
        if isinstance(answer, Throttled | Refused):
            self._budget.release(request.job.submission)
        for part in request.parts:
            self._queue.put_back(Job(part, part.attempts), self._clock.monotonic())
        if isinstance(answer, Throttled):
            self._turn_away(request.job, answer)
        else:
            self._parts.limiter.recover()
        now = self._clock.monotonic()
        left_at = now if request.left_at is None else request.left_at
        self._width.take(answer, left_at, now)
        paused_until = self._breaker.paused_until
        repeatable = request.prepared.channel is Channel.LINKS_ONLY
        error = self._breaker.take(answer, left_at, repeatable=repeatable)
        self._emitter.answer(request, answer)
        if error is not None:
            self._halt(error)
        else:
            self._tell_pause(paused_until)

    def _tell_pause(self, before: float) -> None:
        if self._breaker.paused_until > before:
            self._emitter.paused(self._breaker.rest_s(), self._breaker.why)

    def _turn_away(self, job: Job, answer: Throttled) -> None:
        due = self._clock.monotonic()
        if answer.hindrance is Hindrance.RATE:
            self._parts.limiter.slow_down(answer.ceiling_per_s)
            job.turned_away += 1
            due += self._options.backoff.wait_s(job.turned_away)
        self._queue.put_back(job, due)

    def _end(self, request: Request, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        self._progress.end(request.prepared.messages)
        self._change.set()
        self._emitter.progress(self.progress)

    def _halt(self, error: Exception) -> None:
        """Admit nothing more. What the ledger says outweighs what the provider says."""
        outweighs = isinstance(error, _BY_LEDGER) and not isinstance(self._error, _BY_LEDGER)
        if self._error is None or outweighs:
            self._error = error
            self._emitter.stopped(error)
        if self._admitting is not None and self._admitting is not asyncio.current_task():
            self._admitting.cancel()
