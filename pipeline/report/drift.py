"""Hold what the ledger counts as taken, day by day, against KooMessage's daily reports. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from pipeline.core.answer import DayCount
from pipeline.core.window import CHINA_UTC_OFFSET_S
from pipeline.ports import Drift
from pipeline.report.audit import Finding, FindingCode

Taken = tuple[float, int]
"""When KooMessage took a request, in epoch seconds, and with how many numbers."""


def finding_of(drift: Drift) -> Finding:
    """Say in a sentence that KooMessage's report of a day counts otherwise."""
    return Finding(
        FindingCode.REPORT_DIFFERS,
        f"KooMessage's report counts {drift.theirs:,} numbers, the ledger {drift.ours:,}: "
        + (
            "others may send by the same template"
            if drift.theirs > drift.ours
            else "its report may lag"
        ),
        f"{drift.day}, template {drift.template}",
    )


def check_reports(
    taken: Iterable[Taken], told: Sequence[DayCount], template: str
) -> Iterator[Drift]:
    """Yield the days on which the counts differ.

    The zone of the reports' days is not stated (ListAimSendReports): a day is as it should be
    where it agrees by China's days, or all of them by those of UTC.
    """
    known = list(taken)
    theirs: Counter[str] = Counter()
    for one in told:
        theirs[one.day] += one.submitted
    ours = _by_day(known, CHINA_UTC_OFFSET_S)
    in_utc = _by_day(known, 0)
    if all(theirs[day] == count for day, count in in_utc.items()):
        return
    for day, count in sorted(ours.items()):
        if theirs[day] != count:
            yield Drift(day, template, theirs[day], count)


def _by_day(taken: Iterable[Taken], offset_s: float) -> Counter[str]:
    days: Counter[str] = Counter()
    for at, count in taken:
        day = datetime.fromtimestamp(at, UTC) + timedelta(seconds=offset_s)
        days[f"{day:%Y-%m-%d}"] += count
    return days
