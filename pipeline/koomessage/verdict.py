"""What is what: judge each reply, once, by one rule for sends and one for questions.

For a send, whatever does not prove the contrary is in doubt.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pipeline.core.answer import Answer, Hindrance, Lost, Refused, Throttled, Unanswered
from pipeline.koomessage.codes import (
    DOUBTFUL_CODES,
    DOUBTFUL_STATUSES,
    RATE_CODES,
    explain,
    of_rows,
    stops_run,
)
from pipeline.koomessage.dates import date_s, is_apart, say_apart
from pipeline.koomessage.http import STALE_S, Failed, Reply
from pipeline.koomessage.reading import Unreadable, clean, mapping, parse, text

WAIT_S_MAX: Final = 60.0
"""We never wait longer because of one answer, whatever it asks for."""

_RATE_WAIT_S: Final = 1.0
"""How long a question waits that was refused for its rate without being told how long."""

_ABSURD_WAIT_S: Final = 86_400.0
_ABSURD_CALLS_PER_S: Final = 1_000_000.0
_LIMIT = re.compile(r"limit:\s*(\d{1,9})\s*,\s*time:\s*(\d{1,6})\s*(second|minute|hour|day)")
_UNIT_S = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error body: its code and its text, cleaned for logs; raw as it stood."""

    code: str
    message: str
    raw: str


def answer_of(reply: Reply | Failed, read: Callable[[bytes], Answer]) -> Answer:
    """Say what is true after a send. read judges the body of a reply that claims success."""
    match reply:
        case Failed(written=False):
            return Throttled(reply.hindrance, reply.why)
        case Failed():
            return Lost(reply.why)
        case Reply(status=status) if 200 <= status < 300:  # noqa: PLR2004 - HTTP's own classes
            return read(reply.body)
        case Reply(status=401):
            return _unauthorised(reply)
        case Reply(status=429):
            return _too_fast(reply)
        case Reply(status=status) if 400 <= status < 500:  # noqa: PLR2004 - HTTP's own classes
            return _refused(reply)
        case Reply():
            return _in_doubt(reply, complaint_of(reply.body))


def body_of(reply: Reply | Failed) -> bytes | Unanswered:
    """Return the body of a question's answer, or say that there is none."""
    match reply:
        case Failed():
            return Unanswered(reply.why, hindrance=reply.hindrance)
        case Reply(status=200):
            return reply.body
        case Reply(status=401):
            refused = _unauthorised(reply)
            return Unanswered(refused.message, hindrance=refused.hindrance)
        case Reply():
            complaint = complaint_of(reply.body)
            why = explain(complaint.code, complaint.message)
            wait_s = retry_after_s(reply) if reply.status >= 429 else None  # noqa: PLR2004 - HTTP's own
            if reply.status == 429:  # noqa: PLR2004 - HTTP's own
                wait_s = wait_s or _RATE_WAIT_S
            return Unanswered(f"HTTP {reply.status} {complaint.code}: {why}", wait_s)


def complaint_of(body: bytes) -> Complaint:
    """Read an error body in any of the provider's shapes; empty texts where it is none."""
    try:
        found = mapping(parse(body))
    except Unreadable:
        return Complaint("", "", "")
    code = text(found.get("error_code")) or text(found.get("code"))
    said = next(
        (text(found[key]) for key in ("error_msg", "error_message", "message") if found.get(key)),
        "",
    )
    return Complaint(clean(code)[:40], clean(said), said)


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


def _unauthorised(reply: Reply) -> Throttled:
    complaint = complaint_of(reply.body)
    if abs(reply.read_at - reply.signed_at) > STALE_S:
        return Throttled(Hindrance.UNREACHABLE, "the request arrived too late for its signature")
    if reply.ahead_s is not None and is_apart(reply.ahead_s):
        return Throttled(Hindrance.CLOCK, say_apart(reply.ahead_s))
    return Throttled(Hindrance.CREDENTIALS, explain(complaint.code, complaint.message))


def _too_fast(reply: Reply) -> Answer:
    complaint = complaint_of(reply.body)
    if complaint.code not in RATE_CODES:
        return _in_doubt(reply, complaint)
    return Throttled(
        Hindrance.RATE, complaint.message, retry_after_s(reply), ceiling_per_s(complaint.raw)
    )


def _refused(reply: Reply) -> Answer:
    complaint = complaint_of(reply.body)
    if reply.status in DOUBTFUL_STATUSES or complaint.code in DOUBTFUL_CODES:
        return _in_doubt(reply, complaint)
    return Refused(
        complaint.code or f"HTTP {reply.status}",
        explain(complaint.code, complaint.message),
        stops_run=stops_run(reply.status, complaint.code),
        of_rows=of_rows(complaint.code),
    )


def _in_doubt(reply: Reply, complaint: Complaint) -> Lost:
    said = f" {complaint.code} {complaint.message}".rstrip()
    return Lost(f"HTTP {reply.status}{said}")
