"""Read from the ledger what monitoring is told of runs, without counting a million rows each time.

Only runs of the last months are looked at. A rehearsal never stands in for the real thing: figures
of either bear a label of their own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.core.lifecycle import State
from pipeline.core.model import RunId
from pipeline.core.outcome import Books
from pipeline.core.times import DAY_S
from pipeline.metrics import Metric, Sample
from pipeline.ports import Clock, Ledger, RunRecord
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.place import run_kind

LOOKED_BACK_S = 90 * DAY_S
"""A campaign that has not run for longer is told of no more."""

REST_SHARE = 50
"""After a count that took a second, the next one of that run comes 50 seconds later at soonest."""

_CLOSED_REST_S = 300.0
_DOUBT = frozenset({State.IN_DOUBT})


@dataclass(frozen=True, slots=True)
class _Of:
    """Whose runs are told of together, as labels have it."""

    campaign: str
    rehearsal: bool


@dataclass(frozen=True, slots=True)
class _Counted:
    books: Books
    at: float
    took_s: float

    def is_fresh(self, now: float) -> bool:
        rest_s = REST_SHARE * self.took_s
        if not self.books.open_rows:
            rest_s = max(rest_s, _CLOSED_REST_S)  # only belated news can change it
        return now - self.at < rest_s


@dataclass(slots=True)
class LedgerFigures:
    """Figures of a ledger's runs: of all campaigns, or of the one that is named."""

    ledger: Ledger
    clock: Clock
    campaign: str | None = None
    _books: dict[RunId, _Counted] = field(default_factory=dict)
    _own: dict[RunId, bool] = field(default_factory=dict)
    _receipts: tuple[float, Sequence[Sample]] | None = None

    def samples(self) -> list[Sample]:
        """Read what stands in the ledger now, or as to rows stood there a little while ago."""
        since = self.clock.now() - LOOKED_BACK_S
        recent = [run for run in self.ledger.runs(self.campaign) if run.plan.planned_at >= since]
        found: dict[_Of, list[RunRecord]] = {}
        for run in recent:
            if not run.plan.is_trial:
                of = _Of(run.plan.campaign, marks_of(run).rehearsal)
                found.setdefault(of, []).append(run)
        return [sample for of, runs in found.items() for sample in self._of(of, runs)]

    def receipts(self, campaign: str) -> Sequence[Sample]:
        """Count the receipts of the state folder by their kind; campaign is whose they are said."""
        now = self.clock.monotonic()
        if self._receipts is None or now >= self._receipts[0]:
            found = [
                Sample(Metric.RECEIPTS, (campaign, tally.kind), tally.count)
                for tally in self.ledger.receipts.receipt_tallies(self.clock.now())
            ]
            after = self.clock.monotonic()
            self._receipts = (after + REST_SHARE * (after - now), found)
        return self._receipts[1]

    def _of(self, of: _Of, runs: Sequence[RunRecord]) -> Iterator[Sample]:
        own = [run for run in runs if self._is_own(run)]
        latest = own[0] if own else runs[0]
        labels = (of.campaign, str(latest.plan.message.channel), str(of.rehearsal).lower())
        books = self._books_of(latest.plan.run)
        for outcome, count in books.outcomes.items():
            yield Sample(Metric.ROWS, (*labels, str(outcome)), count)
        for state, count in books.submissions.items():
            yield Sample(Metric.SUBMISSIONS, (*labels, str(state)), count)
        yield Sample(Metric.MESSAGES, labels, books.messages)
        yield Sample(Metric.LAST_PLANNED, labels, latest.plan.planned_at)
        ends = [run.finished_at for run in own if run.finished_at is not None]
        if ends:
            yield Sample(Metric.LAST_GOOD_NIGHT, labels, max(ends))
        doubts = [doubt for run in runs for doubt in self._doubts(run.plan.run)]
        yield Sample(Metric.DOUBTS, labels, len(doubts))
        if doubts:
            yield Sample(Metric.OLDEST_DOUBT, labels, min(doubts))

    def _is_own(self, run: RunRecord) -> bool:
        """Tell whether a run is a campaign's own, and no part of another; that never changes."""
        known = self._own.get(run.plan.run)
        if known is None:
            known = self._own[run.plan.run] = not run_kind(run).name
        return known

    def _doubts(self, run: RunId) -> list[float]:
        """Return when each request in doubt of a run left, by the index on their states."""
        return [one.attempted_at or 0.0 for one in self.ledger.submissions(run, _DOUBT)]

    def _books_of(self, run: RunId) -> Books:
        now = self.clock.monotonic()
        known = self._books.get(run)
        if known is not None and known.is_fresh(now):
            return known.books
        books = self.ledger.books(run)
        self._books[run] = _Counted(books, now, self.clock.monotonic() - now)
        return books
