"""Say in plain words, in English and Chinese, what the codes mean and what to do about them."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.core.model import Channel, Policy, RejectedRow, Rejection
from pipeline.core.outcome import (
    NO_NEWS,
    NOT_NAMED,
    TASK_LISTED_AS_FAILED,
    UNCLEAR_NEWS,
    FallbackReason,
    Outcome,
)
from pipeline.core.routing import POLICY_UNKNOWN, POLICY_WITHOUT_MESSAGE
from pipeline.report.texts.language import Language, Words
from pipeline.report.texts.numbers import number_words
from pipeline.report.texts.rejections import REJECTIONS

__all__ = [
    "FALLBACKS",
    "OUTCOMES",
    "REJECTIONS",
    "Language",
    "OutcomeWords",
    "Words",
    "mend_text",
    "mend_words",
    "outcome_words",
    "reason_text",
    "reason_words",
]


@dataclass(frozen=True, slots=True)
class OutcomeWords:
    """An outcome for the person who reads the report: its name, what it says, what to do."""

    name: Words
    meaning: Words
    advice: Words


FALLBACKS: Mapping[FallbackReason, Words] = {
    FallbackReason.HANDSET_UNSUPPORTED: Words(
        "The handset cannot show cards.", "手机不支持智能信息卡片。"
    ),
    FallbackReason.LINK_FAILED: Words(
        "The card's link could not be made, or the handset failed to show the card.",
        "卡片短链生成失败，或手机解析卡片失败。",
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
    Outcome.VIDEO: (
        *("Video SMS delivered", "视频短信已送达"),
        *("Delivered as a video SMS.", "以视频短信送达。"),
    ),
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

_UNSEEN_LINK = OutcomeWords(
    Words("Expired unseen", "过期未展示"),
    Words("The link expired before a handset showed the card.", "链接过期前手机未展示卡片。"),
    _NO_ADVICE,
)

_OTHER_REASONS: Mapping[str, Words] = {
    NO_NEWS: Words("72 hours passed without news.", "72 小时内没有回执。"),
    UNCLEAR_NEWS: Words(
        "The news that came proves nothing: nobody knows its code, or it contradicts itself.",
        "收到的回执无法判断：代码未知或自相矛盾。",
    ),
    NOT_NAMED: Words(
        "KooMessage's answer did not name the number, and 72 hours passed without news.",
        "KooMessage 的应答未列出该号码，且 72 小时内没有回执。",
    ),
    TASK_LISTED_AS_FAILED: Words(
        "KooMessage lists the task as failed, and 72 hours passed without news.",
        "KooMessage 显示任务失败，72 小时内没有回执。",
    ),
    "given_up": Words("Given up by a person: it could not be sent.", "由人工放弃：无法发送。"),
    "assumed_sent": Words("Counted as sent by a person's word.", "由人工认定为已发送。"),
    POLICY_UNKNOWN: Words(
        "The row's own fallback policy cannot be read.", "该行填写的回落方式无法识别。"
    ),
    POLICY_WITHOUT_MESSAGE: Words(
        "The fallback policy asks for a message that the campaign does not have.",
        "回落方式所需的消息未在活动文件中配置。",
    ),
}
_MENDS: Mapping[str, Words] = {
    POLICY_UNKNOWN: Words(
        f"Write one of {', '.join(Policy)} there, or leave it empty.",
        f"请填写 {'、'.join(Policy)} 之一，或留空。",
    ),
    POLICY_WITHOUT_MESSAGE: Words(
        "Give the campaign [fallback.sms] or [fallback.aim_basic].",
        "请在活动文件中补充 [fallback.sms] 或 [fallback.aim_basic]。",
    ),
}


def outcome_words(outcome: Outcome, channel: Channel) -> OutcomeWords:
    """Return an outcome's words: of a link in somebody else's SMS no news can come but its end."""
    if channel is Channel.LINKS_ONLY and outcome is Outcome.EXPIRED:
        return _UNSEEN_LINK
    return OUTCOMES[outcome]


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
    if reason in _REJECTION_CODES:
        return REJECTIONS[Rejection(reason)][1]
    return _MENDS.get(reason, _NO_ADVICE)


def mend_text(row: RejectedRow, language: Language, *, masked: bool = False) -> str:
    """Say what is wrong with a row and how to mend it; a number that it names may be masked."""
    wrong, mend = REJECTIONS[row.reason]
    said = [wrong]
    if row.of_line is not None:
        said.append(Words(f"First in row {row.of_line}.", f"首次出现在第 {row.of_line} 行。"))
    if row.detail:
        said.append(Words(f"({row.detail})", f"（{row.detail}）"))
    number = number_words(row, masked=masked)
    if number is not None:
        said.append(number)
    return _join((*said, mend), language)


def _join(parts: tuple[Words, ...], language: Language) -> str:
    return ("" if language is Language.ZH else " ").join(part.of(language) for part in parts)


_REJECTION_CODES = frozenset(map(str, Rejection))
_FALLBACK_CODES = frozenset(map(str, FallbackReason))
