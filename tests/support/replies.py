"""Replies with what they mean, for tests: one after the other, a bar between them."""

from pipeline.core.replies.signs import Sign


def several(text: str) -> list[str]:
    """Cut a text into its replies."""
    return [reply.strip() for line in text.strip().splitlines() for reply in line.split(" | ")]


OUT = several("""
T | t |  Ｔ  | T。 | t! | TD | td。 | Ｔ Ｄ | t.d. | R | “R” | Ｒ | N | ｎ | N！ | TDD | QX
退订 | 退订! | 【退订】 | 退 订 | 退-订 | 退訂 | 取关 | 取關 | 拒收 | 拒绝 | 退 | 退退退
停止 | STOP | stop | Stop. | STOPALL | Stop all | END | End. | QUIT | CANCEL | UNSUBSCRIBE
opt-out | 退定 | 推订 | 退丁 | 退钉 | 腿订 | 推定 | TUI DING | tuiding | Tui-Ding | 退ding
tui订 | 回T | 回 t | 回复TD | 请回复退订 | 回退订 | td谢谢 | TD 谢谢 | 谢谢，TD | T谢谢
退订，谢谢！ | 麻烦退订一下 | 请退订 | 帮我退订 | 我要退订 | 退订退订退订 | TDTD | 回T退订
退订回T | 拒收请回R | please stop | Please stop! | Stop. Thank you | pls stop | STOP please
Thanks, stop | Stop it! | Hello, please unsubscribe | Quit. Thanks | Please cancel
怎么还没退订？我要退订 | 我要退订，别烦我 | 怎么退订不了 | 为什么退订不了？ | 退订了怎么还发
没退订成功 | 我没有退订，现在我要退订 | 已退订 | 早就退订了还在发 | 给我退订！！
赶紧给我退订 | 能不能给我退订 | 别发了 | 不要发了 | 不要再发了 | 请不要再发了 | 不要再發
別發了 | 别再给我发 | 别再给我发了 | 不要给我发短信 | 别发短信了 | 不要发信息给我 | 勿再发
请勿再发 | 别老给我发广告 | 不要天天发 | 别他妈发了 | 求你别发了 | 能不能别发了
不要再发了好吗？ | 叫你别发你还发 | 不用再发了 | 别在发了 | 不准再发
why don't you stop texting me | 把我删了 | 请把我从名单中移除 | 不要再傳簡訊 | 別再寄簡訊 | 谢绝推销
不要来信息了 | 不接受短信 | 不接收 | no sms | No messages please | not interested, stop | 别传了
 别给我推送了 | 不想再收到你们的短信 | 不想收到这些信息
不要再让我收到短信，别发了 | 不需要短信 | 不要广告 | 拒绝广告 | 取消订阅 | 取消訂閱
我要取消订阅 | 取消关注 | 停止发送 | 停止推送短信 | 请停止骚扰 | 别骚扰我 | 不要打扰
请勿打扰 | 不要再骚扰我了 | 别烦我 | 把我拉黑吧 | 拉黑 | 删除我的号码 | 不要联系我
别再联系我了 | 回复了TD怎么还发 | 我都回T了还发 | 我要STOP | 编辑TD了没用 | 退订！退订！
Please stop sending me messages | stop texting me | STOP SENDING THESE
Can you stop messaging me? | why can't you stop sending me these | I told you to stop
I said STOP now | Do not text me again | Don't send me any more
dont send me these messages | Please don't contact me again | no more messages
No more texts please | I don't want to receive any more messages | I don’t want these texts
No more | I no longer wish to receive your messages | unsubscribe me | I want to unsubscribe
Please opt me out | I already unsubscribed! | take me off your list | Please remove me
Remove my number | leave me alone | cancel my subscription | end these messages
Please can you unsubscribe me? | Never text me again
""")

