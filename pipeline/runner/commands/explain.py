"""The life of a row or a number: what was tried, what was learned, and what became of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.errors import UsageError
from pipeline.core.lifecycle import Event
from pipeline.core.model import RejectedRow, Rejection, RunId
from pipeline.core.outcome import Fact, Standing
from pipeline.core.phones import mask
from pipeline.core.times import moment_in_china
from pipeline.language import Text, Words, filled
from pipeline.ports import (
    AttemptRecord,
    Ledger,
    OutcomeBlock,
    Question,
    RunRecord,
    Submission,
    SuppressionRecord,
)
from pipeline.ports.erasing import ErasedKind
from pipeline.reader.phones import normalise
from pipeline.report.figures.lineage import family_of
from pipeline.runner.session.marks import marks_of

_PLACE = re.compile(r"(?:(?P<sheet>.+):)?(?P<line>\d{1,8})")

Place = tuple[RunRecord, OutcomeBlock, int]


ENDS: Mapping[Event | None, Text] = {
    None: Words("no answer yet"),
    Event.WAS_ACCEPTED: Words("taken"),
    Event.WAS_REFUSED: Words("refused"),
    Event.WAS_THROTTLED: Words("turned away"),
    Event.WAS_LOST: Words("in doubt"),
    Event.WAS_FOUND: Words("found to be taken"),
    Event.WAS_RELEASED: Words("not taken, so it may be sent again"),
    Event.WAS_ABANDONED: Words("given up"),
    Event.WAS_SPLIT: Words("too large, so it was sent in parts"),
}
"""What became of an attempt, as a person says it."""


@dataclass(frozen=True, slots=True)
class Story:
    """One row's life, in order. phone is masked; rejected is set for a row we did not send to.

    number is the whole number, which is shown to nobody who did not ask for it.

    makers are the submissions that made the row's link, before that which sent it. erased tells
    whether the row is of a person who was erased, or lost a value that named one, and when.
    """

    record: RunRecord
    sheet: str
    line: int
    phone: str
    standing: Standing
    submission: Submission | None
    attempts: tuple[AttemptRecord, ...]
    questions: tuple[Question, ...]
    facts: tuple[Fact, ...]
    rejected: RejectedRow | None
    makers: tuple[Submission, ...] = ()
    erased: tuple[ErasedKind, float] | None = None
    number: str = field(default="", repr=False)

    def as_json(self) -> dict[str, object]:
        """Return the one object that --json prints."""
        makers = {maker.place for maker in self.makers}
        channel = None
        if self.submission is not None:
            channel = self.record.plan.message.channel_of(self.submission.route)
        return {
            "run": self.record.plan.run,
            **marks_of(self.record).as_json(),
            "sheet": self.sheet,
            "row": self.line,
            "phone": self.phone,
            "route": str(self.submission.route) if self.submission else None,
            "channel": str(channel) if channel else None,
            "erased": str(self.erased[0]) if self.erased else None,
            "outcome": str(self.standing.outcome),
            "reason": self.standing.reason,
            "code": self.standing.code,
            "delivered_at": moment_in_china(self.standing.delivered_at),
            "rendered_at": moment_in_china(self.standing.rendered_at),
            "evidence": self.standing.evidence,
            "attempts": [
                {
                    "task_name": record.attempt.task_name,
                    "at": record.attempt.at,
                    "event": str(record.event) if record.event else None,
                    "concluded_at": record.concluded_at,
                    "task_id": record.task_id,
                    "code": record.code,
                    "makes_link": record.attempt.place in makers,
                }
                for record in self.attempts
            ],
            "questions": [
                {"task_name": asked.task_name, "at": asked.at, "found": asked.found}
                for asked in self.questions
            ],
            "facts": [
                {
                    "kind": str(fact.kind),
                    "code": fact.code,
                    "at": moment_in_china(fact.at),
                    "from": fact.evidence,
                }
                for fact in self.facts
            ],
        }


@dataclass(frozen=True, slots=True)
class Life:
    """All stories that were asked for, in the order of their runs, and the number's opt-outs.

    suppressions is empty where no number was asked for.
    """

    stories: tuple[Story, ...]
    suppressions: tuple[SuppressionRecord, ...] = ()


def explain(ledger: Ledger, record: RunRecord, what: str) -> Life:
    """Tell the life of a row, named by its line ("17", "Sheet1:17"), or of a number.

    A row is followed through the run and its reruns; a number through every run of the ledger.
    A line that several sheets have, or a number that stands in several rows, has several
    stories. Raises UsageError when no row is meant.
    """
    phone = normalise(what)
    if not isinstance(phone, Rejection):
        found = [
            place
            for run in sorted(ledger.runs(), key=lambda run: run.plan.planned_at)
            for place in _places_of(ledger, run, phone)
        ]
        suppressions = tuple(ledger.screening.suppressions([phone], history=True))
        if not found and not suppressions:
            raise UsageError(
                filled("the number {phone} stands in no run of this ledger", phone=mask(phone)),
                "KS0214",
            )
        return Life(tuple(_stories(ledger, found)), suppressions)
    place = _PLACE.fullmatch(what.strip())
    if place is None:
        raise UsageError(
            filled(
                "{what} is neither a line such as 17 or Sheet1:17 nor a mobile number",
                what=mask(what) if what.isdecimal() else what,
            ),
            "KS0214",
        )
    found = [
        (run, block, position)
        for run in family_of(ledger, record)
        for block in ledger.outcomes(run.plan.run)
        for position in range(len(block.rows))
        if block.lines[position] == int(place["line"])
        and place["sheet"] in {None, block.sheets[position]}
    ]
    if not found:
        run_id = record.plan.run
        raise UsageError(
            filled(
                "run {run_id} has no such row; lines count as the spreadsheet shows them",
                run_id=run_id,
            ),
            "KS0214",
        )
    return Life(tuple(_stories(ledger, found)))


def _places_of(ledger: Ledger, run: RunRecord, phone: str) -> Iterator[Place]:
    """Find a number's rows without reading every row of a run."""
    for row in sorted(_rows_of(ledger, run, phone)):
        block = next(ledger.outcomes(run.plan.run, row - 1), None)
        if block is not None and block.rows[0] == row:
            yield run, block, 0


