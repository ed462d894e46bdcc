"""Hold the ledger against what KooMessage lists, and against its daily reports. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo

from pipeline.audit.books import Finding, FindingCode, where_of
from pipeline.core.answer import DayCount, FoundTask, Unanswered
from pipeline.core.lifecycle import Event
from pipeline.core.times import CHINA
from pipeline.language import Text, Words, filled, listed
from pipeline.ports import AttemptRecord, Drift

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
    return Finding(
        *judged,
        filled(
            "{attempt}, name {task_name}",
            attempt=where_of(record.attempt),
            task_name=record.attempt.task_name,
        ),
    )


def _judge(
    record: AttemptRecord, sent: int, answer: Sequence[FoundTask] | Unanswered
) -> tuple[FindingCode, str] | None:
    if isinstance(answer, Unanswered):
        return FindingCode.NOT_ANSWERED, filled(
            "KooMessage did not say what it knows: {why}", why=answer.why
        )
    ids = sorted({task.task_id for task in answer})
    if len(ids) > 1:
        sentence = filled(
            "KooMessage lists {ids} tasks of that name: {ids_2}",
            ids=str(len(ids)),
            ids_2=listed(ids),
        )
        return FindingCode.LISTED_TWICE, sentence
    if record.event in _TAKEN:
        return _judge_taken(record, sent, answer)
    if record.event is Event.WAS_REFUSED and all(task.nothing_sent for task in answer):
        return None
    if ids and record.event in _NOT_TAKEN:
        sentence = filled(
            "the ledger has it as {event}, but KooMessage lists it as task {ids}",
            event=record.event,
            ids=ids[0],
        )
        return FindingCode.LISTED_UNTAKEN, sentence
    return None


def _judge_taken(
    record: AttemptRecord, sent: int, answer: Sequence[FoundTask]
) -> tuple[FindingCode, Text] | None:
    if not answer:
        gone = Words("KooMessage took it, but does not list it: its list may lag, or forget")
        return FindingCode.NOT_LISTED, gone
    task = answer[0]
    if task.task_id != record.task_id:
        sentence = filled(
            "the ledger has task {task_id}, KooMessage lists {task_id_2}",
            task_id=str(record.task_id),
            task_id_2=task.task_id,
        )
        return FindingCode.TASK_DIFFERS, sentence
    if task.total is not None and task.total != sent:
        sentence = filled(
            "the ledger counts {sent} numbers as taken, KooMessage {total}",
            sent=str(sent),
            total=str(task.total),
        )
        return FindingCode.COUNT_DIFFERS, sentence
    return None


Taken = tuple[float, int]
"""When KooMessage took a request, in epoch seconds, and with how many numbers."""


def finding_of(drift: Drift) -> Finding:
    """Say in a sentence that KooMessage's report of a day counts otherwise."""
    more = drift.theirs > drift.ours
    why = Words("others may send by the same template") if more else Words("its report may lag")
    sentence = filled(
        "KooMessage's report counts {theirs} numbers, the ledger {ours}: {why}",
        theirs=drift.theirs,
        ours=drift.ours,
        why=why,
    )
    where = f"{drift.day}, template {drift.template}"
    return Finding(FindingCode.REPORT_DIFFERS, sentence, where)


def check_reports(
    taken: Iterable[Taken], counted: Sequence[DayCount], template: str
) -> Iterator[Drift]:
    """Yield the days on which the counts differ.

    The zone of the reports' days is not stated (ListAimSendReports): a day is as it should be
    where it agrees by China's days, or all of them by those of UTC.
    """
    known = list(taken)
    theirs: Counter[str] = Counter()
    for day_count in counted:
        theirs[day_count.day] += day_count.submitted
    ours = _by_day(known, CHINA)
    in_utc = _by_day(known, UTC)
    if all(theirs[day] == count for day, count in in_utc.items()):
        return
    for day, count in sorted(ours.items()):
        if theirs[day] != count:
            yield Drift(day, template, theirs[day], count)


def _by_day(taken: Iterable[Taken], zone: tzinfo) -> Counter[str]:
    days: Counter[str] = Counter()
    for at, count in taken:
        days[f"{datetime.fromtimestamp(at, zone):%Y-%m-%d}"] += count
    return days
