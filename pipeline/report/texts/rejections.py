"""Say why a row was not sent to and how to mend it, for every reason."""

from collections.abc import Mapping

from pipeline.core.model import Rejection
from pipeline.report.texts.language import Words

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
        Words(
            "Look for a doubled digit or an extension; it may be the number of a card.",
            "请检查是否有多余的数字或分机号，或误填了证件号、卡号。",
        ),
    ),
    Rejection.PHONE_NOT_MOBILE: (
        Words("This is not a mainland mobile number.", "不是中国大陆手机号。"),
        Words(
            "A mobile number starts with 13 to 19: look for a wrong digit.",
            "手机号以 13 至 19 开头，请检查是否有误。",
        ),
    ),
    Rejection.PHONE_LANDLINE: (
        Words("This is a landline.", "这是固定电话。"),
        Words(
            "A landline cannot get messages: use the person's mobile number.",
            "固定电话收不到消息，请填写手机号。",
        ),
    ),
    Rejection.PHONE_SERVICE: (
        Words(
            "This is a number of a service, such as 400, 95 or 106.",
            "这是服务号码，如 400、95、106 开头的号码。",
        ),
        Words("Use the person's mobile number.", "请填写个人手机号。"),
    ),
    Rejection.PHONE_LETTERS: (
        Words(
            "The number is written with letters, such as O for 0 or l for 1.",
            "手机号中有形似数字的字母，如 O 代替 0、l 代替 1。",
        ),
        Words("Write it with digits only.", "请改为数字。"),
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
    Rejection.VALUE_TOO_SHORT: (
        Words("A value is shorter than the template allows.", "内容短于模板要求的长度。"),
        Words("Complete the named column.", "请补全指出的那一列的内容。"),
    ),
    Rejection.VALUE_FORBIDDEN: (
        Words(
            "A value holds a character that KooMessage does not allow there.",
            "内容含有该变量不允许的字符。",
        ),
        Words(
            "In SMS values take out . 。 ' < > { } and line breaks; an amount or address belongs "
            "in a variable of another kind. Elsewhere take out invisible control characters.",
            "短信变量请去掉 . 。 ' < > { } 和换行；金额等请使用相应类型的变量。"
            "其他变量请去掉不可见的控制字符。",
        ),
    ),
    Rejection.VALUE_CONTACT: (
        Words(
            "A value holds contact data, such as a phone number or web address.",
            "内容含有手机号、网址等联系方式。",
        ),
        Words(
            "Contact data may stand in the template only; take it out of the named column.",
            "联系方式只能写在模板里，请从指出的那一列中去掉。",
        ),
    ),
    Rejection.VALUE_NOT_A_DATE: (
        Words("A value is no date or time that can be sent.", "内容不是可发送的日期或时间。"),
        Words(
            "Write 2026-11-30 or 08:30, or set date_format for the column.",
            "请写成 2026-11-30 或 08:30，或为该列设置 date_format。",
        ),
    ),
    Rejection.VALUE_NOT_AN_AMOUNT: (
        Words("A value is no amount.", "内容不是金额。"),
        Words(
            "Write digits and a point only, such as 1234.50; ¥ belongs in the template.",
            "请只写数字和小数点，如 1234.50；货币符号应写在模板里。",
        ),
    ),
    Rejection.VALUE_NOT_LETTERS_DIGITS: (
        Words(
            "A value holds more than letters and digits, which its variable takes alone.",
            "该变量只允许字母和数字，内容含有其他字符。",
        ),
        Words("Leave only A to Z and 0 to 9.", "请只保留英文字母和数字。"),
    ),
    Rejection.VALUE_NOT_A_NUMBER: (
        Words("A value is not the number that its variable takes.", "内容不是该变量要求的数字。"),
        Words("Leave only digits.", "请只保留数字。"),
    ),
    Rejection.VALUE_NOT_A_LINK: (
        Words("A value is no link of the form that is needed.", "内容不是所需格式的链接。"),
        Words(
            "A short code has 3 to 10 letters or digits; an address begins with https://.",
            "短码为 3 至 10 位字母或数字；网址以 https:// 开头。",
        ),
    ),
    Rejection.DUPLICATE_NUMBER: (
        Words(
            "The number stands in an earlier row, which is the one we send to.",
            "该号码在前面的行中已出现，只发送给前面那一行。",
        ),
        Words("Nothing to do; delete one row if it is wrong.", "无需处理；如有误请删除其中一行。"),
    ),
    Rejection.OPTED_OUT: (
        Words("The person has opted out.", "该用户已退订。"),
        Words(
            "Nothing to do. Who asks to be sent to again: koosend suppress remove NUMBER.",
            "无需处理。用户要求恢复时：koosend suppress remove 号码。",
        ),
    ),
    Rejection.ON_SUPPRESSION_LIST: (
        Words("The number is on the suppression list.", "号码在屏蔽名单中。"),
        Words(
            "Nothing to do; if it is wrong: koosend suppress remove NUMBER.",
            "无需处理；如有误：koosend suppress remove 号码。",
        ),
    ),
    Rejection.IN_SUPPRESS_FILE: (
        Words(
            "The number stands in a file of numbers to leave out.",
            "号码在活动指定的屏蔽文件中。",
        ),
        Words("Nothing to do; if it is wrong, mend that file.", "无需处理；如有误请修改该文件。"),
    ),
    Rejection.REACHED_RECENTLY: (
        Words("The number was sent a message only lately.", "该号码近期已发送过。"),
        Words(
            "Nothing to do; same_number_days in the campaign file says how long to wait.",
            "无需处理；间隔天数由活动文件中的 same_number_days 决定。",
        ),
    ),
    Rejection.REACHED_SINCE: (
        Words(
            "A later run of the campaign has sent to the number meanwhile.",
            "该活动之后的一次发送已发送过该号码。",
        ),
        Words(
            "Nothing to do; the later run tells what became of its message.",
            "无需处理；结果请查看之后的那次发送。",
        ),
    ),
    Rejection.SAME_CONTENT_TOO_OFTEN: (
        Words(
            "The number got the same content as often as carriers allow in an hour.",
            "该号码一小时内收到相同内容的次数已达上限。",
        ),
        Words("Send it later.", "请稍后再发送。"),
    ),
    Rejection.NUMBER_TOO_OFTEN: (
        Words(
            "The number got as many messages as carriers allow in a day.",
            "该号码 24 小时内收到的消息数已达上限。",
        ),
        Words("Send it later.", "请稍后再发送。"),
    ),
    Rejection.NOT_ON_ALLOW_LIST: (
        Words(
            "The campaign is a trial, and the number is not on its allow-list.",
            "活动处于试发阶段，号码不在允许名单中。",
        ),
        Words(
            "Nothing to do; take allow and allow_file out of the campaign to reach everybody.",
            "无需处理；正式发送时请从活动文件中去掉 allow 和 allow_file。",
        ),
    ),
    Rejection.ALREADY_IN_RUN: (
        Words(
            "The number belongs to the run whose mended rows these are, which sends to it.",
            "这些是另一次发送中修改后的行，该号码由那次发送负责。",
        ),
        Words(
            "Nothing to do; koosend rerun sends again who certainly got nothing.",
            "无需处理；确定未收到的号码请使用 koosend rerun 重发。",
        ),
    ),
    Rejection.SUPERSEDED: (
        Words(
            "A later list has the person with other values; that one was sent instead.",
            "之后的名单中该号码有新的内容，已改为发送新内容。",
        ),
        Words("Nothing to do.", "无需处理。"),
    ),
    Rejection.DROPPED: (
        Words(
            "A person, or the campaign's leftovers, closed the run before this row was sent.",
            "该次发送在此行发送前被关闭（人工操作或活动的 leftovers 设置）。",
        ),
        Words(
            "Nothing to do; put the person on a new list to send to them.",
            "无需处理；如需发送，请将该号码放入新的名单。",
        ),
    ),
    Rejection.ALREADY_SENT: (
        Words(
            "An earlier run sent this person the message, or may have.",
            "之前的发送已经（或可能已经）向该号码发送此消息。",
        ),
        Words(
            "Nothing to do; koosend run --again sends to everybody once more.",
            "无需处理；如确需再次发送给所有人，请使用 koosend run --again。",
        ),
    ),
}
"""What is wrong with a row, and how to mend it."""
