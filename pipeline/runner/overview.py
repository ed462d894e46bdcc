"""Gather what the status page shows, numbers masked, from a ledger that others write to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from pipeline.core.books import Books
from pipeline.core.model import RunId, mask
from pipeline.core.outcome import OPEN, REACHED, Outcome
from pipeline.logs import Mask
from pipeline.ports import Clock, Ledger, RunRecord
from pipeline.report.texts import OUTCOMES
from pipeline.runner.decided import STOPPED_STAGE, has_stopped, sentences
from pipeline.web.markup import Overview, ReceiptLine, RunLine

RUNS_SHOWN = 8
_LINES_SHOWN = 10
_MINUTE_S = 60.0
_LOOK_S = 4.0
_CLOSED_S = 300.0
_BAD = (Outcome.UNDELIVERED, Outcome.EXPIRED, Outcome.REFUSED, Outcome.IN_DOUBT)
_CHINA = timezone(timedelta(hours=8))


@dataclass(slots=True)
class Watchtower:
    """Look at a ledger for the status page, not more often than every few seconds.

    turned_away counts the listener's refusals by their reason. A run without open rows is looked
    at seldom: only belated news can change it.
    """

    ledger: Ledger
    clock: Clock
    state: Path
    listens: str
    turned_away: Mapping[str, int]
    _books: dict[RunId, tuple[float, Books]] = field(default_factory=dict)
    _last: tuple[float, Overview] | None = None

    def look(self) -> Overview:
        """Return what stands in the ledger now, or stood there a moment ago."""
        now = self.clock.monotonic()
        if self._last is None or now - self._last[0] >= _LOOK_S:
            self._last = (now, self._gather())
        return self._last[1]

    def _gather(self) -> Overview:
        wall = self.clock.now()
        tallies = self.ledger.receipt_tallies(wall - _MINUTE_S)
        replies, opt_outs = self.ledger.count_replies()
        hide = Mask()
        away = [(why.replace("_", " "), n) for why, n in self.turned_away.items() if n]
        return Overview(
            state=str(self.state),
            at=_time(wall),
            listens=self.listens,
            runs=[self._line(record) for record in self.ledger.runs()[:RUNS_SHOWN]],
            receipts=[
                ReceiptLine(one.kind, one.count, one.recent, one.not_whole, _time(one.latest_at))
                for one in tallies
            ],
            replies=replies,
            opt_outs=opt_outs,
            last_replies=[
                (_time(kept.received_at), f"{mask(kept.reply.phone)} {hide(kept.reply.text)}")
                for kept in self.ledger.replies(_LINES_SHOWN)
            ],
            odd=[
                (_time(odd.at), hide(f"#{odd.receipt} {odd.begin.decode(errors='replace')}"))
                for odd in self.ledger.odd_receipts(_LINES_SHOWN)
            ],
            turned_away=away,
            warnings=_warnings({**self.turned_away, "strangers": self.ledger.strangers().news}),
        )

    def _line(self, record: RunRecord) -> RunLine:
        plan = record.plan
        books = self._books_of(record)
        decided = self.ledger.canary(plan.run)
        stage = "planned" if record.started_at is None else "not all submitted"
        if has_stopped(decided):
            stage = STOPPED_STAGE
        if record.finished_at is not None:
            stage = "all submitted" if books.open_rows else "closed"
        outcomes = [
            (OUTCOMES[outcome].name.en, books.outcomes[outcome], _tone(outcome))
            for outcome in Outcome
            if books.outcomes.get(outcome)
        ]
        notes = sentences(decided, plan.run)
        return RunLine(plan.run, plan.campaign, stage, books.rows, outcomes, notes)

    def _books_of(self, record: RunRecord) -> Books:
        now = self.clock.monotonic()
        run = record.plan.run
        known = self._books.get(run)
        if known and not known[1].open_rows and now - known[0] < _CLOSED_S:
            return known[1]
        books = self.ledger.books(run)
        self._books[run] = (now, books)
        return books


def _tone(outcome: Outcome) -> str:
    if outcome is Outcome.FALLBACK_SMS:
        return "plain"
    if outcome in REACHED - {Outcome.DELIVERED}:
        return "good"
    if outcome in _BAD:
        return "bad"
    return "open" if outcome in OPEN else "calm"


def _warnings(counts: Mapping[str, int]) -> list[str]:
    """Say what an operator should act on."""
    sentences = {
        "not_stored": "{n:,} receipts could not be recorded: look at the disk of the state folder.",
        "not_allowed": "{n:,} pushes with the right secret came from addresses that "
        "receipts.allow does not list.",
        "too_many": "{n:,} requests came faster than is allowed.",
        "strangers": "{n:,} receipts name tasks that no run of this folder knows.",
        "too_large": "{n:,} bodies were larger than 8 MiB and are lost.",
    }
    return [text.format(n=counts[why]) for why, text in sentences.items() if counts.get(why)]


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(_CHINA).strftime("%Y-%m-%d %H:%M:%S")
