"""Repeats: what it costs to hold a list against the people of three earlier nights.

python -m tests.campaigns.bench.repeats [ROWS]

Planned alone means that nobody's digests are made, compared or recorded. The earlier nights were
sent to the same people with other values, so that everybody is looked for and nobody is left out,
and not all of them were reached. Ends with 1 where it costs more than it may.
"""

import shutil
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from pipeline.core.outcome import Outcome, Standing
from pipeline.core.times import DAY_S
from pipeline.ledger import SqliteLedger
from pipeline.ports import RunRecord
from pipeline.runner.earlier.repeats import AccountLedgers
from pipeline.runner.planning.plan import Planning, plan_asked
from pipeline.runner.session.account import accounts_of, open_store
from pipeline.runner.session.outside import SystemClock
from pipeline.settings import Campaign, load_campaign
from tests.campaigns.bench.files import HEADER, rows
from tests.campaigns.bench.ingest import CAMPAIGN
from tests.campaigns.bench.measure import Figures, measured, told
from tests.campaigns.bench.receipts import accept_all
from tests.support.fakes import ManualClock

ROWS = 1_000_000
NIGHTS = 3
CPU_SHARE_MAX = 0.3
MORE_MB_MAX = 150

_NOT_REACHED = Standing(Outcome.UNDELIVERED, code="MK:0001", evidence="receipt:1")
_NOT_REACHED_EVERY = 33


def main() -> int:
    """Measure, print, and tell whether it costs what it may."""
    alone, compared = repeated(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
    print_repeats(alone, compared)
    is_dear = _share(alone, compared) > CPU_SHARE_MAX or _more_mb(alone, compared) > MORE_MB_MAX
    return 1 if is_dear else 0


def repeated(count: int) -> list[Figures]:
    """Send the earlier nights, and measure planning without them and with them."""
    with tempfile.TemporaryDirectory() as folder:
        make_nights(Path(folder), count)
        job = ["tests.campaigns.bench.repeats"]
        return measured([*job, "alone", folder], [*job, "compared", folder])


def print_repeats(alone: Figures, compared: Figures) -> None:
    """Print what the comparison adds."""
    print(f"a list of {alone.rows:,} rows, held against {NIGHTS} earlier nights of as many")
    for name, figures in (("planned alone", alone), ("held against them", compared)):
        print(
            f"  {name:<26} {figures.wall_s:6.2f} s  {figures.cpu_s:6.2f} CPU s"
            f"  peak {figures.peak_mb:5.0f} MB"
        )
    share, more = _share(alone, compared), _more_mb(alone, compared)
    print(f"  {'it adds':<26} {share:>10.0%} (CPU) of {CPU_SHARE_MAX:.0%} that it may")
    print(f"  {'it adds':<26} {more:>10.0f} MB of {MORE_MB_MAX} that it may")


def _share(alone: Figures, compared: Figures) -> float:
    return compared.cpu_s / alone.cpu_s - 1


def _more_mb(alone: Figures, compared: Figures) -> float:
    return compared.peak_mb - alone.peak_mb


def make_nights(home: Path, count: int) -> None:
    """Plan and send the earlier nights, and write tonight's list."""
    now = SystemClock().now()
    for night in range(NIGHTS, 0, -1):
        at = now - night * DAY_S
        campaign = _campaign(home, count, night)
        planned = _plan(campaign, ManualClock(at), compared=True)
        assert planned.recipients > count / 2
        _send(campaign, planned, at)
    _campaign(home, count, 0)


def _send(campaign: Campaign, planned: RunRecord, at: float) -> None:
    """Have a run taken whole, with some of its people not reached, and finish it."""
    run = planned.plan.run
    with closing(SqliteLedger(campaign.state)) as ledger:
        accept_all(ledger, at, run)
        with closing(ledger.take(run)) as writer:
            for chunk in range(planned.chunks):
                some = ledger.recipients(run, chunk).rows[::_NOT_REACHED_EVERY]
                writer.settle(dict.fromkeys(some, _NOT_REACHED))
            writer.finish(at)


def _campaign(home: Path, count: int, night: int) -> Campaign:
    """Write a night's list: the same people, and other points."""
    source = home / "rows.csv"
    with source.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADER) + "\n")
        for phone, name, points, city in rows(count):
            file.write(f"{phone},{name},{int(points) + night},{city}\n")
    path = home / "campaign.toml"
    path.write_text(CAMPAIGN.format(path=source), encoding="utf-8")
    return load_campaign(path, SystemClock().now())


def _plan(campaign: Campaign, clock: ManualClock | SystemClock, *, compared: bool) -> RunRecord:
    """Plan a run as `koosend run` does."""
    with ExitStack() as stack:
        store = stack.enter_context(closing(open_store(campaign, campaign.state)))
        ledger = stack.enter_context(closing(SqliteLedger(campaign.state)))
        accounts = accounts_of(campaign, store)
        account = AccountLedgers(store, accounts.names, ledger, campaign.state)
        planning = Planning(clock, lambda _rows: None, accounts=accounts, sizes=store.sizes)
        if compared:
            planning = replace(planning, neighbours=lambda: account.planning(campaign, clock.now()))
        return plan_asked(campaign, ledger, planning).record


def _job(kind: str, home: Path) -> None:
    """Plan in a copy of the ledger, and tell what that took."""
    with tempfile.TemporaryDirectory(dir=home) as folder:
        shutil.copytree(home / "state", Path(folder) / "state")
        loaded = load_campaign(home / "campaign.toml", SystemClock().now())
        campaign = replace(loaded, state=Path(folder) / "state")
        began, used = time.perf_counter(), time.process_time()
        record = _plan(campaign, SystemClock(), compared=kind == "compared")
        told(record.rows, time.perf_counter() - began, time.process_time() - used)


if __name__ == "__main__":
    if sys.argv[1:2] in (["alone"], ["compared"]):
        _job(sys.argv[1], Path(sys.argv[2]))
    else:
        sys.exit(main())
