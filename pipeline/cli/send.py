"""`koosend run` and `koosend rerun`."""

import os
import sys
from pathlib import Path

import click

from pipeline.cli.books import print_report, print_rerun
from pipeline.cli.screen import json_option, print_json, state_option, watching
from pipeline.core.errors import Exit, UsageError
from pipeline.runner.clock import SystemClock
from pipeline.runner.lookup import is_run_id, open_place, state_folder
from pipeline.runner.rerunning import look, plan_rerun
from pipeline.runner.result import RunReport
from pipeline.runner.sending import Request, run_campaign, send_planned
from pipeline.settings import load_campaign


@click.command(
    epilog="Example:  koosend run configs/aim.toml\n\nThe same command again goes on where an "
    "earlier run of the same input stopped, and never sends a row twice. A run's id goes on with "
    "that run, whatever its source holds by now."
)
@click.argument("campaign", metavar="CAMPAIGN-or-RUN")
@click.option("--again", is_flag=True, help="Send the same list once more, on purpose.")
@click.option("--yes", is_flag=True, help="Do not ask before sending again.")
@json_option
@state_option
def run(campaign: str, *, again: bool, yes: bool, as_json: bool, state: str | None) -> int:
    """Send CAMPAIGN: read the source, send what was not sent yet, and settle what can be."""
    clock = SystemClock()
    folder = state_folder(Path(state) if state else None, os.environ)
    if is_run_id(campaign):
        report = _resume(campaign, folder, again=again)
    else:
        loaded = load_campaign(Path(campaign), clock.now())
        if again:
            _confirm("Everybody on the list gets a second message, and each is billed.", yes=yes)
        with watching() as ui:
            report = run_campaign(loaded, Request(again=again, state=folder), clock, ui)
    if as_json:
        print_json(report.as_json())
    else:
        print_report(report)
    return report.exit


@click.command(
    epilog="Example:  koosend rerun 3fk2a9qd --yes\n\nRows in doubt are never sent again: "
    "koosend reconcile settles them first."
)
@click.argument("run_or_campaign", metavar="RUN")
@click.option("--yes", is_flag=True, help="Do it; without it only the plan is shown.")
@json_option
@state_option
def rerun(run_or_campaign: str, *, yes: bool, as_json: bool, state: str | None) -> int:
    """Show what would be sent again of RUN and why; with --yes send it as a linked run."""
    clock = SystemClock()
    folder = Path(state) if state else None
    with open_place(run_or_campaign, folder, clock) as place:
        plan = look(place.ledger, place.run)
        if not yes or (not plan.rows and plan.unfinished is None):
            if as_json:
                print_json(plan.as_json())
            else:
                print_rerun(plan)
            return Exit.OK
        loaded = place.campaign or load_campaign(Path(place.run.plan.campaign_path), clock.now())
        with watching() as ui:
            record = plan_rerun(place.ledger, place.run, clock)
            report = send_planned(loaded, place, record, clock, ui)
    if as_json:
        print_json(report.as_json())
    else:
        print_report(report)
    return report.exit


def _resume(run_id: str, folder: Path | None, *, again: bool) -> RunReport:
    if again:
        raise UsageError("--again takes a campaign file, not a run")
    clock = SystemClock()
    with open_place(run_id, folder, clock) as place, watching() as ui:
        loaded = load_campaign(Path(place.run.plan.campaign_path), clock.now())
        return send_planned(loaded, place, place.run, clock, ui)


def _confirm(sentence: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{sentence} Say --yes if that is what you want")
    click.confirm(f"{sentence} Go on?", abort=True, err=True)
