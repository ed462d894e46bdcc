"""What the provider's codes mean, for reports."""

from pipeline.koomessage.code_advice import advice_for
from pipeline.koomessage.codes import CODES
from pipeline.koomessage.receipt_codes import receipt_meaning
from pipeline.report.options import CodeHelp
from pipeline.report.texts import Words


def code_meaning(code: str) -> str:
    """Return what a code of an answer, a detail or a receipt means, empty where nobody knows."""
    known = CODES.get(code)
    return known.meaning if known else receipt_meaning(code)


def code_help(code: str) -> CodeHelp:
    """Return what a code means and what to do about it, in both languages."""
    known = advice_for(code)
    return CodeHelp(Words(known.meaning_en, known.meaning_zh), Words(known.mend_en, known.mend_zh))
