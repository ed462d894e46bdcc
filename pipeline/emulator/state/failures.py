"""Sends that come to nothing: single links that cannot be made, and tasks that fail as a whole."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from pipeline.emulator.http.fields import Body, JsonObject
from pipeline.emulator.http.operations import success
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.links import failed_link
from pipeline.emulator.state.tasks import FAILED, FailedTask, Product, derived_uuid, sent_row

_SHARE_BITS = 2**32


def link_fails(emulation: Emulation, task_id: str, flag: object) -> bool:
    """Draw whether a link cannot be made, by the world's share (links.failed)."""
    drawn = f"{emulation.options.seed}:{task_id}:{flag}".encode()
    digest = hashlib.blake2b(drawn, digest_size=4).digest()
    return int.from_bytes(digest, "big") < emulation.world.links.failed * _SHARE_BITS


def fail_task(
    emulation: Emulation, body: Body, without_link: Sequence[Body] = (), state: str = FAILED
) -> JsonObject:
    """Take a send, send nothing of it, and own up to that in a success (SendAIMTask).

    Nothing of it is journaled: a restarted emulator no longer lists it.
    """
    channel, resolve = _section(body, "sms_channel"), _section(body, "resolve_task")
    params = resolve.get("params")
    task = replace(
        _failed(emulation, body, resolve, state),
        sms_sign=str(channel.get("sms_sign", "")),
        messages=len(params) if isinstance(params, list) else 0,
    )
    emulation.failed.append(task)
    return {
        **sent_row(task, task.state, messages=task.messages),
        "sms_channel": channel,
        "resolve_task": {"generation_type": "1", **resolve},
        "failed_short_chains": [failed_link(item) for item in without_link],
    }


def fail_video(emulation: Emulation, body: Body, state: str) -> JsonObject:
    """Give a task id for a send of AIM basic, of which only the list tells that it failed."""
    task = _failed(emulation, body, body, state)
    task = replace(task, product=Product.AIM_BASIC, exdata=str(body.get("exdata") or ""))
    emulation.failed.append(task)
    return success(data={"task_id": task.task_id})


def failed_answer(emulation: Emulation, operation: str, body: bytes, state: str) -> bytes | None:
    """Answer a send whose task fails; None where the body is no send that could be taken."""
    try:
        decoded: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(decoded, dict) or not decoded.get("task_name"):
        return None
    match operation:
        case "CreateAimSendTask":
            return msgspec.json.encode(fail_task(emulation, decoded, state=state or FAILED))
        case "CreateVmsSendTask" if state:
            return msgspec.json.encode(fail_video(emulation, decoded, state))
        case _:
            return None


def failed_tasks(
    emulation: Emulation, product: Product, task_id: str, name: str
) -> list[FailedTask]:
    """Return a product's failed tasks that the lists show, oldest first, filtered if asked to."""
    listing = emulation.tasks.listing
    return [
        task
        for task in emulation.failed
        if task.product is product
        and listing.from_s <= task.created_s <= listing.until_s
        and task_id in ("", task.task_id)
        and listing.is_named(task.name, name)
    ]


def _failed(emulation: Emulation, body: Body, holder: Body, state: str) -> FailedTask:
    return FailedTask(
        task_id=derived_uuid("failed", f"{emulation.options.seed}:{len(emulation.failed)}"),
        name=str(body.get("task_name", "")),
        tpl_id=str(holder.get("tpl_id", "")),
        created_s=emulation.clock.now_s(),
        state=state,
    )


def _section(body: Body, key: str) -> JsonObject:
    found = body.get(key)
    return found if isinstance(found, dict) else {}
