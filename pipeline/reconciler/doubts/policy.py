"""When absence may be believed, and what then becomes of a doubt. Pure.

A name that is not listed proves nothing by itself: a list may be flaky, may lag, may show only what
is recent, or may not answer the question that was put. Absence is believed only after five rounds
of questions, spaced, the last of them after the settling time: longer than a signed request can
live, plus clock skew, plus late commits. In each round the same question must find at least three
names that are known to be taken, one of them as deep in the list as the doubt. One such name that
is not found makes the list worthless until it has been seen to work for long again.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from pipeline.core.lifecycle import CONTROLS_MIN, ROUNDS_MIN
from pipeline.core.times import question_times_s


def may_release(released: int, attempts_max: int) -> bool:
    """Tell whether a policy may have a submission that is in doubt sent again.

    released is how often a policy released it before (`Ledger.releases`). Each of those attempts
    may have been a message after all, the one in doubt now may be one, and the next would be one
    more: a policy sends nobody more than attempts_max of them. One that was released and lost
    again is held whatever the limit: what loses it each time is more likely the request than
    chance.
    """
    return released == 0 and released + 2 <= attempts_max


_GAP_S_MAX = 60.0
_GAP_SHARE = 1 / 20
_FIRST_S_MAX = 2.0
_TOO_SHALLOW = "no_known_name_as_deep"
_FIRST_SHARE = 1 / 16


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
    paused process cannot still send; false with a token. rounds_min is how many spaced rounds must
    miss a name before its absence is believed, controls_min how many known names each of them must
    find. together is how many doubts share a round. After silences_max questions in a row without
    an answer, and past the settling time, asking about a name is given up for now. attempts_max is
    how many messages a policy may send one person. regain is how many known names in a row must be
    found before a list that missed one is believed again.
    """

    settle_s: float = 1200.0
    then: DoubtPolicy = DoubtPolicy.AUTO
    fenced: bool = True
    rounds_min: int = ROUNDS_MIN
    controls_min: int = CONTROLS_MIN
    together: int = 64
    silences_max: int = 6
    attempts_max: int = 2
    regain: int = 50

    @property
    def gap_s(self) -> float:
        """Return the least time between two rounds that count apart."""
        return min(_GAP_S_MAX, self.settle_s * _GAP_SHARE)


class Verdict(StrEnum):
    """What to do with a doubt whose name was not found."""

    ASK_AGAIN = "ask_again"
    DEEPEN = "deepen"
    LATER = "later"
    HOLD = "hold"
    RELEASE = "release"
    ASSUME_SENT = "assume_sent"


@dataclass(slots=True)
class Absence:
    """The rounds that missed a doubt's name. Ages are seconds since its attempt.

    rounds counts those that prove something; last_s is the age at the latest question that was
    answered, last_at its time; counted_s the age at the latest round that counts; idle how many
    rounds in a row proved nothing. deep counts the rounds that found a known name as deep as this
    one; deep_s is the age at the latest of them; shallow, how many rounds since then found none.
    """

    rounds: int = 0
    idle: int = 0
    last_s: float | None = None
    last_at: float = 0.0
    counted_s: float | None = None
    deep: int = 0
    deep_s: float | None = None
    shallow: int = 0

    def missed(self, age_s: float, at: float) -> None:
        """Take notice of an answer that does not list the name."""
        self.last_s, self.last_at = age_s, at
        self.idle += 1

    def start_again(self) -> None:
        """Forget the rounds: the list that missed the name has missed a known name as well."""
        self.rounds = self.idle = self.deep = self.shallow = 0
        self.counted_s = self.deep_s = None

    def count(self, age_s: float, gap_s: float, *, deep: bool) -> None:
        """Count a round that missed the name although it found those that are known."""
        self.idle = 0
        self.shallow = 0 if deep else self.shallow + 1
        if deep and _is_apart(self.deep_s, age_s, gap_s):
            self.deep += 1
            self.deep_s = age_s
        if _is_apart(self.counted_s, age_s, gap_s):
            self.rounds += 1
            self.counted_s = age_s


def _is_apart(before_s: float | None, age_s: float, gap_s: float) -> bool:
    return before_s is None or age_s - before_s >= gap_s


