"""`koosend status`."""

from collections.abc import Sequence
from pathlib import Path

import click

from pipeline.cli.runs import report_of, stage_of
from pipeline.cli.terminal.books import print_books
from pipeline.cli.terminal.output import print_json, say, say_first, shared_options
from pipeline.core.errors import Exit, gravest
from pipeline.language import Words, filled, joined, listed
from pipeline.ports import Control
from pipeline.report.texts.words import state_key
from pipeline.runner.commands.status import as_json as decisions_as_json
from pipeline.runner.commands.status import (
    control_sentences,
    pushed_so_far,
    sentences,
    taken_oddly,
)
from pipeline.runner.door.signs import signs_of
from pipeline.runner.earlier.alarms import alarms_at, alarms_of
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import open_place
from pipeline.runner.session.result import RunReport

_ODD_SHOWN = 5


@click.command(epilog="Example:  koosend status configs/aim.toml")
@click.argument("run_or_campaign", metavar="[RUN]", required=False)
@click.option(
    "--check",
    is_flag=True,
    help="For monitors: 0 closed or waiting for news, 75 rows unsent, 79 a person must decide, "
    "1 refused by KooMessage. Of a campaign file, all its runs count.",
)
@shared_options
def status(run_or_campaign: str | None, *, as_json: bool, state: Path | None, check: bool) -> int:
    """Say where RUN stands, or the latest run of the state folder."""
    clock = SystemClock()
    with open_place(run_or_campaign, state, clock) as place:
        record = place.record or next(iter(place.ledger.runs()), None)
        if record is None:
            say(Words("no run has been planned in this state folder yet"), err=True)
            return Exit.OK
        report = report_of(place, record)
        pushed = pushed_so_far(place.ledger.receipts)
        decided = place.ledger.canary(record.plan.run)
        words = place.ledger.controls(record.plan.run)
        stage = stage_of(record, place.ledger)
        odd = taken_oddly(place.ledger, record.plan.run)
        door = signs_of(place.ledger, place.state, place.campaign, clock.now())
        alarms = (*alarms_of(place, record, clock), *alarms_at(door)) if check else ()
    code = gravest(alarm.code for alarm in alarms)
    if as_json:
        why_odd = [{"task_name": request.task_name, "why": request.message} for request in odd]
        beside = {
            "pushed": pushed.as_json(),
            "door": door.as_json(),
            "canary": decisions_as_json(decided),
            "control": Control.of(words).as_json(),
            "said_of_it": [word.as_json() for word in words],
        }
        checked = {"alarms": [alarm.as_json() for alarm in alarms], "check": code} if check else {}
        print_json({**report.as_json(), **beside, "taken_oddly": why_odd, **checked})
        return code
    say_first(report.marks)
    if check:
        _say_all([alarm.sentence for alarm in alarms] or [_no_alarm(report)])
        return code
    said = (*sentences(decided, record), *control_sentences(Control.of(words), record))
    _print_status(report, stage, said)
    for request in odd[:_ODD_SHOWN]:
        say(
            filled(
                "Request {task_name} was taken, but: {message}",
                task_name=str(request.task_name),
                message=request.message,
            )
        )
    if len(odd) > _ODD_SHOWN:
        say(filled("and {odd} more like these (--json shows all)", odd=len(odd) - _ODD_SHOWN))
    if pushed.receipts:
        say(pushed.sentence)
    _say_all([filled("{sentence}.", sentence=sentence) for sentence in door.sentences])
    say(filled("Files: {folder}", folder=report.folder))
    return Exit.OK


def _print_status(report: RunReport, stage: str, more: Sequence[str]) -> None:
    plan = report.record.plan
    say(filled("{campaign}: run {run}, {stage}", campaign=plan.campaign, run=plan.run, stage=stage))
    print_books(report)
    _say_all(more)
    say(
        joined(
            Words("Requests: "),
            listed(joined(f"{n:,} ", state_key(s)) for s, n in report.books.submissions.items()),
        )
    )


def _say_all(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        say(sentence)


def _no_alarm(report: RunReport) -> str:
    """Say that nothing is to be done."""
    waiting = report.books.open_rows
    run = report.record.plan.run
    if waiting:
        return filled("run {run}: {rows} {rows:row|rows} may change", run=run, rows=waiting)
    return filled("run {run}: closed", run=run)