def _rows_of(ledger: Ledger, run: RunRecord, phone: str) -> Iterator[int]:
    for chunk in range(run.chunks):
        try:
            recipients = ledger.recipients(run.plan.run, chunk)
        except UsageError:
            continue  # a purge has forgotten the numbers
        for at, known in enumerate(recipients.phones):
            if known == phone:
                yield recipients.rows[at]
    for rejects in ledger.rejects(run.plan.run):
        for row in rejects.rows:
            if row.phone == phone or normalise(row.phone) == phone:
                yield row.row


def _stories(ledger: Ledger, places: Sequence[Place]) -> Iterator[Story]:
    rejected: dict[RunId, dict[int, RejectedRow]] = {}
    for record, block, position in places:
        run = record.plan.run
        if run not in rejected and block.submissions[position] < 0:
            rejected[run] = {row.row: row for part in ledger.rejects(run) for row in part.rows}
        yield _story(ledger, (record, block, position), rejected.get(run, {}))


def _story(ledger: Ledger, place: Place, rejected: dict[int, RejectedRow]) -> Story:
    record, block, position = place
    run, row = record.plan.run, block.rows[position]
    index = block.submissions[position]
    submission = block.table[index] if index >= 0 else None
    makers: tuple[Submission, ...] = ()
    attempts: tuple[AttemptRecord, ...] = ()
    facts: tuple[Fact, ...] = ()
    if submission is not None:
        made = ledger.routes.makers(run, submission)
        makers = tuple(maker for maker in made if _has(ledger, run, maker, row))
        places = {request.place for request in (*makers, submission)}
        attempts = tuple(known for known in ledger.attempts(run) if known.attempt.place in places)
        facts = ledger.facts(run, submission).get(row, ())
    names = {known.attempt.task_name for known in attempts}
    questions = tuple(asked for asked in ledger.questions(run) if asked.task_name in names)
    return Story(
        record,
        block.sheets[position],
        block.lines[position],
        mask(block.phones[position]),
        block.standings[position],
        submission,
        attempts,
        questions,
        facts,
        rejected.get(row),
        makers,
        ledger.erasures.rows(run).get(row),
        block.phones[position],
    )


def _has(ledger: Ledger, run: RunId, submission: Submission, row: int) -> bool:
    try:
        return row in submission.part(ledger.recipients(run, submission.chunk)).rows
    except UsageError:
        return True  # a purge has forgotten who is in it
