"""Send to the first recipients alone, and to the others only once their messages speak for it."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pipeline.core.canary import NO_BOUND, CanaryCount, CanaryRule, Verdict, count_of
from pipeline.core.errors import OnlyFirst, UsageError, WorkLeft
from pipeline.core.lifecycle import SENDABLE
from pipeline.core.model import Route
from pipeline.core.outcome import Outcome
from pipeline.language import SEMICOLON, Text, Words, filled, joined
from pipeline.logs import Event
from pipeline.ports import CanaryRecord, Ledger, RunRecord, Submission
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import poll
from pipeline.reconciler.receipts import apply_receipts
from pipeline.runner.session.place import is_trial, named
from pipeline.runner.session.session import RunLease, Session
from pipeline.settings.canary import Canary


@dataclass(frozen=True, slots=True)
class Portion:
    """Whole chunks from the first one on, and of the next one the positions before within."""

    chunks: int
    within: int = 0

    def holds(self, submission: Submission) -> bool:
        """Tell whether a submission is part of it.

        Links are made for a whole chunk, since it goes on only when all of them are.
        """
        if submission.chunk != self.chunks:
            return submission.chunk < self.chunks
        makes_links = submission.route is Route.PARSE and self.within > 0
        return makes_links or submission.stop <= self.within


def at_most(ledger: Ledger, record: RunRecord, first: int) -> Portion:
    """Return the submissions of the first recipients, and of nobody else."""
    return Portion(*_place_of(ledger, record, first))


def at_least(ledger: Ledger, record: RunRecord, first: int) -> Portion:
    """Return the fewest submissions that carry the first recipients."""
    chunk, within = _place_of(ledger, record, first)
    if not within:
        return Portion(chunk)
    submissions = ledger.submissions(record.plan.run)
    of_chunk = [request for request in submissions if request.chunk == chunk]
    if any(request.route is Route.PARSE for request in of_chunk):
        return Portion(chunk + 1)
    return Portion(chunk, min(request.stop for request in of_chunk if request.stop >= within))


def outcomes_of(ledger: Ledger, record: RunRecord, portion: Portion) -> Counter[Outcome]:
    """Count the outcomes of who is in it."""
    found: Counter[Outcome] = Counter()
    for block in ledger.outcomes(record.plan.run):
        inside = [portion.holds(submission) for submission in block.table]
        for standing, at in zip(block.standings, block.submissions, strict=True):
            if at >= 0 and inside[at]:
                found[standing.outcome] += 1
        if inside and not any(submission.chunk <= portion.chunks for submission in block.table):
            break
    return found


def _place_of(ledger: Ledger, record: RunRecord, first: int) -> tuple[int, int]:
    """Return the chunk in which a number of recipients ends, and where in it."""
    before = 0
    for chunk in range(record.chunks):
        size = len(ledger.recipients(record.plan.run, chunk))
        if before + size > first:
            return chunk, first - before
        before += size
    return record.chunks, 0


Send = Callable[[Portion | None], Awaitable[None]]
"""Send what is left of a portion, or of the whole run, and settle its doubts."""

_LOOK_S_MIN = 0.2
_LOOK_S_MAX = 30.0
_MINUTES_FROM_S = 90.0


async def send_in_portions(session: Session, send: Send) -> None:
    """Send as much of the run as may be sent now.

    Raises WorkLeft where the rest has to wait: for a later call without --only-first, or for a
    person, since the first recipients did not speak for it.
    """
    hold = session.hold
    first = _first_of(hold)
    asked = hold.campaign.wish.only_first
    only = at_most(hold.ledger, hold.record, asked) if asked else None
    if first is not None:
        portion, canary = first
        portions = [portion, *([only] if only else [])]
        await send(min(portions, key=lambda portion: (portion.chunks, portion.within)))
        if not _left(hold, portion):
            await _await_verdict(session, portion, canary)
    await send(only)
    left = _left(hold, None) if only else []
    if left:
        raise OnlyFirst(
            filled(
                "of the first {asked} recipients everybody is sent to whose requests hold "
                "nobody else; {left} recipients are left: run without --only-first to go on",
                asked=asked,
                left=sum(submission.recipients for submission in left),
            )
        )


def _left(hold: RunLease, portion: Portion | None) -> list[Submission]:
    found = hold.ledger.submissions(hold.record.plan.run, SENDABLE)
    return [submission for submission in found if portion is None or portion.holds(submission)]


def _first_of(hold: RunLease) -> tuple[Portion, Canary] | None:
    """Return who must be waited for, if anybody, and what they must prove.

    Raises WorkLeft where they stopped the run.
    """
    decided = hold.ledger.canary(hold.record.plan.run)
    latest = decided[-1] if decided else None
    if hold.campaign.wish.after_canary:
        _override(hold, latest)
        return None
    canary = hold.campaign.canary
    if latest is not None:
        if latest.verdict is Verdict.STOPPED:
            raise WorkLeft(joined(latest.note, _how_to_go_on(hold), by=SEMICOLON), "KS7509")
        return None
    if canary is None or is_trial(hold.record) or hold.record.recipients <= canary.first:
        return None
    portion = at_least(hold.ledger, hold.record, canary.first)
    beyond = any(not portion.holds(submission) for submission in _left(hold, None))
    return (portion, canary) if beyond else None


def _override(hold: RunLease, latest: CanaryRecord | None) -> None:
    if latest is None or latest.verdict is Verdict.PASSED:
        raise UsageError(
            filled(
                "run {run} was not stopped by its first recipients; leave --after-canary out",
                run=hold.record.plan.run,
            ),
            "KS0217",
        )
    if latest.verdict is Verdict.STOPPED:
        note = Words("a person decided to go on (--after-canary)")
        _record(hold, CanaryRecord(hold.clock.now(), Verdict.OVERRIDDEN, latest.count, note))


async def _await_verdict(session: Session, portion: Portion, canary: Canary) -> None:
    """Ask what became of the first recipients until that is decided. Raises WorkLeft."""
    hold = session.hold
    rule = canary.rule
    ends_at = _sent_at(hold, portion) + canary.wait_s
    is_noted = False
    while True:
        due_s = await _look(session)
        count = count_of(outcomes_of(hold.ledger, hold.record, portion))
        left_s = ends_at - hold.clock.now()
        verdict = rule.judge(count, time_is_over=left_s <= 0)
        if verdict is not None:
            break
        if not is_noted:
            is_noted = True
            hold.ui.note(
                filled(
                    "the first {recipients} are sent to; the others wait for what becomes "
                    "of them, for up to {left_s}",
                    recipients=count.recipients,
                    left_s=_span(left_s),
                )
            )
        rest_s = max(min(due_s, left_s, _LOOK_S_MAX), _LOOK_S_MIN)
        await session.unless_stopped(hold.clock.sleep(rest_s))
    note = say(count, rule, verdict)
    _record(hold, CanaryRecord(hold.clock.now(), verdict, count, note))
    hold.ui.note(note)
    if verdict is Verdict.STOPPED:
        raise WorkLeft(joined(note, _how_to_go_on(hold), by=SEMICOLON), "KS7509")


async def _look(session: Session) -> float:
    """Ask once, and return in how many seconds asking again can bring something."""
    hold = session.hold
    if hold.ledger.receipts.receipt_tallies(hold.clock.now()):
        await session.unless_stopped(apply_receipts(session.parts))
    news = await session.unless_stopped(poll(session.parts, PollOptions()))
    return _LOOK_S_MAX if news.next_due_s is None else news.next_due_s


def _sent_at(hold: RunLease, portion: Portion) -> float:
    """Return when the last answer came; a process that starts anew does not wait anew."""
    times = [
        submission.known_at
        for submission in hold.ledger.submissions(hold.record.plan.run)
        if portion.holds(submission) and submission.known_at is not None
    ]
    return max(times, default=hold.clock.now())


def _record(hold: RunLease, record: CanaryRecord) -> None:
    hold.writer.decide_canary(record)
    hold.events.emit(Event.CANARY_JUDGED, verdict=str(record.verdict), note=record.note)


def say(count: CanaryCount, rule: CanaryRule, verdict: Verdict) -> Text:
    """Say a decision in one clause, with the figures that it rests on."""
    shares = [(count.pessimistic_failed, count.recipients, rule.failed_share_max, Words("failed"))]
    if rule.fallback_share_max < NO_BOUND:
        bad, of = count.pessimistic_no_card, count.delivered
        shares.append((bad, of, rule.fallback_share_max, Words("did not show the card")))
    reasons = [
        filled(
            "{bad} of {of_} {what} or are silent, up to {bad_2} at a confidence of "
            "{confidence}, and {most} are allowed",
            bad=bad,
            of_=of,
            what=what,
            bad_2=f"{rule.upper(bad, of):.1%}",
            confidence=f"{rule.confidence:g}",
            most=f"{most:.1%}",
        )
        for bad, of, most, what in shares
    ]
    begin = Words("the first recipients speak for the others")
    if verdict is not Verdict.PASSED:
        begin = Words("the first recipients do not speak for the others, who are not sent to")
    return filled("{begin}: {reasons}", begin=begin, reasons=joined(*reasons, by=SEMICOLON))


def _span(left_s: float) -> Text:
    if left_s >= _MINUTES_FROM_S:
        return filled("{count} min", count=f"{left_s / 60:.0f}")
    return filled("{count} s", count=f"{max(left_s, 1):.0f}")


def _how_to_go_on(hold: RunLease) -> Text:
    return filled("to go on anyway: koosend run {run} --after-canary", run=named(hold.record))
