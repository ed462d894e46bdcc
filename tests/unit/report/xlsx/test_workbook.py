import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Rejection
from pipeline.core.outcome import FallbackReason, Outcome, Standing
from pipeline.language import Language, Words
from pipeline.ports import Rejects
from pipeline.report.options import CodeHelp, ReportOptions
from pipeline.report.write import write_report
from tests.support.report import (
    HEADER,
    RUN,
    TableLedger,
    block,
    every_standing,
    phone,
    record,
    rejected,
    submission,
)

SHEETS = ["Summary", "Needs attention", "Fallback", "Rejected", "All rows", "Tasks"]


def ledger(standings: list[Standing], channel: Channel = Channel.AIM) -> TableLedger:
    """Build a run of one submission; rejected rows by their outcomes."""
    unsent = {Outcome.INVALID, Outcome.DUPLICATE, Outcome.SUPPRESSED}
    places = [-1 if one.outcome in unsent else 0 for one in standings]
    table = [submission(0, 0, places.count(0)), submission(1, 0, 5, State.IN_DOUBT)]
    bad = [
        rejected(row, Rejection(one.reason), ("=cmd", "1", "2"))
        for row, one in enumerate(standings)
        if one.outcome in {Outcome.INVALID, Outcome.DUPLICATE}
    ]
    return TableLedger(
        record(len(standings), places.count(0), channel),
        [block(standings, table, places)],
        [Rejects("Sheet1", HEADER, tuple(bad))],
        tuple(table),
    )


def made(folder: Path, one: TableLedger, options: ReportOptions | None = None) -> Workbook:
    return openpyxl.load_workbook(write_report(one, RUN, folder, options).workbook)


def texts(book: Workbook, sheet: str) -> list[list[object]]:
    return [list(row) for row in book[sheet].iter_rows(values_only=True)]


def counts(book: Workbook, first: str) -> dict[object, object]:
    """Read a table of the summary, from its first label down to the blank line."""
    rows = texts(book, "Summary")
    start = next(at for at, row in enumerate(rows) if row[0] == first)
    found = {}
    for row in rows[start:]:
        if row[0] is None:
            break
        found[row[0]] = row[1]
    return found


def test_the_workbook_has_its_sheets_in_reading_order(tmp_path: Path) -> None:
    assert made(tmp_path, ledger(every_standing())).sheetnames == SHEETS


def test_a_channel_without_cards_has_no_fallback_sheet(tmp_path: Path) -> None:
    book = made(tmp_path, ledger([Standing(Outcome.SMS)], Channel.SMS))
    assert "Fallback" not in book.sheetnames


def test_the_summary_counts_the_funnel_and_every_outcome(tmp_path: Path) -> None:
    book = made(tmp_path, ledger(every_standing()))
    assert counts(book, "Rows read") == {
        "Rows read": 18,
        "May be sent to": 15,
        "Taken by KooMessage": 11,
        "Delivered": 8,
        "Card shown": 1,
    }
    outcomes = counts(book, "Card shown") | counts(book, "What became of every row")
    assert outcomes["Plain SMS instead"] == len(FallbackReason)
    assert outcomes["All rows"] == 18


def test_the_summary_says_first_whether_everybody_got_it(tmp_path: Path) -> None:
    told = [row[0] for row in texts(made(tmp_path, ledger(every_standing())), "Summary")[:14]]
    assert told[:4] == [
        "Campaign report: members-2026-11",
        "List members.csv, 2026-09-21.",
        "8 of 11 people who were sent a message got it so far (72.7%).",
        "Next: koosend run campaigns/members.toml",
    ]
    assert told[5:13] == [
        "8 of 18 rows were delivered (44.4%).",
        "1 saw the card; 4 saw plain SMS instead.",
        "4 rows need attention: see the sheet 'Needs attention'.",
        "1 row is in doubt: do not send it again before it is settled.",
        "3 rows were not sent to: see the sheet 'Rejected'.",
        "1 row was skipped on purpose: see the sheet 'All rows'.",
        "1 row is still to be sent: run the campaign again.",
        "2 rows may still change: news comes for up to 72 hours, cards until their links expire.",
    ]


def test_the_summary_says_when_the_books_do_not_balance(tmp_path: Path) -> None:
    broken = ledger([Standing(Outcome.CARD)])
    broken.record = record(2, 2)
    told = [row[0] for row in texts(made(tmp_path, broken), "Summary")]
    assert any("do not balance: 2 rows were read, 1 has an outcome" in str(line) for line in told)


def charts(folder: Path) -> list[str]:
    """Read the cells that each chart of the workbook draws."""
    with zipfile.ZipFile(folder / "report.xlsx") as archive:
        drawn = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        texts = [archive.read(name).decode() for name in sorted(drawn)]
    found = [
        re.search(r"<val><numRef><f>'Summary'!\$B\$(\d+)(?::\$B\$(\d+))?</f>", t) for t in texts
    ]
    return [f"{one[1]}-{one[2]}" for one in found if one]


def test_the_summary_draws_funnel_fallback_and_outcomes_from_its_own_cells(
    tmp_path: Path,
) -> None:
    rows = texts(made(tmp_path, ledger(every_standing())), "Summary")
    labels = [row[0] for row in rows]
    funnel = labels.index("Rows read") + 1
    fallback = labels.index("Why the card was not seen") + 3
    outcomes = labels.index("What became of every row") + 3
    assert charts(tmp_path) == [
        f"{funnel}-{funnel + 4}",
        f"{fallback}-{fallback + 3}",
        f"{outcomes}-{outcomes + 14}",
    ]
    assert labels[funnel - 1 : funnel + 4][-1] == "Card shown"
    assert [row[1] for row in rows[fallback - 1 : fallback + 3]] == [1, 1, 1, 1]


