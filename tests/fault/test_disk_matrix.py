"""A disk that refuses any write to the ledger stops the sending; with room again the run goes on.

The shim refuses, from the n-th such call on, every write, sync, truncation and opening.
"""

import itertools
from pathlib import Path

import pytest

from tests.campaigns.crash.disk import ERRORS, LEDGER_CANNOT_RECORD, DiskCell, run_disk
from tests.campaigns.crash.points import every_failure, failures, is_ledger_write
from tests.campaigns.crash.stage import staged
from tests.support.shim import Action, Point, Shim, Step

POINTS = {"aim": 6, "aim_basic": 3}
TRIED_POSTS = (0, 2, 4)

# Half a minute on a machine of its own; a busy one may take its time.
pytestmark = pytest.mark.timeout(1200)


DECISION_NEEDED = 79


def _broken(cells: list[DiskCell]) -> list[DiskCell]:
    return [cell for cell in cells if not cell.holds]


@pytest.mark.parametrize("channel", POINTS)
def test_a_refused_write_stops_the_sending_and_the_same_command_goes_on(
    tmp_path: Path, shim: Shim, channel: str
) -> None:
    with staged(tmp_path, channel, shim) as stage:
        steps = stage.record(concurrency=1)
        cells = run_disk(stage, failures(steps, ERRORS, POINTS[channel]))
    assert _broken(cells) == []
    assert len({cell.point.errno for cell in cells}) == len(ERRORS)
    stopped = [cell for cell in cells if cell.exits[0] == LEDGER_CANNOT_RECORD]
    assert len(stopped) >= len(cells) - 2, "only folding the log at the end may fail in silence"


def test_no_request_leaves_when_its_intent_is_refused(tmp_path: Path, shim: Shim) -> None:
    with staged(tmp_path, "aim", shim) as stage:
        steps = stage.record(concurrency=1)
        cells = run_disk(stage, _refused_intents(steps))
        taken = stage.taken()
    held = [cell for cell in cells if cell.exits == (LEDGER_CANNOT_RECORD, DECISION_NEEDED, 0)]
    others = [cell for cell in cells if cell not in held]
    assert [cell for cell in others if cell.exits != (LEDGER_CANNOT_RECORD, 0)] == []
    assert _broken(cells) == []
    assert len(held) <= 1, "the first request of an account alone has no known name as deep"
    assert set(taken.values()) == {1}


def test_failures_are_spread_from_the_first_write_to_the_last() -> None:
    steps = tuple(Step("pwrite", "ledger.sqlite3-wal", n, 4096, "") for n in range(1, 101))
    points = failures(steps, ERRORS, 4)
    assert [point.ordinal for point in points] == [1, 34, 67, 100]
    assert {point.action for point in points} == {Action.FAIL}


def test_every_failure_is_each_error_at_each_write_to_the_ledger() -> None:
    others = (Step("write", "events.jsonl", 1, 90, ""), Step("close", "ledger.sqlite3", 1, 0, ""))
    writes = tuple(Step("pwrite", "ledger.sqlite3-wal", n, 4096, "") for n in range(1, 5))
    points = every_failure((*others, *writes), ERRORS)
    assert {(point.ordinal, point.errno) for point in points} == set(
        itertools.product((1, 2, 3, 4), ERRORS)
    )
    assert len(points) == 12


def _refused_intents(steps: tuple[Step, ...]) -> list[Point]:
    """Refuse the first page, and the sync, of the intents of some requests."""
    points: list[Point] = []
    posts = [number for number, step in enumerate(steps) if step.is_post]
    for number in (posts[post] for post in TRIED_POSTS):
        writes = sum(map(is_ledger_write, steps[:number]))
        for back in (_pages_before_sync(steps[:number]), 0):
            error = ERRORS[len(points) % len(ERRORS)]
            points.append(Point(Action.FAIL, "*", "*", writes - back, error))
    return points


def _pages_before_sync(before: tuple[Step, ...]) -> int:
    """Count the pages that were written between the last sync of the log and the one before."""
    log = [step for step in before if is_ledger_write(step)]
    assert log[-1].kind == "fdatasync"
    pages = 0
    while log[-2 - pages].kind == "pwrite" and log[-2 - pages].target.endswith("-wal"):
        pages += 1
    return pages
