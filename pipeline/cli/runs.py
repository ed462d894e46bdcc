"""`koosend runs`."""

from dataclasses import replace
from pathlib import Path

import click

from pipeline.cli.terminal.books import time_text
from pipeline.cli.terminal.output import (
    print_json,
    print_table,
    say_first,
    shared_options,
)
from pipeline.cli.terminal.tables import Column
from pipeline.core.errors import Exit
from pipeline.core.model import Channel
from pipeline.core.outcome import Outcome
from pipeline.language import Words, filled, listed
from pipeline.ports import Control, Ledger, RunRecord
from pipeline.runner.commands.status import kept_stage
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import Place, open_place, run_folder, run_kind
from pipeline.runner.session.result import RunReport

_RUNS_COLUMNS = (
    Column(Words("run")),
    Column(Words("campaign")),
    Column(Words("planned")),
    Column(Words("stands")),
    Column(Words("rows"), right=True),
    Column(Words("taken"), right=True),
    Column(Words("delivered"), right=True),
)


@click.command(epilog="Example:  koosend runs configs/aim.toml")
@click.argument("campaign", required=False)
@shared_options
def runs(campaign: str | None, *, as_json: bool, state: Path | None) -> int:
    """List the runs of CAMPAIGN, or of the state folder, the latest first."""
    with open_place(campaign, state, SystemClock()) as place:
        name = place.campaign.name if place.campaign else None
        found = place.ledger.runs(name)
        reports = [report_of(place, record) for record in found]
        stages = [stage_of(record, place.ledger) for record in found]
    if as_json:
        print_json([report.as_json() for report in reports])
        return Exit.OK
    lines = [
        (
            record.plan.run,
            record.plan.campaign,
            time_text(record.plan.planned_at),
            stage,
            f"{report.books.rows:,}",
            f"{report.books.messages:,}",
            _delivered(report),
        )
        for record, report, stage in zip(found, reports, stages, strict=True)
    ]
    say_first(*(report.marks for report in reports))
    print_table(_RUNS_COLUMNS, lines)
    return Exit.OK


def report_of(place: Place, record: RunRecord) -> RunReport:
    """Return how a run stands, as the ledger has it."""
    began = record.started_at or record.plan.planned_at
    ended = record.finished_at if record.finished_at is not None else began
    return RunReport(
        record,
        place.ledger.books(record.plan.run),
        max(0.0, ended - began),
        run_folder(place.state, record.plan.run),
    )


def stage_of(record: RunRecord, ledger: Ledger) -> str:
    """Say how far a run has come."""
    run = record.plan.run
    kept = kept_stage(ledger.canary(run), Control.of(ledger.controls(run)))
    marks = replace(marks_of(record), test_send=False)  # its kind says so
    said = (*marks.kinds, run_kind(record).words, _how_far(record, kept))
    return listed(filter(None, said))


def _delivered(report: RunReport) -> str:
    """Count whose message arrived; of links, who opened one: whether their SMS did is not known."""
    if report.record.plan.message.channel is Channel.LINKS_ONLY:
        return filled("{cards} opened", cards=report.books.outcomes.get(Outcome.CARD, 0))
    return f"{report.books.reached:,}"


def _how_far(record: RunRecord, kept: str) -> str:
    if record.finished_at is not None:
        return filled("all submitted by {time}", time=time_text(record.finished_at))
    if kept:
        return kept
    return Words("not all submitted") if record.started_at is not None else Words("planned")
