"""`koosend check`, and the same questions before a run: what is said, and that nothing is sent."""

import re
from pathlib import Path

import pytest

from tests.support.command import AIM, Desk, Done
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.members import Members
from tests.support.spreadsheets import xlsx_file

MEMBERS = 800

KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}
_NUMBER = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def _stopped(done: Done, code: int, *parts: str) -> None:
    assert done.exit == code, done.err
    told = [line for line in done.err.splitlines() if line.startswith("koosend: ")]
    assert len(told) == 1, done.err
    assert all(part in told[0] for part in parts), told


def test_a_check_tells_everything_and_leaves_nothing_behind(desk: Desk, members: Members) -> None:
    desk.write_campaign(
        messages_per_s=100, extra="\n[prices]\nsms_yuan = 0.05\nparse_yuan = 0.02\n"
    )
    before = sorted(desk.folder.iterdir())
    done = desk.koosend("check", desk.campaign)
    assert done.exit == 0, done.err
    sendable = len(members.sendable)
    for told in (
        f"{members.rows} rows",
        f"{sendable} people would get a message",
        f"{members.invalid} rows would not be sent: invalid",
        f"{members.duplicates} rows would not be sent: duplicate",
        "the credentials are accepted",
        'card template 700000001 "会员积分提醒" is approved and enabled',
        "shows the page of 云商城服务号",
        "SMS: 【云商城】会员0您好,您的专属卡片 km2g.cn/****** ,积分",
        f"SMS by length: {sendable} of 1 part",
        f"that costs {sendable * 0.05:.2f} to {sendable * 0.07:.2f} yuan",
        f"Time at the campaign's limits: about {sendable / 100:.0f} s",
        "Nothing was sent. To send: koosend run",
    ):
        assert told in done.out
    assert not _NUMBER.search(done.out + done.err)
    assert sorted(desk.folder.iterdir()) == before


def test_the_json_tells_the_same_as_the_text(desk: Desk, members: Members) -> None:
    told = desk.koosend("check", desk.campaign, "--json").json
    assert told["rows"] == members.rows == sum(told["outcomes"].values())
    assert told["recipients"] == len(members.sendable) == told["outcomes"]["pending"]
    assert sum(told["rejected"].values()) == members.invalid + members.duplicates
    assert all(len(found) <= 10 for found in told["examples"].values())
    assert {one["severity"] for one in told["findings"]} == {"fine"}
    assert len(told["samples"]) == 3
    assert told["units"] == {
        "sms_parts": [len(members.sendable)] * 2,
        "cards": [0, len(members.sendable)],
        "videos": [0, 0],
    }
    assert (told["cost_yuan"], told["stopped"], told["asked"]) == (None, "", True)


def test_a_check_says_how_the_source_was_read_and_why_so(desk: Desk) -> None:
    rows = "会员名单\n\n手机号;姓名;积分\n13800138000;张三;1\n"
    for encoding, told in (
        ("utf-8-sig", "utf-8 (byte order mark), delimiter ';', header in line 3"),
        ("gb18030", "gb18030 (valid GB18030 throughout"),
    ):
        (desk.folder / "members.csv").write_text(rows, encoding=encoding)
        done = desk.koosend("check", desk.campaign, "--offline")
        assert f"  members.csv: {told}" in done.out
    xlsx_file(desk.folder, {"一月": [("手机号", "姓名", "积分"), ("13800138000", "张三", 1)]})
    desk.write_campaign(source="source.xlsx")
    done = desk.koosend("check", desk.campaign, "--offline", "--json")
    assert done.json["read_as"] == ["sheet 一月 of source.xlsx: xlsx, header in line 1"]


def test_offline_asks_nothing_and_needs_no_keys(desk: Desk) -> None:
    desk.write_campaign(endpoint="https://koomessage.myhuaweicloud.cn", settle_s=960)
    done = desk.koosend("check", desk.campaign, "--offline")
    assert done.exit == 0, done.err
    assert "KooMessage was not asked (--offline)." in done.out
    _stopped(desk.koosend("check", desk.campaign), 77, "HUAWEICLOUD_SDK_AK")


def test_rows_are_judged_although_the_provider_cannot_be_asked(desk: Desk) -> None:
    with running_emulator(desk.folder) as emulator:
        desk.write_campaign(endpoint=emulator.url)
    done = desk.koosend("check", desk.campaign, "--json", env=KEYS)
    _stopped(done, 69, "cannot be reached")
    assert done.json["recipients"] > 500
    assert done.json["asked"] is False


