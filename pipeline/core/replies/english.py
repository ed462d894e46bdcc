"""What a clause in English says of further messages."""

import re
from collections.abc import Iterator

from pipeline.core.replies.signs import Found, Sign
from pipeline.core.replies.writing import Clause

_SENDING = (
    "sending|messaging|texting|contacting|calling|emailing|spamming|bothering|harassing|annoying"
    "|disturbing|pestering|bugging|smsing|advertising|pushing|receiving|getting"
)
_MESSAGES = (
    "messages?|msgs?|texts?|sms|sms's|spam|ads?|adverts?|advertisements?|advertising|promotions?"
    "|promos?|notifications?|newsletters?|alerts?|emails?|mails?|marketing|subscriptions?|updates?"
)
_HOW_MANY = (
    "(?: (?:with|all|of|any|these|those|this|that|the|your|you|guys|my|me|us|from|to|more|further"
    "|such|damn|stupid|bloody|marketing|promotional|spam|promo|daily))*"
)
_PLEASE = (
    "(?:(?:please|do|not interested|wrong number|pls|plz|thanks|thank you|thank u|thx|ok|okay|hi"
    "|hello|hey|now|just|kindly|at once|immediately|right away|dear|sir|madam|guys|so|and|again"
    "|already|everyone) ?)*"
)
_ALONE = re.compile(
    rf"{_PLEASE}(?:(?:stop|stopall|stop all|unsubscribe|unsub|quit|cancel|end|revoke|opt out"
    rf"|optout)|stop (?:it|this|that|all|everything|now|me)) ?{_PLEASE}"
)
_NOT = (
    "don't|dont|do not|don t|never|can't|cant|cannot|can not|won't|wont|will not|not|didn't|didnt"
    "|did not|doesn't|doesnt|couldn't|wouldn't|haven't|hasn't|without|no need to|isn't|non"
)
_DENIED = re.compile(
    rf"(?:^| )(?:{_NOT})(?: (?:ever|just|even|really|to|want to|wanna|wish to|asked? to|been|say"
    rf"|mean|you dare|all|yet|me))* $"
)
_THEIRS = re.compile(r"(?:^| )(?:you|u|they|it|guys|why|still|how)(?: |$)")

_STOP_SENDING = re.compile(
    rf"\b(?:stop|quit|cease|discontinue|end|cancel|no more)"
    rf"(?:{_HOW_MANY} (?:{_SENDING}|{_MESSAGES})\b"
    rf"| (?:to )?(?:send|text|message|contact|call)\b)"
)
_SEND = (
    "send|sending|text|texting|message|messaging|msg|sms|contact|call|email|mail|disturb|bother"
    "|spam|write|harass|annoy"
)
_DO_NOT_SEND = re.compile(
    rf"(?<!\bi )(?<!\bwe )(?<!\bthey )(?<!\byou )(?<!\bu )(?<!\bwhy )\b(?:don't|dont|do not|never"
    rf"|must not|no need to)(?: (?:ever|please|keep|you|u|dare|continue|to|again|bother|try|just))*"
    rf" (?P<verb>{_SEND})\b(?P<rest>.*)"
)
_ME = re.compile(rf"^$|\b(?:me|us|any|anymore|anything|more|again|these|this|such|{_MESSAGES})\b")
_OTHERWISE = re.compile(
    r"\b(?:before|after|until|till|between|at|tomorrow|today|via|to my|to the|the order|the parcel"
    r"|order|parcel|invoice|instead|text me|unless)\b"
)
_UNWANTED = re.compile(
    rf"\b(?:don't|dont|do not|no longer|not|never|didn't)"
    rf" (?:wish|want|need|care|like|wanna|interested|agree|consent|sign|subscribe)\b"
    rf"(?: (?:to|be|in|get|getting|receive|receiving|hear|hearing|have|having|see|seeing|up|for))*"
    rf"{_HOW_MANY}(?: (?:{_MESSAGES}|contacted|disturbed|bothered)\b| from you\b|(?<=you)$)"
)
_OPT_OUT = re.compile(r"\b(?:unsub\w*|opt(?:ed|ing|s)?(?: me| us)?[ -]out|optout)\b")
_REMOVE = re.compile(
    r"\b(?:remove|delete|take|drop|erase|get)(?: (?:me|us)(?: (?:off|from|out)\b|$)"
    r"| my (?:cell |mobile |phone )?(?:number|phone|contact|mobile|name|details|info|data)\b)"
    r"|\bleave me alone\b|\blose my number\b|\bblock(?:ing|ed)? (?:you|these|your)\b|^no more$"
    r"|^(?:please |pls )?no (?:messages|msgs|texts|sms|spam|ads)(?: please| pls| thanks| anymore)*$"
)
_HOW = re.compile(
    r"\b(?:how|where|what|is there|do i|may i|can i|could i|if|does|which|why|did i)\b"
)
_HOW_I = re.compile(r"\b(?:how|where|can i|could i|do i)\b")
_WISH = re.compile(
    r"\b(?:please|pls|plz|can you|could you|will you|would you|want|wish|like to|me)\b"
)
_BACK = re.compile(r"\b(?:resubscribe|mistake|accident\w*|undo|by error)\b")
_COMPLAINS = re.compile(
    r"\b(?:spam|spamm\w+|harass\w*|annoying|get lost|go away|fuck off|piss off|report you)\b"
)
_A_STOP = re.compile(
    r"\b(?:bus|pit|non|one|full|last|first|next|truck|tram|metro|train|subway|short|whistle|a"
    r"|the) stop\b"
    r"|\bstop (?:by|in|over|at|off|watch|loss|gap|sign|light)\b"
)
_ASKED_TO = re.compile(
    r"\b(?:want|need|told|tell|asked|ask|said|say|make|made)\b.* stop$"
    r"|^(?:can|could|will|would) you stop$"
)
_STOP_THING = re.compile(r"\bstop (?:the|my|your|our) \w+")


