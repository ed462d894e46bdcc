"""Build a run whose submissions have been attempted, and a provider whose lists lag."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.answer import FoundTask, News, Unanswered
from pipeline.core.lifecycle import Event
from pipeline.core.model import (
    Channel,
    Chunk,
    Message,
    PlannedSubmission,
    Recipients,
    RunId,
    TaskId,
    TaskName,
)
from pipeline.core.names import task_name
from pipeline.core.outcome import Standing
from pipeline.ports import Attempt, Conclusion, Ledger, RunPlan, RunWriter, Submission
from pipeline.reconciler.context import Parts
from tests.support.fakes import ManualClock, ScriptedGateway
from tests.support.memory_ledger import MemoryLedger, MemoryStore

RUN = RunId("run00001")


@dataclass(slots=True)
class LaggingGateway(ScriptedGateway):
    """Lists a name only from a moment on; others are names that a loose filter adds.

    jump_s is by how much the wall clock is set forward while deliveries are being asked for;
    no_capabilities lets only the question for handsets' abilities go unanswered. misses is how many
    times a listed name is still to be left out; span_s, how far back the list goes. instead is
    answered to every question for a name.
    """

    clock: ManualClock = field(default_factory=ManualClock)
    listed_from: dict[TaskName, float] = field(default_factory=dict)
    others: tuple[FoundTask, ...] = ()
    silent_until: float = 0.0
    no_capabilities: bool = False
    misses: int = 0
    span_s: float = math.inf
    jump_s: float = 0.0
    instead: Unanswered | None = None

    async def find(
        self, channel: Channel, name: TaskName, since: float, phones: Sequence[str] = ()
    ) -> tuple[FoundTask, ...] | Unanswered:
        """List what was taken under the name and is listed by now."""
        found = await ScriptedGateway.find(self, channel, name, since, phones)
        if self.instead is not None:
            return self.instead
        if isinstance(found, Unanswered) or self.clock.monotonic() < self.silent_until:
            return Unanswered("scripted silence")
        if self.clock.monotonic() < self.listed_from.get(name, 0.0):
            found = ()
        if found and self.misses:
            self.misses, found = self.misses - 1, ()
        if since < self.clock.now() - self.span_s:
            found = ()
        return (*self.others, *found)

    async def deliveries(self, task: TaskId) -> tuple[News, ...] | Unanswered:
        """Return the scripted news, while somebody sets the clock."""
        self.clock.jump(self.jump_s)
        return await ScriptedGateway.deliveries(self, task)

    async def capabilities(
        self, phones: Sequence[str], template: str
    ) -> tuple[News, ...] | Unanswered:
        """Return the scripted capabilities, unless none may be told."""
        if self.no_capabilities:
            return Unanswered("scripted silence")
        return await ScriptedGateway.capabilities(self, phones, template)


@dataclass(slots=True)
class CountingLimiter:
    """Lets everything pass, counts, and fails when two wait at once."""

    questions: int = 0
    messages: int = 0
    slowed: int = 0
    waiting: int = 0

    async def admit(self, messages: int) -> None:
        """Pass at the loop's next turn."""
        self.waiting += 1
        assert self.waiting == 1, "two tasks wait for the limiter at once"
        await asyncio.sleep(0)
        self.waiting -= 1
        self.questions += 1
        self.messages += messages

    def slow_down(self, ceiling_per_s: float | None) -> None:
        """Count."""
        del ceiling_per_s
        self.slowed += 1

    def recover(self) -> None:
        """Take no notice."""


