import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.canary import CanaryCount, Verdict
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Rejection, RunId
from pipeline.core.outcome import FallbackReason, Outcome, Standing
from pipeline.language import Bilingual, Language
from pipeline.ports import CanaryRecord, OutcomeBlock
from pipeline.report.figures.figures import GROUPS_MAX
from pipeline.report.options import CodeHelp, ReportOptions
from pipeline.report.texts.outcomes import OUTCOMES
from pipeline.report.texts.rejections import REJECTIONS
from pipeline.report.write import write_report
from tests.support.html_page import ReadPage, read_page
from tests.support.report import RUN, TableLedger, block, every_standing, record, submission

UNSENT = {Outcome.INVALID, Outcome.DUPLICATE, Outcome.SUPPRESSED}


def ledger(standings: list[Standing], channel: Channel = Channel.AIM) -> TableLedger:
    places = [-1 if one.outcome in UNSENT else 0 for one in standings]
    table = [submission(0, 0, places.count(0)), submission(1, 0, 5, State.IN_DOUBT)]
    return TableLedger(
        record(len(standings), places.count(0), channel),
        [block(standings, table, places)],
        (),
        tuple(table),
    )


def text_of(folder: Path, one: TableLedger, options: ReportOptions | None = None) -> str:
    return write_report(one, RUN, folder, options).page.read_text(encoding="utf-8")


def made(folder: Path, one: TableLedger, options: ReportOptions | None = None) -> ReadPage:
    return read_page(text_of(folder, one, options))


def test_the_page_has_its_sections_in_reading_order(tmp_path: Path) -> None:
    assert made(tmp_path, ledger(every_standing())).sections == [
        *("verdict", "funnel", "fallback", "segments", "failures", "unsent", "cost", "timeline"),
        *("outcomes", "requests", "about"),
    ]


def test_a_channel_without_cards_says_nothing_of_cards(tmp_path: Path) -> None:
    page = made(tmp_path, ledger([Standing(Outcome.SMS)], Channel.SMS))
    assert "fallback" not in page.sections
    assert "funnel.card" not in page.figures


def test_the_figures_are_those_of_the_rows(tmp_path: Path) -> None:
    standings = every_standing() * 3
    page = made(tmp_path, ledger(standings))
    expected = Counter(one.outcome for one in standings)
    assert page.counts("outcome.") == {**{str(o): n for o, n in expected.items()}, "all": 54}
    assert page.counts("funnel.") == {
        "rows": 54,
        "sendable": 45,
        "taken": 33,
        "reached": 24,
        "card": 3,
    }
    assert page.counts("fallback.") == dict.fromkeys(map(str, FallbackReason), 3)
    assert page.counts("tile.") == {
        "reached": 24,
        "card": 3,
        "fallback": 12,
        "attention": 12,
        "unsent": 12,
        "pending": 3,
        "waiting": 6,
    }
    assert page.counts("requests.") == {"accepted": 1, "in_doubt": 1}


def test_failures_stand_by_code_with_what_it_means_and_what_to_do(tmp_path: Path) -> None:
    def help_with(code: str) -> CodeHelp:
        known = CodeHelp(Bilingual("not in service", "停机"), Bilingual("Check it.", "请核对。"))
        return known if code == "MK:0010" else CodeHelp()

    page = made(tmp_path, ledger(every_standing()), ReportOptions(code_help=help_with))
    assert page.counts("failure.") == {
        "undelivered.MK:0010": 1,
        "expired.": 1,
        "refused.E200041": 1,
        "in_doubt.": 1,
    }
    assert "not in service" in page.words("en")
    assert "Check it." in page.words("en")
    assert "停机" in page.words("zh-CN")
    assert "请核对。" in page.words("zh-CN")


def test_no_code_can_advise_to_send_again_what_is_in_doubt(tmp_path: Path) -> None:
    careless = ReportOptions(code_help=lambda _: CodeHelp(advice=Bilingual("Rerun.", "重发。")))
    page = made(tmp_path, ledger([Standing(Outcome.IN_DOUBT, code="504")]), careless)
    assert "Rerun." not in page.words("en")
    assert OUTCOMES[Outcome.IN_DOUBT].advice.en in page.words("en")


def test_rows_that_were_not_sent_to_say_how_to_mend_them(tmp_path: Path) -> None:
    for at in range(0, len(Rejection), GROUPS_MAX):
        reasons = list(Rejection)[at : at + GROUPS_MAX]
        standings = [Standing(Outcome.INVALID, reason) for reason in reasons for _ in range(2)]
        page = made(tmp_path, ledger(standings))
        assert page.counts("unsent.") == {f"invalid.{reason}": 2 for reason in reasons}
        for reason in reasons:
            wrong, mend = REJECTIONS[reason]
            assert {wrong.en, mend.en} <= set(page.texts["en"])
            assert {wrong.of(Language.ZH), mend.of(Language.ZH)} <= set(page.texts["zh-CN"])


