"""One cell: a channel and a policy, receipts or none, from spreadsheet to proved outcomes."""

import asyncio
import csv
import itertools
import json
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.model import Channel
from pipeline.emulator.options import EmulatorOptions
from pipeline.koomessage.gateway import KooMessageGateway
from tests.campaigns.channels.campaigns import (
    CARD_CHANNELS,
    PLAIN_CHANNELS,
    POLICIES,
    Row,
    write_campaign,
    write_own_sms,
    write_rows,
)
from tests.campaigns.channels.truth import (
    SEED,
    Told,
    capable,
    carried_by,
    journal_by_phone,
    may_be,
    misses_why,
    route_of,
    why_wrong,
)
from tests.support.command import Desk, Done
from tests.support.emulator_process import (
    ACCESS_KEY,
    SECRET_KEY,
    EmulatorProcess,
    running_emulator,
)
from tests.support.koomessage import options, using
from tests.support.serving import WAIT_S, waited_for

TOKEN = "0123456789abcdef" * 2
ENV = {
    "HUAWEICLOUD_SDK_AK": ACCESS_KEY,
    "HUAWEICLOUD_SDK_SK": SECRET_KEY,
    "KOOSEND_RECEIPTS_TOKEN": TOKEN,
}
MODES = ("on", "off", "hostile")
LINK_LIFETIME_S = 5.0
OWN_SMS_S = 8.0
"""How much longer the links of links_only live: another command sends their SMS."""

REPORT_TIMEOUT_S = 6.0
AFTERWARDS_S = 86_400.0
RECONCILE_S = 30
"""For a machine that is busy with other things."""

ENDED_WELL = frozenset({0, 1})
"""1: some of the outcomes are failures."""

HOSTILE = """
[[rule]]
what = "receipts_lost"
probability = 0.3

[[rule]]
what = "receipts_duplicated"
probability = 0.5

[[rule]]
what = "receipts_reordered"
probability = 0.5

[[rule]]
what = "receipts_early"
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """A channel, what is done for who cannot see the card, and how receipts come."""

    channel: str
    policy: str
    receipts: str

    @property
    def way(self) -> tuple[str, str]:
        """Return the channel and the policy: the three modes of receipts must agree on them."""
        return (self.channel, self.policy)

    def __str__(self) -> str:
        """Write the cell as a line of the table begins."""
        return f"{self.channel:<10} {self.policy:<11} {self.receipts:<7}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a cell showed. wrong lists what disagrees with the truth, and how."""

    cell: Cell
    rows: int
    duplicates: int
    losses: int
    open_rows: int
    seconds: float
    wrong: tuple[str, ...]
    told: Mapping[str, Told]
    truths: Mapping[str, object]

    @property
    def passed(self) -> bool:
        """Tell whether everything agreed with the truth."""
        return not (self.duplicates or self.losses or self.wrong)


def every_cell() -> Iterator[Cell]:
    """Yield the whole matrix, the modes of one way behind each other."""
    ways = [*itertools.product(CARD_CHANNELS, POLICIES), *((one, "-") for one in PLAIN_CHANNELS)]
    for (channel, policy), mode in itertools.product(ways, MODES):
        yield Cell(channel, policy, mode)


def judge(cell: Cell, folder: Path, count: int) -> Verdict:
    """Run a cell and hold every row of outcomes.csv against the journal."""
    began = time.monotonic()
    desk = Desk(folder, is_fork=False)
    rows = write_rows(folder / "members.csv", count)
    faults = folder / "faults.toml"
    faults.write_text(HOSTILE if cell.receipts == "hostile" else "", encoding="utf-8")
    chosen = EmulatorOptions(
        seed=SEED,
        faults=faults,
        link_lifetime_s=LINK_LIFETIME_S + OWN_SMS_S * (cell.channel == "links_only"),
        report_timeout_s=REPORT_TIMEOUT_S,
    )
    with running_emulator(folder, chosen) as provider:
        write_campaign(desk, provider.url, cell.way, listens=cell.receipts != "off")
        complaint = _live(desk, provider, cell)
        proof = desk.koosend("verify", desk.campaign, env=ENV)
        messages = provider.messages()
    by_phone, duplicates = journal_by_phone(messages)
    told = {} if complaint else read_outcomes(desk)
    wrong = [complaint] if complaint else list(_wrong(cell, rows, by_phone, told))
    if proof.exit:
        wrong.append(f"verify ended with {proof.exit}: {proof.out}{proof.err}")
    return Verdict(
        cell,
        len(rows),
        duplicates,
        losses=len(rows) - len(told),
        open_rows=sum(one.outcome in {"submitted", "delivered"} for one in told.values()),
        seconds=time.monotonic() - began,
        wrong=tuple(wrong),
        told=told,
        truths={phone: message["truth"] for phone, message in by_phone.items()},
    )


