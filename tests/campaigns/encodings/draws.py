"""Draw lists as people keep them: names, places and words, in one encoding or two."""

import random
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.reader.files.candidates import _cns_plane_1

_WORDS = Path(__file__).with_name("words.toml")

ENCODINGS = {
    "utf-8": ("simplified", "traditional", "japanese", "korean", "latin", "russian"),
    "utf-8-sig": ("simplified", "traditional"),
    "utf-16": ("simplified", "traditional"),
    "gb18030": ("simplified",),
    "big5": ("traditional",),
    "shift_jis": ("japanese",),
    "euc_jp": ("japanese",),
    "euc_kr": ("korean",),
    "euc_tw": ("traditional",),
    "cp1252": ("latin",),
    "mac_roman": ("latin",),
    "koi8_r": ("russian",),
    "cp1251": ("russian",),
}
READ = ("utf-8", "utf-8-sig", "utf-16", "gb18030", "big5")
"""Those that must be read: of others every list may be refused."""

MIXED = (
    ("utf-8", "gb18030"),
    ("gb18030", "utf-8"),
    ("utf-8", "big5"),
    ("big5", "utf-8"),
    ("gb18030", "big5"),
    ("big5", "gb18030"),
    ("gb18030", "shift_jis"),
    ("gb18030", "cp1252"),
    ("utf-8", "cp1252"),
)
_ENGLISH = ("phone", "name", "city", "note")
_ENGLISH_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Drawn:
    """A list: what was drawn, as text and as the bytes of its file."""

    kind: str
    rows: int
    text: str
    content: bytes


def one(chance: random.Random, encoding: str, rows: int) -> Drawn:
    """Draw a list of so many rows, with at least one character beyond ASCII."""
    while True:
        lines = _list(chance, encoding, rows)
        text = "".join(f"{line}\n" for line in lines)
        if not text.isascii():
            return Drawn(encoding, rows, text, encoded(text, encoding))


def mixed(chance: random.Random, encoding: str, other: str, rows: int) -> Drawn:
    """Draw a list of which some rows, that name a person and a place, are in another encoding."""
    own = _list(chance, encoding, rows)
    strays = _list(chance, other, chance.choice((1, 1, 2, rows)), columns=("name", "place"))[1:]
    strays = [line for line in strays if not line.isascii()] or [f"13800138000,{_STRAY[other]}"]
    at = chance.randrange(1, len(own) + 1)
    own.append(f"13900139000,{_STRAY[encoding]}")  # else all of it may be in the other one
    parts = ((own[:at], encoding), (strays, other), (own[at:], encoding))
    content = b"".join(encoded("".join(f"{x}\n" for x in lines), name) for lines, name in parts)
    text = "".join(f"{line}\n" for lines, _ in parts for line in lines)
    return Drawn(f"{encoding} with {other}", rows, text, content)


def cut_off(chance: random.Random, rows: int) -> Drawn:
    """Draw a list in UTF-8 that ends within a character."""
    whole = one(chance, "utf-8", rows)
    content = whole.content
    while True:
        content = content[:-1]
        if content[-1] >= 0x80:
            return Drawn("utf-8 cut off", rows, whole.text, content[:-1])


_STRAY = {
    "utf-8": "欧阳娜娜,乌鲁木齐",
    "gb18030": "欧阳娜娜,乌鲁木齐",
    "big5": "歐陽娜娜,臺北市信義區",
    "shift_jis": "佐々木太郎,名古屋市",
    "cp1252": "Jürgen Köhler,Düsseldorf",
}


def encoded(text: str, encoding: str) -> bytes:
    """Encode a text, also in EUC-TW, which Python does not know."""
    if encoding != "euc_tw":
        return text.encode(encoding)
    codes = _euc_tw_codes()
    return b"".join(mark.encode() if mark.isascii() else codes[mark] for mark in text)


@cache
def _euc_tw_codes() -> dict[str, bytes]:
    return {mark: code for code, mark in _cns_plane_1().items()}


@cache
def _pools() -> dict[str, dict[str, str]]:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))


def _list(
    chance: random.Random, encoding: str, rows: int, columns: Sequence[str] = ()
) -> list[str]:
    language = chance.choice(ENCODINGS[encoding])
    columns = columns or chance.choice(
        (("name",), ("place",), ("word",), ("name", "place"), ("name", "word", "place"))
    )
    english = chance.random() < _ENGLISH_SHARE
    names = _ENGLISH if english else _pools()[language]["headers"].split()
    header = [names[0], *names[1 : len(columns) + 1]]
    return [",".join(header), *_rows(chance, encoding, language, (rows, columns))]


def _rows(
    chance: random.Random, encoding: str, language: str, shape: tuple[int, Sequence[str]]
) -> Iterator[str]:
    rows, columns = shape
    count = 0
    while count < rows:
        values = [_value(chance, language, column) for column in columns]
        line = ",".join((f"138{chance.randrange(10**8):08d}", *values))
        try:
            encoded(line, encoding)
        except (UnicodeEncodeError, KeyError):
            continue
        count += 1
        yield line


def _value(chance: random.Random, language: str, column: str) -> str:
    pool = _pools()[language]
    if column == "name" and "family" in pool:
        given = "".join(chance.choices(pool["given"], k=chance.choice((1, 2, 2))))
        return chance.choice(pool["family"]) + given
    return chance.choice(pool[f"{column}s"].split())
