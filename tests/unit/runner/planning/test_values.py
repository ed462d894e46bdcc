"""A campaign's file, through to what its values must be."""

from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import Adjustment
from pipeline.core.templates import Templates, Variable, VariableKind
from pipeline.reader.reading import read
from pipeline.runner.planning.plan import reader_options, value_rules
from pipeline.settings import Campaign, load_campaign

TEXT = """
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
params = { p_1 = "姓名" }
[message.values."姓名"]
default = "会员"
"""


def campaign(folder: Path) -> Campaign:
    (folder / "members.csv").write_text("手机号,姓名\n13800138000,\n13800138001,a\n", "utf-8")
    file = folder / "campaign.toml"
    file.write_text(TEXT, encoding="utf-8")
    return load_campaign(file, 1_795_348_800.0)


def test_what_was_done_to_values_is_told_by_column(tmp_path: Path) -> None:
    (block,) = read(reader_options(campaign(tmp_path)))
    assert block.adjusted == {("姓名", Adjustment.DEFAULTED): 1}
    assert list(block.recipients.values[0]) == ["会员", "a"]


def test_a_campaign_that_does_not_suit_its_template_is_named_with_its_file(tmp_path: Path) -> None:
    video = tuple(Variable(name, VariableKind.VIDEO) for name in ("p_1", "p_2"))
    with pytest.raises(CampaignInvalid) as caught:
        value_rules(campaign(tmp_path), Templates(video=video))
    assert str(caught.value).startswith(str(tmp_path / "campaign.toml"))
    assert "takes 2 values, and the campaign gives 1" in str(caught.value)