class World:
    """A planned run of one chunk per entry of sizes, each entry its submissions' sizes."""

    def __init__(
        self,
        sizes: tuple[tuple[int, ...], ...] = ((2, 2, 2),),
        channel: Channel = Channel.AIM,
        ledger: Ledger | None = None,
    ) -> None:
        """Plan the run and take it."""
        self.clock = ManualClock()
        self.gateway = LaggingGateway(clock=self.clock)
        self.limiter = CountingLimiter()
        self.ledger: Ledger = ledger or MemoryLedger()
        self.store = MemoryStore()
        self.events: list[tuple[str, Mapping[str, object]]] = []
        self.message = Message(channel, "700000001", expires_days=1)
        self.plan = _plan(self.message, self.clock.now())
        self.ledger.plan(self.plan, _chunks(sizes))
        self.writer: RunWriter = self.ledger.take(RUN)

    @property
    def parts(self) -> Parts:
        """Return what the reconciler works with."""
        return Parts(
            self.plan,
            self.ledger,
            self.writer,
            self.gateway,
            self.limiter,
            self.clock,
            self._on_event,
            store=self.store,
        )

    def submission(self, number: int, chunk: int = 0) -> Submission:
        """Look a submission up."""
        return next(
            submission
            for submission in self.ledger.submissions(RUN)
            if (submission.chunk, submission.submission) == (chunk, number)
        )

    def attempt(self, number: int, chunk: int = 0, at: float | None = None) -> TaskName:
        """Record an intent."""
        attempt = self.submission(number, chunk).attempts + 1
        name = task_name(RUN, chunk, number, attempt)
        at = self.clock.now() if at is None else at
        self.writer.begin([Attempt(chunk, number, attempt, name, at)])
        return name

    def take(self, name: TaskName, listed_after_s: float = 0.0, copies: int = 1) -> TaskId:
        """Let the provider hold a task under that name."""
        ids = [TaskId(f"id-{name}")] + [TaskId(f"id-{name}-{n}") for n in range(2, copies + 1)]
        self.gateway.taken[name] = tuple(FoundTask(name, task) for task in ids)
        self.gateway.listed_from[name] = self.clock.monotonic() + listed_after_s
        return ids[0]

    def accept(
        self,
        number: int,
        chunk: int = 0,
        *,
        listed_after_s: float = 0.0,
        refused: Mapping[int, str] | None = None,
    ) -> TaskId:
        """Attempt a submission that is taken and answered."""
        task = self.take(self.attempt(number, chunk), listed_after_s)
        self.writer.conclude(
            [
                Conclusion(
                    chunk,
                    number,
                    Event.WAS_ACCEPTED,
                    self.clock.now(),
                    task_id=task,
                    refused=refused,
                )
            ]
        )
        return task

    def lose(self, number: int, chunk: int = 0, at: float | None = None) -> TaskName:
        """Attempt a submission whose answer is lost."""
        name = self.attempt(number, chunk, at)
        self.writer.conclude([Conclusion(chunk, number, Event.WAS_LOST, self.clock.now())])
        return name

    def standing(self, row: int) -> Standing:
        """Read a row's recorded outcome."""
        return next(
            block.standings[list(block.rows).index(row)]
            for block in self.ledger.outcomes(RUN)
            if row in block.rows
        )

    def seen(self, event: str) -> list[Mapping[str, object]]:
        """List the fields of the events of that name."""
        return [fields for name, fields in self.events if name == event]

    def _on_event(self, name: str, /, **fields: object) -> None:
        self.events.append((name, fields))


def phone(row: int) -> str:
    """Return a row's number."""
    return f"139{row:08d}"


def _plan(message: Message, planned_at: float) -> RunPlan:
    return RunPlan(
        RUN,
        "autumn",
        "/campaigns/autumn.toml",
        message,
        "{}",
        "/lists/a.csv",
        "0" * 64,
        1,
        planned_at,
        "account",
    )


def _chunks(sizes: tuple[tuple[int, ...], ...]) -> list[Chunk]:
    chunks: list[Chunk] = []
    first = 0
    for number, parts in enumerate(sizes):
        rows = range(first, first + sum(parts))
        first = rows.stop
        submissions: list[PlannedSubmission] = []
        start = 0
        for index, size in enumerate(parts):
            submissions.append(PlannedSubmission(index, start, start + size))
            start += size
        recipients = Recipients(list(rows), [phone(row) for row in rows], ())
        lines = [row + 2 for row in rows]
        chunks.append(Chunk(number, [""] * len(rows), lines, recipients, tuple(submissions)))
    return chunks
