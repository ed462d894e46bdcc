"""Hold each release that rests on proof against the questions that are to prove it. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pipeline.audit.books import Finding, FindingCode, where_of
from pipeline.core.lifecycle import BY_PROOF, CONTROLS_MIN, ROUNDS_MIN, Event
from pipeline.core.model import TaskName
from pipeline.language import filled
from pipeline.ports import AttemptRecord, Question


def check_releases(
    records: Iterable[AttemptRecord], questions: Sequence[Question]
) -> Iterator[Finding]:
    """Yield each release that too few rounds of questions bear out.

    A round counts where the name was asked for and not listed, and at least three questions for
    names that are known to be taken found theirs.
    """
    found = Counter(question.round for question in questions if question.found > 0)
    proving = {number for number, count in found.items() if number and count >= CONTROLS_MIN}
    missed: dict[TaskName, set[int]] = {}
    for question in questions:
        if question.found == 0:
            missed.setdefault(question.task_name, set()).add(question.round)
    for record in records:
        if record.event is not Event.WAS_RELEASED or not record.note.startswith(BY_PROOF):
            continue
        name = record.attempt.task_name
        rounds = len(missed.get(name, set()) & proving)
        if rounds < ROUNDS_MIN:
            sentence = filled(
                "{name} was released as proved absent, but only {rounds} rounds of "
                "questions missed it while known names were found",
                name=name,
                rounds=str(rounds),
            )
            yield Finding(FindingCode.RELEASE_UNPROVED, sentence, where_of(record.attempt))
