"""What the codes of receipts and details mean: those of KooMessage's SMS leg.

They come from the carriers and from the sibling product that carries the SMS, so that the list is
never complete: what is not in it is shown as it came.
"""

from collections.abc import Mapping
from types import MappingProxyType

RECEIPT_CODES: Mapping[str, str] = MappingProxyType(
    {
        "BEYONDN": "too many messages to this number",
        "KEYWORD": "the carrier blocks a word of the message",
        "BLACK": "the number is on the platform's blacklist",
        "MBBLACK": "the carrier blocks messages to this number",
        "DJ:0255": "the carrier blocks messages to this number",
        "M2:0045": "the number is on the carrier's blacklist",
        "MK:0055": "trouble in the carrier's network",
        "MK:0056": "trouble in the carrier's network",
        "MB:1041": "trouble in the carrier's network",
        "EXPIRED": "no report came in 72 hours",
        "E200015": "too many messages at once",
        "E200024": "international messages are not enabled",
        "E200028": "a template value was refused",
        "E200029": "a template value has the wrong type",
        "E200030": "the template is not active",
        "E200031": "the template's protocol was refused",
        "E200033": "the template is of the wrong kind",
        "E200041": "the number stood twice in one request",
        "failed_short_chain": "KooMessage could not make the link",
        "failed_by_count": "KooMessage counts every message of the task as failed",
        "not_taken": "KooMessage dropped the number as invalid",
    }
)
"""Codes with one meaning each."""

FAMILIES: tuple[tuple[str, str], ...] = (
    ("MK:", "the number is not in service, off or suspended"),
    ("MN:", "the number is not in service, off or suspended"),
    ("SGIP:", "the carrier's gateway could not deliver it"),
)
"""What all codes that begin alike have in common, where the code itself is not known."""


def receipt_meaning(code: str) -> str:
    """Return what a receipt's code means, empty where nobody knows."""
    known = RECEIPT_CODES.get(code)
    if known is not None:
        return known
    return next((meaning for prefix, meaning in FAMILIES if code.startswith(prefix)), "")


_NOBODY = "the number does not exist"
_BARRED = "the carrier or the platform blocks messages to this number"
_WORDING = "the same text would be blocked again: change the template or the values first"
_VALUES = "the same values would be refused again: mend them in the source"

LASTING: Mapping[str, str] = MappingProxyType(
    {
        "MK:0001": _NOBODY,
        "MN:0001": _NOBODY,
        "not_taken": _NOBODY,
        "KM.00001502": _NOBODY,
        "BLACK": _BARRED,
        "MBBLACK": _BARRED,
        "DJ:0255": _BARRED,
        "M2:0045": _BARRED,
        "KEYWORD": _WORDING,
        "KM.90016801": _WORDING,
        "E200028": _VALUES,
        "E200029": _VALUES,
        "KM.00001375": _VALUES,
        "KM.00001403": _VALUES,
        "KM.00001404": _VALUES,
        "KM.00001503": _VALUES,
        "KM.90016482": _VALUES,
    }
)
"""Codes that the same message to the same number would only meet again, and why."""
