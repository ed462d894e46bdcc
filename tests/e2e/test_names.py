"""What others wrote - names, headers, values - is shown without harm, and without numbers."""

import json
import re
import shlex

import pytest

from tests.support.command import AIM, Desk, Done
from tests.support.spreadsheets import xlsx_file

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


STEERING = "\x1b[2J\x1b]0;title\x07\x9b31m\x7f\x85"
TURNING = "\u202e\u2066\u200f\u061c\u2028"
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
NAMED = f'params = {{ name = "姓{TURNING}名", points = "积分", shop = "=云商城" }}'
HEADER = f"手机号,姓{TURNING}名,积分\n"
ROWS = "".join(f"1380000{at:04},会{TURNING * (at % 2)}员{at},{at}\n" for at in range(20))
"""Each second row is rejected for its name, and shown where that is told."""


def _hostile(desk: Desk) -> Desk:
    """Put a campaign on the desk whose folder, list, headers and values were made to mislead."""
    folder = desk.folder / f"desk{STEERING}{TURNING}"
    folder.mkdir()
    found = Desk(folder)
    (folder / f"list{TURNING}{STEERING}.csv").write_text(HEADER + ROWS, encoding="utf-8")
    message = AIM.replace(AIM.splitlines()[2], NAMED).replace('["姓名", "积分"]', '["=甲", "=2"]')
    spelled = json.dumps(STEERING)[1:-1].replace("\x7f", "\\u007f").replace("\x85", "\\u0085")
    found.write_campaign(message=message, source=f"list{TURNING}{spelled}.csv")
    return found


def _harmless(done: Done) -> Done:
    assert not UNSEEN.search(done.out + done.err), ascii(done.out + done.err)
    return done


def test_no_name_or_value_steers_a_screen_a_log_or_a_page(desk: Desk) -> None:
    hostile = _hostile(desk)
    source = next(hostile.folder.glob("list*"))
    proposed = _harmless(hostile.koosend("init", source))
    assert proposed.exit == 0
    assert "姓\\u202e\\u2066" in proposed.out
    for arguments in (
        ("check",),
        ("check", "--json"),
        ("run",),
        ("status",),
        ("status", "--json"),
        ("report",),
        ("verify",),
        ("runs", "--json"),
    ):
        verb, *options = arguments
        done = _harmless(hostile.koosend(verb, hostile.campaign, *options))
        assert done.exit == 0, done.err
    written = [path for path in (hostile.folder / "state").rglob("*") if path.is_file()]
    shown = [path for path in written if path.suffix in {".jsonl", ".html", ".txt", ".csv", ".log"}]
    assert {path.suffix for path in shown} >= {".html", ".jsonl", ".csv"}
    for path in shown:
        if "emulator" not in path.parts:
            assert not UNSEEN.search(path.read_text(encoding="utf-8")), path


def test_no_sheet_header_or_key_steers_a_screen_by_an_error(desk: Desk) -> None:
    book = xlsx_file(desk.folder, {f"表{TURNING}": [["手机号", f"姓{TURNING}"]]})
    for key in ('"a\\u001b[31m\\u202e\\nkoosend: all is well" = 1', f'"{TURNING}"=1'):
        desk.write_campaign(source=book.name)
        text = desk.campaign.read_text(encoding="utf-8")
        desk.campaign.write_text(text.replace("[source]", f"[source]\n{key}"), encoding="utf-8")
        done = _harmless(desk.koosend("check", desk.campaign, "--offline"))
        assert done.exit == 78
        assert len(done.err.splitlines()) == 1
    desk.write_campaign(source=book.name)
    done = _harmless(desk.koosend("check", desk.campaign, "--offline"))
    assert (done.exit, len(done.err.splitlines())) == (78, 1)
    assert "姓" in done.err


@pytest.mark.parametrize("mark", ["\n* * * * * echo owned\n", "\r", "\x1b[31m", "\u202e", "\u2028"])
def test_a_campaigns_name_cannot_begin_a_line_of_a_crontab(desk: Desk, mark: str) -> None:
    desk.write_campaign(name="members" + "".join(f"\\u{ord(one):04x}" for one in mark))
    done = _harmless(desk.koosend("schedule", desk.campaign, "--rehearsal"))
    assert (done.exit, done.out) == (78, "")
    assert "the key campaign.name must have 1 to 64 characters on one line" in done.err


def test_a_path_that_would_break_a_crontab_is_refused_and_a_percent_sign_is_kept(
    desk: Desk,
) -> None:
    for name in ("a\n* * * * * echo owned\n", "a\u202e", "a\x1b[31m"):
        folder = desk.folder / name
        folder.mkdir()
        broken = Desk(folder)
        broken.write_campaign()
        done = _harmless(broken.koosend("schedule", broken.campaign, "--rehearsal"))
        assert (done.exit, done.out) == (2, ""), done
        assert "rename it" in done.err
    odd = Desk(desk.folder / "100% of 'it'")
    odd.folder.mkdir()
    odd.write_campaign(endpoint="emulator")
    done = _harmless(odd.koosend("schedule", odd.campaign, "--rehearsal", "--for", "cron"))
    jobs = [line for line in done.out.splitlines() if line[:1].isdigit()]
    assert len(jobs) == 2
    # cron takes the backslash away; what is left is what the shell reads.
    assert not any(re.search(r"(?<!\\)%", job) for job in jobs)
    read = shlex.split(jobs[0].split(" ", 5)[5].replace("\\%", "%"))
    assert str(odd.campaign) in read
