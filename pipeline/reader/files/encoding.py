"""Find out in which encoding a text file is written, and prove it over the whole file.

Mojibake that is sent cannot be taken back, so the choice rests on strict decoding of every byte:
a file that is valid UTF-8 is UTF-8; one that is not, but is valid GB18030 or Big5 throughout, is
the one in which its characters are common ones; anything else is refused.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from pipeline.core.errors import CampaignInvalid, SourceDamaged

CHUNK_BYTES = 1 << 20

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NUL_SHARE_MIN = 0.1
"""Of a UTF-16 table at least that share of characters is ASCII: digits, delimiters, line ends."""

_STRANGE_MAX = 1
_STRANGE_SHARE_MAX = 0.2
"""Big5 read as GB18030 holds a quarter or more of them; Chinese has a の or an α at times."""

_STRANGE = re.compile("[\u0370-\u052f\u3040-\u30ff\ue000-\uf8ff\ufffd]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_PUNCTUATION = re.compile("[\u2010-\u2026\u3000-\u3011\uff01-\uff5e]")
_UTF8_HAN = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){2,}")
_MIXED_RUNS_MAX = 2

GB_COMMON = range(0xB0, 0xD8)
BIG5_COMMON = range(0xA4, 0xC7)
"""First bytes of the common characters: GB 2312's first level, Big5's first plane."""

_PAIR = 2
_GB_ROWS_MIN = 0xA1
"""GB 2312's second bytes; what stands below them are GBK's rare characters."""

_KNOWN_MIN = 0.5
_FAMILIAR_MIN = 0.85
_FAMILIAR_LEAD_MIN = 0.25
"""Chinese in one encoding, read in the other, is at most two thirds common characters."""

_FAMILIAR_CHARACTERS_MIN = 4


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding with the reason for believing in it. bom_bytes stand before the text."""

    name: str
    evidence: str
    bom_bytes: int = 0


@dataclass(frozen=True, slots=True)
class _BadByte:
    """Where strict decoding ended. window_start is the offset of the chunk that it was in."""

    offset: int
    line: int
    window_start: int


def decide(file: BinaryIO, asked: str, where: str) -> Encoding:
    """Decide how a file is to be decoded; it is read to its end, in pieces.

    asked is "auto" or the name of a text encoding, which is then proved too. where names the
    file in the sentence. Raises SourceDamaged, and CampaignInvalid for an unknown encoding.
    """
    head = _read_at(file, 0, 1 << 16)
    marked = next((pair for pair in _BOMS if head.startswith(pair[0])), None)
    if asked != "auto":
        return _as_asked(file, asked, marked, where)
    if marked is not None:
        bom, name = marked
        return _proved(file, Encoding(name, "byte order mark", len(bom)), where)
    if utf_16 := _utf_16_without_mark(head):
        return _proved(file, Encoding(utf_16, "every other byte of its ASCII is zero"), where)
    bad = _first_bad_byte(file, Encoding("utf-8", ""))
    if bad is None:
        return Encoding("utf-8", "valid UTF-8 throughout")
    if _reads_as_utf_8(_read_at(file, bad.window_start, CHUNK_BYTES)):
        raise _undecodable("UTF-8", bad, where)
    window = _read_at(file, bad.window_start, CHUNK_BYTES)
    return _as_big5(file, window, where) or _as_gb18030(file, bad, where)


class Readable(Protocol):
    """What can be read through once."""

    def read(self, count: int, /) -> bytes:
        """Return at most count bytes, none at the end."""


def decoded(file: Readable, encoding: Encoding) -> Iterator[str]:
    """Decode a file that stands at its start, in pieces. Raises UnicodeDecodeError.

    NUL is no text: it pads cells of a fixed width, or the end of a file that was not closed.
    """
    decoder = codecs.getincrementaldecoder(encoding.name)("strict")
    skip = encoding.bom_bytes
    while piece := file.read(CHUNK_BYTES):
        yield decoder.decode(piece[skip:]).replace("\0", "")
        skip = 0
    yield decoder.decode(b"", final=True).replace("\0", "")


def _as_asked(file: BinaryIO, asked: str, marked: tuple[bytes, str] | None, where: str) -> Encoding:
    name = _known(asked)
    bom_bytes = 0
    if marked is not None and marked[1].startswith(name.removesuffix("-sig")):
        bom_bytes, name = len(marked[0]), marked[1]
    return _proved(file, Encoding(name, "as the campaign says", bom_bytes), where)


def _known(asked: str) -> str:
    try:
        "".encode(asked)
        name = codecs.lookup(asked).name
        codecs.getincrementaldecoder(asked)
    except (LookupError, UnicodeError, ValueError):
        raise CampaignInvalid(
            f"[source] encoding: {asked} is not known; "
            "use auto, utf-8, gb18030, utf-16 or another name of a text encoding"
        ) from None
    return "gb18030" if name in {"gbk", "gb2312"} else name


def _proved(file: BinaryIO, encoding: Encoding, where: str) -> Encoding:
    bad = _first_bad_byte(file, encoding)
    if bad is not None:
        raise _undecodable(encoding.name.upper(), bad, where)
    return encoding


