"""The official SDK asks for counts per template and finds what the journal's truth adds up to."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from huaweicloudsdkkoomessage import v1 as sdk

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_clients import Call, caller
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.emulator_sdk import Sdk, phones, refusal_of, sdk_client, send_cards

PARAMETER = "KM.EMULATOR.PARAMETER"
DAY_S = 86_400
CHINA = timedelta(hours=8)
START = "2026-01-01T00:00:00Z"
Ask = Callable[[Call], Sdk]


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def sends(**fields: object) -> Ask:
    body = sdk.ListAimSendReportsRequestBody(**fields)
    return lambda call: call("list_aim_send_reports", sdk.ListAimSendReportsRequest(body=body))


def cards(**fields: object) -> Ask:
    wanted = {"tpl_ids": ["700000001"], "begin_time": START, "end_time": START, **fields}
    request = sdk.ListAimTemplateReportsRequest(
        body=sdk.ListAimTemplateReportsRequestBody(**wanted)
    )
    return lambda call: call("list_aim_template_reports", request)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorProcess]:
    folder: Path = tmp_path_factory.mktemp("emulator")
    with running_emulator(folder, EmulatorOptions(link_lifetime_s=3_600.0)) as emulator:
        client = sdk_client(emulator.url)
        send_cards(client, "first", phones(100))
        send_cards(client, "second", phones(50, 13_900_000_000))
        send_cards(client, "third", phones(20), tpl_id="700000002", dync_params={})
        emulator.advance(3 * DAY_S)
        yield emulator


@pytest.fixture(scope="module")
def span(shared: EmulatorProcess) -> dict[str, str]:
    sent = datetime.fromisoformat(shared.messages()[0]["at"])
    return {
        "begin_time": stamp(sent - timedelta(days=1)),
        "end_time": stamp(sent + timedelta(days=1)),
    }


def of_template(emulator: EmulatorProcess, *names: str) -> list[dict[str, Any]]:
    return [line for line in emulator.messages() if line["task_name"] in names]


def test_sends_are_counted_per_template_and_day(call: Call, shared: EmulatorProcess) -> None:
    answer = sends()(call)
    assert (answer.status, answer.message) == ("200", "success")
    rows = {row.tpl_id: row for row in answer.data.data_list}
    assert set(rows) == {"700000001", "700000002"}
    row, lines = rows["700000001"], of_template(shared, "first", "second")
    sent = datetime.fromisoformat(lines[0]["at"])
    assert row.report_time == (sent + CHINA).strftime("%Y-%m-%d")
    assert (row.submission_count, row.send_count, row.support_resolve_count) == (150, 150, 0)
    assert row.send_success_count == sum(line["truth"]["delivered"] for line in lines)
    shown = sum(line["truth"]["rendered"] == "card" for line in lines)
    assert row.resolve_success_count == shown
    assert row.tpl_name == "会员积分提醒"


def test_sends_are_counted_per_month_and_found_by_each_filter(
    call: Call, span: dict[str, str]
) -> None:
    assert {len(row.report_time) for row in sends(report_type="2")(call).data.data_list} == {7}
    assert sends(**span)(call).data.page_info.total == 2
    assert sends(begin_time=START, end_time=START)(call).data.page_info.total == 0
    assert sends(begin_time=START)(call).data.page_info.total == 2
    assert sends(tpl_id="700000002")(call).data.data_list[0].submission_count == 20
    assert sends(tpl_name="活动")(call).data.page_info.total == 1
    page = sends(offset=1, limit=1)(call).data
    assert (len(page.data_list), page.page_info.total) == (1, 2)
    past = sends(offset=9_901, limit=100)(call).data
    assert (past.data_list, past.page_info.total) == ([], 2)


def test_shown_cards_are_counted_per_template(
    call: Call, shared: EmulatorProcess, span: dict[str, str]
) -> None:
    wanted = ["700000001", "700000004", "799999999"]
    rows = cards(tpl_ids=wanted, **span)(call).template_reports
    assert [row.tpl_id for row in rows] == ["700000001", "700000004"]
    lines = of_template(shared, "first", "second")
    shown = sum(line["truth"]["rendered"] == "card" for line in lines)
    assert (rows[0].resolving_times, rows[0].expose_uv) == (shown, shown)
    assert rows[0].expose_pv >= rows[0].expose_uv >= rows[0].click_uv > 0
    assert rows[0].click_pv >= rows[0].click_uv
    assert (rows[0].start_time, rows[0].end_time) == (span["begin_time"], span["end_time"])
    assert rows[1].resolving_times == 0


def test_vendors_share_the_cards_that_were_shown(call: Call, span: dict[str, str]) -> None:
    def shown(*vendors: str) -> int:
        answer = cards(factory_type=list(vendors), **span)(call)
        count: int = answer.template_reports[0].resolving_times
        return count

    parts = [shown(vendor) for vendor in ("huawei", "xiaomi", "oppo", "vivo")]
    assert all(parts)
    assert shown("huawei", "xiaomi", "oppo", "vivo") == sum(parts) < shown()
    assert shown("samsung") == 0


def test_a_span_of_more_than_ninety_days_gives_nothing(call: Call) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    edge, past = begin + timedelta(days=90), begin + timedelta(days=90, seconds=1)
    assert len(cards(end_time=stamp(edge))(call).template_reports) == 1
    assert cards(end_time=stamp(past))(call).template_reports == []


def test_a_days_cards_are_seen_from_four_in_the_afternoon_of_the_next_day(
    tmp_path: Path,
) -> None:
    with running_emulator(tmp_path, EmulatorOptions(link_lifetime_s=10.0)) as emulator:
        send_cards(sdk_client(emulator.url), "one", phones(100))
        sent = datetime.fromisoformat(emulator.messages()[0]["at"]) + CHINA
        midnight = sent.replace(hour=0, minute=0, second=0, microsecond=0)
        left_s = (midnight + timedelta(days=1, hours=16) - sent).total_seconds()
        call = caller(emulator.url, "sync keys")
        span = {"begin_time": stamp(sent - timedelta(days=2))}
        span["end_time"] = stamp(sent + timedelta(days=2))
        emulator.advance(left_s - 600)
        assert cards(**span)(call).template_reports[0].resolving_times == 0
        emulator.advance(1_200)
        assert cards(**span)(call).template_reports[0].resolving_times > 50


IDS = [f"7{index:08d}" for index in range(101)]
TAKEN: dict[str, Ask] = {
    "a daily report": sends(report_type="1"),
    "a template id of 9": sends(tpl_id="7" * 9),
    "a template name of 100": sends(tpl_name="名" * 100),
    "a page of 100": sends(limit=100),
    "the last offset": sends(offset=2_147_483_647),
    "100 templates": cards(tpl_ids=IDS[:100]),
    "a card page of 1": cards(limit=1),
    "all vendors": cards(factory_type=["huawei", "vivo", "oppo", "xiaomi", "meizu", "samsung"]),
}
REFUSED: dict[str, tuple[Ask, str]] = {
    "a yearly report": (sends(report_type="3"), PARAMETER),
    "a template id of 10": (sends(tpl_id="7" * 10), PARAMETER),
    "a template name of 101": (sends(tpl_name="名" * 101), PARAMETER),
    "a page of 0": (sends(limit=0), PARAMETER),
    "a page of 101": (sends(limit=101), PARAMETER),
    "an offset below 0": (sends(offset=-1), PARAMETER),
    "a time of 31": (sends(begin_time="2" * 31, end_time=START), PARAMETER),
    "101 templates": (cards(tpl_ids=IDS), PARAMETER),
    "no template": (cards(tpl_ids=[]), "KM.90016415"),
    "templates that are not there": (cards(tpl_ids=None), "KM.90016415"),
    "no begin": (cards(begin_time=None), PARAMETER),
    "no end": (cards(end_time=None), PARAMETER),
    "an unreadable time": (cards(end_time="now"), PARAMETER),
    "an unknown vendor": (cards(factory_type=["nokia"]), PARAMETER),
    "a vendor in capitals": (cards(factory_type=["HUAWEI"]), PARAMETER),
    "a card page of 101": (cards(limit=101), PARAMETER),
}


@pytest.mark.parametrize("case", TAKEN)
def test_a_value_on_the_edge_is_taken(shared: EmulatorProcess, case: str) -> None:
    TAKEN[case](caller(shared.url, "sync keys"))


@pytest.mark.parametrize("case", REFUSED)
def test_a_value_past_the_edge_is_refused(shared: EmulatorProcess, case: str) -> None:
    ask, code = REFUSED[case]
    call = caller(shared.url, "sync keys")
    assert refusal_of(lambda: ask(call)) == (400, code)
