"""What a pass asks about, how, and what came of it. Nothing is recorded here."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from pipeline.core.answer import Unanswered
from pipeline.core.lifecycle import State
from pipeline.core.model import RunId
from pipeline.core.outcome import REACHED, SILENCE_S_MAX, Fact, Outcome, Standing
from pipeline.core.times import Backoff
from pipeline.ports import Answered, Ledger, Submission
from pipeline.reconciler.context import Parts, SteadyClock, attempt_of

REVISIONS: Mapping[Outcome, frozenset[Outcome]] = MappingProxyType(
    {
        Outcome.EXPIRED: REACHED | {Outcome.EXPIRED, Outcome.UNDELIVERED, Outcome.REFUSED},
        Outcome.UNDELIVERED: REACHED | {Outcome.UNDELIVERED},
        Outcome.REFUSED: REACHED | {Outcome.UNDELIVERED, Outcome.EXPIRED, Outcome.REFUSED},
        Outcome.FALLBACK_SMS: frozenset({Outcome.FALLBACK_SMS, Outcome.CARD}),
        Outcome.SUPPRESSED: REACHED | {Outcome.UNDELIVERED, Outcome.EXPIRED},
        Outcome.SKIPPED: REACHED | {Outcome.UNDELIVERED, Outcome.EXPIRED},
    }
)
"""What belated news makes of a closed row, so that its order does not matter in the end.

Nobody asks about a closed row again but while others of its submission are asked about, and about
one that its request's own answer refused, until 72 hours are over; but receipts may come days late.
Only stronger proof revises: what a purge has since forgotten changes nothing.
"""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A submission of a task with the recorded standings of all its rows, in row order."""

    submission: Submission
    standings: Mapping[int, Standing]

    @property
    def is_open(self) -> bool:
        """Tell whether a row is open, so that asking is worth it."""
        return any(not standing.is_final for standing in self.standings.values())

    @property
    def was_refused(self) -> bool:
        """Tell whether a row is refused, which news of its message would outweigh."""
        return any(known.outcome is Outcome.REFUSED for known in self.standings.values())


def is_of_a_task(submission: Submission) -> bool:
    """Tell whether there can be news of a submission: it was taken, or its refusal names a task."""
    if submission.state is State.REFUSED:
        return submission.task_id is not None
    return submission.state is State.ACCEPTED


def unsettled_chunks(ledger: Ledger, run: RunId) -> Iterator[list[Unsettled]]:
    """Yield the submissions of one chunk after the other, in source order.

    Those whose rows are all beyond any change are left out. Only one chunk's rows are held at a
    time.
    """
    for of_chunk in _by_chunk(ledger, run):
        chunk = [
            Unsettled(submission, standings)
            for submission, standings in of_chunk
            if any(not s.is_final or s.outcome in REVISIONS for s in standings.values())
        ]
        if chunk:
            yield chunk


def _by_chunk(ledger: Ledger, run: RunId) -> Iterator[list[tuple[Submission, dict[int, Standing]]]]:
    """Yield the submissions of a chunk that are of a task, with their rows."""
    number: int | None = None
    found: dict[int, tuple[Submission, dict[int, Standing]]] = {}
    for block in ledger.outcomes(run):
        heard_of = [is_of_a_task(submission) for submission in block.table]
        for row, standing, index in zip(
            block.rows, block.standings, block.submissions, strict=True
        ):
            if index < 0 or not heard_of[index]:
                continue
            submission = block.table[index]
            if submission.chunk != number:
                if found:
                    yield [found[key] for key in sorted(found)]
                number, found = submission.chunk, {}
            if submission.submission not in found:
                found[submission.submission] = (submission, {})
            found[submission.submission][1][row] = standing
    if found:
        yield [found[key] for key in sorted(found)]


_WAIT_S_MAX = 60.0
_AFTER_SILENCE = Backoff(first_s=0.5, factor=2.0, max_s=30.0)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PollOptions:
    """How a pass asks.

    grace_s is how long after a link's expiry its last news may still arrive. silence_s is how
    long after acceptance no news means expired. reason_s is how long after expiry the question
    for a handset's abilities is repeated before a fallback is closed without its answer. After
    silences_max questions in a row without an answer the pass asks nothing more.
    """

    concurrency: int = 16
    grace_s: float = 10.0
    silence_s: float = SILENCE_S_MAX
    reason_s: float = 3600.0
    silences_max: int = 12


@dataclass(frozen=True, slots=True)
class Case:
    """A submission at hand. rows leads from a phone to its row; facts are known already.

    makers are the submissions that made the links which it carries, where it did not itself.
    """

    unsettled: Unsettled
    rows: Mapping[str, int]
    facts: Mapping[int, tuple[Fact, ...]]
    link_life_s: float | None
    makers: tuple[Submission, ...] = ()

    @property
    def submission(self) -> Submission:
        """Return the submission."""
        return self.unsettled.submission

    @property
    def taken_at(self) -> float:
        """Return when it was known to be taken: later than it was, never earlier."""
        return self.submission.known_at or attempt_of(self.submission)[1]


@dataclass(slots=True)
class PollAnswer:
    """What one submission's questions brought.

    link_expired and silent are only set when the answer that could have told otherwise came after
    that moment.
    """

    pages: list[Answered] = field(default_factory=list)
    link_life_s: float | None = None
    expires_at: float | None = None
    link_expired: bool = False
    silent: bool = False
    unanswered: bool = False
    named: frozenset[int] | None = None


class Questions:
    """Put a pass's questions, at the limiter's pace, more slowly while no answers come."""

    def __init__(self, parts: Parts, options: PollOptions) -> None:
        self.parts = parts
        self.options = options
        self.asked = 0
        self._clock = SteadyClock(parts.clock)
        self._silences = 0
        self._wait_s = 0.0

    @property
    def given_up(self) -> bool:
        """Tell whether too many questions in a row went unanswered."""
        return self._silences >= self.options.silences_max

    def now(self) -> float:
        """Return the wall-clock time, as no correction can move it forward."""
        return self._clock.now()

    async def put(
        self, question: Callable[[], Awaitable[T | Unanswered]]
    ) -> tuple[float, T] | None:
        """Return when the question was put and its answer; None when there was none."""
        if self._wait_s and not self.given_up:
            await self._clock.sleep(self._wait_s)
        if self.given_up:
            return None
        at = 0.0

        def put() -> Awaitable[T | Unanswered]:
            nonlocal at
            at = self.now()
            self.asked += 1
            return question()

        answer = await self.parts.ask(put)
        if isinstance(answer, Unanswered):
            self._on_silence(answer)
            return None
        self._silences, self._wait_s = 0, 0.0
        return at, answer

    def _on_silence(self, answer: Unanswered) -> None:
        self._silences += 1
        asked_for = min(max(answer.wait_s or 0.0, 0.0), _WAIT_S_MAX)
        self._wait_s = max(asked_for, _AFTER_SILENCE.wait_s(self._silences))
        if self._silences == self.options.silences_max:
            self.parts.on_event("poll.gave_up", why=answer.why, unanswered=self._silences)