UNCLEAR = {
    Sign.ASKS: several("""
我不是退订了吗 | 你们能不能不发短信了
怎么退订 | 如何退订？ | 請問怎麼退訂 | 退订？ | 可以退订吗 | 能退订吗 | 在哪里退订
退订要钱吗 | T? | 退订是什么意思 | 还没退订？ | 怎么还没退订 | 为什么没有退订 | 回复什么退订
回复T是什么意思 | 是不是回T就可以 | 怎么取消订阅 | How do I unsubscribe? | can I opt out?
unsubscribe? | Stop? | Why have you not unsubscribed me yet | 不会退订 | 怎么关闭短信
怎样才能不收到短信 | how do I stop these messages?
"""),
    Sign.CONDITION: several("""
再发我就退订 | 如果收费我就退订 | 要是天天发我就拉黑
"""),
    Sign.TAKES_BACK: several("""
取消退订 | 误退订，请恢复 | 不小心退订了 | I unsubscribed by mistake
"""),
    Sign.OTHER_THING: several("""
取消服务 | 不要再寄了
我要退订酒店 | 退订金什么时候到 | 退定金 | 酒店怎么退订 | 套餐退订 | 快递我拒收 | 取消
我要取消 | 怎么取消 | 我想退出 | 注销 | Please don't send it before 9 | stop my order
Cancel it
"""),
    Sign.LIKE: several("""
T，我不想要 | 停 | stpo | 别打电话了 | TD卡能用吗 | will this ever stop | 别发那个红包
"""),
    Sign.COMPLAINT: several("""
怎么又发短信 | 天天发，烦不烦 | 垃圾短信 | 再发就投诉 | 烦死了 | 滚 | 少发点 | 别发那么多
This is spam | You never stop texting me!
"""),
}

OTHER = several("""
I didn't say stop | 我不会退订的 | 别传给别人 | 别把我删了 | 打扰了，请问多少钱
我要订阅 | 不要寄快递 | 好的 | 谢谢 | 谢谢！ | 收到 | 你好 | 多少钱 | 多少钱？ | 1
2 | Y | 13800138000 | 👍
回 | 回复 | 嗯嗯 | 已收到，谢谢 | 请问在哪里领取 | 什么时候到货 | 地址在哪 | 什么时候退款
我要退款 | 怎么退货 | 退货 | 我没退订 | 不退订 | 我没有退订 | 我没有退订啊 | 不要取关
别退订 | 我不想退订 | 我没说要退订 | 不要给我退订 | 我沒有退訂 | 谁说我要退订 | 我没回T
没有要退订的意思 | 不想取消订阅 | 別退訂 | 我没让你们取消订阅 | 谢谢 T恤 多少钱
我要一件T恤 | TT | T_T | RT | 发T恤给我 | N个人 | VIP | 不发货吗 | 什么时候发货 | 不要发货
不要发票 | 不用发票 | 别发错了 | 别发顺丰 | 请不要发给别人 | 不要发到公司 | 要不要发票
特别好 | 特别发给我的吗 | 再发一次 | 请再发一遍 | 可以再发一下吗 | 还发货吗 | 没收到短信
不要收费 | 麻烦发一下地址 | 好麻烦 | 不麻烦 | 停车场在哪里 | 停电了吗 | 滚筒洗衣机多少钱
不停地下雨 | 终止合同 | 我被拉黑了 | 联系我 | Thanks | Thank you! | ok | OK got it | Hello
How much? | the end of the month is ok | Ending soon? | I can't stop loving it
Please don't stop | don't stop sending these | I cannot stop laughing | 暂不退订 | 我不退订
没有要求退订 | non-stop fun | Where is the bus stop? | I'll stop by tomorrow
Is this the last stop? | weekend | The end | It ends when? | See you at the end
Can I cancel my order? | cancel my appointment | I did not unsubscribe
Don't unsubscribe me | I never opted out | please don't remove me | I don't text and drive
You didn't send me the code | No thanks | quite nice | friend | Send me more
why don't you send me the code | R u ok | N/A | T-shirt size? | no
""")
