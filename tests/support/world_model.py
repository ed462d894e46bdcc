"""A world in which anything can go wrong: processes, time, a provider, and a referee."""

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.core.answer import News, NewsKind
from pipeline.core.errors import Paused
from pipeline.core.lifecycle import SENDABLE, State
from pipeline.core.model import Channel, Message, TaskId, TaskName
from pipeline.ledger import SqliteLedger
from pipeline.ports import (
    Control,
    ControlKind,
    ControlRecord,
    Ledger,
    PushedReceipt,
    RunPlan,
    RunWriter,
)
from pipeline.reconciler.context import Parts, SteadyClock
from pipeline.reconciler.doubts.decide import PersonsWord, decide_doubts
from pipeline.reconciler.doubts.policy import DoubtOptions, DoubtPolicy
from pipeline.reconciler.doubts.settle import settle_doubts
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import poll
from pipeline.reconciler.receipts import apply_receipts
from pipeline.runner.planning.screening import listed_since
from pipeline.sender import (
    Hooks,
    LimiterOptions,
    Sender,
    SenderOptions,
    SenderParts,
    SpacedLimiter,
    StopSignal,
)
from tests.support.fakes import ManualClock
from tests.support.memory_ledger import MemoryLedger, MemoryStore
from tests.support.sending import PLAN, RUN, chunk_of
from tests.support.world_model_process import Life, MortalWriter, Process, ProcessClock
from tests.support.world_model_provider import Manners, ModelGateway, Provider
from tests.support.world_model_referee import Referee

