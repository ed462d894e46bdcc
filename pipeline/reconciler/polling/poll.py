"""Close the books by asking: one pass over every accepted submission that has open rows."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.core.errors import UsageError
from pipeline.core.model import Channel, Recipients, Route
from pipeline.core.outcome import Outcome, Standing
from pipeline.reconciler.context import Parts
from pipeline.reconciler.polling.cases import (
    Case,
    PollAnswer,
    PollOptions,
    Questions,
    Unsettled,
    unsettled_chunks,
)
from pipeline.reconciler.polling.fold import Folded, fold_rows, note_folded, record
from pipeline.reconciler.polling.queries import (
    poll_card,
    poll_counts,
    poll_links,
    poll_sms,
    refused_lately,
)


@dataclass(slots=True)
class PollResult:
    """What a pass brought.

    asked counts questions; unanswered counts submissions that some question about got no answer;
    settled counts rows that became final, changed all rows whose standing changed; open_rows are
    those of accepted submissions that stay open. next_due_s is when another pass can bring
    something, in seconds from the pass's end; None when nothing is open.
    """

    asked: int = 0
    unanswered: int = 0
    settled: int = 0
    changed: int = 0
    open_rows: int = 0
    next_due_s: float | None = None

    def count(self, folded: Folded) -> None:
        """Add one submission."""
        self.settled += folded.closed
        self.changed += len(folded.changed)
        self.open_rows += folded.open.total()

    def due(self, in_s: float) -> None:
        """Take notice that a pass in so many seconds can bring something."""
        self.next_due_s = in_s if self.next_due_s is None else min(self.next_due_s, in_s)


_INTERVAL_S_MIN = 5.0
_INTERVAL_S_MAX = 3600.0
_AFTER_SILENCE_S = 30.0
_INTERVAL_SHARE_OF_AGE = 0.25


async def poll(parts: Parts, options: PollOptions) -> PollResult:
    """Ask once about every accepted submission with open rows, and settle what changed.

    Works chunk by chunk; asks up to options.concurrency submissions at once; writes from this one
    place. Polling twice appends no evidence twice. Cancelling it loses nothing but the answers
    of the chunk at hand. Raises what the ledger raises.
    """
    questions = Questions(parts, options)
    result = PollResult()
    latest = parts.ledger.receipts.latest()
    for chunk in unsettled_chunks(parts.ledger, parts.run):
        cases = list(_cases(parts, chunk))
        polled = await _hear_all(questions, cases)
        standings: dict[int, Standing] = {}
        known = record(parts, cases, polled)
        for case, news, facts in zip(cases, polled, known, strict=True):
            folded = fold_rows(parts, case, facts, news)
            standings.update(folded.changed)
            result.count(folded)
            result.unanswered += news.unanswered
            if folded.open:
                result.due(_due_s(questions, case, news, folded))
        if standings:
            parts.writer.settle(dict(sorted(standings.items())))
    note_folded(parts, latest)
    result.asked = questions.asked
    parts.on_event("poll.finished", asked=result.asked, unanswered=result.unanswered)
    return result


def _cases(parts: Parts, chunk: Sequence[Unsettled]) -> Iterator[Case]:
    recipients = _recipients(parts, chunk)
    for unsettled in chunk:
        submission = unsettled.submission
        rows: dict[str, int] = {}
        if recipients is not None:
            planned = submission.planned(recipients)
            rows = dict(zip(planned.phones, planned.rows, strict=True))
            rows.pop("", None)  # whoever was erased
        yield Case(
            unsettled,
            rows,
            parts.ledger.facts(parts.run, submission),
            parts.ledger.link_life_s(parts.run, submission),
            parts.ledger.routes.makers(parts.run, submission),
        )


def _recipients(parts: Parts, chunk: Sequence[Unsettled]) -> Recipients | None:
    """Return a chunk's recipients where some of its rows may be asked about.

    A purge leaves closed rows without numbers; news that was kept is still folded.
    """
    number = chunk[0].submission.chunk
    if any(unsettled.is_open for unsettled in chunk):
        return parts.ledger.recipients(parts.run, number)
    if not any(unsettled.was_refused for unsettled in chunk):
        return None
    try:
        return parts.ledger.recipients(parts.run, number)
    except UsageError:
        return None


async def _hear_all(questions: Questions, cases: Sequence[Case]) -> list[PollAnswer]:
    polled: list[PollAnswer] = [PollAnswer() for _ in cases]
    queue = iter(range(len(cases)))

    async def work() -> None:
        for index in queue:
            polled[index] = await _poll_once(questions, cases[index])

    async with asyncio.TaskGroup() as group:
        for _ in range(min(questions.options.concurrency, len(cases))):
            group.create_task(work())
    return polled


async def _poll_once(questions: Questions, case: Case) -> PollAnswer:
    waits = case.unsettled.is_open or refused_lately(questions, case)
    if not waits or case.submission.route is Route.PARSE:
        return PollAnswer()
    match questions.parts.carrier(case.submission).channel:
        case Channel.AIM | Channel.AIM_LINKS:
            return await poll_card(questions, case)
        case Channel.AIM_BASIC:
            return await poll_counts(questions, case)
        case Channel.SMS:
            return await poll_sms(questions, case)
        case Channel.LINKS_ONLY:
            return await poll_links(questions, case)


def _due_s(questions: Questions, case: Case, polled: PollAnswer, folded: Folded) -> float:
    now = questions.now()
    if polled.unanswered:
        return _AFTER_SILENCE_S
    interval_s = (now - case.taken_at) * _INTERVAL_SHARE_OF_AGE
    due_s = min(max(interval_s, _INTERVAL_S_MIN), _INTERVAL_S_MAX)
    moments = []
    if Outcome.DELIVERED in folded.open and polled.expires_at is not None:
        moments.append(polled.expires_at)
    if Outcome.SUBMITTED in folded.open:
        moments.append(case.taken_at + questions.options.silence_s)
    return min([due_s, *(moment - now for moment in moments if moment > now)])
