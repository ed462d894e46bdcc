"""Tell what the cells of a workbook in XML show, by their types and styles."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.reader.files.raw import SHOWN_ERROR
from pipeline.reader.workbooks.markup import (
    DEPTH_MAX,
    parse,
    safe_parser,
    too_deep,
    unescaped,
)
from pipeline.reader.workbooks.shown.codes import NotKnown
from pipeline.reader.workbooks.shown.figures import NUMBER
from pipeline.reader.workbooks.shown.formats import (
    Cell,
    CellFormat,
    Styles,
    faulty,
    shown_number,
    shown_words,
)
from pipeline.reader.workbooks.shown.moments import iso_moment

_TRUE, _FALSE = frozenset({"1", "true"}), frozenset({"0", "false"})
_DIGITS_MAX = 15
_NUMBERS_KEPT_MAX = 100_000


def whole(text: str) -> int | None:
    """Return the whole number that a file writes, None where it is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX else None


def is_true(text: str) -> bool:
    """Tell whether an attribute says yes."""
    return text.strip().casefold() in _TRUE


class SharedStrings:
    """The texts that cells name by their place. How they sound is no part of them."""

    def __init__(self, where: str) -> None:
        """Start without any."""
        self.texts: list[str] = []
        self._where = where
        self._root = ""
        self._pending: list[str] = []
        self._collecting = False
        self._skipping = 0

    def read(self, pieces: Iterable[bytes]) -> list[str]:
        """Read the part. Raises SourceDamaged."""
        parser = safe_parser(self._where)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parse(parser, pieces, self._where)
        return self.texts

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if not self._root:
            self._root = name.removesuffix("sst")
        tag = name.removeprefix(self._root)
        if self._skipping or tag not in {"sst", "si", "t", "r"}:
            self._skipping += 1
            if self._skipping > DEPTH_MAX:
                raise too_deep(self._where)
        elif tag == "si":
            self._pending.clear()
        elif tag == "t":
            self._collecting = True

    def _end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        tag = name.removeprefix(self._root)
        if tag == "t":
            self._collecting = False
        elif tag == "si":
            self.texts.append(unescaped("".join(self._pending)))

    def _characters(self, text: str) -> None:
        if self._collecting and not self._skipping:
            self._pending.append(text)


@dataclass(slots=True)
class Values:
    """What cells say by their type and style. Everything that is not known is told."""

    styles: Styles
    shared: list[str]
    _formats: dict[str, CellFormat | None] = field(default_factory=dict)
    _numbers: dict[tuple[str, str], Cell] = field(default_factory=dict)

    def format_of(self, style: str) -> CellFormat | None:
        """Return the format of a style as the cell names it, None where it is not known."""
        if style in self._formats:
            return self._formats[style]
        number = whole(style)
        found = None if number is None else self.styles.of(number)
        self._formats[style] = found
        return found

    def cell(self, kind: str, text: str, style: str) -> Cell:
        """Return what a cell of that type shows; its text is as it stands in the file."""
        match kind:
            case "n":
                return self._known_number(text.strip(), style)
            case "s":
                return self._shared(text, style)
            case "str" | "inlineStr":
                return self._words(unescaped(text), style)
            case "b":
                return _truth(text.strip())
            case "e":
                return Cell(text.strip() or "#UNKNOWN!", None, SHOWN_ERROR)
            case "d":
                return _day(text)
        return faulty(text, f"type {kind}")

    def _shared(self, text: str, style: str) -> Cell:
        at = whole(text)
        if at is None or at >= len(self.shared):
            return faulty("", f"text {text}")
        return self._words(self.shared[at], style)

    def _words(self, text: str, style: str) -> Cell:
        found = self.format_of(style)
        if found is not None and found.is_plain_text:
            return Cell(text)
        return shown_words(text, found, style)

    def _known_number(self, text: str, style: str) -> Cell:
        """Show a number; most columns hold the same ones again and again."""
        found = self._numbers.get((text, style))
        if found is None:
            if len(self._numbers) == _NUMBERS_KEPT_MAX:
                self._numbers.clear()
            found = self._numbers[text, style] = self._number(text, style)
        return found

    def _number(self, text: str, style: str) -> Cell:
        if not text:
            return Cell("")
        if not NUMBER.fullmatch(text):
            return faulty(text, f"number {text}")
        return shown_number(float(text), self.format_of(style), style)


def _day(text: str) -> Cell:
    try:
        return Cell(iso_moment(text))
    except NotKnown:
        return faulty(text, f"date {text}")


def _truth(text: str) -> Cell:
    if text.casefold() in _TRUE | _FALSE:
        return Cell("TRUE" if text.casefold() in _TRUE else "FALSE")
    return faulty(text, f"truth value {text}")
