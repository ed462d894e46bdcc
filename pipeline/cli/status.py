"""`koosend status`, `runs` and `explain`."""

from collections.abc import Sequence
from pathlib import Path

import click

from pipeline.cli.explain import print_life
from pipeline.cli.terminal.books import print_books, time_text
from pipeline.cli.terminal.output import json_option, print_json, print_table, state_option
from pipeline.cli.terminal.tables import Column
from pipeline.core.errors import Exit
from pipeline.ports import CanaryRecord, RunRecord
from pipeline.runner.commands.explain import explain as explain_row
from pipeline.runner.commands.result import RunReport
from pipeline.runner.commands.status import (
    STOPPED_STAGE,
    has_stopped,
    pushed_so_far,
    sentences,
    taken_oddly,
)
from pipeline.runner.commands.status import as_json as decisions_as_json
from pipeline.runner.session.clock import SystemClock
from pipeline.runner.session.place import Place, is_trial, open_place, run_folder

_RUNS_COLUMNS = (
    Column("run"),
    Column("campaign"),
    Column("planned"),
    Column("stands"),
    Column("rows", right=True),
    Column("messages", right=True),
)

_ODD_SHOWN = 5


@click.command(epilog="Example:  koosend status configs/aim.toml")
@click.argument("run_or_campaign", metavar="[RUN]", required=False)
@json_option
@state_option
def status(run_or_campaign: str | None, *, as_json: bool, state: Path | None) -> int:
    """Say where RUN stands, or the latest run of the state folder."""
    with open_place(run_or_campaign, state, SystemClock()) as place:
        record = place.record or next(iter(place.ledger.runs()), None)
        if record is None:
            click.echo("no run has been planned in this state folder yet", err=True)
            return Exit.OK
        report = _report(place, record)
        pushed = pushed_so_far(place.ledger)
        decided = place.ledger.canary(record.plan.run)
        odd = taken_oddly(place.ledger, record.plan.run)
    if as_json:
        told: dict[str, object] = {"pushed": pushed.as_json(), "canary": decisions_as_json(decided)}
        told["taken_oddly"] = [{"task_name": one.task_name, "why": one.message} for one in odd]
        print_json({**report.as_json(), **told})
        return Exit.OK
    plan = record.plan
    click.echo(f"{plan.campaign}: run {plan.run}, {_stage(record, decided)}")
    print_books(report.books, plan.message.channel)
    for sentence in sentences(decided, plan.run):
        click.echo(sentence)
    click.echo("Requests: " + ", ".join(f"{n:,} {s}" for s, n in report.books.submissions.items()))
    for one in odd[:_ODD_SHOWN]:
        click.echo(f"Request {one.task_name} was taken, but: {one.message}")
    if len(odd) > _ODD_SHOWN:
        click.echo(f"and {len(odd) - _ODD_SHOWN:,} more like these (--json shows all)")
    if pushed.receipts:
        click.echo(pushed.sentence)
    click.echo(f"Files: {report.folder}")
    return Exit.OK


@click.command(epilog="Example:  koosend runs configs/aim.toml")
@click.argument("campaign", required=False)
@json_option
@state_option
def runs(campaign: str | None, *, as_json: bool, state: Path | None) -> int:
    """List the runs of CAMPAIGN, or of the state folder, the latest first."""
    with open_place(campaign, state, SystemClock()) as place:
        name = place.campaign.name if place.campaign else None
        found = place.ledger.runs(name)
        reports = [_report(place, record) for record in found]
        stages = [_stage(record, place.ledger.canary(record.plan.run)) for record in found]
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
        )
        for record, report, stage in zip(found, reports, stages, strict=True)
    ]
    print_table(_RUNS_COLUMNS, lines)
    return Exit.OK


@click.command(epilog="Example:  koosend explain 3fk2a9qd 17\n\nA number works too: 13800138000")
@click.argument("run_or_campaign", metavar="RUN")
@click.argument("row_or_phone", metavar="ROW-OR-PHONE")
@json_option
@state_option
def explain(run_or_campaign: str, row_or_phone: str, *, as_json: bool, state: Path | None) -> int:
    """Tell the life of one row of RUN, by its line in the spreadsheet, or of a number.

    A row is followed through its reruns, a number through every run of the state folder.
    """
    with open_place(run_or_campaign, state, SystemClock()) as place:
        life = explain_row(place.ledger, place.run, row_or_phone)
    if as_json:
        print_json([story.as_json() for story in life.stories])
    else:
        print_life(life)
    return Exit.OK


def _report(place: Place, record: RunRecord) -> RunReport:
    began = record.started_at or record.plan.planned_at
    ended = record.finished_at if record.finished_at is not None else began
    return RunReport(
        record,
        place.ledger.books(record.plan.run),
        max(0.0, ended - began),
        run_folder(place.state, record.plan.run),
    )


def _stage(record: RunRecord, decided: Sequence[CanaryRecord]) -> str:
    how_far = _how_far(record, decided)
    return f"test send, {how_far}" if is_trial(record) else how_far


def _how_far(record: RunRecord, decided: Sequence[CanaryRecord]) -> str:
    if record.finished_at is not None:
        return f"all submitted by {time_text(record.finished_at)}"
    if has_stopped(decided):
        return STOPPED_STAGE
    return "not all submitted" if record.started_at is not None else "planned"
