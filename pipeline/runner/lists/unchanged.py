"""Notice a night whose list nobody has brought: the source is the one of an earlier day."""

from pipeline.core.errors import DecisionNeeded
from pipeline.core.times import HOUR_S, days_between, time_in_china
from pipeline.language import Words, filled
from pipeline.ports import RunRecord
from pipeline.runner.planning.stdin import STDIN
from pipeline.settings import Campaign

AFTERWARDS_S = 6 * HOUR_S
"""So long after a run ended the same command is taken for a second look, also past midnight."""


def unchanged(campaign: Campaign, record: RunRecord, now: float) -> DecisionNeeded | None:
    """Return what is said where a command sent nothing, since its list was sent on an earlier day.

    record is the run of the list, which was complete before. None on the same day of China's
    calendar, shortly after the run's end, and where the campaign says that it is well.
    """
    ended = record.finished_at
    if campaign.source.unchanged == "ok" or ended is None or now - ended < AFTERWARDS_S:
        return None
    if not days_between(record.plan.planned_at, now):
        return None
    path = campaign.source.path
    what = Words("the list on standard input") if path == STDIN else path
    run, since = record.plan.run, time_in_china(record.plan.planned_at)[:16]
    return DecisionNeeded(
        filled(
            "{what} is unchanged since {since}, when run {run} was planned of it, so that "
            "nothing was sent: put the new list there and run again; koosend run "
            "{campaign} --again sends the same list once more; where a list may stay for "
            'days, [source] unchanged = "ok" ends in 0',
            what=what,
            since=since,
            run=run,
            campaign=campaign.named,
        ),
        "KS7909",
    )
