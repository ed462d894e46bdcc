"""What names, labels, meanings and accounts are, written down.

These are stored with runs, and asked for at KooMessage. LATER CHANGES MUST NOT TOUCH THIS FILE: a
value that comes out otherwise makes a half-sent run unknown, and its people get it twice. What a
new version adds is added here; nothing that stands here is altered.
"""

from pathlib import Path

import pytest

from pipeline.core.model import RunId
from pipeline.core.names import ATTEMPTS_MAX, place_of, run_id, task_name
from pipeline.runner.planning.find import stored
from pipeline.runner.session.account import account_key
from pipeline.settings import Campaign, load_campaign
from pipeline.settings.account import AccountKey, principal_of

SHA = "0123456789abcdef" * 4
LEDGER = "00112233445566778899aabbccddeeff"
MEANING = {"account": "https://koomessage.myhuaweicloud.cn:443 aa", "meaning": {"name": "会员日"}}
RUN = RunId("3fk2a9qd")


@pytest.mark.parametrize(
    ("asked", "label"),
    [
        ({}, "6h0s30ze"),
        ({"again": 1}, "wjnngr54"),
        ({"turn": 1}, "62b5adxk"),
        ({"ledger": "ff" * 16}, "70ylk157"),
    ],
)
def test_labels_of_runs(asked: dict[str, int | str], label: str) -> None:
    told = {"ledger": LEDGER, **asked}
    assert run_id(SHA, MEANING, **told) == label  # type: ignore[arg-type]  # options by name


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ((0, 0, 0), "3fk2a9qd-0000000-000"),
        ((1, 2, 3), "3fk2a9qd-0001002-003"),
        ((36**4 - 1, 36**3 - 1, ATTEMPTS_MAX), "3fk2a9qd-zzzzzzz-zzz"),
    ],
)
def test_names_of_tasks(place: tuple[int, int, int], name: str) -> None:
    assert task_name(RUN, *place) == name
    assert place_of(name) == (RUN, *place)


def test_a_name_from_before_the_third_place_is_read_and_a_strange_one_is_not() -> None:
    assert place_of("3fk2a9qd-0001002-03") == (RUN, 1, 2, 3)
    assert place_of("spring sale 3") is None


CAMPAIGN = """
[campaign]
name = "会员日"
channel = "aim"
[account]
endpoint = "https://KooMessage.myhuaweicloud.cn/"
[source]
path = "m.csv"
phone = "手机号"
[message]
template = "700000001"
params = { name = "姓名", shop = "=云商城" }
[message.sms]
channel_number = "10690000001"
template = "15010661"
signature = "云商城"
app = "member-app"
params = ["姓名", "积分"]
"""
MEANS = (
    '{"message": {"channel": "aim", "params": [["name", "姓名"], ["shop", "=云商城"]], '
    '"sms": {"app": "member-app", "channel_number": "10690000001", "params": ["姓名", "积分"], '
    '"signature": "云商城", "template": "15010661"}, "template": "700000001"}, '
    '"name": "会员日", "phone": "手机号"}'
)
FULL = (
    CAMPAIGN.replace('phone = "手机号"', 'phone = "手机号"\nsheet = "会员"').replace(
        "[message.sms]", 'expires_days = 3\nsignatures = ["云商城"]\n[message.sms]'
    )
    + """
[message.short_url]
domain = "km2g.cn"
custom_code = "码"
[message.values."姓名"]
default = ""
spaces = "none"
[fallback]
unsupported = "sms"
column = "备注"
[fallback.sms]
channel_number = "10690000001"
template = "15010662"
signature = "云商城"
app = "member-app"
[fallback.aim_basic]
template = "600000001"
params = { p_1 = "姓名" }
"""
)
FULLY_MEANS = (
    '{"message": {"channel": "aim", "fallback": {"column": "备注", "sms": {"app": '
    '"member-app", "channel_number": "10690000001", "signature": "云商城", '
    '"template": "15010662"}, "unsupported": "sms", "video": {"params": [["p_1", '
    '"姓名"]], "template": "600000001"}}, "params": [["name", "姓名"], ["shop", '
    '"=云商城"]], "short_url": {"custom_code": "码", "domain": "km2g.cn"}, '
    '"signatures": ["云商城"], "sms": {"app": "member-app", "channel_number": '
    '"10690000001", "params": ["姓名", "积分"], "signature": "云商城", "template": '
    '"15010661"}, "template": "700000001"}, "name": "会员日", "phone": "手机号", '
    '"sheet": "会员", "values": {"姓名": {"default": "", "spaces": "none"}}}'
)


