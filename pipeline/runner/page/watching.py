"""Show one run: how far it is, how fast it goes against its limit, and how long it will take."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Route
from pipeline.core.outcome import Books
from pipeline.core.times import time_in_china
from pipeline.language import Words, filled
from pipeline.ports import Clock, ControlKind, ControlRecord, Ledger, RunRecord, Submission
from pipeline.report.file_names import PAGE_FILE
from pipeline.report.texts.marks import marks_meaning
from pipeline.report.texts.words import STATES
from pipeline.runner.page.counting import BooksKept, Seen
from pipeline.runner.page.state_folders import Folder, campaign_of
from pipeline.runner.page.troubles import troubles_of
from pipeline.runner.session.place import EVENTS_FILE, run_folder
from pipeline.settings import Campaign
from pipeline.web.page.shown import Pace, RunPlace, RunShown, Said

LOOK_S = 1.5
SLOTS = 60
_SPAN_S_MIN, _SPAN_S_MAX = 60.0, 900.0
_PACE_S = 60.0
_KEPT_MAX = 50
_ANSWERED = frozenset({State.ACCEPTED, State.REFUSED, State.IN_DOUBT, State.ABANDONED})
_LIMITED = Words("Limited to {limit} messages a second by {who} at {at}: {why}")


@dataclass(slots=True)
class Watched:
    """Runs as they were shown last: however many watch, each is looked at once in a while."""

    clock: Clock
    books: BooksKept
    _campaigns: dict[str, tuple[float, Campaign | None]] = field(default_factory=dict)
    _kept: dict[RunPlace, tuple[float, float, RunShown]] = field(default_factory=dict)

    def look(self, folder: Folder, run: str) -> RunShown | None:
        """Return a run as it stands, or stood a moment ago; None where there is none."""
        place = RunPlace(folder.key, run)
        now, known = self.clock.monotonic(), self._kept.get(place)
        if known is not None and now - known[0] < max(LOOK_S, 10 * known[1]):
            return known[2]
        ledger, record = folder.ledger(), folder.record(run)
        if ledger is None or record is None:
            return None
        books = self.books.of(ledger, record)  # counted in its own time
        now = self.clock.monotonic()
        shown = self._look(folder, ledger, (record, books))
        ended = self.clock.monotonic()
        if len(self._kept) >= _KEPT_MAX:
            self._kept.clear()
        self._kept[place] = (ended, ended - now, shown)
        return shown

    def forget(self, folder: Folder, run: str) -> None:
        """Look anew when it is asked for next: something was done to it."""
        self._kept.pop(RunPlace(folder.key, run), None)
        self.books.forget(run)

    def _look(self, folder: Folder, ledger: Ledger, found: tuple[RunRecord, Books]) -> RunShown:
        (record, books), now = found, self.clock.now()
        run, total = record.plan.run, record.recipients
        seen, requests = Seen.of(ledger, record), ledger.submissions(run)
        done = answered(record.plan.message.channel, requests)
        limit = limit_of(seen, campaign_of(record, self._campaigns))
        taken = taken_of(record.plan.message.channel, requests)
        pace = pace_of(taken, now if seen.at_work else None, limit)
        states = Counter(one.state for one in requests if one.route is not Route.SKIP)
        files, held = run_folder(folder.state, run), seen.control
        return RunShown(
            at=time_in_china(now),
            line=seen.line(folder.key, books),
            meaning=marks_meaning(seen.marks),
            notes=tuple(f"{one.note[:1].upper()}{one.note[1:]}." for one in ledger.canary(run)),
            done=done,
            total=total,
            left=left_of(seen, max(0, total - done), pace),
            pace=pace,
            requests=[(str(one), STATES[one], states[one]) for one in State if states[one]],
            doubts=states[State.IN_DOUBT],
            troubles=troubles_of(requests, files / EVENTS_FILE),
            standing=tuple(word_said(word) for word in held.standing),
            is_paused=held.pause is not None,
            is_stopped=held.stop is not None,
            limit=held.limit.messages_per_s if held.limit else 0.0,
            is_over=record.finished_at is not None or record.purged_at is not None,
            report=report_in(files, seen.marks.prefix),
        )


def answered(channel: Channel, requests: Sequence[Submission]) -> int:
    """Count the recipients whose own request has an answer, or none that may still come."""
    return sum(
        one.recipients for one in requests if one.state in _ANSWERED and _is_own(channel, one)
    )


def taken_of(channel: Channel, requests: Sequence[Submission]) -> Sequence[tuple[float, int]]:
    """List when KooMessage took requests, with how many recipients each carried."""
    return [
        (one.concluded_at, one.carried)
        for one in requests
        if one.state is State.ACCEPTED and one.concluded_at is not None and _is_own(channel, one)
    ]


def _is_own(channel: Channel, one: Submission) -> bool:
    """Tell whether a request carries its recipients' message, or what a run of links makes.

    A request for links is followed by another one, but where links are all that is made.
    """
    return one.route is not Route.PARSE or channel is Channel.LINKS_ONLY


def limit_of(seen: Seen, campaign: Campaign | None) -> float:
    """Return the lowest limit of messages a second that is set, 0 where none is."""
    said = seen.control.limit.messages_per_s if seen.control.limit else 0.0
    own = campaign.limits.messages_per_s if campaign is not None else 0.0
    return min((limit for limit in (said, own) if limit), default=0.0)


def pace_of(
    taken: Sequence[tuple[float, int]], now: float | None, limit_per_s: float
) -> Pace | None:
    """Count what was taken over the last minutes; of a run nobody is at work on, the last ones.

    now is None for such a run. None where nothing was taken.
    """
    if not taken:
        return None
    ends_at = now if now is not None else max(at for at, _ in taken) + 1.0
    begins = min(at for at, _ in taken)
    span_s = min(max(ends_at - begins, _SPAN_S_MIN), _SPAN_S_MAX)
    slot_s = span_s / SLOTS
    counts = [0] * SLOTS
    for at, messages in taken:
        slot = SLOTS - 1 - int((ends_at - at) / slot_s)
        if 0 <= slot < SLOTS:
            counts[slot] += messages
    return Pace(slot_s, counts, ends_at, limit_per_s)


def left_of(seen: Seen, rows: int, pace: Pace | None) -> Said:
    """Say how long the rest will take at the pace of the last minute."""
    if seen.record.finished_at is not None:
        return Words("none: all is submitted")
    if seen.control.pause is not None:
        return Words("paused")
    if not seen.at_work:
        return Words("nobody is at work")
    slots = max(1, round(_PACE_S / pace.slot_s)) if pace else 1
    per_s = sum(pace.counts[-slots:]) / (slots * pace.slot_s) if pace else 0.0
    if not per_s:
        return Words("not known yet")
    return span_said(rows / per_s)


def span_said(seconds: float) -> Said:
    """Say about how long: seconds below two minutes, minutes below two hours, then hours."""
    if seconds < 120:  # noqa: PLR2004 -- two minutes
        return filled("about {n} s", n=round(seconds))
    if seconds < 7200:  # noqa: PLR2004 -- two hours
        return filled("about {n} min", n=round(seconds / 60))
    return filled("about {n} h", n=round(seconds / 3600, 1))


def word_said(word: ControlRecord) -> Said:
    """Say what a person said of a run, by whom, when and why."""
    at = time_in_china(word.at)
    known = {"who": word.who, "at": at, "why": word.why or "-"}
    match word.kind:
        case ControlKind.PAUSE:
            return filled("Paused by {who} at {at}: {why}", **known)
        case ControlKind.STOP:
            return filled("Stopped by {who} at {at}: {why}", **known)
        case ControlKind.LIMIT:
            return filled(_LIMITED, limit=word.messages_per_s, **known)
        case _:
            return word.sentence


def report_in(files: Path, prefix: str) -> str:
    """Return the name of a run's report, empty where none was written."""
    name = f"{prefix}{PAGE_FILE}"
    return name if (files / name).is_file() else ""