@dataclass(frozen=True, slots=True)
class Grounds:
    """What is known beside a doubt's own rounds.

    lag_s is how late names were listed, as far as that was seen. trusted says that no name that is
    known to be taken is missing from the list. controls says that there are such names at all;
    deep, that there is one that is as old as the doubt.
    clock_right says that this machine's clock was held against the provider's. releases counts how
    often a policy has released the submission before; claimed, that receipts of an unknown task
    name its numbers.
    """

    lag_s: float = 0.0
    trusted: bool = True
    controls: bool = True
    deep: bool = True
    clock_right: bool = True
    releases: int = 0
    claimed: bool = False


def judge(options: DoubtOptions, absence: Absence, grounds: Grounds) -> tuple[Verdict, str]:
    """Decide on a doubt that was asked for and not found; say why, where it is held."""
    if absence.last_s is None or absence.last_s < options.settle_s:
        return Verdict.ASK_AGAIN, ""
    match options.then:
        case DoubtPolicy.AUTO:
            return _judge_auto(options, absence, grounds)
        case DoubtPolicy.HOLD:
            return Verdict.HOLD, "policy"
        case DoubtPolicy.RESEND:
            return _unless_too_often(options, grounds)
        case DoubtPolicy.ASSUME_SENT:
            return Verdict.ASSUME_SENT, ""
        case _:
            assert_never(options.then)


def _unless_too_often(options: DoubtOptions, grounds: Grounds) -> tuple[Verdict, str]:
    if grounds.claimed:
        return Verdict.HOLD, "receipts_of_an_unknown_task"
    if not may_release(grounds.releases, options.attempts_max):
        return Verdict.HOLD, "sent_as_often_as_allowed"
    return Verdict.RELEASE, ""


def _judge_auto(options: DoubtOptions, absence: Absence, grounds: Grounds) -> tuple[Verdict, str]:
    verdict, reason = _unless_too_often(options, grounds)
    if verdict is Verdict.HOLD:
        return verdict, reason
    held = (
        (not options.fenced, "not_fenced"),
        (not grounds.trusted, "taken_names_not_listed"),
        (not grounds.controls, "no_known_name_to_ask_for"),
    )
    why = next((reason for holds, reason in held if holds), "")
    if why:
        return Verdict.HOLD, why
    if not grounds.clock_right:
        return Verdict.LATER, "clock_not_compared"
    return _judge_rounds(options, absence, grounds)


def _judge_rounds(options: DoubtOptions, absence: Absence, grounds: Grounds) -> tuple[Verdict, str]:
    settled_s = options.settle_s + grounds.lag_s
    if absence.deep >= options.rounds_min and (absence.deep_s or 0.0) >= settled_s:
        return Verdict.RELEASE, ""
    if absence.rounds >= options.rounds_min and (absence.counted_s or 0.0) >= settled_s:
        # Names as deep as the doubt may have become known only since: then a few more rounds do.
        if not grounds.deep:
            return Verdict.DEEPEN, _TOO_SHALLOW
        silent = absence.shallow >= options.silences_max
        return (Verdict.LATER, "no_answer") if silent else (Verdict.ASK_AGAIN, "")
    if absence.idle >= options.silences_max:
        return Verdict.LATER, "no_answer"
    last_s = absence.last_s or 0.0
    if options.settle_s + grounds.lag_s - last_s > max(options.settle_s, _GAP_S_MAX):
        return Verdict.LATER, "only_older_names_were_seen_listed"
    return Verdict.ASK_AGAIN, ""


def next_question_s(options: DoubtOptions, absence: Absence, lag_s: float = 0.0) -> float:
    """Return the age at which to ask next, after what was asked so far."""
    after_s = -1.0 if absence.last_s is None else absence.last_s
    first_s = min(_FIRST_S_MAX, options.settle_s * _FIRST_SHARE)
    for at_s in question_times_s(options.settle_s, first_s) if first_s else (0.0,):
        if at_s > after_s:
            return at_s
    next_s = after_s + options.gap_s
    enough = absence.rounds + 1 >= options.rounds_min
    return max(next_s, options.settle_s + lag_s) if enough else next_s
