"""The faults of the wire and of the provider, singly and in pairs, against a whole run.

The referee is the emulator's journal. A case passes when no number was taken twice, none that may
be sent to was lost or left unexplained, and the books are proved.
"""

import csv
import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import Exit
from pipeline.emulator.options import EmulatorOptions
from tests.network.ways import (
    APART,
    EXPIRING,
    GONE,
    GONE_A_MINUTE,
    TOKEN_LIFETIME_S,
    TROUBLES,
    Way,
)
from tests.support.command import Desk, Done
from tests.support.emulator_process import EmulatorProcess, messages_of
from tests.support.members import Members, write_members
from tests.support.messages import FALLBACK, campaign_of, write_world

KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}
SETTLE_S = 3
STARTS_MAX = 8
LIMIT_S = 1_800
"""Where calls are throttled, each of the five hundred numbers of an SMS in doubt takes its time."""
ROWS = {"aim": 1_200, "aim_basic": 21_000, "sms": 2_600, "aim_links": 2_600, FALLBACK: 4_200}
STEPS = {
    "aim_links": ("CreateResolveTask", "SendAimBatchDifferentMessages"),
    FALLBACK: ("CreateAimSendTask", "SendAimBatchDifferentMessages"),
}
"""Where requests of two kinds make a run, each kind meets the fault."""

PARTIAL = "a part is left out"

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
    "answers past the deadline": 'what = "delay"\ndelay_s = 6\nnth = [1, 3]',
    "slow answers": 'what = "delay"\ndelay_s = 1\nnth = [1, 2]',
    "a list that lags": 'what = "list_lag"\ndelay_s = 2',
    "a list that lags longer than settling": 'what = "list_lag"\ndelay_s = 8',
    PARTIAL: 'what = "partial"\nnth = [2]',
}
"""Each case as the keys of one rule of a faults file."""

NAMES = (*FAULTS, *TROUBLES)
PAIRED = tuple(name for name in NAMES if name not in {EXPIRING, GONE_A_MINUTE})
"""With tokens a doubt is held for a person, so that no pair with them comes to its end alone."""

SLOW = {GONE, GONE_A_MINUTE, EXPIRING}
ANSWER_S = 3
CALLS_PER_S = 2
"""Slow enough that a run is still under way when the server comes back, or a token ends."""


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
    """What a case showed.

    starts counts how often the command was given until it ended well; whys is what was said, of
    the attempts that were hindered or lost among others.
    """

    cell: Cell
    duplicates: int
    losses: int
    starts: int
    exit: int
    proved: bool
    whys: frozenset[str]

    @property
    def passed(self) -> bool:
        """Tell whether the promise held."""
        return not self.duplicates and not self.losses and self.exit == 0 and self.proved


def singles() -> Iterator[Cell]:
    """Yield every fault alone, on every channel."""
    for channel, fault in itertools.product(ROWS, NAMES):
        yield Cell(channel, (fault,))


def pairs(count: int, seed: int) -> Iterator[Cell]:
    """Yield random pairs of faults, the same ones for the same seed."""
    chance = random.Random(seed)  # noqa: S311 -- which cases are tried, no secret
    drawn = iter(lambda: Cell(chance.choice(sorted(ROWS)), tuple(chance.sample(PAIRED, 2))), None)
    possible = (cell for cell in drawn if not any(kind.issuperset(cell.faults) for kind in APART))
    yield from itertools.islice(possible, count)


