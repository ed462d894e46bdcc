"""What is what: judge each reply, once, by one rule for sends and one for questions.

For a send, whatever does not prove the contrary is in doubt.
"""

import math
import re
from collections.abc import Callable
from typing import Final, TypeVar

from pipeline.core.answer import Answer, Hindrance, Lost, Refused, Throttled, Unanswered
from pipeline.core.times import DAY_S, HOUR_S
from pipeline.koomessage.codes import (
    DOUBTFUL_CODES,
    DOUBTFUL_STATUSES,
    Complaint,
    axiom_of,
    complaint_of,
    explain,
    is_about_rows,
    splits,
    stops_run,
)
from pipeline.koomessage.decoding import FOREIGN, Complained, Foreign, Unreadable
from pipeline.koomessage.transport.calls import STALE_S, Failed, Reply
from pipeline.koomessage.transport.clock_skew import date_s, is_apart, say_apart
from pipeline.language import Words

Found = TypeVar("Found")

WAIT_S_MAX: Final = 60.0
"""We never wait longer because of one answer, whatever it asks for."""

_RATE_WAIT_S: Final = 1.0
"""How long a question waits that was refused for its rate without being told how long."""

_PORTAL_STATUSES: Final = frozenset({407, 511})
"""What proxies and sign-in pages answer for themselves (RFC 9110, RFC 6585)."""

_ABSURD_WAIT_S: Final = DAY_S
_ABSURD_CALLS_PER_S: Final = 1_000_000.0
_LIMIT = re.compile(r"limit:\s*(\d{1,9})\s*,\s*time:\s*(\d{1,6})\s*(second|minute|hour|day)")
_UNIT_S = {"second": 1.0, "minute": 60.0, "hour": HOUR_S, "day": DAY_S}


def answer_of(reply: Reply | Failed, read: Callable[[bytes], Answer]) -> Answer:
    """Say what is true after a send. read judges the body of a reply that claims success."""
    match reply:
        case Failed(written=False):
            return Throttled(reply.hindrance, reply.why)
        case Failed():
            return Lost(reply.why)
        case Reply(status=status) if 200 <= status < 300:  # noqa: PLR2004 - HTTP's own classes
            return read(reply.body)
        case Reply(status=status) if 400 <= status < 500:  # noqa: PLR2004 - HTTP's own classes
            return _turned_away(reply)
        case Reply():
            return _in_doubt(reply, complaint_of(reply.body))


def body_of(reply: Reply | Failed) -> bytes | Unanswered:
    """Return the body of a question's answer, or say that there is none."""
    match reply:
        case Failed(foreign=True):
            return Unanswered(f"{FOREIGN}: {reply.why}", foreign=True)
        case Failed():
            return Unanswered(reply.why, hindrance=reply.hindrance)
        case Reply(status=200):
            return reply.body
        case Reply(status=401):
            refused = _unauthorised(reply, complaint_of(reply.body))
            return Unanswered(refused.message, hindrance=refused.hindrance)
        case Reply(status=status) if 300 <= status < 400 or status in _PORTAL_STATUSES:  # noqa: PLR2004 - HTTP's own classes
            return Unanswered(f"{FOREIGN}: HTTP {status}", foreign=True)
        case Reply():
            return _unanswered(reply)


def unread(error: Unreadable) -> Unanswered:
    """Say of a question that its answer cannot be read."""
    is_foreign = isinstance(error, Foreign)
    lasting = not is_foreign and not isinstance(error, Complained)
    return Unanswered(str(error), foreign=is_foreign, unreadable=lasting)


def inconclusive(why: str) -> Unanswered:
    """Say of a list that it was read, and that nothing can be concluded from it."""
    return Unanswered(why, unreadable=True)


def answered(reply: Reply | Failed, read: Callable[[bytes], Found]) -> Found | Unanswered:
    """Read a question's answer, or say why there is none that can be read."""
    return understood(body_of(reply), read)


def understood(body: bytes | Unanswered, read: Callable[[bytes], Found]) -> Found | Unanswered:
    """Read an answer's body, if there is any; read raises Unreadable."""
    if isinstance(body, Unanswered):
        return body
    try:
        return read(body)
    except Unreadable as error:
        return unread(error)


