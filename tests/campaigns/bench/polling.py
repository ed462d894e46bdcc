"""A whole run closed by asking alone: every row sent to an emulator, then polled without receipts.

python -m tests.campaigns.bench.polling [ROWS] [--channel aim|sms] [--calls-per-s 0] [--once]

The emulator counts the calls, and how deep into a list one of them asked. --once makes a single
pass; otherwise passes go on, days apart, until every row is final.
"""

import argparse
import asyncio
import os
import resource
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipeline.chunker import plan_chunks
from pipeline.core.model import Channel, Message, RowBlock, SmsLeg, Value
from pipeline.core.routing import Router
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.transport.calls import GatewayOptions
from pipeline.ledger import SqliteLedger
from pipeline.ports import RunPlan
from pipeline.reconciler.context import Parts
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import poll
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.session import settle_heap
from pipeline.sender import LimiterOptions, Sender, SenderParts, SpacedLimiter, StopSignal
from tests.campaigns.bench.send import MESSAGES, RUN, recipients
from tests.support.emulator_process import (
    ACCESS_KEY,
    SECRET_KEY,
    EmulatorProcess,
    running_emulator,
)
from tests.support.memory_ledger import MemoryStore

ROWS = 100_000
PASSES_MAX = 3
AFTERWARDS_S = 8 * 86_400.0

_SMS = Message(
    channel=Channel.SMS,
    template="",
    sms=SmsLeg("10690000001", "15010662", "云商城", "member-app", (Value(0), Value(1))),
    fields=("name", "points", "city"),
)
_MESSAGES: Mapping[str, Message] = MappingProxyType({"aim": MESSAGES["aim"], "sms": _SMS})


@dataclass(frozen=True, slots=True)
class Polled:
    """What closing a run cost, and what the emulator saw of it.

    calls are those of the polling alone; cpu_s is ours, provider_cpu_s the emulator's.
    """

    rows: int
    open_rows: int
    passes: int
    calls: Mapping[str, int]
    deepest_page: int
    wall_s: float
    cpu_s: float
    provider_cpu_s: float


class LaterClock(SystemClock):
    """The machine's clock, set forward."""

    ahead_s = 0.0

    def now(self) -> float:
        """Return seconds since 1970-01-01 UTC."""
        return super().now() + self.ahead_s


def polled(
    rows: int, channel: str = "aim", calls_per_s: float = 0.0, passes: int = PASSES_MAX
) -> Polled:
    """Send so many rows, let the links die, and ask until the books are closed."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_emulator(Path(folder), is_fork=False) as emulator,
    ):
        ledger = SqliteLedger(Path(folder) / "state")
        try:
            run = _Run(ledger, _planned(ledger, _MESSAGES[channel], rows), emulator)
            asyncio.run(run.send())
            return asyncio.run(run.close(calls_per_s, passes))
        finally:
            ledger.close()


class _Run:
    """A planned run and the emulator that takes it."""

    def __init__(self, ledger: SqliteLedger, plan: RunPlan, emulator: EmulatorProcess) -> None:
        self._ledger = ledger
        self._plan = plan
        self._emulator = emulator
        self._clock = LaterClock()
        settle_heap()  # as every session does

    async def send(self) -> None:
        """Send all of it."""
        writer = self._ledger.take(RUN)
        gateway = self._gateway()
        limiter = SpacedLimiter(LimiterOptions(), self._clock)
        parts = SenderParts(self._ledger, writer, gateway, limiter, self._clock, MemoryStore())
        result = await Sender(self._plan, parts).run(StopSignal())
        assert result.progress.messages == result.progress.messages_planned
        await gateway.close()
        writer.close()

    async def close(self, calls_per_s: float, passes: int) -> Polled:
        """Ask, once the links are dead and again as often as asking is due."""
        before = self._emulator.stats()
        pid = self._emulator.process.pid
        provider_s, used, began = _cpu_s(pid), time.process_time(), time.perf_counter()
        done = 0
        while done < passes:
            await self._pass(calls_per_s)
            done += 1
            if not self._ledger.books(RUN).open_rows:
                break
        figures = (time.perf_counter() - began, time.process_time() - used)
        provider_s = _cpu_s(pid) - provider_s
        after = self._emulator.stats()
        books = self._ledger.books(RUN)
        return Polled(
            books.rows,
            books.open_rows,
            done,
            _more(after, before),
            int(after["deepest_page"]),
            *figures,
            provider_s,
        )

    async def _pass(self, calls_per_s: float) -> None:
        self._emulator.advance(AFTERWARDS_S)
        self._clock.ahead_s += AFTERWARDS_S
        writer = self._ledger.take(RUN)
        gateway = self._gateway()
        limiter = SpacedLimiter(LimiterOptions(calls_per_s=calls_per_s), self._clock)
        parts = Parts(
            self._plan,
            self._ledger,
            writer,
            gateway,
            limiter,
            self._clock,
            store=MemoryStore(),
        )
        result = await poll(parts, PollOptions())
        assert not result.unanswered
        await gateway.close()
        writer.close()

    def _gateway(self) -> KooMessageGateway:
        return KooMessageGateway(GatewayOptions(self._emulator.url, ACCESS_KEY, SECRET_KEY))


def _planned(ledger: SqliteLedger, message: Message, rows: int) -> RunPlan:
    plan = RunPlan(RUN, "bench", "", message, "{}", "", "", 0, time.time(), account="bench")
    everybody = recipients(rows)
    block = RowBlock("", (), everybody, [row + 2 for row in everybody.rows], ())
    ledger.plan(plan, plan_chunks([block], Router(message, lambda _: {})))
    return plan


def _more(after: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, int]:
    was = before["calls_by_operation"]
    counts = after["calls_by_operation"].items()
    return {name: more for name, count in counts if (more := count - was.get(name, 0))}


def _cpu_s(pid: int) -> float:
    # The clock of another process's CPU, as clock_getcpuclockid(3) names it.
    return time.clock_gettime(~pid << 3 | 2)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Close a run by asking alone.")
    parser.add_argument("rows", type=int, nargs="?", default=ROWS)
    parser.add_argument("--channel", choices=tuple(_MESSAGES), default="aim")
    parser.add_argument("--calls-per-s", type=float, default=0.0)
    parser.add_argument("--once", action="store_true")
    given = parser.parse_args()
    passes = 1 if given.once else PASSES_MAX
    print_polled(given.channel, polled(given.rows, given.channel, given.calls_per_s, passes))
    print(f"  load of the machine        {os.getloadavg()[0]:10.1f}")


def print_polled(channel: str, done: Polled) -> None:
    """Print the figures of one run."""
    calls = sum(done.calls.values())
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"closed by asking, {channel}, a run of {done.rows:,} rows, {done.passes} pass(es)")
    print(f"  wall                       {done.wall_s:10.2f} s")
    print(f"  own CPU                    {done.cpu_s:10.2f} s")
    print(f"  the emulator's CPU         {done.provider_cpu_s:10.2f} s")
    print(f"  calls                      {calls:10,d}, {calls / done.wall_s:,.0f} a second")
    print(f"  of them                    {done.calls}")
    print(f"  own CPU per call           {done.cpu_s / calls * 1e3:10.3f} ms")
    print(f"  deepest offset + limit     {done.deepest_page:10,d}")
    print(f"  still open                 {done.open_rows:10,d}")
    print(f"  peak memory                {peak_mb:10.0f} MB, the sending included")


if __name__ == "__main__":
    main()
