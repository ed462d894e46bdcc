"""The provider's error codes and bodies: where its words end and ours begin.

A status of 4xx refuses only together with a code of the provider's own form; without one it may
be a proxy's word, and a send is in doubt, as it is with any other status. Nothing here makes a
send be repeated; only the gateway's rate refusal does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pipeline.koomessage.decoding import Unreadable, clean, mapping, parse, text
from pipeline.koomessage.receipt_codes import receipt_meaning
from pipeline.language import Bilingual, Text, Words, marked

RATE_CODES = frozenset({"APIGW.0308", "APIG.0308"})
"""The gateway refused for the rate, before anything was processed."""

DOUBTFUL_CODES = frozenset(
    {
        "KM.80000001",
        "KM.90010000",
        "KM.90011001",
        "KM.90019003",
        "APIGW.0103",
        "APIGW.0104",
        "APIGW.0105",
        "APIGW.0106",
    }
)
"""Saying only that an operation or a service failed, or that something went wrong behind the
gateway: also with a 4xx that is not to say that nothing was done."""

DOUBTFUL_STATUSES = frozenset({408, 409, 425})
"""Statuses below 500 that do not prove that nothing was taken."""

TOO_LARGE_STATUS: Final = 413
"""The gateway's word for a body that is too long (APIGW.0201)."""

_SIZE_STATUSES = frozenset({400, TOO_LARGE_STATUS})
_STOPPING_STATUSES = frozenset({403, 404, 405, 406, 410, 415, 451})

