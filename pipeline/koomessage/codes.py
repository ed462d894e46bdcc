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
        "KM.00001375": _row("an SMS value has a wrong length"),
        "KM.00001376": _run(
            "the SMS template has another number of variables",
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
        "KM.00001502": _row("a number has a wrong form"),
        "KM.00001503": _row("the SMS values do not suit the template"),
        "KM.00002024": _run("the account has as many SMS apps as it may", _SUPPORT),
        "KM.00002194": _odd("the SMS template could not be made"),
        "KM.80000001": _odd("the operation failed"),
        "KM.80040004": _odd("the card template could not be made"),
        "KM.80040005": _odd("the card template could not be changed"),
        "KM.80040006": _odd("the card template could not be deleted"),
        "KM.80040007": _odd("the card template's JSON is not understood"),
        "KM.90016301": _size("too many numbers in one request"),
        "KM.90016403": _size("too many links in one request"),
        "KM.90016405": _run("the card template does not exist", _TEMPLATE),
        "KM.90016414": _odd("the request holds nothing"),
        "KM.90016415": _odd("a list in the request is empty"),
        "KM.90016416": _size("too many codes in one request"),
        "KM.90016482": _row("a custom short code is used already"),
        "KM.90016801": _row("a value holds a sensitive word"),
        "KM.90016802": _run(
            "the card's parameters are not those of the template",
            "give message.params exactly the template's names",
        ),
        "KM.90016805": _run("the card template is malformed", _TEMPLATE),
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


@dataclass(frozen=True, slots=True)
class Advice:
    """What a code means and what to do about it; empty where nobody knows."""

    meaning_en: str = ""
    meaning_zh: str = ""
    mend_en: str = ""
    mend_zh: str = ""


_AWAY = (
    "Check the number: it may have been given up. If it is right, the handset was off.",
    "请核对号码，可能已停用；如号码正确，则当时手机关机或停机。",
)
_BARRED = (
    "The person or the carrier wants no such messages: take the number off the list.",
    "用户或运营商已屏蔽此类消息，请从名单中移除该号码。",
)
_CARRIER = (
    "Rerun these rows later; the number itself is not to blame.",
    "号码本身没有问题，请稍后重发这些行。",
)
_OFTEN = (
    "Leave these people alone for a day before the next message.",
    "请至少隔一天再向这些号码发送。",
)
_MEND_TEMPLATE = (
    "Mend the template in the console, then rerun.",
    "请在控制台修正模板后重发。",
)
_MEND_VALUES = (
    "Mend these rows' values in the spreadsheet, then send them as a new list.",
    "请修正表格中这些行的内容，再作为新名单发送。",
)

_KNOWN: Mapping[str, tuple[str, tuple[str, str]]] = MappingProxyType(
    {
        "BEYONDN": ("该号码接收的消息过多", _OFTEN),
        "KEYWORD": (
            "内容含有运营商拦截的关键词",
            (
                "Change the wording of the template or the values, then rerun.",
                "请修改模板或变量中的用词后重发。",
            ),
        ),
        "BLACK": ("号码在平台黑名单中", _BARRED),
        "MBBLACK": ("运营商拦截发往该号码的消息", _BARRED),
        "DJ:0255": ("运营商拦截发往该号码的消息", _BARRED),
        "M2:0045": ("号码在运营商黑名单中", _BARRED),
        "MK:0055": ("运营商网络故障", _CARRIER),
        "MK:0056": ("运营商网络故障", _CARRIER),
        "MB:1041": ("运营商网络故障", _CARRIER),
        "EXPIRED": ("72 小时内没有状态报告", ("", "")),
        "UNDELIV": ("运营商未能送达", _AWAY),
        "REJECTD": ("运营商拒绝了该消息", _CARRIER),
        "DELETED": ("运营商在送达前删除了该消息", _CARRIER),
        "E200015": (
            "同时发送的消息过多",
            (
                "Lower limits.messages_per_s in the campaign file, then rerun.",
                "请调低活动文件中的 limits.messages_per_s 后重发。",
            ),
        ),
        "E200024": ("未开通国际短信", _MEND_TEMPLATE),
        "E200028": ("模板变量未通过校验", _MEND_VALUES),
        "E200029": ("模板变量类型不符", _MEND_VALUES),
        "E200030": ("模板未激活", _MEND_TEMPLATE),
        "E200031": ("模板协议未通过", _MEND_TEMPLATE),
        "E200033": ("模板类型不符", _MEND_TEMPLATE),
        "E200041": ("同一请求中号码重复", ("", "")),
        "failed_short_chain": ("KooMessage 未能生成短链", _CARRIER),
        "failed_by_count": ("KooMessage 将该任务的消息全部计为失败", _CARRIER),
        "not_taken": ("KooMessage 受理的任务不含该号码", _AWAY),
        "KM.00001375": ("短信变量长度不符", _MEND_VALUES),
        "KM.00001376": (
            "短信模板的变量个数不符",
            (
                "Give message.sms.params one entry for each variable but the link, then rerun.",
                "请使 message.sms.params 与模板变量（短链除外）一一对应后重发。",
            ),
        ),
        "KM.00001502": ("号码格式有误", _MEND_VALUES),
        "KM.00001503": ("短信变量与模板不符", _MEND_VALUES),
        "KM.90016405": ("卡片模板不存在", _MEND_TEMPLATE),
        "KM.90016482": ("自定义短码已被占用", _MEND_VALUES),
        "KM.90016801": ("变量含有敏感词", _MEND_VALUES),
        "KM.90016802": (
            "卡片参数与模板不符",
            (
                "Give message.params exactly the template's names, then rerun.",
                "请使 message.params 与模板参数名完全一致后重发。",
            ),
        ),
        "KM.90016805": ("卡片模板格式有误", _MEND_TEMPLATE),
    }
)
_FAMILIES = (
    ("MK:", "号码停机、关机或不在服务区", _AWAY),
    ("MN:", "号码停机、关机或不在服务区", _AWAY),
    ("MB:", "运营商短信中心未能送达", _CARRIER),
    ("M2:", "运营商拒绝了该消息", _CARRIER),
    ("DJ:", "运营商拦截发往该号码的消息", _BARRED),
    ("SGIP:", "运营商网关未能送达", _CARRIER),
    ("IA:", "运营商网关未能送达", _CARRIER),
    ("IB:", "运营商网关未能送达", _CARRIER),
    ("ID:", "运营商网关拒绝了该消息", _CARRIER),
    ("CA:", "运营商网关未能送达", _CARRIER),
    ("CB:", "运营商网关未能送达", _CARRIER),
    ("SM:", "运营商短信中心未能送达", _CARRIER),
    ("XA:", "运营商网关未能送达", _CARRIER),
)


def advice_for(code: str) -> Advice:
    """Say what a code means and what to do about it, in both languages."""
    known = CODES.get(code)
    english = known.meaning if known else receipt_meaning(code)
    chinese, mend = _KNOWN.get(code) or _of_family(code)
    mend_en, mend_zh = mend
    if known and not mend_en:
        mend_en = f"{known.mend[:1].upper()}{known.mend[1:]}, then rerun."
    return Advice(english, chinese, mend_en, mend_zh)


def _of_family(code: str) -> tuple[str, tuple[str, str]]:
    for prefix, meaning, mend in _FAMILIES:
        if code.startswith(prefix):
            return meaning, mend
    return "", ("", "")


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
