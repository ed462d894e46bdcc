"""The power fails: what was synced is there, what was not may be gone, and the books balance.

Two ways: a run is killed and the write-ahead log loses what was not synced, then the same command
goes on; and the log of a run is cut at each page, whole and torn, then opened and balanced.
"""

import shutil
import sqlite3
import struct
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.core.model import RunId
from pipeline.ledger import SqliteLedger
from pipeline.ports import Ledger
from pipeline.runner.commands.verify import verify_run
from pipeline.runner.session.place import Place
from tests.campaigns.crash.matrix import Plan, record, run_matrix
from tests.campaigns.crash.points import telling_points
from tests.campaigns.crash.stage import KILLED, Stage, staged
from tests.support.shim import Action, Point, Shim, Step

POINTS = 4
LOG = "ledger.sqlite3-wal"
SYNCED = ("fdatasync", LOG)
FOLDED = ("pwrite", "ledger.sqlite3")
HEADER_BYTES = 32
FRAME_HEADER_BYTES = 24

# Half a minute on a machine of its own; a busy one may take its time.
pytestmark = pytest.mark.timeout(1200)


def _spread(points: list[Point], count: int) -> list[Point]:
    return [points[n * (len(points) - 1) // (count - 1)] for n in range(count)]


def test_a_run_whose_unsynced_log_is_lost_reaches_everybody_exactly_once(
    tmp_path: Path, shim: Shim
) -> None:
    points = telling_points(record(tmp_path, shim, "aim"))
    power = [point for point in points if point.action is Action.POWER]
    cells = run_matrix(tmp_path, shim, Plan("aim", _spread(power, POINTS)), lambda _: None)
    assert [cell for cell in cells if not cell.holds] == []
    assert sum(cell.reached for cell in cells) >= POINTS - 1


@dataclass(frozen=True, slots=True)
class Log:
    """A write-ahead log that a killed run left beside its ledger."""

    ledger: bytes
    content: bytes
    page_bytes: int

    @property
    def frame_bytes(self) -> int:
        return FRAME_HEADER_BYTES + self.page_bytes

    def cuts(self) -> Iterator[int]:
        """Return each length at which a page ends, and one within each page."""
        for end in range(HEADER_BYTES, len(self.content) + 1, self.frame_bytes):
            yield end
            if end < len(self.content):
                yield end + self.frame_bytes // 2

    def commits(self) -> list[int]:
        """Return the lengths at which a transaction is whole: its last page says so."""
        starts = range(HEADER_BYTES, len(self.content), self.frame_bytes)
        return [
            start + self.frame_bytes
            for start in starts
            if struct.unpack_from(">I", self.content, start + 4)[0]
        ]

    def cut(self, folder: Path, length: int) -> None:
        """Lay the ledger and the first bytes of its log into a folder."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        (folder / "ledger.sqlite3").write_bytes(self.ledger)
        (folder / LOG).write_bytes(self.content[:length])


def _before_folding_the_plan(steps: tuple[Step, ...]) -> Point:
    """Choose where the plan is recorded and nothing of it is folded into the ledger yet."""
    synced = next(n for n, step in enumerate(steps) if (step.kind, step.target) == SYNCED)
    fold = next(step for step in steps[synced:] if (step.kind, step.target) == FOLDED)
    return Point(Action.BEFORE, fold.kind, fold.target, fold.ordinal)


def _after_the_last_answer(steps: tuple[Step, ...]) -> Point:
    """Choose where all is sent and nothing since the plan is folded into the ledger yet."""
    return Point(Action.AFTER, "recv", "tcp", sum(step.kind == "recv" for step in steps))


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory, shim: Shim) -> Mapping[str, Log]:
    with staged(tmp_path_factory.mktemp("power"), "aim", shim) as stage:
        steps = stage.record()
        return {
            "plan": _killed(stage, _before_folding_the_plan(steps)),
            "sending": _killed(stage, _after_the_last_answer(steps)),
        }


def _killed(stage: Stage, point: Point) -> Log:
    case = stage.case()
    assert stage.run(case, point).exit == KILLED
    state = case.desk.folder / "state"
    content = (state / LOG).read_bytes()
    page_bytes = struct.unpack_from(">I", content, 8)[0]
    return Log((state / "ledger.sqlite3").read_bytes(), content, page_bytes)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a ledger holds after a cut."""

    steps: int
    recipients: int


def _look(folder: Path) -> Seen:
    ledger = SqliteLedger(folder)
    with closing(ledger):
        runs = ledger.runs()
        for known in runs:
            _balances(ledger, folder, known.plan.run)
    with closing(sqlite3.connect(folder / "ledger.sqlite3")) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        steps = raw.execute("SELECT count(*) FROM step").fetchone()[0]
        return Seen(steps, sum(known.recipients for known in runs))


def _balances(ledger: Ledger, folder: Path, run: RunId) -> None:
    assert ledger.books(run).balance
    found = verify_run(Place(folder, ledger, None, ledger.run(run)))
    assert found.findings == ()


@pytest.mark.parametrize(
    ("when", "steps_at_end", "recipients"), [("plan", 0, {0, 440}), ("sending", 10, {440})]
)
def test_a_log_cut_at_any_page_opens_and_balances(
    tmp_path: Path, logs: Mapping[str, Log], when: str, steps_at_end: int, recipients: set[int]
) -> None:
    log = logs[when]
    commits = log.commits()
    seen: dict[int, Seen] = {}
    for length in log.cuts():
        log.cut(tmp_path / "state", length)
        whole = max((commit for commit in commits if commit <= length), default=0)
        now = _look(tmp_path / "state")
        assert seen.setdefault(whole, now) == now, "a cut shows a part of a transaction"
    assert set(seen) == {0, *commits}
    steps = [seen[whole].steps for whole in sorted(seen)]
    assert steps == sorted(steps)
    assert steps[-1] == steps_at_end
    assert {one.recipients for one in seen.values()} == recipients
