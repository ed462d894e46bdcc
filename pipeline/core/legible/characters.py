"""Characters that stand for no text, and texts that were read in a wrong encoding.

Only what is sure is told: a right text that was refused could not be sent at all.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

_PRIVATE = r"\ue000-\uf8ff\U000f0000-\U0010ffff"
_NONCHARACTERS = r"\ufdd0-\ufdef\ufffe\uffff" + "".join(
    f"\\U{plane << 16 | 0xFFFE:08x}\\U{plane << 16 | 0xFFFF:08x}" for plane in range(1, 15)
)
_NO_TEXT = re.compile(rf"[\ufff9-\ufffd\ud800-\udfff{_NONCHARACTERS}{_PRIVATE}]")
"""Replacement and object marks, halves of surrogate pairs, and what no two programs agree on."""

# Between these blocks lie all marks that change the character before them.
_NO_MARKS = r"\x00-\u02ff\u2010-\u20cf\u2100-\u2cee\u2e00-\u3029\u3030-\u3098\u309b-\ua66e"
_MARK = rf"[^{_NO_MARKS}\uac00-\ufb1d\ufe30-\uffff]"
_UNBASED = re.compile(rf"(?:^|[\s\x00-\x1f])({_MARK})")
_NO_BASE = frozenset({"Mn", "Mc", "Me"})

_RUINS = re.compile("锟斤|斤拷锟|烫{3}|屯{3}|葺{3}")
"""What is left of lost characters, or of memory that nobody had filled, read as GBK."""
_LOST = re.compile(r"\?{2,}")

_HIGH = r"\x80-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_LATIN_RUN = re.compile(f"[{_HIGH}](?:[{_HIGH} ]*[{_HIGH}])?")
_LATIN_SIGN = re.compile(f"[\xc2-\xf4][{_HIGH} ]|[\xb0-\xd7][\xa1-\xfe]{{3}}")
_AFTER_WORDS = "\xa0”’…»›™®–—"
"""What may also stand behind an accented letter in a right text."""
_RUN_SURE = 4
"""So many characters beyond ASCII in a row are no word of any language in Latin letters."""
_BYTES = {chr(byte): byte for byte in range(0x80, 0x100)} | {
    character: byte
    for byte in range(0x80, 0xA0)
    if (character := bytes([byte]).decode("cp1252", "ignore"))
}

_WIDE_RUN = re.compile(r"[^\x00-\x7f]+")
_CJK_LEADS = (*range(0xE3, 0xEA), 0xEF)
"""How a Chinese character or mark begins in UTF-8."""


def is_damaged(text: str) -> bool:
    """Tell whether a text holds what is no text, or was surely read in a wrong encoding."""
    if text.isascii():
        return _LOST.fullmatch(text) is not None
    return (
        _NO_TEXT.search(text) is not None
        or _has_lone_mark(text)
        or _RUINS.search(text) is not None
        or _is_misread_as_latin(text)
        or _is_misread_as_gbk(text)
    )


def may_be_damaged(joined: str, characters: str) -> bool:
    """Tell, faster, whether any of some values may be.

    joined: the values, a control character around each. characters: all that occur in them. A
    column has few different ones, whatever its length: they say what to look for.
    """
    if "?" in characters and "??" in joined:
        return True
    if characters.isascii():
        return False
    return _NO_TEXT.search(characters) is not None or any(
        part.search(characters) and whole(joined) for part, whole in _signs()
    )


def _has_lone_mark(text: str) -> bool:
    """Tell whether a combining mark stands where nothing stands before it."""
    found = (match[1] for match in _UNBASED.finditer(text))
    return any(unicodedata.category(mark) in _NO_BASE for mark in found)


def _is_misread_as_latin(text: str) -> bool:
    """Tell whether UTF-8, or GBK, was read as Latin-1 or Windows-1252."""
    if _LATIN_SIGN.search(text) is None:
        return False
    return any(
        _is_misread_run(found[0], text[: found.start()]) for found in _LATIN_RUN.finditer(text)
    )


def _is_misread_run(run: str, before: str) -> bool:
    high = len(run.replace(" ", ""))
    if high >= _RUN_SURE:
        return _is_utf8(run) or _is_gbk(run)
    if " " in run or (before and before[-1].isalpha() and run[0] not in "ÂÃâ"):
        return False
    if run.startswith("â€"):
        return True
    sure = run[1:2] not in ("", *_AFTER_WORDS)
    if run[0] in "ÂÃ":
        return high == len("Ã©") and sure
    return run[0] in "ãäåæçèéï" and sure and (high == len("å¼") or _is_utf8(run))


def _is_utf8(run: str) -> bool:
    """Tell whether a run's bytes are UTF-8; a blank may have been a no-break one."""
    return any(
        _from_utf8(bytes(_BYTES.get(character, blank) for character in run)) for blank in (32, 160)
    )


