"""What a clause in Chinese says of further messages."""

import re
from collections.abc import Iterator

from pipeline.core.replies.signs import Found, Sign
from pipeline.core.replies.writing import Clause

_MESSAGES = "短信|信息|消息|广告|推送|推广|订阅|通知|营销|骚扰|资讯|简讯|讯息"
_WHOSE = (
    "(?:你们?的?|您的?|贵司的?|这些?|这种|这类|此类|该|类似|任何|所有|一切|各种|垃圾|商业|无聊"
    "|再|来|有|给我|我的|了|的)*+"
)

_OUT = re.compile(
    rf"退订|取关|拒收|(?:取消|停止|拒绝|关闭|关掉|停掉|屏蔽)(?:发送|群发|接收|关注|{_WHOSE}(?:{_MESSAGES}))"
    r"|停发|(?:移除|删除|删掉|去掉)(?:我|本人)|(?:把我|我的号码?)(?:从.{0,9}?)?(?:移除|移出|删|去掉)"
    r"|谢绝|拒绝(?:推销|接受)|拉黑|屏蔽|黑名单|不再接收|退群|退不[了掉]订?"
)
_GOODS = (
    "订单|酒店|宾馆|房间|民宿|机票|车票|火车票|门票|快递|包裹|商品|外卖|套餐|会员|课程|订金|定金"
    "|押金|退款|业务"
)
_OF_GOODS = re.compile(f"金|单|房|票|餐|货|款|课|费|服务|{_GOODS}")
_HAS_GOODS = re.compile(_GOODS)
_HAS_MESSAGES = re.compile(_MESSAGES.replace("|骚扰", ""))

_BETWEEN = (
    "(?:要求|要|想|说过?|申请|让你们?|叫你们?|给|帮|把|替|我|你们?|再|过|打算|考虑|自动|随便|擅自"
    "|选择?|需要|会|是|有|的|这个|意思|真的?|回复?|发)*+"
)
_DENIED = re.compile(
    rf"(?:没有?|未|(?<!是)不|并?非|别|勿|不要|不用|不必|无需|不需要|不想|不愿意?|不打算|不考虑"
    rf"|谁说?|谁要|取消){_BETWEEN}$"
)
_NO_DENIAL = re.compile(
    "(?:不(?:能|会|让|给|可以|准|肯|是说)|没法|没办法|无法|没人|要不|怎么不|为什么不|干嘛不|何不)[我们您你]*$"
)
_STILL = re.compile("还没|还未|怎么|为什么|为何|为啥|咋|干嘛|凭什么|一直没|仍没|仍未|尚未|都没")
_FAILED = re.compile(
    "不了|不掉|不成功|失败|没?成功|没用|无效|没反应|没效果|没掉|了?(?:怎么|为什么|为啥|咋|也|都)?还(?:在"
    "|是|发|收|给)|了又|了?过?怎么"
)
_TAKES_BACK = re.compile(
    "误操作|误点|点错|按错|发错|恢复|误退订|错退订|不小心|撤销|取消退订|退订错"
)
_CONDITION = re.compile("再发|再给|再骚扰|再打扰|再烦|如果|要是|若|否则|不然|再不|下次")
_HOW = re.compile(
    "怎么|怎样|如何|咋|哪里|哪儿|在哪|什么|啥|为何|多久|多少|几天|要钱|收费|扣费|不会$|谁"
)
_WHETHER = re.compile("吗|么$|能不能|能否|可不可以|可以|是不是|是否|会不会|要不要|有没有|能$")
_DEMANDS = re.compile(
    "我要|我想|帮我|给我|替我|请(?!问)|麻烦|要求|申请|赶紧|快|立即|立刻|马上|必须|坚决|强烈"
)


def found_in(clause: Clause) -> Iterator[Found]:
    """Yield what each demand of a clause is."""
    said = clause.letters
    if said.isascii():
        return
    for match in _OUT.finditer(said):
        yield _demand(said, match, asks=clause.asks)
    for match in _NEGATED.finditer(said):
        yield _negated(said, match)
    for match in _UNWANTED.finditer(said):
        yield None if _TWISTED.search(said[: match.start()]) else _asked(said, match, clause.asks)
    yield from _words_in(clause)
    if _HOW_NOT.search(said):
        yield Sign.ASKS
    if _COMPLAINS.search(said):
        yield Sign.COMPLAINT


