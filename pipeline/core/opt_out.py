"""Tell whether somebody's answer to a message means: send me no more."""

import unicodedata
from typing import Final

OPT_OUTS: Final = frozenset(
    {
        *("R", "T", "TD", "TDD", "QX", "QXDY", "STOP", "UNSUBSCRIBE", "TUIDING"),
        *("退", "退订", "取关", "拒收", "拒绝", "取消订阅", "取消关注"),
    }
)
"""Whole answers, as `canonical` writes them, that every operator's messages name as the way out."""

_LEADS: Final = ("请回复", "回复", "请回", "回")
_DEMANDS: Final = ("退订", "取关", "拒收", "别再发", "不要再发", "勿再发")
_DENIALS: Final = frozenset("不别勿没未")


def canonical(answer: str) -> str:
    """Write an answer in one form: NFKC, upper case, letters and digits only."""
    folded = unicodedata.normalize("NFKC", answer).upper()
    return "".join(one for one in folded if one.isalnum())


def is_opt_out(answer: str) -> bool:
    """Tell whether an answer opts out: a word for it, also as 回T, or a sentence with one."""
    said = canonical(answer)
    for lead in _LEADS:
        if said.removeprefix(lead) in OPT_OUTS:
            return True
    if said in OPT_OUTS:
        return True
    return any(_demands(said, demand) for demand in _DEMANDS)


def _demands(said: str, demand: str) -> bool:
    at = said.find(demand)
    return at >= 0 and (at == 0 or said[at - 1] not in _DENIALS)
