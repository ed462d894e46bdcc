"""What `koosend init` proposes: a campaign that is sound once its blanks are filled in."""

import re
from pathlib import Path

import openpyxl
import pytest

from pipeline.core.errors import CampaignInvalid, SourceMissing, UsageError
from pipeline.core.model import Channel
from pipeline.language import Language
from pipeline.runner.commands.init import Proposal, Wish, propose
from pipeline.settings import Campaign, load_campaign
from tests.support.spreadsheets import ods_file, text_file, xlsx_file

NOW = 1_795_348_800.0
FILLED = {
    "<card template number>": "700000001",
    "<video template number>": "600000001",
    "<channel number>": "10690000001",
    "<SMS template number>": "15010661",
    "<signature, without brackets>": "云商城",
    "<SMS application>": "member-app",
    "<phone column>": "a",
    "<parameter 1>": "name",
    "<parameter 2>": "points",
    "<parameter 3>": "shop",
}
REAL = "https://koomessage.myhuaweicloud.cn"


def listed(count: int, header: str = "手机号,姓名,积分", more: str = "张三,7") -> str:
    return "\n".join([header, *(f"{13_800_000_000 + at},{more}" for at in range(count))])


def proposed(file: Path, wish: Wish | None = None) -> Proposal:
    return propose(file, file.parent, wish or Wish())


def filled_in(folder: Path, text: str) -> Campaign:
    for mark, given in FILLED.items():
        text = text.replace(mark, given)
    file = folder / "campaign.toml"
    file.write_text(text, encoding="utf-8")
    return load_campaign(file, NOW)


@pytest.mark.parametrize("endpoint", ["emulator", REAL])
@pytest.mark.parametrize("channel", list(Channel))
def test_a_campaign_of_each_channel_is_sound_once_it_is_filled_in(
    tmp_path: Path, channel: Channel, endpoint: str
) -> None:
    proposal = proposed(text_file(tmp_path, listed(3)), Wish(channel, endpoint))
    campaign = filled_in(tmp_path, proposal.text)
    assert (campaign.message.channel, campaign.account.endpoint) == (channel, endpoint)
    assert campaign.source.path == tmp_path / "source.csv"
    assert campaign.message.fields == ("姓名", "积分")
    assert bool(campaign.emulator.link_lifetime_s) == (endpoint == "emulator")


@pytest.mark.parametrize("channel", list(Channel))
def test_what_must_be_filled_in_is_listed_at_once_by_line(tmp_path: Path, channel: Channel) -> None:
    proposal = proposed(text_file(tmp_path, listed(3)), Wish(channel))
    lines = proposal.text.splitlines()
    marked = [n for n, line in enumerate(lines, 1) if '"<' in line and not line.startswith("#")]
    assert [blank.line for blank in proposal.blanks] == marked
    for blank in proposal.blanks:
        key = blank.where.rpartition(" ")[2]
        assert lines[blank.line - 1].startswith(f"{key} =")
    (tmp_path / "c.toml").write_text(proposal.text, encoding="utf-8")
    with pytest.raises(CampaignInvalid) as caught:
        load_campaign(tmp_path / "c.toml", NOW)
    for blank in proposal.blanks:
        assert blank.text in str(caught.value)


def test_a_column_may_be_named_in_angle_brackets(tmp_path: Path) -> None:
    campaign = filled_in(
        tmp_path, proposed(text_file(tmp_path, listed(3, "手机号,<姓名>,积分"))).text
    )
    assert campaign.message.fields == ("<姓名>", "积分")


def test_what_marketing_needs_in_china_is_written_down(tmp_path: Path) -> None:
    short = filled_in(tmp_path, proposed(text_file(tmp_path, listed(30))).text)
    assert (short.limits.hours, short.screening.repeat_days) == ("08:00-21:00", 3)
    assert (short.limits.max_messages, short.canary) == (60, None)
    long = proposed(text_file(tmp_path, listed(5001)))
    campaign = filled_in(tmp_path, long.text)
    assert campaign.limits.max_messages == 10_002
    assert campaign.canary is not None
    assert campaign.canary.first == 500
    links = proposed(text_file(tmp_path, listed(5001)), Wish(Channel.LINKS_ONLY))
    assert filled_in(tmp_path, links.text).canary is None
    for line in long.text.splitlines():
        if line.startswith(("window", "repeat_days", "first", "wait_min", "max_messages")):
            assert "  # " in line


def test_the_ceiling_counts_every_sheet_and_only_people(tmp_path: Path) -> None:
    rows = [("手机号", "姓名"), ("13800138000", "a"), ("1380", "b"), ("13800138000", "c")]
    path = xlsx_file(tmp_path, {"A": rows, "B": [("手机号", "x"), ("13900139000", "d")]})
    text = proposed(path).text
    assert "2 people in 4 rows" in text
    assert "max_messages = 4 " in text


@pytest.mark.parametrize(
    ("header", "values", "is_sent"),
    [
        ("序号", ("1", "2", "3"), False),
        ("No.", ("7", "8", "20"), False),
        ("编号", ("1001", "1002", "1003"), False),
        ("row", ("0", "1", "2"), False),
        ("编号", ("1001", "1003", "1002"), True),
        ("序号", ("1", "1", "2"), True),
        ("编号", ("M1", "M2", "M3"), True),
        ("积分", ("10", "20", "30"), True),
        ("积分", ("5", "6", "7"), True),
    ],
)
def test_a_running_number_is_no_value(
    tmp_path: Path, header: str, values: tuple[str, ...], *, is_sent: bool
) -> None:
    rows = "".join(f"{value},{13_800_138_000 + at},张三\n" for at, value in enumerate(values))
    proposal = proposed(text_file(tmp_path, f"{header},手机号,姓名\n{rows}"))
    campaign = filled_in(tmp_path, proposal.text)
    assert campaign.message.fields == ((header, "姓名") if is_sent else ("姓名",))
    assert ("only counts the rows" in proposal.text) is not is_sent


