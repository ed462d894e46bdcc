"""What a run left to a person to decide, and whether it had to."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.lifecycle import BY_POLICY, Event, State
from pipeline.core.model import Channel, RunId
from pipeline.ledger import SqliteLedger
from pipeline.ports import Ledger
from pipeline.reconciler.doubts.policy import DoubtOptions


@dataclass(frozen=True, slots=True)
class Held:
    """Requests in doubt that were held, by why: no name beside them, or sent again before.

    needless counts those that had a known name as old beside them and were never sent again: by
    that name their absence could have been proved.
    """

    unproved: int = 0
    again: int = 0
    needless: int = 0

    @property
    def all(self) -> int:
        """Count them all."""
        return self.unproved + self.again + self.needless


def held_in(state: Path) -> Held:
    """Count the doubts in a state folder, of each run."""
    with closing(SqliteLedger(state)) as ledger:
        whys = Counter(why for record in ledger.runs() for why in _whys(ledger, record.plan.run))
    return Held(**whys)


def runs_held_in(state: Path) -> list[RunId]:
    """Return the runs of a state folder that have doubts."""
    doubt = frozenset({State.IN_DOUBT})
    with closing(SqliteLedger(state)) as ledger:
        runs = [record.plan.run for record in ledger.runs()]
        return [run for run in runs if any(True for _ in ledger.submissions(run, doubt))]


def _whys(ledger: Ledger, run: RunId) -> Iterator[str]:
    releases = Counter(
        (one.attempt.chunk, one.attempt.submission)
        for one in ledger.attempts(run)
        if one.event is Event.WAS_RELEASED and one.note.startswith(BY_POLICY)
    )
    record = ledger.run(run)
    assert record is not None
    known: dict[Channel, list[float]] = {}
    for one in ledger.submissions(run, frozenset({State.ACCEPTED})):
        channel = record.plan.message.channel_of(one.route)
        known.setdefault(channel, []).append(one.attempted_at or 0.0)
    for one in ledger.submissions(run, frozenset({State.IN_DOUBT})):
        at = one.attempted_at or 0.0
        older = known.get(record.plan.message.channel_of(one.route), [])
        if releases[one.chunk, one.submission] + 1 >= DoubtOptions().attempts_max:
            yield "again"
        else:
            yield "needless" if any(known_at <= at for known_at in older) else "unproved"
