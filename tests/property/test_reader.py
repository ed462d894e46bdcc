"""What holds of every source, however it is written."""

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.errors import KoosendError, SourceDamaged
from pipeline.core.model import Rejection, RowBlock
from pipeline.core.phones import is_mobile
from pipeline.reader.files.archive import Zip, gunzipped
from pipeline.reader.inspection import inspect
from pipeline.reader.options import ReaderOptions
from pipeline.reader.phones import normalise, normalise_column
from pipeline.reader.reading import read
from pipeline.reader.workbooks.formats.detect import open_workbook

DIGITS = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
FEW_DIGITS = st.integers(0, 30).map(lambda at: f"138001380{at:02}")
DECORATION = st.text("+-() 　\u00a0\u200b'\"０８６.eE/,0168", max_size=6)
ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
PHONES = FEW_DIGITS | DIGITS | st.tuples(DECORATION, DIGITS, DECORATION).map("".join) | ANY_TEXT
CELLS = st.text('a张,;"\n\r\t \u3000😀', max_size=6) | PHONES
ROWS = st.lists(st.lists(CELLS, max_size=4) | st.tuples(CELLS, PHONES, CELLS), max_size=40)


@contextmanager
def file_of(content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "source.csv"
        path.write_bytes(content)
        yield path


@given(st.text() | PHONES)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    found = normalise(text)
    if not isinstance(found, Rejection):
        assert is_mobile(found)
        assert normalise(found) == found


@given(st.lists(PHONES))
def test_a_column_is_normalised_as_its_cells_are(cells: list[str]) -> None:
    column = normalise_column(cells)
    one_by_one = [normalise(cell) for cell in cells]
    assert [column.rejected.get(at, text) for at, text in enumerate(column.texts)] == one_by_one


@given(DIGITS, st.sampled_from(["+86", "86", "0086", "+86 ", "(+86)", "0", ""]), st.integers(0, 10))
def test_a_prefix_and_a_space_anywhere_change_nothing(phone: str, prefix: str, at: int) -> None:
    assert normalise(f"{prefix}{phone[:at]} {phone[at:]}") == phone


TABLES = st.text('手机号,姓名\n"13800138000;\t +', max_size=200)
SOURCES = (
    st.binary(max_size=300)
    | TABLES.map(str.encode)
    | TABLES.map(lambda text: f"手机号,姓名\n{text}".encode("gb18030"))
    | TABLES.map(lambda text: f"\0手机号,姓名\n{text}".encode("big5", "replace"))
)
MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b\x08\0")
PARSED = st.tuples(st.sampled_from(MAGIC), st.binary(max_size=700)).map(b"".join)
BOOK = (Path(__file__).parents[2] / "sample_data" / "members.xlsx").read_bytes()
CHANGES = st.lists(st.tuples(st.integers(0, len(BOOK) - 1), st.integers(0, 255)), min_size=1)


def altered(changes: list[tuple[int, int]]) -> bytes:
    book = bytearray(BOOK)
    for at, byte in changes:
        book[at] = byte
    return bytes(book)


@settings(max_examples=12, deadline=None)
@given(PARSED | CHANGES.map(altered))
def test_no_workbook_stops_the_reader_but_in_a_sentence(content: bytes) -> None:
    with file_of(content) as path, suppress(KoosendError):
        for block in read(ReaderOptions(path, "手机号", ("姓名",))):
            assert all(map(is_mobile, block.recipients.phones))


@settings(max_examples=300, deadline=None)
@given(PARSED | CHANGES.map(altered))
def test_no_archive_stops_the_parsing_but_in_a_sentence(content: bytes) -> None:
    with suppress(SourceDamaged):
        if content.startswith(b"PK"):
            book = open_workbook(content, Zip(content, "source.xlsx"), "source.xlsx")
            for at in range(len(book.sheets)):
                list(book.read(at, 100).blocks)
        else:
            list(gunzipped(content, "source.gz"))


@settings(max_examples=300, deadline=None)
@given(SOURCES, st.sampled_from(["手机号", "#1"]))
def test_no_content_stops_the_reader_but_in_a_sentence(content: bytes, phone: str) -> None:
    fields = ("姓名",) if phone == "手机号" else ()
    with file_of(content) as path:
        with suppress(KoosendError):
            inspect(path)
        with suppress(KoosendError):
            for block in read(ReaderOptions(path, phone, fields)):
                assert all(map(is_mobile, block.recipients.phones))


@settings(max_examples=200, deadline=None)
@given(ROWS, st.integers(1, 50), st.sampled_from(["utf-8-sig", "utf-16", "gb18030"]))
def test_every_row_is_sent_to_or_rejected_exactly_once(
    rows: list[list[str]], block_rows: int, encoding: str
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("姓名", "手机号", "城市"), *rows])
    with file_of(text.getvalue().encode(encoding)) as path:
        asked = ReaderOptions(path, "手机号", ("姓名", "城市"), block_rows=block_rows)
        # Left to itself the reader takes GB18030 full of Greek for another encoding.
        options = replace(asked, encoding=encoding) if encoding == "gb18030" else asked
        blocks = list(read(options))
    numbered = sorted(
        [row for block in blocks for row in block.recipients.rows]
        + [row.row for block in blocks for row in block.rejected]
    )
    filled = sum(any(cell.strip() for cell in row) for row in rows)
    assert numbered == list(range(len(numbered)))
    # A cell over several lines that holds a row of its own is taken for an open quotation mark.
    if not any("\n" in cell or "\r" in cell for row in rows for cell in row):
        assert len(numbered) == filled
    check_blocks(blocks)


def check_blocks(blocks: list[RowBlock]) -> None:
    phones = [phone for block in blocks for phone in block.recipients.phones]
    assert len(set(phones)) == len(phones)
    for block in blocks:
        recipients = block.recipients
        assert {len(recipients.phones), len(block.lines), *map(len, recipients.values)} == {
            len(recipients)
        }
        assert list(recipients.rows) == sorted(recipients.rows)
        assert all(
            value and value == value.strip() for column in recipients.values for value in column
        )
