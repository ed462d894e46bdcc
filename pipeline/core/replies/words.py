"""Replies that are one word, which every operator's messages name as the way out."""

import re
from typing import Final

from pipeline.core.replies.signs import Found, Sign
from pipeline.core.replies.writing import letters_of

LETTERS: Final = ("R", "T", "N", "退")
"""Words so short that only thanks may stand beside them."""

OPT_OUTS: Final = (
    *("TD", "TDD", "QX", "QXDY", "STOP", "STOPALL", "UNSUBSCRIBE", "UNSUB", "END", "QUIT"),
    *(
        "CANCEL",
        "OPTOUT",
        "REVOKE",
        "REMOVE",
        "DND",
        "退订",
        "取关",
        "拒收",
        "拒绝",
        "谢绝",
        "停止",
    ),
    *("取消订阅", "取消关注", "勿扰", "请勿打扰", "拉黑", "屏蔽"),
)

_PERHAPS: Final = {
    **dict.fromkeys(
        ("取消", "取消服务", "退出", "注销", "CANCELIT", "CANCELTHIS"), Sign.OTHER_THING
    ),
    **dict.fromkeys(("停", "STOPP", "STPO", "STP", "SOTP"), Sign.LIKE),
    "滚": Sign.COMPLAINT,
}

_THANKS = "谢谢[您你了]?|多谢|感谢|谢了|THANKS|THANKYOU|THX|PLEASE|PLS|麻烦[您你了]?|请|拜托"
_LEADS = f"(?:{_THANKS}|请?回复?[了过]?|您好|你好|HI|HELLO)*+"
_COURTESIES = (
    f"{_THANKS}|您好|你好|好的?|[您亲哈啊呀哦吧了呢的啦我要想求快点选已经]|申请|赶紧|赶快|立刻|立即|马上|给我|帮我|替我|本人|一下"
    "|回复?|选择|OK|HI|HELLO|NOW|KINDLY|JUST|IMMEDIATELY"
)


def _tokens(words: tuple[str, ...], courtesies: str) -> re.Pattern[str]:
    """Compile one of some words, the longest first, or a courtesy."""
    return re.compile(f"({'|'.join(sorted(words, key=len, reverse=True))})|{courtesies}")


_WORDS = _tokens(OPT_OUTS, f"{_COURTESIES}|ALL|IT|THIS|ME")
_NEARLY = _tokens(tuple(_PERHAPS), f"{_COURTESIES}|怎么|怎样|如何|请问|能|可以|吗|呢")
_LETTER = re.compile(f"{_LEADS}(?:{'|'.join(LETTERS)})(?:{_THANKS})*+|退{{2,}}")
_AS_TOLD = re.compile(
    rf"{_LEADS}[RTN](?:退订|拒收)(?:{_THANKS})*+|(?:退订|拒收)请?回复?(?:TDD?|QX|[RTN])"
)
"""The end of a message, said back: 回T退订."""
_TWO_MEANT = re.compile("(?:CANCEL|END)(?:IT|THIS|ALL|ME)")


def lone_word(text: str) -> Found:
    """Say what a reply means that is one word with courtesies; None where it is more than that."""
    said = letters_of(text)
    if _TWO_MEANT.fullmatch(said):
        return Sign.OTHER_THING
    if _LETTER.fullmatch(said) or _AS_TOLD.fullmatch(said) or _word_of(_WORDS, said):
        return Sign.ASKS if text.rstrip().endswith("?") else Sign.OPTS_OUT
    return _PERHAPS.get(_word_of(_NEARLY, said))


def _word_of(tokens: re.Pattern[str], said: str) -> str:
    """Return the word of a reply that is made of tokens alone, empty where it is not."""
    word, at = "", 0
    while at < len(said):
        token = tokens.match(said, at)
        if token is None:
            return ""
        word, at = word or token[1] or "", token.end()
    return word
