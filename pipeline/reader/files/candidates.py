"""The encodings that a text may be in, read or only known, and what each makes of its cells."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from pipeline.reader.files.plausibility import UNREADABLE_BITS, bits_of, is_readable

_CUT_OFF_BITS = 8.0
"""Of a cell that ends in the middle of a character: a program counted bytes."""

_NEVER_WRITTEN = "\U00020000"
"""From there on only Chinese characters are in use."""

_PARTING = re.compile(rb"[\n\r\t,;\"]")
"""What parts the cells is no second byte in any of the encodings."""

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")

CELL_BYTES_MAX = 1_024
"""So much of a cell is weighed, from where it goes beyond ASCII: more than any value may have."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An encoding. name: as Python knows it. title: as people do.

    languages: what its Chinese characters are read as. read: False where it is only known as
    what a text may be in instead, and must be named to be read.
    """

    name: str
    title: str
    languages: tuple[str, ...] = ()
    read: bool = False

    @property
    def key(self) -> str:
        """Return how a campaign names it."""
        return "big5" if self.name == "cp950" else self.name


UTF_8 = Candidate("utf-8", "UTF-8", ("hans", "hant", "japanese"), read=True)
GB18030 = Candidate("gb18030", "GB18030", ("hans", "hant"), read=True)
BIG5 = Candidate("cp950", "Big5", ("hant",), read=True)
EUC_TW = Candidate("euc-tw", "EUC-TW", ("hant",))
CANDIDATES = (
    UTF_8,
    GB18030,
    BIG5,
    Candidate("cp932", "Shift-JIS", ("japanese",)),
    Candidate("euc_jp", "EUC-JP", ("japanese",)),
    Candidate("cp949", "EUC-KR", ("hant",)),
    EUC_TW,
    Candidate("cp1252", "Windows-1252"),
    Candidate("mac_roman", "Mac Roman"),
    Candidate("cp1250", "Windows-1250"),
    Candidate("cp1251", "Windows-1251"),
    Candidate("koi8_r", "KOI8-R"),
    Candidate("cp1253", "Windows-1253"),
    Candidate("cp1255", "Windows-1255"),
    Candidate("cp1256", "Windows-1256"),
    Candidate("cp874", "Windows-874"),
    Candidate("cp850", "DOS 850"),
)


def cells_of(content: bytes) -> list[bytes]:
    """Return the cells beyond ASCII of a content whose ASCII is of one byte each.

    Of a long one it is a stretch of CELL_BYTES_MAX, which may end within a character.
    """
    return [_stretch(cell.strip()) for cell in _PARTING.split(content) if not cell.isascii()]


def _stretch(cell: bytes) -> bytes:
    if len(cell) <= CELL_BYTES_MAX:
        return cell
    found = _BEYOND_ASCII.search(cell)
    first = found.start() if found else 0
    start = first if first > CELL_BYTES_MAX // 2 else 0
    return cell[start : start + CELL_BYTES_MAX]


def decoded(cell: bytes, candidate: Candidate, errors: str = "strict") -> str:
    """Decode a cell without the character within which a long one was cut off.

    Raises UnicodeDecodeError where errors is "strict".
    """
    if len(cell) < CELL_BYTES_MAX:
        return cell.decode(candidate.name, errors)
    return codecs.getincrementaldecoder(candidate.name)(errors).decode(cell)


@dataclass(slots=True)
class Weigher:
    """Weigh cells in an encoding, each once."""

    candidate: Candidate
    _known: dict[bytes, float] = field(default_factory=dict)

    def bits(self, cell: bytes) -> float:
        """Return the surprise of a cell; what is not valid costs much."""
        found = self._known.get(cell)
        if found is None:
            found = self._known[cell] = _bits(cell, self.candidate)
        return found


def _bits(cell: bytes, candidate: Candidate) -> float:
    if candidate is EUC_TW:
        text = decoded_euc_tw(cell)
        return bits_of(text, candidate.languages) + UNREADABLE_BITS * text.count("\ufffd")
    try:
        text = decoded(cell, candidate)
        if candidate is UTF_8:
            # What stands in no text and is UTF-8 nevertheless was written so by some program.
            text = "".join(
                mark if mark >= _NEVER_WRITTEN or is_readable(mark) else "\ufffd" for mark in text
            )
        return bits_of(text, candidate.languages)
    except UnicodeDecodeError as error:
        if error.reason.startswith("unexpected end") and candidate is UTF_8:
            whole = cell[: error.start].decode(candidate.name)
            return bits_of(whole, candidate.languages) + _CUT_OFF_BITS
        text = decoded(cell, candidate, "replace")
        return bits_of(text, candidate.languages) + UNREADABLE_BITS * text.count("\ufffd")


def in_words(cell: bytes, candidate: Candidate) -> str:
    """Return what an encoding makes of a cell, for people to see."""
    if candidate is EUC_TW:
        return decoded_euc_tw(cell)
    return decoded(cell, candidate, "replace")


_CNS_RUNS = (
    (0xA440, 0xACFD, 0x4421),
    (0xACFE, 0xACFE, 0x5753),
    (0xAD40, 0xAFCF, 0x5323),
    (0xAFD0, 0xBBC7, 0x5754),
    (0xBBC8, 0xBE51, 0x6B51),
    (0xBE52, 0xBE52, 0x6B50),
    (0xBE53, 0xC1AA, 0x6F5C),
    (0xC1AB, 0xC2CA, 0x7536),
    (0xC2CB, 0xC2CB, 0x7535),
    (0xC2CC, 0xC360, 0x7737),
    (0xC361, 0xC3B8, 0x782E),
    (0xC3B9, 0xC3B9, 0x7865),
    (0xC3BA, 0xC3BA, 0x7864),
    (0xC3BB, 0xC455, 0x7866),
    (0xC456, 0xC456, 0x782D),
    (0xC457, 0xC67E, 0x7962),
)
"""Where the common characters of CNS 11643, its first plane, stand in Big5: from, to, and there.

