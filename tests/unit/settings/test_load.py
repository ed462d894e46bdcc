"""The campaign file: what it yields, and one clear sentence for each mistake."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from pipeline.core.errors import CampaignInvalid, Exit
from pipeline.core.model import Channel, Value
from pipeline.settings import Campaign, load_campaign
from pipeline.settings.bounds import said_of
from pipeline.settings.keys import CampaignFile

NOW = 1_795_348_800.0  # 2026-11-22 12:00 UTC, 20:00 in China
LATE = 1_795_366_800.0  # 2026-11-22 17:00 UTC, the 23rd in China

GOOD = """
[campaign]
name = "members"
channel = "aim"
state = "../var"

[account]
endpoint = "emulator"

[source]
path = "data/members-{date:%Y%m%d}.csv"
phone = "手机号"

[message]
template = "700000001"
params = { name = "姓名", points = "积分", shop = "=云商城" }

[message.sms]
channel_number = "10690000001"
template = "15010661"
signature = "云商城"
app = "member-app"
params = ["积分", "姓名", "=x"]
"""


def load(folder: Path, text: str, now: float = NOW) -> Campaign:
    file = folder / "campaign.toml"
    file.write_text(text, encoding="utf-8")
    return load_campaign(file, now)


def test_a_marker_is_found_by_the_date_and_a_wait_is_a_span_of_time(tmp_path: Path) -> None:
    keys = '[source]\ndone_marker = "data/{date:%Y%m%d}.done"\nwait_for = "2h"\n'
    source = load(tmp_path, GOOD.replace("[source]\n", keys)).source
    assert (source.done_marker, source.wait_s) == (tmp_path / "data/20261122.done", 7200)
    with pytest.raises(CampaignInvalid, match=r"source\.wait_for is wrong; write it as"):
        load(tmp_path, GOOD.replace("[source]\n", '[source]\nwait_for = "soon"\n'))


def test_columns_become_fields_each_once_and_literals_stay_out(tmp_path: Path) -> None:
    campaign = load(tmp_path, GOOD)
    assert campaign.message.fields == ("姓名", "积分")
    assert campaign.message.channel is Channel.AIM
    assert campaign.message.params == (
        ("name", Value(0)),
        ("points", Value(1)),
        ("shop", Value(literal="云商城")),
    )
    assert campaign.message.sms is not None
    assert campaign.message.sms.params == (Value(1), Value(0), Value(literal="x"))


def test_paths_are_relative_to_the_file_and_the_date_is_chinas(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD).source.path == tmp_path / "data/members-20261122.csv"
    assert load(tmp_path, GOOD, LATE).source.path == tmp_path / "data/members-20261123.csv"
    assert load(tmp_path, GOOD).state == tmp_path.parent / "var"


def test_a_path_may_begin_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    emulator = "\n[emulator]\nworld = '~/w.toml'\nfaults = '~nobody-of-that-name/f.toml'\n"
    campaign = load(tmp_path, GOOD + emulator)
    assert campaign.emulator.world == str(tmp_path / "home/w.toml")
    assert campaign.emulator.faults == str(tmp_path / "~nobody-of-that-name/f.toml")
    assert campaign.emulator.journal == ""


def test_every_path_of_a_campaign_file_may_begin_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is called ~ would be made beside the file, and looked for by nobody."""
    monkeypatch.setenv("HOME", "/home/anna")
    campaign = load(
        tmp_path,
        """
[campaign]
name = "members"
channel = "links_only"
state = "~/state"
[account]
endpoint = "https://koomessage.myhuaweicloud.cn"
store = "~/store"
[source]
path = "~/members.csv"
phone = "手机号"
done_marker = "~/done"
[message]
template = "700000001"
signatures = ["云商城"]
[screening]
suppress_files = ["~/stop.txt"]
allow_file = "~/us.txt"
[emulator]
world = "~/world.toml"
faults = "~/faults.toml"
journal = "~/journal.jsonl"
""",
    )
    account, source, emulator = campaign.account, campaign.source, campaign.emulator
    paths = (
        campaign.state,
        *(account.store, source.path, source.done_marker),
        *(*campaign.screening.suppress_files, campaign.screening.allow_file),
        *(emulator.world, emulator.faults, emulator.journal),
    )
    names = "state store members.csv done stop.txt us.txt world.toml faults.toml"
    assert [str(path) for path in paths] == [
        f"/home/anna/{name}" for name in f"{names} journal.jsonl".split()
    ]


