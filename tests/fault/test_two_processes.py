"""Two processes and one run: one sends, the other is refused; and whoever is overtaken is mute.

The referee is the journal of an emulator in a process of its own.
"""

import asyncio
import os
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.ledger import SqliteLedger
from pipeline.ports import Attempt, RunWriter
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import Place
from pipeline.runner.session.session import RunLease, lease_run, open_session
from pipeline.sender import Sender, SenderOptions, SenderParts
from pipeline.settings import load_campaign
from tests.support.children import Child, child
from tests.support.command import Desk, Done
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.members import Members, write_members
from tests.support.planning import Silent, plan_run

KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}
TABLES = ("step", "attempt", "question", "evidence")


@dataclass(frozen=True, slots=True)
class Scene:
    """A campaign on an emulator that several processes use."""

    desk: Desk
    members: Members
    provider: EmulatorProcess

    def koosend(self, *arguments: object) -> Done:
        return self.desk.koosend(*arguments, env=KEYS)

    def taken(self) -> Counter[str]:
        return Counter(str(message["phone"]) for message in self.provider.messages())

    def hurry(self) -> None:
        """Let later processes keep no pace."""
        text = self.desk.campaign.read_text(encoding="utf-8")
        self.desk.campaign.write_text(text.replace("calls_per_s = 1", "calls_per_s = 0"), "utf-8")

    def remove_lock(self) -> None:
        (lock,) = (self.desk.folder / "state" / "runs").glob("*/lock")
        lock.unlink()

    def ledger(self, statement: str) -> list[tuple[object, ...]]:
        path = self.desk.folder / "state" / "ledger.sqlite3"
        with closing(sqlite3.connect(path, timeout=30)) as file:
            found = file.execute(statement).fetchall()
            file.commit()
        return found

    def is_locked(self) -> bool:
        """Tell whether a process stands still in the middle of a transaction."""
        path = self.desk.folder / "state" / "ledger.sqlite3"
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as file:
            try:
                file.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
        return False

    def written(self) -> list[object]:
        return [self.ledger(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES]  # noqa: S608 -- our own tables


@contextmanager
def scene(folder: Path, calls_per_s: float = 0, settle_s: float = 1) -> Iterator[Scene]:
    desk = Desk(folder)
    members = write_members(folder / "members.csv", 900, seed=61)
    with running_emulator(folder) as provider:
        path = desk.write_campaign(
            endpoint=provider.url, calls_per_s=calls_per_s, settle_s=settle_s
        )
        text = path.read_text(encoding="utf-8")
        hold = text.replace("[doubt]", '[doubt]\nthen = "hold"')
        desk.campaign.write_text(hold, encoding="utf-8")
        yield Scene(desk, members, provider)


@contextmanager
def stopped_while_sending(here: Scene) -> Iterator["subprocess.Popen[bytes]"]:
    """Stop a run with SIGSTOP between two of its requests, not within a transaction.

    Who stands still within one keeps the ledger locked: others then end with exit 74.
    """
    with here.desk.started("run", here.desk.campaign, env=KEYS) as process:
        while len(here.taken()) < 200:
            assert process.poll() is None
            time.sleep(0.005)  # waits for another process's file, not for time
        _stop(process)
        while here.is_locked():
            process.send_signal(signal.SIGCONT)
            time.sleep(0.005)  # lets the other process end its transaction
            _stop(process)
        yield process


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)


def test_a_process_that_stands_still_keeps_its_run(tmp_path: Path) -> None:
    with scene(tmp_path, calls_per_s=1) as here, stopped_while_sending(here) as first:
        taken = here.taken()
        for command in ("run", "reconcile"):
            second = here.koosend(command, here.desk.campaign)
            assert second.exit == 75
            assert f"held by process {first.pid}" in second.err
        decided = here.koosend("doubts", here.desk.campaign, "--json")
        assert decided.exit == 0
        assert here.taken() == taken
        first.send_signal(signal.SIGCONT)
        while sum(here.taken().values()) < len(here.members.sendable):
            assert first.poll() is None
            time.sleep(0.02)  # waits for another process's file, not for time
        first.send_signal(signal.SIGTERM)  # it only polls any more, at its slow pace
        assert first.wait(240) == 143
        assert here.taken() == Counter(here.members.sendable)


