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


# The console sends a task's failed numbers once more, by a person's hand: re_..., 重新..., 重发...
_STATES: Mapping[TaskState, str] = {
    TaskState.UNDER_WAY: (
        "submit_success processing re_submit_success re_processing scheduled "
        "提交成功 处理中 发送中 重新提交成功 重新处理中 重新发送中 "
        "重发提交成功 重发处理中 重发中 定时 定时发送 待发送"
    ),
    TaskState.DONE: (
        "sending_complete re_sending_complete success 发送完成 发送成功 重新发送完成 重发完成 成功"
    ),
    TaskState.FAILED_BEFORE: (
        "submit_failed sending_failed re_submit_failed fail failed "
        "提交失败 发送失败 重新提交失败 重发提交失败 失败"
    ),
}

TASK_STATES: Mapping[str, TaskState] = MappingProxyType(
    {shown: state for state, shows in _STATES.items() for shown in shows.split()}
)
"""A state alone proves no failure: a count that tells of a message outweighs it."""


def state_of(shown: str) -> TaskState:
    """Return what a state says, however it is written."""
    return TASK_STATES.get(shown.strip().casefold().replace("-", "_"), TaskState.UNKNOWN)


def has_failed(shown: str) -> bool:
    """Tell whether a state says that a task failed before anything was sent."""
    return state_of(shown) is TaskState.FAILED_BEFORE
