"""Find out in which encoding a text file is written, and prove it over the whole file.

Mojibake that is sent cannot be taken back. So every byte is decoded strictly, and a file is read
only where one reading of it is believable and clearly better than all others: see judgement. Lines
that are unlike the others are held against them.
"""

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO, Protocol

from pipeline.core.errors import CampaignInvalid, SourceDamaged
from pipeline.language import Text, Words, filled, listed
from pipeline.reader.files.candidates import EUC_TW, UTF_8, Candidate, cells_of
from pipeline.reader.files.judgement import Lines, Verdict, judged, parts
from pipeline.reader.files.strays import Line, first_lines, odd_lines

CHUNK_BYTES = 1 << 20

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_JUDGED_LINES_MAX = 400

_CONTROLS = bytes(byte for byte in range(1, 32) if byte not in b"\t\n\v\f\r\x1a\x1b")
_CONTROLS_MIN = 8
_CONTROLS_SHARE_MAX = 0.02

_WIDER = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "cp950",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
"""What files are in that are said to be in these: it holds the same, and more."""

_NUL_SHARE_MIN = 0.1
"""Of a UTF-16 table at least that share of characters is ASCII: digits, delimiters, line ends."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding with the reason for believing in it. bom_bytes stand before the text."""

    name: str
    evidence: str
    bom_bytes: int = 0


@dataclass(frozen=True, slots=True)
class _BadByte:
    """Where strict decoding ended."""

    offset: int
    line: int


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
        encoding = _proved(file, Encoding(name, Words("byte order mark"), len(bom)), where)
        if name == "utf-8":
            _refuse_strays(file, UTF_8, where)
        return encoding
    if utf_16 := _utf_16_without_mark(head):
        return _proved(
            file, Encoding(utf_16, Words("every other byte of its ASCII is zero")), where
        )
    _refuse_binary(head, where)
    return _judged(file, where)


def _refuse_binary(head: bytes, where: str) -> None:
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls >= _CONTROLS_MIN and controls > _CONTROLS_SHARE_MAX * len(head):
        at = next(at for at, byte in enumerate(head) if byte in _CONTROLS)
        raise SourceDamaged(
            filled(
                "{where} is no text: it holds control characters, the first one at byte "
                "{at}; open it in the program it comes from and save the table as xlsx or "
                "CSV",
                where=where,
                at=str(at),
            ),
            "KS6507",
        )


def _judged(file: BinaryIO, where: str) -> Encoding:
    lines = list(islice(first_lines(file), _JUDGED_LINES_MAX))
    if not lines:
        return Encoding("utf-8", Words("valid UTF-8 throughout"))
    bad = _first_bad_byte(file, Encoding("utf-8", ""))
    verdict = judged(cell for line in lines for cell in cells_of(line.content))
    found = verdict.found
    if found is UTF_8 and bad is not None:
        raise _undecodable(UTF_8.title, bad, where)
    if not verdict.believable:
        raise _not_told(file, verdict, lines, where)
    other = filled("; reads better so than as {title}", title=verdict.others[0].title)
    if bad is None:
        encoding = Encoding(
            found.name, filled("valid {title} throughout{other}", title=found.title, other=other)
        )
    else:
        why = filled(
            "valid {title} throughout; not UTF-8 (byte {offset}){other}",
            title=found.title,
            offset=str(bad.offset),
            other=other,
        )
        encoding = _proved(file, Encoding(found.name, why), where)
    _refuse_strays(file, found, where)
    return encoding


def _refuse_strays(file: BinaryIO, found: Candidate, where: str) -> None:
    """Refuse a file with lines in another encoding than the whole: their values are garbled."""
    held = Lines(found)
    # In UTF-8 whatever another encoding may have left is odd.
    first = () if found is UTF_8 else first_lines(file)
    for line in chain(first, odd_lines(file, found)):
        stray = held.stray(cells_of(line.content))
        if stray is not None:
            one, two = stray.readings
            raise _in_parts(
                where,
                (found, stray.others[0]),
                (
                    filled(
                        "line {file} reads as {one} in the one and as {two} in the other",
                        file=str(_number(file, line)),
                        one=one,
                        two=two,
                    )
                ),
            )


def _in_parts(where: str, two: tuple[Candidate, Candidate], seen: str) -> SourceDamaged:
    one, other = two
    return SourceDamaged(
        filled(
            "{where} is written partly in {title} and partly in {title_2}: {seen}; save it "
            "again as UTF-8, so that no name is garbled",
            where=where,
            title=one.title,
            title_2=other.title,
            seen=seen,
        ),
        "KS6507",
    )


def _not_told(file: BinaryIO, verdict: Verdict, lines: list[Line], where: str) -> SourceDamaged:
    """Say how a value reads in the encodings that a file may be in, and how to choose."""
    if two := parts([cells_of(line.content) for line in lines]):
        (first, one), (second, other) = two
        return _in_parts(
            where,
            (one.found, other.found),
            (
                filled(
                    "line {file} reads as {readings}, and line {file_2} as {readings_2}",
                    file=str(_number(file, lines[first])),
                    readings=one.readings[0],
                    file_2=str(_number(file, lines[second])),
                    readings_2=other.readings[0],
                )
            ),
        )
    return _not_sure(file, verdict, lines, where)


