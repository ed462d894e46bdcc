"""What programs leave beside a list while they work on it is no list."""

from pathlib import Path

import pytest

from pipeline.core.errors import SourceMissing
from pipeline.reader.files.source import fingerprint, open_notes
from tests.support.spreadsheets import HEADER, PLAIN, options_for, seen, text_file

LIST = f"{HEADER}{PLAIN},张三\n"
LEFT = [
    "~$source.csv",
    "~WRL0001.tmp.csv",
    "~DF12.csv",
    "source.csv.tmp",
    "source.csv.filepart",
    "source.csv.crdownload",
    "source.csv~RF1a2b.TMP",
]
HIDDEN = [".~lock.source.csv#", ".~source.csv", ".#source.csv", ".goutputstream-X1.csv"]


def test_a_pattern_passes_over_what_programs_leave(tmp_path: Path) -> None:
    text_file(tmp_path, LIST)
    (tmp_path / "folder.csv").mkdir()
    alone = fingerprint(tmp_path / "*")
    for name in (*LEFT, *HIDDEN):
        text_file(tmp_path, "no list\n", name)
    assert seen(options_for(tmp_path / "*")).phones == [PLAIN]
    assert fingerprint(tmp_path / "*") == alone
    for name in HIDDEN:
        with pytest.raises(SourceMissing, match="no file fits"):
            seen(options_for(tmp_path / f"{name[:3]}*"))


def test_a_pattern_that_only_a_lock_file_fits_says_so(tmp_path: Path) -> None:
    text_file(tmp_path, "", "~$source.csv")
    with pytest.raises(SourceMissing, match=r"but for ~\$source\.csv, which a program keeps"):
        seen(options_for(tmp_path / "*.csv"))


def test_a_pattern_may_ask_for_files_that_end_in_tmp(tmp_path: Path) -> None:
    text_file(tmp_path, LIST, "list.tmp")
    assert seen(options_for(tmp_path / "*.tmp")).phones == [PLAIN]


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("name", ["~$名单.xlsx", ".~lock.名单.xlsx#", ".~名单.xlsx"])
def test_a_lock_file_is_refused_by_the_name_of_what_is_open(
    tmp_path: Path, name: str, *, there: bool
) -> None:
    if there:
        text_file(tmp_path, b"\x04Anna" + b" " * 160, name)
    with pytest.raises(
        SourceMissing, match=r"while it has 名单\.xlsx open; name 名单\.xlsx itself"
    ):
        seen(options_for(tmp_path / name))


def test_a_list_may_be_named_like_a_lock_file(tmp_path: Path) -> None:
    rows = "".join(f"{13_800_138_000 + at},张三\n" for at in range(100))
    assert len(seen(options_for(text_file(tmp_path, HEADER + rows, "~$m.csv"))).sent) == 100


def test_the_home_folder_of_nobody_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match="~nobody-here stands for the home folder of a user"):
        seen(options_for(tmp_path / "~nobody-here" / "m.csv"))


@pytest.mark.parametrize("lock", ["~$source.csv", ".~lock.source.csv#", ".~source.csv"])
def test_a_list_that_another_program_has_open_is_told(tmp_path: Path, lock: str) -> None:
    path = text_file(tmp_path, LIST)
    assert list(open_notes(path)) == []
    text_file(tmp_path, "", lock)
    for named in (path, tmp_path / "*.csv"):
        (note,) = open_notes(named)
        assert f"source.csv is open in another program ({lock} lies beside it)" in note
    assert list(open_notes(tmp_path / "*.ods")) == []
