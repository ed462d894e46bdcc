"""Repeats: what it costs to hold a list against the people of three earlier nights.

python -m tests.campaigns.bench.repeats ROWS makes the nights and measures both ways of planning.
"""

import shutil
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

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
from tests.support.fakes import ManualClock

NIGHTS = 3


def main(count: int) -> None:
    """Make the earlier nights, and measure planning with and without them."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        now = SystemClock().now()
        for night in range(NIGHTS, 0, -1):
            at = now - night * DAY_S
            planned = _plan(_campaign(home, count, night), ManualClock(at), compared=True)
            assert planned.recipients > count / 2
        _campaign(home, count, 0)
        job = ["tests.campaigns.bench.repeats"]
        alone, compared = measured([*job, "alone", folder], [*job, "compared", folder])
        print_repeats(alone, compared)


def print_repeats(alone: Figures, compared: Figures) -> None:
    """Print what the comparison adds."""
    print(f"A list of {alone.rows:,} rows against {NIGHTS} earlier nights of as many")
    for name, figures in (("planned alone", alone), ("held against them", compared)):
        print(
            f"  {name:<26} {figures.wall_s:6.2f} s  {figures.cpu_s:6.2f} CPU s"
            f"  peak {figures.peak_mb:5.0f} MB"
        )
    more = compared.peak_mb - alone.peak_mb
    print(f"  adds {compared.cpu_s / alone.cpu_s - 1:.0%} of CPU and {more:.0f} MB")


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
    """Plan a run as `koosend run` does; earlier runs are held, as if they were under way."""
    with ExitStack() as stack:
        store = stack.enter_context(closing(open_store(campaign, campaign.state)))
        ledger = stack.enter_context(closing(SqliteLedger(campaign.state)))
        accounts = accounts_of(campaign, store)
        account = AccountLedgers(store, accounts.names, ledger, campaign.state)
        planning = Planning(clock, lambda _rows: None, accounts=accounts, sizes=store.sizes)
        if compared:
            for record in ledger.runs():
                stack.callback(ledger.take(record.plan.run).close)
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
    if sys.argv[1] in {"alone", "compared"}:
        _job(sys.argv[1], Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]))