def test_dates_are_shown_and_long_numbers_are_not(tmp_path: Path) -> None:
    text = (
        "手机号,到期日,入会,时间,卡号,座机\n"
        "13800138000,2026-11-30,2026年1月2日,2026/11/30 08:30:00,62220212345678,021-62345678\n"
    )
    told = proposed(text_file(tmp_path, text)).text
    assert "138****8000 | 2026-11-30 | 2026年1月2日 | 2026/11/30 08:30:00 |" in told
    assert "62220212345678" not in told
    assert "62345678" not in told


def merged_book(folder: Path) -> Path:
    rows: list[list[object]] = [["名单", None, None], ["手机号", "姓名", "所属\n门店"]]
    rows += [[str(13_800_138_000 + at), "张三", None if at % 3 else f"店{at}"] for at in range(6)]
    path = xlsx_file(folder, {"S": rows})
    book = openpyxl.load_workbook(path)
    book["S"].merge_cells("A1:C1")
    book["S"].merge_cells("C3:C5")
    book["S"].merge_cells("C6:C8")
    book.save(path)
    return path


def test_a_column_that_is_merged_downwards_is_filled_down_by_its_name(tmp_path: Path) -> None:
    proposal = proposed(merged_book(tmp_path))
    assert "# 所属 门店: cells are merged downwards" in proposal.text
    campaign = filled_in(tmp_path, proposal.text)
    assert campaign.source.fill_down == ("所属 门店",)
    assert campaign.message.fields == ("姓名", "所属 门店")
    assert campaign.values["所属 门店"].fill_down


@pytest.mark.parametrize("kind", ["csv", "ods"])
def test_where_a_file_cannot_tell_merged_cells_filling_down_is_offered(
    tmp_path: Path, kind: str
) -> None:
    rows = [["手机号", "门店", "备注"]]
    rows += [[str(13_800_138_000 + at), "" if at % 3 else "店", ""] for at in range(6)]
    if kind == "csv":
        path = text_file(tmp_path, "".join(",".join(row) + "\n" for row in rows))
    else:
        path = ods_file(tmp_path, *((row, 1, 1) for row in rows))
    proposal = proposed(path)
    assert '\n# fill_down = ["门店"]\n' in proposal.text
    assert filled_in(tmp_path, proposal.text).source.fill_down == ()


def test_a_file_without_header_and_one_without_numbers(tmp_path: Path) -> None:
    bare = filled_in(tmp_path, proposed(text_file(tmp_path, "张三,13800138000,7\n")).text)
    assert (bare.source.phone, bare.message.fields) == ("#2", ("#1", "#3"))
    proposal = proposed(text_file(tmp_path, "a,b\n1,x\n"))
    assert "[source] phone: phone column" in proposal.blanks[0].text
    assert filled_in(tmp_path, proposal.text).limits.max_messages == 0


def test_a_list_that_cannot_be_read_to_its_end_is_told(tmp_path: Path) -> None:
    text_file(tmp_path, listed(3), "a.csv")
    text_file(tmp_path, "号,姓名\n13800138000,x\n", "b.csv")
    text = proposed(tmp_path / "*.csv").text
    assert "NOT READ TO ITS END: there is no column 手机号 in b.csv" in text


def test_what_is_no_spreadsheet_is_refused_by_what_it_is(tmp_path: Path) -> None:
    named = text_file(tmp_path, "", "campaign.toml")
    other = text_file(tmp_path, '[campaign]\nname = "x"\n', "campaign.txt")
    for file in (named, other):
        with pytest.raises(UsageError, match="is a campaign file, and init proposes one"):
            proposed(file)
    with pytest.raises(SourceMissing, match=r"name 名单\.xlsx itself"):
        proposed(text_file(tmp_path, "x", "~$名单.xlsx"))
    with pytest.raises(UsageError, match=r"--endpoint: .* must be"):
        proposed(text_file(tmp_path, listed(1)), Wish(endpoint="http://example.com"))


@pytest.mark.parametrize("endpoint", ["emulator", REAL])
@pytest.mark.parametrize("channel", list(Channel))
def test_a_campaign_for_whoever_reads_chinese_differs_in_words_alone(
    tmp_path: Path, channel: Channel, endpoint: str
) -> None:
    file = text_file(tmp_path, listed(6_000))
    english = proposed(file, Wish(channel, endpoint))
    chinese = proposed(file, Wish(channel, endpoint, Language.ZH))
    assert [blank.line for blank in chinese.blanks] == [blank.line for blank in english.blanks]
    comments = re.findall(r"(?m)# (?!\[|[a-z_]+ = )(\S.*)$", chinese.text)
    assert len(comments) > 8
    assert [one for one in comments if not re.search("[\u4e00-\u9fff]", one)] == []
    for before, after in zip(english.text.splitlines(), chinese.text.splitlines(), strict=True):
        if not before.startswith(("#", "language")) and "<" not in before:
            assert before.partition(" # ")[0] == after.partition(" # ")[0]
    assert 'language = "zh"' in chinese.text
