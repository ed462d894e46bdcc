"""`nightly`: a campaign's whole night, from waiting for the list to telling how it went."""

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.core.errors import (
    CredentialsRefused,
    Exit,
    Interrupted,
    KoosendError,
    LedgerUnwritable,
    NotRunYet,
    Overtaken,
    ProviderUnavailable,
    RunHeld,
    gravest,
)
from pipeline.core.model import Channel, RunId
from pipeline.core.times import HOUR_S, days_between
from pipeline.language import filled
from pipeline.ledger import SqliteLedger
from pipeline.notify.heartbeat import beat
from pipeline.ports import Ledger, Night, Notice, RunRecord
from pipeline.report.compared import compared_in
from pipeline.runner.commands.reconcile import reconcile
from pipeline.runner.commands.run import Request, run_campaign
from pipeline.runner.guards.listed import compare_days
from pipeline.runner.notifying.delivering import deliver_reports
from pipeline.runner.notifying.desk import scene_of, tell
from pipeline.runner.notifying.happenings import of_bug, of_days, of_error, of_reports
from pipeline.runner.notifying.nights import day_of, missed_before, missed_notice
from pipeline.runner.scheduling.told import is_elsewhere, is_news, troubles
from pipeline.runner.session.outside import Outside
from pipeline.runner.session.place import Place, is_trial, latest_own_run, run_folder
from pipeline.runner.session.result import RunReport
from pipeline.settings import Campaign
from pipeline.settings.bounds import variable_shown

_COUNTED_BY_H = 16.0

_ASKS_NOTHING = (LedgerUnwritable, CredentialsRefused, ProviderUnavailable, Interrupted)
"""After these nothing would answer, or nobody wants to wait."""


@dataclass(slots=True)
class NightEnd:
    """How a night ended. reports are of the night's run first, then of earlier ones.

    error is what ended it before there was a run to speak of; elsewhere, that another process is
    at work on the run, which says itself how that ends.
    """

    reports: list[RunReport] = field(default_factory=list)
    error: KoosendError | None = None
    undelivered: KoosendError | None = None
    elsewhere: bool = False

    @property
    def exit(self) -> Exit:
        """Return the gravest of what happened. Of earlier runs only what is to be done counts."""
        codes = [error.exit_code for error in (self.error, self.undelivered) if error is not None]
        for no, report in enumerate(self.reports):
            if not is_elsewhere(report) and (no == 0 or troubles(report)):
                codes.append(report.exit)
        return gravest(codes)

    @property
    def run(self) -> str:
        """Return the id of the night's run; empty where there is none."""
        return self.reports[0].record.plan.run if self.reports else ""


def run_night(campaign: Campaign, request: Request, at_s: int, outside: Outside) -> NightEnd:
    """Wait for the list, run, ask, report, deliver and tell; what each does is said by its command.

    at_s is when it was to begin, in seconds of China's day. Raises whatever is a bug, once it is
    told.
    """
    state = request.state or campaign.state
    no, missed = _begun(campaign, state, at_s, outside)
    end = NightEnd()
    try:
        _work(campaign, request, outside, end)
    except Exception as error:
        kind = type(error).__name__
        _tell(campaign, state, outside, [*missed, of_bug(scene_of(campaign, outside.clock), kind)])
        raise
    end.undelivered = _delivered(campaign, state, end, outside)
    notices = [*missed, *_drifted(campaign, state, end, outside)]
    if end.error is not None and not end.elsewhere:
        notices.append(of_error(scene_of(campaign, outside.clock), end.error))
    _tell(campaign, state, outside, notices, end.reports)
    _ended(state, no, end, outside)
    if end.exit is Exit.OK and not end.elsewhere:
        _beat(campaign, os.environ, outside)
    return end


def _begun(
    campaign: Campaign, state: Path, at_s: int, outside: Outside
) -> tuple[int | None, list[Notice]]:
    """Keep that the night began, and find nights that did not.

    A ledger that cannot be written is told of by the run itself.
    """
    now = outside.clock.now()
    night = Night(campaign.name, day_of(at_s, now), at_s, now)
    try:
        with closing(SqliteLedger(state)) as ledger:
            before = ledger.notices.nights(campaign.name)[:1]
            no = ledger.notices.begin_night(night)
    except KoosendError:
        return None, []
    scene = scene_of(campaign, outside.clock)
    found = [(last, days) for last in before if (days := missed_before(last, night.day))]
    return no, [missed_notice(scene, last, days) for last, days in found]


def _work(campaign: Campaign, request: Request, outside: Outside, end: NightEnd) -> None:
    try:
        end.reports.append(run_campaign(campaign, request, outside.clock, outside.ui))
        end.elsewhere = is_elsewhere(end.reports[0])
    except KoosendError as error:
        end.error, end.elsewhere = error, isinstance(error, RunHeld | Overtaken)
    stopped = end.error or (end.reports[0].stopped if end.reports else None)
    if not isinstance(stopped, _ASKS_NOTHING):
        _ask(campaign, request, outside, end)
    if end.elsewhere:
        end.error = None