def _demand(said: str, match: re.Match[str], *, asks: bool) -> Found:
    """Say what a word for it means where it stands."""
    before, behind = said[: match.start()], said[match.end() :]
    about_goods = _HAS_GOODS.search(said) and not _HAS_MESSAGES.search(said)
    if _OF_GOODS.match(behind) or about_goods:
        return Sign.OTHER_THING
    if _TAKES_BACK.search(said):
        return Sign.TAKES_BACK
    if match[0] in ("拉黑", "屏蔽", "黑名单") and (
        before.endswith("被") or behind.startswith("我")
    ):
        return None
    will_not = before.endswith("不会") and behind.startswith("的")
    if will_not or (_DENIED.search(before) and not _NO_DENIAL.search(before)):
        return _denied(before, behind)
    if _CONDITION.search(before):
        return Sign.CONDITION
    return _asked(said, match, asks)


def _denied(before: str, behind: str) -> Found:
    """Say what a denial means: that they tried, that they ask why, or that they do not want to."""
    if re.match("成|掉|了(?!吗)", behind) and re.search("没有?我?$", before):
        return Sign.OPTS_OUT
    still = _STILL.search(before) or re.match("过?了吗", behind)
    return Sign.ASKS if still else None


def _asked(said: str, match: re.Match[str], asks: bool) -> Found:  # noqa: FBT001 -- of a clause
    """Tell a demand from a question about it."""
    before, behind = said[: match.start()], said[match.end() :]
    if _FAILED.match(behind) or _FAILED_BEFORE.search(before):
        return Sign.OPTS_OUT
    if _HOW.search(before) or _HOW.search(behind):
        return Sign.ASKS
    if (asks or _WHETHER.search(said)) and not _DEMANDS.search(before):
        return Sign.ASKS
    return Sign.OPTS_OUT


_FAILED_BEFORE = re.compile("(?:不能|没法|没办法|无法|不让|不给)[我们您你]*$")

_NEG = (
    "(?:(?<![特分区级道告辨个性])别|(?<![要需])(?:不要|不用|不必|不需要|无需|不许|不准|不得|禁止"
    "|停止|请勿|勿|莫|甭|休想?|毋|无须|不须|不想|少)"
    "|不(?:能|可以|可|得)再)"
)
_ADVERBS = (
    "(?:再|在|又|老是?|总是?|一直|天天|每天|整天|成天|继续|经常|频繁|乱|瞎|随便|随意|胡乱|TMD"
    "|TM|他妈的?|特么的?|妈的"
    "|你们?|您|贵司|贵公司|商家|这样|这么|来|敢|叫人|让人|用)*+"
)
_TO_ME = (
    "(?:(?:给|向|跟|往|对|朝)?(?:我们?|本人|俺|咱们?|人家|老子|这个号码?)(?:这个)?(?:的)?(?:手机号?码?"
    "|号码?)?(?:上|里)?)?"
)
_NEGATED = re.compile(
    rf"({_NEG}){_ADVERBS}{_TO_ME}{_ADVERBS}(群发|发送|发|传|寄|推送|打扰|骚扰|轰炸|烦|吵|联系|打电话"
    rf"|推销|推(?=了|$))"
)
_SENDING = ("群发", "发送", "发", "传", "寄", "推送", "推")
_STOPS = re.compile(
    rf"$|了|[这那](?:$|[些种样]|个?东西|[条个]?(?:{_MESSAGES}))|{_MESSAGES}|来|啦|吧|啊|呀|呢"
    rf"|嘛|哈|哦|喔|噢|谢|我|俺|给我|给俺|给本人|到我|任何|东西|此类|类似|推销|垃圾|链接|过来"
    "|什么|啥|一些|其[他它]|你|同样|重复|条|无聊|没用|诈骗|各种|好[吗不么]|行[吗不么]|可以|可否"
    "|到处|个没完|没完|烦|OK|THANK|PLEASE"
)
_FEWER = re.compile("点|一点|些|那么[多勤频]|这么[多勤频]|太[多勤频]")
_ANOTHER_THING = re.compile(
    "了?(?:货|票|快递|包裹|顺丰|圆通|中通|申通|韵达|邮政|烧|火|生|现|布|错|脾气|愁|呆|抖|疯|誓"
    "|言|财|展|明|达|育|型|胖|胀|炎|电|动|霉|挥|起|朋友圈|微博|红包|工资|奖|微信|邮件|定位|语音"
    "|照片)"
    "|给|到|去|往|出"
)
_TWISTED = re.compile(
    "(?:没说过?|没有说过?|不是|并非|谁说|没叫你们?|没让你们?|为什么|怎么|为何|咋)要?(?:你们?|我)?$"
)


