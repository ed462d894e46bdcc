"""Runs killed at any moment over a bad wire: `make kills` does the same two hundred times."""

from pathlib import Path

import pytest

from tests.campaigns.crash.kills import Life, Wish, kill_at_random
from tests.support.shim import Shim

CAMPAIGNS = 4

# Seconds on a machine of its own; a busy one may take its time.
pytestmark = pytest.mark.timeout(1200)


def lives(folder: Path, shim: Shim, wish: Wish) -> list[Life]:
    return kill_at_random(folder, shim, wish, lambda _: None)


def test_runs_killed_at_any_moment_reach_everybody_exactly_once(tmp_path: Path, shim: Shim) -> None:
    ended = lives(tmp_path, shim, Wish(8, campaigns=CAMPAIGNS))
    assert [life for life in ended if not life.holds] == []
    assert sum(life.kills for life in ended) >= 8


def test_without_settling_the_referee_sees_what_is_sent_twice(tmp_path: Path, shim: Shim) -> None:
    ended = lives(tmp_path, shim, Wish(8, campaigns=CAMPAIGNS, settle_s=0))
    assert sum(life.duplicates for life in ended) > 0