def _undecodable(name: str, bad: _BadByte, where: str) -> SourceDamaged:
    return SourceDamaged(
        f"{where} is not readable as {name}: byte {bad.offset} (line {bad.line}) fits no "
        "character; save it again as UTF-8, or name its encoding under [source] encoding"
    )


def _first_bad_byte(file: BinaryIO, encoding: Encoding) -> _BadByte | None:
    file.seek(encoding.bom_bytes)
    decoder = codecs.getincrementaldecoder(encoding.name)("strict")
    offset, line = encoding.bom_bytes, 1
    while True:
        piece = file.read(CHUNK_BYTES)
        held = len(decoder.getstate()[0])
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(encoding.name, "ignore")
            at = offset - held + error.start
            return _BadByte(at, line + before.count("\n"), offset - held)
        if not piece:
            return None
        line += text.count("\n")
        offset += len(piece)


def _utf_16_without_mark(head: bytes) -> str | None:
    pairs = len(head) // 2
    if not pairs:
        return None
    even, odd = head[: 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if max(even, odd) < max(2, _NUL_SHARE_MIN * pairs) or min(even, odd) * 20 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _reads_as_utf_8(window: bytes) -> bool:
    """Tell whether a stretch that is not valid UTF-8 is nevertheless UTF-8 for the most part."""
    text = window.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return len(_BEYOND_ASCII.findall(text)) - bad > bad


def _as_big5(file: BinaryIO, window: bytes, where: str) -> Encoding | None:
    """Return Big5 where its evidence is clear, None where it is not Big5; else refuse."""
    big5 = _familiarity(window, "cp950", BIG5_COMMON)
    gb18030 = _familiarity(window, "gb18030", GB_COMMON)
    if gb18030 >= max(_KNOWN_MIN, big5 + (_FAMILIAR_LEAD_MIN if big5 >= _FAMILIAR_MIN else 0.0)):
        return None
    encoding = Encoding("cp950", f"valid Big5 throughout; {big5:.0%} of its characters are common")
    if _first_bad_byte(file, encoding) is not None:
        return None
    clear = big5 >= _FAMILIAR_MIN and big5 - gb18030 >= _FAMILIAR_LEAD_MIN
    if clear and len(set(_decoded_window(window, "cp950"))) >= _FAMILIAR_CHARACTERS_MIN:
        return encoding
    raise SourceDamaged(
        f"{where} may be written in Big5 or in GB18030, and its characters do not tell which; save "
        "it again as UTF-8, or name its encoding (such as big5) under [source] encoding"
    )


def _familiarity(window: bytes, name: str, leads: range) -> float:
    """Return the share of the characters beyond ASCII that are common in an encoding, 0 to 1."""
    counts = Counter(_decoded_window(window, name))
    common = sum(count for mark, count in counts.items() if _is_common(mark, name, leads))
    return common / max(counts.total(), 1)


def _decoded_window(window: bytes, name: str) -> list[str]:
    return _BEYOND_ASCII.findall(window.decode(name, "replace"))


def _is_common(mark: str, name: str, leads: range) -> bool:
    if _PUNCTUATION.match(mark):
        return True
    written = mark.encode(name, "replace")
    if len(written) != _PAIR or written[0] not in leads:
        return False
    return name != "gb18030" or written[1] >= _GB_ROWS_MIN


def _as_gb18030(file: BinaryIO, not_utf_8: _BadByte, where: str) -> Encoding:
    encoding = Encoding("gb18030", f"valid GB18030 throughout; not UTF-8 (byte {not_utf_8.offset})")
    if _first_bad_byte(file, encoding) is not None:
        raise _undecodable("UTF-8 or GB18030", not_utf_8, where)
    file.seek(0)
    mixed = 0
    while piece := file.read(CHUNK_BYTES):
        mixed += _utf_8_runs(piece)
        if mixed > _MIXED_RUNS_MAX:
            raise SourceDamaged(
                f"{where} is written partly in UTF-8 and partly in GB18030; "
                "save it again as UTF-8, so that no name is garbled"
            )
    _refuse_strange(_read_at(file, not_utf_8.window_start, CHUNK_BYTES), where)
    return encoding


def _utf_8_runs(piece: bytes) -> int:
    """Count the words that stand alone between ASCII and are Chinese as UTF-8."""
    return sum(
        piece[run.start() - 1 : run.start()].isascii()
        and piece[run.end() : run.end() + 1].isascii()
        for run in _UTF8_HAN.finditer(piece)
    )


def _refuse_strange(window: bytes, where: str) -> None:
    text = window.decode("gb18030", "ignore")
    beyond = len(_BEYOND_ASCII.findall(text))
    if len(_STRANGE.findall(text)) > max(_STRANGE_MAX, _STRANGE_SHARE_MAX * beyond):
        raise SourceDamaged(
            f"{where} is neither UTF-8 nor Chinese in GB18030: read so, it holds Greek, kana or "
            "undefined characters; save it again as UTF-8, or name its encoding "
            "(such as big5) under [source] encoding"
        )


def _read_at(file: BinaryIO, offset: int, count: int) -> bytes:
    file.seek(offset)
    return file.read(count)