def _ask(campaign: Campaign, request: Request, outside: Outside, end: NightEnd) -> None:
    """Ask what became of this night's messages and of earlier ones."""
    state = request.state or campaign.state
    try:
        with closing(SqliteLedger(state)) as ledger:
            record = latest_own_run(ledger, campaign.name)
            place = Place(state, ledger, campaign, record, request.said)
            later = reconcile(place, outside.clock, outside.ui, wait_s=0)
    except NotRunYet:
        return
    except KoosendError as error:
        end.error = end.error or error
        return
    known = {report.record.plan.run: report for report in later}
    end.reports = [_latest(report, known) for report in end.reports] + list(known.values())


def _drifted(campaign: Campaign, state: Path, end: NightEnd, outside: Outside) -> Sequence[Notice]:
    """Hold the run before this night's against KooMessage's daily reports, once they are whole.

    What keeps them from being asked for is no fault of this night.
    """
    if not end.reports or end.elsewhere:
        return ()
    try:
        with closing(SqliteLedger(state)) as ledger:
            record = _before(ledger, campaign.name, end.reports[0].record.plan.run)
            if record is None:
                return ()
            known = compared_in(run_folder(state, record.plan.run))
            at = None if known is None else known.at
            if not is_to_be_compared(record, at, outside.clock.now()):
                return ()
            place = Place(state, ledger, campaign, record)
            compared = compare_days(place, outside.clock, outside.ui)
    except KoosendError as error:
        outside.ui.note(
            filled("KooMessage's daily reports could not be asked for: {why}", why=error.text)
        )
        return ()
    if compared is None:
        return ()
    return tuple(of_days(scene_of(campaign, outside.clock), record.plan.run, compared))


def _before(ledger: Ledger, campaign: str, run: RunId) -> RunRecord | None:
    """Return the latest list that a campaign sent before a run."""
    own = (one for one in ledger.runs(campaign) if not is_trial(one) and one.plan.run != run)
    return next(own, None)


def is_to_be_compared(record: RunRecord, compared_at: float | None, now: float) -> bool:
    """Tell whether KooMessage has counted the day of a run, and was not asked since.

    It shows a day's counts from 16:00 of the next day on (ListAimSendReports).
    """
    if record.finished_at is None or record.plan.message.channel is not Channel.AIM:
        return False
    finished, counted_s = record.finished_at, _COUNTED_BY_H * HOUR_S
    asked = compared_at is not None and days_between(finished, compared_at - counted_s) >= 1
    return days_between(finished, now - counted_s) >= 1 and not asked


def _latest(report: RunReport, known: dict[RunId, RunReport]) -> RunReport:
    """Return how a run stands by now; what ended its sending weighs more."""
    later = known.pop(report.record.plan.run, None)
    return report if later is None or report.stopped is not None or report.leftovers else later


def _delivered(
    campaign: Campaign, state: Path, end: NightEnd, outside: Outside
) -> KoosendError | None:
    if not end.reports or end.elsewhere:
        return None
    try:
        with closing(SqliteLedger(state)) as ledger:
            place = Place(state, ledger, campaign, end.reports[0].record)
            return deliver_reports(place, end.reports, outside, of_night=True)
    except KoosendError as error:
        return error


def _tell(
    campaign: Campaign,
    state: Path,
    outside: Outside,
    notices: Sequence[Notice],
    reports: Sequence[RunReport] = (),
) -> None:
    def found(ledger: Ledger) -> Sequence[Notice]:
        scene = scene_of(campaign, outside.clock)
        return (*notices, *of_reports(scene, ledger, reports))

    for sentence in tell(campaign, state, found, outside.clock):
        outside.ui.note(sentence)
    if reports:
        is_news(reports, outside.clock.now())  # it is told now: the hourly look need not


def _ended(state: Path, no: int | None, end: NightEnd, outside: Outside) -> None:
    if no is None:
        return
    try:
        with closing(SqliteLedger(state)) as ledger:
            ledger.notices.end_night(no, outside.clock.now(), int(end.exit), end.run)
    except KoosendError as error:
        outside.ui.note(filled("how the night ended could not be kept: {why}", why=error.text))


def _beat(campaign: Campaign, environ: Mapping[str, str], outside: Outside) -> None:
    notify = campaign.notify
    url = notify.heartbeat_url or environ.get(notify.heartbeat_env, "").strip()
    if notify.heartbeat_env and not url:
        name = variable_shown(notify.heartbeat_env)
        outside.ui.note(
            filled(
                "{name}, which notify.heartbeat_env names, is not set: nobody is called", name=name
            )
        )
    elif url and (why := beat(url)):
        outside.ui.note(filled("the heartbeat of this good night was not heard: {why}", why=why))
