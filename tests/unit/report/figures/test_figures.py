"""What a report counts beside the outcomes: parts, segments, replies, reruns, links."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.model import Channel, RunId, SmsLeg, TaskId, Value
from pipeline.core.outcome import FallbackReason, Outcome, Standing
from pipeline.core.pricing import Prices
from pipeline.core.templates import SmsTemplate, Templates, Variable, VariableKind
from pipeline.language import Language
from pipeline.ports import KeptReply, OutcomeBlock, Reply, RunRecord
from pipeline.report.figures.family import write_family
from pipeline.report.figures.lineage import family_of
from pipeline.report.options import ReportOptions
from pipeline.report.write import write_report
from tests.support.html_page import ReadPage, read_page
from tests.support.report import AT, RUN, TableLedger, block, phone, record, submission
from tests.support.workbooks import sheet_texts

TEXT = Variable("1", VariableKind.TEXT)
LINK = Variable("2", VariableKind.NEWTEXT)
TEMPLATES = Templates(
    sms=SmsTemplate("15010661", "${1}" + "x" * 60 + "${2}", (TEXT, LINK)),
    card_vendors=(("HuaWei", True), ("OPPO", False)),
)
LEG = SmsLeg("1069", "15010661", "云商城", "app", (Value(0),))


def a_ledger(standings: list[Standing], channel: Channel = Channel.AIM) -> TableLedger:
    found = record(len(standings), len(standings), channel)
    message = replace(found.plan.message, sms=LEG, fields=("name",))
    plan = replace(found.plan, message=message, templates=TEMPLATES)
    sent = submission(0, 0, len(standings))
    rows = block(standings, [sent], [0] * len(standings))
    return TableLedger(replace(found, plan=plan), [rows], (), (sent,))


def lines_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def page_of(ledger: TableLedger, folder: Path, options: ReportOptions | None = None) -> ReadPage:
    return read_page(write_report(ledger, RUN, folder, options).page.read_text(encoding="utf-8"))


CARD = Standing(Outcome.CARD, evidence="page:1")
PLAIN = Standing(Outcome.FALLBACK_SMS, FallbackReason.HANDSET_UNSUPPORTED, evidence="page:1")


def test_the_parts_of_an_sms_are_what_receipts_say_else_as_long_as_its_text_is(
    tmp_path: Path,
) -> None:
    ledger = a_ledger([CARD, PLAIN, CARD])
    ledger.sms_parts = {(TaskId(ledger.requests[0].task_id or ""), phone(1)): 5}
    files = write_report(ledger, RUN, tmp_path)
    assert [line["parts"] for line in lines_of(files.outcomes)] == ["2", "5", "2"]
    page = read_page(files.page.read_text(encoding="utf-8"))
    assert page.count("cost.sms_part.charged") == 9
    assert page.count("cost.parse.charged") == 2


def test_costs_are_in_yuan_with_prices_and_in_pieces_without(tmp_path: Path) -> None:
    ledger = a_ledger([CARD, PLAIN])
    priced = ReportOptions(prices=Prices(sms=45_000, parse=20_000))
    page = page_of(ledger, tmp_path, priced)
    assert page.figures["cost.sms_part.yuan"] == ["0.18"]
    assert "Charged 0.20 yuan so far" in page.words("en")
    without = page_of(ledger, tmp_path)
    assert "cost.sms_part.yuan" not in without.figures
    assert "only pieces are counted" in without.words("en")


def test_who_did_not_see_the_card_stands_by_the_segments_first_carrier_and_place(
    tmp_path: Path,
) -> None:
    page = page_of(a_ledger([CARD, PLAIN, PLAIN]), tmp_path)
    assert page.counts("carrier.") == {"China Mobile": 2}
    assert sum(page.counts("place.").values()) == 2
    assert "Numbers are portable" in page.words("en")
    assert "the card was active for HuaWei." in page.words("en")
    assert "OPPO" in page.words("zh-CN")


def test_replies_count_by_the_task_they_name_else_by_number_and_time(tmp_path: Path) -> None:
    ledger = a_ledger([CARD, PLAIN])
    task = ledger.requests[0].task_id or ""

    def reply(who: str, at: float, task: str = "", *, opts_out: bool = False) -> KeptReply:
        unclear = "" if opts_out else "asks"
        return KeptReply(1, at, Reply(who, "T", "", task, opts_out, unclear))

    ledger.answered = (
        reply(phone(0), AT + 10, opts_out=True),
        reply(phone(1), AT + 20, task),
        reply(phone(1), AT + 30, "another-task"),
        reply("19900000000", AT + 40),
        reply(phone(0), AT - 10),
        reply(phone(0), AT + 9 * 86_400),
    )
    page = page_of(ledger, tmp_path)
    assert "2 replies came" in page.words("en")
    assert "1 of them opts out" in page.words("en")
    assert "1 reply may opt out" in page.words("en")
    assert "replies" not in page_of(a_ledger([CARD]), tmp_path).sections


def test_a_run_of_links_speaks_of_links_and_not_of_messages(tmp_path: Path) -> None:
    unseen = Standing(Outcome.EXPIRED, FallbackReason.NOT_PARSED_BEFORE_EXPIRY, evidence="silence")
    ledger = a_ledger([CARD, unseen, unseen], Channel.LINKS_ONLY)
    page = page_of(ledger, tmp_path)
    assert page.counts("funnel.") == {"rows": 3, "sendable": 3, "taken": 3, "card": 1}
    assert page.counts("tile.") == {"taken": 3, "card": 1, "fallback": 2, "attention": 0}
    assert page.counts("fallback.") == {"not_parsed_before_expiry": 2}
    assert page.count("cost.parse.charged") == 1
    assert page.count("cost.parse.open") == 0
    assert "Expired unseen" in page.texts["en"]
    assert "KooMessage took it, but 72 hours brought no news." not in page.texts["en"]
    summary = sheet_texts(tmp_path / "report.xlsx", "Summary")
    assert any("3 links were made for 3 rows" in text for text in summary)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("1 link may still be opened until it expires.", "Link made", "3 links were made")),
        ("zh-CN", ("1 个链接在到期前仍可能被打开。", "链接已生成", "共生成 3 个链接")),
    ],
)
def test_links_that_may_still_be_opened_are_no_messages_that_wait_for_news(
    tmp_path: Path, language: str, words: tuple[str, ...]
) -> None:
    made = Standing(Outcome.SUBMITTED)
    page = page_of(a_ledger([CARD, CARD, made], Channel.LINKS_ONLY), tmp_path)
    for word in words:
        assert word in page.words(language)
    for other in ("72", "no news of delivery", "message was", "messages were", "messages per"):
        assert other not in page.words("en")


def a_rerun(ledger: TableLedger, standings: list[Standing]) -> tuple[RunRecord, OutcomeBlock]:
    """Return a rerun of the ledger's rows 1 and on."""
    first = ledger.record
    plan = replace(
        first.plan, run=RunId("rerun001"), meaning=f'{{"rerun_of": "{RUN}"}}', planned_at=AT + 900
    )
    rows = block(standings, [submission(1, 0, len(standings))], [0] * len(standings))
    lines = [line + 1 for line in rows.lines]
    return replace(first, plan=plan, started_at=AT + 901), replace(rows, lines=lines)


