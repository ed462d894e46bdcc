"""Name what stands on the page, and costs, families and replies, in English and Chinese."""

from collections.abc import Mapping

from pipeline.core.pricing import Product
from pipeline.report.texts.language import Words

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


COST = Words("Cost", "费用")
PRODUCT = Words("Billed by", "计费项")
EXPECTED = Words("If all arrives", "预计（全部送达）")
CHARGED = Words("Charged so far", "已计费")
STILL_OPEN = Words("May be added", "可能增加")
PRICE = Words("Price (yuan)", "单价（元）")
YUAN = Words("Charged (yuan)", "已计费（元）")
COST_TOTAL_SAYS = Words(
    "Charged {charged} yuan so far; up to {open} yuan may be added. "
    "Expected {low} to {high} yuan if all arrives.",
    "目前计费 {charged} 元，最多可能再增加 {open} 元；若全部送达预计 {low} 至 {high} 元。",
)
COST_NO_PRICES = Words(
    "The campaign file does not price all of these under [prices], so only pieces are counted.",
    "活动文件的 [prices] 未给出全部单价，因此只统计数量。",
)
COST_UNMEASURED = Words(
    "{count} SMS {count:is|are} counted as one part each: neither a receipt nor the template's "
    "text tells {count:its|their} parts.",
    "有 {count} 条短信按 1 条计：回执和模板内容均未说明拆分条数。",
)
COST_NOTE = Words(
    "Worked out from outcomes, not from a bill: a card is one SMS, by its parts, and a parse once "
    "it was shown; a video is charged where it arrived.",
    "按结果推算，并非账单：卡片按短信条数计费，展示后另计一次解析；视频短信按送达计费。",
)
PRODUCTS: Mapping[Product, Words] = {
    Product.SMS_PART: Words("SMS, by the part", "短信（按拆分条数）"),
    Product.PARSE: Words("Card shown (parse)", "卡片展示（解析）"),
    Product.VIDEO: Words("Video SMS", "视频短信"),
}

COMPARISON = Words("Against the last runs", "与最近几次对比")
MEASURE = Words("Measure", "指标")
THIS_RUN = Words("This run", "本次")
UNUSUAL = Words("Unusual", "异常")
HIGHER = Words("higher than usual", "高于以往")
LOWER = Words("lower than usual", "低于以往")
SENT = Words("Taken by KooMessage", "KooMessage 已受理")
DELIVERED_SHARE = Words("Delivered, of those known", "送达率（结果已知）")
CARD_SHARE = Words("Saw the card, of those known", "卡片展示率（结果已知）")
FALLBACK_SHARE = Words("Did not, of those known", "未展示率（结果已知）")
CODE_SHARE = Words("Failed with {code}", "失败代码 {code}")
COMPARISON_NOTE = Words(
    "A share is marked where its 99% interval (Wilson) lies wholly outside the intervals of all "
    "runs it is compared with; a number, where it is over twice the most or under half the least.",
    "若某占比的 99% 置信区间（Wilson）完全落在所有对比运行的区间之外，则标为异常；"
    "数量超过最大值两倍或不足最小值一半时标为异常。",
)

HANDSETS = Words("Who did not see the card, by segment of the number", "未看到卡片的号段分布")
NOT_SEEN = Words("Not seen", "未看到")
OF_SEEN = Words("Of known", "占已知")
VENDORS_ACTIVE = Words(
    "When the run was planned, the card was active for {active}.",
    "计划时卡片模板已在以下厂商生效：{active}。",
)
VENDORS_IDLE = Words(
    "It was not active for {idle}: their handsets show the plain SMS.",
    "未在以下厂商生效：{idle}，这些手机显示普通短信。",
)
NOBODY = Words("nobody", "无")
UNKNOWN = Words("not known", "未知")
OTHER_SEGMENTS = Words("all others", "其他")

FAMILY = Words("Together with its reruns", "含重发的最终结果")
FAMILY_SAYS = Words(
    "{runs} runs belong together. Each row counts once, as the latest of them left it; "
    "outcomes_all.csv lists them all.",
    "共 {runs} 次运行。每行只计一次，以最近一次为准；明细见 outcomes_all.csv。",
)
FAMILY_RUN = Words("Run", "运行编号")
FAMILY_FIRST = Words("first", "首次")
FAMILY_RERUN = Words("rerun", "重发")
FAMILY_KIND = Words("Kind", "类别")

REPLIES = Words("Replies", "用户回复")
REPLIES_SAY = Words(
    "{replies} {replies:reply|replies} came from people of this run since sending began; "
    "{opt_outs} of them {opt_outs:opts|opt} out; who opts out is on the suppression list.",
    "开始发送以来收到本次名单用户的 {replies} 条回复，"
    "其中 {opt_outs} 条退订，相关号码已列入屏蔽名单。",
)

LINKS_MADE = Words("Links made", "已生成短链")
TILE_LINKS = Words("Links made", "已生成短链")
SAY_LINKS = Words(
    "{made} {made:link was|links were} made for {rows} {rows:row|rows} ({share}); KooMessage sent "
    "nothing: links.csv is for your own SMS.",
    "为 {rows} 行生成了 {made} 个短链（{share}）；KooMessage 未发送短信，请用 links.csv 自行发送。",
)
SAY_LINKS_SHOWN = Words(
    "{card} {card:person|people} saw the card; {fallback} {fallback:link|links} expired unseen.",
    "{card} 人看到卡片，{fallback} 个短链过期未展示。",
)
TILE_UNSEEN = Words("Expired unseen", "过期未展示")
