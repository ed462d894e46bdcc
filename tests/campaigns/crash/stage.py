"""Set up runs that can be broken, break them, start them again."""

import itertools
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.core.errors import Exit
from pipeline.emulator.options import EmulatorOptions
from tests.campaigns.crash.held import Held, held_in, runs_held_in
from tests.support.command import Desk, Done
from tests.support.emulator_process import (
    ACCESS_KEY,
    SECRET_KEY,
    EmulatorProcess,
    running_emulator,
)
from tests.support.messages import FALLBACK, campaign_of, write_world
from tests.support.shim import Point, Shim, Step, steps_of
from tests.support.warm import Warm, warmed

KEYS = {"HUAWEICLOUD_SDK_AK": ACCESS_KEY, "HUAWEICLOUD_SDK_SK": SECRET_KEY}
KILLED = -9
SETTLE_S = 3
"""Longer than the provider needs to take a request on a machine that is busy with other cases."""
HEADER = "会员号,姓名,手机号,积分"

CHANNELS = ("aim", "aim_basic", "sms", "aim_links", FALLBACK)
RECIPIENTS: Mapping[str, int] = {
    "aim": 440,
    "aim_basic": 10_040,
    "sms": 2_040,
    "aim_links": 1_040,
    FALLBACK: 760,
}
"""Submissions: aim 5, aim_basic 3, sms 5, aim_links 11 and then 3, FALLBACK 3 and then 2."""

EARLIER = "+earlier"
"""Behind a channel: its runs come after one of the same day that its ceiling stopped halfway.

Their list holds who was reached by it, who was left by it, some of both with other values, and
others: what was left goes first, and nobody is reached by both.
"""

ASKED = "aim"
"""The channel whose runs ask about their templates first; the others are spared those questions."""

CONCURRENCY: Mapping[str, int] = {
    "aim": 2,
    "aim_basic": 1,
    "sms": 2,
    "aim_links": 1,
    FALLBACK: 1,
}
"""Few enough that two kills leave some submission accepted, by which asking is seen to work."""


@dataclass(frozen=True, slots=True)
class Case:
    """A desk of its own with numbers that no other case has."""

    desk: Desk
    sendable: tuple[str, ...]
    rows: int
    log: Path


