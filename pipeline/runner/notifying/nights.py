"""Know which nights of a campaign ran, and notice one that did not."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from pipeline.core.times import CHINA, HOUR_S, Window, in_china, parse_clock
from pipeline.language import Text
from pipeline.ports import Night, Notice, NoticeKind
from pipeline.runner.notifying import words
from pipeline.runner.notifying.happenings import Scene
from pipeline.settings.keys import START_EARLY_S

_LATE_S = 2 * HOUR_S
"""Cron and systemd are on time to a minute; a machine that starts up is let come first."""

_DAYS_NAMED = 7


def day_of(at_s: int, now: float) -> str:
    """Return the day in China of the night that begins now; one may begin after midnight."""
    return str(in_china(now - at_s + START_EARLY_S).date())


def missed_before(last: Night, day: str) -> tuple[str, ...]:
    """List the days between a night that ran and a later one, on which none did."""
    first, until = date.fromisoformat(last.day), date.fromisoformat(day)
    count = max(0, (until - first).days - 1)
    return tuple(str(first + timedelta(days=no)) for no in range(1, count + 1))


def missed_by_now(last: Night, start_before: str, now: float) -> tuple[str, ...]:
    """List the days since the last night on which one should have begun by now.

    start_before is the campaign's, in China's time; until then a night is not missed.
    """
    before_s = parse_clock(start_before)
    late_s = _LATE_S if before_s is None else max(_LATE_S, Window(last.at_s, before_s).length_s)
    latest = in_china(now - late_s)
    started = latest.date() if _second_of(latest) >= last.at_s else latest.date() - timedelta(1)
    return missed_before(last, str(started + timedelta(days=1)))


def missed_notice(scene: Scene, last: Night, days: Sequence[str]) -> Notice:
    """Write what is told of nights that did not run: once a gap, by whoever sees it first."""
    key = f"{last.day}:{last.began_at}"
    return scene.notice(NoticeKind.NIGHT_MISSED, key, [missed_text(last, days)])


def missed_text(last: Night, days: Sequence[str]) -> Text:
    """Say which nights did not run."""
    named = ", ".join(days[:_DAYS_NAMED]) + (", ..." if days[_DAYS_NAMED:] else "")
    clock = f"{last.at_s // 3600:02}:{last.at_s % 3600 // 60:02}"
    return words.missed_says(named, clock, last.day)


def _second_of(moment: datetime) -> int:
    assert moment.tzinfo is not None  # noqa: S101 -- in_china's
    local = moment.astimezone(CHINA)
    return local.hour * 3600 + local.minute * 60 + local.second
