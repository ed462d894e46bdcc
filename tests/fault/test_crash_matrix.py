"""A run that is killed at any of its steps goes on, and everybody is reached exactly once."""

from pathlib import Path

import pytest

from tests.campaigns.crash.matrix import Cell, Plan, record, run_matrix
from tests.campaigns.crash.points import every_point, sampled, telling_points
from tests.campaigns.crash.stage import EARLIER, KILLED, RECIPIENTS, staged, wrong_numbers
from tests.support.messages import FALLBACK
from tests.support.shim import KILLS, Action, Point, Shim, Step, kinds_of

POINTS = {"aim": 9, "aim_basic": 5, "sms": 5, "aim_links": 7, FALLBACK: 4}
EARLIER_POINTS = 5
FURTHER_POINTS = 4
BETWEEN = 6
CUTS = (12, 16, 20, 24)
"""Steps of a start by which the ledger is open and little or nothing of it is synced anew."""
SEED = 20

# Half a minute on a machine of its own; a busy one may take its time.
pytestmark = pytest.mark.timeout(1200)


def _broken(cells: list[Cell]) -> list[Cell]:
    return [cell for cell in cells if not cell.holds]


@pytest.mark.parametrize("channel", POINTS)
def test_a_run_killed_at_a_step_of_each_kind_reaches_everybody_exactly_once(
    tmp_path: Path, shim: Shim, channel: str
) -> None:
    points = telling_points(record(tmp_path, shim, channel))
    chosen = sampled(points, POINTS[channel], SEED)
    cells = run_matrix(tmp_path, shim, Plan(channel, chosen), lambda _: None)
    assert _broken(cells) == []
    hit = [cell for cell in cells if cell.reached]
    assert len(hit) >= 0.7 * len(cells), "the recorded steps are not those of the killed runs"


@pytest.mark.parametrize("channel", ["aim", "aim_basic"])
def test_what_an_earlier_run_left_and_the_next_list_reach_everybody_exactly_once(
    tmp_path: Path, shim: Shim, channel: str
) -> None:
    kind = channel + EARLIER
    on_the_wire = [step for step in record(tmp_path, shim, kind) if step.kind in {"send", "recv"}]
    # The last request of the run that goes on first: no row is left to send, and one is in doubt.
    last = max(step.ordinal for step in on_the_wire[: len(on_the_wire) // 2] if step.is_post)
    points = sampled(telling_points(on_the_wire), EARLIER_POINTS, SEED)
    chosen = {*points, Point(Action.HEAD, "send", "tcp", last)}
    cells = run_matrix(tmp_path, shim, Plan(kind, tuple(chosen)), lambda _: None)
    assert _broken(cells) == []


def test_a_run_killed_between_its_links_and_their_sending_goes_on_with_them(
    tmp_path: Path, shim: Shim
) -> None:
    steps = record(tmp_path, shim, "aim_links")
    posts = [number for number, step in enumerate(steps) if step.is_post]
    links = -(-RECIPIENTS["aim_links"] // 100)
    between = telling_points(steps[posts[links - 1] + 1 : posts[links]])
    cells = run_matrix(
        tmp_path, shim, Plan("aim_links", sampled(between, BETWEEN, SEED)), lambda _: None
    )
    assert _broken(cells) == []
    assert sum(cell.reached for cell in cells) >= BETWEEN // 2


def test_a_run_killed_twice_reaches_everybody_exactly_once(tmp_path: Path, shim: Shim) -> None:
    points = telling_points(record(tmp_path, shim, "aim"))
    posts = [point for point in points if point.kind == "send"]
    plan = Plan("aim", sampled(posts, FURTHER_POINTS, SEED)[:FURTHER_POINTS], more_kills=1)
    cells = run_matrix(tmp_path, shim, plan, lambda _: None)
    assert _broken(cells) == []
    assert max(cell.kills for cell in cells) == 2


def test_a_power_cut_in_the_next_start_takes_nothing_that_was_synced_before(
    tmp_path: Path, shim: Shim
) -> None:
    with staged(tmp_path, "sms", shim) as stage:
        steps = stage.record()
        sent = max(number for number, step in enumerate(steps) if step.is_post)
        answers = sum(step.kind == "recv" for step in steps[:sent])
        last = Point(Action.AFTER, "recv", "tcp", answers)
        cuts = [Point(Action.POWER, "*", "*", ordinal) for ordinal in CUTS]
        cases = [stage.case() for _ in cuts]
        for case, cut in zip(cases, cuts, strict=True):
            assert (stage.run(case, last).exit, stage.run(case, cut).exit) == (KILLED, KILLED)
            assert stage.run(case).exit == 0
        taken = stage.taken()
    assert [wrong_numbers(case, taken) for case in cases] == [(0, 0)] * len(cases)


def test_the_shim_sees_every_kind_of_step(tmp_path: Path, shim: Shim) -> None:
    steps = record(tmp_path, shim, "aim")
    seen = kinds_of(steps)
    assert {kind for kind, _ in seen} >= {
        "open", "pwrite", "write", "fdatasync", "ftruncate", "mmap", "close", "rename", "unlink",
        "connect", "send", "recv",
    }  # fmt: skip
    assert sum(step.is_post for step in steps) == 5
    assert seen["fdatasync", "ledger.sqlite3-wal"] > 10
    chosen = sampled(telling_points(steps), POINTS["aim"], SEED)
    assert {point.kind for point in chosen} == {kind for kind, _ in seen}
    assert {point.action for point in chosen} == KILLS


def test_every_intent_is_synced_before_its_request_leaves(tmp_path: Path, shim: Shim) -> None:
    steps = record(tmp_path, shim, "aim")
    for number, step in enumerate(steps):
        if step.is_post:
            assert _is_synced(steps[:number])


def test_a_row_of_equal_writes_is_thinned_to_its_ends_and_its_middle() -> None:
    row = [Step("pwrite", "wal", n, 4096, "") for n in range(1, 8)]
    telling = telling_points([*row, Step("fdatasync", "wal", 1, 0, "")])
    assert {point.ordinal for point in telling if point.kind == "pwrite"} == {1, 4, 7}
    assert Point(Action.POWER, "fdatasync", "wal", 1) in telling
    assert len(every_point(row)) == 14


def _is_synced(before: tuple[Step, ...]) -> bool:
    """Tell whether the last thing that happened to the write-ahead log was its sync."""
    log = [step for step in before if step.target == "ledger.sqlite3-wal"]
    return log[-1].kind == "fdatasync"
