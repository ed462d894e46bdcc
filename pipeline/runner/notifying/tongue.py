"""In which language a campaign's people are spoken to, where the command line does not say."""

import os
from collections.abc import Mapping

from pipeline.language import Language
from pipeline.settings.keys import Report


def language_for(report: Report | None) -> Language:
    """Return the language that a campaign names, else that of the environment."""
    if report is None or report.language == "auto":
        return language_of(os.environ)
    return Language(report.language)


def language_of(environ: Mapping[str, str]) -> Language:
    """Read the language from the environment, as other commands do."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return Language.ZH if environ[name].lower().startswith("zh") else Language.EN
    return Language.EN
