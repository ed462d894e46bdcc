"""`koosend reconcile`."""

from pathlib import Path
from typing import TypedDict, Unpack

import click

from pipeline.cli.terminal.books import complain_of_end, print_report
from pipeline.cli.terminal.output import (
    complain,
    print_json,
    same_account_option,
    say_notes,
    shared_options,
    watching,
)
from pipeline.cli.terminal.quiet import held_back, quiet_option
from pipeline.core.errors import (
    Exit,
    KoosendError,
    NotRunYet,
    Overtaken,
    RunHeld,
    UsageError,
    gravest,
)
from pipeline.core.times import parse_span
from pipeline.language import filled
from pipeline.runner.commands.reconcile import reconcile as reconcile_run
from pipeline.runner.notifying.delivering import deliver_reports
from pipeline.runner.notifying.desk import tell_of_end
from pipeline.runner.scheduling.told import is_elsewhere, is_news
from pipeline.runner.session.outside import Outside, SystemClock
from pipeline.runner.session.place import Said, is_run_id, open_place


class _Asked(TypedDict):
    """The options of `reconcile`, as click hands them over."""

    wait: str
    restored: bool
    quiet: bool
    same_account: bool
    as_json: bool
    state: Path | None


@click.command(epilog="Example:  koosend reconcile configs/aim.toml --wait 10m")
@click.argument("run_or_campaign", metavar="RUN")
@click.option("--wait", default="0", help="Keep looking for so long: 90s, 10m, 2h, 3d.")
@click.option(
    "--restored",
    is_flag=True,
    help="The ledger was put back: ask for all that may have been sent since.",
)
@quiet_option
@same_account_option
@shared_options
def reconcile(run_or_campaign: str, **asked: Unpack[_Asked]) -> int:
    """Ask KooMessage what became of RUN's messages and doubts; close what can be closed.

    A campaign file stands for every run of it that still has open rows. With --quiet it prints
    what a person must know, once a day, and else nothing, with exit code 0: also before the first
    run, and beside another command that is at work on it.
    """
    with held_back(wanted=asked["quiet"]) as held:
        try:
            code = _reconciled(run_or_campaign, asked)
        except (NotRunYet, RunHeld, Overtaken):
            if not asked["quiet"]:
                raise
            if not is_run_id(run_or_campaign):  # what could not leave before may leave now
                tell_of_end(run_or_campaign, asked["state"], (), SystemClock())
            code = Exit.OK
        except KoosendError as error:
            if asked["quiet"]:
                say_notes(tell_of_end(run_or_campaign, asked["state"], error, SystemClock()))
            raise
        if code is Exit.OK:
            held.drop()
        return code


def _reconciled(target: str, asked: _Asked) -> Exit:
    """Reconcile and print; return the exit code, that of what is news where it is quiet."""
    clock = SystemClock()
    wait_s = seconds_of(asked["wait"])
    said = Said(same_account=asked["same_account"], restored=asked["restored"])
    with open_place(target, asked["state"], clock, said) as place, watching() as ui:
        reports = reconcile_run(place, clock, ui, wait_s=wait_s)
        undelivered = deliver_reports(place, reports, Outside(clock, ui), of_night=False)
    if not reports[0].marks.test_send:
        say_notes(tell_of_end(target, asked["state"], reports, clock))
    if asked["as_json"]:
        earlier = [report.as_json() for report in reports[1:]]
        print_json(
            {**reports[0].as_json(), "earlier": earlier} if earlier else reports[0].as_json()
        )
        for report in reversed(reports):
            complain_of_end(report)
    else:
        for report in reversed(reports):
            print_report(report)
    if asked["quiet"]:
        if not is_news(reports, clock.now()):
            return _undelivered(undelivered)
        reports = tuple(report for report in reports if not is_elsewhere(report))
    return gravest([*(report.exit for report in reports), _undelivered(undelivered)])


def _undelivered(error: KoosendError | None) -> Exit:
    if error is None:
        return Exit.OK
    complain(str(error))
    return error.exit_code


def seconds_of(text: str) -> float:
    """Read a span of time such as 10m. Raises UsageError."""
    span_s = parse_span(text)
    if span_s is None:
        raise UsageError(
            filled("--wait {words} is no span of time; write it as 90s, 10m, 2h or 3d", words=text),
            "KS0203",
        )
    return span_s
