"""Answers that get lost on the wire are settled by asking, and nobody is reached twice.

The signature's Host is the proxy's, which the emulator verifies as it was sent.
"""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import Desk
from tests.support.emulator_process import running_emulator
from tests.support.members import write_members
from tests.support.proxy import Fault, losing

KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}


FIRST = 12
"""Of the first requests some are lost: one that is lost again after its release is held."""


def _every(count: int, fault: Fault) -> Callable[[int], Fault]:
    return lambda number: fault if number < FIRST and number % count == count - 1 else Fault.NONE


def _mixed(seed: int) -> Callable[[int], Fault]:
    faults: list[Fault] = [*Fault, Fault.NONE, Fault.NONE]

    def plan(number: int) -> Fault:
        # Of the number alone, so that each test meets the same faults whatever ran before it.
        return random.Random(seed * 1000 + number).choice(faults)  # noqa: S311 -- no secret

    return plan


CASES = {
    "never reached": _every(4, Fault.DROP_BEFORE),
    "taken, answer lost": _every(4, Fault.DROP_AFTER),
    "answer cut": _every(4, Fault.CUT),
    "mixed": _mixed(1),
}


@pytest.mark.parametrize("channel", ["aim", "aim_basic"])
@pytest.mark.parametrize("case", CASES)
def test_a_lost_answer_is_asked_for_and_nobody_is_reached_twice(
    tmp_path: Path, case: str, channel: str
) -> None:
    desk = Desk(tmp_path)
    rows = 20_000 if channel == "aim_basic" else 1_500
    members = write_members(desk.folder / "members.csv", rows, seed=20)
    with running_emulator(desk.folder) as provider, losing(provider.url, CASES[case]) as wire:
        desk.write_campaign(channel=channel, endpoint=wire.url, settle_s=1)
        done = desk.koosend("run", desk.campaign, "--json", env=KEYS)
        assert done.exit == 0, done.err
        assert set(wire.faults) - {Fault.NONE}, "the case lost nothing"
        taken = [str(message["phone"]) for message in provider.messages()]
    assert sorted(taken) == sorted(members.sendable)
    assert set(done.json["submissions"]) == {"accepted"}
    assert desk.koosend("verify", desk.campaign).exit == 0


def test_a_doubt_is_held_where_a_person_wants_to_decide(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    write_members(desk.folder / "members.csv", 1_500, seed=21)
    plan = _every(5, Fault.DROP_BEFORE)
    with running_emulator(desk.folder) as provider, losing(provider.url, plan) as wire:
        text = desk.write_campaign(endpoint=wire.url, settle_s=1).read_text(encoding="utf-8")
        hold = text.replace("settle_s = 1", 'settle_s = 1\nthen = "hold"')
        desk.campaign.write_text(hold, encoding="utf-8")
        held = desk.koosend("run", desk.campaign, "--json", env=KEYS)
        assert held.exit == 79, held.err
        assert held.json["submissions"]["in_doubt"] == wire.faults.count(Fault.DROP_BEFORE)
        taken = len(provider.messages())
        again = desk.koosend("run", desk.campaign, "--json", env=KEYS)
        assert again.exit == 79
        assert len(provider.messages()) == taken
        plan_again = desk.koosend("rerun", desk.campaign, "--json").json
        assert plan_again["left_out"]["in_doubt"] == held.json["outcomes"]["in_doubt"]
