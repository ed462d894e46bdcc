"""Believe answers as far as this account's experience goes, and split what was too large."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.core.answer import Answer, Lost, Refused, Throttled
from pipeline.core.lifecycle import Event
from pipeline.core.model import Channel
from pipeline.language import filled
from pipeline.ports import AccountStore, Clock, Conclusion, Submission
from pipeline.sender.recorder import Recorder

_BY_PROVIDER = "KM."
"""Codes of KooMessage itself begin so: what it says of numbers is learned, what we judge is not."""


def code_of(answer: Answer) -> str:
    """Return the provider's code by which an answer is believed to prove that nothing was taken."""
    match answer:
        case Refused():
            return answer.code
        case Throttled():
            return answer.axiom
        case _:
            return ""


class Splitter:
    """Judge an answer before it is recorded, and plan the parts of what was too large."""

    def __init__(self, store: AccountStore, recorder: Recorder, clock: Clock) -> None:
        self._store = store
        self._recorder = recorder
        self._clock = clock

    def believe(self, answer: Answer, recipients: int) -> Answer:
        """Return what an answer proves of a request of that many recipients.

        Where a request of this account was taken although it was answered with the same code, the
        code proves nothing. Who is alone in a request that is too large is refused.
        """
        code = code_of(answer)
        if code and code in self._store.doubtful_codes():
            return Lost(
                filled("{code}, by which a request of this account was taken before", code=code)
            )
        if isinstance(answer, Refused) and answer.split and recipients == 1:
            return replace(answer, split=False, about_rows=True)
        return answer

    def split(
        self, submission: Submission, rows: Sequence[int], channel: Channel, answer: Refused
    ) -> tuple[Submission, ...]:
        """Conclude that a request was too large; return the submissions that carry its rows."""
        now = self._clock.now()
        half = (len(rows) + 1) // 2
        size = min(half, self._store.sizes().get(channel, half))
        if answer.code.startswith(_BY_PROVIDER):
            self._store.learn_size(channel, half, now, answer.code)
        where = (*submission.place, Event.WAS_SPLIT, now)
        conclusion = Conclusion(*where, code=answer.code, message=answer.message)
        parts = [rows[at : at + size] for at in range(0, len(rows), size)]
        return self._recorder.split(conclusion, parts)
