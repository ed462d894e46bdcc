"""Name what stands only on the page, in English and Chinese."""

from pipeline.report.texts import Words

OFFLINE = Words(
    "This page works offline and holds no whole phone number. The rows themselves are in "
    "outcomes.csv, rejected.csv and report.xlsx beside it.",
    "本页可离线打开，不含完整手机号。"
    "逐行明细见同目录的 outcomes.csv、rejected.csv 和 report.xlsx。",
)
OF_ROWS = Words("{share} of {rows} {rows:row|rows}", "{rows} 行中的 {share}")
TILE_REACHED = Words("Delivered", "已送达")
TILE_CARD = Words("Saw the card", "看到卡片")
TILE_FALLBACK = Words("Saw plain SMS instead", "看到普通短信")
TILE_ATTENTION = Words("Need attention", "需要处理")
TILE_UNSENT = Words("Not sent to", "未发送")
TILE_WAITING = Words("May still change", "结果未定")
TILE_PENDING = Words("Still to be sent", "待发送")

FALLBACK = Words("Why the card was not seen", "未展示卡片的原因")
FALLBACK_NONE = Words(
    "Nobody is known to have seen plain SMS instead of the card.",
    "目前没有确认回落为短信的号码。",
)
FALLBACK_OPEN = Words(
    "{count} more {count:was|were} delivered and may still load the card before its link expires.",
    "另有 {count} 条已送达，链接过期前仍可能展示卡片。",
)
FAILURES = Words("What needs attention, by code", "需要处理的行（按代码）")
FAILURES_NONE = Words("Nothing needs attention.", "没有需要处理的行。")
UNSENT = Words("Rows that were not sent to", "未发送的行")
UNSENT_NONE = Words("Every row could be sent to.", "所有行均可发送。")
MEND = Words("How to mend it", "如何修正")
LEFT_OUT = Words(
    "Nothing to do: the campaign's or the row's fallback leaves it out.",
    "无需处理：按活动或该行的回落设置不发送。",
)
OTHERS = Words("{count} other {count:kind|kinds}", "其他 {count} 种")
NO_CODE = Words("none", "无")

TIMELINE = Words("Sending over time", "发送时间线")
TIMELINE_NONE = Words("KooMessage has taken nothing yet.", "KooMessage 尚未受理任何消息。")
PER_SECOND = Words("messages per second", "条/秒")
PER_MINUTE = Words("messages per minute", "条/分钟")
TIMELINE_SAYS = Words(
    "{messages} {messages:message was|messages were} taken between {start} and {end} "
    "(UTC+8); each bar is {slot}.",
    "{start} 至 {end}（UTC+8）共受理 {messages} 条；每根柱代表 {slot}。",
)
PEAK = Words("At most {rate} {unit}.", "最高 {rate} {unit}。")
LIMIT_SHOWN = Words(
    "The dashed line is the campaign's limit: {rate} {unit}.", "虚线为活动上限：{rate} {unit}。"
)
LIMIT_ABOVE = Words(
    "The campaign's limit of {rate} {unit} lies above this chart.",
    "活动上限 {rate} {unit}，高于图中范围。",
)
OVER_LIMIT = Words(
    "Answers may come in bunches, so that a bar can stand above the limit although the requests "
    "left evenly.",
    "应答可能集中返回，因此个别柱子会高于上限，但请求是匀速发出的。",
)
SECONDS = Words("{count} s", "{count} 秒")
MINUTES = Words("{count} min", "{count} 分钟")
HOURS = Words("{count} h", "{count} 小时")

REQUESTS = Words("Requests to KooMessage", "向 KooMessage 提交的请求")
REQUESTS_NONE = Words("There is nothing to submit.", "没有需要提交的请求。")
ABOUT = Words("About this run", "本次运行")
