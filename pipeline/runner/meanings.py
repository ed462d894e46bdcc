"""What the provider's codes mean, for reports."""

from pipeline.koomessage.codes import CODES
from pipeline.koomessage.receipt_codes import receipt_meaning


def code_meaning(code: str) -> str:
    """Return what a code of an answer, a detail or a receipt means, empty where nobody knows."""
    known = CODES.get(code)
    return known.meaning if known else receipt_meaning(code)
