"""Make the port's values of the ledger's rows."""

from typing import Any

from pipeline.core.lifecycle import Event, State
from pipeline.core.model import Route, RunId, TaskId, TaskName
from pipeline.ledger.codec import unpack_message, unpack_positions, unpack_rows, unpack_templates
from pipeline.ledger.database import Row
from pipeline.ports import Attempt, AttemptRecord, Question, RunPlan, RunRecord, Submission


def submission_of(row: Row) -> Submission:
    """Read a submission: the columns stand in the order of its fields."""
    values: Any = row
    (chunk, submission, start, stop, state, attempts, name, task, attempted_at, concluded_at, code,
     message, route, picked, withheld) = values  # fmt: skip
    return Submission(
        chunk,
        submission,
        start,
        stop,
        State(state),
        attempts,
        None if name is None else TaskName(name),
        None if task is None else TaskId(task),
        attempted_at,
        concluded_at,
        code,
        message,
        Route(route),
        None if picked is None else unpack_positions(picked),
        () if withheld is None else unpack_rows(withheld),
    )


def run_of(row: Row) -> RunRecord:
    """Read a run: the columns stand in the order of the two dataclasses."""
    values: Any = row
    (_, run, campaign, path, message, meaning, source, sha256, size, planned_at, account, previous,
     templates, screened_to, rows, recipients, chunks, epoch, *times) = values  # fmt: skip
    plan = RunPlan(
        run=RunId(run),
        campaign=campaign,
        campaign_path=path,
        message=unpack_message(message),
        meaning=meaning,
        source_path=source,
        source_sha256=sha256,
        source_bytes=size,
        planned_at=planned_at,
        account=account,
        previous=None if previous is None else RunId(previous),
        templates=unpack_templates(templates),
        screened_to=screened_to,
    )
    return RunRecord(plan, rows, recipients, chunks, epoch, *times)


def attempt_of(row: Row) -> AttemptRecord:
    """Read an attempt with the latest thing that became known of it."""
    values: Any = row
    chunk, submission, attempt, name, at, concluded_at, event, task, *texts = values
    code, message, note = ("" if text is None else text for text in texts)
    return AttemptRecord(
        Attempt(chunk, submission, attempt, TaskName(name), at),
        concluded_at,
        None if event is None else Event(event),
        None if task is None else TaskId(task),
        code,
        message,
        note,
    )


def question_of(row: Row) -> Question:
    """Read a question: the columns stand in the order of its fields."""
    values: Any = row
    name, at, found, answer, calibrates, number, meant_at = values
    return Question(TaskName(name), at, found, answer, bool(calibrates), number, meant_at)
