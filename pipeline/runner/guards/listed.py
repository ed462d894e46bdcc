"""`verify --online`: hold the ledger against KooMessage's own list."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from pipeline.audit.books import Finding, FindingCode
from pipeline.audit.provider import Taken, check_listed, check_reports, finding_of
from pipeline.core.answer import FoundTask, Unanswered
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Route
from pipeline.core.outcome import Ware, Weight, strongest
from pipeline.core.times import DAY_S, day_in_china
from pipeline.language import filled
from pipeline.ports import (
    AttemptRecord,
    Clock,
    DaysCompared,
    Ledger,
    RunPlan,
    RunRecord,
    Submission,
)
from pipeline.report.compared import keep_compared
from pipeline.runner.commands.verify import Verification
from pipeline.runner.guards.current import put
from pipeline.runner.session.outside import Ui
from pipeline.runner.session.place import Place, run_folder
from pipeline.runner.session.session import Session, lease_run, open_session


async def find_drift(session: Session) -> DaysCompared | Finding | None:
    """Compare the days on which a run was sent; only smart messages are reported by day.

    Every run of the account by the same template counts for these days, as it does there. Return
    None where there is nothing to compare, a finding where KooMessage does not say.
    """
    parts = session.parts
    plan = parts.plan
    own = list(_taken_by_template(parts.ledger, session.hold.record))
    if plan.message.channel is not Channel.AIM or not own:
        return None
    since = min(at for at, _ in own) - DAY_S
    until = max(at for at, _ in own) + DAY_S
    counts = await parts.ask(partial(parts.gateway.day_counts, plan.message.template, since, until))
    if isinstance(counts, Unanswered):
        why = filled("KooMessage did not give its daily reports: {why}", why=counts.why)
        return Finding(
            FindingCode.NOT_ANSWERED,
            why,
            filled("template {template}", template=plan.message.template),
        )
    sent_on = {day_in_china(at) for at, _ in own}
    everything = [
        taken
        for run in parts.ledger.runs()
        if _is_alike(run.plan, plan)
        for taken in _taken_by_template(parts.ledger, run)
        if day_in_china(taken[0]) in sent_on
    ]
    days = tuple(check_reports(everything, counts, plan.message.template))
    return DaysCompared(session.hold.clock.now(), days)


def _taken_by_template(ledger: Ledger, record: RunRecord) -> Iterator[Taken]:
    for submission in ledger.submissions(record.plan.run, frozenset({State.ACCEPTED})):
        if submission.route is Route.MAIN and submission.attempted_at is not None:
            yield submission.attempted_at, _taken(ledger, record, submission)


def _is_alike(plan: RunPlan, other: RunPlan) -> bool:
    return (
        plan.account == other.account
        and plan.message.channel is other.message.channel
        and plan.message.template == other.message.template
    )


_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class _Listed:
    """An attempt of a submission, and what KooMessage lists under its name."""

    record: AttemptRecord
    submission: Submission
    answer: tuple[FoundTask, ...] | Unanswered


def verify_listed(place: Place, proof: Verification, clock: Clock, ui: Ui) -> Verification:
    """Ask KooMessage for every attempt of the run by name; nothing is sent.

    The run is held meanwhile, so that nobody changes it. Raises RunHeld, and what keeps KooMessage
    from being asked.
    """
    record = place.run
    campaign = place.campaign_of(record, clock.now())
    # An older ledger is looked at anyway: what it lacks is what this is to find.
    looking = replace(place, said=replace(place.said, only_looks=True))
    with lease_run(campaign, looking, record, clock, ui) as hold:

        async def ask() -> tuple[list[_Listed], DaysCompared | Finding | None]:
            async with open_session(hold) as session:
                listed = await session.unless_stopped(_ask_all(session))
                return listed, await session.unless_stopped(find_drift(session))

        listed, compared = asyncio.run(ask())
    if isinstance(compared, DaysCompared):
        keep_compared(run_folder(place.state, record.plan.run), compared)
    findings = tuple(_judged(place.ledger, record, listed))
    return replace(
        proof, findings=(*proof.findings, *findings), asked=len(listed), drift=_drift(compared)
    )


def compare_days(place: Place, clock: Clock, ui: Ui) -> DaysCompared | None:
    """Ask for the daily reports alone; None where there are none, or KooMessage does not say.

    The run is held meanwhile. Raises RunHeld, and what keeps KooMessage from being asked.
    """
    record = place.run
    looking = replace(place, said=replace(place.said, only_looks=True))
    with lease_run(place.campaign_of(record, clock.now()), looking, record, clock, ui) as hold:

        async def ask() -> DaysCompared | Finding | None:
            async with open_session(hold) as session:
                return await session.unless_stopped(find_drift(session))

        compared = asyncio.run(ask())
    if not isinstance(compared, DaysCompared):
        return None
    keep_compared(run_folder(place.state, record.plan.run), compared)
    return compared


def _drift(compared: DaysCompared | Finding | None) -> tuple[Finding, ...]:
    if isinstance(compared, DaysCompared):
        return tuple(map(finding_of, compared.days))
    return () if compared is None else (compared,)


async def _ask_all(session: Session) -> list[_Listed]:
    parts = session.parts
    records = parts.ledger.attempts(parts.run)
    listed: list[_Listed] = []
    submissions = parts.ledger.submissions(parts.run)
    # Making a link leaves nothing that could be asked for by name.
    sends = [submission for submission in submissions if submission.route is not Route.PARSE]
    of_place = {submission.place: submission for submission in sends}
    named = [
        (record, of_place[place])
        for record in records
        if (place := record.attempt.place) in of_place
    ]
    session.hold.ui.note(filled("asking KooMessage for {named} requests by name", named=len(named)))
    queue = iter(named)

    async def work() -> None:
        for record, submission in queue:
            attempt = record.attempt
            answer = await put(session, submission, attempt.task_name, attempt.at)
            listed.append(_Listed(record, submission, answer))

    async with asyncio.TaskGroup() as group:
        for _ in range(min(_AT_ONCE, len(named))):
            group.create_task(work())
    return sorted(listed, key=lambda answered: answered.record.attempt.task_name)


def _judged(ledger: Ledger, record: RunRecord, listed: Iterable[_Listed]) -> Iterable[Finding]:
    for answered in listed:
        sent = _taken(ledger, record, answered.submission)
        found = check_listed(answered.record, sent, answered.answer)
        if found is not None:
            yield found


def _taken(ledger: Ledger, record: RunRecord, submission: Submission) -> int:
    """Count the numbers that KooMessage took, as far as the ledger knows."""
    facts = ledger.facts(record.plan.run, submission).values()
    left_out = sum(strongest(Ware.CARD, row_facts) is Weight.REFUSED for row_facts in facts)
    return submission.messages - left_out