_OWN = re.compile(r"KM\.[0-9]{8}|APIGW?\.[0-9]{4}")
_CREDENTIALS = re.compile(r"APIGW?\.03[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Code:
    """What a code means, whether the next request would meet it too, and how to mend it.

    about_rows: it is about the rows of one request. split: that had too many of them.
    """

    meaning: str
    stops_run: bool
    mend: str
    about_rows: bool = False
    split: bool = False


_CHANNEL = "take channel number, SMS template, signature and app from one row of the console"
_TEMPLATE = "check the template's number and that it is approved and enabled for this account"
_VALUES = "mend the row's values"
_SPLIT = "send fewer in one request"
_SUPPORT = "ask the provider's support"
_RIGHTS = "give the account the right to use this interface"


def _run(meaning: str, mend: str) -> Code:
    """Describe a code that every request of the campaign would meet."""
    return Code(meaning, stops_run=True, mend=mend)


def _row(meaning: str) -> Code:
    """Describe a code that has to do with one request's rows."""
    return Code(meaning, stops_run=False, mend=_VALUES, about_rows=True)


def _size(meaning: str) -> Code:
    """Describe a code that says that a request had too many rows."""
    return Code(meaning, stops_run=False, mend=_SPLIT, about_rows=True, split=True)


def _odd(meaning: str, mend: str = _SUPPORT) -> Code:
    """Describe a code that tells nothing of the rows, and nothing of the next request."""
    return Code(meaning, stops_run=False, mend=mend)


CODES: Mapping[str, Code] = MappingProxyType(
    {
        "KM.00001075": _run("the SMS signature is empty", _CHANNEL),
        "KM.00001076": _run("the SMS signature is not 1 to 18 characters", _CHANNEL),
        "KM.00001080": _run("the SMS template does not exist", _CHANNEL),
        "KM.00001081": _run("the SMS template is empty", _CHANNEL),
        "KM.00001082": _run("the SMS template does not exist", _CHANNEL),
        "KM.00001083": _odd("the list of numbers is empty"),
        "KM.00001098": _run("the channel number is not 1 to 21 characters", _CHANNEL),
        "KM.00001124": _run("the SMS app is empty", _CHANNEL),
        "KM.00001125": _run("the SMS app does not match", _CHANNEL),
        "KM.00001126": _run("an SMS channel parameter is empty", _CHANNEL),
        "KM.00001127": _run("the SMS signature is empty", _CHANNEL),
        "KM.00001128": _run("the SMS signature does not match", _CHANNEL),
        "KM.00001129": _run("the SMS template is empty", _CHANNEL),
        "KM.00001134": _run("the SMS template's number is not numeric", _CHANNEL),
        "KM.00001135": _run("the SMS template does not exist", _CHANNEL),
        "KM.00001138": _run("the SMS template belongs to another account", _CHANNEL),
        "KM.00001189": _run("the signature's number is empty", _CHANNEL),
        "KM.00001375": _row(marked("an SMS value has a wrong length")),
        "KM.00001376": _run(
            marked("the SMS template has another number of variables"),
            "give message.sms.params one entry for each variable but the link",
        ),
        "KM.00001377": _run(
            "the SMS template has no place for the link", "choose one with a link variable"
        ),
        "KM.00001403": _row("a date or time has a wrong form"),
        "KM.00001404": _row("a number or code has a wrong form"),
        "KM.00001484": _odd("only a rejected template can be changed", _TEMPLATE),
        "KM.00001485": _run("the signature's name is not 2 to 16 characters", _CHANNEL),
        "KM.00001486": _run("the signature's name exists already", _CHANNEL),
        "KM.00001500": _size("too many numbers in one request"),
        "KM.00001501": _odd("the extension text is too long"),
        "KM.00001502": _row(marked("a number has a wrong form")),
        "KM.00001503": _row(marked("the SMS values do not suit the template")),
        "KM.00002024": _run("the account has as many SMS apps as it may", _SUPPORT),
        "KM.00002194": _odd("the SMS template could not be made"),
        "KM.80000001": _odd("the operation failed"),
        "KM.80040004": _odd("the card template could not be made"),
        "KM.80040005": _odd("the card template could not be changed"),
        "KM.80040006": _odd("the card template could not be deleted"),
        "KM.80040007": _odd("the card template's JSON is not understood"),
        "KM.90016301": _size("too many numbers in one request"),
        "KM.90016403": _size("too many links in one request"),
        "KM.90016405": _run(marked("the card template does not exist"), _TEMPLATE),
        "KM.90016414": _odd("the request holds nothing"),
        "KM.90016415": _odd("a list in the request is empty"),
        "KM.90016416": _size("too many codes in one request"),
        "KM.90016482": _row(marked("a custom short code is used already")),
        "KM.90016801": _row(marked("a value holds a sensitive word")),
        "KM.90016802": _run(
            marked("the card's parameters are not those of the template"),
            "give message.params exactly the template's names",
        ),
        "KM.90016805": _run(marked("the card template is malformed"), _TEMPLATE),
        "KM.90018111": _row("a link inside a text cannot be converted"),
        "KM.90010000": _odd("the provider met an unknown error"),
        "KM.90011001": _odd("the provider's partner gave no link"),
        "KM.90019003": _odd("the provider's service failed"),
        "APIGW.0101": _run("the interface does not exist there", "check account.endpoint"),
        "APIGW.0103": _odd("the interface has nothing behind it"),
        "APIGW.0104": _odd("the gateway is set up wrongly"),
        "APIGW.0105": _odd("the gateway is set up wrongly"),
        "APIGW.0106": _odd("the gateway is set up wrongly"),
        "APIGW.0201": _odd("the gateway cannot read the request"),
        "APIGW.0301": _run(
            "the credentials are refused", "check the keys or the token, and this machine's clock"
        ),
        "APIGW.0302": _run("the account may not use this interface", _RIGHTS),
        "APIGW.0303": _run("the app's credentials are refused", "check the keys"),
        "APIGW.0305": _run("the app may not use this interface", _RIGHTS),
        "APIGW.0306": _run("access is denied", _RIGHTS),
        "APIGW.0308": _odd("the gateway's rate is reached", "lower limits.calls_per_s"),
        "APIG.0308": _odd("the gateway's rate is reached", "lower limits.calls_per_s"),
    }
)
"""Every documented code that a request of ours may meet."""


SPLIT_CODES: Final = frozenset(code for code, known in CODES.items() if known.split)
"""Too many numbers, links or codes in one request: send less (分批次请求)."""

AXIOMS: Mapping[int, str] = MappingProxyType(
    {
        400: "|".join(map(re.escape, sorted(SPLIT_CODES))),
        401: _CREDENTIALS.pattern,
        TOO_LARGE_STATUS: _OWN.pattern,
        429: "|".join(map(re.escape, sorted(RATE_CODES))),
    }
)
"""Which codes at which status are believed to mean that nothing was taken: rows are sent again.

The documents imply it and nobody has seen it yet. docs/explanation/guarantees.md names each.
"""


def is_own(code: str) -> bool:
    """Tell whether a code has the form of KooMessage's, or of the gateway's before it."""
    return _OWN.fullmatch(code) is not None


def axiom_of(status: int, code: str) -> str | None:
    """Return the code where it is believed, at that status, to mean that nothing was taken."""
    believed = AXIOMS.get(status)
    return code if believed and re.fullmatch(believed, code) else None


def splits(status: int, code: str) -> bool:
    """Tell whether a refusal says that the request was too large, and is believed."""
    return status in _SIZE_STATUSES and axiom_of(status, code) is not None


def is_about_rows(code: str) -> bool:
    """Tell whether a code is known to be about a request's rows."""
    known = CODES.get(code)
    return known is not None and known.about_rows


def stops_run(status: int, code: str) -> bool:
    """Tell whether the next request would be refused for the same reason."""
    known = CODES.get(code)
    return known.stops_run if known else status in _STOPPING_STATUSES


def explain(code: str, said: str) -> str:
    """Return a sentence for the user: what the code means, how to mend it, what was said."""
    known = CODES.get(code)
    if known is None:
        return said or "KooMessage gave no reason"
    sentence = f"{known.meaning}: {known.mend}"
    return f"{sentence} (KooMessage says: {said})" if said else sentence


_AWAY = Words("Check the number: it may have been given up. If it is right, the handset was off.")
_BARRED = Words("The person or the carrier wants no such messages: take the number off the list.")
_CARRIER = Words("Rerun these rows later; the number itself is not to blame.")
_MEND_TEMPLATE = Words("Mend the template in the console, then rerun.")
_MEND_VALUES = Words("Mend these rows' values in the spreadsheet, then send them as a new list.")

_MENDS: Mapping[str, Words] = MappingProxyType(
    {
        "BEYONDN": Words("Leave these people alone for a day before the next message."),
        "KEYWORD": Words("Change the wording of the template or the values, then rerun."),
        **dict.fromkeys(("BLACK", "MBBLACK", "M2:0045", "DJ:"), _BARRED),
        **dict.fromkeys(("UNDELIV", "not_taken", "MK:", "MN:"), _AWAY),
        **dict.fromkeys(("MK:0055", "MK:0056", "REJECTD", "DELETED"), _CARRIER),
        **dict.fromkeys(("failed_short_chain", "failed_by_count"), _CARRIER),
        **dict.fromkeys(("MB:", "M2:", "SGIP:", "IA:", "IB:", "ID:", "CA:", "CB:"), _CARRIER),
        **dict.fromkeys(("SM:", "XA:"), _CARRIER),
        "E200015": Words("Lower limits.messages_per_s in the campaign file, then rerun."),
        **dict.fromkeys(("E200024", "E200030", "E200031", "E200033"), _MEND_TEMPLATE),
        **dict.fromkeys(("KM.90016405", "KM.90016805"), _MEND_TEMPLATE),
        **dict.fromkeys(("E200028", "E200029", "KM.00001375", "KM.00001502"), _MEND_VALUES),
        **dict.fromkeys(("KM.00001503", "KM.90016482", "KM.90016801"), _MEND_VALUES),
        "KM.00001376": Words(
            "Give message.sms.params one entry for each variable but the link, then rerun."
        ),
        "KM.90016802": Words("Give message.params exactly the template's names, then rerun."),
    }
)
"""What to do about a code, or about all that begin with a carrier's letters."""


def advice_for(code: str) -> tuple[Text, Text]:
    """Say what a code means and what to do about it; empty where nobody knows."""
    known = CODES.get(code)
    meaning = Words(known.meaning if known else receipt_meaning(code))
    mend = _MENDS.get(code) or _MENDS.get("".join(code.partition(":")[:2]))
    if mend is None and known:
        in_english = f"{known.mend[:1].upper()}{known.mend[1:]}, then rerun."
        return meaning, Bilingual(in_english, "")
    return meaning, mend or Words()


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error body: its code and its text, cleaned for logs; raw as it stood.

    names_task: it bears a task's id, so that it cannot mean that no task was made.
    """

    code: str
    message: str
    raw: str
    names_task: bool = False

    @property
    def is_proof(self) -> bool:
        """Tell whether KooMessage or its gateway said this, and nothing in it contradicts it.

        Whatever stands between may answer 4xx as well, after the request was taken.
        """
        return is_own(self.code) and not self.names_task


def complaint_of(body: bytes) -> Complaint:
    """Read an error body in any of the provider's shapes; empty texts where it is none."""
    try:
        found = mapping(parse(body))
    except Unreadable:
        return Complaint("", "", "")
    code = text(found.get("error_code")) or text(found.get("code"))
    said = next(
        (text(found[key]) for key in ("error_msg", "error_message", "message") if found.get(key)),
        "",
    )
    names_task = any(text(place.get("task_id")) for place in (found, mapping(found.get("data"))))
    return Complaint(clean(code)[:40], clean(said), said, names_task)