def found_in(clause: Clause) -> Iterator[Found]:
    """Yield what a clause says."""
    said = " ".join(re.findall(r"[a-z']+", clause.text.lower()))
    if not said:
        return
    if _ALONE.fullmatch(said) and clause.text.isascii():
        yield Sign.ASKS if clause.asks and "please" not in said else Sign.OPTS_OUT
        return
    for match in _STOP_SENDING.finditer(said):
        yield _unless_denied(said, match)
    for match in _OPT_OUT.finditer(said):
        yield _opting_out(said, match, asks=clause.asks)
    for match in _REMOVE.finditer(said):
        yield _unless_denied(said, match)
    yield _not_to_send(said)
    if _UNWANTED.search(said):
        yield Sign.OPTS_OUT
    yield _stop_of(said, clause)
    if _COMPLAINS.search(said):
        yield Sign.COMPLAINT


def _unless_denied(said: str, match: re.Match[str]) -> Found:
    before = said[: match.start()]
    if not _DENIED.search(before):
        return Sign.ASKS if _HOW_I.search(before) else Sign.OPTS_OUT
    theirs = _THEIRS.search(before) or "receiving" in match[0]
    return Sign.COMPLAINT if theirs else None


def _opting_out(said: str, match: re.Match[str], *, asks: bool) -> Found:
    before = said[: match.start()]
    if _BACK.search(said):
        return Sign.TAKES_BACK
    if _DENIED.search(before):
        return Sign.ASKS if _THEIRS.search(before) else None
    if _HOW.search(before) or (asks and not _WISH.search(before)):
        return Sign.ASKS
    return Sign.OPTS_OUT


def _not_to_send(said: str) -> Found:
    """Say what "do not send" means: nothing more, or something otherwise."""
    match = _DO_NOT_SEND.search(said)
    if match is None:
        return None
    rest = match["rest"].strip()
    if _OTHERWISE.search(rest):
        return Sign.OTHER_THING
    return Sign.OPTS_OUT if _ME.search(rest) else None


def _stop_of(said: str, clause: Clause) -> Found:
    """Say what a stop means that says not what is to stop."""
    match = re.search(r"\bstop\b", said)
    if match is None or _A_STOP.search(said):
        return None
    if _DENIED.search(said[: match.start()]):
        return None
    if clause.shouts or _ASKED_TO.search(said):
        return Sign.OPTS_OUT
    if _STOP_THING.search(said):
        return Sign.OTHER_THING
    return Sign.LIKE if said.endswith("stop") else None
