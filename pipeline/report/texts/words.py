"""Name what stands in the workbook, in English and Chinese."""

from collections.abc import Mapping

from pipeline.core.lifecycle import State
from pipeline.core.model import Channel
from pipeline.report.texts.outcomes import Words

TITLE = Words("Campaign report", "活动发送报告")
SUMMARY = Words("Summary", "概览")
ATTENTION = Words("Needs attention", "需要处理")
FALLBACK = Words("Fallback", "回落短信")
REJECTED = Words("Rejected", "未发送的行")
ALL_ROWS = Words("All rows", "全部明细")
TASKS = Words("Tasks", "提交任务")

CAMPAIGN_FILE = Words("Campaign file", "活动文件")
RUN = Words("Run", "运行编号")
SOURCE = Words("Source", "名单文件")
CHANNEL = Words("Channel", "通道")
TEMPLATE = Words("Template", "模板")
PLANNED = Words("Planned", "计划时间")
STARTED = Words("Sending began", "开始发送")
FINISHED = Words("Sending ended", "发送结束")
WRITTEN = Words("Report written", "报告时间")
NOT_YET = Words("not yet", "尚未")
AGAIN = Words("Sent again after run", "重发自运行")

FUNNEL = Words("From rows to people reached", "从名单到送达")
STEP = Words("Step", "阶段")
ROWS = Words("Rows", "行数")
OF_ALL = Words("Of all rows", "占全部")
OF_BEFORE = Words("Of step before", "占上一阶段")
ROWS_READ = Words("Rows read", "读取的行")
SENDABLE = Words("May be sent to", "可发送")
SUBMITTED = Words("Taken by KooMessage", "KooMessage 已受理")
REACHED = Words("Delivered", "已送达")
SHOWN = Words("Card shown", "已展示卡片")

OUTCOMES = Words("What became of every row", "每一行的结果")
OUTCOME = Words("Outcome", "结果")
SHARE = Words("Share", "占比")
PLAINLY = Words("In plain words", "说明")
TOTAL = Words("All rows", "合计")

REASON = Words("Reason", "原因")
CODE = Words("Code", "代码")
CODE_MEANING = Words("What the code says", "代码含义")
NOTHING = Words("", "")

REQUEST_STATE = Words("State", "状态")
REQUEST_COUNT = Words("Requests", "请求数")
RECIPIENTS = Words("Recipients", "号码数")

SHEET = Words("Sheet", "工作表")
ROW = Words("Row", "行号")
PHONE = Words("Phone", "手机号")
WHY = Words("Why", "原因")
TO_DO = Words("What to do", "处理建议")
TASK_NAME = Words("Task name", "任务名称")
TASK_ID = Words("Task id", "任务 ID")
DELIVERED_AT = Words("Delivered at", "送达时间")
CHUNK = Words("Chunk", "分块")
SUBMISSION = Words("Submission", "提交序号")
ATTEMPTS = Words("Attempts", "尝试次数")
ATTEMPTED_AT = Words("Sent at", "发送时间")
CONCLUDED_AT = Words("Answer known at", "应答时间")
MESSAGE = Words("Message", "信息")

CHART_TITLE = Words("Rows by outcome", "各结果的行数")
EMPTY_ATTENTION = Words("Nothing needs attention.", "没有需要处理的行。")
EMPTY_FALLBACK = Words(
    "Nobody is known to have seen plain SMS instead of the card.",
    "目前没有确认回落为短信的号码。",
)
EMPTY_REJECTED = Words("Every row could be sent to.", "所有行均可发送。")
EMPTY = Words("Nothing here.", "没有内容。")
CUT = Words(
    "Cut here: {shown} of {total} rows are shown. The whole list is in {file}.",
    "此处截断：共 {total} 行，仅显示 {shown} 行，完整列表见 {file}。",
)

SAY_REACHED = Words(
    "{reached} of {rows} {rows:row|rows} {reached:was|were} delivered ({share}).",
    "{rows} 行中已送达 {reached} 行（{share}）。",
)
SAY_CARD = Words(
    "{card} saw the card; {fallback} saw plain SMS instead.",
    "{card} 人看到卡片，{fallback} 人看到普通短信。",
)
SAY_ATTENTION = Words(
    "{count} {count:row needs|rows need} attention: see the sheet '{sheet}'.",
    "{count} 行需要处理，请看工作表“{sheet}”。",
)
SAY_DOUBT = Words(
    "{count} {count:row is|rows are} in doubt: do not send {count:it|them} again before "
    "{count:it is|they are} settled.",
    "{count} 行待确认，确认之前请勿重发。",
)
SAY_REJECTED = Words(
    "{count} {count:row was|rows were} not sent to: see the sheet '{sheet}'.",
    "{count} 行未发送，请看工作表“{sheet}”。",
)
SAY_SKIPPED = Words(
    "{count} {count:row was|rows were} skipped on purpose: see the sheet '{sheet}'.",
    "{count} 行按规则跳过，请看工作表“{sheet}”。",
)
SAY_PENDING = Words(
    "{count} {count:row is|rows are} still to be sent: run the campaign again.",
    "{count} 行尚未发送，请再次运行。",
)
SAY_HELD = Words(
    "{count} {count:row is|rows are} still to be sent, and held back: the first recipients stopped "
    "the run.",
    "{count} 行尚未发送：首批收件人未达标，已停止。",
)
SAY_WAITING = Words(
    "{count} {count:row|rows} may still change: news comes for up to 72 hours, cards until their "
    "links expire.",
    "{count} 行的结果可能变化：回执最长 72 小时，卡片以链接有效期为准。",
)
SAY_BALANCE = Words(
    "The books balance: every row read has exactly one outcome.",
    "账目相符：读取的每一行都有且仅有一个结果。",
)
SAY_NO_BALANCE = Words(
    "The books do not balance: {rows} {rows:row was|rows were} read, {counted} "
    "{counted:has|have} an outcome. "
    "Run 'koosend verify'.",
    "账目不符：读取 {rows} 行，有结果的 {counted} 行。请运行 koosend verify。",
)

CHANNELS: Mapping[Channel, Words] = {
    Channel.AIM: Words("Smart message (card)", "智能信息（卡片）"),
    Channel.AIM_LINKS: Words("Smart message links by SMS", "智能信息短链（短信）"),
    Channel.AIM_BASIC: Words("Smart message basic (video)", "智能信息基础版（视频短信）"),
    Channel.SMS: Words("SMS", "短信"),
    Channel.LINKS_ONLY: Words("Links only", "仅生成短链"),
}

STATES: Mapping[State, Words] = {
    State.PLANNED: Words("Not sent yet", "未发送"),
    State.IN_FLIGHT: Words("Under way", "发送中"),
    State.ACCEPTED: Words("Accepted", "已受理"),
    State.REFUSED: Words("Refused", "被拒绝"),
    State.DEFERRED: Words("To be sent again", "待再次提交"),
    State.IN_DOUBT: Words("In doubt", "待确认"),
    State.ABANDONED: Words("Given up", "已放弃"),
    State.SPLIT: Words("Sent in parts", "已拆分提交"),
}
