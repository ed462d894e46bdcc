"""Ask KooMessage what became of one accepted submission. Nothing is recorded here."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from pipeline.core.answer import FoundTask, News, NewsKind, Unanswered
from pipeline.core.errors import KoosendError
from pipeline.core.model import TaskId
from pipeline.core.outcome import SILENCE_S_MAX, TIMED_OUT_CODE, Fact, Outcome
from pipeline.core.retry import Backoff
from pipeline.ports import Submission
from pipeline.reconciler.counts import (
    FAILED_BY_COUNT,
    LEFT_OUT,
    Share,
    known_by_name,
    only_possibility,
)
from pipeline.reconciler.parts import Parts, SteadyClock, attempt_of
from pipeline.reconciler.unsettled import Unsettled

CAPABILITIES_MAX = 100
"""Numbers in one question (CheckMobileCapability)."""

_DAY_S = 86_400.0
_WAIT_S_MAX = 60.0
_AFTER_SILENCE = Backoff(first_s=0.5, factor=2.0, max_s=30.0)
_REASONS = frozenset(
    {
        NewsKind.RENDERED,
        NewsKind.LINK_FAILED,
        NewsKind.UNSUPPORTED,
        NewsKind.TEMPLATE_INACTIVE,
        NewsKind.SUPPORTED,
    }
)

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
    """A submission at hand. rows leads from a phone to its row; facts are known already."""

    unsettled: Unsettled
    rows: Mapping[str, int]
    facts: Mapping[int, tuple[Fact, ...]]
    link_life_s: float | None

    @property
    def submission(self) -> Submission:
        """Return the submission."""
        return self.unsettled.submission

    @property
    def taken_at(self) -> float:
        """Return when it was known to be taken: later than it was, never earlier."""
        return self.submission.concluded_at or attempt_of(self.submission)[1]


@dataclass(frozen=True, slots=True)
class Page:
    """Facts by row from one answer, without the name of their evidence."""

    source: str
    at: float
    facts: Mapping[int, tuple[Fact, ...]]


@dataclass(slots=True)
class Heard:
    """What one submission's questions brought.

    link_expired and silent are only set when the answer that could have told otherwise came after
    that moment.
    """

    pages: list[Page] = field(default_factory=list)
    link_life_s: float | None = None
    expires_at: float | None = None
    link_expired: bool = False
    silent: bool = False
    unanswered: bool = False


class Questions:
    """Put a pass's questions, at the limiter's pace, more slowly while no answers come."""

    def __init__(self, parts: Parts, options: PollOptions) -> None:
        """Begin a pass."""
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
        await self.parts.admit()
        at = self.now()
        self.asked += 1
        answer = await question()
        self.parts.heed([answer])
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


async def hear_card(questions: Questions, case: Case) -> Heard:
    """Ask who got the message, who saw the card, and once the link is dead why others did not."""
    heard = Heard(unanswered=True)
    gateway, options = questions.parts.gateway, questions.options
    task, (_, attempted_at) = _task_of(case.submission), attempt_of(case.submission)
    begun_at = questions.now()
    if not _all_open_delivered(case):
        delivered = await questions.put(partial(gateway.deliveries, task))
        if delivered is None:
            return heard
        heard.pages.append(_page("deliveries", delivered[0], case, delivered[1]))
    rendered = await questions.put(partial(gateway.renderings, task, attempted_at))
    if rendered is None:
        return heard
    at, renderings = rendered
    heard.pages.append(_page("renderings", at, case, renderings.news))
    heard.link_life_s = renderings.link_life_s
    heard.silent = begun_at >= case.taken_at + options.silence_s
    stated_s = renderings.link_life_s or case.link_life_s
    life_s = stated_s or questions.parts.plan.message.expires_days * _DAY_S
    heard.expires_at = case.taken_at + life_s + options.grace_s
    heard.unanswered = False
    if at >= heard.expires_at:
        heard.unanswered = not await _hear_reasons(questions, case, heard)
        heard.link_expired = not heard.unanswered or at >= heard.expires_at + options.reason_s
    return heard


async def hear_counts(questions: Questions, case: Case) -> Heard:
    """Ask for a task's counts, and draw from them what they prove of single numbers."""
    parts = questions.parts
    name, attempted_at = attempt_of(case.submission)
    found = await questions.put(
        partial(parts.gateway.find, parts.plan.message.channel, name, attempted_at)
    )
    if found is None:
        return Heard(unanswered=True)
    at, tasks = found
    heard = Heard(silent=at >= case.taken_at + questions.options.silence_s)
    for task in tasks:
        if task.task_name == name and task.task_id == case.submission.task_id:
            _draw(heard, case, at, task)
            break
    return heard


def _draw(heard: Heard, case: Case, at: float, task: FoundTask) -> None:
    known = known_by_name(case.unsettled.standings.keys(), case.facts)
    share = only_possibility(task, known)
    fact = None
    if share is Share.SUCCEEDED:
        fact = Fact(NewsKind.DELIVERED, "", "", "")
    elif share is Share.FAILED:
        fact = Fact(NewsKind.FAILED, FAILED_BY_COUNT, "", "")
    elif share is Share.TIMED_OUT:
        fact = Fact(NewsKind.FAILED, TIMED_OUT_CODE, "", "")
    elif share is Share.LEFT_OUT and heard.silent:
        # Right after acceptance a total may still be growing; later it is what was taken.
        fact = Fact(NewsKind.REFUSED, LEFT_OUT, "", "")
    if fact is not None:
        heard.pages.append(Page("list", at, dict.fromkeys(known.unknown, (fact,))))


async def _hear_reasons(questions: Questions, case: Case, heard: Heard) -> bool:
    """Ask why numbers saw no card; tell whether all of it was answered."""
    gateway, template = questions.parts.gateway, questions.parts.plan.message.template
    phones = _without_reason(case, heard)
    for start in range(0, len(phones), CAPABILITIES_MAX):
        some = phones[start : start + CAPABILITIES_MAX]
        able = await questions.put(partial(gateway.capabilities, some, template))
        if able is None:
            return False
        heard.pages.append(_page("capabilities", able[0], case, able[1]))
    return True


def _without_reason(case: Case, heard: Heard) -> list[str]:
    phones: list[str] = []
    for phone, row in case.rows.items():
        if case.unsettled.standings[row].is_final:
            continue
        known = case.facts.get(row, ())
        kinds = {fact.kind for fact in known}
        kinds.update(fact.kind for page in heard.pages for fact in page.facts.get(row, ()))
        if NewsKind.DELIVERED in kinds and not kinds & _REASONS:
            phones.append(phone)
    return phones


def _all_open_delivered(case: Case) -> bool:
    return all(
        standing.is_final
        or standing.outcome is Outcome.DELIVERED
        or any(fact.kind is NewsKind.DELIVERED for fact in case.facts.get(row, ()))
        for row, standing in case.unsettled.standings.items()
    )


def _page(source: str, at: float, case: Case, news: Iterable[News]) -> Page:
    """Turn news of phones into facts of rows; news of other numbers is not ours."""
    facts: dict[int, tuple[Fact, ...]] = {}
    for one in news:
        row = case.rows.get(one.phone)
        if row is not None:
            facts[row] = (*facts.get(row, ()), Fact(one.kind, one.code, one.at, ""))
    return Page(source, at, facts)


def _task_of(submission: Submission) -> TaskId:
    if submission.task_id is None:
        raise KoosendError(
            f"The ledger has submission {submission.chunk}/{submission.submission} as accepted"
            " without a task id; run `koosend verify`."
        )
    return submission.task_id
