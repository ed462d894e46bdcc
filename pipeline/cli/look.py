"""`koosend status`, `runs`, `explain`, `verify` and `report`."""

from pathlib import Path

import click

from pipeline.cli.books import print_books, time_text
from pipeline.cli.screen import json_option, print_json, print_table, state_option, watching
from pipeline.cli.stories import print_life
from pipeline.cli.tables import Column
from pipeline.core.errors import Exit
from pipeline.ports import RunRecord
from pipeline.report import Language
from pipeline.runner.clock import SystemClock
from pipeline.runner.explaining import explain as explain_row
from pipeline.runner.lookup import Place, open_place, run_folder
from pipeline.runner.online import verify_listed
from pipeline.runner.pushed import pushed_so_far
from pipeline.runner.reporting import give_back, write_files
from pipeline.runner.result import RunReport
from pipeline.runner.trials import is_trial
from pipeline.runner.verifying import Verification, verify_run

_RUNS_COLUMNS = (
    Column("run"),
    Column("campaign"),
    Column("planned"),
    Column("stands"),
    Column("rows", right=True),
    Column("messages", right=True),
)


def _folder(state: str | None) -> Path | None:
    return Path(state) if state else None


@click.command(epilog="Example:  koosend status configs/aim.toml")
@click.argument("run_or_campaign", metavar="[RUN]", required=False)
@json_option
@state_option
def status(run_or_campaign: str | None, *, as_json: bool, state: str | None) -> int:
    """Say where RUN stands, or the latest run of the state folder."""
    with open_place(run_or_campaign, _folder(state), SystemClock()) as place:
        record = place.record or next(iter(place.ledger.runs()), None)
        if record is None:
            click.echo("no run has been planned in this state folder yet", err=True)
            return Exit.OK
        report = _report(place, record)
        pushed = pushed_so_far(place.ledger)
    if as_json:
        print_json({**report.as_json(), "pushed": pushed.as_json()})
        return Exit.OK
    plan = record.plan
    click.echo(f"{plan.campaign}: run {plan.run}, {_stage(record)}")
    print_books(report.books, plan.message.channel)
    click.echo("Requests: " + ", ".join(f"{n:,} {s}" for s, n in report.books.submissions.items()))
    if pushed.receipts:
        click.echo(pushed.sentence)
    click.echo(f"Files: {report.folder}")
    return Exit.OK


@click.command(epilog="Example:  koosend runs configs/aim.toml")
@click.argument("campaign", required=False)
@json_option
@state_option
def runs(campaign: str | None, *, as_json: bool, state: str | None) -> int:
    """List the runs of CAMPAIGN, or of the state folder, the latest first."""
    with open_place(campaign, _folder(state), SystemClock()) as place:
        name = place.campaign.name if place.campaign else None
        found = place.ledger.runs(name)
        reports = [_report(place, record) for record in found]
    if as_json:
        print_json([report.as_json() for report in reports])
        return Exit.OK
    lines = [
        (
            record.plan.run,
            record.plan.campaign,
            time_text(record.plan.planned_at),
            _stage(record),
            f"{report.books.rows:,}",
            f"{report.books.messages:,}",
        )
        for record, report in zip(found, reports, strict=True)
    ]
    print_table(_RUNS_COLUMNS, lines)
    return Exit.OK


@click.command(epilog="Example:  koosend explain 3fk2a9qd 17\n\nA number works too: 13800138000")
@click.argument("run_or_campaign", metavar="RUN")
@click.argument("row_or_phone", metavar="ROW-OR-PHONE")
@json_option
@state_option
def explain(run_or_campaign: str, row_or_phone: str, *, as_json: bool, state: str | None) -> int:
    """Tell the life of one row of RUN, by its line in the spreadsheet, or of a number.

    A row is followed through its reruns, a number through every run of the state folder.
    """
    with open_place(run_or_campaign, _folder(state), SystemClock()) as place:
        life = explain_row(place.ledger, place.run, row_or_phone)
    if as_json:
        print_json([story.as_json() for story in life.stories])
    else:
        print_life(life)
    return Exit.OK


