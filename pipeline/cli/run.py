"""`koosend run`."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, Unpack

import click

from pipeline.cli.reconcile import seconds_of
from pipeline.cli.terminal.books import complain_of_end, print_report, print_result
from pipeline.cli.terminal.output import (
    agreed,
    confirm,
    print_json,
    print_table,
    same_account_option,
    say_notes,
    shared_options,
    watching,
)
from pipeline.cli.terminal.question import agree
from pipeline.cli.terminal.quiet import held_back, quiet_option
from pipeline.cli.terminal.tables import Column
from pipeline.core.errors import (
    Exit,
    KoosendError,
    ListQuestioned,
    NewLedger,
    Overtaken,
    RunHeld,
    UsageError,
)
from pipeline.core.model import Channel
from pipeline.core.times import parse_clock
from pipeline.language import Words, filled
from pipeline.report.texts.outcomes import outcome_words
from pipeline.runner.commands.check import look_before
from pipeline.runner.commands.run import (
    Request,
    TrialReport,
    TrialWish,
    run_campaign,
    send_planned,
    send_trial,
)
from pipeline.runner.notifying.desk import tell_of_end
from pipeline.runner.scheduling.told import is_elsewhere, is_news
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import Said, is_run_id, load_here, open_place, state_folder
from pipeline.runner.session.result import RunReport
from pipeline.settings import Campaign
from pipeline.settings.canary import Wish

_TRIAL_COLUMNS = (
    Column(Words("to")),
    Column(Words("outcome")),
    Column(Words("reason"), wraps=True),
    Column(Words("code")),
)


class _Asked(TypedDict):
    """The options of `run`, as click hands them over."""

    again: bool
    yes: bool
    only_first: int | None
    to: tuple[str, ...]
    wait: str
    after_canary: bool
    mended: str | None
    same_account: bool
    new_ledger: bool
    scheduled: str
    quiet: bool
    as_json: bool
    state: Path | None


@click.command(
    epilog="Example:  koosend run configs/aim.toml\n\nThe same command again goes on where an "
    "earlier run of the same input stopped, and never sends a row twice. A run's id goes on with "
    "that run, whatever its source holds by now.\n\n"
    "Try it out:  koosend run configs/aim.toml --to 13800138000 --wait 1m"
)
@click.argument("campaign", metavar="CAMPAIGN-or-RUN")
@click.option("--again", is_flag=True, help="Send the same list once more, on purpose.")
@click.option(
    "--yes",
    is_flag=True,
    help="Do not ask whether it is right: send to a list of unusual size, and go on without the "
    "people whom earlier runs reached; with --again, with all.",
)
@click.option(
    "--only-first",
    type=click.IntRange(min=1),
    metavar="N",
    help="Send to the first N recipients now; a later run goes on with the others.",
)
@click.option(
    "--to",
    multiple=True,
    metavar="NUMBER",
    help="A test send: the first row's message to this number. May be repeated.",
)
@click.option(
    "--wait", default="0", help="With --to: wait so long for what becomes of it: 90s, 5m."
)
@click.option(
    "--after-canary", is_flag=True, help="Go on although the first recipients stopped the run."
)
@click.option(
    "--mended",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Send the mended rows of a rejected.csv, and nobody else.",
)
@same_account_option
@click.option(
    "--new-ledger",
    is_flag=True,
    help="Begin with this ledger, although others sent by the account and nobody knows whom to.",
)
@click.option(
    "--scheduled",
    default="",
    metavar="HH:MM",
    help="What koosend schedule writes: when it was to begin, in China. See [schedule].",
)
@quiet_option
@shared_options
def run(campaign: str, **asked: Unpack[_Asked]) -> int:
    """Send CAMPAIGN: read the source, send what was not sent yet, and settle what can be."""
    _refuse_together(campaign, asked)
    with held_back(wanted=asked["quiet"]) as held:
        try:
            code = _try_out(campaign, asked) if asked["to"] else _sent_and_shown(campaign, asked)
        except (RunHeld, Overtaken):
            if not asked["quiet"]:
                raise
            code = Exit.OK
        except KoosendError as error:
            if asked["scheduled"] or asked["quiet"]:
                say_notes(tell_of_end(campaign, asked["state"], error, SystemClock()))
            raise
        if code == Exit.OK:
            held.drop()
        return code


def _sent_and_shown(campaign: str, asked: _Asked) -> int:
    """Send, asking a person who is there; print how it ended, and return the exit code."""
    if asked["again"]:
        confirm(
            Words("The whole list is sent once more, to everybody on it, and billed again."),
            yes=asked["yes"],
        )
    try:
        report = _sent(campaign, asked)
    except ListQuestioned as found:
        if not sys.stdin.isatty():
            raise
        agreed(
            filled("{sentence}. {question}", sentence=found.sentence, question=found.question),
            abort=True,
        )
        report = _sent(campaign, {**asked, "yes": True})
    if isinstance(report.stopped, NewLedger) and sys.stdin.isatty():
        agreed(filled("{stopped}. Send anyway?", stopped=report.stopped.text), abort=True)
        report = _sent(campaign, {**asked, "new_ledger": True})
    code = print_result(report, as_json=asked["as_json"])
    if asked["scheduled"] or asked["quiet"]:
        is_news([report], SystemClock().now())  # it is told now: the hourly look need not
    say_notes(tell_of_end(campaign, asked["state"], [report], SystemClock()))
    return Exit.OK if asked["quiet"] and is_elsewhere(report) else code


def _refuse_together(campaign: str, asked: _Asked) -> None:
    """Refuse what says two things at once."""
    if asked["again"] and is_run_id(campaign):
        raise UsageError(Words("--again takes a campaign file, not a run"), "KS0208")
    if asked["to"] and is_run_id(campaign):
        raise UsageError(Words("--to takes a campaign file, not a run"), "KS0208")
    alone = {"--to": asked["to"], "--mended": asked["mended"], "--again": asked["again"]}
    given = [name for name, value in alone.items() if value]
    if len(given) > 1:
        raise UsageError(
            filled(
                "{given} and {given_2} exclude each other; say one of them",
                given=given[0],
                given_2=given[1],
            ),
            "KS0206",
        )
    if asked["to"] and (asked["only_first"] or asked["after_canary"]):
        raise UsageError(
            Words("--to sends to the named numbers alone; leave the other options out"), "KS0206"
        )
    if asked["scheduled"] and (is_run_id(campaign) or asked["to"]):
        raise UsageError(Words("--scheduled takes a campaign file, and no --to"), "KS0206")
    if asked["wait"] != "0" and not asked["to"]:
        raise UsageError(
            Words("--wait belongs to --to; koosend reconcile CAMPAIGN --wait waits for a run"),
            "KS0206",
        )


def _sent(campaign: str, asked: _Asked) -> RunReport:
    clock = SystemClock()
    wish = Wish(asked["only_first"] or 0, asked["after_canary"])
    request = Request(
        asked["again"],
        state_folder(asked["state"], os.environ),
        Path(asked["mended"]) if asked["mended"] else None,
        said=Said(same_account=asked["same_account"], new_ledger=asked["new_ledger"]),
        leave_repeats=asked["yes"],
    )
    if not is_run_id(campaign):
        loaded = replace(load_here(Path(campaign), asked["state"], clock.now()), wish=wish)
        if asked["scheduled"]:
            until = loaded.schedule.begins_until(_start_of(asked["scheduled"]), clock.now())
            request = replace(request, begins_until=until)
        _agree(loaded, request, asked)
        with watching() as ui:
            return run_campaign(loaded, request, clock, ui)
    with open_place(campaign, request.state, clock, request.said) as place, watching() as ui:
        loaded = replace(place.campaign_of(place.run, clock.now()), wish=wish)
        if request.mended is None:
            return send_planned(loaded, place, place.run, clock, ui)
        request = replace(request, state=place.state, mends=place.run)
        return run_campaign(loaded, request, clock, ui)


def _start_of(text: str) -> int:
    at_s = parse_clock(text)
    if at_s is None:
        raise UsageError(
            filled("--scheduled {words} is no time of day; write it as 20:30", words=text), "KS0203"
        )
    return at_s


def _agree(campaign: Campaign, request: Request, asked: _Asked) -> None:
    """Ask once, at a terminal, before a new run sends by a real account."""
    rehearses = campaign.account.is_loopback or campaign.message.channel is Channel.LINKS_ONLY
    if asked["yes"] or rehearses or not sys.stdin.isatty():
        return
    if request.mended is not None:
        confirm(
            filled("The mended rows of {mended} are sent to real people.", mended=request.mended),
            yes=False,
        )
        return
    state = request.state or campaign.state
    try:
        with watching() as ui:
            found = look_before(campaign, state, SystemClock(), ui, again=request.again)
    except NewLedger as unknown:
        if not request.said.new_ledger:
            raise
        confirm(
            filled("{unknown}. The list is sent to real people.", unknown=unknown.text), yes=False
        )
        return
    # What keeps it from being sent, the run itself says.
    if found is not None and found.stopped is None:
        agree(found)


def _try_out(campaign: str, asked: _Asked) -> int:
    clock = SystemClock()
    loaded = load_here(Path(campaign), asked["state"], clock.now())
    folder = state_folder(asked["state"], os.environ)
    wish = TrialWish(asked["to"], seconds_of(asked["wait"]), folder)
    with watching() as ui:
        trial = send_trial(loaded, wish, clock, ui)
    if asked["as_json"]:
        print_json(trial.as_json())
        complain_of_end(trial.report)
    else:
        _print_trial(trial)
    return trial.report.exit


def _print_trial(trial: TrialReport) -> None:
    print_report(trial.report)
    channel = trial.report.record.plan.message.channel
    lines = [
        (phone, outcome_words(standing.outcome, channel).name, standing.reason, standing.code)
        for phone, standing in trial.people
    ]
    print_table(_TRIAL_COLUMNS, lines, Words("This was a test send, with the first row's values:"))