Both are in the order of strokes and radicals, but for a few characters.
"""

_EUC_TW_PARTS = re.compile(
    rb"[\x00-\x7f]|\x8e[\xa1-\xb0][\xa1-\xfe]{2}|[\xa1-\xfe]{2}|.", re.DOTALL
)
_ROW = 94
_ROW_START = 0x21
_HIGH = 0x80
_SYMBOLS_BELOW = 0xA4


def decoded_euc_tw(content: bytes) -> str:
    """Decode EUC-TW, which Python does not know: the first plane only.

    U+3400 stands for the rare characters of the other planes, U+FFFD for what is none.
    """
    parts = _EUC_TW_PARTS.findall(content)
    if len(content) >= CELL_BYTES_MAX and len(parts[-1]) == 1 and not parts[-1].isascii():
        parts.pop()
    return "".join(map(_euc_tw_character, parts))


def _euc_tw_character(part: bytes) -> str:
    if len(part) == 1 and part.isascii():
        return part.decode()
    if len(part) == 2 and part[0] < _SYMBOLS_BELOW:  # noqa: PLR2004 -- two bytes
        return "，"
    return "\u3400" if len(part) == 4 else _cns_plane_1().get(part, "\ufffd")  # noqa: PLR2004 -- bytes


@cache
def _cns_plane_1() -> dict[bytes, str]:
    found = {}
    for first, last, cns in _CNS_RUNS:
        row, column = cns >> 8, (cns & 0xFF) - _ROW_START
        for at, big5 in enumerate(_big5_codes(first, last), start=column):
            code = bytes((row + at // _ROW | _HIGH, at % _ROW + _ROW_START | _HIGH))
            found[code] = big5.to_bytes(2, "big").decode("cp950")
    return found


def _big5_codes(first: int, last: int) -> Iterator[int]:
    for code in range(first, last + 1):
        if 0x40 <= code & 0xFF <= 0x7E or 0xA1 <= code & 0xFF <= 0xFE:  # noqa: PLR2004 -- second bytes
            yield code
