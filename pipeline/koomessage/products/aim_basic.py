"""AIM basic, video messages: one request carries up to 5000 numbers."""

from collections.abc import Sequence
from typing import Final

import msgspec

from pipeline.core.answer import Accepted, Answer, FoundTask, Lost
from pipeline.core.model import Message, Recipients, TaskId, TaskName
from pipeline.koomessage.decoding import UNREADABLE, clean, count, task_id, text
from pipeline.koomessage.lists import Item, Page, by_name, read_data
from pipeline.koomessage.products.json_rows import PLACE, fixed, quoted, rows
from pipeline.koomessage.task_states import has_failed
from pipeline.language import filled

PATH: Final = "/v1/aim-basic/send-tasks"
LIST_PATH: Final = PATH
RECIPIENTS_MAX: Final = 5000
"""Numbers per request, all groups together (CreateVmsSendTask)."""


_PARAM = (
    f'{{"param_name":{PLACE},"content_type":"txt","content_source":"txt","content_detail":{PLACE}}}'
)


class _Body(msgspec.Struct, omit_defaults=True):
    task_name: str
    tpl_id: str
    expiration_time: int
    mobiles: list[str] | msgspec.UnsetType = msgspec.UNSET
    dync_params: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    individual_params: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Data(msgspec.Struct):
    task_id: object = None
    ret_code: object = None
    desc: object = None


class _Taken(msgspec.Struct):
    data: _Data | None = None


queries = by_name

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Taken).decode


def request(message: Message, name: TaskName, recipients: Recipients) -> tuple[str, bytes]:
    """Return path and body of a send (CreateVmsSendTask).

    Numbers with equal values share one set of them, in the order of first appearance; a single
    set goes as a group send. Values stand in the order of the template's placeholders.
    """
    body = _Body(name, message.template, message.expires_hours)
    columns = [value.of(recipients) for _, value in message.params]
    if not columns:
        body.mobiles = list(recipients.phones)
        return PATH, _encode(body)
    if all(len(set(column)) == 1 for column in columns):
        body.mobiles = list(recipients.phones)
        body.dync_params = rows(_PARAM, _params([column[0] for column in columns]))
    else:
        body.individual_params = _individual(recipients.phones, columns)
    return PATH, _encode(body)


def _individual(phones: Sequence[str], columns: Sequence[Sequence[str]]) -> msgspec.Raw:
    sets = ",".join(_PARAM % (fixed(f"p_{at}"), PLACE) for at in range(1, len(columns) + 1))
    shape = f'{{"mobiles":["{PLACE}"],"dync_params":[{sets}]}}'
    if any(len(set(column)) == len(phones) for column in columns):
        # The common case: no two people have the same values, so there is nothing to group.
        return rows(shape, [phones, *map(quoted, columns)])
    groups: dict[tuple[str, ...], list[str]] = {}
    for phone, values in zip(phones, zip(*columns, strict=True), strict=True):
        groups.setdefault(values, []).append(phone)
    mobiles = map('","'.join, groups.values())
    return rows(shape, [mobiles, *map(quoted, zip(*groups, strict=True))])


def _params(values: Sequence[str]) -> list[list[str]]:
    names = (f"p_{position}" for position in range(1, len(values) + 1))
    return [quoted(names), quoted(values)]


def read_answer(body: bytes, name: TaskName) -> Answer:
    """Judge the body of a 200 (CreateVmsSendTask). Only a task id proves acceptance.

    Numbers that the provider finds invalid are dropped without being named.
    """
    del name
    try:
        data = _decode(body).data or _Data()
    except UNREADABLE as error:
        return Lost(filled("HTTP 200 with no readable answer ({kind})", kind=type(error).__name__))
    task = task_id(data.task_id)
    said = clean(f"{text(data.ret_code)} {text(data.desc)}")
    if not task:
        return Lost(filled("HTTP 200 without a task id {said}", said=said).rstrip())
    # What its codes mean is documented nowhere, and an example of success bears none: it is told.
    plain = not text(data.ret_code).strip("0")
    return Accepted(TaskId(task), said="" if plain else said)


def read_tasks(body: bytes) -> Page:
    """Read a page of tasks (ListVmsSendTasks)."""
    return read_data(body, "aim_basic_send_tasks", "task_id")


def found_task(item: Item) -> FoundTask | None:
    """Read one task of a list (ListVmsSendTasks); None where it bears no id.

    A state that says failed, and no count of a message that says otherwise, says that nothing was
    sent.
    """
    task, state = task_id(item.get("task_id")), text(item.get("task_state"))
    if not task:
        return None
    ends = [count(item.get(key)) for key in ("success_count", "failed_count", "timeout_count")]
    failed = has_failed(state) and not any(ends)
    return FoundTask(
        TaskName(text(item.get("task_name"))),
        TaskId(task),
        count(item.get("total_count")),
        *ends,
        failed_state=clean(state) if failed else "",
        nothing_sent=failed,
    )
