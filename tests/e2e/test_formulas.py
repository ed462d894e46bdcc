"""A hostile spreadsheet goes in; every file that the commands write can be opened by anybody."""

from pathlib import Path

import openpyxl

from tests.support.command import Desk
from tests.support.harmless import VARIANTS, csv_formulas, page_dangers, workbook_formulas

TRICK = "=cmd|' /C calc'!A0"


def hostile_book(folder: Path) -> None:
    """Write tricks into every place of a workbook, as texts."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "=1+1"
    rows = [("手机号", "名", "积分", TRICK, "@SUM(A1)", "+1")]
    for at, variant in enumerate(VARIANTS[::10]):
        text = "".join(char for char in variant if char >= " ")
        phone = text if at % 3 == 0 else f"139{at:08d}"
        rows.append((phone, text, "" if at % 3 == 1 else str(at), text, f"-{at}", "x"))
    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(line, column)
            cell.value = value
            cell.data_type = "s"
    book.save(folder / "members.xlsx")


def test_no_file_that_a_command_leaves_holds_a_formula_or_anything_that_runs(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    hostile_book(tmp_path)
    desk.write_campaign(
        channel="aim_basic",
        name="=HYPERLINK(1)<img src=x onerror=alert(1)>",
        source="members.xlsx",
        message='template = "600000001"\nparams = { p_1 = "名", p_2 = "积分" }\n',
    )
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.json["outcomes"].keys() == {"submitted", "invalid"}, done.err
    folder = tmp_path / "state" / "runs" / done.json["run"]
    assert desk.koosend("report", desk.campaign, "--into", "members.xlsx").exit == 0
    note = ("--note", TRICK, "--campaign", desk.campaign)
    assert desk.koosend("suppress", "add", "13900000001", *note).exit == 0
    assert desk.koosend("suppress", "export", "out.csv", "--campaign", desk.campaign).exit == 0
    texts = [*folder.glob("*.csv"), tmp_path / "out.csv"]
    books = list(folder.glob("*.xlsx"))
    assert len(texts) >= 3
    assert len(books) >= 2
    assert {file.name: csv_formulas(file) for file in texts} == {file.name: [] for file in texts}
    assert {file.name: workbook_formulas(file) for file in books} == {
        file.name: [] for file in books
    }
    assert page_dangers(folder / "rehearsal-report.html") == []


def test_no_file_of_a_run_that_makes_links_holds_a_formula(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    hostile_book(tmp_path)
    params = '{ name = "姓名", points = "积分", shop = "=云商城" }'
    book = openpyxl.load_workbook(tmp_path / "members.xlsx")
    sheet = book.worksheets[0]
    sheet["B1"] = "姓名"
    sheet["G1"] = TRICK
    sheet["G1"].data_type = "s"
    book.save(tmp_path / "members.xlsx")
    desk.write_campaign(
        channel="links_only",
        name="=1+1",
        source="members.xlsx",
        message=f'template = "700000001"\nparams = {params}\nsignatures = ["云商城"]\n',
        extra='\n[message.values."姓名"]\ntruncate_chars = 6\n',
    )
    done = desk.koosend("run", desk.campaign, "--json")
    assert set(done.json["outcomes"]) > {"invalid"}, done.err
    folder = tmp_path / "state" / "runs" / done.json["run"]
    assert desk.koosend("report", desk.campaign, "--into", "members.xlsx").exit == 0
    written = set(folder.rglob("*"))
    texts = {file for file in written if file.suffix == ".csv"}
    assert {"links.csv", "rejected.csv", "outcomes.csv"} <= {file.name for file in texts}
    for file in texts:
        assert csv_formulas(file) == [], file
    for file in written:
        if file.suffix == ".xlsx":
            assert workbook_formulas(file) == [], file
        if file.suffix == ".html":
            assert page_dangers(file) == [], file
