"""Weigh how well a text reads: how many bits of surprise its characters hold.

Decoded in the wrong encoding, a name is valid and still no name: its characters are rare, or of
alphabets that stand in no word together. Two readings of the same bytes are compared by their
bits: each bit less makes a reading twice as likely.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("characters.txt")

UNREADABLE_BITS = 40.0
"""Of a character that stands in no text: a control, one for private use."""

_LOST_BITS = 16.0
"""Of U+FFFD where the file itself holds it: another program wrote it for what it could not read."""

_RARE_BITS = 18.5
_RARER_BITS = 20.0
"""Of Chinese characters that the table does not know, in Unicode's first block and beyond."""


class Script(Enum):
    """What a character is written in. NONE: digits, punctuation, symbols."""

    NONE = "none"
    LATIN = "latin"
    CHINESE = "chinese"
    KANA = "kana"
    HANGUL = "hangul"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class _Alphabet:
    """A stretch of Unicode: what its common letters cost, and what the first one of a word adds."""

    pattern: re.Pattern[str]
    bits: float
    begins: float


_ALPHABETS = (
    _Alphabet(re.compile("[\u0410-\u044f\u0401\u0451]"), 4.7, 6.0),
    _Alphabet(re.compile("[\u0404\u0406\u0407\u0454\u0456\u0457\u0490\u0491]"), 8.0, 6.0),
    _Alphabet(re.compile("[\u0386\u0388-\u03ce]"), 5.0, 9.0),
    _Alphabet(re.compile("[\u05d0-\u05ea]"), 4.5, 10.0),
    _Alphabet(re.compile("[\u0621-\u064a\u06a9\u06af\u067e\u06cc\u0686]"), 4.7, 10.0),
    _Alphabet(re.compile("[\u0e01-\u0e3a\u0e40-\u0e4e]"), 5.0, 11.0),
    _Alphabet(re.compile("[\u0900-\u0d7f\u1780-\u17f9\u1000-\u109f]"), 6.0, 10.0),
    _Alphabet(re.compile("[\u0531-\u0587\u10d0-\u10ff\u1200-\u137c]"), 8.0, 12.0),
)
_KANA = (
    (re.compile("[\u3041-\u3096]"), 5.5, 3.0),
    (re.compile("[\u30a1-\u30fc]"), 5.5, 3.0),
    (re.compile("[\uff66-\uff9f]"), 8.0, 7.0),
)
_HANGUL = re.compile("[\uac00-\ud7a3]")
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af\u3005\u3007]")
_LATIN_COMMON = re.compile("[éèêëáàâäãåæçíìîïñóòôöõøœúùûüßÉÖÜÄÅØÇÁ]")
_LATIN_NEAR = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f\u0218-\u021b\u1e80-\u1ef9ơưƠƯ]")
_MARKS = re.compile("[·，。、（）：；！？“”‘’《》【】—…￥「」～\u3000]")
_MARKS_WIDE = re.compile("[\uff01-\uff5e]")
_MARKS_LATIN = re.compile("[★☆●◆■△▲○◎→←↑↓♥√×÷°®©™€£¥«»–•\u00a0²³½¿¡§]")


@dataclass(frozen=True, slots=True)
class _Character:
    """What one character tells: its script, its bits, and its case; begins as in _Alphabet."""

    script: Script
    alphabet: int
    bits: float
    begins: float = 0.0
    upper: bool = False
    ascii: bool = False


@cache
def _tables() -> dict[str, dict[str, float]]:
    """Read the bits of characters by language: hans, hant, japanese, korean."""
    tables: dict[str, dict[str, float]] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        language, bits, characters = line.split(" ")
        tables.setdefault(language, {}).update(dict.fromkeys(characters, float(bits)))
    return tables


@cache
def _character(mark: str) -> _Character:
    if mark < "\x80":
        return _ascii(mark)
    return _eastern(mark) or _latin(mark) or _of_an_alphabet(mark) or _mark_or_strange(mark)


def _eastern(mark: str) -> _Character | None:
    if _CHINESE.match(mark):
        return _Character(Script.CHINESE, -1, 0.0, 1.0)
    if _HANGUL.match(mark):
        return _Character(Script.HANGUL, -3, _tables()["korean"].get(mark, _RARE_BITS), 2.0)
    for at, (kana, bits, begins) in enumerate(_KANA):
        if kana.match(mark):
            return _Character(Script.KANA, -10 - at, bits, begins)
    return None


def _of_an_alphabet(mark: str) -> _Character | None:
    for at, alphabet in enumerate(_ALPHABETS):
        if alphabet.pattern.match(mark):
            upper = mark.isupper()
            bits = alphabet.bits + upper
            return _Character(Script.OTHER, at, bits, alphabet.begins, upper)
    return None