def test_without_fallback_there_is_no_chart_of_it(tmp_path: Path) -> None:
    made(tmp_path, ledger([Standing(Outcome.CARD)]))
    assert len(charts(tmp_path)) == 2


def test_the_summary_counts_the_requests(tmp_path: Path) -> None:
    book = made(tmp_path, ledger(every_standing()))
    assert counts(book, "Accepted") == {"Accepted": 1, "In doubt": 1}


def test_what_needs_attention_says_why_and_what_to_do(tmp_path: Path) -> None:
    options = ReportOptions(
        code_help=lambda code: CodeHelp(Words({"MK:0010": "empty number"}.get(code, "")))
    )
    book = made(tmp_path, ledger(every_standing()), options)
    _, *rows = texts(book, "Needs attention")
    assert [row[3] for row in rows] == ["Not delivered", "No news", "Refused", "In doubt"]
    assert rows[0][4:8] == [
        "The carrier could not deliver it.",
        "MK:0010",
        "empty number",
        "Check the number, or reach the person another way.",
    ]


def test_the_fallback_sheet_says_who_saw_plain_sms_and_why(tmp_path: Path) -> None:
    _, *rows = texts(made(tmp_path, ledger(every_standing())), "Fallback")
    assert [row[2] for row in rows] == [phone(row) for row in range(1, 5)]
    assert len({row[3] for row in rows}) == len(FallbackReason)


def test_no_cell_is_a_formula_and_every_phone_is_text(tmp_path: Path) -> None:
    book = made(tmp_path, ledger(every_standing()))
    kinds = {
        cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row
    }
    assert "f" not in kinds
    phones = [row[2] for row in book["All rows"].iter_rows(min_row=2)]
    assert {(cell.data_type, cell.number_format) for cell in phones} == {("s", "@")}


def test_headers_stay_in_sight_and_columns_are_wide_enough(tmp_path: Path) -> None:
    book = made(tmp_path, ledger(every_standing()))
    for name in SHEETS[1:]:
        assert book[name].freeze_panes == "A2"
        assert book[name].auto_filter.ref
    assert book["All rows"].column_dimensions["I"].width >= 36


def test_a_long_list_is_cut_and_says_so(tmp_path: Path) -> None:
    many = ledger([Standing(Outcome.UNDELIVERED, code="MK:0010") for _ in range(12)])
    book = made(tmp_path, many, ReportOptions(rows_max=5))
    for name in ("All rows", "Needs attention"):
        rows = texts(book, name)
        assert len(rows) == 1 + 5 + 1
        assert rows[-1][0] == "Cut here: 5 of 12 rows are shown. The whole list is in outcomes.csv."
    assert counts(book, "Not delivered")["Not delivered"] == 12


def test_a_list_that_is_just_full_is_not_called_cut(tmp_path: Path) -> None:
    book = made(tmp_path, ledger([Standing(Outcome.CARD)] * 5), ReportOptions(rows_max=5))
    assert len(texts(book, "All rows")) == 1 + 5


def test_an_empty_list_says_that_it_is_empty(tmp_path: Path) -> None:
    book = made(tmp_path, ledger([Standing(Outcome.CARD)]))
    assert texts(book, "Needs attention")[1][0] == "Nothing needs attention."
    assert texts(book, "Rejected")[1][0] == "Every row could be sent to."


@pytest.mark.parametrize("language", Language)
def test_every_text_fits_its_language(tmp_path: Path, language: Language) -> None:
    book = made(tmp_path, ledger(every_standing()), ReportOptions(language=language))
    title = texts(book, book.sheetnames[0])[0][0]
    assert (
        title
        == {
            Language.EN: "Campaign report: members-2026-11",
            Language.ZH: "活动发送报告: members-2026-11",
        }[language]
    )
    assert book.sheetnames[1] == {Language.EN: "Needs attention", Language.ZH: "需要处理"}[language]


def test_the_font_has_chinese_glyphs(tmp_path: Path) -> None:
    book = made(tmp_path, ledger(every_standing()))
    fonts = {
        cell.font.name for sheet in book.worksheets for row in sheet.iter_rows() for cell in row
    }
    assert fonts == {"Microsoft YaHei"}


def test_a_chinese_workbook_says_headings_and_codes_in_chinese_with_the_code_beside(
    tmp_path: Path,
) -> None:
    book = made(tmp_path, ledger(every_standing()), ReportOptions(language=Language.ZH))
    assert all(re.search(r"[\u4e00-\u9fff]", name) for name in book.sheetnames)
    heads, *rows = texts(book, book.sheetnames[4])
    assert heads[:6] == [
        *("工作表（sheet）", "行号（row）", "手机号（phone）"),
        *("结果（outcome）", "原因（reason）", "通道（channel）"),
    ]
    assert all(re.search(r"（[a-z_]+）$", str(head)) for head in heads)
    said = {str(row[3]) for row in rows}
    assert {re.sub(r".*（(\w+)）", r"\1", text) for text in said} == {str(one) for one in Outcome}
    assert all(re.match(r"[\u4e00-\u9fff]", text) for text in said)
    assert "（handset_unsupported）" in str(rows[1][4])
    rejected_heads, first, *_ = texts(book, book.sheetnames[3])
    assert rejected_heads[: len(HEADER)] == list(HEADER)
    assert str(rejected_heads[-1]).endswith("（koosend_mend）")
    assert re.search(r"[\u4e00-\u9fff].*（phone_too_short）", str(first[-3]))


def test_an_english_workbook_keeps_the_codes_of_the_csv_files(tmp_path: Path) -> None:
    heads, first, *_ = texts(made(tmp_path, ledger(every_standing())), "All rows")
    assert heads[3:5] == ["outcome", "reason"]
    assert first[3] == "card"
