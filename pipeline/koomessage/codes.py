"""The provider's error codes: one table, where its words end and ours begin.

Codes that are not here are judged by HTTP status: 4xx is a refusal, anything else of a send is
in doubt. Nothing here makes a send be repeated; only the gateway's rate refusal does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

RATE_CODES = frozenset({"APIGW.0308", "APIG.0308"})
"""The gateway refused for the rate, before anything was processed."""

DOUBTFUL_CODES = frozenset({"KM.80000001"})
"""Given with HTTP 400, but saying only that an operation failed, not that nothing was done."""

DOUBTFUL_STATUSES = frozenset({408, 409, 425})
"""Statuses below 500 that do not prove that nothing was taken."""

_STOPPING_STATUSES = frozenset({403, 404, 405, 406, 410, 415, 451})


@dataclass(frozen=True, slots=True)
class Code:
    """What a code means, whether the next request would meet it too, and how to mend it."""

    meaning: str
    stops_run: bool
    mend: str


_CHANNEL = "take channel number, SMS template, signature and app from one row of the console"
_TEMPLATE = "check the template's number and that it is approved and enabled for this account"
_VALUES = "mend the row's values"
_SPLIT = "send fewer in one request"
_SUPPORT = "ask the provider's support"
_RIGHTS = "give the account the right to use this interface"


def _run(meaning: str, mend: str) -> Code:
    """Describe a code that every request of the campaign would meet."""
    return Code(meaning, stops_run=True, mend=mend)


def _row(meaning: str, mend: str) -> Code:
    """Describe a code that has to do with one request's rows, or tells nothing of the next."""
    return Code(meaning, stops_run=False, mend=mend)


CODES: Mapping[str, Code] = MappingProxyType(
    {
        "KM.00001075": _run("the SMS signature is empty", _CHANNEL),
        "KM.00001076": _run("the SMS signature is not 1 to 18 characters", _CHANNEL),
        "KM.00001080": _run("the SMS template does not exist", _CHANNEL),
        "KM.00001081": _run("the SMS template is empty", _CHANNEL),
        "KM.00001082": _run("the SMS template does not exist", _CHANNEL),
        "KM.00001083": _row("the list of numbers is empty", _SUPPORT),
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
        "KM.00001375": _row("an SMS value has a wrong length", _VALUES),
        "KM.00001376": _run(
            "the SMS template has another number of variables",
            "give message.sms.params one entry for each variable but the link",
        ),
        "KM.00001377": _run(
            "the SMS template has no place for the link", "choose one with a link variable"
        ),
        "KM.00001403": _row("a date or time has a wrong form", _VALUES),
        "KM.00001404": _row("a number or code has a wrong form", _VALUES),
        "KM.00001484": _row("only a rejected template can be changed", _TEMPLATE),
        "KM.00001485": _run("the signature's name is not 2 to 16 characters", _CHANNEL),
        "KM.00001486": _run("the signature's name exists already", _CHANNEL),
        "KM.00001500": _row("too many numbers in one request", _SPLIT),
        "KM.00001501": _row("the extension text is too long", _SUPPORT),
        "KM.00001502": _row("a number has a wrong form", _VALUES),
        "KM.00001503": _row("the SMS values do not suit the template", _VALUES),
        "KM.00002024": _run("the account has as many SMS apps as it may", _SUPPORT),
        "KM.00002194": _row("the SMS template could not be made", _SUPPORT),
        "KM.80000001": _row("the operation failed", _SUPPORT),
        "KM.80040004": _row("the card template could not be made", _SUPPORT),
        "KM.80040005": _row("the card template could not be changed", _SUPPORT),
        "KM.80040006": _row("the card template could not be deleted", _SUPPORT),
        "KM.80040007": _row("the card template's JSON is not understood", _SUPPORT),
        "KM.90016301": _row("too many numbers in one request", _SPLIT),
        "KM.90016403": _row("too many links in one request", _SPLIT),
        "KM.90016405": _run("the card template does not exist", _TEMPLATE),
        "KM.90016414": _row("the request holds nothing", _SUPPORT),
        "KM.90016415": _row("a list in the request is empty", _SUPPORT),
        "KM.90016416": _row("too many codes in one request", _SPLIT),
        "KM.90016482": _row("a custom short code is used already", _VALUES),
        "KM.90016801": _row("a value holds a sensitive word", _VALUES),
        "KM.90016802": _run(
            "the card's parameters are not those of the template",
            "give message.params exactly the template's names",
        ),
        "KM.90016805": _run("the card template is malformed", _TEMPLATE),
        "KM.90018111": _row("a link inside a text cannot be converted", _VALUES),
        "KM.90010000": _row("the provider met an unknown error", _SUPPORT),
        "KM.90011001": _row("the provider's partner gave no link", _SUPPORT),
        "KM.90019003": _row("the provider's service failed", _SUPPORT),
        "APIGW.0101": _run("the interface does not exist there", "check account.endpoint"),
        "APIGW.0103": _run("the interface has nothing behind it", _SUPPORT),
        "APIGW.0104": _run("the gateway is set up wrongly", _SUPPORT),
        "APIGW.0105": _run("the gateway is set up wrongly", _SUPPORT),
        "APIGW.0106": _run("the gateway is set up wrongly", _SUPPORT),
        "APIGW.0201": _row("the gateway cannot read the request", _SUPPORT),
        "APIGW.0301": _run(
            "the credentials are refused", "check the keys or the token, and this machine's clock"
        ),
        "APIGW.0302": _run("the account may not use this interface", _RIGHTS),
        "APIGW.0303": _run("the app's credentials are refused", "check the keys"),
        "APIGW.0305": _run("the app may not use this interface", _RIGHTS),
        "APIGW.0306": _run("access is denied", _RIGHTS),
        "APIGW.0308": _row("the gateway's rate is reached", "lower limits.calls_per_s"),
        "APIG.0308": _row("the gateway's rate is reached", "lower limits.calls_per_s"),
    }
)
"""Every documented code that a request of ours may meet."""


def stops_run(status: int, code: str) -> bool:
    """Tell whether the next request would be refused for the same reason."""
    known = CODES.get(code)
    return known.stops_run if known else status in _STOPPING_STATUSES


def of_rows(code: str) -> bool:
    """Tell whether a refusal is about the values or numbers of the request that met it."""
    known = CODES.get(code)
    return known is not None and known.mend == _VALUES


def explain(code: str, said: str) -> str:
    """Return a sentence for the user: what the code means, how to mend it, what was said."""
    known = CODES.get(code)
    if known is None:
        return said or "KooMessage gave no reason"
    sentence = f"{known.meaning}: {known.mend}"
    return f"{sentence} (KooMessage says: {said})" if said else sentence
