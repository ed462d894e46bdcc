"""Write what became of every row, in files that a person can open and a program can read."""

from pipeline.report.audit import Finding, FindingCode, Proof, check_books
from pipeline.report.cells import safe_cell
from pipeline.report.into import GivenBack, write_into
from pipeline.report.options import CodeHelp, ReportOptions
from pipeline.report.render import ReportFiles, write_report
from pipeline.report.texts import Language, Words

__all__ = [
    "CodeHelp",
    "Finding",
    "FindingCode",
    "GivenBack",
    "Language",
    "Proof",
    "ReportFiles",
    "ReportOptions",
    "Words",
    "check_books",
    "safe_cell",
    "write_into",
    "write_report",
]
