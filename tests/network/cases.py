"""The faults of the wire and of the provider, singly and in pairs, against a whole run.

The referee is the emulator's journal. A case passes when no number was taken twice, none that may
be sent to was lost or left unexplained, and the books are proved.
"""

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.emulator.options import EmulatorOptions
from tests.support.command import Desk, Done
from tests.support.emulator_process import running_emulator
from tests.support.members import Members, write_members

KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}
SETTLE_S = 3
STARTS_MAX = 8
ROWS = {"aim": 1_200, "aim_basic": 21_000}

FAULTS: dict[str, str] = {
    "dropped before": 'what = "drop_before"\nnth = [2, 4]',
    "dropped before, reset": 'what = "drop_before"\nnth = [1, 3]\nreset = true',
    "dropped after the commit": 'what = "drop_after_commit"\nnth = [1, 4]',
    "dropped after the commit, reset": 'what = "drop_after_commit"\nnth = [2, 3]\nreset = true',
    "committed late": 'what = "commit_late"\nnth = [2, 3]\ndelay_s = 1.5',
    "committed late behind a 504": 'what = "commit_late"\nnth = [1]\ndelay_s = 1.5\nstatus = 504',
    "committed, then 500": 'what = "commit_then_500"\nnth = [2, 3]',
    "committed, then 502": 'what = "commit_then_500"\nnth = [1]\nstatus = 502',
    "500": 'what = "status"\nstatus = 500\nnth = [1, 3]',
    "502": 'what = "status"\nstatus = 502\nnth = [2]',
    "503": 'what = "status"\nstatus = 503\nnth = [1]',
    "504": 'what = "status"\nstatus = 504\nnth = [3]',
    "a storm of 429": 'what = "status"\nstatus = 429\nnth = [1, 2, 3, 4, 6]',
    "429 with a wait": 'what = "status"\nstatus = 429\nretry_after = "1"\nnth = [1, 2]',
    "429 with an absurd wait": 'what = "status"\nstatus = 429\nretry_after = "1e9"\nnth = [2]',
    "half an answer": 'what = "truncate"\nshare = 0.5\nnth = [1, 3]',
    "HTML in place of an answer": 'what = "malformed"\nform = "html"\nnth = [2]',
    "an empty answer": 'what = "malformed"\nform = "empty"\nnth = [1]',
    "an answer that is no UTF-8": 'what = "malformed"\nform = "not_utf8"\nnth = [3]',
    "an answer of wrong types": 'what = "malformed"\nform = "wrong_types"\nnth = [2]',
    "an answer without a task id": 'what = "malformed"\nform = "no_task_id"\nnth = [1, 2]',
    "an answer nested too deep": 'what = "malformed"\nform = "deep"\nnth = [3]',
    "slow answers": 'what = "delay"\ndelay_s = 1\nnth = [1, 2]',
    "a list that lags": 'what = "list_lag"\ndelay_s = 2',
    "a list that lags longer than settling": 'what = "list_lag"\ndelay_s = 8',
}
"""Each case as the keys of one rule of a faults file."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One case: a channel and the faults it meets."""

    channel: str
    faults: tuple[str, ...]

    def __str__(self) -> str:
        """Name it."""
        return f"{self.channel}: {' + '.join(self.faults)}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a case showed. starts counts how often the command was given until it ended well."""

    cell: Cell
    duplicates: int
    losses: int
    starts: int
    exit: int
    proved: bool

    @property
    def passed(self) -> bool:
        """Tell whether the promise held."""
        return not self.duplicates and not self.losses and self.exit == 0 and self.proved


def singles() -> Iterator[Cell]:
    """Yield every fault alone, on both channels."""
    for channel, fault in itertools.product(ROWS, FAULTS):
        yield Cell(channel, (fault,))


def pairs(count: int, seed: int) -> Iterator[Cell]:
    """Yield random pairs of faults, the same ones for the same seed."""
    chance = random.Random(seed)  # noqa: S311 -- which cases are tried, no secret
    for _ in range(count):
        yield Cell(chance.choice(sorted(ROWS)), tuple(chance.sample(sorted(FAULTS), 2)))


def judge(cell: Cell, folder: Path) -> Verdict:
    """Run a case: the same command until it ends well, as cron would, then count the journal."""
    desk = Desk(folder)
    members = write_members(folder / "members.csv", ROWS[cell.channel], seed=30)
    faults = folder / "faults.toml"
    rules = (f"[[rule]]\nname = {fault!r}\n{FAULTS[fault]}\n" for fault in cell.faults)
    faults.write_text("".join(rules).replace("'", '"'), encoding="utf-8")
    with running_emulator(folder, EmulatorOptions(faults=faults)) as provider:
        desk.write_campaign(channel=cell.channel, endpoint=provider.url, settle_s=SETTLE_S)
        starts, done = _run_until_done(desk)
        taken = Counter(str(message["phone"]) for message in provider.messages())
    proof = desk.koosend("verify", desk.campaign)
    return Verdict(
        cell,
        duplicates=sum(count - 1 for count in taken.values()),
        losses=_losses(members, taken),
        starts=starts,
        exit=done.exit,
        proved=proof.exit == 0,
    )


def _run_until_done(desk: Desk) -> tuple[int, Done]:
    starts = 1
    done = desk.koosend("run", desk.campaign, env=KEYS)
    while done.exit in {69, 75} and starts < STARTS_MAX:
        done = desk.koosend("run", desk.campaign, env=KEYS)
        starts += 1
    return starts, done


def _losses(members: Members, taken: Counter[str]) -> int:
    wanted = set(members.sendable)
    return len(wanted ^ set(taken))