def test_more_codes_than_there_is_room_for_are_counted_together(tmp_path: Path) -> None:
    standings = [Standing(Outcome.UNDELIVERED, code=f"C{n:02}") for n in range(40)]
    page = made(tmp_path, ledger(standings))
    assert len(page.counts("failure.")) == 30
    assert page.count("others") == 10


def test_a_page_whose_books_do_not_balance_says_so(tmp_path: Path) -> None:
    broken = ledger([Standing(Outcome.CARD)])
    broken.record = record(2, 2)
    assert "do not balance: 2 rows were read, 1 has" in made(tmp_path, broken).figures["books"][0]


class CountingLedger(TableLedger):
    """Counts how often all rows are read."""

    readings = 0

    def outcomes(self, run: RunId) -> Iterator[OutcomeBlock]:
        CountingLedger.readings += 1
        return super().outcomes(run)


def test_the_rows_are_read_once_for_all_files(tmp_path: Path) -> None:
    one = ledger(every_standing())
    before = CountingLedger.readings
    made(tmp_path, CountingLedger(one.record, one.blocks, (), one.requests))
    assert CountingLedger.readings == before + 1


def test_a_run_without_rows_has_a_whole_page(tmp_path: Path) -> None:
    page = made(tmp_path, TableLedger(record(0, 0), []))
    assert page.count("funnel.rows") == 0
    assert page.unclosed == []


@pytest.mark.parametrize("language", Language)
def test_both_languages_are_in_the_page_and_the_asked_one_is_shown(
    tmp_path: Path, language: Language
) -> None:
    text = text_of(tmp_path, ledger(every_standing()), ReportOptions(language=language))
    page = read_page(text)
    checked = re.findall(r'<input [^>]*id="language-(\w+)" checked[ >]', text)
    assert checked == [language.value]
    assert page.attributes[0] == ("html", "lang", {"en": "en", "zh": "zh-CN"}[language.value])
    assert len(page.texts["en"]) == len(page.texts["zh-CN"]) > 100


def test_no_english_is_left_where_chinese_is_shown(tmp_path: Path) -> None:
    page = made(tmp_path, ledger(every_standing()))
    chinese = set("".join(page.texts["zh-CN"]))
    assert not any("\u4e00" <= one <= "\u9fff" for one in "".join(page.texts["en"]))
    assert any("\u4e00" <= one <= "\u9fff" for one in chinese)


def test_the_page_loads_links_and_runs_nothing(tmp_path: Path) -> None:
    text = text_of(tmp_path, ledger(every_standing()))
    page = read_page(text)
    assert not {"script", "link", "img", "iframe", "a", "form", "object"} & set(page.tags)
    assert not re.search(r"https?:|//|url\(|@import|\bon\w+=", text)
    (policy,) = [value for tag, name, value in page.attributes if value.startswith("default-src")]
    rules = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{rules}'")


def test_no_whole_number_stands_in_the_page_wherever_it_came_from(tmp_path: Path) -> None:
    one = ledger([Standing(Outcome.SKIPPED, "asked by 13800138000", code="+86 138 0013 8000")])
    plan = replace(
        one.record.plan,
        campaign="给 13800138000 的测试",
        source_path="/lists/8613800138000.xlsx",
        campaign_path="１３８0013８000.toml",
    )
    one.record = replace(one.record, plan=plan)
    text = text_of(tmp_path, one)
    assert "138****8000" in text
    assert not re.search(r"[1１][3-9３-９]\d[ -]?\d{4}[ -]?\d{4}", text)


def test_the_page_is_dressed_for_dark_screens_and_for_paper(tmp_path: Path) -> None:
    style = made(tmp_path, ledger(every_standing())).style
    for media in ("prefers-color-scheme: dark", "print", "max-width: 640px"):
        assert media in style


def test_who_got_a_video_in_place_of_the_card_is_counted_by_reason_beside_the_sms(
    tmp_path: Path,
) -> None:
    reason = FallbackReason.HANDSET_UNSUPPORTED
    standings = [Standing(Outcome.FALLBACK_SMS, reason)] * 3 + [Standing(Outcome.VIDEO, reason)] * 2
    page = made(tmp_path, ledger(standings))
    assert page.counts("fallback.") == {str(reason): 3}
    assert page.counts("video.") == {str(reason): 2}


def test_rows_that_the_first_recipients_hold_back_are_not_told_to_be_run_again(
    tmp_path: Path,
) -> None:
    stopped = ledger([Standing(Outcome.PENDING)] * 2)
    assert "run the campaign again" in made(tmp_path, stopped).words("en")
    count = CanaryCount(failed=2)
    stopped.decided = (CanaryRecord(1.0, Verdict.STOPPED, count, "a note"),)
    told = made(tmp_path, stopped).words("en")
    assert "run the campaign again" not in told
    assert "held back: the first recipients stopped" in told
