"""Write what became of every row, in files that a person can open and a program can read."""

from pipeline.report.audit import Finding, FindingCode, Proof, check_books
from pipeline.report.cells import safe_cell
from pipeline.report.options import ReportOptions
from pipeline.report.render import ReportFiles, write_report
from pipeline.report.texts import Language

__all__ = [
    "Finding",
    "FindingCode",
    "Language",
    "Proof",
    "ReportFiles",
    "ReportOptions",
    "check_books",
    "safe_cell",
    "write_report",
]
