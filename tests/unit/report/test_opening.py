"""The first lines of both reports: which list, how it went in one sentence, what to do next."""

from pathlib import Path

import pytest

from pipeline.core.outcome import Outcome, Standing
from pipeline.language import Language
from pipeline.report.options import ReportOptions
from pipeline.report.write import write_report
from tests.support.html_page import read_page
from tests.support.report import RUN, TableLedger, block, record, submission

FILE = "campaigns/members.toml"


def written(folder: Path, *outcomes: Outcome, language: Language = Language.EN) -> str:
    standings = [Standing(outcome) for outcome in outcomes]
    rows = len(standings)
    blocks = [block(standings, [submission(0, 0, rows)], [0] * rows)] if rows else []
    ledger = TableLedger(record(rows, rows), blocks)
    options = ReportOptions(language=language)
    return write_report(ledger, RUN, folder, options).page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("outcomes", "tone", "says", "then"),
    [
        ([Outcome.CARD, Outcome.UNDELIVERED], "good", "1 of 2 people who were sent a", ""),
        ([Outcome.CARD, Outcome.SUBMITTED], "good", "got it so far (50.0%)", f"reconcile {FILE}"),
        ([Outcome.SUBMITTED], "fair", "news of 1 person is still to come", f"reconcile {FILE}"),
        ([Outcome.UNDELIVERED, Outcome.EXPIRED], "bad", "none of 2 messages that", ""),
        ([Outcome.REFUSED], "bad", "nothing was sent.", f"rerun {RUN}"),
        ([Outcome.PENDING] * 2, "bad", "2 rows are still to be sent", f"run {FILE}"),
        ([Outcome.IN_DOUBT], "bad", "1 row is in doubt, and may have", f"doubts {RUN}"),
        ([], "bad", "nothing was sent.", ""),
    ],
)
def test_one_sentence_says_how_it_went_and_is_red_where_nobody_was_reached(
    tmp_path: Path, outcomes: list[Outcome], tone: str, says: str, then: str
) -> None:
    text = written(tmp_path, *outcomes)
    page = read_page(text)
    assert f'<p class="say {tone}" data-figure="verdict">' in text
    assert says in page.words("en")
    assert "List members.csv, 2026-09-21." in page.words("en")
    assert (f"Next: koosend {then}" in page.words("en")) is bool(then)
    assert ('data-figure="next"' in text) is bool(then)
    assert text.index('data-figure="verdict"') < text.index('class="tiles"')


def test_it_is_said_in_chinese_too(tmp_path: Path) -> None:
    page = read_page(written(tmp_path, Outcome.UNDELIVERED, language=Language.ZH))
    assert "尚不知有人收到" in page.words("zh-CN")
