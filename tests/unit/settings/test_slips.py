"""Slips of the pen in a campaign file: the sentence says what was meant, and how it is written."""

from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid
from pipeline.settings import load_campaign
from tests.unit.settings.test_load import GOOD, NOW, load

TEMPLATE = 'template = "700000001"'
CARD_PARAMS = 'params = { name = "姓名", points = "积分", shop = "=云商城" }'
SMS_PARAMS = 'params = ["积分", "姓名", "=x"]'
PHONE = 'phone = "手机号"'
SMS = "[message.sms]"

UNQUOTED = [
    (
        TEMPLATE,
        "template = 700000001",
        "message.template is a text and must stand in quotes: templ",
    ),
    (TEMPLATE, "template = 700000001", 'quotes: template = "700000001"'),
    (TEMPLATE, "template = 2026-01-01", 'quotes: template = "2026-01-01"'),
    ('"10690000001"', "10690000001", 'quotes: channel_number = "10690000001"'),
    ('app = "member-app"', "app = 3.5", 'quotes: app = "3.5"'),
    ('app = "member-app"', "app = true", 'quotes: app = "true"'),
    ('app = "member-app"', "app = member-app", "the value of app is a text and must stand in quo"),
    ('"云商城"\n', "云商城 # ours\n", "line 21: the value of signature is a text and must"),
    ('channel = "aim"', "channel = aim", "line 4: the value of channel is a text"),
    (PHONE, "phone = 3", 'source.phone is a text and must stand in quotes: phone = "3"'),
    (CARD_PARAMS, "params = { name = 3 }", "message.params.* is a text and must stand in quotes"),
    (SMS, f"[emulator]\nworld = 3\n{SMS}", "emulator.world is a text and must stand in quotes"),
    (SMS, f"[account.x]\n{SMS}", "[account] has an unknown key x"),
]
KINDS = [
    ('"云商城"\n', '["云商城"]\n', 'signature is one text and no list: write signature = "..."'),
    (SMS_PARAMS, 'params = "积分"', 'message.sms.params is a list: write params = ["..."]'),
    (CARD_PARAMS, 'params = ["姓名"]', 'parameter its name: params = { name = "column" }'),
    (CARD_PARAMS, 'params = "姓名"', 'parameter its name: params = { name = "column" }'),
    (SMS, f'[limits]\nmessages_per_s = "1000"\n{SMS}', "without quotes: messages_per_s = 1000"),
    (SMS, f'[limits]\nmessages_per_s = "many"\n{SMS}', "is a number, written without quotes"),
    (SMS, f"[limits]\nmax_messages = 1.5\n{SMS}", "limits.max_messages is a whole number"),
    (SMS, f'[preflight]\nask = "true"\n{SMS}', "preflight.ask is true or false, written without q"),
    (SMS, f"[preflight]\nask = True\n{SMS}", "write ask = true, in small letters"),
    ("[campaign]", 'canary = "5"\n[campaign]', "is a section of its own: write [canary]"),
]
PLACES = [
    (PHONE, f'{PHONE}\nwindow = "08:00-21:00"', "key window; it belongs in [limits]"),
    (PHONE, f"{PHONE}\nrepeat_days = 3", "key repeat_days; it belongs in [screening]"),
    (
        PHONE,
        f'{PHONE}\ntemplate = "1"',
        "it belongs in [message], [message.sms], [fallback.sms] or",
    ),
    (PHONE, f'{PHONE}\ndate_format = "%m"', 'it belongs in [message.values."column"]'),
    (PHONE, f"{PHONE}\nmax_mesages = 3", "did you mean max_messages in [limits]?"),
    ("[campaign]", 'window = "08:00-21:00"\n[campaign]', "key window; it belongs in [limits]"),
    (SMS, "[sms]", "key sms; write it as [message.sms] or [fallback.sms]"),
]
SYNTAX = [
    ('name = "members"', "name = “members”", "line 3: it has “, and TOML knows only"),
    ("[message]", "[source]\n[message]", "line 14: this section stands twice; join the two"),
    ("state =", "状态 =", 'line 5: the name 状态 must stand in quotes: "状态" = ...'),
    ("{ name =", "{ 姓名 =", "line 16: a name that is not in Latin letters must stand in quotes"),
    ('"data/members-{date:%Y%m%d}.csv"', r'"C:\lists\m.csv"', "write such a path between single"),
    ('phone = "手机号"', "phone\n", "is not valid TOML: Expected '='"),
]
SLIPS = [*UNQUOTED, *KINDS, *PLACES, *SYNTAX]


@pytest.mark.parametrize(("old", "new", "sentence"), SLIPS, ids=[slip[2][:40] for slip in SLIPS])
def test_a_slip_is_told_by_how_it_is_written_right(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in GOOD
    with pytest.raises(CampaignInvalid) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_number_or_a_secret_without_quotes_is_not_shown(tmp_path: Path) -> None:
    for old, new in (
        (SMS, f"[screening]\nallow = [13800138000]\n{SMS}"),
        ('endpoint = "emulator"', 'endpoint = "emulator"\naccess_key_env = 4711471147'),
        ('endpoint = "emulator"', 'endpoint = "emulator"\naccess_key_env = AK4711471147'),
    ):
        with pytest.raises(CampaignInvalid, match="must stand in quotes") as caught:
            load(tmp_path, GOOD.replace(old, new, 1))
        assert "13800138000" not in str(caught.value)
        assert "4711471147" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("名单.xlsx", b"PK\x03\x04\xff\xfe", "is a spreadsheet and no campaign file; koosend init"),
        ("list", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "koosend init list proposes a campaign"),
        ("m.csv", "手机号,姓名\n13800138000,张三\n".encode(), "koosend init m.csv"),
        ("m.csv", "手机号,姓名\n".encode("gbk"), "koosend init m.csv"),
        ("m.csv", b"1,2\n" * 300_000, "koosend init m.csv"),
        ("~$名单.xlsx", b"\x04Anna\xff", "keeps beside 名单.xlsx while it is open: name 名单.xlsx"),
    ],
)
def test_what_is_no_campaign_is_told_by_what_it_is(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(CampaignInvalid) as caught:
        load_campaign(file, NOW)
    assert sentence in str(caught.value)
    assert "13800138000" not in str(caught.value)


def test_a_campaign_that_is_named_like_a_text_is_still_one(tmp_path: Path) -> None:
    file = tmp_path / "campaign.txt"
    file.write_text(GOOD.replace('channel = "aim"', "channel = aim"), encoding="utf-8")
    with pytest.raises(CampaignInvalid, match="the value of channel is a text"):
        load_campaign(file, NOW)
