"""Say how KooMessage's daily reports stand to the ledger, in both languages."""

from pipeline.ports import DaysCompared, Drift
from pipeline.report.charts import filled
from pipeline.report.language import Words
from pipeline.report.tables import spoken_time

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
