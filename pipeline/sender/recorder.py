"""Put what several workers have to record into one transaction."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from pipeline.core.errors import KoosendError
from pipeline.core.lifecycle import Event
from pipeline.language import Words
from pipeline.ports import Attempt, Clock, Conclusion, RunWriter, Submission


class _Intent(NamedTuple):
    attempt: Attempt
    listed_to: int


_Item = TypeVar("_Item", _Intent, Conclusion)


@dataclass(slots=True, eq=False)
class _Entry(Generic[_Item]):
    item: _Item
    done: asyncio.Future[None]
    recorded: bool = False


class Recorder:
    """Write intents and conclusions to the ledger, those of one turn of the loop together.

    Once the ledger could not record, no further intent is taken; conclusions are still tried.
    """

    def __init__(self, writer: RunWriter, clock: Clock) -> None:
        self.failure: KoosendError | None = None
        self._writer = writer
        self._clock = clock
        self._intents: list[_Entry[_Intent]] = []
        self._conclusions: list[_Entry[Conclusion]] = []
        self._scheduled = False

    async def begin(self, attempt: Attempt, listed_to: int) -> None:
        """Record an intent; on return it is on disk. When cancelled, leave no intent behind.

        listed_to is how far the suppression list was looked at for it. Raises LedgerUnwritable,
        Overtaken or Outdated: nothing may be sent.
        """
        entry = _Entry(_Intent(attempt, listed_to), self._schedule())
        self._intents.append(entry)
        try:
            await entry.done
        except asyncio.CancelledError:
            if entry.recorded:
                self.conclude_now(self.withdrawal(attempt))
            raise

    async def conclude(self, conclusion: Conclusion) -> None:
        """Record what became known. When cancelled, it is recorded anyway.

        Raises LedgerUnwritable or Overtaken: the submission stays in flight.
        """
        entry = _Entry(conclusion, self._schedule())
        self._conclusions.append(entry)
        await entry.done

    def conclude_now(self, conclusion: Conclusion) -> None:
        """Record while being cancelled. Where the ledger cannot, the submission stays in flight."""
        try:
            self._writer.conclude([conclusion])
        except KoosendError as error:
            self.failure = self.failure or error

    def split(
        self, conclusion: Conclusion, parts: Sequence[Sequence[int]]
    ) -> tuple[Submission, ...]:
        """Record that a request was too large, and plan its parts.

        Raises LedgerUnwritable or Overtaken: the submission stays in flight.
        """
        try:
            return self._writer.split(conclusion, parts)
        except KoosendError as error:
            self.failure = self.failure or error
            raise

    def withdrawal(self, attempt: Attempt) -> Conclusion:
        """Say that an intent was given up before its request left: nothing can have been taken."""
        where = (*attempt.place, Event.WAS_THROTTLED, self._clock.now())
        return Conclusion(*where, code="withdrawn", message=Words("the request never left"))

    def _schedule(self) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()
        if not self._scheduled:
            self._scheduled = True
            loop.call_soon(self._flush)
        return loop.create_future()

    def _flush(self) -> None:
        """Write what has gathered. Conclusions go first: if they fail, no intent is recorded."""
        self._scheduled = False
        conclusions, self._conclusions = self._conclusions, []
        intents, self._intents = self._intents, []
        self._write(self._writer.conclude, conclusions)
        wanted = [entry for entry in intents if not entry.done.cancelled()]
        if self.failure is None:
            self._write(self._begin, wanted)
        else:
            _settle(wanted, self.failure)

    def _begin(self, intents: Sequence[_Intent]) -> None:
        listed_to = min(intent.listed_to for intent in intents)
        self._writer.begin([intent.attempt for intent in intents], listed_to)

    def _write(
        self, write: Callable[[Sequence[_Item]], None], entries: Sequence[_Entry[_Item]]
    ) -> None:
        if not entries:
            return
        try:
            write([entry.item for entry in entries])
        except KoosendError as error:
            self.failure = self.failure or error
            _settle(entries, error)
        except Exception as error:  # noqa: BLE001  # it is raised by who waits for that entry
            if len(entries) == 1:
                _settle(entries, error)
            else:
                for entry in entries:  # one outdated or illegal step must not take others along
                    self._write(write, [entry])
        else:
            for entry in entries:
                entry.recorded = True
            _settle(entries, None)


def _settle(entries: Sequence[_Entry[_Item]], error: Exception | None) -> None:
    for entry in entries:
        if entry.done.done():
            continue
        if error is None:
            entry.done.set_result(None)
        else:
            entry.done.set_exception(error)
