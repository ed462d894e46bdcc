"""[screening], [prices] and the ceilings that rest on them."""

from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid
from pipeline.core.pricing import Prices
from pipeline.core.screening import Caps, Duplicates
from pipeline.settings import Campaign, load_campaign

CAMPAIGN = """
[campaign]
name = "members"
channel = "{channel}"
[account]
endpoint = "emulator"
[source]
path = "members.csv"
phone = "手机号"
[message]
template = "700000001"
[message.sms]
channel_number = "10690000001"
template = "15010661"
signature = "云商城"
app = "member-app"
"""


def load(folder: Path, extra: str = "", channel: str = "aim") -> Campaign:
    file = folder / "campaign.toml"
    file.write_text(CAMPAIGN.format(channel=channel) + extra, encoding="utf-8")
    return load_campaign(file, 1_795_348_800.0)


def test_what_is_not_said_screens_by_what_carriers_allow(tmp_path: Path) -> None:
    campaign = load(tmp_path)
    assert campaign.caps == Caps(0, 5, 50)
    assert campaign.screening.duplicates is Duplicates.NUMBER
    assert not campaign.screening.is_trial


def test_paths_are_those_beside_the_campaign_file(tmp_path: Path) -> None:
    extra = '[screening]\nsuppress_files = ["stop.txt", "../all.csv"]\nallow_file = "us.txt"\n'
    screening = load(tmp_path, extra).screening
    suppressed = tuple(map(Path, screening.suppress_files))
    assert suppressed == (tmp_path / "stop.txt", tmp_path.parent / "all.csv")
    assert screening.allow_file == str(tmp_path / "us.txt")
    assert screening.is_trial


def test_prices_are_counted_in_millionths(tmp_path: Path) -> None:
    extra = "[prices]\nsms_yuan = 0.045\nparse_yuan = 0\nsms_parts = 2\n[limits]\nmax_cost = 10\n"
    campaign = load(tmp_path, extra)
    assert campaign.prices == Prices(sms=45_000, parse=0, aim_basic=None, sms_parts=2)
    assert campaign.limits.max_cost == 10


@pytest.mark.parametrize(
    ("extra", "key"),
    [
        ('[screening]\nallow = ["1380013800"]\n', "screening.allow"),
        ("[screening]\nmessages_per_day = -1\n", "screening.messages_per_day"),
        ("[screening]\nsame_content_per_hour = -1\n", "screening.same_content_per_hour"),
        ('[screening]\nduplicates = "phone"\n', "screening.duplicates"),
        ('[screening]\nallowed = ["13800138000"]\n', "did you mean allow"),
        ("[limits]\nsame_number_days = -1\n", "limits.same_number_days"),
        ("[limits]\nsame_number_days = 99999\n", "limits.same_number_days"),
        ("[limits]\nmax_cost = -1\n", "limits.max_cost"),
        ("[limits]\nmax_cost = nan\n", "limits.max_cost"),
        ("[limits]\nmax_cost = 5\n", "limits.max_cost"),
        ("[limits]\nmax_cost = 5\n[prices]\nsms_yuan = 0.05\n", "parse_yuan"),
        ("[prices]\nsms_yuan = -0.05\n", "prices.sms_yuan"),
        ("[prices]\naim_basic_yuan = inf\n", "prices.aim_basic_yuan"),
        ("[prices]\nsms_parts = 0\n", "prices.sms_parts"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_key(tmp_path: Path, extra: str, key: str) -> None:
    with pytest.raises(CampaignInvalid) as caught:
        load(tmp_path, extra)
    assert key in str(caught.value)
    assert "1380013800" not in str(caught.value)


@pytest.mark.parametrize("values", ["[]", '[" "]', '["是", ""]'])
def test_a_column_that_leaves_rows_out_needs_values(tmp_path: Path, values: str) -> None:
    with pytest.raises(CampaignInvalid, match=r"screening\.skip_where needs a column"):
        load(tmp_path, f'[screening]\nskip_where = {{ "是否退订" = {values} }}\n')


def test_screening_is_no_part_of_what_a_run_is(tmp_path: Path) -> None:
    extra = (
        '[screening]\nallow = ["13800138000"]\nduplicates = "number_and_values"\n'
        "[limits]\nsame_number_days = 7\nmax_cost = 1\n[prices]\nsms_yuan = 1\nparse_yuan = 1\n"
    )
    assert load(tmp_path, extra).meaning() == load(tmp_path).meaning()


@pytest.mark.parametrize(("extra", "language"), [("", "auto"), ('[report]\nlanguage = "zh"', "zh")])
def test_a_campaign_may_name_the_language_of_its_reports(
    tmp_path: Path, extra: str, language: str
) -> None:
    assert load(tmp_path, extra).report.language == language


def test_a_language_that_reports_do_not_speak_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CampaignInvalid, match=r"report\.language"):
        load(tmp_path, '[report]\nlanguage = "fr"')
