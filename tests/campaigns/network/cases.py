"""The faults of the wire and of the provider, singly and in pairs, against a whole run.

The referee is the emulator's journal. A case passes when no number was taken twice, none that may
be sent to was lost or left unexplained, and the books are proved.
"""

import csv
import itertools
import json
import random
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import Exit
from pipeline.core.outcome import Outcome
from pipeline.emulator.faults.kinds import SENDS as SENDING
from pipeline.emulator.faults.kinds import What, about, kind_of
from pipeline.emulator.options import EmulatorOptions
from tests.campaigns.network.untrue import EXITS, SENDS, UNTRUE, End
from tests.campaigns.network.ways import (
    APART,
    EXPIRING,
    GONE,
    GONE_A_MINUTE,
    TOKEN_LIFETIME_S,
    TROUBLES,
    Way,
)
from tests.support.command import Desk
from tests.support.emulator_process import EmulatorProcess, messages_of
from tests.support.members import write_members
from tests.support.messages import FALLBACK, campaign_of, write_world

KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}
SETTLE_S = 3
STARTS_MAX = 8
CONCURRENCY = 2
"""Where requests are large: the third that comes was meant after one that was answered."""
WAITS_MAX = 1
"""Where no answer can be read, each start waits for minutes."""
MESSAGES_MAX = 2
"""How many a policy may send one person: [doubt] attempts_max."""
EXPLAINED: Mapping[End, frozenset[str]] = {
    End.HOLDS: frozenset({Outcome.IN_DOUBT}),
    End.WAITS: frozenset({Outcome.IN_DOUBT}),
    End.HIDDEN: frozenset({Outcome.IN_DOUBT}),
    End.FALSE_AXIOM: frozenset({Outcome.REFUSED}),
    End.OPEN: frozenset({Outcome.SUBMITTED, Outcome.EXPIRED, Outcome.REFUSED}),
    End.UNSENT: frozenset({Outcome.SUBMITTED, Outcome.EXPIRED}),
}
"""What may be told of a number that was sent nothing; of other cases nothing excuses it."""
RERUN = frozenset({End.REFUSED, End.UNSENT})
LIMIT_S = 1_800
"""Where calls are throttled, each of the five hundred numbers of an SMS in doubt takes its time."""
ROWS = {"aim": 1_200, "aim_basic": 21_000, "sms": 2_600, "aim_links": 2_600, FALLBACK: 4_200}
STEPS = {
    "aim": ("CreateAimSendTask",),
    "aim_basic": ("CreateVmsSendTask",),
    "sms": ("SendAimBatchDifferentMessages",),
    "aim_links": ("CreateResolveTask", "SendAimBatchDifferentMessages"),
    FALLBACK: ("CreateAimSendTask", "SendAimBatchDifferentMessages"),
}
"""Where requests of two kinds make a run, each kind meets the fault."""

PARTIAL = "a part is left out"
LAGS = "a list that lags longer than settling"

FAULTS: dict[str, str] = {
    "dropped before": 'what = "drop_before"\nnth = [3, 4]',
    "dropped before, reset": 'what = "drop_before"\nnth = [3]\nreset = true',
    "dropped after the commit": 'what = "drop_after_commit"\nnth = [1, 4]',
    "dropped after the commit, reset": 'what = "drop_after_commit"\nnth = [2, 3]\nreset = true',
    "committed late": 'what = "commit_late"\nnth = [2, 3]\ndelay_s = 1.5',
    "committed late behind a 504": 'what = "commit_late"\nnth = [1]\ndelay_s = 1.5\nstatus = 504',
    "committed, then 500": 'what = "commit_then_500"\nnth = [2, 3]',
    "committed, then 502": 'what = "commit_then_500"\nnth = [1]\nstatus = 502',
    "500": 'what = "status"\nstatus = 500\nnth = [3, 4]',
    "502": 'what = "status"\nstatus = 502\nnth = [4]',
    "503": 'what = "status"\nstatus = 503\nnth = [3]',
    "504": 'what = "status"\nstatus = 504\nnth = [3]',
    "a storm of 429": 'what = "status"\nstatus = 429\nnth = [1, 2, 3, 4, 6]',
    "429 with a wait": 'what = "status"\nstatus = 429\nretry_after = "1"\nnth = [1, 2]',
    "429 with an absurd wait": 'what = "status"\nstatus = 429\nretry_after = "1e9"\nnth = [2]',
    "half an answer": 'what = "truncate"\nshare = 0.5\nnth = [1, 3]',
    "HTML instead of an answer": 'what = "malformed"\nform = "html"\nnth = [2]',
    "an empty answer": 'what = "malformed"\nform = "empty"\nnth = [1]',
    "an answer that is no UTF-8": 'what = "malformed"\nform = "not_utf8"\nnth = [3]',
    "an answer of wrong types": 'what = "malformed"\nform = "wrong_types"\nnth = [2]',
    "an answer without a task id": 'what = "malformed"\nform = "no_task_id"\nnth = [1, 2]',
    "an answer nested too deep": 'what = "malformed"\nform = "deep"\nnth = [3]',
    "answers past the deadline": 'what = "delay"\ndelay_s = 6\nnth = [1, 3]',
    "slow answers": 'what = "delay"\ndelay_s = 1\nnth = [1, 2]',
    "a list that lags": 'what = "list_lag"\ndelay_s = 2',
    LAGS: 'what = "list_lag"\ndelay_s = 8',
    PARTIAL: 'what = "partial"\nnth = [2]',
}
"""Each case as the keys of one rule of a faults file.

What is lost and was not taken is never the first request: that one has no name beside it.
"""

