"""What a proposed campaign leaves to a person: it is marked <...>, and told all at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.language import SEMICOLON, Language, Text, filled, joined

CARD_TEMPLATE = "<card template number>"
VIDEO_TEMPLATE = "<video template number>"
CHANNEL_NUMBER = "<channel number>"
SMS_TEMPLATE = "<SMS template number>"
SIGNATURE = "<signature, without brackets>"
APP = "<SMS application>"
PHONE = "<phone column>"

_IN_CHINESE = {
    CARD_TEMPLATE: "<卡片模板编号>",
    VIDEO_TEMPLATE: "<视频短信模板编号>",
    CHANNEL_NUMBER: "<通道号>",
    SMS_TEMPLATE: "<短信模板编号>",
    SIGNATURE: "<签名，不带括号>",
    APP: "<短信应用>",
    PHONE: "<手机号列>",
}
_MARKS = frozenset(
    {*_IN_CHINESE, *_IN_CHINESE.values()} | {"<card template>", "<SMS template>", "=<your shop>"}
)
"""Those of init, and of the examples in configs/; any other text in <...> may be a value."""

_QUOTED = re.compile(r'"(=?<[^"]*>)"')
_PARAMETER = re.compile(r"<(?:parameter|参数) ([0-9]+)>")
_SECTION = re.compile(r"\s*(\[[^\]]*\])")
_KEY = re.compile(r"\s*([\w-]+)\s*=")


def parameter(number: int) -> str:
    """Return the mark for a parameter's name in the template; number counts from 1."""
    return f"<parameter {number}>"


def in_language(text: str, language: Language) -> str:
    """Return a campaign's text with its marks in a language."""
    if language is Language.EN:
        return text
    for english, chinese in _IN_CHINESE.items():
        text = text.replace(english, chinese)
    return _PARAMETER.sub(r"<参数 \1>", text)


@dataclass(frozen=True, slots=True)
class Blank:
    """A line of a campaign that a person must fill in; line counts from 1."""

    line: int
    where: str
    what: str

    @property
    def text(self) -> Text:
        """Say where it is, and what belongs there."""
        return filled(
            "line {line} {where}: {what}", line=str(self.line), where=self.where, what=self.what
        )


def blanks(text: str) -> tuple[Blank, ...]:
    """List what is still to be filled in, in the order of lines."""
    found = []
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#"):
            continue
        if begun := _SECTION.match(line):
            section = begun[1]
        marks = [mark for mark in _QUOTED.findall(line) if _is_mark(mark)]
        if marks:
            key = _KEY.match(line)
            where = f"{section} {key[1]}" if key else section
            found.append(Blank(number, where, ", ".join(mark.strip("=<>") for mark in marks)))
    return tuple(found)


def unfilled(found: Sequence[Blank]) -> Text:
    """Say in one sentence what is still to be filled in."""
    where = joined(*(blank.text for blank in found), by=SEMICOLON)
    return filled("some places are still to be filled in: {where}", where=where)


def _is_mark(text: str) -> bool:
    return text in _MARKS or _PARAMETER.fullmatch(text) is not None