def _ascii(mark: str) -> _Character:
    if mark.isalpha():
        return _Character(Script.LATIN, -4, 4.7, 0.0, mark.isupper(), ascii=True)
    readable = mark.isprintable() or mark in "\t\r\n"
    return _Character(Script.NONE, 0, 4.0 if readable else UNREADABLE_BITS, ascii=True)


def _latin(mark: str) -> _Character | None:
    if _LATIN_COMMON.match(mark):
        return _Character(Script.LATIN, -4, 8.0, 0.0, mark.isupper())
    if _LATIN_NEAR.match(mark):
        return _Character(Script.LATIN, -4, 10.0, 0.0, mark.isupper())
    return None


def _mark_or_strange(mark: str) -> _Character:
    if _MARKS.match(mark):
        return _Character(Script.NONE, 0, 8.0)
    if _MARKS_WIDE.match(mark):
        return _Character(Script.NONE, 0, 10.0)
    if _MARKS_LATIN.match(mark):
        return _Character(Script.NONE, 0, 12.0)
    if mark == "\ufffd":
        return _Character(Script.NONE, 0, _LOST_BITS)
    if "\u3021" <= mark <= "\u3029" or "\u2500" <= mark <= "\u257f":
        return _Character(Script.NONE, 0, _RARER_BITS)  # numerals of old shops, drawn lines
    kind = unicodedata.category(mark)
    if kind[0] == "C":
        return _Character(Script.NONE, 0, 6.0 if kind == "Cf" else UNREADABLE_BITS)
    if kind[0] == "L":
        return _Character(Script.OTHER, 100, 14.0, 8.0, mark.isupper())
    return _Character(Script.NONE, 0, 16.0)


_CAPITAL_BITS = 4.0
_FOREIGN_KANA_BITS = 12.0
_BORROWED_KANA = "の"
"""Stands in Chinese names of shops for 的."""

_AGAIN_BITS = 4.0
"""Of a Chinese character that stands there a second time, as in many given names."""
_CHINESE_IN_WORD_BITS = 12.0
_MIXED_BITS = 13.0
_CASE_BITS = 7.0
_KANA_BITS = 6.0
"""Of the change from one kind of kana to another within a word."""

_ALONE_BITS = 7.0
_CROWDED_BITS = 4.0


def is_readable(mark: str) -> bool:
    """Tell whether a character stands in texts at all."""
    return _character(mark).bits < UNREADABLE_BITS


def bits_of(text: str, languages: tuple[str, ...]) -> float:
    """Return the surprise of a text whose Chinese characters are of one of the languages.

    languages: of hans, hant and japanese; the one that fits best counts.
    """
    found = [_character(mark) for mark in text]
    bits = 0.0
    if "japanese" not in languages:
        kana = sum(this.script is Script.KANA for this in found) - text.count(_BORROWED_KANA)
        bits += _FOREIGN_KANA_BITS * kana
    before: _Character | None = None
    for at, this in enumerate(found):
        bits += this.bits
        if this.script is not Script.NONE:
            bits += this.begins if before is None else _joint(before, this)
        if this.script is Script.LATIN and not this.ascii:
            bits += _accent(before, found[at + 1] if at + 1 < len(found) else None)
        before = this if this.script is not Script.NONE else None
    return bits + _chinese_bits(text, found, languages)


def _joint(before: _Character, this: _Character) -> float:
    """Return what it costs that two letters stand in one word."""
    if before.alphabet == this.alphabet:
        turned = this.upper and not before.upper and not (this.ascii and before.ascii)
        return _CASE_BITS * turned
    if {before.script, this.script} == {Script.CHINESE, Script.KANA}:
        return 0.0
    if before.script is this.script is Script.KANA:
        return _KANA_BITS
    if {before.script, this.script} == {Script.CHINESE, Script.LATIN}:
        letter = before if before.script is Script.LATIN else this
        return _CAPITAL_BITS if letter.upper and letter.ascii else _CHINESE_IN_WORD_BITS
    return _MIXED_BITS


def _accent(before: _Character | None, after: _Character | None) -> float:
    """Return what it costs that a letter with an accent stands where it does."""
    near = [side for side in (before, after) if side is not None and side.script is Script.LATIN]
    if not near:
        return _ALONE_BITS
    return _CROWDED_BITS * sum(not side.ascii for side in near)


def _chinese_bits(text: str, found: list[_Character], languages: tuple[str, ...]) -> float:
    marks = [mark for mark, this in zip(text, found, strict=True) if this.script is Script.CHINESE]
    if not marks:
        return 0.0
    if not languages:
        return len(marks) * _RARE_BITS
    tables = _tables()
    once = [mark for mark, before in zip(marks, ["", *marks], strict=False) if mark != before]
    again = _AGAIN_BITS * (len(marks) - len(once))
    return again + min(
        sum(table.get(mark) or _rare(mark) for mark in once)
        for table in (tables[language] for language in languages)
    )


def _rare(mark: str) -> float:
    return _RARE_BITS if "\u4e00" <= mark <= "\u9fa5" else _RARER_BITS
