"""Build a planned run in a ledger in memory, and a sender for it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.answer import Answer
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Chunk, Message, PlannedSubmission, Recipients, RunId
from pipeline.ports import Attempt, Limiter, Prepared, RunPlan, RunWriter, Submission
from pipeline.sender import (
    Hooks,
    LimiterOptions,
    Progress,
    Sender,
    SenderOptions,
    SenderParts,
    SendResult,
    SpacedLimiter,
    StopSignal,
)
from tests.support.fakes import ManualClock, ScriptedGateway
from tests.support.memory_ledger import MemoryLedger, MemoryStore

RUN = RunId("run00001")
PLAN = RunPlan(
    run=RUN,
    campaign="members",
    campaign_path="members.toml",
    message=Message(Channel.AIM, "700000001"),
    meaning="{}",
    source_path="members.csv",
    source_sha256="0" * 64,
    source_bytes=1,
    planned_at=1_790_000_000.0,
    account="account",
)


def phone_of(row: int) -> str:
    """Return the number of a row."""
    return f"130{row:08d}"


def chunk_of(number: int, submissions: int, size: int) -> Chunk:
    """Build a chunk of equal submissions; rows go on from the chunks before it."""
    n = submissions * size
    rows = range(number * n, (number + 1) * n)
    return Chunk(
        chunk=number,
        sheets=[""] * n,
        lines=[row + 2 for row in rows],
        recipients=Recipients(list(rows), [phone_of(row) for row in rows], ()),
        submissions=tuple(
            PlannedSubmission(i, i * size, (i + 1) * size) for i in range(submissions)
        ),
    )


@dataclass(slots=True)
class Desk:
    """Everything a sender works with, and what it told."""

    ledger: MemoryLedger
    writer: RunWriter
    gateway: ScriptedGateway
    limiter: Limiter
    clock: ManualClock
    plan: RunPlan = PLAN
    store: MemoryStore = field(default_factory=MemoryStore)
    stop: StopSignal = field(default_factory=StopSignal)
    progress: list[Progress] = field(default_factory=list)
    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    withheld: Callable[[Recipients], Mapping[int, str]] = lambda _: {}

    def sender(
        self,
        options: SenderOptions | None = None,
        may_send: Callable[[], str | None] = lambda: None,
    ) -> Sender:
        """Build a sender for what the ledger has left."""
        parts = SenderParts(
            self.ledger, self.writer, self.gateway, self.limiter, self.clock, self.store
        )
        hooks = Hooks(self.progress.append, self._note, may_send, self.withheld)
        return Sender(self.plan, parts, options, hooks)

    def run(
        self,
        options: SenderOptions | None = None,
        may_send: Callable[[], str | None] = lambda: None,
    ) -> SendResult:
        """Run a sender to its end; stop is its signal."""

        async def all_of_it() -> SendResult:
            self.stop = StopSignal()
            return await self.sender(options, may_send).run(self.stop)

        return asyncio.run(all_of_it())

    def submissions(self) -> tuple[Submission, ...]:
        """List the submissions as the ledger has them."""
        return self.ledger.submissions(RUN)

    def states(self) -> Counter[State]:
        """Count the submissions by state."""
        return Counter(submission.state for submission in self.submissions())

    def note_times(self) -> list[float]:
        """Note the monotonic time at which each request reaches the gateway, from now on."""
        at: list[float] = []
        inner = self.gateway.answer

        def noted(prepared: Prepared) -> Answer:
            at.append(self.clock.monotonic())
            return inner(prepared)

        self.gateway.answer = noted
        return at

    def taken_phones(self) -> Counter[str]:
        """Count how often the gateway took each number."""
        taken: Counter[str] = Counter()
        for name in self.gateway.taken:
            taken.update(self.gateway.recipients[name].phones)
        return taken

    def _note(self, name: str, /, **fields: object) -> None:
        self.events.append((name, fields))


@dataclass(slots=True)
class Meddler:
    """A writer before whose next intents something happens, once: by another process."""

    inner: RunWriter
    happen: Callable[[], None]
    over: bool = False

    def begin(self, attempts: Sequence[Attempt], listed_to: int) -> None:
        """Let it happen, and hand on."""
        if not self.over:
            self.over = True
            self.happen()
        self.inner.begin(attempts, listed_to)

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)


def meddle_once(desk: Desk, happen: Callable[[], None]) -> None:
    """Let something happen right before the next intents are recorded."""
    desk.writer = Meddler(desk.writer, happen)  # type: ignore[assignment]  # it hands the rest on


def desk_of(
    answer: Callable[[Prepared], Answer] | None = None,
    *,
    chunks: int = 1,
    submissions: int = 4,
    size: int = 2,
    calls_per_s: float = 0.0,
) -> Desk:
    """Plan a run of equal chunks and take it."""
    items = [chunk_of(number, submissions, size) for number in range(chunks)]
    return desk_for(PLAN, items, answer, calls_per_s)


def desk_for(
    plan: RunPlan,
    chunks: Iterable[Chunk],
    answer: Callable[[Prepared], Answer] | None = None,
    calls_per_s: float = 0.0,
) -> Desk:
    """Plan a run of those chunks and take it."""
    ledger = MemoryLedger()
    ledger.plan(plan, chunks)
    gateway = ScriptedGateway() if answer is None else ScriptedGateway(answer)
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(calls_per_s=calls_per_s), clock)
    return Desk(ledger, ledger.take(RUN), gateway, limiter, clock, plan)
