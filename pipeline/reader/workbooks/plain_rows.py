"""Cut rows in plain notation out of a sheet's XML, which is much quicker than to parse them.

Nearly all rows are written with the same few elements and attributes, in the same order, without
references or comments. A pattern of that notation must fit every character of a row, from the end
of the row before; any other row goes to the parser as it stands, and all that follows where the
parser would be within something.
"""

import re
from collections.abc import Iterator
from typing import Protocol

_TEXT = r"([^<&\x00-\x08\x0b-\x1f\ufffe\uffff]*)"
_PLAIN = re.compile(
    r'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="([0-9]{1,5})")?(?: t="([A-Za-z]{1,9})")?(?:/>|>'
    r"(?:<f(?: [^<>&]*)?(?:/>|>[^<&]*</f>))?"
    rf'(?:<v>{_TEXT}</v>|<is><t(?: xml:space="preserve")?>{_TEXT}</t></is>)?</c>)'
    r'|<row r="([1-9][0-9]{0,6})"((?: (?!xmlns)[a-zA-Z0-9:]+="[^"<>&]*")*/?)>'
    r"|</row>"
)
_DATA = b"<sheetData>"
_ROW_END = b"</row>"
_UNICODE = re.compile(
    rb"""(?:<\?xml[^>]*\bencoding=["']utf-8["'][^>]*\?>|(?!<\?xml[^>]*\bencoding))""", re.IGNORECASE
)
_MARK = b"\xef\xbb\xbf"
_ROW_BYTES_MAX = 4 << 20


class Rows(Protocol):
    """What takes the rows of a sheet, from here as from the parser."""

    def is_between_rows(self) -> bool:
        """Tell whether the parser stands among the rows of the sheet, and in none of them."""

    def begin_row(self, number: str) -> None:
        """Begin a row; its number is that which stands in the file."""

    def column_of(self, letters: str) -> int:
        """Return a column's place from 0."""

    def put(self, column: int, kind: str, text: str | None, style: str) -> None:
        """Put down a cell; text is its value as it stands in the file, None where it has none."""

    def end_row(self) -> None:
        """End the row that was begun."""

    def drop_row(self) -> None:
        """Forget the row that was begun: it comes again from the parser."""


class PlainRows:
    """Takes the rows in plain notation, and leaves the others to the parser."""

    def __init__(self, rows: Rows) -> None:
        """Start before the first byte of the sheet."""
        self._rows = rows
        self._is_first = True
        self._may_begin = True
        self._among = False
        self._carried = b""

    def cut(self, piece: bytes) -> Iterator[bytes]:
        """Take a sheet's next bytes; yield those that are to be parsed, one after the other."""
        if self._is_first:
            self._is_first = False
            self._may_begin = _UNICODE.match(piece.removeprefix(_MARK)) is not None
        if self._may_begin and not self._among:
            end = piece.find(_DATA) + len(_DATA)
            if end >= len(_DATA):
                yield piece[:end]
                piece = piece[end:]
                self._among = self._rows.is_between_rows()
                self._may_begin = False
        if not self._among:
            yield piece
            return
        data = self._carried + piece
        end = data.rfind(_ROW_END) + len(_ROW_END)
        self._carried = data[end:] if end >= len(_ROW_END) else data
        if end >= len(_ROW_END):
            yield from self._taken(data[:end])
        if len(self._carried) > _ROW_BYTES_MAX or not self._among:
            yield from self.rest()

    def rest(self) -> Iterator[bytes]:
        """Yield what is left to be parsed; from here on all is."""
        carried, self._carried, self._among = self._carried, b"", False
        yield carried

    def _taken(self, data: bytes) -> Iterator[bytes]:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self._among = False
            yield data
            return
        at = 0
        while (at := self._plain(text, at)) < len(text):
            end = text.find("</row>", at) + len("</row>")
            odd = text[at:end]
            if not odd.startswith("<row") or "<!" in odd or "<?" in odd:
                break
            yield odd.encode()
            at = end
            if not self._rows.is_between_rows():
                break
        if at < len(text):
            self._among = False
            yield text[at:].encode()

    def _plain(self, text: str, at: int) -> int:
        """Take the rows from some place on that are plain; return where the first other begins."""
        done, line = at, ""
        for found in _PLAIN.finditer(text, at):
            if found.start() != at:
                break
            at = found.end()
            if found[1] is not None:
                if not self._is_cell(found, line):
                    break
            elif bool(line) is (found[7] is not None):
                break  # a row within a row, or the end of none
            elif line:
                self._rows.end_row()
                done, line = at, ""
            else:
                line = self._begun(found)
                done = done if line else at
        if line:
            self._rows.drop_row()
        return done

    def _begun(self, found: re.Match[str]) -> str:
        """Begin a row; return its number, or nothing where it is its own end."""
        number, ending = found[7], found[8]
        self._rows.begin_row(number)
        if ending.endswith("/"):
            self._rows.end_row()
            return ""
        return number

    def _is_cell(self, found: re.Match[str], line: str) -> bool:
        """Put down a cell, unless it says that it belongs to another row."""
        letters, digits, style, kind, value, inline, *_ = found.groups()
        if digits != line:
            return False
        text = value if inline is None else inline
        self._rows.put(self._rows.column_of(letters), kind or "n", text, style or "0")
        return True
