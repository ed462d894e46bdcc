"""When absence may be believed, and what then becomes of a doubt. Pure.

Absence by name proves something only under two conditions. The question was asked after the
settling time: longer than a signed request can live, plus clock skew, plus late commits. And
asking has been seen to work: names of this run that are known to be taken were found by the same
question. What is known to be taken and yet not listed is a counterexample, and outweighs any
number of names that were found.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from pipeline.core.model import TaskName
from pipeline.core.retry import question_times_s
from pipeline.ports import Question

_PATIENCE_S_MIN = 60.0


class DoubtPolicy(StrEnum):
    """What becomes of a doubt whose name was not found after the settling time."""

    AUTO = "auto"
    HOLD = "hold"
    RESEND = "resend"
    ASSUME_SENT = "assume_sent"


@dataclass(frozen=True, slots=True)
class DoubtOptions:
    """How doubts are settled.

    settle_s counts from the attempt. fenced says that an old signature is refused, so that a
    paused process cannot still send; false with a token. calibrations is how many taken names are
    asked for. After silences_max questions in a row without an answer, and past the settling time,
    asking about that name is given up.
    """

    settle_s: float = 1200.0
    then: DoubtPolicy = DoubtPolicy.AUTO
    fenced: bool = True
    calibrations: int = 3
    concurrency: int = 8
    silences_max: int = 6


class Verdict(StrEnum):
    """What to do with a doubt whose name was not found."""

    ASK_AGAIN = "ask_again"
    AWAIT_CALIBRATION = "await_calibration"
    HOLD = "hold"
    RELEASE = "release"
    ASSUME_SENT = "assume_sent"


@dataclass(slots=True)
class Trust:
    """How far the list of names can be trusted.

    Ages are seconds since the attempt of the name that was asked for. pending counts names known
    to be taken that are still being asked for; missing counts those not listed although the
    settling time had passed. quickest_s is the least age at which a taken name was listed,
    slowest_s the greatest at which one was that had not been before.
    """

    pending: int = 0
    found: int = 0
    missing: int = 0
    quickest_s: float | None = None
    slowest_s: float = 0.0

    def was_found(self, age_s: float, *, missed_before: bool) -> None:
        """Take notice of a taken name that was listed at that age."""
        self.found += 1
        self.remember(age_s, missed_before=missed_before)

    def remember(self, age_s: float, *, missed_before: bool) -> None:
        """Learn the listing lag without counting the name as found now."""
        if missed_before:
            self.slowest_s = max(self.slowest_s, age_s)
        self.quickest_s = age_s if self.quickest_s is None else min(self.quickest_s, age_s)

    @property
    def works(self) -> bool:
        """Tell whether asking has been seen to work, and never to fail."""
        return self.found > 0 and self.missing == 0

    def needed_s(self, settle_s: float) -> float:
        """Return the age from which absence may be believed.

        The settling time covers a commit as late as can be; the time until a commit is listed
        comes on top, and all that is known of it is how old names were when they were listed.
        """
        return settle_s + max(self.slowest_s, self.quickest_s or 0.0)


def judge(options: DoubtOptions, trust: Trust, absent_s: float) -> Verdict:
    """Decide on a doubt whose name was last asked for, and not found, at that age in seconds."""
    if absent_s < options.settle_s:
        return Verdict.ASK_AGAIN
    match options.then:
        case DoubtPolicy.AUTO:
            return _judge_auto(options, trust, absent_s)
        case DoubtPolicy.HOLD:
            return Verdict.HOLD
        case DoubtPolicy.RESEND:
            return Verdict.RELEASE
        case DoubtPolicy.ASSUME_SENT:
            return Verdict.ASSUME_SENT
        case _:
            assert_never(options.then)


def _judge_auto(options: DoubtOptions, trust: Trust, absent_s: float) -> Verdict:
    if not options.fenced or trust.missing:
        return Verdict.HOLD
    if trust.pending:
        return Verdict.AWAIT_CALIBRATION
    if not trust.works:
        return Verdict.HOLD
    needed_s = trust.needed_s(options.settle_s)
    if absent_s >= needed_s:
        return Verdict.RELEASE
    # A list that was only ever seen to work on much older names says nothing yet: a later
    # reconcile asks again, and this process does not wait for hours.
    patience_s = max(options.settle_s, _PATIENCE_S_MIN)
    return Verdict.ASK_AGAIN if needed_s - absent_s <= patience_s else Verdict.HOLD


def next_question_s(options: DoubtOptions, trust: Trust, asked_s: float | None) -> float:
    """Return the age at which to ask next, after a question at age asked_s or none."""
    after_s = -1.0 if asked_s is None else asked_s
    for at_s in question_times_s(options.settle_s):
        if at_s > after_s:
            return at_s
    return max(trust.needed_s(options.settle_s), after_s)


def recall(
    trust: Trust, questions: Iterable[Question], attempted: Mapping[TaskName, float]
) -> None:
    """Learn the listing lag from calibrating questions of earlier processes."""
    missed: set[TaskName] = set()
    done: set[TaskName] = set()
    for question in questions:
        name = question.task_name
        if not question.calibrates or name not in attempted or name in done:
            continue
        if question.found > 0:
            done.add(name)
            age_s = question.at - attempted[name]
            if age_s >= 0:
                trust.remember(age_s, missed_before=name in missed)
        elif question.found == 0:
            missed.add(name)
