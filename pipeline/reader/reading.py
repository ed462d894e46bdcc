"""STAGE 1: read a spreadsheet into blocks of recipients and rejected rows."""

import hashlib
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, assert_never

from pipeline.core.errors import CampaignInvalid, SourceDamaged
from pipeline.core.model import RowBlock
from pipeline.reader.blocks import RowSorter
from pipeline.reader.columns import bind, clean_header, has_header, holds, not_there, numbered
from pipeline.reader.options import ReaderOptions
from pipeline.reader.params import ValueRules
from pipeline.reader.raw import RawBlock, RawSheet
from pipeline.reader.source import Kind, Watch, changed, kind_of, opened, reading
from pipeline.reader.text import text_sheet
from pipeline.reader.workbook import SheetNote, Workbook

_TITLE_ROWS_MAX = 20
_NAMES_MIN = 2


def read(options: ReaderOptions) -> Iterator[RowBlock]:
    """Read a source block by block, in bounded memory, every data row exactly once.

    Rows without any text are no data rows. The file is judged as a whole: an error at its end
    makes what was yielded before worthless. Raises SourceMissing, SourceDamaged (also when the
    file changes meanwhile, or is not the one whose sha256 the options give), and CampaignInvalid
    for a column or sheet that is not there.
    """
    sorter = RowSorter(ValueRules(options.may_be_empty, options.value_chars_max))
    with opened(options.path) as file:
        match kind_of(file, options.path):
            case Kind.TEXT:
                yield from _read_text(file, options, sorter)
            case Kind.WORKBOOK:
                yield from _read_workbook(file, options, sorter)
            case other:
                assert_never(other)


def _read_text(file: BinaryIO, options: ReaderOptions, sorter: RowSorter) -> Iterator[RowBlock]:
    where = options.path.name
    if options.sheet is not None:
        raise CampaignInvalid(
            f"[source] sheet: {where} is a text file and has no sheets; leave the key out"
        )
    sheet = text_sheet(file, options)
    first = next(sheet.blocks, None)
    if first is None:
        raise SourceDamaged(f"{where} is empty: it has no row with text")
    yield from _sorted(sheet, first, where, options, sorter)


def _read_workbook(file: BinaryIO, options: ReaderOptions, sorter: RowSorter) -> Iterator[RowBlock]:
    where = options.path.name
    watch = Watch(file)
    with reading(options.path):
        content = file.read()
    differs = options.sha256 and hashlib.sha256(content).hexdigest() != options.sha256
    if differs or watch.disturbed():
        raise changed(options.path)
    book = Workbook(content, where)
    del content
    passed_over: dict[str, tuple[str, ...]] = {}
    found = False
    for note in book.chosen(options.sheet):
        sheet = book.read(note, options.block_rows)
        first = next(sheet.blocks, None)
        if first is None:
            continue
        if options.sheet is None and not _has_phone_column(first, options):
            _refuse_rows_above_header(first, options, f"sheet {note.name} of {where}")
            passed_over[note.name] = clean_header(first.row(0))
            continue
        _refuse_hidden(note, options, where)
        found = True
        yield from _sorted(sheet, first, f"sheet {note.name} of {where}", options, sorter)
    if not found:
        raise _nothing_found(options, passed_over)


def _sorted(
    sheet: RawSheet, first: RawBlock, where: str, options: ReaderOptions, sorter: RowSorter
) -> Iterator[RowBlock]:
    _refuse_rows_above_header(first, options, where)
    columns = bind(first.row(0), options.phone, options.fields, where)
    if columns.header:
        if 0 in first.broken:
            raise SourceDamaged(
                f"the header of {where} has quotation marks that are not closed: mend line "
                f"{first.first_line}"
            )
        first = first.after_first()
    yield from sorter.sort(sheet.name, columns, chain((first,), sheet.blocks))


def _has_phone_column(first: RawBlock, options: ReaderOptions) -> bool:
    row = first.row(0)
    return holds(clean_header(row) if has_header(options.columns) else row, options.phone)


def _refuse_rows_above_header(first: RawBlock, options: ReaderOptions, where: str) -> None:
    """Refuse a title above the header, which would hide the whole table.

    A row that holds every column by name is a header; one name alone may be anything.
    """
    named = [name for name in dict.fromkeys(options.columns) if numbered(name.strip()) is None]
    if len(named) < _NAMES_MIN or _has_phone_column(first, options):
        return
    for at in range(1, min(len(first), _TITLE_ROWS_MAX + 1)):
        header = clean_header(first.row(at))
        if all(holds(header, name) for name in named):
            raise CampaignInvalid(
                f"the header of {where} stands in line {first.first_line + at}, below other text: "
                "remove the rows above it"
            )


def _refuse_hidden(note: SheetNote, options: ReaderOptions, where: str) -> None:
    if note.hidden and options.sheet is None:
        raise CampaignInvalid(
            f"{where} has a hidden sheet, {note.name}, with the column {options.phone}: delete or "
            "show it, or name the sheet that is meant under [source] sheet"
        )


def _nothing_found(
    options: ReaderOptions, passed_over: dict[str, tuple[str, ...]]
) -> CampaignInvalid | SourceDamaged:
    where = options.path.name
    if not passed_over:
        return SourceDamaged(f"{where} is empty: it has no row with text")
    headers = dict.fromkeys(chain.from_iterable(passed_over.values()))
    return not_there(options.phone, tuple(headers), f"any sheet of {where}")
