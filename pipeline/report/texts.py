"""Say in plain words, in English and Chinese, what the codes mean and what to do about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.model import RejectedRow, Rejection
from pipeline.core.outcome import NO_NEWS, FallbackReason, Outcome


class Language(StrEnum):
    """A language that reports can be written in."""

    EN = "en"
    ZH = "zh"


@dataclass(frozen=True, slots=True)
class Words:
    """One text in each language."""

    en: str
    zh: str

    def of(self, language: Language) -> str:
        """Return the text in that language."""
        return self.zh if language is Language.ZH else self.en


@dataclass(frozen=True, slots=True)
class OutcomeWords:
    """An outcome for the person who reads the report: its name, what it says, what to do."""

    name: Words
    meaning: Words
    advice: Words


REJECTIONS: Mapping[Rejection, tuple[Words, Words]] = {
    Rejection.PHONE_EMPTY: (
        Words("The phone cell is empty.", "手机号单元格为空。"),
        Words("Fill in the number.", "请填写手机号。"),
    ),
    Rejection.PHONE_NOT_A_NUMBER: (
        Words("The phone cell holds something other than a number.", "手机号中含有非数字内容。"),
        Words("Put only the 11 digits of the number there.", "请只填写 11 位手机号。"),
    ),
    Rejection.PHONE_TOO_SHORT: (
        Words("The number has fewer than 11 digits.", "手机号少于 11 位。"),
        Words("Look up the whole number; digits are missing.", "请核对并补全缺少的数字。"),
    ),
    Rejection.PHONE_TOO_LONG: (
        Words("The number has more than 11 digits.", "手机号多于 11 位。"),
        Words("Look for a doubled digit or an extension.", "请检查是否有多余的数字或分机号。"),
    ),
    Rejection.PHONE_NOT_MOBILE: (
        Words("This is not a mainland mobile number.", "不是中国大陆手机号。"),
        Words(
            "A landline cannot get messages: use a number that starts with 13 to 19.",
            "固定电话收不到消息，请填写 13 至 19 开头的手机号。",
        ),
    ),
    Rejection.PHONE_FOREIGN: (
        Words("This is a number of another country or region.", "这是其他国家或地区的号码。"),
        Words("KooMessage reaches mainland numbers only.", "KooMessage 只能发送到中国大陆号码。"),
    ),
    Rejection.PHONE_ROUNDED: (
        Words(
            "The spreadsheet rounded the number, so digits are lost.",
            "表格软件把号码变成了科学计数法，数字已丢失。",
        ),
        Words(
            "Set the column to Text and enter the number again.",
            "请将该列设为“文本”格式后重新填写号码。",
        ),
    ),
    Rejection.PHONE_SEVERAL: (
        Words("The cell holds several numbers.", "一个单元格里有多个号码。"),
        Words("Give each number a row of its own.", "请每行只填写一个号码。"),
    ),
    Rejection.ROW_RAGGED: (
        Words("The row has more or fewer cells than the header.", "该行的列数与表头不一致。"),
        Words(
            "Look for a missing quotation mark or a separator inside a text.",
            "请检查是否缺少引号，或内容中含有分隔符。",
        ),
    ),
    Rejection.VALUE_MISSING: (
        Words("A value that the message needs is empty.", "消息所需的内容为空。"),
        Words("Fill in the named column.", "请填写指出的那一列。"),
    ),
    Rejection.VALUE_TOO_LONG: (
        Words("A value is longer than the template allows.", "内容超过模板允许的长度。"),
        Words("Shorten the named column.", "请缩短指出的那一列的内容。"),
    ),
    Rejection.DUPLICATE_NUMBER: (
        Words(
            "The number stands in an earlier row, which is the one we send to.",
            "该号码在前面的行中已出现，只发送给前面那一行。",
        ),
        Words("Nothing to do; delete one row if it is wrong.", "无需处理；如有误请删除其中一行。"),
    ),
}
"""What is wrong with a row, and how to mend it."""

FALLBACKS: Mapping[FallbackReason, Words] = {
    FallbackReason.HANDSET_UNSUPPORTED: Words(
        "The handset cannot show cards.", "手机不支持智能信息卡片。"
    ),
    FallbackReason.LINK_FAILED: Words(
        "The handset tried to show the card and failed.", "手机解析卡片失败。"
    ),
    FallbackReason.NOT_PARSED_BEFORE_EXPIRY: Words(
        "The handset did not load the card before its link expired.",
        "链接过期前手机未加载卡片。",
    ),
    FallbackReason.TEMPLATE_NOT_ACTIVE: Words(
        "The card's template is not active for this make of handset.",
        "卡片模板未在该手机厂商处生效。",
    ),
}

_NO_ADVICE = Words("", "")
_OUTCOMES: Mapping[Outcome, tuple[str, str, str, str]] = {
    Outcome.CARD: (
        *("Card shown", "已展示卡片"),
        *("Delivered, and the handset showed the card.", "已送达，手机展示了卡片。"),
    ),
    Outcome.FALLBACK_SMS: (
        *("Plain SMS instead", "回落为短信"),
        *("Delivered, but seen as plain SMS.", "已送达，但用户看到的是普通短信。"),
    ),
    Outcome.SMS: ("SMS delivered", "短信已送达", "Delivered as SMS, as planned.", "短信已送达。"),
    Outcome.VIDEO: ("Delivered", "已送达", "The message was delivered.", "视频短信已送达。"),
    Outcome.UNDELIVERED: (
        *("Not delivered", "未送达"),
        *("The carrier could not deliver it.", "运营商未能送达。"),
    ),
    Outcome.EXPIRED: (
        *("No news", "无回执"),
        *("KooMessage took it, but 72 hours brought no news.", "已提交，但 72 小时内没有回执。"),
    ),
    Outcome.REFUSED: (
        *("Refused", "被拒绝"),
        *("KooMessage did not take it.", "KooMessage 未受理。"),
    ),
    Outcome.INVALID: (
        *("Row not usable", "数据无效"),
        *("Something is wrong with the row; nothing was sent.", "该行数据有误，未发送。"),
    ),
    Outcome.DUPLICATE: (
        *("Duplicate", "重复号码"),
        *("The same number stands in an earlier row.", "号码与前面的行重复，只发送一次。"),
    ),
    Outcome.SUPPRESSED: (
        *("Suppressed", "已屏蔽"),
        *("The number is on the list of those who want nothing.", "号码在退订或屏蔽名单中。"),
    ),
    Outcome.SKIPPED: (
        *("Skipped", "已跳过"),
        *("Left out on purpose; nothing more will be sent.", "按规则跳过，不再发送。"),
    ),
    Outcome.PENDING: (
        *("Still to be sent", "待发送"),
        *("Not sent yet; the next run goes on.", "尚未发送，再次运行会继续。"),
    ),
    Outcome.SUBMITTED: (
        *("On its way", "已提交"),
        *("KooMessage took it; no news of delivery yet.", "KooMessage 已受理，等待送达回执。"),
    ),
    Outcome.DELIVERED: (
        *("Delivered, card open", "已送达待展示"),
        *("Delivered; the handset may still load the card.", "已送达，卡片仍可能展示。"),
    ),
    Outcome.IN_DOUBT: (
        *("In doubt", "待确认"),
        *("The answer was lost; it may have been sent.", "应答丢失，可能已发送。"),
    ),
}
_ADVICE: Mapping[Outcome, Words] = {
    Outcome.UNDELIVERED: Words(
        "Check the number, or reach the person another way.", "请核对号码，或换其他方式联系。"
    ),
    Outcome.EXPIRED: Words(
        "Do not count on it having arrived; the handset may be off.",
        "不能认为已送达，对方可能关机或停机。",
    ),
    Outcome.REFUSED: Words("Mend what the code names, then rerun.", "请按代码说明修正后重发。"),
    Outcome.IN_DOUBT: Words(
        "Do not send again; run 'koosend reconcile', or decide with 'koosend doubts'.",
        "请勿重发；请运行 koosend reconcile，或用 koosend doubts 决定。",
    ),
}

OUTCOMES: Mapping[Outcome, OutcomeWords] = {
    outcome: OutcomeWords(
        Words(name_en, name_zh), Words(meaning_en, meaning_zh), _ADVICE.get(outcome, _NO_ADVICE)
    )
    for outcome, (name_en, name_zh, meaning_en, meaning_zh) in _OUTCOMES.items()
}

_OTHER_REASONS: Mapping[str, Words] = {
    NO_NEWS: Words("72 hours passed without news.", "72 小时内没有回执。"),
    "assumed_sent": Words("Counted as sent by a person's word.", "由人工认定为已发送。"),
}


def reason_words(reason: str) -> Words:
    """Explain a reason of any outcome; one that no table knows is returned as it is."""
    if reason in _REJECTION_CODES:
        return REJECTIONS[Rejection(reason)][0]
    if reason in _FALLBACK_CODES:
        return FALLBACKS[FallbackReason(reason)]
    return _OTHER_REASONS.get(reason) or Words(reason, reason)


def reason_text(reason: str, language: Language) -> str:
    """Explain a reason in one language."""
    return reason_words(reason).of(language)


def mend_words(reason: str) -> Words:
    """Say how to mend rows that were not sent to; empty where the reason says it all."""
    return REJECTIONS[Rejection(reason)][1] if reason in _REJECTION_CODES else _NO_ADVICE


def mend_text(row: RejectedRow, language: Language) -> str:
    """Say what is wrong with a row and how to mend it."""
    wrong, mend = REJECTIONS[row.reason]
    if row.of_line is not None:
        first = Words(f"First in row {row.of_line}.", f"首次出现在第 {row.of_line} 行。")
        return _join((wrong, first, mend), language)
    return _join((wrong, mend), language)


def _join(parts: tuple[Words, ...], language: Language) -> str:
    return ("" if language is Language.ZH else " ").join(part.of(language) for part in parts)


_REJECTION_CODES = frozenset(map(str, Rejection))
_FALLBACK_CODES = frozenset(map(str, FallbackReason))
