"""[message.values]: what a campaign asks for the values of a column."""

from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid
from pipeline.core.values import Shape, Spaces
from pipeline.settings import Campaign, load_campaign

GOOD = """
[campaign]
name = "members"
channel = "aim_basic"
[account]
endpoint = "emulator"
[source]
path = "members.csv"
phone = "手机号"
[message]
template = "600000001"
params = { p_1 = "姓名", p_2 = "到期日" }
"""
VALUES = """
[message.values."姓名"]
default = "会员"
spaces = "none"
truncate_chars = 20
[message.values."到期日"]
date_format = "%Y年%m月%d日"
"""


def load(folder: Path, text: str) -> Campaign:
    file = folder / "campaign.toml"
    file.write_text(text, encoding="utf-8")
    return load_campaign(file, 1_795_348_800.0)


def test_each_column_has_its_own_wishes_and_all_others_stay_as_they_are(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD + VALUES).values == {
        "姓名": Shape("会员", Spaces.NONE, 20),
        "到期日": Shape(date_format="%Y年%m月%d日"),
    }
    assert load(tmp_path, GOOD).values == {}


def test_what_is_done_to_values_is_part_of_what_a_campaign_means(tmp_path: Path) -> None:
    plain, asked = load(tmp_path, GOOD), load(tmp_path, GOOD + VALUES)
    other = load(tmp_path, GOOD + VALUES.replace("会员", "顾客"))
    meanings = [dict(one.meaning()) for one in (plain, asked, other)]
    assert meanings[0] != meanings[1] != meanings[2]


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ('"姓 名"]\ndefault = ""', "names a column whose values are not sent; did you mean 姓名?"),
        ('"城市"]\ndefault = ""', "remove it, or name it in params"),
        ('"姓名"]\ntruncate_chars = -1', "truncate_chars must be 0"),
        ('"姓名"]\ndate_format = "%Y %b"', "date_format has %b, which is not known"),
        ('"姓名"]\nspaces = "no"', "message.values.*.spaces is wrong"),
        ('"姓名"]\ntruncate = 3', "has an unknown key truncate; did you mean truncate_chars?"),
    ],
)
def test_a_mistake_is_one_sentence_with_the_key(
    tmp_path: Path, section: str, sentence: str
) -> None:
    with pytest.raises(CampaignInvalid) as caught:
        load(tmp_path, f"{GOOD}[message.values.{section}\n")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_fill_down_is_done_to_a_columns_values_and_part_of_the_meaning(tmp_path: Path) -> None:
    plain = load(tmp_path, GOOD)
    down = load(tmp_path, GOOD.replace("phone =", 'fill_down = ["姓名"]\nphone ='))
    assert down.values == {"姓名": Shape(fill_down=True)}
    assert down.meaning() == {**plain.meaning(), "values": {"姓名": {"fill_down": True}}}
    both = load(tmp_path, GOOD.replace("phone =", 'fill_down = ["姓名"]\nphone =') + VALUES)
    assert both.values["姓名"] == Shape("会员", Spaces.NONE, 20, fill_down=True)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ('"手机号"', "source.fill_down names 手机号, which holds a number for each person"),
        (
            '"姓 名"',
            r"source.fill_down \(姓 名\) names a column whose values are not sent; did you",
        ),
    ],
)
def test_fill_down_names_columns_that_are_sent_and_no_persons_own(
    tmp_path: Path, columns: str, sentence: str
) -> None:
    with pytest.raises(CampaignInvalid, match=sentence):
        load(tmp_path, GOOD.replace("phone =", f"fill_down = [{columns}]\nphone ="))


def test_a_short_code_of_ones_own_is_never_filled_down(tmp_path: Path) -> None:
    links = GOOD.replace("aim_basic", "links_only").replace(
        "[message]", '[message]\nsignatures = ["云商城"]'
    )
    links += '[message.short_url]\ndomain = "km2g.cn"\ncustom_code = "码"\n'
    with pytest.raises(CampaignInvalid, match="fill_down names 码, which holds a code for each"):
        load(tmp_path, links.replace("phone =", 'fill_down = ["码"]\nphone ='))
