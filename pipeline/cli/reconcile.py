"""`koosend reconcile`."""

from pathlib import Path

import click

from pipeline.cli.terminal.books import print_report
from pipeline.cli.terminal.output import print_json, same_account_option, shared_options, watching
from pipeline.core.errors import UsageError, gravest
from pipeline.core.times import parse_span
from pipeline.runner.commands.reconcile import reconcile as reconcile_run
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import Said, open_place


@click.command(epilog="Example:  koosend reconcile configs/aim.toml --wait 10m")
@click.argument("run_or_campaign", metavar="RUN")
@click.option("--wait", default="0", help="Keep looking for so long: 90s, 10m, 2h, 3d.")
@click.option(
    "--restored",
    is_flag=True,
    help="The ledger was put back: ask for all that may have been sent since.",
)
@same_account_option
@shared_options
def reconcile(run_or_campaign: str, *, wait: str, state: Path | None, **given: bool) -> int:
    """Ask KooMessage what became of RUN's messages and doubts; close what can be closed.

    A campaign file stands for every run of it that still has open rows.
    """
    clock = SystemClock()
    wait_s = seconds_of(wait)
    said = Said(same_account=given["same_account"], restored=given["restored"])
    with open_place(run_or_campaign, state, clock, said) as place, watching() as ui:
        reports = reconcile_run(place, clock, ui, wait_s=wait_s)
    if given["as_json"]:
        earlier = [report.as_json() for report in reports[1:]]
        print_json(
            {**reports[0].as_json(), "earlier": earlier} if earlier else reports[0].as_json()
        )
    else:
        for report in reversed(reports):
            print_report(report)
    return gravest(report.exit for report in reports)


def seconds_of(text: str) -> float:
    """Read a span of time such as 10m. Raises UsageError."""
    span_s = parse_span(text)
    if span_s is None:
        raise UsageError(f"--wait {text} is no span of time; write it as 90s, 10m, 2h or 3d")
    return span_s
