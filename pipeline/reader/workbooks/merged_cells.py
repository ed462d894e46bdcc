"""Find the cells of a sheet in XML that are merged, which its XML tells after all rows."""

import re
from collections.abc import Callable, Iterable, Iterator

from pipeline.reader.files.raw import Merged
from pipeline.reader.workbooks.gathering import MERGED_ROWS
from pipeline.reader.workbooks.markup import local, parse, safe_parser
from pipeline.reader.workbooks.sheet_rows import column_at

_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})", re.IGNORECASE)
_WORDS = tuple("mergeCell".encode(form) for form in ("utf-8", "utf-16-le", "utf-16-be"))
_BEGIN, _END = b"<sheetData>", b"</sheetData>"
_HIDING = (b"<!", b"<?")
"""How what is no element begins: only within it can a tag be no tag."""

_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\?>")


def merged_cells(pieces: Callable[[], Iterator[bytes]], where: str) -> tuple[Merged, ...]:
    """Return those among a sheet's first rows; pieces unzips it. Raises SourceDamaged.

    A sheet whose bytes do not hold the word has none. Of any other all but the rows is parsed,
    where it is certain where these end.
    """
    outside = _outside(pieces())
    if not _holds(pieces() if outside is None else outside):
        return ()
    found: list[Merged] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) != "mergeCell":
            return
        cells = _RANGE.fullmatch(attributes.get("ref", "").replace("$", "").strip())
        if cells is not None and int(cells[2]) <= MERGED_ROWS:
            first, last = column_at(cells[1]), column_at(cells[3])
            found.append((int(cells[2]) - 1, first, int(cells[4]) - 1, last))

    parser = safe_parser(where)
    parser.StartElementHandler = start
    parse(parser, pieces() if outside is None else outside, where)
    return tuple(found)


def _holds(pieces: Iterable[bytes]) -> bool:
    carried = b""
    for piece in pieces:
        text = carried + piece
        if any(word in text for word in _WORDS):
            return True
        carried = text[-len(_WORDS[-1]) :]
    return False


def _outside(pieces: Iterator[bytes]) -> list[bytes] | None:
    """Return what stands around the rows; None where it is not certain what that is."""
    head = next(pieces, b"")
    at = head.find(_BEGIN) + len(_BEGIN)
    declared = _DECLARATION.match(head, 0, at)
    if at < len(_BEGIN) or _hides(head[declared.end() if declared else 0 : at]):
        return None
    found, carried = [head[:at]], head[at:]
    while (end := carried.find(_END)) < 0:
        if _hides(carried):
            return None
        piece = next(pieces, b"")
        if not piece:
            return None
        carried = carried[-len(_END) :] + piece
    return None if _hides(carried[:end]) else [*found, carried[end:], *pieces]


def _hides(text: bytes) -> bool:
    return any(sign in text for sign in _HIDING)
