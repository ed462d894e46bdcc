"""What a night left unsent is sent, or named, by the next one, and nobody gets anything twice."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.ports.marks import REHEARSAL
from tests.support.nights import Nights, once, people

CEILING = 10


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    found = Nights.at(tmp_path)
    found.write(people())
    return found


def stopped_at(nights: Nights, **keys: object) -> str:
    """Let a first night end at its ceiling, and return its run."""
    nights.desk.write_campaign(
        max_messages=CEILING, extra="[screening]\nrepeat_share = 1\n", **keys
    )
    limits = nights.desk.campaign.read_text(encoding="utf-8")
    nights.desk.campaign.write_text(
        limits.replace("[limits]", "[limits]\nrecipients_per_request = 5"), encoding="utf-8"
    )
    done = nights.run("--json")
    assert done.exit == 75, done.err
    assert sum(nights.got().values()) == CEILING
    return str(done.json["run"])


def without_ceiling(nights: Nights, more: str = "") -> None:
    text = nights.desk.campaign.read_text(encoding="utf-8")
    text = text.replace(f"max_messages = {CEILING}", "max_messages = 0")
    nights.desk.campaign.write_text(
        text.replace('state = "state"', f'state = "state"\n{more}'), encoding="utf-8"
    )


def reasons(nights: Nights, run: str) -> Mapping[str, int]:
    status = nights.koosend("status", run, "--state", nights.desk.folder / "state", "--json")
    return dict(status.json["outcomes"])


def test_the_next_night_sends_what_the_last_one_left_and_then_its_own_list(
    nights: Nights,
) -> None:
    run = stopped_at(nights)
    without_ceiling(nights)
    nights.later(days=1)
    nights.write(people(40, 60))
    done = nights.run()
    assert (done.exit, nights.got()) == (0, {**once(), **once(40, 60)})
    assert f"run {run} left 20 people unsent; it goes first" in done.err


def test_who_has_new_values_on_the_new_list_gets_those_alone(nights: Nights) -> None:
    run = stopped_at(nights)
    without_ceiling(nights)
    nights.later(days=1)
    nights.write(people(20, 40, points="77"))
    done = nights.run()
    assert (done.exit, nights.got()) == (0, once(stop=40))
    assert f"run {run}: 10 people of it stand on the new list with other values" in done.err
    assert reasons(nights, run).get("skipped") == 10
    proved = nights.koosend("verify", run, "--state", nights.desk.folder / "state", "--json")
    assert [finding["code"] for finding in proved.json["findings"]] == ["source_changed"]


def test_what_cannot_go_on_is_named_and_does_not_hold_the_night_up(nights: Nights) -> None:
    run = stopped_at(nights)
    without_ceiling(nights)
    text = nights.desk.campaign.read_text(encoding="utf-8")
    nights.desk.campaign.write_text(text.replace("=云商城", "=云商城二店"), encoding="utf-8")
    nights.later(days=1)
    nights.write(people(40, 60))
    done = nights.run()
    assert done.exit == 79
    assert sum(nights.got().values()) == CEILING + 20
    assert f"20 people are still to be sent to by run {run} of " in done.err
    assert "the campaign says something else by now" in done.err
    assert f"koosend drop {run} --state {nights.desk.folder / 'state'} closes it" in done.err


def test_a_run_that_is_dropped_is_closed_and_every_row_of_it_explained(nights: Nights) -> None:
    run = stopped_at(nights)
    state = ("--state", nights.desk.folder / "state")
    assert nights.koosend("drop", run, *state).exit == 2
    open_now = nights.koosend("status", nights.desk.campaign, "--check")
    named = f"koosend run {run} --state {state[1]} goes on"
    told = f"run {run}: 20 people are still to be sent to; {named}\n"
    assert (open_now.exit, open_now.out) == (75, f"{REHEARSAL}\n{told}")
    dropped = nights.koosend("drop", run, "--yes", *state)
    mark, said = dropped.out.splitlines()
    assert (dropped.exit, said) == (0, f"run {run} is closed: 20 people are not sent to")
    assert mark == "REHEARSAL / 演练, nobody was sent anything"
    assert reasons(nights, run).get("skipped") == 20
    assert nights.koosend("verify", run, *state).exit == 0
    closed = nights.koosend("status", nights.desk.campaign, "--check", "--json")
    assert (closed.exit, closed.json["alarms"]) == (0, [])
    without_ceiling(nights)
    nights.later(days=1)
    nights.write(people(40, 60))
    assert nights.run().exit == 0
    assert sum(nights.got().values()) == CEILING + 20
    assert nights.koosend("drop", run, "--yes", *state).exit == 2


def test_a_campaign_that_drops_closes_what_was_left(nights: Nights) -> None:
    run = stopped_at(nights)
    without_ceiling(nights, 'leftovers = "drop"')
    nights.later(days=1)
    nights.write(people(40, 60))
    assert nights.run().exit == 0
    assert sum(nights.got().values()) == CEILING + 20
    assert reasons(nights, run).get("skipped") == 20


def test_first_recipients_who_were_all_that_was_asked_for_do_not_bring_the_others(
    nights: Nights,
) -> None:
    first = nights.run("--only-first", 10, "--json")
    assert first.exit == 75
    run = first.json["run"]
    nights.later(days=1)
    nights.write(people(40, 60))
    done = nights.run()
    assert done.exit == 79
    assert f"run {run} of " in done.err
    assert "it was to reach its first recipients only" in done.err
    assert nights.got() == {**once(stop=10), **once(40, 60)}
    assert nights.koosend("run", run, "--state", nights.desk.folder / "state").exit == 0
    assert nights.got() == {**once(), **once(40, 60)}


def test_a_run_that_a_person_paused_is_named_and_goes_on_only_once_it_is_resumed(
    nights: Nights,
) -> None:
    run = stopped_at(nights)
    state = ("--state", nights.desk.folder / "state")
    assert nights.koosend("pause", run, *state).exit == 0
    without_ceiling(nights)
    nights.later(days=1)
    nights.write(people(40, 60))
    done = nights.run()
    assert (done.exit, nights.got()) == (79, {**once(stop=CEILING), **once(40, 60)})
    assert "a person paused it; koosend resume" in done.err
    assert nights.koosend("resume", run, *state).exit == 0
    assert nights.run().exit == 0
    assert nights.got() == {**once(), **once(40, 60)}
