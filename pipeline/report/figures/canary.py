"""Say what a run's first recipients decided about the others: the canary, in both languages."""

from collections.abc import Mapping, Sequence

from pipeline.core.canary import Verdict
from pipeline.ports import CanaryRecord, DaysCompared, Drift
from pipeline.report.figures.frames import spoken_time
from pipeline.report.texts.language import Words, filled
from pipeline.report.texts.words import REACHED

FIRST = Words("The first recipients (canary)", "首批收件人（先行发送）")
DECIDED_AT = Words("Decided (UTC+8)", "判定时间（UTC+8）")
DECISION = Words("Decision", "判定")
FIRST_COUNT = Words("What was known of them", "当时已知情况")
TOTAL = Words("First recipients", "首批合计")
FAILED = Words("Failed", "失败")
NO_CARD = Words("Without the card", "未展示卡片")
CARDS = Words("Saw the card", "看到卡片")
NOT_KNOWN_YET = Words("Reached, not known what they saw", "已送达，展示未知")
SILENT = Words("No news", "无回执")
FIRST_NOTE = Words(
    "As it was known when that was decided; silence counts as failure then.",
    "以判定时已知的情况为准，届时无回执按失败计。",
)
VERDICTS: Mapping[Verdict, Words] = {
    Verdict.PASSED: Words("passed: the others were sent to", "通过：继续发送其余收件人"),
    Verdict.STOPPED: Words("stopped: the others were not sent to", "停止：未发送其余收件人"),
    Verdict.OVERRIDDEN: Words("a person decided to go on", "人工决定继续发送"),
}
_SAY: Mapping[Verdict, Words] = {
    Verdict.PASSED: Words(
        "The first {count} recipients spoke for the others, who were sent to.",
        "首批 {count} 人的结果达标，已继续发送其余收件人。",
    ),
    Verdict.STOPPED: Words(
        "The first {count} recipients stopped the run: {failed} failed or were silent, {no_card} "
        "were reached and not known to have seen the card. The others were not sent to; to go on "
        "anyway: koosend run {run} --after-canary",
        "首批 {count} 人未达标：失败或无回执 {failed} 人，已送达但未确认展示卡片 {no_card} 人。"
        "其余收件人未发送；如仍要继续：koosend run {run} --after-canary",
    ),
    Verdict.OVERRIDDEN: Words(
        "The first {count} recipients stopped the run, and a person decided to go on.",
        "首批 {count} 人的结果未达标，由人工决定继续发送。",
    ),
}


def first_says(decisions: Sequence[CanaryRecord], run: str) -> Words | None:
    """Say in one sentence how it stands with the first recipients; None without any decision."""
    if not decisions:
        return None
    latest = decisions[-1]
    count = latest.count
    failed, no_card = count.pessimistic_failed, count.pessimistic_no_card
    values = {"count": count.recipients, "failed": failed, "no_card": no_card}
    return filled(_SAY[latest.verdict], run=run, **values)


def first_counts(
    decision: CanaryRecord, *, shows_cards: bool
) -> tuple[tuple[Words, str, int], ...]:
    """List what was known of them when it was decided, as (name, key, count), and how many."""
    count = decision.count
    seen = (
        (CARDS, "cards", count.cards),
        (NO_CARD, "no_card", count.no_card),
        (NOT_KNOWN_YET, "reached", count.reached),
    )
    arrived = seen if shows_cards else ((REACHED, "reached", count.delivered),)
    return (
        *arrived,
        (FAILED, "failed", count.failed),
        (SILENT, "unknown", count.unknown),
        (TOTAL, "all", count.recipients),
    )


DAYS = Words("KooMessage's daily reports", "与 KooMessage 日报对账")
DAY = Words("Day", "日期")
THEIRS = Words("KooMessage counts", "KooMessage 统计")
OURS = Words("The ledger counts", "账本统计")
BECAUSE = Words("What it may be", "可能原因")
_AGREE = Words(
    "On {at} (UTC+8) they counted as many numbers as the ledger, on every day of this run.",
    "{at}（UTC+8）核对：本次运行各日的号码数与账本一致。",
)
_DIFFER = Words(
    "On {at} (UTC+8) they counted otherwise than the ledger on {days}. A difference alone proves "
    "nothing; koosend verify --online asks again.",
    "{at}（UTC+8）核对：以下 {days} 与账本不一致。仅有差异不能说明有误，"
    "可用 koosend verify --online 重新核对。",
)
_ONE_DAY = Words("one day", "1 天")
_MANY_DAYS = Words("{count} days", "{count} 天")
_OTHERS = Words(
    "Others send by the same template, or messages were sent that the ledger does not know.",
    "可能有其他系统使用同一模板发送，或存在账本未记录的发送。",
)
_LAG = Words("Their report may lag; ask again later.", "日报可能滞后，请稍后再核对。")


def days_say(compared: DaysCompared) -> Words:
    """Say in one sentence whether they agree."""
    at = spoken_time(compared.at)[:16]
    count = len(compared.days)
    if not count:
        return filled(_AGREE, at=at)
    days = _ONE_DAY if count == 1 else filled(_MANY_DAYS, count=count)
    return filled(_DIFFER, at=at, days=days)


def because(drift: Drift) -> Words:
    """Say what a difference may come from."""
    return _OTHERS if drift.theirs > drift.ours else _LAG
