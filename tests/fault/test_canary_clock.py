"""The canary's time, with a clock that is moved by hand and a KooMessage that tells no news."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from pipeline.core.canary import Verdict
from pipeline.core.errors import Interrupted, WorkLeft
from pipeline.ledger import SqliteLedger
from pipeline.runner.commands.run import _send_until_settled
from pipeline.runner.control.obeying import Obedience
from pipeline.runner.guards.canary import send_in_portions
from pipeline.runner.session.marks import Answerers
from pipeline.runner.session.place import Place
from pipeline.runner.session.session import Provider, RunLease, Session, Signals, lease_run
from pipeline.sender import LimiterOptions, SpacedLimiter
from pipeline.settings import load_campaign
from tests.support.command import Desk
from tests.support.fakes import ManualClock, ScriptedGateway
from tests.support.members import write_members
from tests.support.planning import Silent, plan_run

WAIT_S = 3600.0
CANARY = "[canary]\nfirst = 200\nwait_min = 60\nmax_failed_share = {}\n"


@dataclass(frozen=True, slots=True)
class Scene:
    """A planned run whose first two requests are the canary."""

    hold: RunLease
    clock: ManualClock
    gateway: ScriptedGateway

    def send(self, interrupted_after_s: float | None = None) -> None:
        """Do what one process does, with a signal after so many seconds."""
        limiter = SpacedLimiter(LimiterOptions(), self.clock)
        signals = Signals(Silent())
        provider = Provider(self.gateway, limiter, Answerers(self.clock, Silent()))
        session = Session(self.hold, provider, signals)

        async def interrupt(after_s: float) -> None:
            await self.clock.sleep(after_s)
            signals.take(signal.SIGINT)

        async def work() -> None:
            timer = None
            if interrupted_after_s is not None:
                timer = asyncio.create_task(interrupt(interrupted_after_s))
            try:
                await send_in_portions(session, partial(_send_until_settled, Obedience(session)))
            finally:
                if timer is not None:
                    timer.cancel()

        asyncio.run(work())

    @property
    def sent(self) -> int:
        """Count the recipients of all requests."""
        return sum(prepared.messages for prepared in self.gateway.submitted)


@contextmanager
def scene(folder: Path, share: float) -> Iterator[Scene]:
    desk = Desk(folder)
    write_members(folder / "members.csv", 900, seed=71)
    desk.write_campaign(extra=CANARY.format(share))
    clock = ManualClock()
    campaign = load_campaign(desk.campaign, clock.now())
    ledger = SqliteLedger(campaign.state)
    record = plan_run(campaign, ledger, clock, again=False, progress=lambda _: None).record
    place = Place(campaign.state, ledger, campaign, record)
    try:
        with lease_run(campaign, place, record, clock, Silent()) as hold:
            yield Scene(hold, clock, ScriptedGateway())
    finally:
        ledger.close()


def test_silence_counts_against_the_campaign_when_the_time_is_over(tmp_path: Path) -> None:
    with scene(tmp_path, 0.5) as here:
        began = here.clock.now()
        with pytest.raises(WorkLeft, match="200 of 200 failed or are silent"):
            here.send()
        assert here.sent == 200
        assert WAIT_S <= here.clock.now() - began <= WAIT_S + 60
        (decided,) = here.hold.ledger.canary(here.hold.record.plan.run)
        assert decided.verdict is Verdict.STOPPED
        assert decided.count.unknown == 200


def test_a_process_that_starts_anew_does_not_wait_anew(tmp_path: Path) -> None:
    with scene(tmp_path, 0.5) as here:
        began = here.clock.now()
        with pytest.raises(Interrupted):
            here.send(interrupted_after_s=WAIT_S / 2)
        assert here.hold.ledger.canary(here.hold.record.plan.run) == ()
        with pytest.raises(WorkLeft):
            here.send()
        assert here.clock.now() - began <= WAIT_S + 60
        assert here.sent == 200


def test_without_a_bound_nobody_waits(tmp_path: Path) -> None:
    with scene(tmp_path, 1.0) as here:
        began = here.clock.now()
        here.send()
        assert here.sent == here.hold.record.recipients
        assert here.clock.now() - began < 60
