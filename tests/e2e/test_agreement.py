"""A person at a terminal is asked once before real people are sent to; cron is not."""

from tests.support.command import Desk
from tests.support.members import write_members
from tests.support.terminal import on_terminal, seen

REAL = "https://koomessage.myhuaweicloud.cn"


def environment(desk: Desk) -> dict[str, str]:
    keys = {"HUAWEICLOUD_SDK_AK": "a-key", "HUAWEICLOUD_SDK_SK": "a-secret"}
    return {**keys, "XDG_STATE_HOME": str(desk.folder / "home")}


def a_real_desk(desk: Desk) -> Desk:
    write_members(desk.folder / "members.csv", 30)
    prices = "[prices]\nsms_yuan = 0.05\nparse_yuan = 0.03\n"
    desk.write_campaign(endpoint=REAL, ask="false", extra=prices, settle_s=1200)
    return desk


def planned_runs(desk: Desk) -> int:
    runs = desk.koosend("runs", "--state", desk.folder / "state", "--json")
    return len(runs.json) if runs.exit == 0 else 0


def test_a_person_who_says_no_has_sent_and_planned_nothing(desk: Desk) -> None:
    a_real_desk(desk)
    line = ("run", desk.campaign)
    shown = seen(on_terminal(desk.folder, *line, env=environment(desk), typed="n\n", columns=160))
    text = "\n".join(shown)
    assert f"members sends to real people by {REAL}." in text
    assert "to:        " in text
    assert "cost:      " in text
    assert "yuan" in text
    assert "template:  700000001, 15010661" in text
    assert "signature: 云商城" in text
    assert "card: name=" in text
    assert "! limits.window: it is not set" in text
    assert text.count("Send it? [y/N]") == 1
    assert "nothing was sent, since you said no" in text
    assert planned_runs(desk) == 0


def test_a_person_who_says_yes_or_said_it_before_goes_on_and_cron_is_not_asked(
    desk: Desk,
) -> None:
    a_real_desk(desk)
    (desk.folder / "state").mkdir()
    # Where a folder is to be: the run is planned, and stops before anything leaves this machine.
    (desk.folder / "state" / "runs").touch()
    env = environment(desk)
    agreed = on_terminal(desk.folder, "run", desk.campaign, env=env, typed="y\n")
    assert "Send it?" in agreed
    assert planned_runs(desk) == 1
    again = on_terminal(desk.folder, "run", desk.campaign, env=env)
    assert "Send it?" not in again
    asked = on_terminal(desk.folder, "run", desk.campaign, "--yes", "--again", env=env)
    assert "Send it?" not in asked
    quiet = desk.koosend("run", desk.campaign, env=env)
    assert "Send it?" not in quiet.err + quiet.out
    checked = desk.koosend("check", desk.campaign, "--offline", env=env)
    assert "   !  limits.window: it is not set" in checked.out
