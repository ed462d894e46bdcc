"""What the files are called that a report leaves in a run's folder."""

import re

from pipeline.ports.marks import PREFIXES

OUTCOMES_FILE = "outcomes.csv"
REJECTED_FILE = "rejected.csv"
LINKS_FILE = "links.csv"
FAMILY_FILE = "outcomes_all.csv"
WORKBOOK_FILE = "report.xlsx"
PAGE_FILE = "report.html"
MARK_FILES = {
    "rehearsal": "REHEARSAL-nobody-was-sent-anything.txt",
    "unknown_endpoint": "UNKNOWN-ENDPOINT.txt",
    "test_send": "TEST-SEND.txt",
}
"""What stands in the folder of a run that is not the real thing, beside its files for programs."""

_PLAIN = frozenset({OUTCOMES_FILE, REJECTED_FILE, LINKS_FILE, FAMILY_FILE, *MARK_FILES.values()})
_MARKED = frozenset(f"{prefix}{name}" for prefix in PREFIXES for name in (WORKBOOK_FILE, PAGE_FILE))
_GIVEN_BACK = re.compile(r".+-outcomes\.xls[xm]", re.IGNORECASE | re.DOTALL)
_DRAFT = re.compile(r"\..+\.[0-9a-z_]{8}\.part", re.DOTALL)


def given_back_name(prefix: str, stem: str, suffix: str) -> str:
    """Name the copy of a workbook that is given back, after the workbook."""
    return f"{prefix}{stem}-outcomes{suffix}"


def is_report_file(name: str) -> bool:
    """Tell whether a file of a run's folder is one that a report has left there, by its name.

    A workbook that was given back is one, and so is a draft that a kill has left.
    """
    is_known = name in _PLAIN or name in _MARKED
    return is_known or any(form.fullmatch(name) for form in (_GIVEN_BACK, _DRAFT))
