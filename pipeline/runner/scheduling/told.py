"""Remember what a scheduled command told a person, so that the hourly one tells it once a day."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from pipeline.core.errors import Overtaken, RunHeld
from pipeline.core.lifecycle import SENDABLE, State
from pipeline.core.times import DAY_S
from pipeline.language import Words
from pipeline.runner.session.result import RunReport

_KEPT_S = 30 * DAY_S


class Note(msgspec.Struct, frozen=True):
    """What was told of a run, and when: each trouble with how much there was of it."""

    at: float
    troubles: Mapping[str, int]


def is_elsewhere(report: RunReport) -> bool:
    """Tell whether another process is at work on the run, and says itself how that ends."""
    return report.elsewhere or isinstance(report.stopped, RunHeld | Overtaken)


def troubles(report: RunReport) -> Mapping[str, int]:
    """Return what a person must know of a run; empty where it is well.

    Refused rows are not among them: the command that sent them told it, and asking refuses none.
    """
    if is_elsewhere(report):
        return {}
    submissions = report.books.submissions
    stopped = type(report.stopped).__name__ if report.stopped is not None else ""
    found = {
        stopped: 1,
        "held": report.held,
        "leftovers": len(report.leftovers),
        "strangers": int(bool(report.strangers)),
        "unsent": sum(submissions.get(state, 0) for state in SENDABLE),
        Words("in doubt"): sum(
            submissions.get(one, 0) for one in (State.IN_FLIGHT, State.IN_DOUBT)
        ),
    }
    return {trouble: count for trouble, count in found.items() if trouble and count}


def is_news(reports: Sequence[RunReport], now: float) -> bool:
    """Tell whether a person must be told of a campaign's runs, and remember that they were.

    What was told within a day is no news, unless there is more of it. What cannot be remembered
    is told each time. The latest run's report comes first.
    """
    file = _file_of(reports[0])
    notes = {run: note for run, note in _read(file).items() if abs(now - note.at) < _KEPT_S}
    news = False
    for report in reports:
        run, found = report.record.plan.run, troubles(report)
        before = notes.pop(run, None)
        if is_elsewhere(report):
            if before is not None:
                notes[run] = before
        elif found:
            fresh = before is None or _is_more(found, before, now)
            notes[run] = Note(now if fresh or before is None else before.at, found)
            news = news or fresh
    _write(file, notes)
    return news


def _file_of(report: RunReport) -> Path:
    """Return where a campaign's notes are kept: beside its log."""
    campaign = Path(report.record.plan.campaign_path)
    return report.folder.parent.parent / "logs" / f"{campaign.stem}.told.json"


def _is_more(found: Mapping[str, int], before: Note, now: float) -> bool:
    if abs(now - before.at) >= DAY_S:
        return True
    return any(count > before.troubles.get(trouble, 0) for trouble, count in found.items())


def _read(file: Path) -> dict[str, Note]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Note])
    except (OSError, msgspec.DecodeError):
        return {}


def _write(file: Path, notes: Mapping[str, Note]) -> None:
    """Keep the notes; a disk that takes none is told of by whoever needs it."""
    try:
        if not notes:
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(mode=0o700, exist_ok=True)
        draft = file.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(notes))
        draft.replace(file)
    except OSError:
        return
