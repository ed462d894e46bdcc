"""Nights with a real cron daemon: what each leaves, who is told, and that nobody gets two."""

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.core.times import DAY_S
from pipeline.ledger import SqliteLedger
from tests.support.command import Desk
from tests.support.cron_daemon import FastCron, fast_cron, lacking
from tests.support.listeners import MailServer, Webhook, mail_server, until, webhook
from tests.support.nights import Nights, moved_clock, people

pytestmark = pytest.mark.skipif(bool(lacking()), reason=f"no cron daemon of its own: {lacking()}")

IS_FULL = os.environ.get("KOOSEND_NIGHTS") == "full"
"""Whether the provider is down in a fifth night as well: a run tries two minutes to reach it."""

A_NIGHT = 40
A_NIGHT_S = 240
LISTS = [people(no * 100, no * 100 + A_NIGHT) for no in range(4)]
DOWN = '[[rule]]\nwhat = "drop_before"\noperation = "*"\n'


@dataclass(slots=True)
class World:
    """A desk, its cron, and who hears of its nights."""

    nights: Nights
    cron: FastCron
    mail: MailServer
    hook: Webhook
    no: int = 0

    @property
    def desk(self) -> Desk:
        return self.nights.desk

    def log(self) -> str:
        log = self.desk.folder / "state" / "logs" / "campaign.log"
        return log.read_text(encoding="utf-8") if log.exists() else ""

    def mailed(self) -> int:
        """Count cron's mails about nights. The embedded emulator serves one process at a time, so
        that the hourly look beside a long night may complain of that.
        """
        nightly = re.compile(r"Cron <[^>]*> job='members nightly'; ")
        return sum(bool(nightly.match(subject)) for subject in self.mail.subjects)

    def begin(self, faults: str = "") -> None:
        """Have cron begin the next night soon, on the next day of koosend's clock."""
        (self.desk.folder / "faults.toml").write_text(faults, encoding="utf-8")
        at = self.cron.soon()
        words = ("schedule", "campaign.toml", "--rehearsal", "--for", "cron", "--at", at)
        done = self.cron.koosend(
            *words, "--mail", "ops@example.com", "--install", cwd=self.desk.folder
        )
        assert done.exit == 0, done.err
        self.nights.ahead_s = self.no * DAY_S + self.cron.now() - time.time()
        keep_env(self)
        self.no += 1

    def end(self) -> str:
        """Wait until cron's line has ended, and return the code that the log has for it."""
        until(lambda: self.log().count(" members nightly: exit ") >= self.no, A_NIGHT_S)
        codes = re.findall(r" members nightly: exit ([0-9]+)$", self.log(), re.MULTILINE)
        return str(codes[-1])

    def night(self, faults: str = "") -> str:
        self.begin(faults)
        return self.end()


def keep_env(world: World) -> None:
    """Fill in the environment file of the night, as its user would."""
    moved = moved_clock(world.desk.folder, world.nights.ahead_s)
    file = world.desk.folder / "state" / "koosend.env"
    lines = {"OPS_URLS": world.hook.address, "OPS_PING": f"http://127.0.0.1:{world.hook.port}/ping"}
    text = "".join(f"{name}='{value}'\n" for name, value in {**lines, **moved}.items())
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    desk = Desk(tmp_path)
    notify = '\n[notify]\nurls_env = "OPS_URLS"\nheartbeat_env = "OPS_PING"\n'
    desk.write_campaign(messages_per_s=20, max_rejected_share=0.1, extra=notify)
    text = desk.campaign.read_text(encoding="utf-8")
    text = text.replace("[limits]\n", "[limits]\nrecipients_per_request = 5\n")
    desk.campaign.write_text(text.replace("[emulator]", '[emulator]\nfaults = "faults.toml"'))
    with (
        webhook() as hook,
        mail_server() as mail,
        fast_cron(tmp_path / "cron", mail.port) as cron,
    ):
        yield World(Nights(desk, 0.0), cron, mail, hook)


def kill_in_the_middle(world: World) -> None:
    """Kill the night's process once some of its messages are out."""
    before = len(world.desk.taken())
    until(lambda: len(world.desk.taken()) >= before + 10, 60)
    locks = (world.desk.folder / "state" / "runs").glob("*/lock")
    newest = max(locks, key=lambda lock: lock.stat().st_mtime)
    os.kill(int(newest.read_text(encoding="utf-8")), signal.SIGKILL)


def good_night_and_mess(world: World) -> None:
    assert world.night() == "0"
    assert (world.mail.subjects, world.hook.titles, world.hook.pinged) == ([], [], ["/ping"])
    mess = [["", "没有号码", "1"], ["123", "太短", "2"]]  # 2 of 42 rows
    world.nights.write([*LISTS[1], *mess])
    assert world.night() == "0"
    assert (world.mail.subjects, world.hook.titles, len(world.hook.pinged)) == ([], [], 2)


def yesterdays_file(world: World) -> None:
    assert world.night() == "79"
    until(lambda: world.mailed() == 1)
    said = r"\[REHEARSAL .*\] members [0-9a-z]{8} exit 79: failed"
    assert re.fullmatch(said, world.hook.titles[-1])
    assert len(world.desk.taken()) == 2 * A_NIGHT


def killed_in_the_middle(world: World) -> None:
    """Whoever is killed tells nobody: the mail of cron does, and the heartbeat by its silence."""
    world.nights.write(LISTS[2])
    world.begin()
    kill_in_the_middle(world)
    assert world.end() == "137"
    until(lambda: world.mailed() == 2)
    assert (len(world.hook.titles), len(world.hook.pinged)) == (1, 2)


def provider_down(world: World) -> None:
    world.nights.write(LISTS[3])
    assert world.night(DOWN) == "69"
    until(lambda: world.mailed() == 3)
    assert world.hook.titles[-1].endswith("exit 69: failed")
    assert len(world.hook.pinged) == 2


def test_each_night_is_as_documented_and_nobody_gets_two_messages(world: World) -> None:
    world.nights.write(LISTS[0])
    good_night_and_mess(world)
    yesterdays_file(world)
    killed_in_the_middle(world)
    if IS_FULL:
        provider_down(world)
    told = len(world.hook.titles)
    (world.desk.folder / "faults.toml").write_text("", encoding="utf-8")
    world.nights.later(hours=1)  # the provider is back, and a person gives the same command
    codes = [world.nights.koosend("nightly", "campaign.toml").exit for _ in range(3)]
    assert codes[-1] == 0, codes
    lists = LISTS[: 4 if IS_FULL else 3]
    assert Counter(world.desk.taken()) == Counter(row[0] for rows in lists for row in rows)
    assert len(world.hook.titles) == told
    with closing(SqliteLedger(world.desk.folder / "state")) as ledger:
        ended = [one.exit_code for one in reversed(ledger.notices.nights("members"))]
    assert ended[: world.no] == [0, 0, 79, None, 69][: world.no]
