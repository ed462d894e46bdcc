"""Show a run's books so that somebody in marketing understands them."""

from collections.abc import Iterator

from pipeline.cli.terminal.output import complain, print_json, say, say_first
from pipeline.core.errors import Interrupted, RunHeld, WindowClosed
from pipeline.core.lifecycle import State
from pipeline.core.outcome import OPEN, Outcome
from pipeline.core.pricing import yuan_text
from pipeline.core.text import counted
from pipeline.core.times import time_in_china
from pipeline.report.texts.outcomes import OUTCOMES, outcome_words
from pipeline.runner.planning.rerun import MAY_BE_RERUN, RerunPlan
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.place import by_campaign, named, run_kind
from pipeline.runner.session.result import RunReport


def print_report(report: RunReport) -> None:
    """Print what a command that sends or reconciles ends with."""
    plan = report.record.plan
    say_first(report.marks)
    if report.already_complete:
        say(f"{plan.campaign}: run {plan.run} is already complete; nothing was sent.")
    else:
        say(f"{plan.campaign}: run {plan.run}, {report.duration_s:.0f} s")
    print_books(report)
    say(f"Files: {report.folder}")
    for line in _next_steps(report):
        say(line)
    complain_of(report)


def complain_of(report: RunReport) -> None:
    """Say on stderr what ended a command early, and what it leaves to a person."""
    if report.stopped is not None:
        complain(str(report.stopped))
    for sentence in filter(None, (*report.leftovers, report.strangers)):
        complain(sentence)


def print_books(report: RunReport) -> None:
    """Print the outcomes, one line each, adding up to the rows."""
    books, channel = report.books, report.record.plan.message.channel
    say(report.sentence)
    width = len(f"{books.rows:,}") + 2
    for outcome in Outcome:
        count = books.outcomes.get(outcome)
        if count:
            words = outcome_words(outcome, channel)
            mark = " (not final yet)" if outcome in OPEN else ""
            say(f"{count:>{width},}  {words.name.en}{mark}: {words.meaning.en}")
    say(f"  {'-' * (width - 2)}")
    say(f"{books.rows:>{width},}  rows in the spreadsheet")
    if not books.balance:
        complain("the books do not balance; run koosend verify")


def print_rerun(plan: RerunPlan) -> None:
    """Print what a rerun would send and why not the rest."""
    say_first(marks_of(plan.root))
    if plan.unfinished is not None:
        say(f"Rerun {plan.unfinished.plan.run} was begun before and is gone on with first.")
    say(f"{counted(plan.rows, 'row')} of run {plan.root.plan.run} would be sent again:")
    for outcome, count in plan.chosen.items():
        say(f"  {count:>9,}  {OUTCOMES[outcome].name.en}: {MAY_BE_RERUN[outcome]}")
    say("and these would not:")
    for (outcome, why), count in plan.reasons.items():
        say(f"  {count:>9,}  {OUTCOMES[outcome].name.en}: {why}")
    if plan.rows and plan.price is not None:
        low, high = yuan_text(plan.price.low), yuan_text(plan.price.high)
        span = high if low == high else f"{low} to {high}"
        say(f"Should all of it arrive, that costs {span} yuan.")
    if plan.rows or plan.unfinished is not None:
        say(f"Each message is billed. To send: koosend rerun {named(plan.root)} --yes")


def time_text(at: float | None) -> str:
    """Return a time as people in China read it, or a dash."""
    return "-" if at is None else time_in_china(at)


def _next_steps(report: RunReport) -> Iterator[str]:
    """Yield what to do next, fit for what happened."""
    plan, books = report.record.plan, report.books
    run, campaign = named(report.record), by_campaign(report.record)
    if report.elsewhere or isinstance(report.stopped, RunHeld):
        shown = f"koosend status {run}   (shows how far it is)"
        yield f"Next: wait until the process at work on run {plan.run} ends; {shown}"
        return
    goes_on = isinstance(report.stopped, Interrupted | WindowClosed)
    if goes_on and (books.outcomes.get(Outcome.PENDING) or books.submissions.get(State.IN_DOUBT)):
        target = run if str(run_kind(report.record)) else campaign
        is_closed = isinstance(report.stopped, WindowClosed)
        when = "once the sending window is open: " if is_closed else ""
        yield f"Next: koosend run {target}   ({when}goes on with what was left)"
    if books.outcomes.get(Outcome.SUBMITTED) or books.outcomes.get(Outcome.DELIVERED):
        yield f"Next: koosend reconcile {campaign}   (asks what became of them)"
    if books.submissions.get(State.IN_DOUBT) and not goes_on:
        yield from _about_doubts(report)
    if books.outcomes.get(Outcome.REFUSED):
        yield f"Next: koosend rerun {run}   (shows what can be sent again)"


def _about_doubts(report: RunReport) -> Iterator[str]:
    if not report.held:
        campaign = by_campaign(report.record)
        yield (
            f"Next: koosend reconcile {campaign}   (asks about requests in doubt; "
            "they are never sent again unasked)"
        )
    yield f"Next: koosend doubts {named(report.record)}   (shows them, for you to decide)"


def print_result(report: RunReport, *, as_json: bool) -> int:
    """Print what a command that sends ends with; return its exit code."""
    if as_json:
        print_json(report.as_json())
        complain_of(report)
    else:
        print_report(report)
    return report.exit
