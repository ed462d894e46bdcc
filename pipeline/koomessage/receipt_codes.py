"""What the codes of receipts and details mean: those of KooMessage's SMS leg.

They come from the carriers and from the sibling product that carries the SMS, so that the list is
never complete: what is not in it is shown as it came.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from pipeline.core.answer import NewsKind
from pipeline.language import Words, marked

FAILURES: Mapping[str, str] = MappingProxyType(
    {
        "BEYONDN": marked("too many messages to this number"),
        "KEYWORD": marked("the carrier blocks a word of the message"),
        "BLACK": marked("the number is on the platform's blacklist"),
        "MBBLACK": marked("the carrier blocks messages to this number"),
        "DJ:0255": marked("the carrier blocks messages to this number"),
        "M2:0045": marked("the number is on the carrier's blacklist"),
        "MK:0055": marked("trouble in the carrier's network"),
        "MK:0056": marked("trouble in the carrier's network"),
        "MB:1041": marked("trouble in the carrier's network"),
        "EXPIRED": marked("no report came in 72 hours"),
        "UNDELIV": marked("the carrier could not deliver it"),
        "REJECTD": marked("the carrier rejected it"),
        "DELETED": marked("the carrier deleted it before it was delivered"),
        "E200015": marked("too many messages at once"),
        "E200024": marked("international messages are not enabled"),
        "E200028": marked("a template value was refused"),
        "E200029": marked("a template value has the wrong type"),
        "E200030": marked("the template is not active"),
        "E200031": marked("the template's protocol was refused"),
        "E200033": marked("the template is of the wrong kind"),
        "E200041": marked("the number stood twice in one request"),
    }
)
"""Every code that says that a message did not arrive: KooMessage's SMS error table as far as it is
known, and the final states of SMPP. Only these, and those of FAMILIES, may be sent again."""

RECEIPT_CODES: Mapping[str, str] = MappingProxyType(
    {
        **FAILURES,
        "failed_short_chain": marked("KooMessage could not make the link"),
        "failed_by_count": marked("KooMessage counts every message of the task as failed"),
        "not_taken": marked("KooMessage took the task without this number"),
    }
)
"""Codes with one meaning each."""

FAMILIES: tuple[tuple[str, str], ...] = (
    ("MK:", marked("the number is not in service, off or suspended")),
    ("MN:", marked("the number is not in service, off or suspended")),
    ("MB:", marked("the carrier's SMS centre could not deliver it")),
    ("M2:", marked("the carrier turned it away")),
    ("DJ:", marked("the carrier blocks messages to this number")),
    ("SGIP:", marked("the carrier's gateway could not deliver it")),
    ("IA:", marked("the carrier's gateway could not deliver it")),
    ("IB:", marked("the carrier's gateway could not deliver it")),
    ("ID:", marked("the carrier's gateway turned it away")),
    ("CA:", marked("the carrier's gateway could not deliver it")),
    ("CB:", marked("the carrier's gateway could not deliver it")),
    ("SM:", marked("the carrier's SMS centre could not deliver it")),
    ("XA:", marked("the carrier's gateway could not deliver it")),
)
"""What all codes that begin alike have in common, where the code itself is not known."""


class Tells(StrEnum):
    """What a word or a code of a receipt tells of its message."""

    DELIVERED = "delivered"
    FAILED = "failed"
    UNDER_WAY = "under way"
    NO_FAULT = "no fault"
    NOTHING = "nothing"


_WORDS: Mapping[str, Tells] = MappingProxyType(
    {
        word: meaning
        for meaning, words in (
            (Tells.DELIVERED, "delivrd deliverd delivered success succeeded 成功"),
            (Tells.FAILED, "fail failed failure 失败"),
            (Tells.UNDER_WAY, "sending acceptd enroute 发送中"),
        )
        for word in words.split()
    }
)
_PREFIXES = tuple(prefix for prefix, _ in FAMILIES)


def tells(word: str) -> Tells:
    """Return what one word or code tells, however it is written.

    What is not known tells nothing: UNKNOWN, ACCEPTED, or a code of no family here may stand for
    anything. Noughts, alone or in a family, name no fault; whether it arrived they do not say.
    """
    if word.casefold() in _WORDS:
        return _WORDS[word.casefold()]
    upper = word.upper()
    if not upper.rpartition(":")[2].strip("0"):
        return Tells.NO_FAULT
    if upper in FAILURES or upper.startswith(_PREFIXES):
        return Tells.FAILED
    return Tells.NOTHING


def news_of_code(code: str) -> tuple[NewsKind, str]:
    """Read news that consists of one code (UpdateAIMSendStatus: send_status)."""
    match tells(code):
        case Tells.DELIVERED:
            return NewsKind.DELIVERED, code
        case Tells.FAILED:
            return NewsKind.FAILED, _spelt(code)
        case Tells.UNDER_WAY:
            return NewsKind.UNDER_WAY, code
        case Tells.NO_FAULT | Tells.NOTHING:
            return NewsKind.UNKNOWN_CODE, code


def news_of(status: str, code: str) -> tuple[NewsKind, str]:
    """Read news that consists of a status and a code (UpdateVmsSendStatus, ListAimSendDetails).

    Delivered is who both agree of: the status says so, and the code does too, names no fault, or is
    not there. Failed is whose status says so, with a code of the known failures or none. Whatever
    contradicts itself, or bears a code that nobody knows, proves nothing.
    """
    if not status:
        return news_of_code(code) if code else (NewsKind.UNDER_WAY, "")
    match tells(status), tells(code):
        case Tells.UNDER_WAY, _:
            return NewsKind.UNDER_WAY, code
        case Tells.DELIVERED, Tells.DELIVERED | Tells.NO_FAULT:
            return NewsKind.DELIVERED, code
        case Tells.FAILED, Tells.FAILED:
            return NewsKind.FAILED, _spelt(code)
        case Tells.FAILED, Tells.NO_FAULT if not code:
            return NewsKind.FAILED, _spelt(status)
        case _:
            return NewsKind.UNKNOWN_CODE, f"{code} with status {status}" if code else status


def _spelt(code: str) -> str:
    """Return a code of a failure as the tables spell it."""
    return code.casefold() if code.casefold() in _WORDS else code.upper()


def receipt_meaning(code: str) -> str:
    """Return what a receipt's code means, empty where nobody knows."""
    known = RECEIPT_CODES.get(code)
    if known is not None:
        return known
    return next((meaning for prefix, meaning in FAMILIES if code.startswith(prefix)), "")


_NOBODY = Words("the number does not exist")
_BARRED = Words("the carrier or the platform blocks messages to this number")
_WORDING = Words("the same text would be blocked again: change the template or the values first")
_VALUES = Words("the same values would be refused again: mend them in the source")

LASTING: Mapping[str, Words] = MappingProxyType(
    {
        "MK:0001": _NOBODY,
        "MN:0001": _NOBODY,
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