def disagreements(verdicts: list[Verdict]) -> list[str]:
    """Return the rows of which two modes of one way tell two things, where both are final.

    A link that is made on a busy machine may be dead before its SMS is there: only rows to which
    the same has really happened are compared.
    """
    found: list[str] = []
    by_way: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in verdicts:
        by_way.setdefault(verdict.cell.way, []).append(verdict)
    for way, some in by_way.items():
        for one, other in itertools.combinations(some, 2):
            different = [
                phone
                for phone, told in one.told.items()
                if phone in other.told
                and one.truths.get(phone) == other.truths.get(phone)
                and "submitted" not in {told.outcome, other.told[phone].outcome}
                and _said(told) != _said(other.told[phone])
            ]
            if different:
                modes = f"{one.cell.receipts} and {other.cell.receipts}"
                example = (one.told[different[0]], other.told[different[0]])
                found.append(f"{way}, {modes}: {len(different)} rows differ, such as {example}")
    return found


def read_outcomes(desk: Desk) -> dict[str, Told]:
    """Read the only run's outcomes.csv by number."""
    (file,) = (desk.folder / "state" / "runs").glob("*/outcomes.csv")
    with file.open(encoding="utf-8-sig", newline="") as text:
        return {
            row["phone"]: Told(row["outcome"], row["reason"], row["channel"], row["code"])
            for row in csv.DictReader(text)
        }


@contextmanager
def receiving(desk: Desk, provider: EmulatorProcess) -> Iterator[str]:
    """Serve beside the commands, tell the provider where, for both products, and yield it."""
    with desk.started("serve", desk.campaign, "--no-page", env=ENV) as process:
        told = json.loads(waited_for(desk.folder / "state" / "serve.lock", process))
        address = f"http://{told['place']}/{TOKEN}/receipts"

        async def register(gateway: KooMessageGateway) -> None:
            for channel in (Channel.AIM, Channel.AIM_BASIC):
                refused = await gateway.register_receipts(channel, address)
                assert refused is None, refused

        asyncio.run(using(KooMessageGateway(options(provider.url)), register))
        yield address
        process.send_signal(signal.SIGTERM)
        code = process.wait(WAIT_S)
        assert code == 0, f"koosend serve ended with {code}"


def _said(told: Told) -> tuple[str, str, str]:
    return told.outcome, told.reason, told.channel


def _wrong(
    cell: Cell,
    rows: tuple[Row, ...],
    by_phone: Mapping[str, Mapping[str, object]],
    told: Mapping[str, Told],
) -> Iterator[str]:
    shows = capable([row.phone for row in rows])
    named = cell.receipts == "on"
    for row in rows:
        route = route_of(cell.way, row, shows=row.phone in shows)
        message = by_phone.get(row.phone)
        said = told.get(row.phone)
        if said is None:
            yield f"{row.phone} has no line"
            continue
        went = carried_by(message, cell.way) if message else route
        wanted = set(may_be(cell.way, route, message, named=named))
        why = why_wrong(said, cell.way, row, shows) or misses_why(said, route, message)
        if went != route or said.outcome not in wanted or why:
            yield f"{row.phone} {route}: {said} is not {wanted} {why} went by {went}"


def _live(desk: Desk, provider: EmulatorProcess, cell: Cell) -> str:
    """Send, let a day go by, and ask; return what went wrong with a command, if anything did."""
    listening = nullcontext() if cell.receipts == "off" else receiving(desk, provider)
    with listening:
        done = desk.koosend("run", desk.campaign, env=ENV)
        if done.exit in ENDED_WELL and cell.channel == "links_only":
            done = _send_links(desk, provider)
        if done.exit not in ENDED_WELL:
            return done.err
        provider.advance(AFTERWARDS_S)
        done = desk.koosend("reconcile", desk.campaign, "--wait", f"{RECONCILE_S}s", env=ENV)
        return "" if done.exit in ENDED_WELL else done.err


def _send_links(desk: Desk, provider: EmulatorProcess) -> Done:
    """Send the SMS with the links, as the user of links_only does by other means."""
    (links,) = (desk.folder / "state" / "runs").glob("*/links.csv")
    own = Desk(desk.folder / "own", is_fork=False)
    own.folder.mkdir()
    write_own_sms(own, provider.url, links)
    return own.koosend("run", own.campaign, env=ENV)
