"""STAGE 1: read a spreadsheet into blocks of recipients and rejected rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from pipeline.core.errors import CampaignInvalid, SourceDamaged
from pipeline.core.model import RowBlock
from pipeline.core.text import GUARD, unguarded
from pipeline.language import COLON, COMMA, Words, filled, joined
from pipeline.reader.content import Book, Text, content_of, text_sheet
from pipeline.reader.files.header import (
    Columns,
    bind,
    clean_header,
    header_at,
    listed,
    merged_width,
    not_there,
    refuse_buried_header,
    top_rows,
)
from pipeline.reader.files.raw import RawBlock, RawSheet, Row
from pipeline.reader.files.source import Seal, SourceFile, source_files
from pipeline.reader.limits import SandboxLimits
from pipeline.reader.options import ReaderOptions
from pipeline.reader.rows.split import RowSorter
from pipeline.reader.rows.values import ValueRules


def without_guards(blocks: Iterable[RawBlock]) -> Iterator[RawBlock]:
    """Yield the blocks with every cell as it stood in the source."""
    for block in blocks:
        yield replace(
            block,
            columns=[_column(column) for column in block.columns],
            odd={at: _column(row) for at, row in block.odd.items()},
        )


def without_places(block: RawBlock, columns: Columns) -> RawBlock:
    """Drop the row of names such as #1 that a source without a header was given."""
    named = not columns.header and block.columns[columns.phone][0].strip() == columns.phone_name
    return block.after(1) if named else block


def _column(cells: Row) -> Row:
    return [unguarded(cell) if GUARD in cell else cell for cell in cells]


def read(options: ReaderOptions, limits: SandboxLimits | None = None) -> Iterator[RowBlock]:
    """Read a source block by block, in bounded memory, every data row exactly once.

    Rows without any text are no data rows. The source is judged as a whole: an error at its end
    makes what was yielded before worthless. Raises SourceMissing, SourceDamaged (also when a file
    changes meanwhile, or the source is not the one whose sha256 the options give), and
    CampaignInvalid for a column or sheet that is not there.
    """
    rules = ValueRules(options.may_be_empty, options.rules)
    # Mended rows stand apart from those above them, and hold already what was filled down.
    rules = rules.without_fill_down() if options.mended else rules
    leaves_out = tuple(options.skip_where.values())
    sorter = RowSorter(rules, options.screen, options.duplicates, leaves_out, options.people)
    seal = Seal(options.path, options.sha256)
    for file in source_files(options.path):
        reader = _FileReader(file, replace(options, path=file.path), sorter, seal)
        with content_of(file.path, limits or SandboxLimits()) as content:
            match content:
                case Text():
                    yield from reader.text(content)
                case Book():
                    yield from reader.book(content)
    seal.close()


@dataclass(frozen=True, slots=True)
class _FileReader:
    """Read one file of a source."""

    file: SourceFile
    options: ReaderOptions
    sorter: RowSorter
    seal: Seal

    def text(self, text: Text) -> Iterator[RowBlock]:
        """Read a text file."""
        where = self.options.path.name
        if self.options.sheet is not None:
            raise CampaignInvalid(
                filled(
                    "[source] sheet: {where} is a text file and has no sheets; leave the key out",
                    where=where,
                ),
                "KS7805",
            )
        if text.packed:
            self.seal.add(self.file, text.sha256)
        sheet = text_sheet(text.file, self.options, lambda sha: self._ended(sha, text))
        first = next(sheet.blocks, None)
        if first is None:
            raise SourceDamaged(
                filled("{where} is empty: it has no row with text", where=where), "KS6502"
            )
        yield from self._sorted(sheet, first, self._header_at(sheet, first, where) or 0, where)

    def book(self, book: Book) -> Iterator[RowBlock]:
        """Read the sheets of a workbook that are asked for, or that have the phone column."""
        self.seal.add(self.file, book.sha256)
        asked = self.options.sheet
        passed_over: dict[str, tuple[str, ...]] = {}
        found = False
        for note in book.sheets if asked is None else book.chosen(asked):
            if note.hidden and asked is None:
                continue
            sheet = book.read(note, self.options.block_rows)
            first = next(sheet.blocks, None)
            if first is None:
                continue
            where = filled("sheet {note} of {where}", note=note.name, where=book.where)
            at = self._header_at(sheet, first, where)
            if at is None and asked is None:
                passed_over[note.name] = clean_header(first.row(0))
                continue
            found = True
            yield from self._sorted(sheet, first, at or 0, where)
        if not found:
            raise self._nothing_found(book, passed_over)

    def _header_at(self, sheet: RawSheet, first: RawBlock, where: str) -> int | None:
        rows = top_rows(first, sheet.merged)
        at = header_at(rows, self.options.columns)
        if at is None:
            refuse_buried_header(rows, self.options.columns, first.first_line, where)
        return at

    def _sorted(self, sheet: RawSheet, first: RawBlock, at: int, where: str) -> Iterator[RowBlock]:
        header = top_rows(first, sheet.merged)[at]
        width = merged_width(first.first_line + at, sheet.merged)
        columns = bind(header, self.options.columns, len(self.options.fields), where, width)
        line = first.first_line + at
        if columns.header:
            if at in first.broken:
                raise SourceDamaged(
                    filled(
                        "the header of {where} has quotation marks that are not closed: "
                        "mend line {line}",
                        where=where,
                        line=str(line),
                    ),
                    "KS6508",
                )
            first = first.after(at + 1)
            header_note = filled("header in line {line}", line=str(line))
        else:
            header_note = Words("no header")
        if self.options.on_sheet is not None:
            self.options.on_sheet(joined(where, COLON, sheet.how, COMMA, header_note))
        name = self.file.sheet(sheet.name)
        blocks = chain((first,), sheet.blocks)
        if self.options.mended:
            blocks = chain((without_places(first, columns),), sheet.blocks)
            yield from self.sorter.sort(name, columns, without_guards(blocks))
            return
        yield from self.sorter.sort(name, columns, blocks)

    def _ended(self, sha256: str, text: Text) -> None:
        if not text.packed:
            self.seal.add(self.file, sha256)

    def _nothing_found(
        self, book: Book, passed_over: dict[str, tuple[str, ...]]
    ) -> CampaignInvalid | SourceDamaged:
        hidden = [note.name for note in book.sheets if note.hidden]
        if hidden and self.options.sheet is None:
            return CampaignInvalid(
                filled(
                    "no sheet of {where} that is shown has the column {phone}; hidden "
                    "sheets are passed over: {hidden}. Show the one that is meant, or name "
                    "it under [source] sheet",
                    where=book.where,
                    phone=self.options.phone,
                    hidden=listed(hidden),
                ),
                "KS7804",
            )
        if not passed_over:
            return SourceDamaged(
                filled("{where} is empty: it has no row with text", where=book.where), "KS6502"
            )
        headers = dict.fromkeys(chain.from_iterable(passed_over.values()))
        return not_there(
            self.options.phone, tuple(headers), filled("any sheet of {where}", where=book.where)
        )
