"""From a campaign to a planned run: the same input twice is the same run."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pipeline.chunker import plan_chunks
from pipeline.core.errors import SourceMissing
from pipeline.core.model import RowBlock
from pipeline.core.naming import run_id
from pipeline.ports import Clock, Ledger, RunPlan, RunRecord
from pipeline.reader import ReaderOptions, fingerprint, read
from pipeline.runner.spool import spooled
from pipeline.settings import Campaign

Progress = Callable[[int], None]
"""Told how many rows were read so far."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A run that is in the ledger. fresh says that it was not there before."""

    record: RunRecord
    fresh: bool


def reader_options(campaign: Campaign) -> ReaderOptions:
    """Hand the campaign's source to the reader."""
    source = campaign.source
    return ReaderOptions(
        path=source.path,
        phone=source.phone,
        fields=source.fields,
        sheet=source.sheet,
        encoding=source.encoding,
    )


def plan_run(
    campaign: Campaign, ledger: Ledger, clock: Clock, *, again: bool, progress: Progress
) -> Planned:
    """Find the run of this input, or read the source and plan it.

    again asks for one more run of an input whose latest run is complete. A source that is gone
    is no hindrance while the campaign has an unfinished run: its rows are in the ledger.
    """
    with spooled(campaign) as readable:
        return _plan_readable(readable, campaign, ledger, _Planning(clock, progress, again=again))


@dataclass(frozen=True, slots=True)
class _Planning:
    clock: Clock
    progress: Progress
    again: bool


def _plan_readable(
    campaign: Campaign, named: Campaign, ledger: Ledger, planning: _Planning
) -> Planned:
    try:
        sha256, size = fingerprint(campaign.source.path)
    except SourceMissing:
        unfinished = _unfinished(campaign, ledger)
        if unfinished is None:
            raise
        return Planned(unfinished, fresh=False)
    meaning = campaign.meaning()
    latest: RunRecord | None = None
    for count in range(10_000):
        run = run_id(sha256, meaning, again=count)
        found = ledger.run(run)
        if found is None:
            break
        latest = found
    else:
        raise AssertionError("ten thousand runs of one input")
    if latest is not None and not (planning.again and latest.finished_at is not None):
        return Planned(latest, fresh=False)
    plan = RunPlan(
        run=run,
        campaign=campaign.name,
        campaign_path=str(campaign.file),
        message=campaign.message,
        meaning=json.dumps(meaning, ensure_ascii=False, sort_keys=True),
        source_path=str(named.source.path),
        source_sha256=sha256,
        source_bytes=size,
        planned_at=planning.clock.now(),
        account=account_name(campaign),
        previous=latest.plan.run if latest else None,
    )
    # The fingerprint is handed on, so that a file that changes in between is refused.
    options = replace(reader_options(campaign), sha256=sha256)
    blocks = told(read(options), planning.progress)
    return Planned(ledger.plan(plan, plan_chunks(blocks, campaign.message.channel)), fresh=True)


def account_name(campaign: Campaign) -> str:
    """Name the account that a campaign sends by, without any secret."""
    return f"{campaign.account.endpoint} {campaign.account.access_key_env}"


def told(blocks: Iterator[RowBlock], progress: Progress) -> Iterator[RowBlock]:
    """Pass blocks through and tell how many rows they held."""
    rows = 0
    for block in blocks:
        rows += len(block.recipients) + len(block.rejected)
        progress(rows)
        yield block


def latest_run(ledger: Ledger, campaign: str) -> RunRecord | None:
    """Return the campaign's latest run."""
    runs = ledger.runs(campaign)
    return runs[0] if runs else None


def _unfinished(campaign: Campaign, ledger: Ledger) -> RunRecord | None:
    latest = latest_run(ledger, campaign.name)
    return latest if latest is not None and latest.finished_at is None else None
