"""Workbooks made to harm, where one is to be given back: one sentence, in bounded time and room."""

import hashlib
import resource
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.core.errors import Exit, SourceDamaged
from pipeline.core.outcome import Outcome, Standing
from pipeline.reader.limits import SandboxLimits
from pipeline.reader.workbooks.sandbox import sandboxed
from pipeline.report.texts.beside import HEADINGS
from pipeline.runner.giving.give_back import GIVING, write_into
from pipeline.runner.giving.protocol import Loaded
from tests.support.child_processes import children
from tests.support.odd_files import sheet_xml, text_cell, xlsx_of
from tests.support.report import RUN, TableLedger, block, phone, record, submission
from tests.support.source import ROOT

GROWTH_KB_MAX = 20 << 10
SECONDS_MAX = 60.0
"""Each takes a second; far above that for a machine that is busy with other things."""

ROW = f'<row r="1">{text_cell("A1", "手机号")}</row>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EVERYTHING = "A3:XFD1048576"


def behind_cells(more: str) -> str:
    return sheet_xml(ROW).replace("</sheetData>", f"</sheetData>{more}")


def merges(ref: str) -> str:
    return behind_cells(f'<mergeCells count="1"><mergeCell ref="{ref}"/></mergeCells>')


HOSTILE: dict[str, tuple[str, str]] = {
    "one merge of everything": (merges(EVERYTHING), "merges more than 2,000,000 cells"),
    "a merge of whole columns": (merges("A:XFD"), "merges more than 2,000,000 cells"),
    "a merge with dollars": (merges("$A$3:$XFD$1048576"), "merges more than 2,000,000 cells"),
    "many merges": (
        behind_cells(
            "<mergeCells>"
            + "".join(f"<mergeCell ref='A{at}:XFD{at + 9}'/>" for at in range(3, 400, 10))
            + "</mergeCells>"
        ),
        "merges more than 2,000,000 cells",
    ),
    "a link on everything": (
        behind_cells(f'<hyperlinks><hyperlink ref="{EVERYTHING}" location="A1"/></hyperlinks>'),
        "puts links on more than 2,000,000 cells",
    ),
    "entities that grow": (sheet_xml(ROW, BOMB), "declares XML entities"),
    "a file of this machine": (sheet_xml(ROW, OUTSIDE), "declares XML entities"),
    "far cells": (
        sheet_xml(ROW + f'<row r="1048576">{text_cell("GR1048576", "x")}</row>'),
        "the cell GR1048576 of source.xlsx lies far from all others",
    ),
    "a far column": (
        sheet_xml(ROW + f'<row r="2">{text_cell("XFD2", "x")}</row>'),
        "beyond the 200 columns",
    ),
    "a row beyond the last": (
        sheet_xml(ROW + '<row r="4000000000"><c><v>1</v></c></row>'),
        "more than 1048576 rows",
    ),
    "a zip bomb": (sheet_xml("<!--" + " " * 40_000_000 + "-->"), "times its size"),
}


