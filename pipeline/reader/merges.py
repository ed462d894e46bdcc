"""Tell the columns of a spreadsheet whose cells are merged downwards."""

from collections.abc import Iterator

from pipeline.reader.content import Book, content_of
from pipeline.reader.files.header import clean_header, header_at, top_rows
from pipeline.reader.files.source import source_files
from pipeline.reader.limits import SandboxLimits
from pipeline.reader.options import ReaderOptions


def merged_downwards(options: ReaderOptions, limits: SandboxLimits | None = None) -> frozenset[str]:
    """Name the columns with cells below the header that are merged downwards, by header or #n.

    Only a sheet's first rows are looked at: such a column is merged from there on. Raises
    SourceMissing and SourceDamaged.
    """
    found: set[str] = set()
    for file in source_files(options.path):
        with content_of(file.path, limits or SandboxLimits()) as content:
            if isinstance(content, Book):
                found.update(_of_book(content, options))
    return frozenset(found)


def _of_book(book: Book, options: ReaderOptions) -> Iterator[str]:
    for note in book.sheets if options.sheet is None else book.chosen(options.sheet):
        sheet = book.read(note, options.block_rows)
        first = next(sheet.blocks, None)
        if first is None:
            continue
        rows = top_rows(first, sheet.merged)
        at = header_at(rows, options.columns)
        if at is None:
            continue
        header = clean_header(rows[at])
        line = first.first_line - 1 + at
        for top, left, bottom, right in sheet.merged:
            if bottom > top > line:
                for column in range(left, right + 1):
                    yield f"#{column + 1}"
                    yield from header[column : column + 1]