DAY_S = 86_400.0
_QUICK = next((path for path in ("/dev/shm",) if Path(path).is_dir()), None)  # noqa: S108 -- the folder in it is private
"""No power fails here: what a process wrote is seen by the next one, on whatever disk."""
_PAUSE_LOOK_S = 600.0
UNSETTLED = SENDABLE | {State.IN_FLIGHT, State.IN_DOUBT}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a world is like: the ledger's kind, the run's shape, who waits how long for what."""

    disk: bool = True
    channel: Channel = Channel.AIM
    chunks: int = 2
    submissions: int = 2
    size: int = 2
    concurrency: int = 2
    settle_s: float = 1200.0
    then: DoubtPolicy = DoubtPolicy.AUTO
    manners: Manners = field(default_factory=Manners)
    strict: bool = True


class World:
    """One planned run, at most one process that holds it, and those that were overtaken."""

    def __init__(self, setting: Setting) -> None:
        """Plan the run; nobody holds it yet."""
        self.setting = setting
        self.time = ManualClock()
        self.plan = RunPlan(
            RUN,
            "members",
            "members.toml",
            Message(setting.channel, "700000001", expires_days=1),
            PLAN.meaning,
            PLAN.source_path,
            PLAN.source_sha256,
            PLAN.source_bytes,
            self.time.now(),
            PLAN.account,
        )
        self._folder = (
            Path(tempfile.mkdtemp(prefix="koosend-model-", dir=_QUICK)) if setting.disk else None
        )
        self._memory = MemoryLedger()
        self.store = MemoryStore()
        self.ledger = self._open()
        shape = (setting.submissions, setting.size)
        self.ledger.plan(self.plan, (chunk_of(n, *shape) for n in range(setting.chunks)))
        self.provider = Provider(setting.channel, self.time, setting.manners, self._saw_arrival)
        self.referee = Referee(
            RUN,
            self.plan.message,
            self.ledger,
            self.provider,
            self.store,
            strict=setting.strict,
        )
        self.current: Process | None = None
        self.stale: list[Process] = []
        self.stop = StopSignal()
        self._start_s = self.time.monotonic()
        self._start_wall = self.time.now()

    @property
    def skew_s(self) -> float:
        """Tell how far the machine's clock is ahead of the true time."""
        elapsed = self.time.monotonic() - self._start_s
        return self.time.now() - self._start_wall - elapsed

    @property
    def alive(self) -> Process | None:
        """Return the process that holds the run, if there is one."""
        if self.current is not None and self.current.ended:
            self.current = None
        return self.current

    def start(self, *, reconcile: bool = False) -> Process:
        """Start a process. Raises RunHeld while another holds the run."""
        clock, life = ProcessClock(self.time), Life()
        ledger = self._open()
        try:
            writer = ledger.take(RUN)
        except BaseException:
            self._shut(ledger)
            raise
        (epoch,) = (record.epoch for record in ledger.runs())
        mortal = MortalWriter(writer, life, lambda: self.referee.saw_commit(epoch))

        def release() -> None:
            writer.close()
            self._shut(ledger)

        self.stop = StopSignal()
        work = _Work(self, ledger, mortal, clock, life)
        process = Process(clock, life, release)
        process.start(work.reconcile() if reconcile else work.run(self.stop))
        self.current = process
        return process

    def overtake(self) -> Process:
        """Start a process although another lives, as if that one's lock had been removed."""
        if self.alive is not None:
            self.stale.append(self.alive)
            self.current = None
        if self._folder is None:
            self._memory.let_holders_die()
        else:
            (self._folder / "state" / "runs" / RUN / "lock").unlink(missing_ok=True)
        return self.start()

    def run_on(self, process: Process, seconds: float) -> None:
        """Let a process run for so long, or until it ends; all others stand still."""
        deadline = self.time.monotonic() + seconds
        while True:
            process.until_idle()
            if process.ended:
                return
            due = process.clock.next_due()
            if due is None or due > deadline:
                self.time.advance(max(0.0, deadline - self.time.monotonic()))
                return
            self.time.advance(max(0.0, due - self.time.monotonic()))

    def signal(self, times: int) -> None:
        """Send so many signals to the process that holds the run."""
        for _ in range(times):
            self.stop.request()

    @property
    def paused(self) -> bool:
        """Tell whether somebody wants nothing to leave."""
        return Control.of(self.ledger.controls(RUN)).pause is not None

    def say(self, kind: ControlKind) -> None:
        """Let somebody pause the run or resume it. What was let through before may leave."""
        self.ledger.record_control(RUN, ControlRecord(self.time.now(), kind, "somebody"))
        if self.alive is not None:
            self.alive.until_idle()
        self.referee.saw_word(paused=self.paused)

    def kill(self) -> None:
        """Kill the process that holds the run."""
        if self.alive is not None:
            self.alive.end()

    def set_clock_right(self) -> None:
        """Correct the machine's clock."""
        self.time.jump(-self.skew_s)

    def decide(self, release: bool, names: Sequence[TaskName]) -> None:  # noqa: FBT001 -- a drawn value
        """Let a person decide about doubts. Nobody may hold the run."""
        ledger = self._open()
        writer = ledger.take(RUN)
        try:
            word = PersonsWord(
                decision="release" if release else "assume_sent",
                names=names,
                who="somebody",
                at=self.time.now(),
            )
            if not decide_doubts(ledger, writer, RUN, word) and release:
                self.referee.pardoned.update(names)
        finally:
            writer.close()
            self._shut(ledger)

    def doubts(self) -> list[TaskName]:
        """List the names in doubt."""
        doubts = self.ledger.submissions(RUN, frozenset({State.IN_DOUBT}))
        return [doubt.task_name for doubt in doubts if doubt.task_name is not None]

    def push(self, order: Iterable[int]) -> None:
        """Push the provider's news of one task after the other, in any order, any number of times.

        A number out of range is a receipt of a task that is not ours. The receipts of each second
        task bear its name, as those of an SMS do.
        """
        tasks = list(self.provider.taken.values())
        for index in order:
            known = index < len(tasks)
            news = self.provider.news_of(tasks[index]) if known else [_STRANGE]
            task = tasks[index].task if known else TaskId("id-of-nobody")
            names = [(tasks[index].name, task)] if known and news and index % 2 else []
            pairs = [(task, item) for item in reversed(news)]
            at = self.time.now()
            self.ledger.receipts.store_receipts(
                [PushedReceipt(at, "sms", b"{}", pairs, names=names)]
            )
            self.referee.saw_proof([name for name, _ in names])

    def finish(self) -> None:
        """Let everything go well from now on, until nothing is left to do."""
        self.kill()
        self.say(ControlKind.RESUME)
        self.set_clock_right()
        self.provider.courses.clear()
        self.provider.silences = 0
        for _ in range(4):
            self.run_on(self.start(), 30 * DAY_S)
            assert self.alive is None, "a run without obstacles does not end"
            self.time.advance(DAY_S)
            if self.setting.channel is Channel.AIM_BASIC:
                # Counts alone do not always name a number's end: here its receipt comes at last.
                self.push(range(len(self.provider.taken)))
        for process in self.stale:
            self.run_on(process, DAY_S)
            process.end()
        self.run_on(self.start(reconcile=True), DAY_S)

    def close(self) -> None:
        """End every process and forget the ledger."""
        self.kill()
        for process in self.stale:
            process.end()
        self.ledger.close()
        if self._folder is not None:
            shutil.rmtree(self._folder)

    def _open(self) -> Ledger:
        return self._memory if self._folder is None else SqliteLedger(self._folder / "state")

    def _shut(self, ledger: Ledger) -> None:
        if ledger is not self._memory:
            ledger.close()

    def _saw_arrival(self, name: TaskName) -> None:
        self.referee.saw_arrival(name)


