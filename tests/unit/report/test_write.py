import csv
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.core.errors import Exit, LedgerUnwritable, ReportUnwritable, UsageError
from pipeline.core.model import Channel, Rejection, RunId
from pipeline.core.outcome import Outcome, Standing
from pipeline.language import Text
from pipeline.ports import Marks, OutcomeBlock, Rejects
from pipeline.report.figures.frames import OUTCOME_COLUMNS, REJECT_COLUMNS
from pipeline.report.options import ReportOptions
from pipeline.report.write import write_report
from tests.support.report import (
    HEADER,
    RUN,
    TableLedger,
    block,
    phone,
    record,
    rejected,
    submission,
)
from tests.support.source import ROOT


def small() -> TableLedger:
    standings = [
        Standing(Outcome.CARD, evidence="page:1"),
        Standing(Outcome.INVALID, Rejection.PHONE_TOO_SHORT),
        Standing(Outcome.UNDELIVERED, code="MK:0010", evidence="page:1"),
    ]
    table = [submission(0, 0, 2)]
    bad = rejected(1, Rejection.PHONE_TOO_SHORT, ("=1+1", "1380013", "a,b\nc"))
    return TableLedger(
        record(3, 2),
        [block(standings, table, [0, -1, 0])],
        [Rejects("Sheet1", HEADER, (bad,))],
        tuple(table),
    )


def rows_of(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(raw.decode("utf-8-sig").splitlines(keepends=True)))


def test_every_row_read_is_one_line_in_source_order(tmp_path: Path) -> None:
    files = write_report(small(), RUN, tmp_path)
    header, *lines = rows_of(files.outcomes)
    assert tuple(header) == OUTCOME_COLUMNS
    assert [line[2:4] for line in lines] == [
        [phone(0), "card"],
        [phone(1), "invalid"],
        [phone(2), "undelivered"],
    ]
    assert files.rows == 3


def test_rejected_rows_stand_under_their_own_headers(tmp_path: Path) -> None:
    header, line = rows_of(write_report(small(), RUN, tmp_path).rejected)
    assert header == [*HEADER, *REJECT_COLUMNS]
    assert line[:6] == ["'=1+1", "1380013", "a,b\nc", "Sheet1", "3", "phone_too_short"]


def test_a_run_without_rows_still_has_whole_files(tmp_path: Path) -> None:
    files = write_report(TableLedger(record(0, 0), []), RUN, tmp_path)
    assert rows_of(files.outcomes) == [list(OUTCOME_COLUMNS)]
    assert rows_of(files.rejected) == [list(REJECT_COLUMNS)]
    assert files.workbook.stat().st_size > 0


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_files_are_their_owners_only_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write_report(small(), RUN, tmp_path / "new" / "folder")
    finally:
        os.umask(before)
    folder = tmp_path / "new" / "folder"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {
        "outcomes.csv": 0o600,
        "rejected.csv": 0o600,
        "report.html": 0o600,
        "report.xlsx": 0o600,
    }
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_second_report_takes_the_place_of_the_first(tmp_path: Path) -> None:
    write_report(small(), RUN, tmp_path)
    write_report(TableLedger(record(0, 0, Channel.SMS), []), RUN, tmp_path)
    assert len(rows_of(tmp_path / "outcomes.csv")) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "outcomes.csv",
        "rejected.csv",
        "report.html",
        "report.xlsx",
    ]


def test_what_a_run_is_taken_for_by_now_takes_the_place_of_what_it_was_taken_for(
    tmp_path: Path,
) -> None:
    write_report(small(), RUN, tmp_path)
    rehearsal = ReportOptions(marks=Marks(rehearsal=True))
    files = write_report(small(), RUN, tmp_path, rehearsal)
    assert files.workbook.name == "rehearsal-report.xlsx"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "REHEARSAL-nobody-was-sent-anything.txt",
        "outcomes.csv",
        "rehearsal-report.html",
        "rehearsal-report.xlsx",
        "rejected.csv",
    ]
    write_report(small(), RUN, tmp_path, ReportOptions(marks=Marks(unknown_endpoint=True)))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "UNKNOWN-ENDPOINT.txt",
        "outcomes.csv",
        "rejected.csv",
        "report.html",
        "report.xlsx",
    ]


class DamagedLedger(TableLedger):
    """Fails in the middle of the rows."""

    def outcomes(self, run: RunId) -> Iterator[OutcomeBlock]:
        yield from super().outcomes(run)
        raise LedgerUnwritable(Text("the ledger is damaged"))


def test_a_report_that_fails_leaves_the_earlier_one_and_no_rests(tmp_path: Path) -> None:
    write_report(small(), RUN, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    good = small()
    with pytest.raises(LedgerUnwritable):
        write_report(DamagedLedger(good.record, good.blocks, good.parts), RUN, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_written_to_is_one_sentence_and_exit_73(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(ReportUnwritable, match=r"Not a directory.*koosend report") as stopped:
        write_report(small(), RUN, tmp_path / "file" / "folder")
    assert stopped.value.exit_code is Exit.REPORT_UNWRITABLE


def test_a_full_disk_is_one_sentence_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "temp").mkdir()
    report = tmp_path / "report"
    program = (
        "import resource, tempfile\n"
        "from pathlib import Path\n"
        "from pipeline.core.errors import ReportUnwritable\n"
        "from pipeline.core.outcome import Outcome, Standing\n"
        "from pipeline.report.write import write_report\n"
        "from tests.support.report import RUN, TableLedger, block, record, submission\n"
        "table = [submission(0, 0, 5000)]\n"
        "rows = block([Standing(Outcome.CARD)] * 5000, table, [0] * 5000)\n"
        "one = TableLedger(record(5000, 5000), [rows] * 4, (), tuple(table))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, 700_000))\n"
        "try:\n"
        f"    write_report(one, RUN, Path({str(report)!r}))\n"
        "except ReportUnwritable as stopped:\n"
        "    print(list(Path(tempfile.gettempdir()).iterdir()), stopped)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path / "temp")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.startswith("[] the report cannot be written to")
    assert ended.stderr == ""
    assert list(report.iterdir()) == []


def test_a_run_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="zzzzzzzz"):
        write_report(small(), RunId("zzzzzzzz"), tmp_path)
