"""Several files as one source, and one file in an archive, as read() sees them."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.errors import SourceDamaged, SourceMissing
from pipeline.reader.files.source import fingerprint
from pipeline.reader.inspection import inspect
from tests.support.odd_files import zip_of
from tests.support.spreadsheets import HEADER, PLAIN, options_for, seen, text_file, xlsx_file


def lists(folder: Path) -> Path:
    text_file(folder, f"姓名,手机号\nb,{PLAIN}\nc,13800138002\n", "b.csv")
    text_file(folder, f"{HEADER}{PLAIN},a\n", "a.csv")
    (folder / "c.csv").mkdir()
    xlsx_file(folder, {"S": [("手机号", "姓名"), ("13800138003", "d")]}).rename(folder / "d.csv")
    return folder / "*.csv"


def test_all_files_that_fit_a_pattern_are_one_source_in_the_order_of_their_names(
    tmp_path: Path,
) -> None:
    found = seen(options_for(lists(tmp_path)))
    assert found.sheets == ["a.csv", "b.csv", "d.csv!S"]
    assert found.sent == [
        (0, 2, PLAIN, "a"),
        (2, 3, "13800138002", "c"),
        (3, 2, "13800138003", "d"),
    ]
    (again,) = found.rejected
    assert (again.row, again.sheet, again.line, again.of_row, again.of_line) == (
        1,
        "b.csv",
        2,
        0,
        2,
    )
    assert inspect(tmp_path / "*.csv").sheets[0].header == ("手机号", "姓名")


def test_the_fingerprint_of_a_pattern_is_of_all_its_files_and_their_names(tmp_path: Path) -> None:
    pattern = lists(tmp_path)
    before, size = fingerprint(pattern)
    assert size == sum((tmp_path / name).stat().st_size for name in ("a.csv", "b.csv", "d.csv"))
    asked = replace(options_for(pattern), sha256=before)
    assert len(seen(asked).sent) == 3
    (tmp_path / "a.csv").rename(tmp_path / "e.csv")
    assert fingerprint(pattern)[0] != before
    with pytest.raises(SourceDamaged, match="changed"):
        seen(asked)


def test_files_of_one_name_in_several_folders_are_told_apart(tmp_path: Path) -> None:
    for at, folder in enumerate(("北", "南")):
        (tmp_path / folder).mkdir()
        text_file(tmp_path / folder, f"{HEADER}1380013800{at},a\n")
    assert seen(options_for(tmp_path / "*" / "source.csv")).sheets == [
        "北/source.csv",
        "南/source.csv",
    ]


def test_a_file_whose_own_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"{HEADER}{PLAIN},a\n", "名单[1].csv")
    text_file(tmp_path, f"{HEADER}13800138001,b\n", "名单1.csv")
    found = seen(options_for(path))
    assert (found.sheets, found.phones) == ([""], [PLAIN])


def test_a_pattern_that_nothing_fits_is_a_source_that_is_not_there(tmp_path: Path) -> None:
    for look in (fingerprint, inspect):
        with pytest.raises(SourceMissing, match="no file fits"):
            look(tmp_path / "*.csv")


def test_an_archive_with_several_spreadsheets_is_refused(tmp_path: Path) -> None:
    path = zip_of({"a.csv": HEADER, "b.xlsx": "x"}, tmp_path)
    with pytest.raises(SourceDamaged, match="2 spreadsheets"):
        seen(options_for(path))


def test_an_archive_is_proved_by_its_own_fingerprint(tmp_path: Path) -> None:
    path = text_file(tmp_path, gzip.compress(f"{HEADER}{PLAIN},a\n".encode()))
    asked = replace(options_for(path), sha256=fingerprint(path)[0])
    assert seen(asked).phones == [PLAIN]
    with pytest.raises(SourceDamaged, match="changed"):
        seen(replace(asked, sha256="0" * 64))


def test_a_gzip_file_that_is_cut_off_or_damaged_is_refused(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(f"{HEADER}{PLAIN},a\n".encode() * 50))
    for broken in (content[:-9], content[:12], content[:30] + b"\xff\xff" + content[32:]):
        with pytest.raises(SourceDamaged, match="gzip"):
            seen(options_for(text_file(tmp_path, bytes(broken))))


@pytest.mark.parametrize("path", ["/proc/self/environ", "/proc/self/status", "/dev/null"])
def test_what_the_system_tells_of_itself_is_no_source(tmp_path: Path, path: str) -> None:
    link = tmp_path / "list.csv"
    link.symlink_to(path)
    for source in (Path(path), link):
        with pytest.raises(SourceDamaged, match=r"no file on a disk|not a regular file"):
            seen(options_for(source))
        with pytest.raises(SourceDamaged, match=r"no file on a disk|not a regular file"):
            fingerprint(source)


OLD = (
    (b"\x09\x00\x04\x00\x02\x00\x10\x00", "a worksheet of Excel 2"),
    (b"\x09\x02\x06\x00\x00\x00\x10\x00", "a worksheet of Excel 3"),
    (b"\x09\x04\x06\x00\x00\x00\x10\x00", "a worksheet of Excel 4"),
    (b"\x00\x00\x02\x00\x06\x04\x06\x00", "a worksheet of Lotus 1-2-3"),
    (b"\r\n \nPK\x03\x04" + bytes(range(250)), "a workbook or an archive with blank characters"),
    (b"\xef\xbb\xbfPK\x03\x04" + bytes(range(250)), "a workbook or an archive with blank"),
    (bytes(range(256)), "no text: it holds control characters, the first one at byte 1"),
)


@pytest.mark.parametrize(("content", "sentence"), OLD)
def test_what_no_text_is_is_said_to_be_what_it_is(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    with pytest.raises(SourceDamaged, match=f"source.csv is {sentence}"):
        seen(options_for(text_file(tmp_path, content)))
