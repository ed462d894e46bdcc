"""What the provider's codes mean in Chinese, and what to do about them in both languages.

What a code means in English stands in codes.py and receipt_codes.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipeline.koomessage.codes import CODES
from pipeline.koomessage.receipt_codes import receipt_meaning


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
_TEMPLATE = (
    "Mend the template in the console, then rerun.",
    "请在控制台修正模板后重发。",
)
_VALUES = (
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
        "E200024": ("未开通国际短信", _TEMPLATE),
        "E200028": ("模板变量未通过校验", _VALUES),
        "E200029": ("模板变量类型不符", _VALUES),
        "E200030": ("模板未激活", _TEMPLATE),
        "E200031": ("模板协议未通过", _TEMPLATE),
        "E200033": ("模板类型不符", _TEMPLATE),
        "E200041": ("同一请求中号码重复", ("", "")),
        "failed_short_chain": ("KooMessage 未能生成短链", _CARRIER),
        "failed_by_count": ("KooMessage 将该任务的消息全部计为失败", _CARRIER),
        "not_taken": ("KooMessage 受理的任务不含该号码", _AWAY),
        "KM.00001375": ("短信变量长度不符", _VALUES),
        "KM.00001376": (
            "短信模板的变量个数不符",
            (
                "Give message.sms.params one entry for each variable but the link, then rerun.",
                "请使 message.sms.params 与模板变量（短链除外）一一对应后重发。",
            ),
        ),
        "KM.00001502": ("号码格式有误", _VALUES),
        "KM.00001503": ("短信变量与模板不符", _VALUES),
        "KM.90016405": ("卡片模板不存在", _TEMPLATE),
        "KM.90016482": ("自定义短码已被占用", _VALUES),
        "KM.90016801": ("变量含有敏感词", _VALUES),
        "KM.90016802": (
            "卡片参数与模板不符",
            (
                "Give message.params exactly the template's names, then rerun.",
                "请使 message.params 与模板参数名完全一致后重发。",
            ),
        ),
        "KM.90016805": ("卡片模板格式有误", _TEMPLATE),
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
