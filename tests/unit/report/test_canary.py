"""What the first recipients decided, and what KooMessage counts by day, in page and workbook."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.core.canary import CanaryCount, Verdict
from pipeline.core.model import Channel
from pipeline.core.outcome import Outcome, Standing
from pipeline.language import Language
from pipeline.ports import CanaryRecord, DaysCompared, Drift
from pipeline.report.figures.canary import DAYS, FIRST, VERDICTS, first_says
from pipeline.report.options import ReportOptions
from pipeline.report.write import write_report
from tests.support.html_page import ReadPage, read_page
from tests.support.report import AT, RUN, TableLedger, block, record, submission

COUNT = CanaryCount(failed=40, no_card=30, cards=900, reached=20, unknown=10)
STOPPED = CanaryRecord(AT + 10, Verdict.STOPPED, COUNT, "a note")
OVERRIDDEN = replace(STOPPED, at=AT + 70, verdict=Verdict.OVERRIDDEN)
DIFFERS = DaysCompared(AT, (Drift("2026-09-21", "700000001", 3500, 3000),))


def written(
    folder: Path, decided: tuple[CanaryRecord, ...] = (), options: ReportOptions | None = None
) -> tuple[ReadPage, list[str]]:
    """Write a report, and return its page and the texts of its summary."""
    channel = Channel.SMS if options and options.language is Language.ZH else Channel.AIM
    requests = (submission(0, 0, 2),)
    places = [block([Standing(Outcome.CARD), Standing(Outcome.CARD)], requests, [0, 0])]
    ledger = TableLedger(record(2, 2, channel), places, (), requests, decided=decided)
    files = write_report(ledger, RUN, folder, options)
    sheet = openpyxl.load_workbook(files.workbook).worksheets[0]
    cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    return read_page(files.page.read_text(encoding="utf-8")), cells


def test_a_run_without_them_says_nothing_of_either(tmp_path: Path) -> None:
    page, cells = written(tmp_path)
    assert not {"first", "daily"} & set(page.sections)
    assert not {FIRST.en, DAYS.en} & set(cells)


def test_what_the_first_recipients_decided_stands_in_page_and_summary(tmp_path: Path) -> None:
    page, cells = written(tmp_path, (STOPPED,))
    assert page.counts("first.") == {
        "cards": 900,
        "no_card": 30,
        "reached": 20,
        "failed": 40,
        "unknown": 10,
        "all": 1000,
    }
    says = first_says((STOPPED,), RUN)
    assert says is not None
    assert "1,000" in says.of(Language.EN)
    assert f"koosend run {RUN} --after-canary" in says.of(Language.EN)
    assert f"koosend run {RUN} --after-canary" in says.of(Language.ZH)
    assert says.of(Language.EN) in page.words("en")
    assert says.of(Language.ZH) in page.words("zh-CN")
    assert says.of(Language.EN) in cells


def test_a_persons_decision_stands_behind_the_one_it_overrides(tmp_path: Path) -> None:
    page, cells = written(tmp_path, (STOPPED, OVERRIDDEN))
    shown = page.texts["en"]
    stopped, decided = (VERDICTS[one].en for one in (Verdict.STOPPED, Verdict.OVERRIDDEN))
    assert [one for one in shown if one in {stopped, decided}] == [stopped, decided]
    assert any(decided in cell for cell in cells)


def test_without_cards_only_delivery_counts(tmp_path: Path) -> None:
    options = ReportOptions(language=Language.ZH)
    page, cells = written(tmp_path, (STOPPED,), options)
    assert page.counts("first.") == {"reached": 950, "failed": 40, "unknown": 10, "all": 1000}
    assert FIRST.of(Language.ZH) in cells


@pytest.mark.parametrize("language", Language)
def test_days_that_differ_stand_with_both_counts(tmp_path: Path, language: Language) -> None:
    options = ReportOptions(language=language, compared=DIFFERS)
    page, cells = written(tmp_path, options=options)
    assert page.counts("daily.2026-09-21.") == {"theirs": 3500, "ours": 3000}
    assert {DAYS.of(language), "2026-09-21", "3500", "3000"} <= set(cells)


def test_days_that_agree_are_one_sentence(tmp_path: Path) -> None:
    page, cells = written(tmp_path, options=ReportOptions(compared=DaysCompared(AT, ())))
    assert "daily" in page.sections
    assert any("as many numbers as the ledger" in cell for cell in cells)
    assert not page.counts("daily.2026")