class Family(TableLedger):
    """A ledger that also has one rerun."""

    again: OutcomeBlock

    def outcomes(self, run: RunId) -> Iterator[OutcomeBlock]:
        return iter([self.again] if run == "rerun001" else self.blocks)


def test_a_run_and_its_reruns_are_told_together_each_row_once(tmp_path: Path) -> None:
    failed = Standing(Outcome.UNDELIVERED, code="MK:0012", evidence="page:1")
    plain = a_ledger([CARD, failed, failed])
    ledger = Family(plain.record, plain.blocks, (), plain.requests)
    rerun, ledger.again = a_rerun(plain, [PLAIN, failed])
    ledger.earlier = (rerun,)
    files = write_report(ledger, RUN, tmp_path)
    assert files.family is not None
    assert [(line["run"], line["row"], line["outcome"]) for line in lines_of(files.family)] == [
        (RUN, "2", "card"),
        ("rerun001", "3", "fallback_sms"),
        ("rerun001", "4", "undelivered"),
    ]
    page = read_page(files.page.read_text(encoding="utf-8"))
    assert page.counts("family.") == {"card": 1, "fallback_sms": 1, "undelivered": 1}
    assert [run.plan.run for run in family_of(ledger, rerun)] == [RUN, "rerun001"]
    with (tmp_path / "again.csv").open("w", encoding="utf-8") as file:
        assert write_family(ledger, family_of(ledger, rerun), file).tally.rows == 3


def test_the_workbooks_summary_says_all_of_it_in_its_language(tmp_path: Path) -> None:
    ledger = a_ledger([CARD, PLAIN])
    write_report(ledger, RUN, tmp_path, ReportOptions(language=Language.ZH))
    texts = sheet_texts(tmp_path / "report.xlsx", "概览")
    for said in ("费用", "未看到卡片的号段分布", "号段原归属运营商", "短信（按拆分条数）"):
        assert said in texts
