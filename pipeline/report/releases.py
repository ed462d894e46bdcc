"""Hold each release that rests on proof against the questions that are to prove it. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pipeline.core.lifecycle import Event
from pipeline.ports import AttemptRecord, Question
from pipeline.report.audit import Finding, FindingCode

ROUNDS_MIN = 5
CONTROLS_MIN = 3
BY_PROOF = "policy auto:"
"""How the note of a release begins that rests on proof and on nobody's word."""


def check_releases(
    records: Iterable[AttemptRecord], questions: Sequence[Question]
) -> Iterator[Finding]:
    """Yield each release that too few rounds of questions bear out.

    A round counts where the name was asked for and not listed, and at least three questions for
    names that are known to be taken found theirs.
    """
    found = Counter(one.round for one in questions if one.found > 0)
    proving = {number for number, count in found.items() if number and count >= CONTROLS_MIN}
    for record in records:
        if record.event is not Event.WAS_RELEASED or not record.note.startswith(BY_PROOF):
            continue
        name = record.attempt.task_name
        missed = {one.round for one in questions if one.task_name == name and one.found == 0}
        if len(missed & proving) < ROUNDS_MIN:
            where = f"chunk {record.attempt.chunk}, submission {record.attempt.submission}"
            sentence = (
                f"{name} was released as proved absent, but only {len(missed & proving)} rounds of "
                "questions missed it while known names were found"
            )
            yield Finding(FindingCode.RELEASE_UNPROVED, sentence, where)
