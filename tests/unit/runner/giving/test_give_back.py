import hashlib
import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font, PatternFill

from pipeline.core.errors import ReportUnwritable, SourceDamaged, SourceMissing, UsageError
from pipeline.core.model import Rejection, RunId
from pipeline.core.outcome import FallbackReason, Outcome, Standing
from pipeline.language import Language
from pipeline.ports.erasing import ErasedKind
from pipeline.report.options import ReportOptions
from pipeline.report.texts.beside import HEADINGS
from pipeline.report.texts.outcomes import FALLBACKS
from pipeline.runner.giving.give_back import write_into
from tests.support.report import RUN, TableLedger, block, phone, record, submission

STANDINGS = [
    Standing(Outcome.CARD, delivered_at="2026-11-22 20:38:35", evidence="page:1"),
    Standing(Outcome.FALLBACK_SMS, FallbackReason.LINK_FAILED, evidence="page:1"),
    Standing(Outcome.INVALID, Rejection.PHONE_TOO_SHORT),
    Standing(Outcome.UNDELIVERED, code="=MK:0010", evidence="page:1"),
]


def workbook(folder: Path, name: str = "members.xlsx") -> Path:
    """Write the list of STANDINGS with some dress on it."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "Sheet1"
    for at, heading in enumerate(("姓名", "手机号", "公式"), start=1):
        head = page.cell(1, at, heading)
        head.font = Font(bold=True, color="FF0000")
        head.fill = PatternFill("solid", fgColor="FFFF00")
    for row in range(4):
        short = row == 2
        page.cell(row + 2, 1, "张三")
        page.cell(row + 2, 2, "1380013" if short else int(phone(row)))
        page.cell(row + 2, 3, "=1+1")
    page.freeze_panes = "A2"
    page.auto_filter.ref = "A1:C5"
    book.create_sheet("Notes").cell(1, 1, "keep me")
    path = folder / name
    book.save(path)
    return path


def ledger(source: Path | None = None) -> TableLedger:
    table = [submission(0, 0, 3)]
    one = TableLedger(record(4, 3), [block(STANDINGS, table, [0, 0, -1, 0])], (), tuple(table))
    if source is not None:
        sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
        one.record = replace(one.record, plan=replace(one.record.plan, source_sha256=sha256))
    return one


def rows(path: Path, sheet: str = "Sheet1") -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))


def test_every_row_has_its_outcome_behind_its_own_columns(tmp_path: Path) -> None:
    source = workbook(tmp_path)
    given = write_into(ledger(source), RUN, source, tmp_path / "back.xlsx")
    head, *lines = rows(given.workbook)
    assert head == ("姓名", "手机号", "公式", *HEADINGS)
    assert [line[3] for line in lines] == [
        "Card shown",
        "Plain SMS instead",
        "Row not usable",
        "Not delivered",
    ]
    assert lines[0][7:] == ("2026-11-22T20:38:35+08:00", submission(0, 0, 3).task_id)
    assert lines[1][4] == FALLBACKS[FallbackReason.LINK_FAILED].en
    assert lines[2][5] == "Look up the whole number; digits are missing."
    assert (given.rows, given.elsewhere, given.lost) == (4, 0, ())


def test_the_workbook_keeps_its_cells_its_looks_and_its_other_sheets(tmp_path: Path) -> None:
    source = workbook(tmp_path)
    before = source.read_bytes()
    given = write_into(ledger(source), RUN, source, tmp_path / "back.xlsx")
    book = openpyxl.load_workbook(given.workbook)
    page = book["Sheet1"]
    assert [line[:3] for line in rows(given.workbook)] == rows(source)
    assert page["A1"].font.color.rgb == page["D1"].font.color.rgb == "00FF0000"
    assert page["D1"].fill.fgColor.rgb == "00FFFF00"
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:I5")
    assert rows(given.workbook, "Notes") == [("keep me",)]
    assert source.read_bytes() == before
    assert stat.S_IMODE(given.workbook.stat().st_mode) == 0o600


def test_a_text_that_would_be_a_formula_is_none(tmp_path: Path) -> None:
    source = workbook(tmp_path)
    given = write_into(ledger(source), RUN, source, tmp_path / "back.xlsx")
    cell = openpyxl.load_workbook(given.workbook)["Sheet1"]["G5"]
    assert (cell.value, cell.data_type) == ("'=MK:0010", "s")


def test_a_workbook_given_back_before_is_given_back_anew_in_the_same_columns(
    tmp_path: Path,
) -> None:
    source = workbook(tmp_path)
    once = write_into(ledger(source), RUN, source, tmp_path / "back.xlsx").workbook
    later = ledger()
    later.blocks = [replace(later.blocks[0], standings=[Standing(Outcome.CARD), *STANDINGS[1:]])]
    options = ReportOptions(language=Language.ZH)
    head, first, *_ = rows(write_into(later, RUN, once, tmp_path / "2.xlsx", options).workbook)
    assert head == ("姓名", "手机号", "公式", *HEADINGS)
    assert (first[3], first[7]) == ("已展示卡片", None)


def test_a_changed_workbook_is_taken_while_its_rows_show_their_numbers(tmp_path: Path) -> None:
    changed = workbook(tmp_path)
    book = openpyxl.load_workbook(changed)
    book["Sheet1"]["B2"] = f"+86 {phone(0)[:3]}-{phone(0)[3:7]}-{phone(0)[7:]}"
    book["Sheet1"]["D1"] = "备注"
    book.save(changed)
    given = write_into(ledger(), RUN, changed, tmp_path / "back.xlsx")
    assert rows(given.workbook)[0] == ("姓名", "手机号", "公式", "备注", *HEADINGS)


def test_a_workbook_whose_rows_moved_is_refused_without_telling_the_number(
    tmp_path: Path,
) -> None:
    moved = workbook(tmp_path)
    book = openpyxl.load_workbook(moved)
    book["Sheet1"].insert_rows(3)
    book.save(moved)
    with pytest.raises(UsageError, match=r"line 3 of Sheet1 does not show") as refused:
        write_into(ledger(), RUN, moved, tmp_path / "back.xlsx")
    assert phone(1) not in str(refused.value)
    assert not (tmp_path / "back.xlsx").exists()


def test_a_changed_workbook_is_refused_once_the_numbers_are_forgotten(tmp_path: Path) -> None:
    forgetful = ledger()
    forgetful.blocks = [replace(forgetful.blocks[0], phones=[""] * 4)]
    with pytest.raises(UsageError, match="line 2"):
        write_into(forgetful, RUN, workbook(tmp_path), tmp_path / "back.xlsx")


def test_a_changed_workbook_is_given_back_although_somebody_was_erased(tmp_path: Path) -> None:
    one = ledger()
    phones = list(one.blocks[0].phones)
    one.blocks = [replace(one.blocks[0], phones=["", *phones[1:]])]
    with pytest.raises(UsageError, match="line 2"):
        write_into(one, RUN, workbook(tmp_path), tmp_path / "back.xlsx")
    one.gone = {one.blocks[0].rows[0]: (ErasedKind.PERSON, 5.0)}
    assert write_into(one, RUN, workbook(tmp_path), tmp_path / "back.xlsx").rows == 4


def test_of_several_files_each_gets_its_own_rows(tmp_path: Path) -> None:
    one = ledger()
    names = ["members.xlsx!Sheet1"] * 2 + ["others.xlsx!Sheet1"] * 2
    one.blocks = [replace(one.blocks[0], sheets=names)]
    given = write_into(one, RUN, workbook(tmp_path), tmp_path / "back.xlsx")
    assert (given.rows, given.elsewhere) == (2, 2)
    assert rows(given.workbook)[4][3:] == (None,) * 6


def test_titles_above_and_merged_cells_beside_the_list_are_left_alone(tmp_path: Path) -> None:
    source = workbook(tmp_path)
    book = openpyxl.load_workbook(source)
    page = book["Sheet1"]
    page.insert_rows(1, 2)
    page["A1"] = "十一月会员"
    page.merge_cells("A1:E1")
    book.save(source)
    one = ledger(source)
    one.blocks = [replace(one.blocks[0], lines=[4, 5, 6, 7])]
    page = openpyxl.load_workbook(write_into(one, RUN, source, tmp_path / "b.xlsx").workbook)[
        "Sheet1"
    ]
    assert page["F3"].value == HEADINGS[0]
    assert page["F4"].value == "Card shown"
    assert str(page.merged_cells) == "A1:E1"


def test_a_list_without_a_header_gets_no_headings(tmp_path: Path) -> None:
    source = workbook(tmp_path)
    book = openpyxl.load_workbook(source)
    book["Sheet1"].delete_rows(1)
    book.save(source)
    one = ledger(source)
    one.blocks = [replace(one.blocks[0], lines=[1, 2, 3, 4])]
    first, *_ = rows(write_into(one, RUN, source, tmp_path / "back.xlsx").workbook)
    assert first[3] == "Card shown"


def test_a_workbook_with_macros_keeps_them(tmp_path: Path) -> None:
    source = workbook(tmp_path, "plain.xlsx").rename(tmp_path / "members.xlsm")
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    given = write_into(ledger(source), RUN, source, tmp_path / "back.xlsm")
    with zipfile.ZipFile(given.workbook) as archive:
        assert archive.read("xl/vbaProject.bin") == b"macro"
        assert b"macroEnabled" in archive.read("[Content_Types].xml")


@pytest.mark.parametrize(
    ("name", "target", "sentence"),
    [
        ("members.xls", "back.xls", "only .xlsx and .xlsm"),
        ("members.csv", "back.csv", "only .xlsx and .xlsm"),
        ("members.xlsx", "back.xlsm", "must end in .xlsx"),
        ("members.xlsx", "members.xlsx", "everybody would be sent to again"),
        ("members.xlsx", "link.xlsx", "everybody would be sent to again"),
    ],
)
def test_what_cannot_be_given_back_is_refused(
    tmp_path: Path, name: str, target: str, sentence: str
) -> None:
    source = workbook(tmp_path)
    (tmp_path / "link.xlsx").symlink_to(source)
    with pytest.raises(UsageError, match=sentence):
        write_into(ledger(), RUN, tmp_path / name, tmp_path / target)


def test_a_run_or_a_sheet_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    source = workbook(tmp_path)
    with pytest.raises(UsageError, match="no run"):
        write_into(ledger(), RunId("zzzzzzzz"), source, tmp_path / "back.xlsx")
    other = ledger()
    other.blocks = [replace(other.blocks[0], sheets=["Sheet9"] * 4)]
    with pytest.raises(UsageError, match=r"no sheet of members\.xlsx"):
        write_into(other, RUN, source, tmp_path / "back.xlsx")


def test_a_source_that_is_gone_and_a_folder_that_is_not_there_say_so(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing):
        write_into(ledger(), RUN, tmp_path / "gone.xlsx", tmp_path / "back.xlsx")
    source = workbook(tmp_path)
    with pytest.raises(ReportUnwritable):
        write_into(ledger(source), RUN, source, tmp_path / "nowhere" / "back.xlsx")


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (8 << 20))


def crowd(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(2001):
            archive.writestr(f"{number}.xml", b"")


def cut(path: Path) -> None:
    path.write_bytes(workbook(path.parent, "whole.xlsx").read_bytes()[:-200])


def hollow(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")


@pytest.mark.parametrize("make", [bomb, crowd, cut, hollow, lambda path: path.write_bytes(b"x")])
def test_a_hostile_or_damaged_workbook_is_one_sentence(tmp_path: Path, make: object) -> None:
    source = tmp_path / "members.xlsx"
    assert callable(make)
    make(source)
    with pytest.raises(SourceDamaged, match=r"^members\.xlsx "):
        write_into(ledger(), RUN, source, tmp_path / "back.xlsx")
