import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid, Exit, SourceDamaged, SourceMissing
from pipeline.core.model import Rejection
from pipeline.core.screening import Duplicates
from pipeline.reader.files.source import fingerprint
from pipeline.reader.reading import read
from pipeline.report.texts.safe import safe_cell
from tests.support.spreadsheets import HEADER, PLAIN, options_for, seen, text_file, xlsx_file


def test_a_number_belongs_to_its_first_row_however_it_is_written(tmp_path: Path) -> None:
    text = f"{HEADER}{PLAIN},a\n13800138001,b\n+86 {PLAIN},c\n\n138-0013-8001,d\n"
    found = seen(options_for(text_file(tmp_path, text)))
    assert [row[0] for row in found.sent] == [0, 1]
    assert [(r.row, r.line, r.phone, r.of_row, r.of_line, r.column) for r in found.rejected] == [
        (2, 4, PLAIN, 0, 2, "手机号"),
        (3, 6, "13800138001", 1, 3, "手机号"),
    ]
    assert {row.reason for row in found.rejected} == {Rejection.DUPLICATE_NUMBER}


def test_a_duplicate_is_found_however_far_away(tmp_path: Path) -> None:
    rows = [f"{13_800_000_000 + at % 4_000},n" for at in range(9_000)]
    path = text_file(tmp_path, HEADER + "\n".join(rows))
    found = seen(replace(options_for(path), block_rows=700))
    assert [row[0] for row in found.sent] == list(range(4_000))
    assert [(row.row, row.of_row, row.of_line) for row in found.rejected] == [
        (at, at % 4_000, at % 4_000 + 2) for at in range(4_000, 9_000)
    ]


def test_a_row_that_is_rejected_leaves_its_number_to_a_later_row(tmp_path: Path) -> None:
    text = f"{HEADER}{PLAIN},\n{PLAIN},a,b\n{PLAIN},c\n"
    found = seen(options_for(text_file(tmp_path, text)))
    assert found.sent == [(2, 4, PLAIN, "c")]
    assert found.reasons == [(2, Rejection.VALUE_MISSING), (3, Rejection.ROW_RAGGED)]


def test_a_rejected_row_is_kept_as_it_stood(tmp_path: Path) -> None:
    text = '手机号,姓名,城市\n" 1380, ","张""三 ",沪\n'
    (row,) = seen(options_for(text_file(tmp_path, text))).rejected
    assert (row.sheet, row.column, row.phone) == ("", "手机号", " 1380, ")
    assert row.cells == (" 1380, ", '张"三 ', "沪")


def test_numbers_that_were_mended_are_counted_where_they_are_sent_to(tmp_path: Path) -> None:
    text = f"{HEADER}{PLAIN},a\n+8613800138001,b\n+8613800138002,\n+86{PLAIN},d\n"
    assert seen(options_for(text_file(tmp_path, text))).repaired == 1


def test_a_source_with_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    assert list(read(options_for(text_file(tmp_path, HEADER)))) == []
    assert list(read(options_for(xlsx_file(tmp_path, {"S": [("手机号", "姓名")]})))) == []


NO_TABLES = (
    (b"", "is empty"),
    (b"\n \n,,\n", "is empty"),
    (b"\xef\xbb\xbf", "is empty"),
    (b"%PDF-1.7 ...", "PDF"),
    (b"\x1f\x8b\x08...", "gzip"),
    (b"  <HTML><table>...", "web page"),
    (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook>', "XML"),
    (bytes(range(256)) * 9, "byte"),
)


@pytest.mark.parametrize(("content", "sentence"), NO_TABLES)
def test_what_is_no_table_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    with pytest.raises(SourceDamaged, match=sentence) as refused:
        seen(options_for(text_file(tmp_path, content)))
    assert refused.value.exit_code == Exit.SOURCE_DAMAGED


def test_a_source_that_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match="is not there") as missing:
        seen(options_for(tmp_path / "none.csv"))
    assert missing.value.exit_code == Exit.SOURCE_MISSING
    with pytest.raises(SourceMissing):
        seen(options_for(text_file(tmp_path, HEADER) / "below"))
    with pytest.raises(SourceDamaged, match="folder"):
        seen(options_for(tmp_path))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceDamaged, match="regular file"):
        seen(options_for(tmp_path / "pipe"))


