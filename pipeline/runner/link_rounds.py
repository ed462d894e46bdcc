"""Make links again that got no answer: a few rounds a start, each after a longer pause."""

from pipeline.core.errors import WorkLeft
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel
from pipeline.core.retry import Backoff
from pipeline.core.spoken import counted
from pipeline.ports import Submission
from pipeline.reconciler.making import release_links
from pipeline.reconciler.parts import Parts

ROUNDS_MAX = 5
"""Rounds in a row in which no link was made, after which a later start goes on."""

_BACKOFF = Backoff(first_s=1.0, max_s=60.0)


class LinkRounds:
    """Count the rounds of one start. Every round takes a new name, so that there are few."""

    def __init__(self, parts: Parts) -> None:
        """Start counting; links that were made before are no progress."""
        self._parts = parts
        self._rounds = 0
        self._made = self._count_made()
        self._pause_s = 0.0

    def release(self) -> bool:
        """Release what made links and got no answer; tell whether to try once more now."""
        made, self._made = self._made, self._count_made()
        if not release_links(self._parts):
            return False
        self._rounds = 1 if self._made > made else self._rounds + 1
        self._pause_s = _BACKOFF.wait_s(self._rounds)
        return self._rounds < ROUNDS_MAX

    async def pause(self) -> None:
        """Wait before the next round: a provider in trouble is left alone for longer each time."""
        pause_s, self._pause_s = self._pause_s, 0.0
        if pause_s:
            await self._parts.clock.sleep(pause_s)

    def check(self) -> None:
        """Raise WorkLeft where this start has had its rounds and links are still to be made."""
        if self._rounds < ROUNDS_MAX:
            return
        waiting = self._those(State.DEFERRED)
        if waiting:
            raise WorkLeft(
                f"links could not be made: {counted(len(waiting), 'request')} got no answer in"
                f" {ROUNDS_MAX} rounds; nobody was sent anything by them: run the same command"
                " again later"
            )

    def _count_made(self) -> int:
        return len(self._those(State.ACCEPTED))

    def _those(self, state: State) -> list[Submission]:
        found = self._parts.ledger.submissions(self._parts.run, frozenset({state}))
        return [one for one in found if self._parts.carrier(one).channel is Channel.LINKS_ONLY]
