"""Hold what the ledger says of an attempt against what KooMessage lists under its name. Pure."""

from collections.abc import Sequence

from pipeline.core.answer import FoundTask, Unanswered
from pipeline.core.lifecycle import Event
from pipeline.ports import AttemptRecord
from pipeline.report.audit import Finding, FindingCode

_NOT_TAKEN = frozenset(
    {Event.WAS_THROTTLED, Event.WAS_REFUSED, Event.WAS_RELEASED, Event.WAS_SPLIT}
)
_TAKEN = frozenset({Event.WAS_ACCEPTED, Event.WAS_FOUND})


def check_listed(
    record: AttemptRecord, sent: int, answer: Sequence[FoundTask] | Unanswered
) -> Finding | None:
    """Return what is wrong between one attempt and the list, or None.

    sent is how many numbers the ledger says that KooMessage took with it. An attempt whose
    answer was lost, and one that a person assumed sent, may be listed or not.
    """
    judged = _judge(record, sent, answer)
    if judged is None:
        return None
    attempt = record.attempt
    where = f"chunk {attempt.chunk}, submission {attempt.submission}, name {attempt.task_name}"
    return Finding(*judged, where)


def _judge(
    record: AttemptRecord, sent: int, answer: Sequence[FoundTask] | Unanswered
) -> tuple[FindingCode, str] | None:
    if isinstance(answer, Unanswered):
        return FindingCode.NOT_ANSWERED, f"KooMessage did not say what it knows: {answer.why}"
    ids = sorted({task.task_id for task in answer})
    if len(ids) > 1:
        told = ", ".join(ids)
        return FindingCode.LISTED_TWICE, f"KooMessage lists {len(ids)} tasks of that name: {told}"
    if record.event in _TAKEN:
        return _judge_taken(record, sent, answer)
    if record.event is Event.WAS_REFUSED and all(task.nothing_sent for task in answer):
        return None
    if ids and record.event in _NOT_TAKEN:
        sentence = f"the ledger has it as {record.event}, but KooMessage lists it as task {ids[0]}"
        return FindingCode.LISTED_UNTAKEN, sentence
    return None


def _judge_taken(
    record: AttemptRecord, sent: int, answer: Sequence[FoundTask]
) -> tuple[FindingCode, str] | None:
    if not answer:
        sentence = "KooMessage took it, but does not list it: its list may lag, or forget"
        return FindingCode.NOT_LISTED, sentence
    task = answer[0]
    if task.task_id != record.task_id:
        sentence = f"the ledger has task {record.task_id}, KooMessage lists {task.task_id}"
        return FindingCode.TASK_DIFFERS, sentence
    if task.total is not None and task.total != sent:
        sentence = f"the ledger counts {sent} numbers as taken, KooMessage {task.total}"
        return FindingCode.COUNT_DIFFERS, sentence
    return None