_STRANGE = News("13999999999", NewsKind.DELIVERED)


@dataclass(frozen=True, slots=True)
class _Work:
    """What a process does, in the order in which its runner does it."""

    world: World
    ledger: Ledger
    writer: RunWriter
    clock: ProcessClock
    life: Life

    async def run(self, stop: StopSignal) -> None:
        """Sweep, send, settle doubts until nothing was released, finish, ask once."""
        parts = self._parts()
        while True:
            wide = self.world.setting.concurrency
            sender = Sender(
                parts.plan,
                SenderParts(
                    self.ledger,
                    self.writer,
                    parts.gateway,
                    parts.limiter,
                    self.clock,
                    self.world.store,
                ),
                SenderOptions(concurrency=wide, width_at_start=wide),
                Hooks(
                    withheld=listed_since(self.ledger.screening, self.world.plan.screened_to),
                    paused=self._paused,
                ),
            )
            try:
                result = await sender.run(stop)
            except Paused:
                while self._paused() and not stop.requests:
                    await self.clock.sleep(_PAUSE_LOOK_S)
                continue
            if result.interrupted:
                return
            settled = await settle_doubts(parts, self._doubt_options(), wait=True)
            if not settled.released:
                break
        self._finish()
        await poll(parts, PollOptions())

    async def reconcile(self) -> None:
        """Sweep, fold receipts, ask what is due, finish."""
        parts = self._parts()
        await apply_receipts(parts)
        await settle_doubts(parts, self._doubt_options(), wait=False)
        await poll(parts, PollOptions())
        self._finish()

    def _parts(self) -> Parts:
        self.writer.sweep(self.clock.now())
        limiter = SpacedLimiter(LimiterOptions(), self.clock)
        gateway = ModelGateway(self.world.provider, self.clock, lambda: not self.life.dead)
        steady = SteadyClock(self.clock)
        return Parts(
            self.world.plan,
            self.ledger,
            self.writer,
            gateway,
            limiter,
            steady,
            store=self.world.store,
        )

    def _paused(self) -> str | None:
        pause = Control.of(self.ledger.controls(RUN)).pause
        return None if pause is None else pause.sentence

    def _doubt_options(self) -> DoubtOptions:
        setting = self.world.setting
        return DoubtOptions(settle_s=setting.settle_s, then=setting.then)

    def _finish(self) -> None:
        if not self.ledger.submissions(RUN, UNSETTLED):
            self.writer.finish(self.clock.now())
