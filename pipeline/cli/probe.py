"""`koosend probe`."""

import os
from itertools import groupby
from pathlib import Path

import click

from pipeline.cli.terminal.output import (
    has_style,
    print_json,
    print_table,
    say,
    say_first,
    shared_options,
)
from pipeline.cli.terminal.speech import said
from pipeline.cli.terminal.tables import Column
from pipeline.core.errors import DecisionNeeded, Exit
from pipeline.koomessage.probe.findings import Measurement, Topic, Verdict
from pipeline.language import Words, filled
from pipeline.runner.commands.probe import ProbeReport, probe_account
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import state_folder
from pipeline.settings import load_campaign

_COLUMNS = (
    Column(""),
    Column(Words("what")),
    Column(Words("assumed"), wraps=True),
    Column(Words("measured"), wraps=True),
    Column(Words("if it is not so"), wraps=True),
)
_RIGHTS = Words("Rights to read")
_MARKS = {
    Verdict.OK: "ok",
    Verdict.DIFFERS: "DIFFERS",
    Verdict.UNMEASURED: "-",
    Verdict.UNNEEDED: "-",
}


@click.command(
    epilog="Example:  koosend probe campaign.toml\n\nExit codes: 0 whatever was measured is as "
    "assumed, 69/77 nothing could be asked, 79 something differs: a person should know."
)
@click.argument("campaign", type=click.Path(dir_okay=False))
@shared_options
def probe(campaign: str, *, as_json: bool, state: Path | None) -> int:
    """Measure whether CAMPAIGN's account answers as koosend assumes; send and record nothing.

    It only asks: the clock, rights to read, how lists page, filter by name and how far they go.
    """
    clock = SystemClock()
    loaded = load_campaign(Path(campaign), clock.now())
    report = probe_account(loaded, clock, state_folder(state, os.environ))
    if as_json:
        print_json(_as_json(report))
    else:
        _print(report)
    if report.differing:
        raise DecisionNeeded(
            filled(
                "{measurements} {measurements:measurement|measurements} "
                "{measurements:differs|differ} from what koosend assumes of KooMessage; "
                "nothing was sent or recorded: docs/howto/probe.md tells what follows",
                measurements=report.differing,
            ),
            "KS7916",
        )
    return Exit.OK


def _as_json(report: ProbeReport) -> dict[str, object]:
    return {
        "campaign": report.campaign.name,
        **report.marks.as_json(),
        "endpoint": report.campaign.account.endpoint,
        "verdicts": {str(verdict): report.verdicts[verdict] for verdict in Verdict},
        "measurements": [measurement.as_json() for measurement in report.measurements],
    }


def _print(report: ProbeReport) -> None:
    say_first(report.marks)
    say(filled("How {endpoint} answers", endpoint=report.campaign.account.endpoint))
    for title, some in groupby(report.measurements, _title):
        say()
        print_table(_COLUMNS, [_row(measurement) for measurement in some], title)
    say()
    for measurement in report.measurements:
        if measurement.found.verdict is Verdict.DIFFERS:
            say(
                filled(
                    ": {topic} of {of_}: {measured}",
                    topic=Words(measurement.topic),
                    of_=measurement.of,
                    measured=measurement.found.measured,
                ),
                lead=_differs(),
            )
    verdicts = report.verdicts
    say(
        filled(
            "{verdicts} as assumed, {verdicts_2} differ, {verdicts_3} not measured, "
            "{verdicts_4} not needed. Nothing was sent or recorded.",
            verdicts=str(verdicts[Verdict.OK]),
            verdicts_2=str(verdicts[Verdict.DIFFERS]),
            verdicts_3=str(verdicts[Verdict.UNMEASURED]),
            verdicts_4=str(verdicts[Verdict.UNNEEDED]),
        )
    )


def _title(measurement: Measurement) -> str:
    return _RIGHTS if measurement.topic is Topic.RIGHT else Words(measurement.of)


def _row(measurement: Measurement) -> tuple[str, ...]:
    what = measurement.of if measurement.topic is Topic.RIGHT else measurement.topic
    found, assumed = measurement.found, measurement.assumed
    return Words(_MARKS[found.verdict]), Words(what), assumed, found.measured, measurement.otherwise


def _differs() -> str:
    word = said(Words("DIFFERS"))
    return click.style(word, fg="red") if has_style() else word