@click.command(epilog="Example:  koosend verify configs/aim.toml")
@click.argument("run_or_campaign", metavar="RUN")
@click.option(
    "--online", is_flag=True, help="Also hold the ledger against KooMessage's list, name by name."
)
@json_option
@state_option
def verify(run_or_campaign: str, *, online: bool, as_json: bool, state: str | None) -> int:
    """Prove that RUN's books balance, from the source, the ledger and the evidence."""
    clock = SystemClock()
    with open_place(run_or_campaign, _folder(state), clock) as place, watching() as ui:
        proof = verify_run(place)
        if online:
            proof = verify_listed(place, proof, clock, ui)
        rows = place.run.rows
    if as_json:
        print_json(proof.as_json())
        return Exit.OK if proof.proved else Exit.ROWS_FAILED
    _print_proof(proof, rows)
    return Exit.OK if proof.proved else Exit.ROWS_FAILED


def _print_proof(proof: Verification, rows: int) -> None:
    purged_at = proof.record.purged_at
    if proof.proved and purged_at is None:
        click.echo(f"Proved: each of {rows:,} rows of run {proof.record.plan.run} has exactly")
        click.echo("one outcome, and the evidence bears every one of them out.")
    elif proof.proved:
        click.echo(f"Proved: each of {rows:,} rows of run {proof.record.plan.run} has exactly")
        click.echo("one outcome, and what evidence was kept contradicts none of them.")
    if purged_at is not None:
        click.echo(
            f"Its numbers were forgotten on {time_text(purged_at)}: that nobody was sent to twice "
            f"can no longer be shown from them, and {proof.forgotten:,} outcomes rest on what was "
            "forgotten with them."
        )
    if proof.asked:
        click.echo(f"KooMessage was asked about {proof.asked:,} requests, each by its name.")
    for found in proof.findings:
        click.echo(f"{found.code} at {found.where}: {found.sentence}")
    _print_notes(proof)


def _print_notes(proof: Verification) -> None:
    for found in proof.drift:
        click.echo(f"Note: {found.sentence} ({found.where})")
    if proof.late:
        click.echo(f"Note: news of {len(proof.late):,} rows waits for koosend reconcile.")
    if proof.source == "gone":
        click.echo("Note: the source file is gone; the run's rows are in the ledger.")


@click.command(
    epilog="Example:  koosend report configs/aim.toml\n\nThe colleague's own workbook, with what "
    "became of each row:  koosend report configs/aim.toml --into members.xlsx"
)
@click.argument("run_or_campaign", metavar="RUN")
@click.option(
    "--language",
    type=click.Choice([*Language]),
    help="Of report.xlsx and of the texts. Default: that of $LANG.",
)
@click.option(
    "--into",
    type=click.Path(dir_okay=False),
    help="Give this .xlsx, the run's source, back with columns for the outcomes.",
)
@json_option
@state_option
def report(
    run_or_campaign: str,
    *,
    language: str | None,
    into: str | None,
    as_json: bool,
    state: str | None,
) -> int:
    """Write RUN's outcomes.csv, rejected.csv, report.xlsx and report.html into its folder."""
    with open_place(run_or_campaign, _folder(state), SystemClock()) as place:
        chosen = Language(language) if language else None
        files = write_files(place, place.run.plan.run, chosen)
        paths = [files.outcomes, files.rejected, files.workbook, files.page]
        paths += [path for path in (files.links, files.family) if path is not None]
        if into is not None:
            given = give_back(place, place.run.plan.run, Path(into), chosen)
            paths.append(given.workbook)
            for lost in given.lost:
                click.echo(f"the copy of {into} lost: {lost}", err=True)
    if as_json:
        print_json({"run": place.run.plan.run, "files": [str(path) for path in paths]})
    else:
        for path in paths:
            click.echo(str(path))
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


def _stage(record: RunRecord) -> str:
    return f"test send, {_how_far(record)}" if is_trial(record) else _how_far(record)


def _how_far(record: RunRecord) -> str:
    if record.finished_at is not None:
        return f"all submitted by {time_text(record.finished_at)}"
    return "not all submitted" if record.started_at is not None else "planned"
