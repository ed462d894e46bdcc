"""Leave a run's files in its folder, and say in which language."""

import os
from collections.abc import Mapping
from pathlib import Path

from pipeline.core.errors import CampaignInvalid, KoosendError, ReportUnwritable
from pipeline.core.model import RunId
from pipeline.core.prices import Prices
from pipeline.report.into import GivenBack, write_into
from pipeline.report.options import ReportOptions
from pipeline.report.render import ReportFiles, write_report
from pipeline.report.texts import Language
from pipeline.runner.compared import compared_in
from pipeline.runner.lookup import Place, run_folder
from pipeline.runner.meanings import code_help, code_meaning
from pipeline.settings import Campaign, load_campaign


def write_files(place: Place, run: RunId, language: Language | None = None) -> ReportFiles:
    """Write outcomes.csv, rejected.csv, report.xlsx and report.html. Raises ReportUnwritable."""
    options = _options(place, run, language)
    return write_report(place.ledger, run, run_folder(place.state, run), options)


def give_back(place: Place, run: RunId, source: Path, language: Language | None) -> GivenBack:
    """Copy the user's own workbook into the run's folder, with columns for the outcomes.

    Raises what write_into raises.
    """
    target = run_folder(place.state, run) / f"{source.stem}-outcomes{source.suffix}"
    return write_into(place.ledger, run, source, target, _options(place, run, language))


def _options(place: Place, run: RunId, language: Language | None) -> ReportOptions:
    campaign = _campaign_of(place, run)
    return ReportOptions(
        language=language or language_of(os.environ),
        code_meaning=code_meaning,
        code_help=code_help,
        messages_per_s=campaign.limits.messages_per_s if campaign else 0.0,
        prices=campaign.prices if campaign else Prices(),
        compared=compared_in(run_folder(place.state, run)),
    )


def _campaign_of(place: Place, run: RunId) -> Campaign | None:
    """Return the campaign of a run that was named by its id, where its file is still sound."""
    record = place.ledger.run(run)
    if place.campaign is not None or record is None:
        return place.campaign
    try:
        return load_campaign(Path(record.plan.campaign_path), record.plan.planned_at)
    except CampaignInvalid:
        return None


def leave_files(place: Place, run: RunId) -> KoosendError | None:
    """Write the files at the end of a command; a disk that is full then costs only them."""
    try:
        write_files(place, run)
    except ReportUnwritable as error:
        return error
    return None


def language_of(environ: Mapping[str, str]) -> Language:
    """Read the language from the environment, as other commands do."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return Language.ZH if environ[name].lower().startswith("zh") else Language.EN
    return Language.EN