def _not_sure(file: BinaryIO, verdict: Verdict, lines: list[Line], where: str) -> SourceDamaged:
    found, others = verdict.found, verdict.others
    line = next(line for line in lines if verdict.cell in line.content)
    place = filled("line {line}", line=str(_number(file, line)))
    titles = [each.title for each in (found, *others)]
    # Where it is clear what it is, no other key is offered.
    remedy = _remedy(found) if verdict.clear else _remedy(found, *others)
    if not others:
        said = filled(
            "reads as no language in any encoding that is known here: {place} is "
            "{readings} in {title}",
            place=place,
            readings=verdict.readings[0],
            title=found.title,
        )
    elif verdict.clear:
        said = filled(
            "seems to be written in {title}: {place} reads as {readings}, and as "
            "{readings_2} in {titles}",
            title=found.title,
            place=place,
            readings=verdict.readings[0],
            readings_2=verdict.readings[1],
            titles=titles[1],
        )
    else:
        said = filled(
            "may be written in {titles}, and its characters do not tell which: {place} "
            "reads as {readings}",
            titles=_either(titles),
            place=place,
            readings=_either(verdict.readings),
        )
    sentence = filled("{where} {said}; {remedy}", where=where, said=said, remedy=remedy)
    return SourceDamaged(sentence, "KS6507")


def _either(words: Sequence[str]) -> Text:
    *others, last = words
    return filled("{others} or {last}", others=listed(others), last=last) if others else Text(last)


def _remedy(*candidates: Candidate) -> Text:
    known = [f'encoding = "{each.key}"' for each in candidates if each is not EUC_TW]
    which = Words("it") if len(candidates) == 1 else Words("the right one")
    named = (
        filled("name {which} under [source], as {known}, or ", which=which, known=_either(known))
        if known
        else ""
    )
    return filled("{named}save it again as UTF-8", named=named)


def _number(file: BinaryIO, line: Line) -> int:
    """Return a line's number, from 1."""
    file.seek(0)
    before, left = 0, line.start
    while left and (piece := file.read(min(CHUNK_BYTES, left))):
        before += piece.count(b"\n") or piece.count(b"\r")
        left -= len(piece)
    return before + 1


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
    return _proved(file, Encoding(name, Words("as the campaign says"), bom_bytes), where)


def _known(asked: str) -> str:
    try:
        "".encode(asked)
        name = codecs.lookup(asked).name
        codecs.getincrementaldecoder(asked)
    except (LookupError, UnicodeError, ValueError):
        raise CampaignInvalid(
            filled(
                "[source] encoding: {asked} is not known; use auto, utf-8, gb18030, utf-16 "
                "or another name of a text encoding",
                asked=asked,
            ),
            "KS7811",
        ) from None
    return _WIDER.get(name, name)


def _proved(file: BinaryIO, encoding: Encoding, where: str) -> Encoding:
    bad = _first_bad_byte(file, encoding)
    if bad is not None:
        raise _undecodable(encoding.name.upper(), bad, where)
    return encoding


def _undecodable(name: str, bad: _BadByte, where: str) -> SourceDamaged:
    return SourceDamaged(
        filled(
            "{where} is not readable as {name}: byte {offset} (line {line}) fits no "
            "character; save it again as UTF-8, or name its encoding under [source] "
            "encoding",
            where=where,
            name=name,
            offset=str(bad.offset),
            line=str(bad.line),
        ),
        "KS6507",
    )


def _first_bad_byte(file: BinaryIO, encoding: Encoding) -> _BadByte | None:
    file.seek(encoding.bom_bytes)
    decoder = codecs.getincrementaldecoder(encoding.name)("strict")
    offset = encoding.bom_bytes
    while True:
        piece = file.read(CHUNK_BYTES)
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            at = offset - held + error.start
            return _BadByte(at, _lines_before(file, at, encoding) + 1)
        if not piece:
            return None
        offset += len(piece)


def _lines_before(file: BinaryIO, offset: int, encoding: Encoding) -> int:
    """Count the line ends before an offset; up to there the file decodes."""
    file.seek(encoding.bom_bytes)
    decoder = codecs.getincrementaldecoder(encoding.name)("strict")
    left, lines = offset - encoding.bom_bytes, 0
    while left and (piece := file.read(min(CHUNK_BYTES, left))):
        lines += decoder.decode(piece).count("\n")
        left -= len(piece)
    return lines


def _utf_16_without_mark(head: bytes) -> str | None:
    pairs = len(head) // 2
    if not pairs:
        return None
    even, odd = head[: 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if max(even, odd) < max(2, _NUL_SHARE_MIN * pairs) or min(even, odd) * 20 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _read_at(file: BinaryIO, offset: int, count: int) -> bytes:
    file.seek(offset)
    return file.read(count)
