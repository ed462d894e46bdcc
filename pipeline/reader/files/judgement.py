"""Judge in which encoding cells are written: by what they read as, not by what is valid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from math import inf, log2

from pipeline.core.phones import mask_in
from pipeline.reader.files.candidates import (
    BIG5,
    CANDIDATES,
    GB18030,
    UTF_8,
    Candidate,
    Weigher,
    decoded,
    in_words,
)

CLEAR_BITS = 10.0
"""So many bits better a reading must be than every other one. The campaign of the encodings draws
lists that are written in something else: the wrong reading was never ahead by more than 8."""

STATED_BITS = 11.0
"""So many bits better another reading must be than one that a file states of itself."""

_UNKNOWN_BITS = 13.5
"""Of two bytes in an encoding that nobody knows: a reading must explain them better."""

_UNKNOWN_SLACK_BITS = 4.0
"""One or two words may be rare ones."""

_ASCII_BITS = 4.7
_CELLS_FIRST = (6, 24)
_CELLS_MAX = 200
_HOPELESS_BITS = 120.0
_SHOWN_CHARS = 20
_SHOWN_OF = 50


@dataclass(frozen=True, slots=True)
class Verdict:
    """How cells read in an encoding.

    clear: they read clearly better in found than in any other. believable: by itself too. others:
    what else they may be, best first. cell: one that shows it, as it stands in the file, and
    readings: what it is in found and in each of the others, fit to be shown.
    """

    found: Candidate
    clear: bool
    believable: bool
    others: tuple[Candidate, ...] = ()
    cell: bytes = b""
    readings: tuple[str, ...] = ()


def judged(cells: Iterable[bytes]) -> Verdict:
    """Say in which encoding cells are written, each distinct one counted once.

    cells: texts beyond ASCII as they stand in the file, in any encoding whose ASCII is one byte.
    """
    distinct = list(islice(dict.fromkeys(cells), _CELLS_MAX))
    sums = sorted(_weighed(distinct), key=lambda pair: pair[1])
    (found, best), *others = sums
    as_likely = [candidate for candidate, bits in others if bits - best < CLEAR_BITS]
    # People can use what is read; of the others only the best is shown.
    rest = [each for each in as_likely if not each.read][: int(found.read)]
    if shown_too := tuple(each for each in as_likely if each.read or each in rest):
        return _doubtful(found, shown_too, distinct)
    read = next(candidate for candidate, _ in others if candidate.read or found.read)
    if not found.read:
        return replace(_doubtful(found, (read,), distinct), clear=True)
    if found is not UTF_8 and best > _unknown_bits(distinct, found) + _UNKNOWN_SLACK_BITS:
        return _doubtful(found, (), distinct)
    return Verdict(found, clear=True, believable=True, others=(read,))


Part = tuple[int, Verdict]
"""A line, by its place among those looked at, and what it reads as."""


def parts(lines: Sequence[Sequence[bytes]]) -> tuple[Part, Part] | None:
    """Return two lines, given as their cells, that are each clearly in another encoding.

    None where no two lines differ so.
    """
    weighers = [Weigher(candidate) for candidate in _STRAYS]
    first: Part | None = None
    for at, cells in enumerate(lines):
        sums = sorted(((_all_of(each, cells), each.candidate) for each in weighers), key=_bits)
        (best, found), (second, _), *_ = sums
        if second - best < CLEAR_BITS:
            continue
        this = at, _doubtful(found, (), cells)
        first = first or this
        if first[1].found is not found:
            return first, this
    return None


def _bits(pair: tuple[float, Candidate]) -> float:
    return pair[0]


def reads_as(cells: Iterable[bytes], name: str) -> Verdict:
    """Say whether cells are in the encoding that their file states, by its Python name.

    It is not believed where the cells do not decode in it, or read clearly better in another.
    """
    distinct = list(dict.fromkeys(cell for cell in cells if not cell.isascii()))[:_CELLS_MAX]
    stated = candidate_of(name)
    own = sum(map(Weigher(stated).bits, distinct))
    sums = [pair for pair in _weighed(distinct) if pair[0] != stated]
    other, best = min(sums, key=lambda pair: pair[1])
    if not all(_decodes(cell, stated) for cell in distinct) or own - best >= STATED_BITS:
        return _doubtful(stated, (other,), distinct)
    return Verdict(stated, clear=True, believable=True)


def candidate_of(name: str) -> Candidate:
    """Return the candidate of a Python encoding; one that is not among them may hold anything."""
    same = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "big5": "cp950"}
    name = same.get(name.replace("-", "_").casefold(), name)
    known = next((found for found in CANDIDATES if found.name == name), None)
    return known or Candidate(name, name.upper(), UTF_8.languages)


@dataclass(slots=True)
class Lines:
    """Hold lines of a file against the encoding of the whole, one after the other."""

    own: Candidate
    _weighers: tuple[Weigher, ...] = field(init=False)
    _own: Weigher = field(init=False)
    _seen: int = 0
    _met: set[bytes] = field(default_factory=set)
    _ahead: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._weighers = tuple(Weigher(other) for other in _STRAYS if other is not self.own)
        self._own = Weigher(self.own)

    def stray(self, cells: Sequence[bytes]) -> Verdict | None:
        """Return what speaks for another encoding of a line's cells, None where nothing does.

        What speaks for it adds up over the lines, each cell once. The more lines there are, the
        more it must be.
        """
        self._seen += 1
        cells = [cell for cell in cells if cell not in self._met]
        own = _all_of(self._own, cells)
        if own <= _unknown_bits(cells, self.own) * _PLAIN_SHARE:
            return None
        self._met.update(cells)
        needed = _STRAY_BITS + _STRAY_BITS_BY_LINES * log2(max(self._seen, _LINES_MIN))
        for weigher in self._weighers:
            other = weigher.candidate
            ahead = own - _all_of(weigher, cells) - _LINE_BITS
            if ahead > 0:
                self._ahead[other.name] = self._ahead.get(other.name, 0.0) + ahead
                if self._ahead[other.name] >= needed:
                    return _doubtful(self.own, (other,), cells)
        return None


_STRAYS = (
    UTF_8,
    GB18030,
    BIG5,
    *(found for found in CANDIDATES if found.name in {"cp932", "cp1252"}),
)
"""What lines may be in instead. EUC-JP and EUC-KR are not among them: a word in GB18030 or Big5
reads well in one of these too often."""

_PLAIN_SHARE = 0.9
_LINE_BITS = 2.0
_STRAY_BITS = 2.0
_STRAY_BITS_BY_LINES = 0.8
"""For twice as many lines. A single line of a few must read 7 bits better, one out of 200 10."""

_LINES_MIN = 16


def _weighed(cells: Sequence[bytes]) -> list[tuple[Candidate, float]]:
    """Weigh cells in every encoding, a few first, and more of them while there is hope."""
    hopeful = [Weigher(candidate) for candidate in CANDIDATES]
    for count in _CELLS_FIRST:
        sums = [_all_of(each, cells[:count]) for each in hopeful]
        most = min(sums) + _HOPELESS_BITS
        hopeful = [each for each, bits in zip(hopeful, sums, strict=True) if bits <= most]
    found = {each.candidate: _all_of(each, cells) for each in hopeful}
    return [(candidate, found.get(candidate, inf)) for candidate in CANDIDATES]


def _all_of(weigher: Weigher, cells: Sequence[bytes]) -> float:
    return sum(map(weigher.bits, cells))


def _unknown_bits(cells: Sequence[bytes], candidate: Candidate) -> float:
    """Return the surprise of cells of whose characters beyond ASCII nothing is known."""
    texts = "".join(in_words(cell, candidate) for cell in cells)
    ascii_count = len(texts.encode("ascii", "ignore"))
    return _ASCII_BITS * ascii_count + _UNKNOWN_BITS * (sum(map(len, cells)) - ascii_count) / 2


def _doubtful(found: Candidate, others: tuple[Candidate, ...], cells: Sequence[bytes]) -> Verdict:
    every = (found, *others)
    readings = [(tuple(shown(cell, each) for each in every), cell) for cell in cells[:_SHOWN_OF]]
    told, cell = max(readings, key=lambda pair: len(set(pair[0])))
    return Verdict(found, clear=False, believable=False, others=others, cell=cell, readings=told)


def shown(cell: bytes, candidate: Candidate) -> str:
    """Return a cell as an encoding reads it, for people: short, printable, no number unmasked."""
    text = mask_in(in_words(cell, candidate))
    plain = "".join(mark if mark.isprintable() else "\ufffd" for mark in text)
    return plain if len(plain) <= _SHOWN_CHARS else f"{plain[:_SHOWN_CHARS]}..."


def _decodes(cell: bytes, candidate: Candidate) -> bool:
    try:
        decoded(cell, candidate)
    except UnicodeDecodeError:
        return False
    return True
