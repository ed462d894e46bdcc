"""Bring a reply into one form, and cut it where a sentence or a part of one ends."""

import re
import unicodedata
from dataclasses import dataclass

_PAIRS = (
    "訂订發发別别復复覆复閱阅關关絕绝擾扰騷骚訊讯簡简請请謝谢這这個个們们給给煩烦為为麼么嗎吗還还沒没無无"
    "須须廣广資资刪删電电話话會会說说過过經经時时後后來来終终單单將将從从對对聽听興兴問问誰谁幾几錢钱點点"
    "樣样難难進进線线號号碼码開开閉闭斷断滾滚貨货實实業业務务費费誤误銷销願愿傳传麥麦團团轉转換换舉举報报"
    "啟启動动邊边機机買买賣卖級级課课讓让許许準准禁禁幫帮趕赶緊紧馬马啦啦"
)
_SIMPLIFIED = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))
"""Simplified characters for the traditional ones of these sentences."""

_SLIPS = re.compile(
    r"[退腿推褪][定丁顶钉鼎汀叮]|[腿推褪]订|退[\W_]{1,3}[订定]|退[\W_]*ding|tui[\W_]{0,3}(?:ding|订)",
    re.IGNORECASE,
)
"""How 退订 is mistyped: by its sound, with something inside, or in Latin letters."""
_END = re.compile(r"[.,;:!?~…、。()\[\]【】\n\r]+")
_SHOUT = re.compile(r"(?<![A-Z])STOP(?![A-Z])")


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a reply, in upper case; letters is that without blanks and marks.

    asks: a question mark ends it. shouts: STOP stands in capitals among other letters.
    """

    text: str
    letters: str
    asks: bool = False
    shouts: bool = False


def letters_of(text: str) -> str:
    """Leave letters and digits alone, in upper case."""
    return "".join(filter(str.isalnum, text.upper()))


def in_one_form(answer: str) -> str:
    """Write a reply in one form: width, apostrophes, simplified characters, and 退订 aright."""
    text = unicodedata.normalize("NFKC", answer).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return _SLIPS.sub("退订", text.translate(_SIMPLIFIED))


def clauses_of(text: str) -> list[Clause]:
    """Cut a reply in one form into its clauses."""
    found, start = [], 0
    for mark in _END.finditer(f"{text}\n"):
        part = text[start : mark.start()]
        start = mark.end()
        shouts = _SHOUT.search(part) is not None and not (part.isascii() and part.isupper())
        if letters := letters_of(part):
            found.append(Clause(part.upper(), letters, "?" in mark[0], shouts))
    return found
