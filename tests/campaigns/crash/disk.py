"""Let the disk refuse the ledger's writes from a step on, then make room and start again."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.campaigns.crash.held import Held
from tests.campaigns.crash.matrix import BATCH, PARALLEL
from tests.campaigns.crash.points import every_failure
from tests.campaigns.crash.stage import Case, Stage, balances, is_held, staged, wrong_numbers
from tests.campaigns.crash.verify import verified
from tests.support.command import Done
from tests.support.emulator_process import messages_of
from tests.support.shim import Point, Shim, posts_after_failure

ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS)
COMPLETE = 0
_LINE_BYTES = 1 << 16
"""Longer than any line of a journal."""
LEDGER_CANNOT_RECORD = 74


@dataclass(frozen=True, slots=True)
class DiskCell:
    """What became of one case. exits holds the failing start and those with room again.

    posts_after counts requests that were begun after the first refused write; unrecorded counts
    tasks that the provider took and the ledger has no intent of. held counts requests that were
    left to a person, who then decided; needless, those that need not have been.
    """

    channel: str
    point: Point
    exits: tuple[int, ...]
    sentence: str
    posts_after: int
    unrecorded: int
    intact: bool
    duplicates: int
    losses: int
    balanced: bool
    verify_exit: int
    held: int = 0
    needless: int = 0

    @property
    def stopped(self) -> bool:
        """Tell whether the failing start ended as it should.

        It may end well only where all was recorded before: folding the log into the file may fail.
        """
        if self.exits[0] == COMPLETE:
            return True
        lines = [line for line in self.sentence.splitlines() if line.startswith("koosend: ")]
        plain = "Traceback" not in self.sentence and "cannot record" in self.sentence
        return self.exits[0] == LEDGER_CANNOT_RECORD and len(lines) == 1 and plain

    @property
    def holds(self) -> bool:
        """Tell whether everything that is promised was kept."""
        silent = not self.posts_after and not self.unrecorded and self.intact
        kept = not self.duplicates and not self.losses and self.balanced and not self.needless
        return self.stopped and silent and kept and self.exits[-1] == 0 and not self.verify_exit


@dataclass(frozen=True, slots=True)
class _Ended:
    failed: Done
    posts_after: int
    unrecorded: int
    intact: bool
    starts: Sequence[Done]
    held: Held


def refusals(folder: Path, shim: Shim, channel: str) -> tuple[Point, ...]:
    """Return each write to a channel's ledger, to be refused from there on in each way."""
    with staged(folder / f"{channel}-disk", channel, shim) as stage:
        return every_failure(stage.record(concurrency=1), ERRORS)


def run_disk_matrix(
    folder: Path,
    shim: Shim,
    channel: str,
    points: Sequence[Point],
    told: Callable[[DiskCell], None],
) -> list[DiskCell]:
    """Let the disk refuse from each of these writes on."""
    cells: list[DiskCell] = []
    for number in range(0, len(points), BATCH):
        place = folder / f"{channel}-disk-{number}"
        with staged(place, channel, shim) as stage:
            for cell in run_disk(stage, points[number : number + BATCH]):
                told(cell)
                cells.append(cell)
        shutil.rmtree(place)
    return cells


def run_disk(stage: Stage, points: Sequence[Point]) -> list[DiskCell]:
    """Try all points. Requests go one at a time, so that none is under way when writing fails."""
    cases = [stage.case(concurrency=1) for _ in points]
    with ThreadPoolExecutor(PARALLEL) as pool:
        ended = list(pool.map(lambda *given: _live(stage, *given), cases, points))
    taken = stage.taken()
    codes = verified([case.desk.campaign for case in cases])
    cells: list[DiskCell] = []
    for case, point, end, code in zip(cases, points, ended, codes, strict=True):
        duplicates, losses = wrong_numbers(case, taken)
        cells.append(
            DiskCell(
                stage.channel,
                point,
                (end.failed.exit, *(done.exit for done in end.starts)),
                end.failed.err,
                end.posts_after,
                end.unrecorded,
                end.intact,
                duplicates,
                losses,
                balances(end.starts[-1], case),
                code,
                end.held.all,
                end.held.needless,
            )
        )
    return cells


def _live(stage: Stage, case: Case, point: Point) -> _Ended:
    before = _whole_lines(stage.provider.journal)
    failed = stage.run(case, point)
    posts = posts_after_failure(case.log)
    intact, intents = _ledger(case)
    ours = frozenset(case.sendable)
    tasks = {
        str(message["task_name"])
        for message in messages_of(stage.provider.journal, before)
        if message["phone"] in ours
    }
    again, held = stage.run(case), Held()
    starts = [again]
    if is_held(again):
        done, held = stage.decide(case)
        starts.append(done)
    return _Ended(failed, posts, len(tasks - intents), intact, starts, held)


def _whole_lines(journal: Path) -> int:
    """Return the length of a journal without a last line that is still being written, in bytes."""
    with journal.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        begin = file.seek(max(0, size - _LINE_BYTES))
        return size - len(file.read(size - begin).rpartition(b"\n")[2])  # it may grow meanwhile


def _ledger(case: Case) -> tuple[bool, set[str]]:
    """Read whether the ledger is whole and which intents it holds.

    A copy is read: opening the ledger itself would fold its log, which the next start must do.
    """
    state = case.desk.folder / "state"
    copy = case.desk.folder / "copy"
    copy.mkdir()
    for file in state.glob("ledger.sqlite3*"):
        if not file.name.endswith("-shm"):
            shutil.copy(file, copy)
    with closing(sqlite3.connect(copy / "ledger.sqlite3")) as raw:
        whole = raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'attempt'").fetchone():
            return whole, set()
        names = {str(name) for (name,) in raw.execute("SELECT task_name FROM attempt")}
        return whole, names
