"""rejected.csv goes to a colleague, comes back mended, and is sent without anybody else."""

import csv
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest

from tests.support.command import Desk, Done

HEADER = ("备注", "手机号", "姓名", "积分")
ROWS = (
    ("=1+1", "13900000001", "张三", "1"),
    ("-7", "1390000002", "李四", "2"),
    ("@王", "13900000003", "=五", ""),
    ("", "13900000001", "张三", "4"),
    ("\t制表", "没有", "赵六", "5"),
)
GOOD = "13900000001"
MENDED = {"1390000002": "13900000002", "没有": "13900000005"}

Rows = Sequence[Sequence[str]]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    with (tmp_path / "members.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows((HEADER, *ROWS))
    found = Desk(tmp_path)
    found.write_campaign(channel="aim_basic")
    return found


def rejected(desk: Desk, done: Done) -> Path:
    return desk.folder / "state" / "runs" / str(done.json["run"]) / "rejected.csv"


def rows_of(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def mend(rows: Rows) -> list[list[str]]:
    """Correct the numbers, and fill in the points that are missing."""
    return [
        [MENDED.get(cell, cell) for cell in row[:3]] + [row[3] or "3", *row[4:]] for row in rows
    ]


def as_csv(encoding: str) -> Callable[[Rows, Path], Path]:
    def write(rows: Rows, folder: Path) -> Path:
        path = folder / "mended.csv"
        with path.open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream).writerows(rows)
        return path

    return write


def as_workbook(rows: Rows, folder: Path) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
        for cell in book.worksheets[0][book.worksheets[0].max_row]:
            cell.data_type = "s"
    path = folder / "mended.xlsx"
    book.save(path)
    return path


def without_our_columns(rows: Rows, folder: Path) -> Path:
    return as_csv("gb18030")([row[:4] for row in rows], folder)


SAVED: Mapping[str, Callable[[Rows, Path], Path]] = {
    "utf-8": as_csv("utf-8-sig"),
    "gb18030": as_csv("gb18030"),
    "workbook": as_workbook,
    "own columns only": without_our_columns,
}


@pytest.mark.parametrize("saved", SAVED)
def test_the_mended_rows_are_sent_alone_and_as_they_stood_in_the_source(
    desk: Desk, saved: str
) -> None:
    first = desk.koosend("run", desk.campaign, "--json")
    assert desk.taken() == [GOOD]
    given = rows_of(rejected(desk, first))
    assert given[0][:4] == list(HEADER)
    assert [row[:4] for row in given[1:]] == [
        ["'-7", "1390000002", "李四", "2"],
        ["'@王", "13900000003", "'=五", ""],
        ["", GOOD, "张三", "4"],
        ["'\t制表", "没有", "赵六", "5"],
    ]
    file = SAVED[saved](mend(given), desk.folder)
    done = desk.koosend("run", desk.campaign, "--mended", file, "--json")
    assert done.exit == 0, done.err
    assert done.json["outcomes"] == {"submitted": 3, "duplicate": 1}
    assert sorted(desk.taken()) == [f"1390000000{n}" for n in (1, 2, 3, 5)]
    journal = desk.journal.read_text(encoding="utf-8")
    assert "=五" in journal
    assert "'=五" not in journal
    assert [row[-3] for row in rows_of(rejected(desk, done))[1:]] == ["already_in_run"]
    assert desk.koosend("status", desk.campaign, "--json").json["run"] == first.json["run"]
    again = desk.koosend("run", desk.campaign, "--mended", file, "--json")
    assert again.json["run"] == done.json["run"] != first.json["run"]
    assert Counter(desk.taken()).most_common(1)[0][1] == 1
    for run in (first, done):
        assert desk.koosend("verify", run.json["run"], "--state", "state").exit == 0


def test_the_whole_spreadsheet_given_by_mistake_reaches_nobody_twice(desk: Desk) -> None:
    first = desk.koosend("run", desk.campaign, "--json").json["run"]
    done = desk.koosend("run", first, "--state", "state", "--mended", "members.csv", "--json")
    assert desk.taken() == [GOOD]
    assert done.json["outcomes"] == {"duplicate": 2, "invalid": 3}


def test_what_was_mended_twice_is_known_from_the_first_time(desk: Desk) -> None:
    first = desk.koosend("run", desk.campaign, "--json")
    given = rows_of(rejected(desk, first))
    one = as_csv("utf-8")([given[0], *mend(given[1:2])], desk.folder)
    assert desk.koosend("run", desk.campaign, "--mended", one).exit == 0
    every = as_csv("utf-8")(mend(given), desk.folder)
    done = desk.koosend("run", desk.campaign, "--mended", every, "--json")
    assert done.json["outcomes"] == {"submitted": 2, "duplicate": 2}
    assert Counter(desk.taken()) == Counter([f"1390000000{n}" for n in (1, 2, 3, 5)])


def test_the_rows_of_a_source_without_a_header_come_back_too(desk: Desk) -> None:
    with (desk.folder / "members.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(ROWS)
    text = desk.campaign.read_text(encoding="utf-8")
    for name, place in (("手机号", "#2"), ("姓名", "#3"), ("积分", "#4")):
        text = text.replace(f'"{name}"', f'"{place}"')
    desk.campaign.write_text(text, encoding="utf-8")
    first = desk.koosend("run", desk.campaign, "--json")
    given = rows_of(rejected(desk, first))
    file = as_csv("utf-8")(mend(given), desk.folder)
    done = desk.koosend("run", desk.campaign, "--mended", file, "--json")
    assert done.json["outcomes"] == {"submitted": 3, "duplicate": 1}
    assert len(desk.taken()) == len(set(desk.taken())) == 4


def test_other_values_of_the_same_number_are_no_duplicate_where_the_campaign_says_so(
    desk: Desk,
) -> None:
    desk.write_campaign(
        channel="aim_basic", extra='[screening]\nduplicates = "number_and_values"\n'
    )
    rows = [HEADER, ("", GOOD, "张三", "1"), ("", GOOD, "张三", "")]
    with (desk.folder / "members.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    assert desk.koosend("run", desk.campaign).exit == 0
    mended = [HEADER, ("", GOOD, "张三", "2"), ("", GOOD, "张三", "1")]
    file = as_csv("utf-8")(mended, desk.folder)
    done = desk.koosend("run", desk.campaign, "--mended", file, "--json")
    assert done.json["outcomes"] == {"submitted": 1, "duplicate": 1}
    assert desk.taken() == [GOOD, GOOD]


def test_a_mended_file_that_is_not_there_plans_nothing(desk: Desk) -> None:
    assert desk.koosend("run", desk.campaign).exit == 0
    gone = desk.koosend("run", desk.campaign, "--mended", "gone.csv")
    assert gone.exit == 66
    assert len(desk.koosend("runs", desk.campaign, "--json").json) == 1
