"""From a campaign to a planned run: the same input twice is the same run."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipeline.chunker import plan_chunks
from pipeline.core.errors import SourceMissing
from pipeline.core.model import Channel, RowBlock, RunId
from pipeline.core.naming import run_id
from pipeline.core.template import Templates
from pipeline.ports import Clock, Ledger, RunPlan, RunRecord
from pipeline.reader import ReaderOptions, fingerprint, read
from pipeline.runner.adjusted import Adjusted
from pipeline.runner.bounds import bounds_of
from pipeline.runner.mended import Mends
from pipeline.runner.routing import Handsets, asks_handsets, learn_handsets, router_of
from pipeline.runner.screening import screened
from pipeline.runner.spool import spooled
from pipeline.runner.trials import latest_run
from pipeline.runner.values import UNKNOWN_TEMPLATES, value_rules
from pipeline.settings import Campaign
from pipeline.settings.messages import may_be_empty

Progress = Callable[[int], None]
"""Told how many rows were read so far."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A run that is in the ledger.

    fresh says that it was not there before; adjusted, what was done to its rows then.
    """

    record: RunRecord
    fresh: bool
    adjusted: Adjusted = field(default_factory=Adjusted)


@dataclass(frozen=True, slots=True)
class Planning:
    """How a run is planned.

    again asks for one more run of an input whose latest run is complete. ask is called before a
    new run is planned, and only then; what it raises keeps the run from being planned. handsets
    asks what recipients' handsets can show, where the campaign routes by that; without it only
    what is known already counts. mends: whose rejected rows come back as the source. sizes recalls
    how many recipients the account's requests were found to bear.
    """

    clock: Clock
    progress: Progress
    again: bool = False
    ask: Callable[[], Templates] = Templates
    handsets: Handsets | None = None
    mends: Mends | None = None
    sizes: Callable[[], Mapping[Channel, int]] = dict


def reader_options(campaign: Campaign, templates: Templates = UNKNOWN_TEMPLATES) -> ReaderOptions:
    """Hand the campaign's source to the reader, and what the templates ask of its values."""
    source = campaign.source
    return ReaderOptions(
        path=source.path,
        phone=source.phone,
        fields=source.fields,
        sheet=source.sheet,
        encoding=source.encoding,
        may_be_empty=may_be_empty(campaign.message),
        rules=value_rules(campaign, templates),
    )


def plan_run(
    campaign: Campaign, ledger: Ledger, clock: Clock, *, again: bool, progress: Progress
) -> Planned:
    """Plan as plan_asked does, without asking the provider."""
    return plan_asked(campaign, ledger, Planning(clock, progress, again=again))


def plan_asked(campaign: Campaign, ledger: Ledger, planning: Planning) -> Planned:
    """Find the run of this input, or ask, read the source and plan it.

    A source that is gone is no hindrance while the campaign has an unfinished run: its rows are
    in the ledger.
    """
    with spooled(campaign) as readable:
        return _plan_readable(readable, campaign, ledger, planning)


def _plan_readable(
    campaign: Campaign, named: Campaign, ledger: Ledger, planning: Planning
) -> Planned:
    try:
        sha256, size = fingerprint(campaign.source.path)
    except SourceMissing:
        unfinished = None if planning.mends else _unfinished(campaign, ledger)
        if unfinished is None:
            raise
        return Planned(unfinished, fresh=False)
    mends = planning.mends
    meaning = {**campaign.meaning(), **(mends.meaning if mends else {})}
    run, latest = _known(ledger, sha256, meaning)
    if latest is not None and not (planning.again and latest.finished_at is not None):
        return Planned(latest, fresh=False)
    templates = planning.ask()
    # Before the list is read: what comes on it from here on is held against each request.
    screened_to = ledger.suppressions_end()
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
        previous=latest.plan.run if latest else (mends.root.plan.run if mends else None),
        templates=templates,
        screened_to=screened_to,
    )
    # The fingerprint is handed on, so that a file that changes in between is refused.
    options = replace(reader_options(campaign, templates), sha256=sha256)
    options = screened(options, campaign, ledger, account_name(campaign), planning.clock.now())
    options = mends.screened(options) if mends else options
    router = router_of(campaign, ledger, planning.clock)
    if planning.handsets is not None and asks_handsets(campaign.message):
        learn_handsets(router, read(options), ledger, planning.clock, planning.handsets)
    adjusted = Adjusted()
    blocks = adjusted.counted(told(read(options), planning.progress))
    bounds = bounds_of(campaign, planning.sizes())
    chunks = plan_chunks(blocks, router, cuts=_cuts(campaign), bounds=bounds)
    record = ledger.plan(plan, chunks)
    return Planned(record, fresh=True, adjusted=adjusted)


def _known(
    ledger: Ledger, sha256: str, meaning: Mapping[str, object]
) -> tuple[RunId, RunRecord | None]:
    """Return the id of the next run of an input, and its latest run so far."""
    latest: RunRecord | None = None
    for count in range(10_000):
        run = run_id(sha256, meaning, again=count)
        found = ledger.run(run)
        if found is None:
            return run, latest
        latest = found
    raise AssertionError("ten thousand runs of one input")


def account_name(campaign: Campaign) -> str:
    """Name the account that a campaign sends by, without any secret."""
    return " ".join(campaign.account.identity)


def told(blocks: Iterator[RowBlock], progress: Progress) -> Iterator[RowBlock]:
    """Pass blocks through and tell how many rows they held."""
    rows = 0
    for block in blocks:
        rows += len(block.recipients) + len(block.rejected)
        progress(rows)
        yield block


def _cuts(campaign: Campaign) -> tuple[int, ...]:
    """Return after how many recipients a chunk must end, for those to be sent to by themselves."""
    canary = campaign.canary.first if campaign.canary else 0
    return tuple(first for first in (campaign.wish.only_first, canary) if first)


def _unfinished(campaign: Campaign, ledger: Ledger) -> RunRecord | None:
    latest = latest_run(ledger, campaign.name)
    return latest if latest is not None and latest.finished_at is None else None