NAMES = (*FAULTS, *TROUBLES)
PAIRED = tuple(name for name in NAMES if name not in {EXPIRING, GONE_A_MINUTE})
"""With tokens a doubt is held for a person, so that no pair with them comes to its end alone."""

SLOW = {GONE, GONE_A_MINUTE, EXPIRING}
ANSWER_S = 3
READ_S = 60
"""Where a false answer must be read and believed: by a busy machine it is read late, not lost."""
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

    @property
    def end(self) -> End:
        """Return how it may end."""
        ends = [UNTRUE[fault].end for fault in self.faults if fault in UNTRUE]
        # Two faults may lose one request twice, or keep a name out of the list for too long.
        alone = End.SETTLES if len(self.faults) == 1 and LAGS not in self.faults else End.HOLDS
        return ends[0] if ends else alone

    @property
    def is_partial(self) -> bool:
        """Tell whether a part is left out, and the answer says so."""
        return PARTIAL in self.faults


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a case showed.

    starts counts how often the command was given until it ended well; held, the numbers in doubt at
    the end; unmet names the rules that never fired; whys is what was said, of the attempts that
    were hindered or lost among others.
    """

    cell: Cell
    duplicates: int
    losses: int
    starts: int
    exit: int
    proved: bool
    whys: frozenset[str]
    held: int = 0
    told: bool = True
    unmet: frozenset[str] = frozenset()

    @property
    def passed(self) -> bool:
        """Tell whether the promise held."""
        kept = not self.duplicates and not self.losses and self.told and self.proved
        waiting = self.exit in {Exit.WORK_LEFT, Exit.DECISION_NEEDED}
        return kept and self.exit in EXITS[self.cell.end] and waiting == bool(self.held)


def singles() -> Iterator[Cell]:
    """Yield every fault alone, on every channel."""
    for channel, fault in itertools.product(ROWS, (*NAMES, *UNTRUE)):
        if any(_rules(Cell(channel, (fault,)))) or fault in TROUBLES:
            yield Cell(channel, (fault,))


def pairs(count: int, seed: int) -> Iterator[Cell]:
    """Yield random pairs of faults, the same ones for the same seed."""
    chance = random.Random(seed)  # noqa: S311 -- which cases are tried, no secret
    drawn = iter(lambda: Cell(chance.choice(sorted(ROWS)), tuple(chance.sample(PAIRED, 2))), None)
    possible = (cell for cell in drawn if not any(kind.issuperset(cell.faults) for kind in APART))
    yield from itertools.islice(possible, count)


def judge(cell: Cell, folder: Path) -> Verdict:
    """Run a case: the same command until it ends well, as cron would, then count the journal."""
    desk = Desk(folder, is_fork=False)
    members = write_members(folder / "members.csv", ROWS[cell.channel], seed=30)
    with _way(cell, folder) as way:
        answer_s = READ_S if cell.end is End.FALSE_AXIOM else ANSWER_S
        limits = f"answer_s = {answer_s}\n[doubt]"
        text = desk.write_campaign(
            **campaign_of(cell.channel),
            endpoint=way.url,
            settle_s=SETTLE_S,
            calls_per_s=CALLS_PER_S if SLOW & set(cell.faults) else 0,
        ).read_text(encoding="utf-8")
        if cell.channel != "aim":
            text = text.replace("concurrency = 8", f"concurrency = {CONCURRENCY}")
        text = text.replace("[doubt]", limits).replace("[account]", f"[account]{way.account}")
        desk.campaign.write_text(text, encoding="utf-8")
        env = {**KEYS, **way.env}
        said: list[str] = []
        exits = _run_until_done(cell, desk, env, said)
        taken = _taken(way)
        told = _told(desk)
        if exits[-1] == Exit.ROWS_FAILED and (cell.is_partial or cell.end in RERUN):
            exits.append(desk.koosend("rerun", desk.campaign, "--yes", env=env).exit)
        reached = _taken(way).keys()
        unmet = frozenset(way.unmet() if cell.faults[0] in UNTRUE else ())
    proof = desk.koosend("verify", desk.campaign)
    names = _told_as_taken(desk)
    return Verdict(
        cell,
        duplicates=sum(_too_many(cell, once, names) for once in taken.values()),
        losses=_losses(cell, set(members.sendable) - reached, told),
        starts=len(exits),
        exit=exits[-1],
        proved=proof.exit == 0,
        whys=frozenset((*_whys(desk), *said)),
        held=sum(outcome == Outcome.IN_DOUBT for outcome in told.values()),
        told=cell.end is not End.FALSE_AXIOM or bool(names and Exit.DECISION_NEEDED in exits),
        unmet=unmet,
    )


def _taken(way: Way) -> Mapping[str, list[str]]:
    """Return for each number the names of the tasks by which it was taken."""
    taken: dict[str, list[str]] = defaultdict(list)
    for message in messages_of(way.provider.journal):
        taken[str(message["phone"])].append(str(message["task_name"]))
    return taken


def _too_many(cell: Cell, names: Sequence[str], told: frozenset[str]) -> int:
    """Count a number's messages too many, of those that must not be."""
    if cell.end is End.FALSE_AXIOM and told.intersection(names):
        return 0
    return max(0, len(names) - (MESSAGES_MAX if cell.end is End.HIDDEN else 1))


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
        for keys in UNTRUE[fault].rules if fault in UNTRUE else filter(None, [FAULTS.get(fault)]):
            rule = f'[[rule]]\nname = "{fault}"\n{keys}\n'.replace(f"{SENDS}\n", "")
            what = What(tomllib.loads(keys.replace(SENDS, ""))["what"])
            if about(what) & SENDING or SENDS in keys:
                may = kind_of(what).only or SENDING
                steps = [one for one in STEPS[cell.channel] if one in may]
                yield from (f'{rule}operation = "{step}"\n' for step in steps)
            else:
                yield rule


