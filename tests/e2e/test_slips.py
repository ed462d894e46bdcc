"""What people type by mistake, seen from the command line."""

from tests.support.command import Desk

MEMBERS = 20


def test_a_word_that_is_no_command_suggests_what_was_meant(desk: Desk) -> None:
    for word, meant in (
        ("chek", "there is no command chek; did you mean check?"),
        ("campaign.toml", "koosend check campaign.toml, or koosend run campaign.toml"),
        ("members.csv", "koosend init members.csv proposes a campaign for it"),
        ("13800138000", "there is no command 138****8000; koosend --help lists them"),
    ):
        done = desk.koosend(word)
        assert done.exit == 2
        assert meant in done.err


def test_lists_that_are_open_elsewhere_or_named_oddly_are_told(desk: Desk) -> None:
    (desk.folder / "~$members.csv").write_bytes(b"\x04Anna" + b" " * 160)
    desk.write_campaign(source="*.csv")
    done = desk.koosend("run", desk.campaign)
    assert done.exit == 0, done.err
    assert "members.csv is open in another program (~$members.csv lies beside it)" in done.err
    assert len(desk.taken()) == len(set(desk.taken())) > 0
    for source, sentence in (
        ("~$members.csv", "while it has members.csv open; name members.csv itself"),
        ("~nobody-here/x.csv", "~nobody-here stands for the home folder of a user"),
    ):
        desk.write_campaign(source=source)
        done = desk.koosend("check", desk.campaign, "--offline")
        assert (done.exit, sentence in done.err) == (66, True), done.err


def test_what_was_filled_from_the_row_above_is_counted(desk: Desk) -> None:
    rows = [f"{13_800_138_000 + at},{'' if at % 3 else f'店{at}'},7" for at in range(9)]
    (desk.folder / "members.csv").write_text("\n".join(["手机号,姓名,积分", *rows]))
    desk.write_campaign()
    text = desk.campaign.read_text(encoding="utf-8")
    desk.campaign.write_text(text.replace("phone =", 'fill_down = ["姓名"]\nphone ='))
    done = desk.koosend("run", desk.campaign)
    assert done.exit == 0, done.err
    assert "6 empty cells filled from the row above in 姓名" in done.err
    assert len(desk.taken()) == 9


def test_init_proposes_for_a_channel_and_an_endpoint_and_lists_what_is_left(desk: Desk) -> None:
    done = desk.koosend(
        "init",
        "members.csv",
        *("--channel", "aim_basic", "--endpoint", "https://koomessage.myhuaweicloud.cn"),
    )
    assert done.exit == 0, done.err
    assert 'channel = "aim_basic"' in done.out
    assert 'endpoint = "https://koomessage.myhuaweicloud.cn"' in done.out
    assert done.err.endswith(
        "[message] template: video template number\nThen: koosend check the campaign\n"
    )
    for given, sentence in (
        ((desk.campaign,), "is a campaign file, and init proposes one"),
        (("members.csv", "--endpoint", "http://example.com"), "--endpoint: the key account.end"),
    ):
        refused = desk.koosend("init", *given)
        assert (refused.exit, sentence in refused.err) == (2, True), refused.err
    spreadsheet = desk.koosend("check", "members.csv")
    assert spreadsheet.exit == 78
    assert "is a spreadsheet and no campaign file; koosend init members.csv" in spreadsheet.err