def judge(cell: Cell, folder: Path) -> Verdict:
    """Run a case: the same command until it ends well, as cron would, then count the journal."""
    desk = Desk(folder)
    members = write_members(folder / "members.csv", ROWS[cell.channel], seed=30)
    with _way(cell, folder) as way:
        limits = f"answer_s = {ANSWER_S}\n[doubt]"
        text = desk.write_campaign(
            **campaign_of(cell.channel),
            endpoint=way.url,
            settle_s=SETTLE_S,
            calls_per_s=CALLS_PER_S if SLOW & set(cell.faults) else 0,
        ).read_text(encoding="utf-8")
        text = text.replace("[doubt]", limits).replace("[account]", f"[account]{way.account}")
        desk.campaign.write_text(text, encoding="utf-8")
        said: list[str] = []
        starts, done = _run_until_done(desk, {**KEYS, **way.env}, said)
        taken = Counter(str(message["phone"]) for message in messages_of(way.provider.journal))
        told = _told(desk) if cell.channel == "aim_basic" and PARTIAL in cell.faults else {}
        if PARTIAL in cell.faults and done.exit == Exit.ROWS_FAILED:
            done = desk.koosend("rerun", desk.campaign, "--yes", env={**KEYS, **way.env})
        reached = {str(message["phone"]) for message in messages_of(way.provider.journal)}
    proof = desk.koosend("verify", desk.campaign)
    return Verdict(
        cell,
        duplicates=sum(count - 1 for count in taken.values()),
        losses=_losses(members, reached, told),
        starts=starts,
        exit=done.exit,
        proved=proof.exit == 0,
        whys=frozenset((*_whys(desk), *said)),
    )


@contextmanager
def _way(cell: Cell, folder: Path) -> Iterator[Way]:
    """Run a provider with the case's faults, and lay the way to it with the case's troubles."""
    faults = folder / "faults.toml"
    faults.write_text("".join(_rules(cell)), encoding="utf-8")
    life_s = TOKEN_LIFETIME_S if EXPIRING in cell.faults else None
    world = write_world(folder, cell.channel)
    options = EmulatorOptions(faults=faults, world=world, token_lifetime_s=life_s)
    provider = EmulatorProcess.start(folder, options)
    way = Way(folder, options, provider, provider.url)
    try:
        with ExitStack() as stack:
            for name, trouble in TROUBLES.items():
                if name in cell.faults:
                    stack.enter_context(trouble(way))
            yield way
    finally:
        way.provider.end()


def _rules(cell: Cell) -> Iterator[str]:
    for fault in cell.faults:
        if fault not in FAULTS:
            continue
        rule = f'[[rule]]\nname = "{fault}"\n{FAULTS[fault]}\n'
        steps = () if "list_lag" in rule else STEPS.get(cell.channel, ())
        yield from (f'{rule}operation = "{step}"\n' for step in steps)
        if not steps:
            yield rule


def _run_until_done(desk: Desk, env: Mapping[str, str], said: list[str]) -> tuple[int, Done]:
    for starts in itertools.count(1):
        done = desk.koosend("run", desk.campaign, env=env, limit_s=LIMIT_S)
        said += done.err.splitlines()
        if done.exit not in {69, 75} or starts == STARTS_MAX:
            return starts, done
    raise AssertionError


def _whys(desk: Desk) -> Iterator[str]:
    """Read the events of every start for what hindered an attempt."""
    for file in desk.folder.glob("state/runs/*/events.jsonl"):
        for line in file.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            if told["event"] in {"submission.throttled", "submission.in_doubt"}:
                yield str(told.get("why") or told.get("message"))


def _told(desk: Desk) -> Mapping[str, str]:
    """Read what the run told of each number, before anything was sent again."""
    told: dict[str, str] = {}
    for file in desk.folder.glob("state/runs/*/outcomes.csv"):
        with file.open(encoding="utf-8-sig", newline="") as text:
            for row in csv.DictReader(text):
                told.setdefault(row["phone"], row["outcome"])  # what comes later is a duplicate
    return told


def _losses(members: Members, reached: set[str], told: Mapping[str, str]) -> int:
    """Count who was sent nothing in the end, and who was sent to and should not have been.

    Of AIM basic nobody can know at once who was left out: no answer tells it, only receipts do.
    Then their rows must be open.
    """
    lost = set(members.sendable) ^ reached
    return sum(told.get(phone) != "submitted" for phone in lost)
