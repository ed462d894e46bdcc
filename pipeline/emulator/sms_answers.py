"""What a text message's send is answered with: one row for each receiver, taken or not."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.emulator.clock import TimeForms
from pipeline.emulator.emulation import Emulation, JsonObject
from pipeline.emulator.sms_rules import SendStatus
from pipeline.emulator.tasks import SendTask, derived_uuid

# The documents call it UTC with a Z; their examples have neither the Z nor one form.
_UTC = TimeForms(0.0)
_FIRST_REFUSED = 900_000_001


@dataclass(frozen=True, slots=True)
class Submission:
    """Hold what was asked for, in its order."""

    operation: str
    channel: str
    receivers: Sequence[tuple[int, SendStatus]]


def answer(emulation: Emulation, submission: Submission, task: SendTask | None) -> JsonObject:
    """Return task id, status, and a row for each receiver; without a task nothing was taken."""
    created_s = emulation.clock.now_s() if task is None else task.created_s
    is_alike = submission.operation == "SendAimBatchMessages"
    created = _UTC.local(created_s) if is_alike else _UTC.local_spaced(created_s)
    nothing = derived_uuid("nothing taken", f"{emulation.options.seed}:{created_s}")
    rows: list[JsonObject] = []
    position = 0
    for index, (phone, status) in enumerate(submission.receivers):
        if task is not None and status is SendStatus.TAKEN:
            msg_id = task.msg_id(position)
            position += 1
        else:
            refused_in = nothing if task is None else task.task_id
            msg_id = f"{derived_uuid('message', refused_in)}_{_FIRST_REFUSED + index}"
        rows.append(
            {
                "to": f"+86{phone}",
                "channel_num": submission.channel,
                "msg_id": msg_id,
                "send_status": status.value,
                "create_time": created,
            }
        )
    return {
        "task_id": nothing if task is None else task.task_id,
        "status": "Failed" if task is None else "Success",
        "result": rows,
    }