def _run_until_done(cell: Cell, desk: Desk, env: Mapping[str, str], said: list[str]) -> list[int]:
    """Give the same command again and again, as cron would; return how each ended."""
    again = {Exit.PROVIDER_UNAVAILABLE, Exit.WORK_LEFT}
    if cell.end in {End.FALSE_AXIOM, End.REFUSED}:
        again |= {Exit.CREDENTIALS_REFUSED, Exit.DECISION_NEEDED}
    most = WAITS_MAX if cell.end is End.WAITS else STARTS_MAX
    exits: list[int] = []
    while len(exits) < most and (not exits or exits[-1] in again):
        done = desk.koosend("run", desk.campaign, env=env, limit_s=LIMIT_S)
        said += done.err.splitlines()
        exits.append(done.exit)
    if exits[-1] == Exit.DECISION_NEEDED:
        # Whoever must decide has not: nothing may change.
        exits.append(desk.koosend("run", desk.campaign, env=env, limit_s=LIMIT_S).exit)
    return exits


def _events(desk: Desk) -> Iterator[Mapping[str, object]]:
    for file in desk.folder.glob("state/runs/*/events.jsonl"):
        yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())


def _told_as_taken(desk: Desk) -> frozenset[str]:
    """Read which requests were told to have been taken although their answers denied it."""
    return frozenset(
        str(told["task_name"]) for told in _events(desk) if told["event"] == "axiom.false"
    )


def _whys(desk: Desk) -> Iterator[str]:
    """Read the events of every start for what hindered an attempt."""
    for told in _events(desk):
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


def _losses(cell: Cell, unsent: Collection[str], told: Mapping[str, str]) -> int:
    """Count who was sent nothing in the end, though the books do not say so.

    Of AIM basic nobody can know at once who was left out: no answer tells it, only receipts do.
    Then their rows must be open.
    """
    explained = EXPLAINED.get(cell.end, frozenset())
    if cell.is_partial and cell.channel == "aim_basic":
        explained = frozenset({Outcome.SUBMITTED})
    return sum(told.get(phone) not in explained for phone in unsent)