def test_a_handset_probe_predicts_the_share_of_cards(desk: Desk, members: Members) -> None:
    done = desk.koosend("check", desk.campaign, "--probe", 400, "--json")
    assert done.exit == 0, done.err
    probe = done.json["probe"]
    assert probe["asked"] == 400
    low, high = probe["share_95"]
    assert low < 0.78 < high, "the share of capable handsets in the emulator's world"
    assert probe["cards_95"][1] <= len(members.sendable)
    again = desk.koosend("check", desk.campaign, "--probe", 400)
    shown = f"{probe['shows_this_card']} can show this card"
    assert shown in again.out, "the same list gives the same sample"
    text = again.out
    assert "Of 400 numbers asked" in text
    assert "with 95 % confidence" in text


@pytest.mark.parametrize(
    ("channel", "arguments"),
    [("aim_basic", ("--probe", "10")), ("aim", ("--probe", "10", "--offline"))],
)
def test_a_probe_that_makes_no_sense_is_refused(
    desk: Desk, channel: str, arguments: tuple[str, ...]
) -> None:
    desk.write_campaign(channel=channel)
    _stopped(desk.koosend("check", desk.campaign, *arguments), 2, "--probe")


WRONG = [
    ("700000003", 69, "message.template"),
    ("700000002", 78, "message.params"),
]


@pytest.mark.parametrize(("template", "code", "key"), WRONG)
def test_what_would_be_refused_stops_the_check_and_the_run_before_anything_is_planned(
    desk: Desk, template: str, code: int, key: str
) -> None:
    desk.write_campaign(message=AIM.replace("700000001", template))
    checked = desk.koosend("check", desk.campaign)
    _stopped(checked, code, key)
    assert "  X  " in checked.out
    assert checked.out.endswith("Nothing was sent.\n")
    ran = desk.koosend("run", desk.campaign)
    _stopped(ran, code, key)
    assert desk.taken() == []
    listed = desk.koosend("runs", desk.campaign, "--json")
    assert listed.json == []


MENDED = (
    "2 numbers were written oddly and are read as meant",
    "1 values had spaces taken out in 姓名",
    "1 values cut to the campaign's length in 姓名",
    "1 empty values filled with the default in 姓名",
)


def test_a_run_says_what_it_did_to_the_rows_as_the_check_does(desk: Desk) -> None:
    rows = ("+86 13800138000,张 三,1", "13800138001,,2", "13800138002,欧阳娜娜大将军,3")
    lines = ("手机号,姓名,积分", *rows, "013800138003, 李四 ,4", "")
    (desk.folder / "members.csv").write_text("\n".join(lines), encoding="utf-8")
    shape = '[message.values."姓名"]\ndefault = "会员"\nspaces = "none"\ntruncate_chars = 4\n'
    desk.write_campaign(extra=f"\n{shape}")
    checked = desk.koosend("check", desk.campaign)
    assert set(MENDED) <= {line.strip() for line in checked.out.splitlines()}
    ran = desk.koosend("run", desk.campaign, "--json")
    assert set(MENDED) <= set(ran.err.splitlines())
    assert (ran.json["repaired"], sum(ran.json["adjusted"].values())) == (2, 3)
    again = desk.koosend("run", desk.campaign)
    assert not set(MENDED) & set(again.err.splitlines()), "nothing was read"


@pytest.fixture
def provider(desk: Desk, tmp_path: Path) -> EmulatorProcess:
    del desk
    return EmulatorProcess.start(tmp_path)


def test_a_run_that_goes_on_asks_nothing_again(desk: Desk, provider: EmulatorProcess) -> None:
    try:
        desk.write_campaign(endpoint=provider.url, max_messages=100)
        assert desk.koosend("run", desk.campaign, env=KEYS).exit == 75
        asked = provider.stats()["calls_by_operation"]
        desk.write_campaign(endpoint=provider.url)
        assert desk.koosend("run", desk.campaign, env=KEYS).exit == 0
        calls = provider.stats()["calls_by_operation"]
    finally:
        provider.end()
    assert asked["ListAimTemplates"] == calls["ListAimTemplates"] == 1


def test_a_campaign_may_leave_the_asking_to_check(desk: Desk, provider: EmulatorProcess) -> None:
    try:
        desk.write_campaign(endpoint=provider.url, ask="false")
        assert desk.koosend("run", desk.campaign, env=KEYS).exit == 0
        calls = provider.stats()["calls_by_operation"]
    finally:
        provider.end()
    assert "ListAimTemplates" not in calls
