"""Take a part of a send only: which messages are left out, and how the answer owns up to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from pipeline.emulator.faults.book import spread
from pipeline.emulator.http.fields import JsonObject
from pipeline.emulator.state.links import failed_link

TOO_MANY = "E200015"

Items = list[object]


@dataclass(frozen=True, slots=True)
class _Part:
    """Tell where a body keeps its messages, and how the answer names those left out.

    `paths` lead to lists by the keys of objects; `*` is every entry of a list.
    """

    paths: Sequence[str]
    own_up: Callable[[JsonObject, Items], None] | None = None

    def lists(self, body: JsonObject) -> list[Items]:
        """Return a body's lists of messages, to be changed in place."""
        return [items for path in self.paths for items in _lists_at(body, path)]


@dataclass(frozen=True, slots=True)
class Shortened:
    """Hold a body without some of its messages; `left_out` are they, as they stood in it."""

    body: bytes
    left_out: Items


def shorten(operation: str, body: bytes, share: float, draw: float) -> Shortened:
    """Leave out a share of a send's messages, at least one and never all of them.

    A body that is not understood, or has one message only, stays whole.
    """
    part = _PARTS.get(operation)
    decoded = _decoded(body)
    if part is None or decoded is None:
        return Shortened(body, [])
    lists = part.lists(decoded)
    total = sum(map(len, lists))
    count = min(max(round(total * share), 1), total - 1)
    if count < 1:
        return Shortened(body, [])
    gone = set(spread(draw, total)[:count])
    left_out: Items = []
    start = 0
    for items in lists:
        left_out += [item for at, item in enumerate(items, start) if at in gone]
        kept = [item for at, item in enumerate(items, start) if at not in gone]
        start += len(items)
        items[:] = kept
    _drop_empty_groups(decoded)
    return Shortened(msgspec.json.encode(decoded), left_out)


def count_messages(operation: str, body: bytes) -> int:
    """Count the messages that a send asks for; what is not understood has none."""
    part, decoded = _PARTS.get(operation), _decoded(body)
    return 0 if part is None or decoded is None else sum(map(len, part.lists(decoded)))


def own_up(operation: str, answer: bytes, left_out: Items) -> bytes:
    """Return the answer with the messages that were left out, as far as the operation tells."""
    decoded = _decoded(answer)
    part = _PARTS.get(operation)
    if decoded is None or part is None or part.own_up is None or not left_out:
        return answer
    part.own_up(decoded, left_out)
    return msgspec.json.encode(decoded)


def _decoded(text: bytes) -> JsonObject | None:
    try:
        decoded: object = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None


def _list_in(holder: object, key: str) -> Items:
    items = holder.get(key) if isinstance(holder, dict) else None
    return items if isinstance(items, list) else []


def _lists_at(holder: object, path: str) -> list[Items]:
    key, _, rest = path.partition(".")
    if key == "*":
        entries = holder if isinstance(holder, list) else []
        return [items for entry in entries for items in _lists_at(entry, rest)]
    inner = holder.get(key) if isinstance(holder, dict) else None
    if rest:
        return _lists_at(inner, rest)
    return [inner] if isinstance(inner, list) else []


def _drop_empty_groups(body: JsonObject) -> None:
    for key, numbers in (("individual_params", "mobiles"), ("sms_content", "to")):
        groups = _list_in(body, key)
        groups[:] = [group for group in groups if _list_in(group, numbers)]


def _own_up_cards(answer: JsonObject, left_out: Items) -> None:
    answer["failed_short_chains"] = [failed_link(item) for item in left_out]


def _own_up_links(answer: JsonObject, left_out: Items) -> None:
    links = _list_in(answer, "params")
    links += [failed_link(item) for item in left_out]


def _own_up_texts(answer: JsonObject, left_out: Items) -> None:
    rows = _list_in(answer, "result")
    pattern = rows[0] if rows and isinstance(rows[0], dict) else {}
    task_id = str(answer.get("task_id", ""))
    rows += [
        {**pattern, "to": _echoed(number), "msg_id": f"{task_id}_{at}", "send_status": TOO_MANY}
        for at, number in enumerate(map(str, left_out), start=len(rows))
    ]


def _echoed(number: str) -> str:
    return number if number.startswith("+") else f"+86{number}"


_PARTS: Mapping[str, _Part] = {
    "CreateAimSendTask": _Part(("resolve_task.params",), _own_up_cards),
    "CreateResolveTask": _Part(("params",), _own_up_links),
    # AIM basic tells only by a lower total_count (ListVmsSendTasks).
    "CreateVmsSendTask": _Part(("mobiles", "individual_params.*.mobiles")),
    "SendAimBatchMessages": _Part(("to",), _own_up_texts),
    "SendAimBatchDifferentMessages": _Part(("sms_content.*.to",), _own_up_texts),
}
