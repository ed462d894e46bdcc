"""Make one attempt: intent on disk, request, answer on disk."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from pipeline.core.answer import (
    TAKEN_ODDLY,
    Accepted,
    Answer,
    Hindrance,
    Lost,
    Refused,
    Throttled,
    event_of,
    oddity_of,
)
from pipeline.core.model import Recipients
from pipeline.language import Words
from pipeline.ports import Attempt, Conclusion, Prepared, Submission
from pipeline.sender.options import SenderParts
from pipeline.sender.queue import Job
from pipeline.sender.recorder import Recorder
from pipeline.sender.splitting import Splitter, code_of


@dataclass(slots=True)
class Request:
    """One attempt that may leave. left_at is monotonic; None until its first byte may be out.

    listed_to is how far the suppression list was looked at for it. parts carry its recipients from
    now on, where it was too large.
    """

    job: Job
    attempt: int
    prepared: Prepared
    recipients: Recipients
    listed_to: int = 0
    left_at: float | None = None
    parts: Sequence[Submission] = ()


class Attempter:
    """Carry a request through, so that at every await the ledger knows enough."""

    def __init__(self, parts: SenderParts, recorder: Recorder, *, stale_s: float) -> None:
        """Withdraw an intent that is older than stale_s when its request would leave."""
        self._gateway = parts.gateway
        self._recorder = recorder
        self._clock = parts.clock
        self._splitter = Splitter(parts.store, recorder, parts.clock)
        self._stale_s = stale_s

    async def make(self, request: Request) -> Answer:
        """Attempt, and return the answer once it is recorded.

        When cancelled, what is known is recorded: nothing at all, that the request never left, or
        that its answer is lost. Raises LedgerUnwritable or Overtaken: before the request left,
        nothing was sent; after it, the submission stays in flight. Raises Outdated where it must be
        made ready anew: nothing was recorded or sent.
        """
        submission = request.job.submission
        intended = self._clock.monotonic()
        name = request.prepared.task_name
        intent = Attempt(*submission.place, request.attempt, name, self._clock.now())
        await self._recorder.begin(intent, request.listed_to)
        request.job.attempts = request.attempt
        # Whichever clock has moved more: the time of day may have been set back meanwhile.
        age_s = max(self._clock.now() - intent.at, self._clock.monotonic() - intended)
        if age_s > self._stale_s:
            await self._recorder.conclude(self._recorder.withdrawal(intent))
            return Throttled(
                Hindrance.UNREACHABLE, Words("this process stood still before sending")
            )
        answer = await self._submit(request, intent.at)
        return await self._record(request, answer)

    async def _record(self, request: Request, said: Answer) -> Answer:
        """Record what an answer proves, and return that."""
        answer = self._splitter.believe(said, len(request.recipients))
        if isinstance(answer, Refused) and answer.split:
            channel, rows = request.prepared.channel, request.recipients.rows
            request.parts = self._splitter.split(request.job.submission, rows, channel, answer)
        else:
            await self._recorder.conclude(self._conclusion(request, answer))
        return answer

    async def _submit(self, request: Request, intended_at: float) -> Answer:
        prepared = replace(request.prepared, intended_at=intended_at)
        request.left_at = self._clock.monotonic()
        try:
            return await self._gateway.submit(prepared)
        except BaseException as error:
            stopped = isinstance(error, asyncio.CancelledError)
            ours = Words("an error of ours while waiting for the answer")
            lost = Lost(Words("stopped before the answer came") if stopped else ours)
            self._recorder.conclude_now(self._conclusion(request, lost))
            raise

    def _conclusion(self, request: Request, answer: Answer) -> Conclusion:
        where = (*request.job.submission.place, event_of(answer), self._clock.now())
        match answer:
            case Accepted():
                return _taken(Conclusion(*where, task_id=answer.task_id), request, answer)
            case Refused():
                return Conclusion(*where, answer.task_id, answer.code, answer.message)
            case Throttled():
                code = code_of(answer) or answer.hindrance.value
                return Conclusion(*where, code=code, message=answer.message)
            case Lost():
                return Conclusion(*where, code="lost", message=answer.why)
            case _:
                assert_never(answer)


def _taken(concluded: Conclusion, request: Request, answer: Accepted) -> Conclusion:
    """Add what an acceptance says of single numbers, and what is odd about it."""
    whom = request.recipients
    odd = oddity_of(answer, whom.phones)
    rows = zip(whom.rows, whom.phones, strict=True)
    return replace(
        concluded,
        code=TAKEN_ODDLY if odd else "",
        message=odd,
        refused=_by_row(whom, answer.refused),
        links=_by_row(whom, answer.links),
        unnamed=[row for row, phone in rows if answer.named and phone not in answer.named],
    )


def _by_row(recipients: Recipients, said: Mapping[str, str]) -> Mapping[int, str] | None:
    """Give what was said of numbers their rows. A number that was not sent to has none."""
    if not said:
        return None
    return {
        row: said[phone]
        for row, phone in zip(recipients.rows, recipients.phones, strict=True)
        if phone in said
    }
