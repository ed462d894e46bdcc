"""The life of one row: where it stood, what was tried, what was learned, what became of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.core.errors import UsageError
from pipeline.core.model import RejectedRow, Rejection, mask
from pipeline.core.outcome import Fact, Standing
from pipeline.ports import (
    AttemptRecord,
    Ledger,
    OutcomeBlock,
    Question,
    RunRecord,
    Submission,
)
from pipeline.reader import normalise

_PLACE = re.compile(r"(?:(?P<sheet>.+):)?(?P<line>\d{1,8})")


@dataclass(frozen=True, slots=True)
class Story:
    """One row's life, in order. phone is masked; rejected is set for a row we did not send to."""

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

    def as_json(self) -> dict[str, object]:
        """Return the one object that --json prints."""
        return {
            "run": self.record.plan.run,
            "sheet": self.sheet,
            "row": self.line,
            "phone": self.phone,
            "outcome": str(self.standing.outcome),
            "reason": self.standing.reason,
            "code": self.standing.code,
            "delivered_at": self.standing.delivered_at,
            "rendered_at": self.standing.rendered_at,
            "evidence": self.standing.evidence,
            "attempts": [
                {
                    "task_name": record.attempt.task_name,
                    "at": record.attempt.at,
                    "event": str(record.event) if record.event else None,
                    "concluded_at": record.concluded_at,
                    "task_id": record.task_id,
                    "code": record.code,
                }
                for record in self.attempts
            ],
            "questions": [
                {"task_name": asked.task_name, "at": asked.at, "found": asked.found}
                for asked in self.questions
            ],
            "facts": [
                {"kind": str(fact.kind), "code": fact.code, "at": fact.at, "from": fact.evidence}
                for fact in self.facts
            ],
        }


def explain(ledger: Ledger, record: RunRecord, what: str) -> tuple[Story, ...]:
    """Tell the life of a row, named by its line ("17", "Sheet1:17") or by its number.

    A line that several sheets have, or a number that stands in several rows, has several
    stories. Raises UsageError when no row is meant.
    """
    phone = normalise(what)
    by_phone = None if isinstance(phone, Rejection) else phone
    place = _PLACE.fullmatch(what.strip())
    if by_phone is None and place is None:
        raise UsageError(
            f"{mask(what) if what.isdecimal() else what} is neither a line such as 17 or Sheet1:17 "
            "nor a mobile number"
        )
    run = record.plan.run
    rejected = {row.row: row for rejects in ledger.rejects(run) for row in rejects.rows}
    stories = [
        _story(ledger, record, (block, position), rejected)
        for block in ledger.outcomes(run)
        for position in _matches(block, by_phone, place)
    ]
    if not stories:
        raise UsageError(f"run {run} has no such row; lines count as the spreadsheet shows them")
    return tuple(stories)


def _matches(block: OutcomeBlock, phone: str | None, place: re.Match[str] | None) -> Iterator[int]:
    for position, known in enumerate(block.phones):
        if phone is not None:
            if known == phone:
                yield position
        elif _is_at(place, block.sheets[position], block.lines[position]):
            yield position


def _is_at(place: re.Match[str] | None, sheet: str, line: int) -> bool:
    return place is not None and line == int(place["line"]) and place["sheet"] in {None, sheet}


def _story(
    ledger: Ledger,
    record: RunRecord,
    where: tuple[OutcomeBlock, int],
    rejected: dict[int, RejectedRow],
) -> Story:
    block, position = where
    run, row = record.plan.run, block.rows[position]
    index = block.submissions[position]
    submission = block.table[index] if index >= 0 else None
    attempts: tuple[AttemptRecord, ...] = ()
    facts: tuple[Fact, ...] = ()
    if submission is not None:
        key = (submission.chunk, submission.submission)
        attempts = tuple(
            known
            for known in ledger.attempts(run)
            if (known.attempt.chunk, known.attempt.submission) == key
        )
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
    )
