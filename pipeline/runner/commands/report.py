"""Leave a run's files in its folder, and say in which language."""

import os
from pathlib import Path

from pipeline.core.errors import KoosendError, ReportUnwritable
from pipeline.core.model import RunId
from pipeline.core.pricing import Prices
from pipeline.koomessage.codes import advice_for
from pipeline.language import Language, environments_language
from pipeline.ports import Marks
from pipeline.report.compared import compared_in
from pipeline.report.file_names import given_back_name
from pipeline.report.options import CodeHelp, ReportOptions
from pipeline.report.write import ReportFiles, write_masked, write_report
from pipeline.runner.giving.give_back import GivenBack, write_into
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.place import Place, by_campaign, named, run_folder


def write_files(place: Place, run: RunId, language: Language | None = None) -> ReportFiles:
    """Write outcomes.csv, rejected.csv, report.xlsx and report.html. Raises ReportUnwritable."""
    options = _options(place, run, language)
    return write_report(place.ledger, run, run_folder(place.state, run), options)


def write_to_show(place: Place, run: RunId, names: tuple[Path, Path]) -> None:
    """Write workbook and page under two paths, no number whole in them. Raises ReportUnwritable."""
    record = place.ledger.run(run)
    if record is not None:
        write_masked(place.ledger, record, names, _options(place, run, None))


def give_back(place: Place, run: RunId, source: Path, language: Language | None) -> GivenBack:
    """Copy the user's own workbook into the run's folder, with columns for the outcomes.

    Raises what write_into raises.
    """
    options = _options(place, run, language)
    name = given_back_name(options.marks.prefix, source.stem, source.suffix)
    return write_into(place.ledger, run, source, run_folder(place.state, run) / name, options)


def _options(place: Place, run: RunId, language: Language | None) -> ReportOptions:
    record = place.ledger.run(run)
    campaign, marks = place.campaign, Marks()
    if record is not None:
        marks = marks_of(record)
        campaign = place.campaign_if_sound(record, record.plan.planned_at)
    return ReportOptions(
        language=language
        or (campaign and campaign.reports_in)
        or environments_language(os.environ),
        code_help=lambda code: CodeHelp(*advice_for(code)),
        messages_per_s=campaign.limits.messages_per_s if campaign else 0.0,
        prices=campaign.prices if campaign else Prices(),
        compared=compared_in(run_folder(place.state, run)),
        marks=marks,
        command_run=named(record) if record else "",
        command_campaign=by_campaign(record) if record else "",
    )


def leave_files(place: Place, run: RunId) -> KoosendError | None:
    """Write the files at the end of a command; a disk that is full then costs only them."""
    try:
        write_files(place, run)
    except ReportUnwritable as error:
        return error
    return None