def metas(kind: object) -> Iterator[tuple[str, msgspec.Meta]]:
    """Walk the bounds of the campaign file's keys, each with its key."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for field in msgspec.structs.fields(kind):
            yield from ((field.encode_name, meta) for _, meta in metas(field.type))
    if isinstance(kind, msgspec.Meta):
        yield "", kind
    for part in get_args(kind):
        yield from metas(part)


def test_every_bound_says_what_its_key_must_be() -> None:
    found = list(metas(CampaignFile))
    assert len(found) > 40
    assert [key for key, meta in found if not said_of(meta)] == []


def test_limits_and_paths_are_no_part_of_what_a_campaign_means(tmp_path: Path) -> None:
    plain = load(tmp_path, GOOD)
    faster = load(tmp_path, GOOD + "\n[limits]\ncalls_per_s = 50\n[doubt]\nsettle_s = 60\n")
    assert plain.meaning() == faster.meaning()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "members"', 'name = "others"'),
        ('template = "700000001"', 'template = "700000002"'),
        ('shop = "=云商城"', 'shop = "=另一家"'),
        ('signature = "云商城"', 'signature = "别家"'),
        ('phone = "手机号"', 'phone = "电话"'),
        ('channel = "aim"', 'channel = "aim_basic"'),
    ],
)
def test_what_is_sent_is_part_of_what_a_campaign_means(tmp_path: Path, old: str, new: str) -> None:
    assert load(tmp_path, GOOD).meaning() != load(tmp_path, GOOD.replace(old, new)).meaning()


MISTAKES = [
    (
        'phone = "手机号"',
        'pone = "手机号"',
        "[source] has an unknown key pone; did you mean phone?",
    ),
    ('phone = "手机号"', "", "[source] lacks the key phone"),
    ('phone = "手机号"', 'phone = " "', "source.phone must name the phone column"),
    ('name = "members"', 'name = ""', "campaign.name must have 1 to 64 characters"),
    ('channel = "aim"', 'channel = "telex"', "the key campaign.channel is wrong"),
    ('channel = "aim"', 'channel = "aim_links"', "message.sms.link_position must say which"),
    ('channel = "aim"', 'channel = "links_only"', "message.signatures must list the 1 to 5"),
    ("[message.sms]", "[fallback]\nunsupported='sms'\n[message.sms]", "[fallback.sms] is missing"),
    (
        "[message.sms]",
        "[fallback]\nunsupported='aim_basic'\n[message.sms]",
        "[fallback.aim_basic] is missing",
    ),
    (
        "[message.sms]",
        "[fallback]\nunsupported='skip'\ncapability_days=-1\n[message.sms]",
        "fallback.capability_days must be 0 or more",
    ),
    (
        "[message.sms]",
        "[message.short_url]\ncustom_code='=abc'\n[message.sms]",
        "message.short_url.domain is missing",
    ),
    (
        "[message.sms]",
        "[message.short_url]\ndomain='https://km2g.cn'\n[message.sms]",
        "message.short_url.domain must be a bare name",
    ),
    (
        "[message.sms]",
        "[message.short_url]\ncustom_url='链接'\ndomains=['https://a.cn']\n[message.sms]",
        "message.short_url.domains[0] must list bare names",
    ),
    (
        "[message.sms]",
        "[message.short_url]\ncustom_url='链接'\ndomains=['a.nip.io']\n[message.sms]",
        "message.short_url.domains lists a.nip.io, which is no public",
    ),
    (
        "[message.sms]",
        "[message.short_url]\ndomains=['a.cn']\n[message.sms]",
        "says where custom_url may lead, which is missing",
    ),
    ("[message.sms]", "[limits]\ncals_per_s = 1\n[message.sms]", "did you mean calls_per_s?"),
    ("[message.sms]", "[limits]\ncalls_per_s = -1\n[message.sms]", "calls_per_s must be 0 or more"),
    ("[message.sms]", "[limits]\nwindow = '9-18'\n[message.sms]", "limits.window is wrong"),
    ("[message.sms]", "[limits]\nconcurrency = 0\n[message.sms]", "limits.concurrency must be 1"),
    (
        "[message.sms]",
        "[limits]\nrecipients_per_request = 5001\n[message.sms]",
        "limits.recipients_per_request must be 1 to 5000",
    ),
    (
        "[message.sms]",
        "[limits]\nsame_number_days = 9999\n[message.sms]",
        "the key limits.same_number_days must be 0 to 3660 days; 0 is no limit",
    ),
    ("[message.sms]", "[doubt]\nattempts_max = 0\n[message.sms]", "doubt.attempts_max must be 1"),
    ("[message.sms]", "[limits]\nanswer_s = 0\n[message.sms]", "limits.answer_s must be 1"),
    ("[message.sms]", "[limits]\nanswer_s = nan\n[message.sms]", "limits.answer_s must be 1"),
    ("[message.sms]", "[fallback]\nunsupported='ship'\n[message.sms]", "fallback.unsupported"),
    ("[message.sms]", "[receipts]\nlisten = '8090'\n[message.sms]", "receipts.listen is wrong"),
    ("[message.sms]", "[limits\n[message.sms]", "is not valid TOML"),
    ('template = "700000001"', 'template = "<card>"', "message.template must be"),
    (
        'template = "700000001"',
        'template = "70000001"',
        "message.template must be the template's number, 9 digits",
    ),
    (
        'template = "700000001"',
        'template = "7000000001"',
        "message.template must be the template's number, 9 digits",
    ),
    ('endpoint = "emulator"', 'endpoint = "http://koomessage.example"', "account.endpoint must be"),
    ('endpoint = "emulator"', 'endpoint = "https://evil.example"', "account.endpoint must be"),
    (
        'endpoint = "emulator"',
        'endpoint = "https://a:b@koomessage.myhuaweicloud.cn"',
        "bare address",
    ),
    (
        'endpoint = "emulator"',
        'endpoint = "emulator"\naccess_key_env = "AK-123/x"',
        "account.access_key_env must be the name of an environment variable",
    ),
    ('params = { name = "姓名"', 'expires_days = 8\nparams = { name = "姓名"', "expires_days must"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), MISTAKES, ids=[m[2][:40] for m in MISTAKES])
def test_a_mistake_is_one_sentence_with_the_file_and_the_key(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in GOOD
    with pytest.raises(CampaignInvalid) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    text = str(caught.value)
    assert sentence in text
    assert text.startswith(str(tmp_path / "campaign.toml"))
    assert "\n" not in text
    assert caught.value.exit_code is Exit.CAMPAIGN_INVALID


def test_a_smart_message_needs_its_sms(tmp_path: Path) -> None:
    with pytest.raises(CampaignInvalid, match=r"\[message\.sms\] is missing"):
        load(tmp_path, GOOD.partition("[message.sms]")[0])


def test_the_real_endpoints_and_loopback_are_taken(tmp_path: Path) -> None:
    for endpoint in (
        "https://koomessage.myhuaweicloud.cn",
        "https://koomessage.myhuaweicloud.com",
        "http://127.0.0.1:8080",
        "http://localhost:8080",
    ):
        text = GOOD.replace('endpoint = "emulator"', f'endpoint = "{endpoint}"')
        assert load(tmp_path, text).account.endpoint == endpoint


def test_files_that_are_no_campaign_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CampaignInvalid, match="cannot be read"):
        load_campaign(tmp_path / "absent.toml", NOW)
    with pytest.raises(CampaignInvalid, match="cannot be read"):
        load_campaign(tmp_path, NOW)
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'name = "\xff"')
    with pytest.raises(CampaignInvalid, match="not UTF-8"):
        load_campaign(latin, NOW)
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * (1 << 20) + b"\n#")
    with pytest.raises(CampaignInvalid, match="over 1 MiB"):
        load_campaign(huge, NOW)
