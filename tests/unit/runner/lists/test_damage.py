"""A list of which too much is invalid is not sent, and the sentence says what its rows share."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from pipeline.core.errors import SourceDamaged
from pipeline.ledger import SqliteLedger
from pipeline.runner.planning.plan import Planned
from pipeline.settings import load_campaign
from tests.support.command import Desk
from tests.support.fakes import ManualClock
from tests.support.planning import plan_run

HEADER = ("手机号", "姓名", "积分")
GOOD = [(f"1390000{at:04d}", f"会员{at}", "5") for at in range(20)]
BAD = [("无", "会员", "5")]

Rows = Sequence[Sequence[str]]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    with closing(SqliteLedger(tmp_path / "state")) as opened:
        yield opened


def planned(ledger: SqliteLedger, folder: Path, rows: Rows, limits: str = "") -> Planned:
    """Plan a workbook of these rows, with the limits of a campaign file that names none."""
    book = openpyxl.Workbook()
    for row in (HEADER, *rows):
        book.worksheets[0].append(list(row))
    book.save(folder / "members.xlsx")
    return of_workbook(ledger, folder, limits)


def of_workbook(ledger: SqliteLedger, folder: Path, limits: str = "") -> Planned:
    file = Desk(folder).write_campaign(source="members.xlsx")
    text = file.read_text(encoding="utf-8").replace("max_rejected_share = 1\n", limits)
    file.write_text(text, encoding="utf-8")
    campaign = load_campaign(file, 0.0)
    return plan_run(campaign, ledger, ManualClock(), again=False, progress=lambda _: None)


@pytest.mark.parametrize(
    ("rows", "limits", "sentence"),
    [
        (
            [*GOOD[:15], *BAD * 4],
            "",
            (
                "4 of 19 rows of members.xlsx cannot be sent to, more than [limits] "
                "max_rejected_share = 0.2 allows; nothing was sent: 4 of these rows, column "
                "手机号: the phone cell holds something other than a number; put only the 11 "
                "digits of the number there; koosend check "
            ),
        ),
        (
            [*GOOD, *BAD],
            "max_rejected_share = 0\n",
            "1 of 21 rows of members.xlsx cannot be sent to",
        ),
        (
            [(name, number, points) for number, name, points in GOOD],
            "",
            "but the column 姓名 looks like the phone numbers; exchange the two columns",
        ),
        (
            [(*row[:2], "") for row in GOOD],
            "",
            "20 of these rows, column 积分: a value that the message needs is empty; fill in the",
        ),
        ([], "", "members.xlsx has 0 people to send to, fewer than [limits] min_recipients = 1"),
        (GOOD[:9], "min_recipients = 10\n", "members.xlsx has 9 people to send to, fewer than"),
        ([GOOD[0]] * 3, "min_recipients = 2\n", "members.xlsx has 1 person to send to"),
    ],
)
def test_a_damaged_list_is_refused_and_nothing_of_it_is_planned(
    ledger: SqliteLedger, tmp_path: Path, rows: Rows, limits: str, sentence: str
) -> None:
    with pytest.raises(SourceDamaged) as refused:
        planned(ledger, tmp_path, rows, limits)
    assert sentence in str(refused.value)
    assert "1390000" not in str(refused.value)
    assert ledger.runs() == ()


def test_a_column_that_is_merged_downwards_is_called_merged(
    ledger: SqliteLedger, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(("九月名单",))
    for row in (HEADER, *GOOD):
        sheet.append(list(row))
    for top in range(3, 20, 5):
        sheet.merge_cells(start_row=top, end_row=top + 4, start_column=3, end_column=3)
    book.save(tmp_path / "members.xlsx")
    with pytest.raises(SourceDamaged, match="since its cells are merged downwards"):
        of_workbook(ledger, tmp_path)


@pytest.mark.parametrize(
    ("rows", "limits"),
    [
        ([*GOOD[:16], *BAD * 4], ""),
        ([*GOOD[:1], *BAD * 9], "max_rejected_share = 1\n"),
        ([GOOD[0]] * 9, ""),
        ([], "min_recipients = 0\n"),
    ],
)
def test_a_list_within_its_limits_is_planned(
    ledger: SqliteLedger, tmp_path: Path, rows: Rows, limits: str
) -> None:
    assert planned(ledger, tmp_path, rows, limits).record.rows == len(rows)


def test_rows_that_screening_leaves_out_are_people_and_no_damage(
    ledger: SqliteLedger, tmp_path: Path
) -> None:
    (tmp_path / "left_out.txt").write_text("\n".join(row[0] for row in GOOD), encoding="utf-8")
    limits = 'min_recipients = 20\n\n[screening]\nsuppress_files = ["left_out.txt"]\n'
    found = planned(ledger, tmp_path, GOOD, limits)
    assert (found.record.rows, found.record.recipients) == (20, 0)
