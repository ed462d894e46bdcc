"""Conclude doubts on a person's word."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from pipeline.core.lifecycle import ASSUMED_SENT, Event, State
from pipeline.core.model import RunId, TaskName
from pipeline.ports import Conclusion, Ledger, RunWriter, Submission


@dataclass(frozen=True, slots=True)
class PersonsWord:
    """What a person decided about doubts, who and why: release sends them again, assume never does.

    reason holds no number: it is kept for as long as the books.
    """

    decision: Literal["release", "assume_sent"]
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
    doubts = {
        doubt.task_name: doubt
        for doubt in ledger.submissions(run, frozenset({State.IN_DOUBT}))
        if doubt.task_name is not None
    }
    unknown = tuple(name for name in word.names if name not in doubts)
    if not unknown:
        writer.conclude([_conclusion(doubts[name], word) for name in dict.fromkeys(word.names)])
    return unknown


def _conclusion(doubt: Submission, word: PersonsWord) -> Conclusion:
    release = word.decision == "release"
    return Conclusion(
        doubt.chunk,
        doubt.submission,
        Event.WAS_RELEASED if release else Event.WAS_ABANDONED,
        word.at,
        code="" if release else ASSUMED_SENT,
        note=f"{word.decision} by {word.who}" + (f": {word.reason}" if word.reason else ""),
    )
