"""Open a file and come to what it holds: a text, or a workbook in the hands of a child process."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeline.core.errors import CampaignInvalid, SourceDamaged
from pipeline.language import filled, system_words
from pipeline.reader.files.archive import damaged
from pipeline.reader.files.delimited import Dialect, find_dialect, read_delimited
from pipeline.reader.files.encoding import Encoding, Readable, decide, decoded
from pipeline.reader.files.raw import CellNotes, RawBlock, RawSheet
from pipeline.reader.files.source import Fingerprinted, Watch, changed, is_text, opened, reading
from pipeline.reader.limits import SandboxLimits
from pipeline.reader.options import ReaderOptions
from pipeline.reader.workbooks.protocol import (
    Begun,
    Block,
    End,
    First,
    Opened,
    Packed,
    Piece,
    Rest,
    SheetNote,
)
from pipeline.reader.workbooks.sandbox import NOT_CONFINED, Sandbox, sandboxed

_FIRST_ROWS_MIN = 64
"""A first block must hold the header, also below titles."""


@dataclass(frozen=True, slots=True)
class Text:
    """An open text file; packed says that it came out of an archive, whose sha256 is given."""

    file: BinaryIO
    sha256: str = ""
    packed: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook that a child process has opened; sha256 is of the file that was named."""

    where: str
    sha256: str
    format: str
    sheets: tuple[SheetNote, ...]
    _sandbox: Sandbox

    def chosen(self, name: str) -> tuple[SheetNote, ...]:
        """Return the sheets of that name. Raises CampaignInvalid where there is none."""
        found = tuple(sheet for sheet in self.sheets if sheet.name.strip() == name.strip())
        if not found:
            there = ", ".join(sheet.name for sheet in self.sheets)
            raise CampaignInvalid(
                filled(
                    "[source] sheet: {where} has no sheet {name}; it has: {there}",
                    where=self.where,
                    name=name,
                    there=there,
                ),
                "KS7805",
            )
        return found

    def read(self, note: SheetNote, block_rows: int) -> RawSheet:
        """Begin a sheet; the one begun before must be read to its end, or no further than begun."""
        self._sandbox.ask(First(self.sheets.index(note), max(block_rows, _FIRST_ROWS_MIN)))
        begun = self._sandbox.receive()
        if not isinstance(begun, Begun):
            raise damaged(self.where)
        how = self.format
        if not self._sandbox.is_confined:
            how += filled(
                " (parsed within limits, but not confined: {not_confined})",
                not_confined=NOT_CONFINED,
            )
        return RawSheet(note.name, self._blocks(), begun.merged, how)

    def _blocks(self) -> Iterator[RawBlock]:
        first = self._block()
        if first is None:
            return
        yield first
        self._sandbox.ask(Rest())
        while (block := self._block()) is not None:
            yield block

    def _block(self) -> RawBlock | None:
        match self._sandbox.receive():
            case Block(first_line, columns, held, faults):
                return RawBlock(first_line, columns, {}, notes=CellNotes(held, faults))
            case End():
                return None
            case _:
                raise damaged(self.where)


@contextmanager
def content_of(path: Path, limits: SandboxLimits) -> Iterator[Text | Book]:
    """Open a file, unpacking an archive of one spreadsheet.

    Raises SourceMissing, and SourceDamaged for what cannot be read within the limits.
    """
    with ExitStack() as stack:
        file = stack.enter_context(opened(path))
        if is_text(file, path):
            yield Text(file)
            return
        watch = Watch(file)
        sandbox = stack.enter_context(sandboxed(file, path.name, limits))
        answer = sandbox.receive()
        inner = _unpacked(stack, sandbox, path) if isinstance(answer, Packed) else None
        watch.refuse_changed(path)
        sha256 = answer.sha256 if isinstance(answer, Opened | Packed) else ""
        if inner is None:
            yield _book(sandbox, answer, path.name, sha256)
        elif is_text(inner, path):
            yield Text(inner, sha256, packed=True)
        else:
            within = stack.enter_context(sandboxed(inner, path.name, limits))
            yield _book(within, within.receive(), path.name, sha256)


def _book(sandbox: Sandbox, answer: object, where: str, sha256: str) -> Book:
    match answer:
        case Opened(_, form, sheets):
            return Book(where, sha256, form, sheets, sandbox)
        case Packed():
            raise SourceDamaged(
                filled("{where} is an archive within an archive: unpack it first", where=where),
                "KS6503",
            )
        case _:
            raise damaged(where)


def _unpacked(stack: ExitStack, sandbox: Sandbox, path: Path) -> BinaryIO:
    try:
        inner = stack.enter_context(tempfile.TemporaryFile(prefix="koosend-"))  # noqa: SIM115 -- the stack closes it
        while isinstance(piece := sandbox.receive(), Piece):
            inner.write(piece.content)
        inner.flush()
    except OSError as error:
        raise SourceDamaged(
            filled(
                "{file} cannot be unpacked ({why}): make room in the folder for temporary files",
                file=path.name,
                why=system_words(error),
            ),
            "KS6511",
        ) from None
    with reading(path):
        inner.seek(0)
    return inner


_SAMPLE_CHARS = 1 << 16


@dataclass(frozen=True, slots=True)
class TextLayout:
    """How a text file is written."""

    encoding: Encoding
    dialect: Dialect

    @property
    def words(self) -> str:
        """Say how the file is read, and why so."""
        delimiter = self.dialect.delimiter.replace("\t", "tab")
        return filled(
            "{encoding} ({evidence}), delimiter '{delimiter}'",
            encoding=self.encoding.name,
            evidence=self.encoding.evidence,
            delimiter=delimiter,
        )


def lay_out(file: BinaryIO, path: Path, encoding: str, wanted: Sequence[str]) -> TextLayout:
    """Find encoding and delimiter. Raises SourceDamaged and CampaignInvalid."""
    with reading(path):
        found = decide(file, encoding, path.name)
        file.seek(0)
        try:
            sample = next(decoded(file, found))[:_SAMPLE_CHARS]
        except UnicodeDecodeError:
            raise changed(path) from None
        return TextLayout(found, find_dialect(sample, wanted))


def text_sheet(file: BinaryIO, options: ReaderOptions, ended: Callable[[str], None]) -> RawSheet:
    """Return the one sheet that a text file is; its blocks must be read to the end.

    Then ended is told the fingerprint of what was read.
    """
    watch = Watch(file)
    layout = lay_out(file, options.path, options.encoding, options.columns)

    def blocks() -> Iterator[RawBlock]:
        file.seek(0)
        counted = Fingerprinted(file)
        yield from text_blocks(counted, layout, options.block_rows, options.path)
        watch.refuse_changed(options.path)
        ended(counted.sha256)

    return RawSheet("", blocks(), how=layout.words)


def text_blocks(
    file: Readable, layout: TextLayout, block_rows: int, path: Path
) -> Iterator[RawBlock]:
    """Cut a text file that stands at its start into blocks."""
    texts = decoded(file, layout.encoding)
    try:
        with reading(path):
            yield from read_delimited(texts, layout.dialect, block_rows, path.name)
    except UnicodeDecodeError:
        # The whole file was proved to decode before.
        raise changed(path) from None
