"""Show a run's books so that somebody in marketing understands them."""

from collections.abc import Iterator

from pipeline.cli.terminal.output import between, complain, complain_of, print_json, say, say_first
from pipeline.core.errors import Interrupted, RunHeld, WindowClosed
from pipeline.core.lifecycle import State
from pipeline.core.outcome import OPEN, Outcome
from pipeline.core.pricing import yuan_text
from pipeline.core.times import time_in_china
from pipeline.language import COLON, Text, Words, filled, joined
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
        say(
            filled(
                "{campaign}: run {run} is already complete; nothing was sent.",
                campaign=plan.campaign,
                run=plan.run,
            )
        )
    else:
        say(
            filled(
                "{campaign}: run {run}, {duration_s} s",
                campaign=plan.campaign,
                run=plan.run,
                duration_s=f"{report.duration_s:.0f}",
            )
        )
    print_books(report)
    say(filled("Files: {folder}", folder=report.folder))
    for line in _next_steps(report):
        say(line)
    complain_of_end(report)


def complain_of_end(report: RunReport) -> None:
    """Say on stderr what ended a command early, and what it leaves to a person."""
    if report.stopped is not None:
        complain_of(report.stopped)
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
            mark = Words(" (not final yet)") if outcome in OPEN else ""
            say(joined(f"{count:>{width},}  ", words.name, mark, COLON, words.meaning))
    say(f"  {'-' * (width - 2)}")
    say(filled("{rows}  rows in the spreadsheet", rows=f"{books.rows:>{width},}"))
    if not books.balance:
        complain(Words("the books do not balance; run koosend verify"))


def print_rerun(plan: RerunPlan) -> None:
    """Print what a rerun would send and why not the rest."""
    say_first(marks_of(plan.root))
    if plan.unfinished is not None:
        say(
            filled(
                "Rerun {run} was begun before and is gone on with first.",
                run=plan.unfinished.plan.run,
            )
        )
    say(
        filled(
            "{rows} {rows:row|rows} of run {run} would be sent again:",
            rows=plan.rows,
            run=plan.root.plan.run,
        )
    )
    for outcome, count in plan.chosen.items():
        say(joined(f"  {count:>9,}  ", OUTCOMES[outcome].name, COLON, MAY_BE_RERUN[outcome]))
    say(Words("and these would not:"))
    for (outcome, why), count in plan.reasons.items():
        say(joined(f"  {count:>9,}  ", OUTCOMES[outcome].name, COLON, why))
    if plan.rows and plan.price is not None:
        low, high = yuan_text(plan.price.low), yuan_text(plan.price.high)
        span = between(low, high)
        say(filled("Should all of it arrive, that costs {span} yuan.", span=span))
    if plan.rows or plan.unfinished is not None:
        say(
            filled(
                "Each message is billed. To send: koosend rerun {run} --yes", run=named(plan.root)
            )
        )


def time_text(at: float | None) -> str:
    """Return a time as people in China read it, or a dash."""
    return "-" if at is None else time_in_china(at)


def _next_steps(report: RunReport) -> Iterator[str]:
    """Yield what to do next, fit for what happened."""
    plan, books = report.record.plan, report.books
    run, campaign = named(report.record), by_campaign(report.record)
    if report.elsewhere or isinstance(report.stopped, RunHeld):
        shown = filled("koosend status {run}   (shows how far it is)", run=run)
        yield filled(
            "Next: wait until the process at work on run {run} ends; {shown}",
            run=plan.run,
            shown=shown,
        )
        return
    goes_on = isinstance(report.stopped, Interrupted | WindowClosed)
    if goes_on and (books.outcomes.get(Outcome.PENDING) or books.submissions.get(State.IN_DOUBT)):
        target = run if str(run_kind(report.record)) else campaign
        is_closed = isinstance(report.stopped, WindowClosed)
        when = Words("once the sending window is open: ") if is_closed else ""
        yield filled(
            "Next: koosend run {target}   ({when}goes on with what was left)",
            target=target,
            when=when,
        )
    if books.outcomes.get(Outcome.SUBMITTED) or books.outcomes.get(Outcome.DELIVERED):
        yield filled(
            "Next: koosend reconcile {campaign}   (asks what became of them)", campaign=campaign
        )
    if books.submissions.get(State.IN_DOUBT) and not goes_on:
        yield from _about_doubts(report)
    if books.outcomes.get(Outcome.REFUSED):
        yield filled("Next: koosend rerun {run}   (shows what can be sent again)", run=run)


def _about_doubts(report: RunReport) -> Iterator[Text]:
    if not report.held:
        campaign = by_campaign(report.record)
        yield (
            filled(
                "Next: koosend reconcile {campaign}   (asks about requests in doubt; they "
                "are never sent again unasked)",
                campaign=campaign,
            )
        )
    yield filled(
        "Next: koosend doubts {run}   (shows them, for you to decide)", run=named(report.record)
    )


def print_result(report: RunReport, *, as_json: bool) -> int:
    """Print what a command that sends ends with; return its exit code."""
    if as_json:
        print_json(report.as_json())
        complain_of_end(report)
    else:
        print_report(report)
    return report.exit
