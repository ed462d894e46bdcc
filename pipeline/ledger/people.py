"""Read whom runs reached, or may have reached, as keyed digests: also after a purge."""

from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from typing import Any

from pipeline.core.lifecycle import ASSUMED_SENT, SENDABLE, State
from pipeline.core.model import People, Route, RunId
from pipeline.ledger.codec import submission_of
from pipeline.ledger.read import rows_of_chunk
from pipeline.ledger.sqlite.database import Database
from pipeline.ledger.sqlite.files import is_held
from pipeline.ports import PeopleReached, Submission

_TAKEN = frozenset({State.ACCEPTED, State.IN_FLIGHT, State.IN_DOUBT})


class PeopleLedger:
    """The part of the Ledger port that later lists are held against."""

    def __init__(self, database: Database) -> None:
        """Work on the ledger's file."""
        self._database = database

    def reached(
        self, run: RunId, since: float = 0.0, *, also_open: bool = False
    ) -> Iterator[PeopleReached]:
        """Read chunk by chunk whom a run reached since a time, or may have."""
        row: Any = self._database.one("run_no", {"run": run})
        if row is None:
            return
        of = {"run_no": int(row[0])}
        found = map(submission_of, self._database.all("submissions", of))
        counted = (known for known in found if _counts(known, since, also_open=also_open))
        for chunk, submissions in groupby(counted, key=lambda known: known.chunk):
            positions = self._positions(of | {"chunk": chunk}, list(submissions))
            if positions:
                yield PeopleReached(run, chunk, positions, self._people(of | {"chunk": chunk}))

    def is_held(self, run: RunId) -> bool:
        """Tell whether a process is at work on a run."""
        return is_held(self._database.path.parent, run)

    def forget(self, before: float) -> int:
        """Forget the digests of purged runs that were planned before a time; count the chunks."""
        with self._database.transaction():
            return self._database.do("purge_people", (before,))

    def _people(self, of: dict[str, int]) -> People | None:
        row: Any = self._database.one("people", of)
        return None if row is None else People(*row)

    def _positions(self, of: dict[str, int], submissions: Sequence[Submission]) -> Sequence[int]:
        """Return the positions of a chunk that these carry, but for those proved not reached."""
        carried = chain.from_iterable(known.positions for known in submissions)
        span: Any = self._database.one("chunk_span", of)
        between = {"run_no": of["run_no"], "first": span[0], "last": span[1]}
        rows: Any = self._database.all("rows_not_reached", between)
        missed = {row for (row,) in rows}.union(*(known.withheld for known in submissions))
        if not missed:
            return sorted(carried)
        rows_at = rows_of_chunk(self._database, of, (span[0], span[1]))
        return sorted(at for at in carried if rows_at[at] not in missed)


def _counts(known: Submission, since: float, *, also_open: bool) -> bool:
    if also_open and known.state in SENDABLE and known.route is not Route.SKIP:
        return known.carried > 0
    assumed = known.state is State.ABANDONED and known.code == ASSUMED_SENT
    sent = (assumed or known.state in _TAKEN) and known.messages > 0
    return sent and known.attempted_at is not None and known.attempted_at >= since
