"""Leave a run's files in its folder, and say in which language."""

import os
from collections.abc import Mapping

from pipeline.core.errors import KoosendError, ReportUnwritable
from pipeline.core.model import RunId
from pipeline.report import Language, ReportFiles, ReportOptions, write_report
from pipeline.runner.lookup import Place, run_folder
from pipeline.runner.meanings import code_meaning


def write_files(place: Place, run: RunId, language: Language | None = None) -> ReportFiles:
    """Write outcomes.csv, rejected.csv and report.xlsx. Raises ReportUnwritable."""
    options = ReportOptions(language=language or language_of(os.environ), code_meaning=code_meaning)
    return write_report(place.ledger, run, run_folder(place.state, run), options)


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