def _from_utf8(content: bytes) -> str:
    """Decode UTF-8 whose last character may be cut off; empty where it is none."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        return ""


def _is_gbk(run: str) -> bool:
    """Tell whether a run is of common Chinese characters whose bytes were read one by one."""
    letters = sum(character.isalpha() for character in run)
    try:
        content = run.encode("latin-1")
        decoded = content.decode("gb2312")
    except UnicodeError:
        return False
    return letters > 1 and len(set(run)) > len("ÕÅ") and all(map(_is_common, decoded))


def _is_common(character: str) -> bool:
    return _rarity(character) == 0


def _rarity(character: str) -> int:
    """Return 0 for the 3755 most common characters and for marks, 1 for others of GB 2312, or 2."""
    try:
        lead = character.encode("gb2312")[0]
    except UnicodeEncodeError:
        return 2
    return int(lead >= _RARER_FROM)


_RARER_FROM = 0xD8


def _is_misread_as_gbk(text: str) -> bool:
    """Tell whether UTF-8 was read as GBK: rare characters that hide common ones."""
    if _gbk_sign().search(text) is None:
        return False
    hidden, runs = "", list(_WIDE_RUN.finditer(text))
    for run in runs:
        try:
            content = run[0].encode("gbk")
        except UnicodeEncodeError:
            return False
        # Bytes that are no GBK became a question mark, together with a character's first bytes.
        cut = range(3) if text[: run.start()].endswith("?") else range(1)
        found = next(filter(None, (_from_utf8(content[start:]) for start in cut)), "")
        if not found and len(content) > _BYTES_MAX_CUT:
            return False
        hidden += found
    shown = [_rarity(character) for run in runs for character in run[0]]
    return len(hidden) > 1 and _hides(shown, [_rarity(character) for character in hidden])


_BYTES_MAX_CUT = 4
"""A run this short may be the ends of two characters."""


def _hides(shown: list[int], hidden: list[int]) -> bool:
    """Tell whether what is shown is rarer than what it hides, all of which GB 2312 has."""
    rarer = sum(shown) * len(hidden) > sum(hidden) * len(shown)
    return max(hidden) <= 1 and 2 * sum(shown) >= len(shown) and rarer


@cache
def _signs() -> tuple[tuple[re.Pattern[str], Callable[[str], object]], ...]:
    """Return what else shows damage: each sign's rarest character, and what finds the whole."""
    return (
        (re.compile(_MARK), _UNBASED.search),
        (re.compile("[锟烫屯葺]"), _RUINS.search),
        (re.compile("[\xb0-\xf4]"), _LATIN_SIGN.search),
        (re.compile(f"[{_gbk_first()}]"), lambda joined: _gbk_sign().search(joined)),
    )


@cache
def _gbk_sign() -> re.Pattern[str]:
    """Compile what a Chinese character of UTF-8 looks like as GBK: its three bytes' two characters.

    Made when it is first asked for: few commands read values.
    """
    second = "".join(_read_as_gbk(range(0x81, 0xC0), range(0x40, 0xFF)))
    return re.compile(f"[{_gbk_first()}][{second}]")


def _gbk_first() -> str:
    return "".join(_read_as_gbk(_CJK_LEADS, range(0x80, 0xC0)))


def _read_as_gbk(leads: tuple[int, ...] | range, trails: range) -> Iterator[str]:
    for lead in leads:
        for trail in trails:
            character = bytes((lead, trail)).decode("gbk", "ignore")
            if not character.isascii():
                yield character
