"""Read the code of a number format, such as ¥#,##0.00;[Red]-¥#,##0.00, into its sections."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"'
    r"|\\(?P<escaped>.)"
    r"|\[\$(?P<symbol>[^\]-]*)(?:-(?P<language>[^\]]*))?\]"
    r"|\[(?P<bracket>[^\]]*)\]"
    r"|_(?P<space>.)"
    r"|\*(?P<fill>.)"
    r"|(?P<general>General|G/通用格式)"
    r"|(?P<clock>AM/PM|A/P|上午/下午)"
    r"|(?P<power>(?<=[0#?.])E[+-])"
    r"|(?P<letters>y+|m+|d+|h+|s+|a{3,}|e+|g+|b+)"
    r"|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_SECTION = re.compile(
    r'((?:"[^"]*"|\\.|[_*].|\[[^\]]*\]|[^;"\\_*\[])*)(;|$)',
    re.DOTALL,
)
_COLOUR = re.compile(
    "black|blue|cyan|green|magenta|red|white|yellow|colou?r ?[0-9]{1,2}"
    "|黑色?|蓝色?|青色?|绿色?|洋红|红色?|白色?|黄色?|颜色 ?[0-9]{1,2}",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9]+(?:\.[0-9]+)?)")
_ELAPSED = re.compile("h+|m+|s+", re.IGNORECASE)
_NUMERALS = re.compile("dbnum[0-9]", re.IGNORECASE)
_LANGUAGE_DIGITS_MAX = 4
"""A longer one asks for the digits or the calendar of another language as well."""

_SECTIONS_MAX = 4
_DIGITS = frozenset("0#?")
_BARE_MAX = 31
CODE_CHARS_MAX = 1_024
"""Excel takes 255."""


class NotKnown(ValueError):
    """A format that is not understood; its text is what is not."""


class Kind(Enum):
    """What a section makes of a value."""

    NUMBER = "number"
    GENERAL = "general"
    TEXT = "text"
    MOMENT = "moment"
    SPAN = "span"
    WORDS = "words"
    WRITING = "writing"
    """Another writing of the number itself: a power of ten, a fraction."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a section: kind is text, digit, point, comma, percent, or a group of _TOKEN."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Condition:
    """When a section is taken, such as >=1."""

    sign: str
    limit: float

    def holds(self, value: float) -> bool:
        """Tell whether a number meets it."""
        match self.sign:
            case "<":
                return value < self.limit
            case "<=":
                return value <= self.limit
            case ">":
                return value > self.limit
            case ">=":
                return value >= self.limit
            case "=":
                return value == self.limit
            case _:
                return value != self.limit


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a code, between semicolons. has_date and has_time say which a moment shows."""

    kind: Kind
    tokens: tuple[Token, ...]
    condition: Condition | None = None
    is_coloured: bool = False
    has_date: bool = False
    has_time: bool = False


def sections_of(code: str) -> tuple[Section, ...]:
    """Read a code; an empty one is General. Raises NotKnown."""
    if len(code) > CODE_CHARS_MAX:
        raise NotKnown(f"{code[:_BARE_MAX]}…")
    texts = list(_texts(code))
    if len(texts) > _SECTIONS_MAX:
        raise NotKnown(code)
    try:
        return tuple(map(_section, texts)) if code else (_section("General"),)
    except NotKnown:
        raise NotKnown(code) from None


def _texts(code: str) -> Iterator[str]:
    at = 0
    while True:
        found = _SECTION.match(code, at)
        if found is None:
            raise NotKnown(code)
        yield found[1]
        if not found[2]:
            return
        at = found.end()


def _section(text: str) -> Section:
    tokens: list[Token] = []
    condition: Condition | None = None
    marks: set[str] = set()
    for found in _TOKEN.finditer(text):
        kind, piece = found.lastgroup or "", found[found.lastgroup or 0]
        if kind == "bracket":
            kind = _bracket(piece)
            condition = _condition(piece) if kind == "condition" else condition
        elif kind in {"symbol", "language"}:
            if len(found["language"] or "") > _LANGUAGE_DIGITS_MAX:
                marks.add("numerals")
            kind, piece = "text", found["symbol"]
        elif kind == "other":
            kind = _other(piece)
        marks.add(kind)
        tokens.append(Token(*_plain(kind, piece)))
    kept = tuple(token for token in tokens if token.kind not in {"condition", "colour", "fill"})
    return _made(kept, marks, condition)


def _plain(kind: str, piece: str) -> tuple[str, str]:
    if kind in {"quoted", "escaped"}:
        return "text", piece
    return (kind, " ") if kind == "space" else (kind, piece)


def _bracket(text: str) -> str:
    if _COLOUR.fullmatch(text):
        return "colour"
    if _CONDITION.fullmatch(text):
        return "condition"
    if _ELAPSED.fullmatch(text):
        return "elapsed"
    if _NUMERALS.fullmatch(text):
        return "numerals"
    raise NotKnown(text)


def _condition(text: str) -> Condition:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise NotKnown(text)
    return Condition(found[1], float(found[2]))


def _other(character: str) -> str:
    named = {".": "point", ",": "comma", "%": "percent", "@": "at", "/": "slash"}
    if character in named:
        return named[character]
    if character in _DIGITS:
        return "digit"
    # Letters that mean nothing known, and signs that mean something else in some program.
    if (character.isascii() and character.isalnum()) or character in '!"[]\\_*':
        raise NotKnown(character)
    return "text"


def _made(tokens: tuple[Token, ...], marks: set[str], condition: Condition | None) -> Section:
    coloured = "colour" in marks
    if marks & {"letters", "elapsed", "clock"}:
        return _moment(tokens, marks, condition)
    if "numerals" in marks:
        raise NotKnown("numerals")
    kinds = [
        kind
        for mark, kind in (("general", Kind.GENERAL), ("at", Kind.TEXT), ("digit", Kind.NUMBER))
        if mark in marks
    ]
    if len(kinds) > 1:
        raise NotKnown("mixed")
    if marks & {"power", "slash"} and kinds == [Kind.NUMBER] and _is_writing(tokens):
        return Section(Kind.WRITING, (), condition, coloured)
    if "power" in marks:
        raise NotKnown("power")
    kind = kinds[0] if kinds else Kind.WORDS
    words = _worded(tokens) if kind is not Kind.NUMBER else _slashes(tokens)
    return Section(kind, words, condition, coloured)


def _is_writing(tokens: Sequence[Token]) -> bool:
    """Tell whether a number is written with a power of ten or as a fraction, and nothing else.

    A slash is that of a fraction where a place for a digit stands right beside it.
    """
    kinds = [token.kind for token in tokens]
    bare = all(token.kind != "text" or token.text.isspace() for token in tokens)
    if "power" in kinds:
        return bare and "percent" not in kinds
    at = kinds.index("slash")
    beside = {*kinds[max(at - 1, 0) : at], *kinds[at + 1 : at + 2]}
    if "digit" not in beside:
        return False
    if bare and kinds.count("slash") == 1:
        return True
    raise NotKnown("fraction")


def _slashes(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    return tuple(Token("text", "/") if token.kind == "slash" else token for token in tokens)


def _worded(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Take signs that only mean something beside digits as what they are."""
    signs = {"point", "comma", "percent", "slash"}
    return tuple(Token("text", one.text) if one.kind in signs else one for one in tokens)


def _moment(tokens: tuple[Token, ...], marks: set[str], condition: Condition | None) -> Section:
    if marks & {"general", "at", "percent", "power"}:
        raise NotKnown("moment")
    if "digit" in marks and not _are_parts_of_seconds(tokens):
        raise NotKnown("digits")
    units = [token.text[0].casefold() for token in tokens if token.kind in {"letters", "elapsed"}]
    if "elapsed" in marks:
        return Section(Kind.SPAN, (), condition)
    minutes = {
        at
        for at, unit in enumerate(units)
        if unit == "m" and ("h" in units[max(at - 1, 0) : at] or "s" in units[at + 1 : at + 2])
    }
    has_time = "clock" in marks or bool({"h", "s"} & set(units))
    has_date = any(unit not in "hs" and at not in minutes for at, unit in enumerate(units))
    return Section(Kind.MOMENT, (), condition, has_date=has_date, has_time=has_time)


def _are_parts_of_seconds(tokens: Sequence[Token]) -> bool:
    before = ""
    for token in tokens:
        if token.kind == "digit" and (token.text != "0" or before not in {"point", "digit"}):
            return False
        before = token.kind
    return True
