"""Every state that KooMessage's lists and answers give a task, and what it says of its numbers.

A state in a list is free text, and shown in Chinese where its filter is English (ListVmsSendTasks:
task_state, task_status; CreateAimSendTask, ListAimSendTasks: task_state).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class TaskState(StrEnum):
    """What a task's state says of its numbers."""

    FAILED_BEFORE = "failed before anything was sent"
    UNDER_WAY = "under way"
    DONE = "done"
    UNKNOWN = "not known"


TASK_STATES: Mapping[str, TaskState] = MappingProxyType(
    {
        "submit_success": TaskState.UNDER_WAY,
        "submit_failed": TaskState.FAILED_BEFORE,
        "processing": TaskState.UNDER_WAY,
        "sending_failed": TaskState.FAILED_BEFORE,
        "sending_complete": TaskState.DONE,
        # The console sends a task's failed numbers once more, by a person's hand.
        "re_submit_success": TaskState.UNDER_WAY,
        "re_submit_failed": TaskState.FAILED_BEFORE,
        "re_processing": TaskState.UNDER_WAY,
        "re_sending_complete": TaskState.DONE,
        "scheduled": TaskState.UNDER_WAY,
        "提交成功": TaskState.UNDER_WAY,
        "提交失败": TaskState.FAILED_BEFORE,
        "处理中": TaskState.UNDER_WAY,
        "发送中": TaskState.UNDER_WAY,
        "发送失败": TaskState.FAILED_BEFORE,
        "发送完成": TaskState.DONE,
        "发送成功": TaskState.DONE,
        "重新提交成功": TaskState.UNDER_WAY,
        "重新提交失败": TaskState.FAILED_BEFORE,
        "重新处理中": TaskState.UNDER_WAY,
        "重新发送中": TaskState.UNDER_WAY,
        "重新发送完成": TaskState.DONE,
        "重发提交成功": TaskState.UNDER_WAY,
        "重发提交失败": TaskState.FAILED_BEFORE,
        "重发处理中": TaskState.UNDER_WAY,
        "重发中": TaskState.UNDER_WAY,
        "重发完成": TaskState.DONE,
        "定时": TaskState.UNDER_WAY,
        "定时发送": TaskState.UNDER_WAY,
        "待发送": TaskState.UNDER_WAY,
        "success": TaskState.DONE,
        "fail": TaskState.FAILED_BEFORE,
        "failed": TaskState.FAILED_BEFORE,
        "成功": TaskState.DONE,
        "失败": TaskState.FAILED_BEFORE,
    }
)
"""A state alone proves no failure: a count that tells of a message outweighs it."""


def state_of(shown: str) -> TaskState:
    """Return what a state says, however it is written."""
    return TASK_STATES.get(shown.strip().casefold().replace("-", "_"), TaskState.UNKNOWN)


def has_failed(shown: str) -> bool:
    """Tell whether a state says that a task failed before anything was sent."""
    return state_of(shown) is TaskState.FAILED_BEFORE
