"""The emulator's own addresses, which the provider does not have: counts and the clock."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from pipeline.emulator.clock import utc_precise
from pipeline.emulator.http.fields import JsonObject
from pipeline.emulator.state.emulation import Emulation

_DIGITS = 15
_ADVANCE_MAX_S = 10 * 365 * 86_400.0


class CallCounts:
    """Count the provider calls that came in, whatever became of them.

    `deepest` is the most that offset and limit of one query came to.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.throttled = 0
        self.deepest = 0
        self.by_operation: Counter[str] = Counter()

    def paged(self, query: Mapping[str, str]) -> None:
        """Take notice of how far into a list a call asks for."""
        bounds = (query.get("offset", ""), query.get("limit", ""))
        if all(bound.isdecimal() and bound.isascii() and len(bound) <= _DIGITS for bound in bounds):
            self.deepest = max(self.deepest, sum(map(int, bounds)))


class _Advance(msgspec.Struct, forbid_unknown_fields=True):
    advance_s: float | None = None
    gateway_ahead_s: float | None = None


def stats(emulation: Emulation, counts: CallCounts) -> JsonObject:
    """Count messages as the journal would, and calls; a number sent to twice is repeated."""
    by_channel: Counter[str] = Counter()
    by_operation: Counter[str] = Counter()
    seen: set[int] = set()
    repeated: set[int] = set()
    for task in emulation.tasks:
        by_channel[task.product.value] += len(task.phones)
        by_operation[task.operation] += len(task.phones)
        for phone in task.phones:
            if phone in seen:
                repeated.add(phone)
            seen.add(phone)
    return {
        "messages": by_channel.total(),
        "by_operation": dict(by_operation),
        "by_channel": dict(by_channel),
        "calls": counts.calls,
        "calls_by_operation": dict(counts.by_operation),
        "throttled": counts.throttled,
        "deepest_page": counts.deepest,
        "tasks": len(emulation.tasks),
        "distinct_numbers": len(seen),
        "repeated_numbers": len(repeated),
    }


def advance(emulation: Emulation, body: bytes) -> JsonObject | None:
    """Jump the clock by `advance_s` and return its time, or None for a body that says no jump.

    `gateway_ahead_s` makes the gateway's own clock differ from its clients' by so much.
    """
    try:
        wanted = msgspec.json.decode(body, type=_Advance)
    except msgspec.DecodeError:
        return None
    match wanted:
        case _Advance(advance_s=float(jump), gateway_ahead_s=None) if 0.0 <= jump <= _ADVANCE_MAX_S:
            emulation.jump(jump)
        case _Advance(advance_s=None, gateway_ahead_s=float(ahead)) if abs(ahead) <= _ADVANCE_MAX_S:
            emulation.clock.gateway_ahead_s = ahead
        case _:
            return None
    return {"now": utc_precise(emulation.clock.now_s())}
