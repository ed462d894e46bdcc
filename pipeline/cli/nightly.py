"""`koosend nightly`."""

import os
from pathlib import Path

import click

from pipeline.cli.terminal.books import print_report
from pipeline.cli.terminal.output import complain, complain_of, say_notes, state_option, watching
from pipeline.cli.terminal.quiet import held_back
from pipeline.core.errors import CampaignInvalid, Exit, UsageError
from pipeline.core.times import in_china, parse_clock
from pipeline.language import filled
from pipeline.runner.commands.nightly import NightEnd, run_night
from pipeline.runner.commands.run import Request
from pipeline.runner.notifying.desk import tell_of_wrong
from pipeline.runner.scheduling.night_log import NightLog, NotingUi
from pipeline.runner.session.outside import Outside, SystemClock
from pipeline.runner.session.place import load_here, state_folder


@click.command(
    epilog="Example:  koosend nightly campaign.toml --scheduled 20:30\n\nThis is what koosend "
    "schedule has a machine run. A line for each night is in logs/ of the state folder."
)
@click.argument("campaign", type=click.Path(dir_okay=False))
@click.option(
    "--scheduled",
    default="",
    metavar="HH:MM",
    help="When it was to begin, in China: see [schedule]. Default: now.",
)
@state_option
def nightly(campaign: str, *, scheduled: str, state: Path | None) -> int:
    """Make CAMPAIGN's night: wait for its list, run, ask, report, deliver and notify.

    It prints nothing where all is well, asks nothing, and ends with the gravest exit code of what
    it did.
    """
    clock = SystemClock()
    now = in_china(clock.now())
    at_s = parse_clock(scheduled) if scheduled else now.hour * 3600 + now.minute * 60
    if at_s is None:
        raise UsageError(
            filled("--scheduled {words} is no time of day; write it as 20:30", words=scheduled)
        )
    folder = state_folder(state, os.environ)
    try:
        loaded = load_here(Path(campaign), state, clock.now())
    except CampaignInvalid as error:
        say_notes(tell_of_wrong(Path(campaign), folder, error, clock))
        raise
    until = loaded.schedule.begins_until(at_s, clock.now()) if scheduled else None
    request = Request(state=folder, begins_until=until)
    with held_back(wanted=True) as held, watching() as ui:
        noting = NotingUi(ui)
        end = run_night(loaded, request, at_s, Outside(clock, noting))
        log = NightLog(loaded, folder or loaded.state, clock)
        if end.exit is Exit.OK:
            held.drop()
            said = [f"run {report.record.plan.run}: {report.sentence}" for report in end.reports]
            log.add([*noting.noted, *said, _last_words(end)])
        else:
            _print_end(loaded.name, end)
            log.add([_last_words(end)])
    return end.exit


def _last_words(end: NightEnd) -> str:
    return f"{f'run {end.run} ' if end.run else ''}nightly: exit {int(end.exit)}"


def _print_end(name: str, end: NightEnd) -> None:
    """Print what a person must know, beginning with campaign, run and exit code."""
    complain(filled("{campaign} {said}", campaign=name, said=_last_words(end)))
    for report in reversed(end.reports):
        print_report(report)
    for error in filter(None, (end.error, end.undelivered)):
        complain_of(error)