def plain(folder: Path) -> Path:
    """Write a workbook of one row, in the second line."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "Sheet1"
    page["A2"] = phone(0)
    book.save(folder / "members.xlsx")
    return folder / "members.xlsx"


def ledger_of(rows: int, source: Path | None = None) -> TableLedger:
    """Hold a run of so many rows, in blocks, all of which were shown the card."""
    table = [submission(0, 0, rows)]
    model = block([Standing(Outcome.CARD, evidence="page:1")], table, [0])
    blocks = []
    for start in range(0, rows, 5000):
        span = range(start, min(start + 5000, rows))
        blocks.append(
            replace(
                model,
                rows=list(span),
                sheets=["Sheet1"] * len(span),
                lines=[row + 2 for row in span],
                phones=[phone(row) for row in span],
                standings=list(model.standings) * len(span),
                submissions=[0] * len(span),
            )
        )
    held = TableLedger(record(rows, rows), blocks, (), tuple(table))
    if source is not None:
        sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
        held.record = replace(held.record, plan=replace(held.record.plan, source_sha256=sha256))
    return held


@pytest.mark.parametrize(("sheet", "sentence"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_workbook_is_refused_soon_and_costs_this_process_nothing(
    tmp_path: Path, sheet: str, sentence: str
) -> None:
    source = xlsx_of(tmp_path, sheet)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    with pytest.raises(SourceDamaged, match=sentence) as refused:
        write_into(ledger_of(1), RUN, source, tmp_path / "back.xlsx")
    assert time.monotonic() - began < SECONDS_MAX
    assert refused.value.exit_code is Exit.SOURCE_DAMAGED
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_KB_MAX
    assert [path.name for path in tmp_path.iterdir()] == ["source.xlsx"]


def test_merges_that_people_make_are_given_back(tmp_path: Path) -> None:
    source = tmp_path / "members.xlsx"
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "Sheet1"
    page["A2"] = phone(0)
    page.merge_cells("A3:A5000")
    book.save(source)
    given = write_into(ledger_of(1, source), RUN, source, tmp_path / "back.xlsx")
    back = openpyxl.load_workbook(given.workbook)["Sheet1"]
    assert str(back.merged_cells) == "A3:A5000"
    assert back["B2"].value == "Card shown"


def test_a_workbook_that_needs_more_memory_than_it_may_is_told_to_use_the_csv(
    tmp_path: Path,
) -> None:
    rows = "".join(f'<row r="{at}"><c r="A{at}"><v>{at}</v></c></row>' for at in range(1, 200_000))
    source = xlsx_of(tmp_path, sheet_xml(rows))
    limits = SandboxLimits(memory_bytes=120 << 20)
    with (
        source.open("rb") as file,
        sandboxed(file, source.name, limits, GIVING) as sandbox,
        pytest.raises(SourceDamaged, match=r"more than 120 MB.*be given back.*use outcomes\.csv"),
    ):
        sandbox.receive()


def test_the_process_that_opens_the_workbook_is_confined_like_the_one_that_reads(
    tmp_path: Path,
) -> None:
    source = plain(tmp_path)
    before = children()
    with (
        source.open("rb") as file,
        sandboxed(file, source.name, SandboxLimits(), GIVING) as sandbox,
    ):
        assert isinstance(sandbox.receive(), Loaded)
        (child,) = children() - before
        status = Path(f"/proc/{child}/status").read_text(encoding="utf-8")
        limits = Path(f"/proc/{child}/limits").read_text(encoding="utf-8")
        mapped = Path(f"/proc/{child}/maps").read_text(encoding="utf-8")
    assert sandbox.is_confined == ("Seccomp:\t2" in status)
    assert ["Max", "file", "size", "0", "0", "bytes"] in [
        line.split() for line in limits.splitlines()
    ]
    assert "openblas" not in mapped


ALONE = """
import sys
from pathlib import Path
from pipeline.runner.giving.give_back import write_into
from tests.support.report import RUN
from tests.unit.runner.giving.test_hostile_workbooks import ledger_of
for name in [one for one in sys.modules if one.startswith("openpyxl")]:
    del sys.modules[name]
source, target = map(Path, sys.argv[1:])
print(write_into(ledger_of(1), RUN, source, target).rows)
print("openpyxl" in sys.modules)
"""


def test_the_process_that_holds_the_ledger_never_opens_the_workbook(tmp_path: Path) -> None:
    source = plain(tmp_path)
    # What this module itself has loaded is taken away, so that whoever needs it would load it.
    done = subprocess.run(
        [sys.executable, "-c", ALONE, source, tmp_path / "back.xlsx"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=120,
    )
    assert done.stdout.split() == ["1", "False"]
    assert openpyxl.load_workbook(tmp_path / "back.xlsx")["Sheet1"]["B2"].value == "Card shown"


def test_a_workbook_of_twenty_thousand_rows_is_given_back_whole(tmp_path: Path) -> None:
    source = tmp_path / "members.xlsx"
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "Sheet1"
    page.append(["姓名", "手机号", "积分", "公式"])
    for row in range(20_000):
        page.append([f"会员{row}", int(phone(row)), row, f"=C{row + 2}*2"])
    book.save(source)
    given = write_into(ledger_of(20_000), RUN, source, tmp_path / "back.xlsx")
    assert (given.rows, given.elsewhere) == (20_000, 0)
    with closing(openpyxl.load_workbook(given.workbook, read_only=True)) as back:
        head, *lines = back["Sheet1"].iter_rows(values_only=True)
    assert head == ("姓名", "手机号", "积分", "公式", *HEADINGS)
    assert lines[-1][:5] == ("会员19999", int(phone(19_999)), 19_999, "=C20001*2", "Card shown")