def _negated(said: str, match: re.Match[str]) -> Found:
    """Say what it means that something is not to be done: sending, or disturbing."""
    behind, verb = said[match.end() :], match[2]
    if _TWISTED.search(said[: match.start()]):
        return None
    if verb in _SENDING:
        return _not_sent(behind, fewer=match[1] == "少", posted=verb == "寄")
    if verb == "打电话":
        return Sign.LIKE
    if verb == "联系":
        return Sign.OPTS_OUT if re.match("$|了|我|啦|吧|本人", behind) else None
    return None if re.match("恼|心|忙|闹|架|[他她它]", behind) else Sign.OPTS_OUT


def _not_sent(behind: str, *, fewer: bool, posted: bool) -> Found:
    """Say what is not to be sent: messages, some of them, or something else."""
    if fewer or _FEWER.match(behind):
        return Sign.COMPLAINT
    if re.match("给(?:我|俺|本人)", behind):
        return Sign.OPTS_OUT
    if _ANOTHER_THING.match(behind):
        return None
    if posted and not _HAS_MESSAGES.match(behind):
        return Sign.OTHER_THING
    return Sign.OPTS_OUT if _STOPS.match(behind) else Sign.LIKE


_UNWANTED = re.compile(
    rf"(?:不想要?|不愿意?|(?<!要)不要|不需要|不用|不希望|别让我|不接受|不再)(?:再|继续|要|被)*(?:收到?"
    rf"|接收|接到|看到?|看见){_WHOSE}(?:{_MESSAGES}|东西|$)"
    rf"|(?:不想|不愿意?|不希望)(?:再|继续|要|被)*(?:收到|接收|接到)(?:了|你|这些?$|这种$)"
    rf"|(?:(?<!要)不要|不需要|不想要|别|停止|停|勿|没兴趣|不感兴趣){_WHOSE}(?:短信|信息|消息|广告"
    rf"|推送|推广|营销)(?!费|发票|填|写错|泄露|错)"
    "|不(?:想|愿意?)被(?:打扰|骚扰)|免打扰|勿扰|不收(?:短信|信息|广告|推送)|不接收$"
    rf"|不接[收受]{_WHOSE}(?:{_MESSAGES})"
    r"|能不能不再?(?:给我)?发(?:$|了|短信|信息|消息|广告)"
)
_HOW_NOT = re.compile("怎.{0,5}(?:不|停止)再?(?:收到?|接收|发)(?!货|票)")
_REPLIED = re.compile(
    r"(?:回复?|回答|输入|编辑)(?:了|过|个|的)*(?:TDD?|QX(?:DY)?|STOP|[RTN])(?![A-Z0-9恤])"
    r"|发送?(?:了|过|个)*(?:TDD?|QX(?:DY)?|STOP)(?![A-Z0-9])"
)
_WORD = re.compile(r"(?<![A-Z0-9])(?:TDD?|QXDY|STOP)(?![A-Z0-9])")
_COMPLAINS = re.compile(
    r"骚扰|垃圾(?:短信|信息|广告|消息)|烦死|[好真太很]烦|烦不烦|烦人|有完没完|没完没了"
    r"|(?:天天|老是?|总是?|一直|整天)(?:都|在|给|我|来)*发(?!货|票|烧|呆|生|现)"
    r"|(?:怎么|为什么|为啥|为何|咋|干嘛)(?:还|又|老|总|一直|天天)(?:在|给|我)*发(?!货|票|烧|生"
    r"|现)"
    r"|再发.{0,4}(?:就|投诉|举报|拉黑|试试|报警|告)|12321|工信部|^(?:快?滚[蛋开远吧]*|去死)$"
)


def _words_in(clause: Clause) -> Iterator[Found]:
    """Yield what short words mean among others: what was replied, and what looks like it."""
    said, spaced = clause.letters, clause.text
    for match in _REPLIED.finditer(said):
        before = said[: match.start()]
        if _DENIED.search(before) and not _STILL.search(before):
            yield None
        else:
            yield _asked(said, match, clause.asks)
    for match in _WORD.finditer(spaced):
        denied = _DENIED.search(spaced[: match.start()].rstrip())
        if match[0] == "STOP":
            yield None if denied else Sign.OPTS_OUT if clause.shouts else Sign.LIKE
        else:
            yield None if denied else Sign.LIKE