def ahead_of(reply: Reply | Failed, read: Callable[[bytes], object]) -> float | Unanswered:
    """Tell how far our clock is ahead of an answer that is KooMessage's own, by its date.

    read raises Foreign for a body that is not. An error of its own will do. What stands between
    dates its pages as well, which proves nothing.
    """
    body = body_of(reply)
    if isinstance(body, Unanswered):
        if isinstance(reply, Failed) or not complaint_of(reply.body).is_proof:
            return body
    else:
        try:
            read(body)
        except Foreign as error:
            return unread(error)
        except Unreadable:
            pass  # an error inside HTTP 200 is KooMessage's own
    ahead_s = reply.ahead_s if isinstance(reply, Reply) else None
    return Unanswered(Words("the answer has no date")) if ahead_s is None else ahead_s


def retry_after_s(reply: Reply) -> float | None:
    """Read Retry-After in seconds or as a date; None where it is missing or absurd."""
    stated = reply.retry_after.strip()
    try:
        wait_s = float(stated)
    except ValueError:
        due = date_s(stated)
        if due is None:
            return None
        wait_s = due - (date_s(reply.date) or reply.read_at)
    if not math.isfinite(wait_s) or not 0 <= wait_s <= _ABSURD_WAIT_S:
        return None
    return min(wait_s, WAIT_S_MAX)


def ceiling_per_s(message: str) -> float | None:
    """Read the rate that a rate refusal names (APIGW.0308), in calls per second."""
    found = _LIMIT.search(message)
    if found is None:
        return None
    span_s = int(found[2]) * _UNIT_S[found[3]]
    rate = int(found[1]) / span_s if span_s else 0.0
    return rate if 0 < rate <= _ABSURD_CALLS_PER_S else None


def _unanswered(reply: Reply) -> Unanswered:
    complaint = complaint_of(reply.body)
    why = explain(complaint.code, complaint.message)
    wait_s = retry_after_s(reply) if reply.status >= 429 else None  # noqa: PLR2004 - HTTP's own
    if reply.status == 429:  # noqa: PLR2004 - HTTP's own
        wait_s = wait_s or _RATE_WAIT_S
    return Unanswered(f"HTTP {reply.status} {complaint.code}: {why}", wait_s)


def _unauthorised(reply: Reply, complaint: Complaint) -> Throttled:
    axiom = axiom_of(reply.status, complaint.code) or ""
    if abs(reply.read_at - reply.signed_at) > STALE_S:
        late = Words("the request arrived too late for its signature")
        return Throttled(Hindrance.UNREACHABLE, late, axiom=axiom)
    if reply.ahead_s is not None and is_apart(reply.ahead_s):
        return Throttled(Hindrance.CLOCK, say_apart(reply.ahead_s), axiom=axiom)
    why = explain(complaint.code, complaint.message)
    hindrance = Hindrance.EXPIRED if reply.renewed else Hindrance.CREDENTIALS
    return Throttled(hindrance, why, axiom=axiom)


def _turned_away(reply: Reply) -> Answer:
    """Judge a 4xx. Without a code of the provider's own form it may be a proxy's word."""
    complaint = complaint_of(reply.body)
    if not complaint.is_proof:
        return _in_doubt(reply, complaint)
    believed = axiom_of(reply.status, complaint.code)
    match reply.status:
        case 401 if believed:
            return _unauthorised(reply, complaint)
        case 429 if believed:
            wait_s, ceiling = retry_after_s(reply), ceiling_per_s(complaint.raw)
            return Throttled(Hindrance.RATE, complaint.message, wait_s, ceiling, axiom=believed)
        case 401 | 429:
            return _in_doubt(reply, complaint)
        case _:
            return _refused(reply, complaint)


def _refused(reply: Reply, complaint: Complaint) -> Answer:
    status, code = reply.status, complaint.code
    if status in DOUBTFUL_STATUSES or code in DOUBTFUL_CODES:
        return _in_doubt(reply, complaint)
    return Refused(
        code,
        explain(code, complaint.message),
        stops_run=stops_run(status, code),
        split=splits(status, code),
        about_rows=is_about_rows(code),
        axiom=axiom_of(status, code) or "",
    )


def _in_doubt(reply: Reply, complaint: Complaint) -> Lost:
    said = f" {complaint.code} {complaint.message}".rstrip()
    return Lost(f"HTTP {reply.status}{said}")
