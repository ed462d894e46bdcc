"""Parse XML that a stranger wrote, piece by piece: without entities, with bounded depth."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from pipeline.core.errors import SourceDamaged
from pipeline.language import Words, filled
from pipeline.reader.files.archive import unreadable

DEPTH_MAX: Final = 256
_ENCODINGS = frozenset({"utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1"})
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_BUFFER_BYTES = 1 << 16

Visit = Callable[[tuple[str, ...], Mapping[str, str]], None]
"""Told of an element: the names from the root down to it, and its attributes."""


def safe_parser(where: str) -> expat.XMLParserType:
    """Return a parser that refuses a DOCTYPE, so that there are no entities.

    Names come as "namespace name", attributes as a mapping, text whole where it is short.
    """

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.casefold() not in _ENCODINGS:
            raise unreadable(where, Words("its XML is not written in Unicode"))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = _BUFFER_BYTES
    refuse_entities(parser, where)
    parser.XmlDeclHandler = declared
    return parser


def refuse_entities(parser: expat.XMLParserType, where: str) -> None:
    """Have a parser raise SourceDamaged for a DOCTYPE, which alone can declare them."""

    def refuse(*_: object) -> None:
        raise SourceDamaged(
            filled(
                "{where} declares XML entities, as no spreadsheet program does: open it in "
                "one and save it again as xlsx",
                where=where,
            ),
            "KS6504",
        )

    parser.StartDoctypeDeclHandler = refuse


def feed(parser: expat.XMLParserType, piece: bytes, where: str, *, final: bool = False) -> None:
    """Parse on. Raises SourceDamaged for what is no XML."""
    try:
        parser.Parse(piece, final)
    except expat.ExpatError as error:
        line = filled(
            "{code}, line {lineno} of its XML",
            code=expat.ErrorString(error.code),
            lineno=str(error.lineno),
        )
        raise unreadable(where, line) from None


def parse(parser: expat.XMLParserType, pieces: Iterable[bytes], where: str) -> None:
    """Parse a part to its end."""
    for piece in pieces:
        feed(parser, piece, where)
    feed(parser, b"", where, final=True)


def local(name: str) -> str:
    """Return a name without its namespace."""
    return name.rpartition(" ")[2]


@dataclass(slots=True)
class _Walk:
    """Where a parse stands; elements of another namespace than the root's keep theirs."""

    where: str
    visit: Visit
    namespace: str | None = None
    path: list[tuple[str, ...]] = field(default_factory=lambda: [()])

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, tag = name.rpartition(" ")
        if self.namespace is None:
            self.namespace = namespace
        if namespace != self.namespace:
            tag = name
        if len(self.path) > DEPTH_MAX:
            raise too_deep(self.where)
        self.path.append((*self.path[-1], tag))
        self.visit(self.path[-1], attributes)

    def end(self, _name: str) -> None:
        self.path.pop()


def too_deep(where: str) -> SourceDamaged:
    """Say that elements lie within each other as in no spreadsheet."""
    return unreadable(where, filled("its XML is nested more than {most} deep", most=str(DEPTH_MAX)))


def walk(pieces: Iterable[bytes], where: str, visit: Visit) -> None:
    """Tell of each element of a part."""
    walked = _Walk(where, visit)
    parser = safe_parser(where)
    parser.StartElementHandler = walked.start
    parser.EndElementHandler = walked.end
    parse(parser, pieces, where)


def unescaped(text: str) -> str:
    """Return the characters that a workbook's XML writes as _x000D_, since XML cannot hold them."""
    if "_x" not in text:
        return text
    found = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    # Two halves of a character that were written apart make one again; a half alone makes none.
    return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
