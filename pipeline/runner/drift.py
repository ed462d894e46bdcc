"""Ask for KooMessage's daily reports of a run's days, and hold the ledger against them."""

from collections.abc import Iterator

from pipeline.core.answer import Unanswered
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Route
from pipeline.ports import DaysCompared, Ledger, RunPlan
from pipeline.report.audit import Finding, FindingCode
from pipeline.report.drift import Taken, check_reports
from pipeline.runner.session import Session

_DAY_S = 86_400.0


async def find_drift(session: Session) -> DaysCompared | Finding | None:
    """Compare the days on which a run was sent; only smart messages are reported by day.

    Every run of the account by the same template counts for these days, as it does there. Return
    None where there is nothing to compare, a finding where KooMessage does not say.
    """
    parts = session.parts
    plan = parts.plan
    own = list(_taken(parts.ledger, plan))
    if plan.message.channel is not Channel.AIM or not own:
        return None
    since = min(at for at, _ in own) - _DAY_S
    until = max(at for at, _ in own) + _DAY_S
    await parts.admit()
    told = await parts.gateway.day_counts(plan.message.template, since, until)
    parts.heed([told])
    if isinstance(told, Unanswered):
        why = f"KooMessage did not give its daily reports: {told.why}"
        return Finding(FindingCode.NOT_ANSWERED, why, f"template {plan.message.template}")
    sent_on = {_day(at) for at, _ in own}
    everything = [
        one
        for run in parts.ledger.runs()
        if _is_alike(run.plan, plan)
        for one in _taken(parts.ledger, run.plan)
        if _day(one[0]) in sent_on
    ]
    days = tuple(check_reports(everything, told, plan.message.template))
    return DaysCompared(session.hold.clock.now(), days)


def _taken(ledger: Ledger, plan: RunPlan) -> Iterator[Taken]:
    for one in ledger.submissions(plan.run, frozenset({State.ACCEPTED})):
        if one.route is Route.MAIN and one.attempted_at is not None:
            yield one.attempted_at, one.messages


def _is_alike(plan: RunPlan, other: RunPlan) -> bool:
    return (
        plan.account == other.account
        and plan.message.channel is other.message.channel
        and plan.message.template == other.message.template
    )


def _day(at: float) -> int:
    """Return the number of a moment's day in UTC+8."""
    return int((at + 8 * 3600) // _DAY_S)
