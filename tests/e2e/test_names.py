"""What others wrote - names, headers, values - is shown without harm, and without numbers."""

import re

from tests.support.command import AIM, Desk

LIST = """\
手机号,姓名,积分
13800000001,请拨13535854175,138.0013.8000
13800000002,1 3 8 0 0 1 3 8 0 0 0,"138\u00a0001\u200b38000"
"""
HIDDEN = ("13535854175", "13800138000")


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def test_no_number_within_a_value_is_shown_by_check(desk: Desk) -> None:
    (desk.folder / "members.csv").write_text(LIST, encoding="utf-8")
    desk.write_campaign(message=AIM.replace('params = ["姓名", "积分"]', 'params = ["=甲", "=2"]'))
    for form in ((), ("--json",), ("--offline",)):
        done = desk.koosend("check", desk.campaign, *form)
        assert done.exit == 0, done.err
        assert "请拨135****4175" in done.out
        assert not any(number in _digits(done.out + done.err) for number in HIDDEN)
