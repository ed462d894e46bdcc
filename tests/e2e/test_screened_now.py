"""Whatever leaves now is screened now, also of a run that was planned nights ago."""

from collections.abc import Iterable

import pytest

from tests.support.command import Desk, Done

FIRST = range(40)
"""The people of the first night's list; ten of them are reached in it."""
LATER = range(20, 30)


def phone(person: int) -> str:
    return f"1390000{person:04d}"


def write(desk: Desk, people: Iterable[int], name: str = "members.csv") -> None:
    lines = [f"{phone(person)},会员,{person}" for person in people]
    (desk.folder / name).write_text("\n".join(("手机号,姓名,积分", *lines)) + "\n", "utf-8")


def campaign(desk: Desk, extra: str = "", **values: str) -> None:
    """Write the campaign with requests of few people, so that a night can be left in its middle."""
    desk.write_campaign(ask="false", extra=extra, **values)


def half_sent(desk: Desk, extra: str = "") -> str:
    """Send to ten people of the first list and return the run."""
    write(desk, FIRST)
    campaign(desk, extra)
    done = desk.koosend("run", desk.campaign, "--only-first", "10", "--json")
    assert done.exit == 75, done.err
    assert len(desk.taken()) == 10
    return str(done.json["run"])


def go_on(desk: Desk, run: str) -> Done:
    done = desk.koosend("run", run, "--state", desk.folder / "state", "--json")
    assert done.exit == 0, done.err
    write(desk, FIRST)  # what the run was planned from
    assert desk.koosend("verify", run, "--state", desk.folder / "state").exit == 0
    return done


def test_who_got_a_later_list_of_the_campaign_does_not_get_the_older_run_too(desk: Desk) -> None:
    run = half_sent(desk)
    write(desk, LATER)
    later = desk.koosend("run", desk.campaign)
    assert later.exit == 79, "the older run is named, and does not hold the night up"
    done = go_on(desk, run)
    assert sorted(desk.taken()) == [phone(person) for person in FIRST]
    assert done.json["outcomes"]["suppressed"] == len(LATER)
    line = desk.koosend("explain", run, "22", "--state", desk.folder / "state")
    assert "later run" in line.out, line.out


@pytest.mark.parametrize("days", [0, 3])
def test_another_campaigns_message_of_the_days_between_counts_by_same_number_days(
    desk: Desk, days: int
) -> None:
    limits = f"\n[screening]\nmessages_per_day = 0\n# {days}\n"
    run = half_sent(desk, limits)
    write(desk, LATER)
    message = 'template = "600000001"\nparams = { p_1 = "姓名", p_2 = "积分" }'
    campaign(desk, limits, name="another", channel="aim_basic", message=message)
    assert desk.koosend("run", desk.campaign).exit == 0
    campaign(desk, limits)
    text = desk.campaign.read_text(encoding="utf-8")
    desk.campaign.write_text(text.replace("[limits]", f"[limits]\nsame_number_days = {days}"))
    go_on(desk, run)
    twice = {one for one in desk.taken() if desk.taken().count(one) > 1}
    assert twice == (set() if days else {phone(person) for person in LATER})


def test_a_file_of_numbers_to_leave_out_that_has_grown_counts_for_what_is_left(desk: Desk) -> None:
    extra = '\n[screening]\nsuppress_files = ["no.csv"]\n'
    write(desk, [99], "no.csv")
    run = half_sent(desk, extra)
    write(desk, [99, *LATER], "no.csv")
    done = go_on(desk, run)
    assert sorted(desk.taken()) == [phone(person) for person in FIRST if person not in LATER]
    assert done.json["outcomes"]["suppressed"] == len(LATER)