def test_what_a_plain_campaign_means(tmp_path: Path) -> None:
    assert stored(load(tmp_path, CAMPAIGN).meaning()) == MEANS


def test_what_a_campaign_means_that_fills_cells_from_the_row_above(tmp_path: Path) -> None:
    text = CAMPAIGN.replace("[source]", '[source]\nfill_down = ["积分", "姓名"]')
    values = '"values": {"姓名": {"fill_down": true}, "积分": {"fill_down": true}}'
    assert stored(load(tmp_path, text).meaning()) == f"{MEANS[:-1]}, {values}}}"


def test_what_a_campaign_means_that_sets_every_key(tmp_path: Path) -> None:
    assert stored(load(tmp_path, FULL).meaning()) == FULLY_MEANS


@pytest.mark.parametrize(
    "edit",
    [
        ("[message.sms]", "expires_days = 6\nexpires_hours = 12\n[message.sms]"),
        ("[message.sms]", '[message.values."姓名"]\nspaces = "keep"\n[message.sms]'),
        ("[message.sms]", '[fallback]\nunsupported = "send_anyway"\n[message.sms]'),
        ("[message.sms]", "[message.short_url]\n[message.sms]"),
        ("[source]", "[doubt]\nsettle_s = 4000\n[limits]\nsame_number_days = 3\n[source]"),
        ('endpoint = "https://KooMessage.myhuaweicloud.cn/"', 'endpoint = "http://127.0.0.1:1"'),
        ("[source]", 'access_key_env = "OTHER"\n[source]'),
    ],
)
def test_what_changes_nothing_that_people_get_means_the_same(
    tmp_path: Path, edit: tuple[str, str]
) -> None:
    assert edit[0] in CAMPAIGN
    assert stored(load(tmp_path, CAMPAIGN.replace(*edit, 1)).meaning()) == MEANS


KEYS = {"HUAWEICLOUD_SDK_AK": "the-key", "HUAWEICLOUD_SDK_SK": "s", "OTHER": "the-key"}
KEY_ACCOUNT = "https://koomessage.myhuaweicloud.cn:443 1fe75b92d62b7c5e7da0582bddd5f669"


@pytest.mark.parametrize(
    "edit",
    [
        ("", ""),
        ("https://KooMessage", "HTTPS://koomessage"),
        (".cn/", ".cn:443"),
        ("[source]", 'access_key_env = "OTHER"\n[source]'),
    ],
)
def test_an_account_by_its_key_pair_however_it_is_spelt(
    tmp_path: Path, edit: tuple[str, str]
) -> None:
    text = CAMPAIGN.replace(*edit, 1) if edit[0] else CAMPAIGN
    assert account_key(load(tmp_path, text), KEYS).text == KEY_ACCOUNT


def test_an_account_by_a_login_and_by_a_token() -> None:
    user = AccountKey("https://h:443", principal_of("user", "robot", "shop-ltd"), "cn-north-4")
    assert user.text == "https://h:443 56f141c5d0d6f9774d8f35160d99ee46 cn-north-4"
    assert user.digest == "b000eed538ae997a3f65f5d9"
    assert (
        AccountKey("https://h:443", principal_of("token")).text
        == "https://h:443 3c469e9d6c5875d37a43f353d4f88e61"
    )


def load(folder: Path, text: str) -> Campaign:
    file = folder / "c.toml"
    file.write_text(text, encoding="utf-8")
    return load_campaign(file, 0.0)
