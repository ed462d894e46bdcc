"""Look at runs for the page, and not more often than that costs little.

A run's books are counted again when the last count is old, the older the longer it took: the page
may take a tenth of one processor. A run without open rows is looked at seldom.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.outcome import Books, Outcome
from pipeline.core.times import time_in_china
from pipeline.language import Text, Words, filled
from pipeline.ports import Clock, Control, Ledger, Marks, RunRecord
from pipeline.report.texts.outcomes import outcome_words, tone
from pipeline.report.texts.sent import books_say
from pipeline.runner.commands.status import has_stopped
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.place import run_kind
from pipeline.web.page.shown import OutcomeCount, RunLine, RunPlace, Said

LOOK_S = 2.0
_CLOSED_S = 300.0
_SHARE = 10.0
_TEST_SEND = Words("test send")
_KINDS: Mapping[str, Text] = {
    "": Words("list"),
    "test send": _TEST_SEND,
    "mended rows": Words("mended rows of {run}"),
    "rerun": Words("rerun of {run}"),
}


@dataclass(slots=True)
class BooksKept:
    """The books of runs as they were counted last, and when, and how long that took."""

    clock: Clock
    _kept: dict[str, tuple[float, float, Books]] = field(default_factory=dict)

    def of(self, ledger: Ledger, record: RunRecord) -> Books:
        """Return a run's books, counted anew where that is due."""
        run, now = record.plan.run, self.clock.monotonic()
        known = self._kept.get(run)
        if known is not None and now - known[0] < self._rest_s(known):
            return known[2]
        books = ledger.books(run)
        ended = self.clock.monotonic()
        self._kept[run] = (ended, ended - now, books)
        return books

    def known(self, record: RunRecord) -> bool:
        """Tell whether a run was ever counted."""
        return record.plan.run in self._kept

    def forget(self, run: str) -> None:
        """Count a run anew when it is looked at next: something was done to it."""
        self._kept.pop(run, None)

    @staticmethod
    def _rest_s(known: tuple[float, float, Books]) -> float:
        least = LOOK_S if known[2].open_rows else _CLOSED_S
        return max(least, known[1] * _SHARE)


@dataclass(frozen=True, slots=True)
class Seen:
    """A run as it was found: what was decided and said of it, and who is at work."""

    record: RunRecord
    control: Control
    has_stopped: bool
    at_work: bool
    marks: Marks

    @classmethod
    def of(cls, ledger: Ledger, record: RunRecord) -> "Seen":
        """Look at a run, without counting its rows."""
        run = record.plan.run
        return cls(
            record,
            Control.of(ledger.controls(run)),
            has_stopped(ledger.canary(run)),
            ledger.people.is_held(run),
            marks_of(record),
        )

    def line(self, folder: str, books: Books | None) -> RunLine:
        """Return its line in a list."""
        record, plan = self.record, self.record.plan
        stage, stage_tone = self.stage(books)
        return RunLine(
            place=RunPlace(folder, plan.run),
            campaign=plan.campaign,
            kind=self.kind,
            planned=time_in_china(plan.planned_at),
            stage=stage,
            tone=stage_tone,
            rows=record.rows,
            outcomes=None if books is None else outcomes_of(books, record),
            mark=self.marks.text,
            at_work=self.at_work,
            sentence="" if books is None else books_say(books, plan.message.channel, self.marks),
        )

    @property
    def kind(self) -> Said:
        """Say what kind of run it is."""
        kind = run_kind(self.record)
        return filled(_KINDS[kind.name], run=kind.of)

    def stage(self, books: Books | None) -> tuple[Said, str]:
        """Say how far it is, and in which tone."""
        record = self.record
        if record.finished_at is not None:
            if books is None or books.open_rows:
                return Words("All submitted, news is still to come"), "open"
            return Words("Closed"), "good"
        if self.control.pause is not None:
            return Words("Paused by a person"), "fair"
        if self.control.stop is not None:
            return Words("Stopped by a person"), "fair"
        if self.has_stopped:
            return Words("Stopped by its first recipients"), "bad"
        if record.started_at is None:
            return Words("Planned"), "open"
        return (Words("Being sent"), "open") if self.at_work else (Words("Not all sent"), "fair")


def outcomes_of(books: Books, record: RunRecord) -> Sequence[OutcomeCount]:
    """Return the outcomes that occur, in the order to show them."""
    channel = record.plan.message.channel
    return [
        OutcomeCount(
            str(outcome),
            outcome_words(outcome, channel).name,
            books.outcomes[outcome],
            tone(outcome),
        )
        for outcome in Outcome
        if books.outcomes.get(outcome)
    ]
