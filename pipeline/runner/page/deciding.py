"""Do what an operator wants, as the commands do it, by the name that they are signed in with.

What sends or reads spreadsheets is loaded when it is first wanted: a service that only shows starts
without it.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from pipeline.core.errors import UsageError
from pipeline.core.model import Rejection
from pipeline.core.phones import mask
from pipeline.core.pricing import yuan_text
from pipeline.core.screening import SuppressionReason
from pipeline.core.times import time_in_china
from pipeline.language import Text, Words, filled
from pipeline.ports import Clock, ControlKind, Suppression
from pipeline.reader.phones import normalise
from pipeline.report.texts.outcomes import OUTCOMES, reason_words
from pipeline.runner.commands.control import Order, order_run
from pipeline.runner.page.stories import REASONS, listed_lines
from pipeline.runner.planning.rerun import MAY_BE_RERUN, RerunPlan, look
from pipeline.runner.session.place import Place
from pipeline.runner.session.shared_lists import share_lists
from pipeline.web.page.shown import (
    Decided,
    DoubtLine,
    DoubtsShown,
    ListShown,
    Ordered,
    RerunShown,
    RunLine,
    Said,
)

_HEEDED = Words("A process is at work on it and heeds that within 2 seconds.")
_NOBODY = Words("No process is at work on it: that holds for the next start.")
_DONE: dict[str, Text] = {
    "release": Words("{n} {n:request|requests} released: the next koosend run sends them again."),
    "assume_sent": Words("{n} {n:request|requests} counted as sent, and never sent again."),
    "give_up": Words("{n} {n:request|requests} given up."),
}


def order(place: Place, wanted: Ordered, clock: Clock) -> Said:
    """Pause, resume, stop or limit a run. Raises UsageError for one that is over."""
    kind = ControlKind(wanted.kind)
    given = Order(kind, wanted.reason, wanted.messages_per_s, wanted.who)
    return _HEEDED if order_run(place, given, clock).at_work else _NOBODY


def doubts_of(place: Place, clock: Clock, line: RunLine) -> DoubtsShown:
    """List a run's doubts, with what was asked about each."""
    listed = _doubts().list_doubts(place, clock)
    nameless = {doubt.name for doubt in listed.nameless}
    found = [
        DoubtLine(
            name=str(doubt.name),
            people=doubt.submission.carried,
            first=doubt.first,
            last=doubt.last,
            sent=time_in_china(doubt.submission.attempted_at),
            why=doubt.why,
            is_settled=doubt.settled,
            is_proved=doubt.proved,
            is_nameless=doubt.name in nameless,
            questions=[(time_in_china(asked.at), asked.answer) for asked in doubt.questions],
        )
        for doubt in (*listed.found, *listed.nameless)
    ]
    return DoubtsShown(line, found, listed.under_way)


def decide(place: Place, decided: Decided, clock: Clock) -> Said:
    """Conclude doubts on a person's word. Raises what the command raises."""
    doubts, by_clock = _doubts(), import_module("pipeline.runner.guards.doubt_clock")
    listed = doubts.list_doubts(place, clock)
    if decided.decision == "release":
        by_clock.refuse_wrong_clock(place, clock, by_age=False)
    chosen = listed.named(list(decided.names), decided.decision)
    names = tuple(doubt.name for doubt in chosen)
    word = doubts.Word(decided.decision, names, decided.reason, decided.who)
    doubts.conclude(place, word, clock)
    return filled(_DONE[decided.decision], n=len(names))


def rerun_of(place: Place, clock: Clock, line: RunLine) -> RerunShown:
    """Say what a rerun would send, why not the rest, and what it costs."""
    campaign = place.campaign_if_sound(place.run, clock.now())
    share_lists(place.ledger, place.state, campaign)
    unwanted: Callable[..., Any] = import_module("pipeline.runner.planning.screening").unwanted
    screen = unwanted(campaign, place.ledger.screening)
    plan = look(place.ledger, place.run, screen, campaign.prices if campaign else None)
    return RerunShown(
        line=line,
        rows=plan.rows,
        chosen=[
            (OUTCOMES[one].name, Words(MAY_BE_RERUN[one]), n) for one, n in plan.chosen.items()
        ],
        left_out=[(OUTCOMES[one].name, Words(why), n) for (one, why), n in plan.reasons.items()],
        price=_price(plan),
        unfinished=plan.unfinished.plan.run if plan.unfinished else "",
    )


def _price(plan: RerunPlan) -> Said:
    if plan.price is None:
        return Words("What it costs is not known: the campaign names no prices.")
    low, high = yuan_text(plan.price.low), yuan_text(plan.price.high)
    if low == high:
        return filled("Should all of it arrive, that costs {yuan} yuan.", yuan=high)
    return filled("Should all of it arrive, that costs {low} to {high} yuan.", low=low, high=high)


def listed(place: Place, text: str, *, whole: bool) -> ListShown:
    """Look at the suppression list of the account that counts; text may be empty."""
    share_lists(place.ledger, place.state, place.campaign)
    book = place.ledger.screening
    counts = {str(reason): len(numbers) for reason, numbers in book.suppressed().items()}
    counts["erased"] = len(book.erased())
    shown = [(REASONS[reason], n) for reason, n in counts.items() if n and reason in REASONS]
    if not text:
        return ListShown(shown)
    phone = _number_of(text)
    known = tuple(book.suppressions([phone], history=True))
    return ListShown(shown, phone if whole else mask(phone), list(listed_lines(known)))


def suppress(place: Place, clock: Clock, text: str, reason: str, who: str) -> Said:
    """Put a number on the list of the account that counts. Raises UsageError for no number."""
    share_lists(place.ledger, place.state, place.campaign)
    phone = _number_of(text)
    entry = Suppression(phone, SuppressionReason.MANUAL, clock.now(), f"page ({who})", reason)
    fresh = place.ledger.screening.suppress([entry])
    text_said = _ADDED if fresh else _THERE
    return filled(text_said, phone=mask(phone))


_ADDED = Words("{phone} is on the list now: nothing is sent to it from here on.")
_THERE = Words("{phone} was on the list already.")


def _number_of(text: str) -> str:
    number = normalise(text)
    if isinstance(number, Rejection):
        raise UsageError(reason_words(str(number)))
    return str(number)


def _doubts() -> Any:  # noqa: ANN401 -- a module
    return import_module("pipeline.runner.commands.doubts")
