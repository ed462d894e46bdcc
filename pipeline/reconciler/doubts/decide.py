"""Conclude doubts on a person's word."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from pipeline.core.lifecycle import ASSUMED_SENT, GIVEN_UP, SENDABLE, Event, State
from pipeline.core.model import RunId, TaskName
from pipeline.core.names import ATTEMPTS_MAX
from pipeline.ports import Conclusion, Ledger, RunWriter, Submission

Decision = Literal["release", "assume_sent", "give_up"]

_CODES: dict[Decision, str] = {"assume_sent": ASSUMED_SENT, "give_up": GIVEN_UP}


@dataclass(frozen=True, slots=True)
class PersonsWord:
    """What a person decided about doubts, who and why: release sends them again, assume never does.

    give_up is no doubt's: it ends what has used up its names, by the name of its latest attempt.
    reason holds no number: it is kept for as long as the books.
    """

    decision: Decision
    names: Collection[TaskName]
    who: str
    at: float
    reason: str = ""


def decide_doubts(
    ledger: Ledger, writer: RunWriter, run: RunId, word: PersonsWord
) -> tuple[TaskName, ...]:
    """Conclude the named doubts, whole or not at all; return the names that are no doubts.

    Nothing is concluded when a name is not one of the run's doubts: a mistyped name must not
    send the others.
    """
    open_now = exhausted(ledger, run) if word.decision == "give_up" else _in_doubt(ledger, run)
    doubts = {doubt.task_name: doubt for doubt in open_now if doubt.task_name is not None}
    unknown = tuple(name for name in word.names if name not in doubts)
    if not unknown:
        writer.conclude([_conclusion(doubts[name], word) for name in dict.fromkeys(word.names)])
    return unknown


def exhausted(ledger: Ledger, run: RunId) -> tuple[Submission, ...]:
    """List what may be attempted but has no name left. Nothing of it was taken."""
    found = ledger.submissions(run, SENDABLE)
    return tuple(submission for submission in found if submission.attempts >= ATTEMPTS_MAX)


def _in_doubt(ledger: Ledger, run: RunId) -> tuple[Submission, ...]:
    return ledger.submissions(run, frozenset({State.IN_DOUBT}))


def _conclusion(doubt: Submission, word: PersonsWord) -> Conclusion:
    return Conclusion(
        *doubt.place,
        Event.WAS_RELEASED if word.decision == "release" else Event.WAS_ABANDONED,
        word.at,
        code=_CODES.get(word.decision, ""),
        note=f"{word.decision} by {word.who}" + (f": {word.reason}" if word.reason else ""),
    )