def test_an_overtaken_process_that_wakes_up_writes_nothing_and_sends_nothing(
    tmp_path: Path,
) -> None:
    with scene(tmp_path, calls_per_s=1) as here:
        with stopped_while_sending(here) as first:
            here.remove_lock()
            here.hurry()
            second = here.koosend("run", here.desk.campaign, "--json")
            assert second.exit in {0, 75}, second.err
            taken, written = here.taken(), here.written()
            first.send_signal(signal.SIGCONT)
            assert first.wait(240) == 75
            # What had been signed and begun before the stop may still have arrived, once.
            assert set(here.taken().values()) == {1}
            assert sum((here.taken() - taken).values()) <= 100
            assert here.written() == written
        last = here.koosend("run", here.desk.campaign, "--json")
        assert last.exit == 0, last.err
        assert here.taken() == Counter(here.members.sendable)
        assert here.koosend("verify", here.desk.campaign, "--online").exit == 0


def test_a_process_whose_epoch_has_passed_ends_without_asking_or_sending(tmp_path: Path) -> None:
    with scene(tmp_path, calls_per_s=1) as here:
        with stopped_while_sending(here) as first:
            here.ledger("UPDATE run SET epoch = epoch + 1 RETURNING epoch")
            taken, written = here.taken(), here.written()
            first.send_signal(signal.SIGCONT)
            assert first.wait(240) == 75
            assert sum((here.taken() - taken).values()) <= 100
            assert here.written() == written
        here.hurry()
        last = here.koosend("run", here.desk.campaign)
        assert last.exit == 0, last.err
        assert here.taken() == Counter(here.members.sendable)


class StopsAfterIntent:
    """Stop this process once its first intent is on disk, before its request leaves."""

    def __init__(self, writer: RunWriter) -> None:
        self._writer = writer
        self._stopped = False

    def begin(self, attempts: Sequence[Attempt], listed_to: int) -> None:
        self._writer.begin(attempts, listed_to)
        if not self._stopped:
            self._stopped = True
            os.kill(os.getpid(), signal.SIGSTOP)

    def __getattr__(self, name: str) -> object:
        return getattr(self._writer, name)


def _send(desk: Desk, stale_s: float) -> Callable[[Callable[[str], None]], None]:
    """Return a sender of its own process that counts an intent older than stale_s as stale."""

    async def send(hold: RunLease) -> None:
        async with open_session(hold) as session:
            writer: RunWriter = StopsAfterIntent(hold.writer)  # type: ignore[assignment]  # passes the rest on
            provider = session.provider
            ways = (provider.gateway, provider.limiter)
            parts = SenderParts(hold.ledger, writer, *ways, hold.clock, hold.store)
            options = SenderOptions(concurrency=1, stale_s=stale_s)
            await Sender(hold.record.plan, parts, options).run(session.stop)

    def work(say: Callable[[str], None]) -> None:
        os.environ.update(KEYS)
        clock = SystemClock()
        campaign = load_campaign(desk.campaign, clock.now())
        ledger = SqliteLedger(campaign.state)
        planned = plan_run(campaign, ledger, clock, again=False, progress=lambda _: None)
        place = Place(campaign.state, ledger, campaign, planned.record)
        with lease_run(campaign, place, planned.record, clock, Silent()) as hold:
            asyncio.run(send(hold))
        say("ended")

    return work


def _overtake(here: Scene, stopped: Child) -> None:
    """Let another process settle the stopped one's intent, too soon, and send it again."""
    os.waitid(os.P_PID, stopped.pid, os.WSTOPPED | os.WNOWAIT)
    here.remove_lock()
    second = here.koosend("run", here.desk.campaign, "--json")
    assert second.exit == 0, second.err
    assert here.taken() == Counter(here.members.sendable)


@pytest.mark.parametrize(
    ("stale_s", "copies"), [(0.5, 1), (1e9, 2)], ids=["fenced", "with the fence off"]
)
def test_an_intent_that_grew_old_while_its_process_stood_still_is_not_sent(
    tmp_path: Path, stale_s: float, copies: int
) -> None:
    with scene(tmp_path) as here:
        text = here.desk.campaign.read_text(encoding="utf-8")
        resend = text.replace('then = "hold"', 'then = "resend"')
        here.desk.campaign.write_text(resend, encoding="utf-8")
        with child(_send(here.desk, stale_s)) as stopped:
            _overtake(here, stopped)
            os.kill(stopped.pid, signal.SIGCONT)
            (told,) = stopped.rest()
            assert told.startswith("raised Overtaken"), told
        first = here.members.sendable[0]
        assert here.taken()[first] == copies, "the fence is what keeps the stale request back"
        assert sum(here.taken().values()) == len(here.members.sendable) + 100 * (copies - 1)
