"""Hold a run within its ceilings: what a request may cost is set aside before it leaves."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.language import Text, filled
from pipeline.ports import Submission


@dataclass(frozen=True, slots=True)
class Ceilings:
    """What this call of run may spend at most; None is no limit.

    messages counts recipients, cost what cost_of returns. A request that was taken, or whose
    answer was lost, is spent; one that was refused or turned away is not. say_messages and
    say_cost are what the user set, for the sentence that tells of it. released counts messages
    of requests that got no answer and were released to be sent again: they stay spent.
    """

    messages: int | None = None
    cost: int | None = None
    cost_of: Callable[[Submission], int] = lambda _submission: 0
    say_messages: str = ""
    say_cost: str = ""
    released: int = 0

    @property
    def say_released(self) -> str:
        """Say how much of what is spent are releases, for the end of a sentence."""
        if not self.released:
            return ""
        return filled(
            "; {released} messages of requests that got no answer and were released "
            "count as spent, since they may have been taken",
            released=self.released,
        )


class Budget:
    """Keep account of what was set aside. One task asks and reserves, so that none is late."""

    def __init__(self, ceilings: Ceilings) -> None:
        self._ceilings = ceilings
        self._messages = 0
        self._cost = 0

    def why_not(self, submission: Submission) -> Text | None:
        """Say which ceiling a request would break, if it does."""
        most = self._ceilings.messages
        if most is not None and self._messages + submission.messages > most:
            limit = self._ceilings.say_messages or str(most)
            return filled(
                "the next request would exceed the limit of {limit} messages{say_released}",
                limit=limit,
                say_released=self._ceilings.say_released,
            )
        cost = self._ceilings.cost
        if cost is not None and self._cost + self._ceilings.cost_of(submission) > cost:
            return filled(
                "the next request might cost more than the limit of {say_cost} leaves; "
                "raise limits.max_cost to go on{say_released}",
                say_cost=self._ceilings.say_cost,
                say_released=self._ceilings.say_released,
            )
        return None

    def reserve(self, submission: Submission) -> None:
        """Set aside what a request may cost, before it leaves."""
        self._messages += submission.messages
        self._cost += self._ceilings.cost_of(submission)

    def release(self, submission: Submission) -> None:
        """Give back what was set aside for a request that was proved not taken."""
        self._messages -= submission.messages
        self._cost -= self._ceilings.cost_of(submission)