@dataclass(slots=True)
class Stage:
    """A provider that is never killed, and cases that are sent through it."""

    folder: Path
    kind: str
    warm: Warm
    provider: EmulatorProcess
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def channel(self) -> str:
        """Return the channel, whatever comes before its runs."""
        return self.kind.removesuffix(EARLIER)

    def case(
        self,
        *,
        concurrency: int | None = None,
        recipients: int | None = None,
        settle_s: float = SETTLE_S,
    ) -> Case:
        """Write a new spreadsheet and its campaign, and play what comes before."""
        number = next(self._numbers)
        desk = Desk(self.folder / f"case-{number:04}")
        desk.folder.mkdir()
        count = recipients or RECIPIENTS[self.channel]
        phones = tuple(f"13{number:04}{row:05}" for row in range(count))
        lines = [f"M{row},会员{row},{phone},{row % 7}" for row, phone in enumerate(phones)]
        lines[7:7] = ["X1,会员,12345,1", f"X2,会员,{phones[3]},1"]
        (desk.folder / "members.csv").write_text(_listed(lines), encoding="utf-8")
        written = desk.write_campaign(
            **campaign_of(self.channel),
            ask="true" if self.channel == ASKED else "false",
            endpoint=self.provider.url,
            settle_s=settle_s,
            name=f"case-{number}",
        )
        wanted = f"concurrency = {concurrency or CONCURRENCY[self.channel]}"
        campaign = written.read_text(encoding="utf-8").replace("concurrency = 8", wanted)
        written.write_text(campaign, encoding="utf-8")
        case = Case(desk, phones, len(lines), desk.folder / "steps")
        return case if self.kind == self.channel else self._after_an_earlier_run(case, lines)

    def _after_an_earlier_run(self, case: Case, lines: Sequence[str]) -> Case:
        """Let the first two thirds be a list of their own, half of which is sent."""
        desk, count = case.desk, len(lines)
        earlier, ceiling = lines[: 2 * count // 3], count // 3
        (desk.folder / "earlier.csv").write_text(_listed(earlier), encoding="utf-8")
        later = [
            f"{line[:-1]}9" if at % 3 == 0 else line for at, line in enumerate(lines[count // 4 :])
        ]
        (desk.folder / "members.csv").write_text(_listed(later), encoding="utf-8")
        written = desk.campaign.read_text(encoding="utf-8")
        written = written.replace("[doubt]", '[screening]\nalready_sent = "leave_out"\n\n[doubt]')
        limits = f"max_messages = {ceiling}\nrecipients_per_request = {count // 12}"
        before = written.replace("members.csv", "earlier.csv")
        desk.campaign.write_text(before.replace("max_messages = 0", limits), encoding="utf-8")
        stopped = self.run(case)
        assert stopped.exit == Exit.WORK_LEFT, stopped.err
        desk.campaign.write_text(written, encoding="utf-8")
        return replace(case, rows=len(later))

    def run(
        self, case: Case, point: Point | None = None, *, kill_after_s: float | None = None
    ) -> Done:
        """Run the campaign, broken at a point or killed by a time where that is given.

        The steps are in its log.
        """
        case.log.unlink(missing_ok=True)
        folder, line = case.desk.folder, ("run", case.desk.campaign, "--json")
        watched = self.warm.shim.environment(folder / "state", case.log, point)
        return self.warm.koosend(folder, *line, env={**KEYS, **watched}, kill_after_s=kill_after_s)

    def decide(self, case: Case) -> tuple[Done, Held]:
        """Let a person who finds nothing in the console say so, and let the run go on.

        Were anything there, the journal would show it twice. Returns how that ended, and what had
        been held.
        """
        folder, state = case.desk.folder, case.desk.folder / "state"
        held = held_in(state)
        word = ("--release", "--all", "--yes", "--reason", "not in the console")
        for run in runs_held_in(state):
            line = ("doubts", run, "--state", state, *word)
            said = self.warm.koosend(folder, *line, env=KEYS, kill_after_s=None)
            assert said.exit == 0, said.err
        return self.run(case), held

    def record(self, *, concurrency: int | None = None) -> tuple[Step, ...]:
        """Send a case without harm and return its steps."""
        case = self.case(concurrency=concurrency)
        done = self.run(case)
        assert done.exit == 0, done.err
        return steps_of(case.log)

    def taken(self) -> Counter[str]:
        """Count the numbers that the provider took, over all cases."""
        return Counter(str(message["phone"]) for message in self.provider.messages())


def _listed(lines: Sequence[str]) -> str:
    return "\n".join([HEADER, *lines]) + "\n"


def is_held(done: Done) -> bool:
    """Tell whether a run waits for a person."""
    return done.exit == Exit.DECISION_NEEDED


@contextmanager
def staged(folder: Path, kind: str, shim: Shim, faults: str = "") -> Iterator[Stage]:
    """Run a provider for the cases of one kind; faults are its rules, in TOML."""
    folder.mkdir(parents=True, exist_ok=True)
    world = write_world(folder, kind.removesuffix(EARLIER), all_arrive=kind.endswith(EARLIER))
    rules = folder / "faults.toml"
    rules.write_text(faults, encoding="utf-8")
    options = EmulatorOptions(parent_pid=os.getpid(), world=world, faults=rules if faults else None)
    with running_emulator(folder, options) as provider, warmed(shim) as warm:
        yield Stage(folder, kind, warm, provider)


def wrong_numbers(case: Case, taken: Counter[str]) -> tuple[int, int]:
    """Count the messages too many and the recipients never reached."""
    twice = sum(taken[phone] - 1 for phone in case.sendable if taken[phone] > 1)
    return twice, sum(taken[phone] == 0 for phone in case.sendable)


def balances(done: Done, case: Case) -> bool:
    """Tell whether a finished run's outcomes sum to the rows of its source."""
    return done.exit == 0 and sum(done.json["outcomes"].values()) == case.rows
