"""The power fails during a run, and the same command goes on from what the disk kept.

What was synced is there: the disk keeps what it says it has written. Of what was written after
that, any number of pages may be there, the last one torn. So the log of a run that was killed
before a sync is cut at pages behind the last sync, and nowhere else. That the referee would notice
a disk that lies is shown by cutting before it.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.campaigns.crash.matrix import PARALLEL
from tests.campaigns.crash.stage import (
    KILLED,
    Case,
    Stage,
    balances,
    is_held,
    staged,
    wrong_numbers,
)
from tests.campaigns.crash.verify import verified
from tests.support.command import Done
from tests.support.shim import Action, Point, Shim, Step, steps_of

LOG = "ledger.sqlite3-wal"
HEADER_BYTES = 32
FRAME_BYTES = 24 + 4096
POINTS = 3
SHARES = (0.0, 0.6)

# Half a minute on a machine of its own; a busy one may take its time.
pytestmark = pytest.mark.timeout(1200)

DECISION_NEEDED = 79


@dataclass(frozen=True, slots=True)
class Lost:
    """A run whose power failed: how much of its log was written, synced, and left by the cut."""

    case: Case
    written: int
    synced: int
    left: int


def _is_synced(step: Step) -> bool:
    return (step.kind, step.target) == ("fdatasync", LOG)


def _unsynced_bytes(steps: Sequence[Step]) -> int:
    """Add up what was appended to the log since its last sync."""
    last = max((n for n, step in enumerate(steps) if _is_synced(step)), default=-1)
    later = [step for step in steps[last + 1 :] if (step.kind, step.target) == ("pwrite", LOG)]
    return sum(step.size for step in later)


def _syncs_while_sending(steps: Sequence[Step]) -> list[Point]:
    """Choose syncs of the log from the first request's intent to the last one's."""
    posts = [n for n, step in enumerate(steps) if step.is_post]
    begun = max(n for n, step in enumerate(steps[: posts[0]]) if _is_synced(step))
    syncs = [step for step in steps[begun : posts[-1]] if _is_synced(step)]
    chosen = [syncs[n * (len(syncs) - 1) // (POINTS - 1)] for n in range(POINTS)]
    return [Point(Action.BEFORE, step.kind, step.target, step.ordinal) for step in chosen]


def _fail_power(stage: Stage, point: Point, share: float) -> Lost:
    """Kill a run before a sync and leave a share of what was not synced, in torn pages too."""
    case = stage.case()
    assert stage.run(case, point).exit == KILLED
    log = case.desk.folder / "state" / LOG
    written = log.stat().st_size
    made = steps_of(case.log)[:-1]  # the last is the sync that was not made
    synced = written - _unsynced_bytes(made)
    left = synced + int(share * (written - synced))
    with log.open("r+b") as file:
        file.truncate(left)
    return Lost(case, written, synced, left)


def _go_on(stage: Stage, case: Case) -> Done:
    """Give the same command again; a first request that is nowhere waits for a person."""
    done = stage.run(case)
    if not is_held(done):
        return done
    done, held = stage.decide(case)
    assert not held.needless
    return done


def _holds(stage: Stage, lost: Sequence[Lost], ended: Sequence[Done]) -> None:
    taken = stage.taken()
    for one, done in zip(lost, ended, strict=True):
        assert done.exit == 0, done.err
        assert balances(done, one.case)
        assert wrong_numbers(one.case, taken) == (0, 0), one
    assert verified([one.case.desk.campaign for one in lost]) == [0] * len(lost)


def test_after_a_cut_behind_the_last_sync_the_run_goes_on_and_nobody_gets_it_twice(
    tmp_path: Path, shim: Shim
) -> None:
    with staged(tmp_path, "aim", shim) as stage:
        points = _syncs_while_sending(stage.record())
        with ThreadPoolExecutor(PARALLEL) as pool:
            cuts = [(stage, point, share) for point in points for share in SHARES]
            lost = list(pool.map(lambda cut: _fail_power(*cut), cuts))
            _holds(stage, lost, list(pool.map(lambda one: _go_on(stage, one.case), lost)))
    assert all(one.synced <= one.left < one.written for one in lost)
    assert {(one.synced - HEADER_BYTES) % FRAME_BYTES for one in lost} == {0}
    assert any((one.left - HEADER_BYTES) % FRAME_BYTES for one in lost), "no page was torn"


def test_a_ledger_that_lost_what_it_had_synced_is_noticed_and_sends_nothing(
    tmp_path: Path, shim: Shim
) -> None:
    with staged(tmp_path, "aim", shim) as stage:
        steps = stage.record()
        posts = [n for n, step in enumerate(steps) if step.is_post]
        answers = sum(step.kind == "recv" for step in steps[: posts[3]])
        case = stage.case()
        assert stage.run(case, Point(Action.AFTER, "recv", "tcp", answers)).exit == KILLED
        (case.desk.folder / "state" / LOG).unlink()
        before = stage.taken()
        assert stage.run(case).exit == DECISION_NEEDED
        assert stage.taken() == before
        duplicates, _ = wrong_numbers(case, before)
    assert duplicates == 0
