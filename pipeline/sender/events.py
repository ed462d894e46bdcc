"""Tell the outside what happens. What cannot be told stops nothing."""

import contextlib
from collections.abc import Sequence
from typing import assert_never

from pipeline.core.answer import Accepted, Answer, Lost, Refused, Throttled, oddity_of
from pipeline.core.errors import KoosendError, Paused
from pipeline.core.model import TaskId
from pipeline.ports import Submission
from pipeline.sender.attempts import Request
from pipeline.sender.options import Hooks, Progress


class EventEmitter:
    """Call the hooks. A log on a full disk must not put requests under way in doubt."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks

    def progress(self, progress: Progress) -> None:
        """Tell the counts."""
        with contextlib.suppress(OSError):
            self._hooks.on_progress(progress)

    def paused(self, wait_s: float, why: str) -> None:
        """Tell that nothing leaves for a while."""
        self._event("sending.paused", wait_s=round(wait_s, 3), why=why)

    def stopped(self, error: Exception) -> None:
        """Tell what ends the run; of an error of ours only its kind, as it may quote anything."""
        why = str(error) if isinstance(error, KoosendError) else type(error).__name__
        name = "sending.paused" if isinstance(error, Paused) else "sending.stopped"
        self._event(name, why=why)

    def withheld(self, submission: Submission, recipients: int) -> None:
        """Tell that recipients are left out of a submission's requests from now on."""
        where = _where(submission)
        self._event("submission.withheld", **where, recipients=recipients, left=submission.carried)

    def set_aside(self, submission: Submission, attempts: int) -> None:
        """Tell that a submission has used up its names and waits for a person."""
        self._event("submission.set_aside", **_where(submission), attempts=attempts)

    def found(self, names: str, tasks: Sequence[TaskId]) -> None:
        """Tell that what was to be attempted again had been taken."""
        self._event("doubt.found", task_name=names, task_id=tasks[0])
        if len(tasks) > 1:
            self._event("doubt.found_twice", task_name=names, task_ids=list(tasks))

    def answer(self, request: Request, answer: Answer) -> None:
        """Tell what became of an attempt."""
        prepared = request.prepared
        where = _where(request.job.submission)
        where |= {"task_name": prepared.task_name, "messages": prepared.messages}
        match answer:
            case Accepted():
                where |= {"task_id": answer.task_id, "left_out": len(answer.refused)}
                self._event("submission.accepted", **where)
                odd = oddity_of(answer, request.recipients.phones)
                if odd:
                    self._event("submission.taken_oddly", **where, why=odd)
            case Refused(split=True):
                where |= {"code": answer.code, "message": answer.message}
                self._event("submission.split", **where, parts=len(request.parts))
            case Refused():
                where |= {"code": answer.code, "message": answer.message}
                self._event("submission.refused", **where)
            case Throttled():
                where |= {"hindrance": answer.hindrance.value, "message": answer.message}
                where |= {"wait_s": answer.wait_s, "ceiling_per_s": answer.ceiling_per_s}
                self._event("submission.throttled", **where)
            case Lost():
                self._event("submission.in_doubt", **where, why=answer.why)
            case _:
                assert_never(answer)

    def _event(self, name: str, **fields: object) -> None:
        with contextlib.suppress(OSError):
            self._hooks.on_event(name, **fields)


def _where(submission: Submission) -> dict[str, object]:
    return {"chunk": submission.chunk, "submission": submission.submission}
