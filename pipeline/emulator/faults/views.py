"""How lists look that do not tell the truth: which tasks they show, on which page, how counted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

import msgspec

from pipeline.emulator.faults.kinds import Form, What
from pipeline.emulator.faults.rules import FaultRule
from pipeline.emulator.http.fields import Call, JsonObject
from pipeline.emulator.http.listing import WHOLE, Listing

_NAME = "task_name"
_LIMIT_DEFAULT, _LIMIT_MAX = 20, 100
_OFFSET_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class View:
    """Hold every untruth of one answer; where several rules say the same, the harder one counts.

    `cap` is the most rows of a page, 0 for as many as asked for; `unread` are filters that are
    ignored.
    """

    lag_s: float = 0.0
    span_s: float = inf
    fuzzy: FaultRule | None = None
    unread: frozenset[str] = frozenset()
    oldest_first: bool = False
    offset: What | None = None
    cap: int = 0
    total: What | None = None
    names: Form | None = None
    is_empty: bool = False

    def with_rule(self, rule: FaultRule) -> "View":
        """Return the view with what one more rule does to it."""
        view = _EFFECTS[rule.what](self, rule)
        caps = [cap for cap in (self.cap, rule.cap) if cap]
        return replace(view, cap=min(caps, default=0))

    def listing(self, now_s: float) -> Listing:
        """Return which tasks are found by a question that is asked now."""
        if self == TRUE:
            return WHOLE
        fuzzy = self.fuzzy
        return Listing(
            from_s=now_s - self.span_s,
            until_s=now_s - self.lag_s if self.lag_s else inf,
            is_fuzzy=fuzzy is not None,
            length=fuzzy.length if fuzzy is not None else 0,
            must_begin=fuzzy is not None and fuzzy.form is Form.PREFIX,
        )

    def asked(self, call: Call) -> Call:
        """Return what is answered instead of what was asked."""
        query = {key: value for key, value in call.query.items() if key not in self.unread}
        # A page that the documents do not allow is refused as ever.
        offset = _number(query.get("offset") or "0", 0, _OFFSET_MAX)
        limit = _number(query.get("limit") or str(_LIMIT_DEFAULT), 1, _LIMIT_MAX)
        if offset is not None and limit is not None:
            if self.offset is What.LIST_OFFSET_IGNORED:
                query["offset"] = "0"
            if self.cap and limit > self.cap:
                limit = self.cap
                query["limit"] = str(limit)
            if self.offset is What.LIST_OFFSET_IS_PAGE:
                query["offset"] = str(min(offset * limit, _OFFSET_MAX))
        # The query of a list that takes none, or one key several times, stays as it came.
        changed = query if query != dict(call.query) else call.query
        return replace(call, query=changed, oldest_first=self.oldest_first)

    def altered(self, call: Call, answer: bytes) -> bytes:
        """Return the answer to a call with what the view hides or changes in it."""
        decoded: object = msgspec.json.decode(answer)
        holder = holder_of(decoded)
        if holder is None:
            return answer
        if self.is_empty:
            empty(holder, [])
        rows = rows_of(holder)
        info = holder.get("page_info")
        if isinstance(info, dict):
            self._count(holder, info, call, len(rows))
        for row in rows:
            if self.names is not None and isinstance(row, dict):
                _rename(row, self.names)
        return msgspec.json.encode(decoded)

    def _count(self, holder: JsonObject, info: JsonObject, call: Call, rows: int) -> None:
        # What was asked for is repeated: nothing in the answer owns up to another page.
        for key in ("offset", "limit"):
            asked_for = call.query.get(key, "")
            if asked_for.isdecimal():
                info[key] = int(asked_for)
        if self.total is What.LIST_NO_TOTAL:
            del holder["page_info"]
        elif self.total is What.LIST_TOTAL_PER_PAGE:
            info["total"] = rows


TRUE = View()


def holder_of(answer: object) -> JsonObject | None:
    """Return the object of an answer that holds its list: its `data`, or the answer itself."""
    if not isinstance(answer, dict):
        return None
    inner = answer.get("data")
    return inner if isinstance(inner, dict) else answer


def rows_of(holder: Mapping[str, object]) -> Sequence[object]:
    """Return the rows of an answer's list."""
    lists = (value for value in holder.values() if isinstance(value, list))
    return next(lists, [])


def empty(holder: JsonObject, nothing: list[object] | None) -> None:
    """Put nothing instead of an answer's lists, and count to match."""
    for key, value in holder.items():
        if isinstance(value, list):
            holder[key] = nothing
    for counted in (holder, holder.get("page_info")):
        if isinstance(counted, dict) and "total" in counted:
            counted["total"] = 0


def _number(text: str, low: int, high: int) -> int | None:
    if not text.isdecimal() or not low <= int(text) <= high:
        return None
    return int(text)


def _rename(row: JsonObject, form: Form) -> None:
    name = row.pop(_NAME, None)
    if isinstance(name, str) and form is not Form.MISSING:
        row[_NAME] = name.upper() if form is Form.UPPER else f" {name} "


_EFFECTS: Mapping[What, Callable[[View, FaultRule], View]] = {
    What.LIST_LAG: lambda view, rule: replace(view, lag_s=max(view.lag_s, rule.delay_s)),
    What.LIST_WINDOW: lambda view, rule: replace(view, span_s=min(view.span_s, rule.span_s)),
    What.LIST_EMPTY: lambda view, _: replace(view, is_empty=True),
    What.LIST_OFFSET_IGNORED: lambda view, rule: replace(view, offset=rule.what),
    What.LIST_OFFSET_IS_PAGE: lambda view, rule: replace(view, offset=view.offset or rule.what),
    What.LIST_CAPPED: lambda view, _: view,
    What.LIST_TOTAL_PER_PAGE: lambda view, rule: replace(view, total=view.total or rule.what),
    What.LIST_NO_TOTAL: lambda view, rule: replace(view, total=rule.what),
    What.LIST_FUZZY: lambda view, rule: replace(view, fuzzy=rule),
    What.LIST_UNFILTERED: lambda view, rule: replace(
        view, unread=view.unread | frozenset(rule.filters or [_NAME])
    ),
    What.LIST_OLDEST_FIRST: lambda view, _: replace(view, oldest_first=True),
    What.LIST_NAMES: lambda view, rule: replace(view, names=rule.form),
}
