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
    """Tell where a body keeps its messages, and how the answer names those left out."""

    lists: Callable[[JsonObject], Sequence[Items]]
    own_up: Callable[[JsonObject, Items], None]


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
    if decoded is None or part is None or not left_out:
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


def _cards(body: JsonObject) -> Sequence[Items]:
    return [_list_in(body.get("resolve_task"), "params")]


def _links(body: JsonObject) -> Sequence[Items]:
    return [_list_in(body, "params")]


def _videos(body: JsonObject) -> Sequence[Items]:
    groups = _list_in(body, "individual_params")
    return [_list_in(body, "mobiles"), *(_list_in(group, "mobiles") for group in groups)]


def _texts(body: JsonObject) -> Sequence[Items]:
    return [_list_in(body, "to")]


def _different_texts(body: JsonObject) -> Sequence[Items]:
    return [_list_in(content, "to") for content in _list_in(body, "sms_content")]


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
    told = _list_in(answer, "result")
    pattern = told[0] if told and isinstance(told[0], dict) else {}
    task_id = str(answer.get("task_id", ""))
    told += [
        {**pattern, "to": _echoed(number), "msg_id": f"{task_id}_{at}", "send_status": TOO_MANY}
        for at, number in enumerate(map(str, left_out), start=len(told))
    ]


def _says_nothing(answer: JsonObject, left_out: Items) -> None:
    """Leave the answer: AIM basic tells only by a lower total_count (ListVmsSendTasks)."""
    del answer, left_out


def _echoed(number: str) -> str:
    return number if number.startswith("+") else f"+86{number}"


_PARTS: Mapping[str, _Part] = {
    "CreateAimSendTask": _Part(_cards, _own_up_cards),
    "CreateResolveTask": _Part(_links, _own_up_links),
    "CreateVmsSendTask": _Part(_videos, _says_nothing),
    "SendAimBatchMessages": _Part(_texts, _own_up_texts),
    "SendAimBatchDifferentMessages": _Part(_different_texts, _own_up_texts),
}