def test_a_sheet_cannot_be_named_in_a_text_file(tmp_path: Path) -> None:
    with pytest.raises(CampaignInvalid, match="no sheets"):
        seen(replace(options_for(text_file(tmp_path, HEADER)), sheet="S"))


def test_the_fingerprint_is_of_the_content(tmp_path: Path) -> None:
    content = (HEADER + "x" * 3_000_000).encode()
    path = text_file(tmp_path, content)
    assert fingerprint(path) == (sha256(content).hexdigest(), len(content))
    with pytest.raises(SourceMissing):
        fingerprint(tmp_path / "none.csv")


def test_a_source_with_its_fingerprint_is_read(tmp_path: Path) -> None:
    for path in (
        text_file(tmp_path, f"{HEADER}{PLAIN},a\n"),
        xlsx_file(tmp_path, {"S": [("手机号", "姓名"), (PLAIN, "a")]}),
    ):
        asked = replace(options_for(path), sha256=fingerprint(path)[0])
        assert seen(asked).phones == [PLAIN]


def test_a_source_that_changed_since_its_fingerprint_was_taken_is_refused(tmp_path: Path) -> None:
    for path in (
        text_file(tmp_path, f"{HEADER}{PLAIN},a\n"),
        xlsx_file(tmp_path, {"S": [("手机号", "姓名"), (PLAIN, "a")]}),
    ):
        asked = replace(options_for(path), sha256="0" * 64)
        with pytest.raises(SourceDamaged, match="changed while it was being read"):
            seen(asked)


def test_a_text_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"{13_800_000_000 + at},n\n" for at in range(100_000))
    path = text_file(tmp_path, HEADER + rows)
    blocks = read(options_for(path))
    next(blocks)
    with path.open("a") as file:
        file.write("13900000000,late\n")
    with pytest.raises(SourceDamaged, match="changed while it was being read"):
        list(blocks)


def test_a_text_file_that_is_replaced_while_it_is_read_is_read_as_it_was(tmp_path: Path) -> None:
    rows = "".join(f"{13_800_000_000 + at},n\n" for at in range(100_000))
    path = text_file(tmp_path, HEADER + rows)
    blocks = read(replace(options_for(path), sha256=fingerprint(path)[0]))
    count = len(next(blocks).recipients)
    text_file(tmp_path, HEADER, "new.csv").replace(path)
    assert count + sum(len(block.recipients) for block in blocks) == 100_000


def test_a_first_row_with_a_number_is_told_to_be_no_header_without_showing_it(
    tmp_path: Path,
) -> None:
    path = text_file(tmp_path, f"+86 {PLAIN},张三\n13800138001,a\n")
    with pytest.raises(CampaignInvalid, match=r"no header.*#1") as refused:
        seen(options_for(path))
    assert "8000" not in str(refused.value)
    assert "张三" not in str(refused.value)


def test_mended_rows_are_read_as_they_stood_before_our_file_was_made_safe(tmp_path: Path) -> None:
    tricks = ("=1+1", "a;=2+40;b", "a|-1", "a;'b", "+8613800138000", "x;=1;=2")
    lines = [f'{PLAIN},"{safe_cell(trick)}"' for trick in tricks]
    path = text_file(tmp_path, "手机号,姓名\n" + "\n".join(lines) + "\n")
    options = replace(options_for(path), mended=True, duplicates=Duplicates.NUMBER_AND_VALUES)
    assert [row[3] for row in seen(options).sent] == list(tricks)
