"""Tell a campaign's people how a command ended; no command fails for what becomes of that."""

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from pipeline.core.errors import CampaignInvalid, KoosendError
from pipeline.language import environments_language
from pipeline.ledger import SqliteLedger
from pipeline.ports import Clock, Ledger, Notice
from pipeline.report.compared import compared_in
from pipeline.runner.notifying.happenings import Scene, of_days, of_error, of_reports
from pipeline.runner.notifying.nights import missed_by_now, missed_notice
from pipeline.runner.notifying.telling import Teller
from pipeline.runner.session.marks import marks_of_campaign
from pipeline.runner.session.place import (
    Place,
    is_run_id,
    is_trial,
    load_here,
    own_campaign,
    run_folder,
    state_folder,
)
from pipeline.runner.session.result import RunReport
from pipeline.settings import Campaign, who_is_told

Found = Callable[[Ledger], Sequence[Notice]]
"""Say what is to be told, by what the ledger holds."""


def scene_of(campaign: Campaign, clock: Clock) -> Scene:
    """Return what every notice of a campaign begins with."""
    language = campaign.reports_in or environments_language(os.environ)
    mark = marks_of_campaign(campaign)
    shown = "" if mark.unknown_endpoint else mark.text
    return Scene(campaign.name, campaign.named, language, clock.now(), shown)


def tell(campaign: Campaign, state: Path, found: Found, clock: Clock) -> tuple[str, ...]:
    """Tell what is found, and what could not leave before; return sentences for the log."""
    if not campaign.notify.is_asked_for:
        return ()
    try:
        with closing(SqliteLedger(state)) as ledger:
            teller = Teller(ledger.notices, campaign.name, campaign.notify, clock)
            teller.tell(found(ledger))
            return tuple(teller.said)
    except KoosendError as error:
        return (f"nobody could be notified: {error}",)


def tell_of_end(
    target: str, given: Path | None, end: KoosendError | Sequence[RunReport], clock: Clock
) -> tuple[str, ...]:
    """Tell how a command ended that was given a campaign file and a state folder, or a run.

    Of a run that is named by its id its reports alone are told, as its campaign says.
    """
    if is_run_id(target):
        return () if isinstance(end, KoosendError) else _tell_of_named(end, clock)
    state = state_folder(given, os.environ)
    try:
        campaign = load_here(Path(target), given, clock.now())
    except CampaignInvalid as wrong:
        return tell_of_wrong(Path(target), state, wrong, clock)
    if isinstance(end, KoosendError):
        return tell_error(campaign, state or campaign.state, end, clock)
    return tell_reports(campaign, state or campaign.state, end, clock)


def _tell_of_named(reports: Sequence[RunReport], clock: Clock) -> tuple[str, ...]:
    latest = reports[0]
    campaign = own_campaign(latest.record, clock.now())
    state = latest.folder.parent.parent
    return tell_reports(campaign, state, reports, clock) if campaign else ()


def tell_reports(
    campaign: Campaign, state: Path, reports: Sequence[RunReport], clock: Clock
) -> tuple[str, ...]:
    """Tell how a command's runs stand."""

    def found(ledger: Ledger) -> Sequence[Notice]:
        return tuple(of_reports(scene_of(campaign, clock), ledger, reports))

    return tell(campaign, state, found, clock)


def tell_error(
    campaign: Campaign, state: Path, error: KoosendError, clock: Clock
) -> tuple[str, ...]:
    """Tell what ended a command."""
    scene = scene_of(campaign, clock)
    return tell(campaign, state, lambda _: (of_error(scene, error),), clock)


def tell_of_missed(campaign: Campaign, state: Path, clock: Clock) -> tuple[str, ...]:
    """Tell of nights that should have run by now, and what could not leave before."""

    def found(ledger: Ledger) -> Sequence[Notice]:
        scene, before = scene_of(campaign, clock), campaign.schedule.start_before
        return tuple(
            missed_notice(scene, last, days)
            for last in ledger.notices.nights(campaign.name)[:1]
            if (days := missed_by_now(last, before, scene.now))
        )

    return tell(campaign, state, found, clock)


def tell_of_days(place: Place, clock: Clock) -> tuple[str, ...]:
    """Tell of the days that KooMessage counts otherwise, as they were compared last."""
    campaign, run = place.campaign_of(place.run, clock.now()), place.run.plan.run
    compared = compared_in(run_folder(place.state, run))
    if compared is None or is_trial(place.run):
        return ()
    found = tuple(of_days(scene_of(campaign, clock), run, compared))
    return tell(campaign, place.state, lambda _: found, clock) if found else ()


def tell_of_wrong(
    file: Path, state: Path | None, error: KoosendError, clock: Clock
) -> tuple[str, ...]:
    """Tell that a campaign file is wrong, where it still says to whom and where that is kept."""
    known = who_is_told(file, clock.now())
    if known is None or not known.notify.is_asked_for:
        return ()
    scene = Scene(
        known.name,
        str(known.file),
        known.language or environments_language(os.environ),
        clock.now(),
    )
    try:
        with closing(SqliteLedger(state or known.state)) as ledger:
            teller = Teller(ledger.notices, known.name, known.notify, clock)
            teller.tell((of_error(scene, error),))
            return tuple(teller.said)
    except KoosendError as unkept:
        return (f"nobody could be notified: {unkept}",)
