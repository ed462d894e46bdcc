"""Worlds played by numbers: `python -m tests.campaigns.simulation` plays ten thousand."""

import random
from dataclasses import replace

import pytest

from pipeline.reconciler.doubts.policy import DoubtPolicy
from tests.campaigns.simulation import play as simulation
from tests.campaigns.simulation.play import MOVES, play
from tests.support.world_model import Setting

WORLDS = range(150)
AGAIN = range(30)


def test_whatever_happens_in_a_world_nobody_is_lost_or_reached_twice() -> None:
    assert [played for played in map(play, WORLDS) if played.broken] == []


def test_a_number_plays_the_same_each_time_and_others_play_otherwise() -> None:
    first = [play(seed) for seed in AGAIN]
    assert [play(seed) for seed in AGAIN] == first
    assert len({played.digest for played in first}) > len(AGAIN) * 3 // 4


def test_every_rule_of_the_model_is_a_move() -> None:
    made = {move.split(" ")[0] for seed in AGAIN for move in play(seed).moves}
    assert made == {"begin", *MOVES}


def test_a_world_that_sends_again_without_asking_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = simulation._setting

    def hasty(chance: random.Random, *, disk: bool) -> Setting:
        return replace(drawn(chance, disk=disk), settle_s=0.0, then=DoubtPolicy.RESEND)

    monkeypatch.setattr(simulation, "_setting", hasty)
    broken = [played.broken for played in map(play, WORLDS) if played.broken]
    assert [said for said in broken if said.startswith("TakenTwice")]
