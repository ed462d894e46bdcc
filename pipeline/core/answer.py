"""The four things that can be true after an attempt, and the news that comes later."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from pipeline.core.lifecycle import Event
from pipeline.core.model import TaskId, TaskName
from pipeline.language import SEMICOLON, filled, joined


@dataclass(frozen=True, slots=True)
class Accepted:
    """KooMessage took the request.

    refused maps a number it left out to its code; links, a number to the link that was made.
    said is what it says beside the task id; taken, how many numbers it counts as taken; named, the
    numbers that it names one by one. None and an empty named say that it tells nothing of that.
    """

    task_id: TaskId
    refused: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    said: str = field(default="", kw_only=True)
    taken: int | None = field(default=None, kw_only=True)
    named: Collection[str] = field(default=frozenset(), kw_only=True)


@dataclass(frozen=True, slots=True)
class Refused:
    """KooMessage proved that it took nothing, and never will take this request.

    stops_run says that the next request would be refused for the same reason (template,
    signature, account), so that sending on is of no use. split says that the request was too
    large: its rows may be sent in smaller ones. about_rows says that the code is known to be about
    this request's rows; several equal refusals that are not are about something else.

    axiom is the code where we only believe, and have not seen, that it means that nothing was
    taken; empty where the refusal is no such belief, or nothing left. task_id is the task that the
    refusal itself names: news of it says that something was taken after all.
    """

    code: str
    message: str
    stops_run: bool = False
    split: bool = field(default=False, kw_only=True)
    about_rows: bool = field(default=False, kw_only=True)
    axiom: str = field(default="", kw_only=True)
    task_id: TaskId | None = field(default=None, kw_only=True)


class Hindrance(StrEnum):
    """Why nothing was taken, although the request itself is sound.

    EXPIRED: what proved who we are was refused, and another proof is to be had at once.
    """

    RATE = "rate"
    UNREACHABLE = "unreachable"
    CREDENTIALS = "credentials"
    EXPIRED = "expired"
    CLOCK = "clock"
    UNTRUSTED = "untrusted"


@dataclass(frozen=True, slots=True)
class Throttled:
    """It is proved that nothing was taken: the only answer after which we send again.

    wait_s is what the provider asks us to wait; ceiling_per_s is the rate it names, in calls.
    axiom is the code that is believed to mean that nothing was taken (koomessage/codes.AXIOMS);
    empty where nothing left, which needs no belief.
    """

    hindrance: Hindrance
    message: str
    wait_s: float | None = None
    ceiling_per_s: float | None = None
    axiom: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class Lost:
    """Nothing is proved: KooMessage may have taken the request. why holds no number or secret."""

    why: str


Answer = Accepted | Refused | Throttled | Lost


def event_of(answer: Answer) -> Event:
    """Name the step of the submission's life that an answer is."""
    match answer:
        case Accepted():
            return Event.WAS_ACCEPTED
        case Refused():
            return Event.WAS_REFUSED
        case Throttled():
            return Event.WAS_THROTTLED
        case Lost():
            return Event.WAS_LOST
        case _:
            assert_never(answer)


TAKEN_ODDLY = "taken_oddly"
"""The code of a submission that was accepted, but not plainly all of it."""


def oddity_of(answer: Accepted, phones: Sequence[str]) -> str:
    """Say what is odd about an acceptance of these numbers; empty where nothing is."""
    oddities = [filled("it says {said}", said=answer.said)] if answer.said else []
    wanted = len(phones) - len(answer.refused)
    if answer.taken is not None and answer.taken < wanted:
        oddities.append(
            filled(
                "it counts {taken} of {wanted} numbers as taken",
                taken=str(answer.taken),
                wanted=str(wanted),
            )
        )
    unnamed = sum(phone not in answer.named for phone in phones) if answer.named else 0
    if unnamed:
        oddities.append(
            filled(
                "it does not name {unnamed} of {phones} numbers",
                unnamed=str(unnamed),
                phones=str(len(phones)),
            )
        )
    return joined(*oddities, by=SEMICOLON)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that got no usable answer: nothing is learned, ask again later.

    hindrance says what kept the answer, where that is one of those we tell apart. foreign says
    that something answered which does not speak as KooMessage does: a proxy, a sign-in page.
    unreadable says that KooMessage answered, with a list from which nothing can be concluded:
    another question will hardly bring more.
    """

    why: str
    wait_s: float | None = None
    hindrance: Hindrance | None = None
    foreign: bool = field(default=False, kw_only=True)
    unreadable: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class RecentTasks:
    """Tasks of an account, each with its name and its template; missing says why not all."""

    tasks: tuple[tuple[str, str], ...]
    missing: "Unanswered | None" = None


@dataclass(frozen=True, slots=True)
class FoundTask:
    """A task that KooMessage lists. Counts are None where its list does not give them.

    total: numbers it took; the rest are those of them that ended each way so far. failed_state is
    the state as it is listed, where that says that the task failed and no count says otherwise;
    nothing_sent, that it failed before anything was sent.
    """

    task_name: TaskName
    task_id: TaskId
    total: int | None = None
    succeeded: int | None = None
    failed: int | None = None
    timed_out: int | None = None
    failed_state: str = field(default="", kw_only=True)
    nothing_sent: bool = field(default=False, kw_only=True)


class NewsKind(StrEnum):
    """What one piece of news says of one number.

    UNKNOWN_CODE is news of its message that proves nothing: a code that nobody knows, or that its
    own status contradicts. UNDER_WAY says that the provider has its message and no result yet.
    TASK_FAILED says that its task is listed as failed; NOT_SENT, that the task is listed as failed
    before anything was sent; NOT_NAMED, that an answer which names numbers does not name it.
    """

    REFUSED = "refused"
    DELIVERED = "delivered"
    FAILED = "failed"
    RENDERED = "rendered"
    LINK_FAILED = "link_failed"
    UNSUPPORTED = "unsupported"
    TEMPLATE_INACTIVE = "template_inactive"
    SUPPORTED = "supported"
    WITHHELD = "withheld"
    TASK_FAILED = "task_failed"
    NOT_SENT = "not_sent"
    NOT_NAMED = "not_named"
    UNKNOWN_CODE = "unknown_code"
    UNDER_WAY = "under_way"


@dataclass(frozen=True, slots=True)
class News:
    """One piece of news of one number. at is the provider's own time text, or empty.

    parts: how many parts its SMS was cut into; 0 where that is not told.
    """

    phone: str
    kind: NewsKind
    code: str = ""
    at: str = ""
    parts: int = 0


@dataclass(frozen=True, slots=True)
class Renderings:
    """What KooMessage knows of a task's links: news of numbers, and the links' life in seconds.

    link_life_s is expiry less creation as the provider states both, so that no zone matters;
    None where it states neither.
    """

    news: tuple[News, ...]
    link_life_s: float | None = None


@dataclass(frozen=True, slots=True)
class DayCount:
    """What a day's report counts of a template: numbers submitted. day is 2026-11-22."""

    day: str
    submitted: int
